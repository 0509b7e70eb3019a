"""The console's room of escalations: steps are filled in, checked beside their fields, and told in a sentence."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from alerts import destinations, planning
from alerts.models import Alert, Escalation, EscalationRun
from core.fence import everywhere
from core.models import Role
from tests.console import look, press, somebody, superuser_at_console, words

LIST = reverse("admin:alerts_escalation_changelist")
ADD = reverse("admin:alerts_escalation_add")
PREVIEW = reverse("admin:alerts_escalation_preview")
COMMON = {"name": "Night", "minimum_severity": "HIGH", "repeat_minutes": "30"}
SENTENCE = "At once: Slack. After 15 minutes: Boss. Then Boss again every 30 minutes until somebody acknowledges."


def page_of(row, what="change"):
    return reverse(f"admin:alerts_escalation_{what}", args=[row.pk])


def mailbox(organization, name):
    with everywhere():
        fields = {"kind": "email", "name": name, "address": f"{name.lower()}@example.com"}
        return destinations.add(organization=organization, fields=fields)


def only():
    with everywhere():
        return Escalation.objects.get()


def steps(*rows: tuple[int | str, Any]) -> dict[str, Any]:
    """The form's fields for these (minutes, destination)."""
    fields: dict[str, Any] = {}
    for number, (minutes, told) in enumerate(rows):
        fields[f"after_{number}"] = str(minutes)
        fields[f"tell_{number}"] = [str(told.pk)] if told else []
    return fields


@pytest.fixture
def admin(organization):
    return somebody(organization, Role.ORG_ADMIN)


@pytest.fixture
def slack(organization):
    return mailbox(organization, "Slack")


@pytest.fixture
def boss(organization):
    return mailbox(organization, "Boss")


def open_alert(organization):
    now = timezone.now()
    fields = {"subject_kind": "number", "subject_id": "1", "first_seen_at": now, "last_seen_at": now, "title": "Low"}
    with everywhere():
        return Alert.objects.create(
            organization=organization,
            alert_type="PHONE_NUMBER_QUALITY",
            severity="HIGH",
            severity_rank=2,
            **fields,
        )


def test_steps_are_filled_in_and_take_on_what_is_open(organization, admin, slack, boss):
    alert = open_alert(organization)

    press(admin, ADD, **COMMON | steps((0, slack), (15, boss)))

    assert only().steps == [
        {"after_minutes": 0, "destinations": [str(slack.pk)]},
        {"after_minutes": 15, "destinations": [str(boss.pk)]},
    ]
    assert SENTENCE in words(look(admin, LIST))
    assert SENTENCE in words(look(admin, page_of(only())))
    with everywhere():
        assert EscalationRun.objects.get().alert_id == alert.pk
    assert "Slack: told just now by the escalation “Night”" in words(
        look(admin, reverse("admin:alerts_alert_change", args=[alert.pk]))
    )


def test_the_sentence_is_told_before_anything_is_saved(admin, slack, boss):
    page = admin.post(PREVIEW, COMMON | steps((0, slack), (15, boss))).content.decode()
    once = admin.post(PREVIEW, COMMON | steps((60, slack)) | {"repeat_minutes": ""}).content.decode()

    assert page == SENTENCE
    assert once == "After 1 hour: Slack. It ends as soon as somebody acknowledges."
    assert admin.post(PREVIEW, {}).content.decode() == "Nobody is told."
    with everywhere():
        assert not Escalation.objects.exists()


def test_a_destination_that_is_off_or_gone_is_called_so(organization, admin, slack, boss):
    with everywhere():
        destinations.change(boss, fields={"is_enabled": False})
        planning.plan(
            organization=organization,
            fields={
                "name": "Night",
                "steps": [{"after_minutes": 0, "destinations": [str(boss.pk), str(only_id())]}],
            },
        )

    assert "Boss (switched off), a destination that is gone" in words(look(admin, LIST))


def only_id():
    return "00000000-0000-7000-8000-000000000000"


@pytest.mark.parametrize(
    ("rows", "field", "told"),
    [
        ([("", None)], "tell_0", "Choose at least one destination"),
        ([(0, None)], "tell_0", "Choose whom to tell then"),
        ([("", "slack")], "after_0", "Enter after how many minutes"),
        ([(15, "slack"), (15, "slack")], "after_1", "Each step comes later"),
        ([(15, "slack"), (5, "slack")], "after_1", "Each step comes later"),
        ([(10081, "slack")], "after_0", "less than or equal to 10080"),
        ([(-1, "slack")], "after_0", "greater than or equal to 0"),
        ([("soon", "slack")], "after_0", "Enter a whole number"),
    ],
)
def test_steps_that_cannot_be_are_told_beside_their_fields(rows, field, told, admin, slack):
    given = steps(*((minutes, slack if whom else None) for minutes, whom in rows))

    page = press(admin, ADD, **COMMON | given).content.decode()

    assert told in words(page.partition(f'name="{field}"')[2].partition("errorlist")[2].partition("</ul>")[0])
    with everywhere():
        assert not Escalation.objects.exists()


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"name": ""}, "This field is required"),
        ({"repeat_minutes": "4"}, "Repeat every 5 minutes at the most often"),
        ({"repeat_minutes": "10081"}, "less than or equal to 10080"),
        ({"minimum_severity": ""}, "This field is required"),
        ({"other_types": "!"}, "is no alert type"),
    ],
)
def test_what_else_cannot_be_is_told_too(fields, told, admin, slack):
    page = press(admin, ADD, **COMMON | steps((0, slack)) | fields).content.decode()

    assert told in words(page.partition("errorlist")[2].partition("</ul>")[0])
    with everywhere():
        assert not Escalation.objects.exists()


