"""`manage.py templates`: from the database into files, from the files to a plan, from the plan to the provider."""

from __future__ import annotations

import io
import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from core.fence import everywhere, inside
from core.refusals import Refused
from templates_app import applying, category, rate_cards, submission, tasks, writing
from templates_app.management.commands import templates as command
from templates_app.models import Submission, Template, TemplateVersion, Traffic
from templates_app.prices import read
from tests.sandbox import playing, sandbox_account, template
from tests.world import account_in, template_of

pytestmark = pytest.mark.django_db
BODY = {"type": "BODY", "text": "Hello {{1}}, your lamp oil leaves today.", "example": {"body_text": [["Ada"]]}}
OIL = "lamp_oil/en_US.yaml"
WICK = "Ihr Docht liegt im Laden bereit."
NEW = f"name: wick_ready\nlanguage: de\ncategory: UTILITY\nbody: {WICK}\n"
REVIEWED = timedelta(minutes=1)


@pytest.fixture
def play(network, one_lane):
    with playing() as play:
        yield play


@pytest.fixture
def account(organization):
    return sandbox_account(organization)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "templates"


@pytest.fixture
def approved(play, account):
    """`lamp_oil` at the sandbox, reviewed and approved."""
    with inside(account.organization):
        row = written(account)
        submission.submit(row, actor="ada@example.com")
    work(play, account)
    return template(account, "lamp_oil")


def written(account, *, name="lamp_oil", **others):
    fields: Any = {
        "language": "en_US",
        "category": "UTILITY",
        "components": [BODY],
        "actor": "ada@example.com",
    } | others
    with inside(account.organization):
        return writing.create(account=account, name=name, **fields)


def work(play, account):
    """The worker asks, the sandbox reviews and tells."""
    tasks.carry_out_submissions()
    play.turn(account, by=REVIEWED)


def run(*arguments: object) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command("templates", *map(str, arguments), stdout=out)
    except CommandError as error:
        return error.returncode, out.getvalue() + str(error)
    except SystemExit as left:
        return int(left.code or 0), out.getvalue()
    return 0, out.getvalue()


def edit(file, before, after):
    said = file.read_text()
    assert before in said
    file.write_text(said.replace(before, after))


def standing(row):
    with everywhere():
        found = Template.objects.select_related("current_version").get(pk=row.pk)
        waiting = Submission.objects.filter(template=row, state=Submission.State.WAITING).values_list("kind", flat=True)
        return found.current_version.number, found.status, list(waiting)


# The whole way


def test_from_the_console_into_files_through_a_change_and_back_to_the_provider(play, account, approved, folder):
    kept = folder.parent / "plan.json"
    assert run("export", folder) == (0, f"written    {OIL}  lamp_oil (en_US)\n")
    assert run("plan", folder)[0] == 0

    edit(folder / OIL, "leaves today", "arrives on Friday")
    (folder / "wick.yaml").write_text(NEW)
    code, told = run("plan", folder, "--out", kept)

    assert code == 2
    assert f"~ edit lamp_oil (en_US) v1 → v2 [review] from {OIL}" in told
    assert "[-leaves today-]{+arrives on Friday+}" in told
    assert "cost: The one edit of it that Meta takes in 24 hours, and one of 10 that are left in 30 days." in told
    assert "+ create wick_ready (de) v1 from wick.yaml" in told
    assert "cost: One of the account's template slots: 2 of 250 then" in told
    assert "cost: It cannot be sent until Meta has approved it." in told
    assert "Plan: 1 to create, 1 to edit." in told
    assert standing(approved)[0] == 1

    code, told = run("apply", kept)

    assert (code, "Applied: 2 done." in told) == (0, True)
    assert standing(approved) == (2, "APPROVED", ["edit"])
    with everywhere():
        assert TemplateVersion.objects.get(template=approved, number=2).note.startswith("From the plan of 2026-03-02")

    work(play, account)

    assert standing(approved) == (2, "APPROVED", [])
    assert template(account, "wick_ready").status == "APPROVED"
    assert run("plan", folder)[:1] == (0,)
    assert "Applied: 2 done already." in run("apply", kept)[1]


