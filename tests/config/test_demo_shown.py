"""What there is to see in the demo, looked at in one that is made once; and what a second run leaves as it is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Max, Min, Q, Sum
from django.test import Client
from django.utils import timezone

from alerts.models import Alert
from config.demo.story import DAYS
from config.demo.templates import TEMPLATES
from providers.adapters.sandbox.telling import whole
from providers.models import Account, Number, ParkedEvent, WebhookCall
from templates_app import foresight, sync
from templates_app.components import canonical
from templates_app.folding import fold
from templates_app.ledger import facts_of
from templates_app.models import QualityWarning, Template, TemplateEvent, TemplateVersion
from templates_app.preflight import Severity, preflight
from templates_app.traffic import COUNTS
from templates_app.versions import content_of
from tests.demo import caller, facts_in, rows

FOUND_HERE = {"TEMPLATE_DRIFT", "TEMPLATE_LOW_DELIVERY", "TEMPLATE_QUALITY_WARNING"}  # no provider said so


def of_shop() -> Any:
    """The fourteen templates of the shop's own account."""
    return Template.objects.filter(account__provider="meta")


def test_the_last_line_opens_the_api_and_the_console(shown_demo):
    facts = facts_in(shown_demo)

    assert set(facts) == {"organization", "admin_email", "admin_password", "api_key", "waba_id", "number_id"}
    assert len(caller(facts).results("/whatsapp/templates")) == 14 + 3
    history = f"/whatsapp/{facts['number_id']}/templates/{{}}/status-history"
    listed = caller(facts).results("/whatsapp/templates?status=DISABLED")
    assert caller(facts).get(history.format(listed[0]["id"])).json()["total"] == 15
    assert Client().login(username=facts["admin_email"], password=facts["admin_password"])


def test_a_second_run_replaces_password_and_key_and_adds_nothing(shown_demo, demo):
    first = facts_in(shown_demo)
    before = rows()

    second = demo()

    assert rows() == before
    assert {name for name in first if first[name] != second[name]} == {"admin_password", "api_key"}
    assert caller(first).get("/whatsapp/templates").status_code == 401
    assert caller(second).get("/whatsapp/templates").status_code == 200
    assert not Client().login(username=first["admin_email"], password=first["admin_password"])


def test_an_account_that_lost_its_number_gets_it_again(shown_demo, demo, unfenced):
    Number.objects.all().delete()

    facts = demo()

    assert str(Number.objects.get().pk) == facts["number_id"]
    assert rows()["Template"] == 14 + 3


def test_fourteen_templates_stand_in_many_states_and_languages(shown_demo, unfenced):
    templates = list(of_shop())
    assert len(templates) == len(TEMPLATES) == 14
    assert {one.language for one in templates} == {"en", "en_GB", "es", "fr", "pt_BR", "ar"}
    assert {one.status for one in templates} == {
        "APPROVED", "PENDING", "REJECTED", "PAUSED", "DISABLED", "ARCHIVED", "IN_APPEAL",
    }  # fmt: skip
    assert {one.quality_score for one in templates} == {"GREEN", "YELLOW", "RED", "UNKNOWN"}
    assert {one.category for one in templates} == {"MARKETING", "UTILITY", "AUTHENTICATION"}
    assert {one.pause_title for one in templates} == {"", "FIRST_PAUSE", "SECOND_PAUSE"}
    assert all(one.paused_until > timezone.now() for one in templates if one.status == "PAUSED")
    assert [one.name for one in templates if one.is_contested] == ["parcel_on_its_way"]
    assert [one.pending_category for one in templates if one.pending_category] == ["MARKETING"]
    assert [one.name for one in templates if one.flagged_at] == ["review_request"]
    assert [one.name for one in templates if (one.rejection_info or {}).get("recommendation")] == ["welcome_offer"]


def test_a_sandbox_account_with_two_healthy_templates_and_a_draft_waits_to_be_played_with(shown_demo, unfenced):
    account = Account.objects.get(provider="sandbox")
    standings = account.templates.order_by("name").values_list("name", "status", "quality_score")
    assert list(standings) == [
        ("flash_sale", "APPROVED", "GREEN"),
        ("gift_wrapping_ready", "DRAFT", "UNKNOWN"),
        ("weekly_offers", "APPROVED", "GREEN"),
    ]
    assert (account.name, account.health) == ("Sandbox", "ok")
    assert "python manage.py sandbox pause_disable" in shown_demo.partition("{")[0]


