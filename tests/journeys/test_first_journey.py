"""The product's main job, by the front door: a signed call becomes standing, history, an alert and an e-mail."""

from __future__ import annotations

import pytest

from alerts import tasks as alert_tasks
from core.fence import everywhere
from templates_app.models import Template, TemplateVersion
from tests.meta_bodies import CATEGORY, COMPONENTS, FIXTURES, QUALITY, about, at, body, deliver
from tests.world import account_in, number_of

pytestmark = pytest.mark.django_db
WABA = "109887766554433"
NAMED = {"message_template_id": 7001, "message_template_name": "lamp_oil", "message_template_language": "en_US"}


@pytest.fixture(autouse=True)
def _world(organization, admin_person):
    account = account_in(organization, external_id=WABA)
    number_of(account, external_id="104455667788990", shown="+1 555 0100")


def the_template() -> Template:
    with everywhere():
        return Template.objects.select_related("current_version").get()


def history(api) -> list[tuple[str, str | None, str]]:
    answer = api.get(f"/whatsapp/104455667788990/templates/{the_template().pk}/status-history")
    return [(row["event_type"], row["previous_status"], row["new_status"]) for row in answer.json()["history"]]


def open_alerts(api) -> list[tuple[str, str, int]]:
    return [(one["alert_type"], one["severity"], one["count"]) for one in api.results("/alerts?status=open")]


def test_a_disabled_template_is_seen_told_and_answered(org_admin, mailoutbox):
    deliver(
        body(about("APPROVED"), time=at(8)),
        body(about("DISABLED", reason="ABUSIVE_CONTENT", disable_info={"disable_date": at(9)}), time=at(9)),
    )
    alert_tasks.send_due()

    (template,) = org_admin.results("/whatsapp/templates")
    assert (template["status"], template["disabled_reason"]) == ("DISABLED", "ABUSIVE_CONTENT")
    assert template["disabled_at"] == "2026-11-10T09:00:00Z"
    assert history(org_admin) == [("DISABLED", "APPROVED", "DISABLED"), ("APPROVED", None, "APPROVED")]
    assert open_alerts(org_admin) == [("TEMPLATE_DISABLED", "CRITICAL", 1)]
    assert [(mail.to, mail.subject) for mail in mailoutbox] == [
        (["ada@example.com"], "[CRITICAL] Template lamp_oil (en_US) is disabled")
    ]
    assert "What to do: " in mailoutbox[0].body


def test_being_told_is_done_once_however_often_the_queue_is_drained(mailoutbox):
    deliver(body(about("DISABLED"), time=at(9)))

    for _ in range(3):
        alert_tasks.send_due()

    assert len(mailoutbox) == 1


def test_a_recovery_resolves_the_alert_by_itself(org_admin):
    deliver(body(about("PAUSED", other_info={"title": "FIRST_PAUSE"}), time=at(8)))
    paused_until = org_admin.results("/whatsapp/templates")[0]["paused_until"]
    deliver(body(about("APPROVED", other_info={"title": "UNPAUSE"}), time=at(11)))

    assert paused_until == "2026-11-10T11:00:00Z"
    assert org_admin.results("/whatsapp/templates")[0]["paused_until"] is None
    assert open_alerts(org_admin) == []
    assert [one["status"] for one in org_admin.results("/alerts")] == ["resolved"]


def test_red_quality_is_critical_and_yellow_resolves_it_and_opens_its_own(org_admin):
    deliver(body({**NAMED, "previous_quality_score": "GREEN", "new_quality_score": "RED"}, field=QUALITY, time=at(8)))
    red = open_alerts(org_admin)
    deliver(body({**NAMED, "previous_quality_score": "RED", "new_quality_score": "YELLOW"}, field=QUALITY, time=at(9)))

    assert red == [("TEMPLATE_QUALITY_RED", "CRITICAL", 1)]
    assert open_alerts(org_admin) == [("TEMPLATE_QUALITY_YELLOW", "MEDIUM", 1)]