def test_the_first_version_too_says_from_which_plan_it_is(play, account, folder):
    folder.mkdir()
    (folder / "wick.yaml").write_text(NEW)

    run("apply", folder, "--yes")

    with everywhere():
        assert TemplateVersion.objects.get().note.startswith("From the plan of 2026-03-02")


def test_a_file_that_goes_back_to_what_meta_has_approved_is_written_and_not_submitted(play, account, approved, folder):
    run("export", folder)
    with inside(account.organization):
        draft: Any = {"components": [BODY | {"text": "Hello {{1}}, your lamp oil is late."}]}
        writing.change(approved, asked=draft, actor="ada@example.com")

    code, told = run("plan", folder)
    done = run("apply", folder, "--yes")

    assert (code, "~ edit lamp_oil (en_US) v2 → v3" in told) == (2, True)
    assert "cost: None: Meta has this text already, as v1, and has approved it." in told
    assert (done[0], "Applied: 1 done." in done[1]) == (0, True)
    assert standing(approved) == (3, "APPROVED", [])
    assert run("plan", folder)[0] == 0


def test_a_plan_that_was_half_carried_out_is_finished_by_the_next_try(play, account, folder, monkeypatch):
    kept = folder.parent / "plan.json"
    folder.mkdir()
    (folder / "a.yaml").write_text(NEW.replace("wick_ready", "wick_a").replace("bereit", "vorne bereit"))
    (folder / "b.yaml").write_text(NEW)
    run("plan", folder, "--out", kept)
    submit = submission.submit
    monkeypatch.setattr(
        submission, "submit", lambda row, **how: refuse() if row.name != "wick_a" else submit(row, **how)
    )

    code, told = run("apply", kept)

    assert (code, "refused       create wick_ready (de)  Not today." in told) == (1, True)
    with everywhere():
        assert [row.name for row in Template.objects.all()] == ["wick_a"]

    monkeypatch.undo()
    code, told = run("apply", kept)

    assert (code, "Applied: 1 done, 1 done already." in told) == (0, True)


def refuse():
    raise Refused("Not today.", code="edit_limit")


# Export


def test_a_file_that_says_something_else_stays_unless_forced(account, folder):
    written(account)
    run("export", folder)
    edit(folder / OIL, "leaves", "left")

    assert run("export", folder)[1].startswith(f"left       {OIL}  lamp_oil (en_US)  The file says something else")
    assert "left" in (folder / OIL).read_text()
    assert run("export", folder, "--force")[1].startswith("written ")
    assert "leaves" in (folder / OIL).read_text()


def test_comments_and_places_of_files_are_people_s_own(account, folder):
    written(account)
    run("export", folder)
    (folder / OIL).rename(folder / "ours.yaml")
    edit(folder / "ours.yaml", "# lamp_oil", "# Ours\n# lamp_oil")

    assert run("export", folder, "--force") == (0, "unchanged  ours.yaml  lamp_oil (en_US)\n")
    assert "# Ours" in (folder / "ours.yaml").read_text()


def test_what_is_retired_gone_or_unknown_is_not_written(account, folder):
    with everywhere():
        writing.retire(written(account))
    template_of(account, name="told_by_a_webhook")
    template_of(account, name="gone", status="DELETED")
    written(account, name="wick", components=[BODY | {"text": "Hello {{1}}, your wick leaves today."}])

    code, told = run("export", folder)

    assert code == 0
    assert "left       told_by_a_webhook/en_US.yaml  told_by_a_webhook (en_US)  Nobody has told yet" in told
    assert [path.name for path in folder.iterdir()] == ["wick"]


def test_only_the_named_templates_are_written(account, folder):
    written(account)
    written(account, name="wick", components=[BODY | {"text": "Hello {{1}}, your wick leaves today."}])

    run("export", folder, "--name", "wick")

    assert [path.name for path in folder.iterdir()] == ["wick"]
    assert run("export", folder, "--name", "none") == (1, "Sandbox has no templates of that name.")


def test_what_makes_no_file_is_left_with_the_reason(account, folder):
    written(account)
    template_of(account, name="wick", language="")
    with everywhere():
        TemplateVersion.objects.update(components=[])

    code, told = run("export", folder)

    assert (code, "It makes no file: It says nothing: give it a `body`." in told) == (0, True)
    folder.write_text("")
    assert run("export", folder)[1].endswith("templates is no folder.")


# Plan: what stands in the way