def test_an_older_demo_gets_its_sandbox_account_by_the_next_run(shown_demo, demo, unfenced):
    sandbox = Account.objects.filter(provider="sandbox")
    Template.objects.filter(account__in=sandbox).delete()
    WebhookCall.objects.filter(account__in=sandbox).delete()
    sandbox.delete()

    demo()

    assert rows()["Account"] == 2
    assert rows()["Template"] == 14 + 3


def test_every_template_has_versions_that_say_what_its_definition_says(shown_demo, unfenced):
    for key, definition in TEMPLATES.items():
        template = Template.objects.get(name=definition.name, language=definition.language)
        versions = template.versions.order_by("number").values_list("components", flat=True)
        assert list(versions) == [canonical(whole(text)) for text in definition.texts], key


def test_versions_come_from_both_sides_and_one_has_drifted(shown_demo, unfenced):
    pointers = {
        template.name: [(version.number if version else None) for version in pointed(template)]
        for template in Template.objects.filter(Q(versions__number__gt=1) | Q(status="DRAFT"))
    }
    assert pointers == {  # current, submitted, approved, drifted
        "order_confirmation": [2, 2, 2, None],
        "parcel_on_its_way": [2, 2, 2, None],
        "refund_issued": [2, 2, 2, None],
        "studio_newsletter": [2, 2, 2, None],
        "back_in_stock": [2, 2, 2, 3],
        "review_request": [2, 1, 1, None],
        "gift_wrapping_ready": [1, None, None, None],
    }
    written = TemplateVersion.objects.filter(origin="local").exclude(template__status="DRAFT")
    assert set(written.values_list("template__name", "number")) == {
        ("refund_issued", 2), ("back_in_stock", 2), ("review_request", 2),
    }  # fmt: skip


def pointed(template: Template) -> list[TemplateVersion | None]:
    return [template.current_version, template.submitted_version, template.approved_version, template.drifted_version]


def test_what_meta_approved_passes_the_preflight_and_what_it_rejected_keeps_its_fault(shown_demo, unfenced):
    errors = {
        (version.template.name, version.number): [one.rule for one in found if one.severity == Severity.ERROR]
        for version in TemplateVersion.objects.select_related("template")
        if (found := preflight(name=version.template.name, content=content_of(version)))
    }
    assert {key: rules for key, rules in errors.items() if rules} == {
        ("parcel_on_its_way", 1): ["variable_adjacent"],
        ("welcome_offer", 1): ["variable_adjacent"],
    }


def test_the_meta_of_the_sandbox_has_what_its_stories_told_and_a_sync_finds_nothing_new(shown_demo, network, unfenced):
    account = Account.objects.get(provider="sandbox")
    run = sync.ask_for(account, actor="somebody")

    sync.carry_out(run)

    run.refresh_from_db()
    assert (run.state, run.seen, run.unchanged, run.created, run.updated, run.missing) == ("done", 2, 2, 0, 0, 0)


# What was counted


def test_counts_are_the_same_in_the_traffic_in_the_snapshots_and_in_the_templates(shown_demo, unfenced):
    for template in Template.objects.all():
        totals = {name: getattr(template, f"{name}_count") for name in COUNTS}
        sums = [Sum(name, default=0) for name in COUNTS]
        by_market, by_time = template.traffic.aggregate(*sums), template.snapshots.aggregate(*sums)
        assert by_market == by_time == {f"{name}__sum": total for name, total in totals.items()}
        if totals["sent"]:
            assert template.snapshots.order_by("-at").first().totals == totals
    assert set(of_shop().filter(sent_count=0).values_list("name", flat=True)) == {
        "pickup_ready", "welcome_offer", "loyalty_points",
    }  # fmt: skip


def test_nothing_was_sent_before_the_approval_or_by_what_is_over(shown_demo, unfenced):
    for template in Template.objects.filter(sent_count__gt=0):
        days = template.traffic.aggregate(first=Min("day"), last=Max("day"))
        approved = template.events.filter(event="APPROVED").aggregate(at=Min("at"))["at"]
        assert days["first"] >= approved.date()
        if not template.is_sendable and template.status != "PAUSED":
            assert days["last"] <= template.status_at.date()


def test_what_fell_was_read_less_before_it_and_most_of_it_was_foretold(shown_demo, unfenced):
    hits = foresight.record(at=timezone.now()).hits
    assert (hits.warned, hits.came_true, hits.pending, hits.foretold, hits.missed) == (4, 3, 1, 3, 3)
    assert not QualityWarning.objects.filter(sentence="").exists()
    trends = of_shop().values_list("name", "language", "quality_trend")
    assert {one[:2] for one in trends if one[2] == "degrading"} == {
        ("order_confirmation", "pt_BR"), ("back_in_stock", "es"), ("winter_sale", "en_GB"), ("winter_sale", "fr"),
    }  # fmt: skip
    assert of_shop().get(delivery_health="RED").name == "login_code"