def test_what_a_person_resolved_is_opened_again_only_by_something_newer(org_admin):
    deliver(body(about("DISABLED"), time=at(9)))
    (alert,) = org_admin.results("/alerts")
    assert org_admin.post(f"/alerts/{alert['id']}/resolve", {"note": "known"}).status_code == 200

    deliver(body(about("DISABLED"), time=at(8)))
    after_a_late_fact = open_alerts(org_admin)
    deliver(body(about("DISABLED"), time=at(10)))

    assert after_a_late_fact == []
    assert open_alerts(org_admin) == [("TEMPLATE_DISABLED", "CRITICAL", 3)]


def test_a_completed_category_change_moves_the_truth_and_contests_the_template(org_admin):
    value = {**NAMED, "previous_category": "UTILITY", "new_category": "MARKETING"}
    deliver(body(value, field=CATEGORY, time=at(9)))

    template = org_admin.results("/whatsapp/templates")[0]
    assert (template["category"], template["meta_reported_category"]) == ("UTILITY", "MARKETING")
    assert template["is_contested"] is True
    assert template["category_changed_at"] == "2026-11-10T09:00:00Z"


def test_content_that_becomes_known_is_version_one_and_other_content_the_next(org_admin):
    deliver(body({**NAMED, "message_template_element": "Hello {{1}}!"}, field=COMPONENTS, time=at(8)))
    deliver(body({**NAMED, "message_template_element": "Hello {{1}}!"}, field=COMPONENTS, time=at(9)))
    deliver(body({**NAMED, "message_template_element": "Hi {{name}}."}, field=COMPONENTS, time=at(10)))

    with everywhere():
        versions = list(TemplateVersion.objects.order_by("number").values_list("number", "variables", "origin"))
    assert versions == [(1, ["1"], "provider"), (2, ["name"], "provider")]
    template = org_admin.results("/whatsapp/templates")[0]
    assert (template["current_version"], template["parameter_format"]) == (2, "NAMED")


def test_late_content_does_not_replace_newer_content():
    deliver(body({**NAMED, "message_template_element": "New."}, field=COMPONENTS, time=at(10)))
    deliver(body({**NAMED, "message_template_element": "Old."}, field=COMPONENTS, time=at(8)))

    version = the_template().current_version
    assert version is not None
    assert version.components[0]["text"] == "New."


def test_every_change_is_audited_with_its_actor_and_reason_and_repeats_write_nothing():
    for _ in range(2):
        deliver(body(about("APPROVED"), time=at(8)), body(about("PAUSED"), time=at(9)))

    with everywhere():
        trail = list(the_template().history.order_by("history_id").values_list("history_type", "actor", "status"))
    assert trail == [("+", "webhook", "APPROVED"), ("~", "webhook", "PAUSED")]


def test_a_replay_of_what_is_known_changes_nothing_and_a_dry_run_never_does(superuser, org_admin):
    deliver(body(about("APPROVED"), time=at(8)))
    call = superuser.results("/webhook-calls")[0]

    dry = superuser.post(f"/webhook-calls/{call['id']}/replay", {"dry_run": True}).json()
    done = superuser.post(f"/webhook-calls/{call['id']}/replay", {}).json()

    assert dry == done == {"changes": []}
    assert len(history(org_admin)) == 1


def test_every_sample_call_is_applied_or_parked_with_its_reason(organization):
    account_in(organization, external_id="317420698811204", name="Harbour")
    samples = sorted(FIXTURES.glob("*.json"))

    deliver(*[sample.read_bytes() for sample in samples if not sample.name.startswith("api-")])

    with everywhere():
        statuses = {template.name: template.status for template in Template.objects.all()}
    assert statuses["order_dispatched_v3"] == "APPROVED"
    assert "DISABLED" in statuses.values()