def test_every_reason_against_an_edit_is_told(play, account, approved, folder):
    run("export", folder)
    edit(folder / OIL, "category: UTILITY", "category: MARKETING")
    edit(folder / OIL, "Hello {{1}}, your", "{{1}}, your")

    code, told = run("plan", folder)

    assert code == 1
    assert "! blocked edit lamp_oil (en_US)" in told
    assert "blocked: BODY (body_variable_edge)" in told
    assert "blocked: The category of an approved template is fixed (UTILITY)" in told
    assert "Plan: 1 blocked." in told


def test_the_limit_of_edits_blocks_with_the_hour_from_which_on(play, account, approved, folder):
    run("export", folder)
    edit(folder / OIL, "today", "tonight")
    run("apply", folder, "--yes")
    work(play, account)
    edit(folder / OIL, "tonight", "tomorrow")

    code, told = run("plan", folder)

    assert code == 1
    assert "blocked: Meta takes the next edit of this approved template from 2026-03-0" in told


def test_what_is_in_review_or_being_asked_for_is_blocked(play, account, folder):
    row = written(account)
    with inside(account.organization):
        submission.submit(row, actor="ada@example.com")
    run("export", folder)
    assert "Submit: asked for, and the provider has not answered yet." in run("plan", folder)[1]

    edit(folder / OIL, "today", "tonight")
    asked = run("plan", folder)
    tasks.carry_out_submissions()
    reviewed = run("plan", folder)

    assert (asked[0], "blocked: The provider is being asked about this template already" in asked[1]) == (1, True)
    assert (reviewed[0], "blocked: Meta is reviewing it" in reviewed[1]) == (1, True)


def test_a_name_that_meta_blocks_is_told_before_it_is_asked(play, account, approved, folder):
    run("export", folder)
    with inside(account.organization):
        submission.delete_at_provider(approved, all_languages=False, actor="ada@example.com")
    work(play, account)

    code, told = run("plan", folder)

    assert (code, "blocked: Meta blocks the name lamp_oil until 2026-04-01" in told) == (1, True)


def test_two_files_that_say_the_same_are_told_before_meta_does(account, folder):
    folder.mkdir()
    (folder / "a.yaml").write_text(NEW)
    (folder / "b.yaml").write_text(NEW.replace("wick_ready", "wick_again"))

    code, told = run("plan", folder)

    assert code == 1
    assert told.count("blocked: BODY (duplicate_text)") == 2


def test_a_template_without_a_language_may_be_the_one_that_is_meant(account, folder):
    template_of(account, name="wick_ready", language="")
    folder.mkdir()
    (folder / "a.yaml").write_text(NEW)

    assert "blocked: A template of this name has no language yet" in run("plan", folder)[1]


def test_what_meta_made_of_it_is_told_beside_the_plan(account, folder):
    written(account)
    run("export", folder)
    template_of(account, name="wick_ready", language="de")
    template_of(account, name="off", status="DISABLED", provider_template_id="9")
    with everywhere():
        row = Template.objects.get(name="lamp_oil")
        row.meta_reported_category = "MARKETING"
        row.save()
    (folder / "wick.yaml").write_text(NEW)

    told = run("plan", folder, "--delete")[1]

    assert "warning: Meta counts it as MARKETING, and we as UTILITY: settle that first." in told
    assert "! blocked create wick_ready (de) v1 from wick.yaml" in told
    assert "blocked: Its id at the provider is not known yet: sync the account first." in told
    assert "blocked: off (en_US) is disabled, and Meta deletes no disabled template." in told


def test_more_new_templates_than_meta_takes_in_an_hour_are_told(account, folder, monkeypatch):
    monkeypatch.setattr(submission, "CREATIONS_AN_HOUR", 1)
    folder.mkdir()
    (folder / "a.yaml").write_text(NEW)
    (folder / "b.yaml").write_text(NEW.replace("wick_ready", "wick_b").replace("bereit", "vorne bereit"))

    assert (
        "Meta takes 1 new templates of an account in an hour: apply the plan again for the others."
        in (run("plan", folder)[1])
    )
    assert "Applied: 1 done, 1 refused." in run("apply", folder, "--yes")[1]


def test_a_retired_template_is_not_written_to(account, folder):
    row = written(account)
    run("export", folder)
    with everywhere():
        writing.retire(row)

    assert "blocked: It is retired here" in run("plan", folder)[1]