def test_a_destination_of_another_organization_can_not_be_told(other_organization, admin, slack):
    theirs = mailbox(other_organization, "Theirs")

    page = press(admin, ADD, **COMMON | steps((0, theirs))).content.decode()

    assert "is not one of the available choices" in page
    assert "Theirs" not in page
    with everywhere():
        assert not Escalation.objects.exists()


def test_one_of_many_steps_loses_none_of_them(organization, admin, slack):
    many = [{"after_minutes": minutes, "destinations": [str(slack.pk)]} for minutes in range(7)]
    with everywhere():
        row = planning.plan(organization=organization, fields={"name": "Long", "steps": many})

    page = look(admin, page_of(row))
    press(admin, page_of(row), **COMMON | steps(*((minutes, slack) for minutes in range(7))))

    assert 'name="after_6"' in page
    assert only().steps == many


def test_it_is_changed_switched_off_and_deleted(organization, admin, slack):
    press(admin, ADD, **COMMON | steps((0, slack)))
    row = only()

    press(admin, page_of(row), **COMMON | steps((5, slack)) | {"name": "Day"})
    press(admin, page_of(row, "switch_off"))

    assert (only().name, only().is_enabled, only().steps[0]["after_minutes"]) == ("Day", False, 5)
    assert "what is open now" in words(look(admin, page_of(row, "switch_on")))
    with everywhere():
        assert only().history.first().actor == "org_admin@lamp-works.example"
    assert "1 escalation deleted." in words(press(admin, page_of(row, "remove")).content.decode())
    with everywhere():
        assert not Escalation.objects.exists()


def test_without_a_destination_the_form_leads_to_adding_one(admin):
    page = look(admin, ADD)

    assert "There is nobody to tell yet" in page
    assert reverse("admin:alerts_destination_add") in page


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
def test_others_than_org_admins_are_refused(role, organization, admin, slack):
    press(admin, ADD, **COMMON | steps((0, slack)))
    client = somebody(organization, role)

    assert LIST not in look(client, "/admin/")
    assert {client.get(address).status_code for address in (LIST, ADD, page_of(only()))} == {403}
    assert client.post(PREVIEW, {}).status_code == 403


def test_another_organization_s_row_does_not_exist(other_organization, admin):
    theirs = mailbox(other_organization, "Theirs")
    with everywhere():
        fields = {"name": "Theirs", "steps": [{"after_minutes": 0, "destinations": [str(theirs.pk)]}]}
        row = planning.plan(organization=other_organization, fields=fields)

    assert {admin.get(page_of(row, door)).status_code for door in ("change", "remove", "switch_off")} == {404}
    assert admin.post(f"{PREVIEW}?of={row.pk}", COMMON | steps((0, theirs))).content == b"Nobody is told."


def test_a_superuser_plans_for_the_installation_with_its_own_destinations(organization, slack):
    client = superuser_at_console()
    own = mailbox(None, "Chief")

    page = look(client, f"{ADD}?whose=")
    press(client, f"{ADD}?whose=", **COMMON | steps((0, own)))

    assert "Chief" in page
    assert "Slack ·" not in page
    assert only().organization_id is None


def test_a_superuser_who_sees_all_plans_for_an_organization_by_saying_whose_it_is(organization, slack):
    client, place = superuser_at_console(), f"{ADD}?whose={organization.slug}"

    page = look(client, place)
    told = client.post(f"{PREVIEW}?whose={organization.slug}", COMMON | steps((0, slack))).content.decode()
    press(client, place, **COMMON | steps((0, slack)))

    assert "to the installation itself" in words(look(client, ADD))
    assert f"preview/?whose={organization.slug}" in page
    assert slack.name in told
    assert only().organization_id == organization.pk


def test_the_list_asks_the_database_no_more_for_many(organization, admin, slack, boss, django_assert_max_num_queries):
    told = [{"after_minutes": 0, "destinations": [str(slack.pk)]}, {"after_minutes": 5, "destinations": [str(boss.pk)]}]
    with everywhere():
        for number in range(20):
            planning.plan(organization=organization, fields={"name": f"E{number}", "steps": told})

    with django_assert_max_num_queries(22):
        look(admin, LIST)