def test_the_contested_template_says_what_its_category_costs(shown_demo, unfenced):
    told = Alert.objects.get(alert_type="CATEGORY_CHANGE_BLOCKED").detail
    assert "GBP more" in told
    assert "Sample prices" in told


def test_the_standing_is_the_fold_of_facts_that_came_through_the_door(shown_demo, unfenced):
    facts = facts_of(Template.objects.values_list("pk", flat=True))
    assert {one.pk: one.standing for one in Template.objects.all()} == {
        template_id: fold(known)[0].to_json() for template_id, known in facts.items()
    }
    others = TemplateEvent.objects.filter(call=None)
    assert set(others.values_list("source", "kind")) == {("sync", "COMPONENTS_CHANGE"), ("user", "CREATED")}
    sandbox = Account.objects.get(provider="sandbox")
    doors = {("applied", None, "meta"), ("applied", None, f"sandbox:{sandbox.pk}")}
    assert set(WebhookCall.objects.values_list("state", "due_at", "door")) == doors
    assert not ParkedEvent.objects.exists()


def test_the_facts_reach_back_sixty_days_and_each_was_written_in_its_time(shown_demo, unfenced):
    now = timezone.now()
    ages = {(now - at).days for at in TemplateEvent.objects.values_list("at", flat=True)}
    assert {age // 10 for age in ages} == {0, 1, 2, 3, 4, 5}
    assert max(ages) == DAYS - 1
    for event in TemplateEvent.objects.exclude(source="user"):
        assert event.received_at - event.at == timedelta(seconds=1)
    for call in WebhookCall.objects.all():
        assert call.applied_at == call.received_at
    for template in Template.objects.exclude(status="DRAFT"):
        received = {event.received_at for event in template.events.all()}
        written = set(template.versions.filter(origin="local").values_list("created_at", flat=True))
        measured = template.history.filter(history_change_reason__startswith="Delivered")
        found_out = set(measured.values_list("history_date", flat=True))
        assert template.created_at == min(received)
        assert max(received | written | found_out) <= template.updated_at < now
        assert {version.created_at for version in template.versions.all()} <= received | written
        assert {row.history_date for row in template.history.all()} == received | written | found_out
        assert {row.created_at for row in template.history.all()} == {template.created_at}


def test_alerts_are_open_resolved_and_acknowledged(shown_demo, unfenced):
    facts = facts_in(shown_demo)

    unresolved = Alert.objects.exclude(status="resolved")
    assert set(unresolved.values_list("alert_type", flat=True)) == {
        "TEMPLATE_DISABLED", "TEMPLATE_PAUSED", "TEMPLATE_REJECTED", "TEMPLATE_FLAGGED", "TEMPLATE_QUALITY_RED",
        "TEMPLATE_QUALITY_YELLOW", "CATEGORY_CHANGE_BLOCKED", "CATEGORY_CHANGE_ANNOUNCED", "TEMPLATE_DRIFT",
        "TEMPLATE_LOW_DELIVERY", "TEMPLATE_QUALITY_WARNING",
    }  # fmt: skip
    known = unresolved.get(status="acknowledged")
    assert (known.alert_type, known.acknowledged_by) == ("TEMPLATE_DISABLED", facts["admin_email"])
    assert known.entries.get(kind="acknowledged").actor == facts["admin_email"]
    assert Alert.objects.filter(status="resolved").count() > unresolved.count()


def test_trouble_of_the_account_and_of_its_number_is_over(shown_demo, unfenced):
    over = Alert.objects.filter(subject_kind__in=["account", "number"]).order_by("alert_type")
    assert list(over.values_list("alert_type", "status")) == [
        ("ACCOUNT_RESTRICTED", "resolved"),
        ("PHONE_NUMBER_QUALITY", "resolved"),
    ]
    assert Number.objects.get().messaging_limit == "TIER_2K"


def test_the_timelines_lie_in_the_past_and_in_order(shown_demo, unfenced):
    began = timezone.now() - timedelta(minutes=30)
    for alert in Alert.objects.all():
        entries = list(alert.entries.values_list("kind", "at"))
        assert [kind for kind, _ in entries][:2] == ["opened", "not_told"]
        assert all(at < began for _, at in entries)
        assert alert.opened_at == entries[0][1]
        is_found_here = alert.alert_type in FOUND_HERE
        assert alert.opened_at - alert.first_seen_at == timedelta(seconds=0 if is_found_here else 1)
        last = {"resolved": alert.resolved_at, "acknowledged": alert.acknowledged_at, "open": entries[-1][1]}
        assert entries[-1][1] == last[alert.status]