def test_a_draft_is_submitted_and_a_flag_alone_costs_nothing(account, folder):
    row = written(account)
    run("export", folder)

    assert "v1 is written and not submitted." in run("plan", folder)[1]
    assert run("apply", folder, "--yes")[0] == 0
    assert standing(row) == (1, "DRAFT", ["create"])

    edit(folder / OIL, "category: UTILITY", "category: UTILITY\nallow_category_change: true")
    code, told = run("plan", folder)

    assert (code, "~ category may change: no → yes" in told, "cost:" in told) == (2, True, False)
    assert "Its category may change now." in run("apply", folder, "--yes")[1]
    assert run("plan", folder)[0] == 0


def test_an_accepted_category_is_what_the_files_say_and_no_change(play, account, approved, folder):
    with inside(account.organization):
        category.process(approved, reported="MARKETING", at=play_now(approved))
        category.accept([approved], actor="ada@example.com")
    run("export", folder)

    assert "category: MARKETING" in (folder / OIL).read_text()
    assert run("plan", folder)[0] == 0

    edit(folder / OIL, "today", "tonight")

    assert run("plan", folder)[0] == 2


def play_now(row):
    return row.last_event_at + timedelta(minutes=1)


def test_another_category_is_told_in_money_where_a_rate_card_holds(organization, account, approved, folder):
    entries, _ = read("market,category,price\n*,MARKETING,0.10\n*,UTILITY,0.02")
    with inside(organization):
        rate_cards.load(
            organization=organization, name="Meta", valid_from=date(2026, 1, 1), currency="EUR", entries=entries
        )
        about = {"organization": organization, "template": approved, "day": date(2026, 3, 2), "market": "DE"}
        Traffic.objects.create(**about, sent=100, delivered=100)
        approved.status, approved.approved_version = "REJECTED", None
        approved.save()
    run("export", folder)
    edit(folder / OIL, "category: UTILITY", "category: MARKETING")

    code, told = run("plan", folder)

    assert (code, "cost: Edits of a REJECTED template are not counted." in told) == (2, True)
    assert "MARKETING instead of UTILITY costs 8.00 EUR more" in told


def test_what_senders_must_change_and_what_meta_serves_instead_is_told(account, approved, folder):
    with inside(account.organization):
        approved.drifted_version = approved.current_version
        approved.save()
    run("export", folder)
    edit(folder / OIL, "leaves today", "leaves on {{2}} at noon")
    edit(folder / OIL, "1: Ada", "1: Ada\n    2: Friday")

    told = run("plan", folder)[1]

    assert "v1 → v2 [breaking]" in told
    assert "~ body text: Hello {{1}}, your lamp oil leaves [-today-]{+on {{2}} at noon+}." in told
    assert '~ body example: ["Ada"] → ["Ada", "Friday"]' in told
    assert "warning: Meta serves another text than ours: adopt or restore it in the console." in told


# Deleting


def test_nothing_is_deleted_unless_asked_and_then_in_one_language(play, account, approved, folder):
    draft = written(account, name="wick", components=[BODY | {"text": "Hello {{1}}, your wick leaves today."}])
    run("export", folder)
    (folder / OIL).unlink()
    (folder / "wick" / "en_US.yaml").rename(folder / "other.yaml")
    edit(folder / "other.yaml", "name: wick", "name: wick_two")
    edit(folder / "other.yaml", "wick leaves", "wick left us")

    kept, deleted = run("plan", folder)[1], run("plan", folder, "--delete")[1]

    assert "Templates of this account without a file: 2. They stay" in kept
    assert "- delete lamp_oil (en_US)" in deleted
    assert "Deleted at the provider in this language (en_US) alone." in deleted
    assert "cost: Meta blocks the name in this language until about 2026-04-01" in deleted
    assert "Retired here. The provider does not know of it" in deleted

    run("apply", folder, "--delete", "--yes")

    assert standing(approved)[2] == ["delete"]
    assert "Its deletion is asked for" in run("plan", folder, "--delete")[1]
    with everywhere():
        assert Template.objects.get(pk=draft.pk).is_retired
    work(play, account)
    assert standing(approved)[1] == "DELETED"
    assert run("plan", folder, "--delete")[0] == 0


def test_an_empty_folder_deletes_nothing(account, folder):
    written(account)
    folder.mkdir()

    code, told = run("plan", folder, "--delete")

    assert (code, told) == (1, "There is no template in the folder: that would delete every template.")


# A plan that does not hold any more


@pytest.fixture
def kept(play, account, approved, folder):
    """A plan to edit `lamp_oil` and to create `wick_ready`, saved."""
    run("export", folder)
    edit(folder / OIL, "today", "tonight")
    (folder / "wick.yaml").write_text(NEW)
    run("plan", folder, "--out", folder.parent / "plan.json")
    return folder.parent / "plan.json"


def refused(kept, *whys: str) -> bool:
    code, told = run("apply", kept)
    with everywhere():
        nothing_done = not Submission.objects.filter(state=Submission.State.WAITING).exists()
    assert all(why in told for why in whys), told
    return code == 1 and nothing_done and told.startswith("The plan does not hold any more, and nothing was done.")


def test_a_changed_file_makes_the_plan_stale(kept, folder):
    edit(folder / OIL, "tonight", "tomorrow")
    (folder / "wick.yaml").unlink()

    assert refused(kept, f"lamp_oil (en_US): Its file {OIL} says something else now.", "wick_ready (de): Neither")


def test_another_version_makes_the_plan_stale(kept, account, approved):
    with inside(account.organization):
        told: Any = {"components": [BODY | {"text": "Hello {{1}}, your lamp oil left."}]}
        writing.change(approved, asked=told, actor="ada@example.com")

    assert refused(kept, "lamp_oil (en_US): It was at v1 and is at v2 now.")


def test_another_status_makes_the_plan_stale(kept, approved):
    with everywhere():
        approved.status = "PAUSED"
        approved.save()

    assert refused(kept, "lamp_oil (en_US): It was APPROVED and is PAUSED now.")


def test_a_template_that_somebody_else_made_makes_the_plan_stale(kept, account):
    written(account, name="wick_ready", language="de", components=[{"type": "BODY", "text": "Der Docht ist da."}])

    assert refused(kept, "wick_ready (de): It is there by now.")


def test_a_comment_does_not_make_the_plan_stale(kept, folder):
    edit(folder / OIL, "# lamp_oil", "# Ours: lamp_oil")

    assert run("apply", kept)[0] == 0


def test_a_plan_travels_with_its_folder(kept, folder, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    folder.rename(elsewhere / "templates")
    kept.rename(elsewhere / "plan.json")

    assert str(tmp_path) not in (elsewhere / "plan.json").read_text()
    assert run("apply", elsewhere / "plan.json")[0] == 0


def test_what_was_blocked_is_refused_and_the_rest_is_done(play, account, approved, folder):
    run("export", folder)
    edit(folder / OIL, "category: UTILITY", "category: MARKETING")
    (folder / "wick.yaml").write_text(NEW)
    run("plan", folder, "--out", folder.parent / "plan.json")

    code, told = run("apply", folder.parent / "plan.json")

    assert code == 1
    assert "refused       edit lamp_oil (en_US)  The category of an approved template is fixed" in told
    assert "Applied: 1 done, 1 refused." in told


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda plan: plan | {"format": 2}, "The plan has the format 2"),
        (lambda plan: plan | {"made_at": "yesterday"}, "The plan is not whole"),
        (lambda plan: plan | {"made_at": "2026-03-02"}, "The plan is not whole"),
        (lambda plan: {**plan, "items": [{"action": "edit"}]}, "The plan is not whole"),
        (lambda plan: {"items": []}, "This is no plan of templates."),
        (lambda plan: [], "This is no plan of templates."),
    ],
)
def test_what_is_no_plan_is_refused(change, why, account, folder):
    folder.mkdir()
    (folder / "wick.yaml").write_text(NEW)
    kept = folder.parent / "plan.json"
    run("plan", folder, "--out", kept)
    kept.write_text(json.dumps(change(json.loads(kept.read_text()))))

    code, told = run("apply", kept)

    assert (code, told.startswith(why)) == (1, True)


def test_a_plan_is_about_one_account(kept, organization, tmp_path):
    assert run("apply", kept, "--account", "other") == (1, f"The plan is one for the account {account_of(kept)}.")
    (tmp_path / "junk.json").write_text("{")
    assert run("apply", tmp_path / "junk.json")[1].endswith("is no plan of templates.")
    assert run("apply", kept, "--delete") == (1, "The plan deletes nothing: plan again with --delete.")


def account_of(kept):
    return json.loads(kept.read_text())["account"]


@pytest.mark.parametrize("left", ["retired", "gone"])
def test_what_changes_in_the_very_moment_is_left_alone(left, kept, account, approved, monkeypatch):
    why_stale = applying.why_stale

    def meanwhile(plan, now):
        with everywhere():
            row = Template.objects.filter(pk=approved.pk)
            row.get().delete() if left == "gone" else writing.retire(row.get())
        return why_stale(plan, now)

    monkeypatch.setattr(applying, "why_stale", meanwhile)
    code, told = run("apply", kept)

    why = "It is not there any more: plan anew." if left == "gone" else "It was changed in this moment: plan anew."
    assert (code, f"refused       edit lamp_oil (en_US)  {why}" in told) == (1, True)
    assert "Applied: 1 done, 1 refused." in told


def test_a_text_that_somebody_took_in_the_very_moment_is_refused_with_the_rule(kept, account, monkeypatch):
    why_stale = applying.why_stale

    def meanwhile(plan, now):
        written(account, name="wick_two", language="de", components=[{"type": "BODY", "text": WICK}])
        return why_stale(plan, now)

    monkeypatch.setattr(applying, "why_stale", meanwhile)
    code, told = run("apply", kept)

    assert (code, "refused       create wick_ready (de)  BODY: Body and footer say the same as" in told) == (1, True)


# Which account, and yes


def test_the_account_is_asked_for_where_several_are_there(account, organization, other_organization, folder):
    account_in(organization, external_id="42", name="Second")

    assert "Say which organization you mean:\n  --organization lamp-works" in run("plan", folder.parent)[1]
    assert "Say which account you mean:" in run("plan", folder.parent, "--organization", "lamp-works")[1]
    assert "There is no organization none." in run("plan", folder.parent, "--organization", "none")[1]
    told = run("plan", folder.parent, "--organization", "lamp-works", "--account", "42")[1]
    assert "The account has no access token" in told
    assert "has no account 43" in run("export", folder, "--organization", "lamp-works", "--account", "43")[1]
    assert "Rival Works has no account." in run("export", folder, "--organization", "rival-works")[1]


def test_a_faulty_file_stops_everything_with_its_line(account, folder):
    folder.mkdir()
    (folder / "wick.yaml").write_text(NEW + "buttns: []\n")

    code, told = run("apply", folder, "--yes")

    assert code == 1
    assert told == "wick.yaml:5: `buttns` is no key of a template; did you mean `buttons`?\nNothing was planned."
    assert run("plan", folder / "none")[1].endswith("none is no folder.")
    assert run("apply", folder / "none.json")[1].endswith("No such file or directory.")


@pytest.mark.parametrize(("said", "is_done"), [("yes\n", True), ("y\n", False), ("", False)])
def test_without_a_saved_plan_only_a_yes_carries_it_out(said, is_done, account, folder, monkeypatch):
    folder.mkdir()
    (folder / "wick.yaml").write_text(NEW)
    assert run("apply", folder)[1].endswith("Say --yes, or apply a plan that was kept with plan --out.")

    terminal = io.StringIO(said)
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr("sys.stdin", terminal)
    code, told = run("apply", folder)

    assert (code == 0) == is_done
    assert told.endswith("Applied: 1 done.\n" if is_done else "Nothing was done.")


def test_wrong_arguments_do_not_look_like_planned_changes(capsys):
    with pytest.raises(SystemExit) as left:
        command.Command().run_from_argv(["manage.py", "templates", "plan", "DIR", "--foo"])

    assert left.value.code == 1
    assert "unrecognized arguments: --foo" in capsys.readouterr().err


def test_no_text_of_a_template_steers_the_terminal(account, folder):
    folder.mkdir()
    (folder / "wick.yaml").write_text(NEW.replace("Ihr Docht", '"Ihr \\e[2J Docht').replace("bereit.", 'bereit."'))

    told = run("plan", folder)[1]

    assert "\x1b" not in told
    assert "Ihr \\x1b[2J Docht" in told
