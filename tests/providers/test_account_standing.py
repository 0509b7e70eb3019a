"""Accounts and numbers as their providers speak of them: kept once, folded, told, let go when the time is over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from alerts.models import Alert, AlertEntry
from core.fence import everywhere, inside
from providers import accounts, replay, standing
from providers.events import NumberChanged
from providers.models import Account, AccountEvent, Number, WebhookCall
from providers.routes import Incoming
from tests.world import DAY, WABA, deliver, number_of, webhook

pytestmark = pytest.mark.django_db

SHOWN, DIGITS = "+49 30 1234567", "49301234567"
MESSAGING, ADDING = "RESTRICTED_BIZ_INITIATED_MESSAGING", "RESTRICTED_ADD_PHONE_NUMBER_ACTION"


def at(hour: float) -> datetime:
    return DAY + timedelta(hours=hour)


@pytest.fixture(autouse=True)
def noon() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(at(12)) as clock:
        yield clock


def update(event: str = "ACCOUNT_RESTRICTION", **said: Any) -> tuple[str, dict[str, Any]]:
    return "account_update", {"event": event, **said}


def restriction(*, until: float | None = None, of: str = MESSAGING) -> tuple[str, dict[str, Any]]:
    end = {} if until is None else {"expiration": int(at(until).timestamp())}
    return update(restriction_info=[{"restriction_type": of, **end}])


def ban(state: str) -> tuple[str, dict[str, Any]]:
    return update("DISABLED_UPDATE", ban_info={"waba_ban_state": state, "waba_ban_date": "March 9, 2026"})


def quality(event: str, **said: Any) -> tuple[str, dict[str, Any]]:
    return "phone_number_quality_update", {"display_phone_number": DIGITS, "event": event, **said}


def outcomes(call: WebhookCall) -> list[tuple[str, str]]:
    return [(line["outcome"], line["object"]["kind"]) for line in call.changes]


def facts() -> list[AccountEvent]:
    with everywhere():
        return list(AccountEvent.objects.order_by("id"))


def again(row: Any) -> Any:
    with everywhere():
        return type(row).objects.get(pk=row.pk)


def alerts(alert_type: str = "ACCOUNT_RESTRICTED") -> list[Alert]:
    with everywhere():
        return list(Alert.objects.filter(alert_type=alert_type).order_by("id"))


def only_alert(alert_type: str = "ACCOUNT_RESTRICTED") -> Alert:
    (alert,) = alerts(alert_type)
    return alert


def test_a_restriction_stands_and_alerts(account):
    call = deliver(webhook(restriction(until=24), restriction(until=48, of=ADDING), at=at(9)))

    assert outcomes(call) == [("applied", "account"), ("applied", "account")]
    alert = only_alert()
    assert (alert.severity, alert.status, alert.count) == ("CRITICAL", "open", 2)
    assert (alert.organization_id, alert.subject_id) == (account.organization_id, str(account.pk))
    assert alert.first_seen_at == at(9)
    assert alert.data["account_name"] == "Shop"
    assert {each["type"] for each in alert.data["restrictions"]} == {MESSAGING, ADDING}
    assert alert.data["restricted_until"] == at(48).isoformat()


def test_a_fact_is_kept_once_with_its_call_and_what_it_said(account):
    call = deliver(webhook(ban("DISABLE"), ban("DISABLE"), at=at(9)))

    assert outcomes(call) == [("applied", "account"), ("known", "account")]
    (fact,) = facts()
    assert (fact.account_id, fact.organization_id, fact.number_id) == (account.pk, account.organization_id, None)
    assert (fact.kind, fact.event, fact.at, fact.is_timed) == ("UPDATE", "DISABLED_UPDATE", at(9), True)
    assert (fact.call_id, fact.received_at, fact.actor) == (call.pk, call.received_at, "webhook")
    assert fact.said == {"ban_info": {"waba_ban_state": "DISABLE", "waba_ban_date": "March 9, 2026"}}


def test_a_repeat_writes_nothing(account):
    deliver(webhook(restriction(until=24), at=at(9)))
    with everywhere():
        before = (Account.objects.get().standing, Alert.objects.get().count, AlertEntry.objects.count())

    call = deliver(webhook(restriction(until=24), ("flows", {}), at=at(9)))

    assert call.changes[0]["outcome"] == "known"
    with everywhere():
        assert (Account.objects.get().standing, Alert.objects.get().count, AlertEntry.objects.count()) == before


def test_a_late_ban_leaves_an_account_that_was_reinstated_since(account):
    deliver(webhook(ban("REINSTATE"), at=at(9)))

    deliver(webhook(ban("DISABLE"), at=at(8)))

    assert again(account).standing["ban_state"] == "REINSTATE"
    assert alerts() == []
    assert len(facts()) == 2


def test_an_unban_resolves_the_alert(account):
    deliver(webhook(restriction(), at=at(8)))

    deliver(webhook(update(violation_info={"violation_type": "UTILITY_TEMPLATE_ABUSE_UNBAN"}), at=at(9)))

    assert only_alert().status == "resolved"


def test_a_warning_is_kept_and_opens_nothing(account):
    deliver(webhook(update("ACCOUNT_VIOLATION", violation_info={"violation_type": "ADULT"}), at=at(8)))

    assert again(account).standing == {"last_event": "ACCOUNT_VIOLATION"}
    assert alerts() == []


def test_an_observation_writes_no_history(account, number):
    deliver(webhook(restriction(), quality("FLAGGED"), at=at(9)))

    with everywhere():
        assert (account.history.count(), number.history.count()) == (1, 1)


def test_a_fact_without_a_time_is_a_repeat_only_if_it_says_what_the_latest_of_its_kind_says(account):
    deliver(webhook(("account_review_update", {"decision": "APPROVED"})))
    deliver(webhook(update("PARTNER_ADDED")))

    repeat = deliver(webhook(("account_review_update", {"decision": "APPROVED"})))
    change = deliver(webhook(("account_review_update", {"decision": "PENDING"})))
    back = deliver(webhook(("account_review_update", {"decision": "APPROVED"})))

    assert [outcomes(call)[0][0] for call in (repeat, change, back)] == ["known", "applied", "applied"]
    assert again(account).standing["review_decision"] == "APPROVED"


def test_a_call_that_is_applied_again_says_nothing_new_even_without_a_time(account):
    call = deliver(webhook(("account_review_update", {"decision": "APPROVED"})))
    deliver(webhook(("account_review_update", {"decision": "PENDING"})))

    changes = replay.replay(call, actor="ada@example.com", dry_run=False)

    assert changes == []
    assert len(facts()) == 2
    assert again(account).standing["review_decision"] == "PENDING"


def test_a_dry_run_tells_what_would_change(account):
    call = deliver(webhook(restriction(until=24), at=at(9)))
    with everywhere():
        AccountEvent.objects.all().delete()
        Account.objects.update(standing={})

    (change,) = replay.replay(call, actor="ada@example.com", dry_run=True)

    assert change["object"] == {"kind": "account", "id": str(account.pk), "label": "Shop"}
    assert change["before"] == {"condition": None, "last_event": None, "restrictions": None}
    assert change["after"]["last_event"] == "ACCOUNT_RESTRICTION"
    assert again(account).standing == {}


# Numbers


def test_a_number_is_found_by_its_digits(number):
    call = deliver(webhook(quality("FLAGGED", current_limit="TIER_2K"), at=at(9)))

    row = again(number)
    assert outcomes(call) == [("applied", "number")]
    assert (row.quality_rating, row.messaging_limit) == ("FLAGGED", "TIER_2K")
    alert = only_alert("PHONE_NUMBER_QUALITY")
    assert (alert.severity, alert.subject_kind, alert.subject_id) == ("HIGH", "number", str(number.pk))
    assert alert.data["number"] == SHOWN


def test_the_alert_about_a_number_follows_its_color_until_it_is_well(number):
    seen = []
    for hour, event in enumerate(("YELLOW", "RED", "YELLOW", "GREEN")):
        deliver(webhook(quality(event), at=at(hour)))
        alert = only_alert("PHONE_NUMBER_QUALITY")
        seen.append((alert.severity, alert.status, alert.count))

    assert seen == [("MEDIUM", "open", 1), ("HIGH", "open", 2), ("MEDIUM", "open", 3), ("MEDIUM", "resolved", 3)]
    assert again(number).quality_rating == "GREEN"


def test_a_number_with_the_same_digits_in_another_account_is_left_alone(number, other_account):
    theirs = number_of(other_account, external_id="1", shown=SHOWN)

    deliver(webhook(quality("FLAGGED"), at=at(9)))

    assert (again(number).quality_rating, again(theirs).quality_rating) == ("FLAGGED", "UNKNOWN")


def test_of_two_rows_with_the_same_digits_the_newer_one_is_meant(account, number):
    newer = number_of(account, external_id="1", shown=SHOWN, created_at=timezone.now() + timedelta(minutes=1))

    deliver(webhook(quality("FLAGGED"), at=at(9)))

    assert (again(number).quality_rating, again(newer).quality_rating) == ("UNKNOWN", "FLAGGED")


def number_changed(account: Account, **named: str) -> Incoming:
    call = WebhookCall.objects.create(door="meta", body=b"{}", received_at=at(9))
    event = NumberChanged(
        account_ids=(WABA,),
        field="security",
        at=at(9),
        raw_time=None,
        raw={},
        kind="SECURITY",
        event="PIN_CHANGED",
        content={},
        **named,
    )
    return Incoming(event=event, account=account, received_at=call.received_at, call=call)


def test_the_id_of_a_number_says_more_than_its_digits(account, number):
    by_id = number_of(account, external_id="77", shown="+49 30 999")

    with everywhere():
        (outcome,) = standing.apply([number_changed(account, digits=DIGITS, external_id="77")])

    assert outcome.object == {"kind": "number", "id": str(by_id.pk), "label": "+49 30 999"}
    assert again(number).standing == {}


def test_a_fact_about_a_number_that_is_not_here_is_kept_under_the_account(account):
    call = deliver(webhook(quality("FLAGGED"), at=at(9)))

    (fact,) = facts()
    assert outcomes(call) == [("applied", "account")]
    assert (fact.number_id, fact.digits) == (None, DIGITS)
    assert again(account).standing == {}
    assert alerts("PHONE_NUMBER_QUALITY") == []


def test_a_repeat_about_a_number_that_is_not_here_is_known(account):
    deliver(webhook(quality("FLAGGED")))

    assert outcomes(deliver(webhook(quality("FLAGGED")))) == [("known", "account")]


def add_number(account: Account, *, shown: str = SHOWN, external_id: str = "1") -> Number:
    with inside(account.organization):
        return accounts.add_number(
            organization=account.organization,
            fields={"account": account, "external_id": external_id, "display_phone_number": shown},
        )


def test_a_number_that_is_added_takes_over_what_was_said_of_its_digits(account):
    deliver(webhook(quality("FLAGGED", current_limit="TIER_2K"), at=at(9)))

    number = add_number(account)

    assert (again(number).quality_rating, again(number).messaging_limit) == ("FLAGGED", "TIER_2K")
    assert facts()[0].number_id == number.pk
    assert only_alert("PHONE_NUMBER_QUALITY").subject_id == str(number.pk)


def test_a_number_that_is_added_takes_over_what_was_said_of_its_id(account):
    with everywhere():
        standing.apply([number_changed(account, external_id="77")])

    number = add_number(account, shown="(unknown)", external_id="77")

    assert again(number).standing["last_security_event"]["event"] == "PIN_CHANGED"


def test_a_number_without_digits_takes_over_nothing_that_names_none(account):
    with everywhere():
        standing.apply([number_changed(account, external_id="77")])

    number = add_number(account, shown="(unknown)", external_id="78")

    assert again(number).standing == {}


def test_a_number_takes_over_nothing_of_the_account_itself_nor_of_another_account(account, other_account):
    deliver(webhook(ban("DISABLE"), quality("FLAGGED"), at=at(9)))

    number = add_number(other_account)

    assert again(number).standing == {}
    assert {fact.number_id for fact in facts()} == {None}


def test_a_number_whose_digits_are_corrected_takes_over_what_they_were_said_of(account):
    number = add_number(account, shown="+49 30 99")
    deliver(webhook(quality("RED"), at=at(9)))

    with inside(account.organization):
        accounts.change_number(number, fields={"display_phone_number": SHOWN})

    assert again(number).quality_rating == "RED"
    assert only_alert("PHONE_NUMBER_QUALITY").status == "open"


def test_an_edit_of_a_row_read_earlier_takes_nothing_from_the_standing(number):
    deliver(webhook(quality("RED"), at=at(9)))

    with inside(number.organization):
        accounts.change_number(number, fields={"is_default": True})

    assert again(number).quality_rating == "RED"


def test_a_batch_about_many_accounts_and_numbers_answers_in_its_order(account, number, other_account, other_number):
    with everywhere():
        batch = [
            number_changed(other_account, digits=other_number.digits),
            number_changed(account, digits="1"),
            number_changed(account, digits=DIGITS),
            number_changed(account, digits=DIGITS),
        ]
        told = standing.apply(batch)

    assert [outcome.status for outcome in told] == ["applied", "applied", "applied", "known"]
    assert [outcome.object["id"] for outcome in told if outcome.object] == [
        str(row.pk) for row in (other_number, account, number, number)
    ]
    assert [outcome.before == outcome.after for outcome in told] == [False, True, False, True]
    assert {fact.organization_id for fact in facts()} == {account.organization_id, other_account.organization_id}


# The end of a restriction


def test_a_restriction_that_has_ended_resolves_its_alert_once(account, noon):
    deliver(webhook(restriction(until=24), at=at(9)))
    assert standing.lapse() == 0

    noon.shift(timedelta(hours=12))

    assert standing.lapse() == 1
    assert only_alert().status == "resolved"
    assert again(account).standing == {"last_event": "ACCOUNT_RESTRICTION"}
    assert standing.lapse() == 0


def test_a_late_fact_does_not_bring_back_what_has_ended(account, noon):
    deliver(webhook(restriction(until=24), at=at(9)))
    noon.shift(timedelta(hours=24))
    standing.lapse()

    deliver(webhook(restriction(until=20, of=ADDING), at=at(8)))

    assert only_alert().status == "resolved"
    assert standing.lapse() == 1
    assert only_alert().status == "resolved"


def test_accounts_that_are_still_restricted_or_banned_do_not_lapse(account, other_account, noon):
    deliver(webhook(restriction(until=24), restriction(until=72, of=ADDING), at=at(9)))
    deliver(webhook(restriction(until=24), ban("DISABLE"), account_id=other_account.external_id, at=at(9)))

    noon.shift(timedelta(hours=24))

    assert standing.lapse() == 0
    assert [alert.status for alert in alerts()] == ["open", "open"]


def test_a_restriction_after_the_end_of_the_earlier_opens_an_alert_of_its_own(account, noon):
    deliver(webhook(restriction(until=24), at=at(9)))
    noon.shift(timedelta(hours=24))
    standing.lapse()

    deliver(webhook(restriction(until=72), at=at(35)))

    assert [(alert.status, alert.count, alert.first_seen_at) for alert in alerts()] == [
        ("resolved", 1, at(9)),
        ("open", 1, at(35)),
    ]
    assert only_restriction(account)["until"] == at(72).isoformat()


def only_restriction(account: Account) -> dict[str, Any]:
    (one,) = again(account).standing["restrictions"]
    return dict(one)


def test_a_restriction_that_arrives_after_its_end_opens_nothing(account):
    deliver(webhook(restriction(until=11), at=at(9)))

    assert alerts() == []
    assert standing.lapse() == 1


# What people read


def told(*changes: tuple[str, dict[str, Any]]) -> Alert:
    deliver(webhook(*changes, at=at(9)))
    return only_alert()


def test_a_restriction_is_told_in_words(account):
    alert = told(
        update(
            restriction_info=[
                {"restriction_type": MESSAGING, "expiration": int(at(24).timestamp()), "remediation": "Check opt-ins."},
                {"restriction_type": "RESTRICTED_NEW_THINGS", "remediation": "Check opt-ins"},
            ]
        )
    )

    assert alert.title == "Account Shop is restricted by its provider"
    assert alert.detail == (
        "Restricted until March 3, 2026 at 00:00 UTC: starting conversations with customers. "
        "Restricted until the provider lifts it: new things."
    )
    assert alert.action_required.startswith("Check opt-ins. Hold what this stops")
    assert alert.data["restricted_until"] is None


def test_a_title_says_when_all_restrictions_end(account):
    assert told(restriction(until=24)).title == (
        "Account Shop is restricted by its provider until March 3, 2026 at 00:00 UTC"
    )


def test_a_restriction_without_a_type_is_told_too(account):
    alert = told(update(restriction_info=[{}]))

    assert "something that the provider does not name" in alert.detail


@pytest.mark.parametrize(
    ("state", "title"),
    [
        ("DISABLE", "Account Shop is disabled by its provider"),
        ("SCHEDULE_FOR_DISABLE", "Account Shop will be disabled by its provider on March 9, 2026"),
    ],
)
def test_a_ban_is_told_in_words(account, state, title):
    alert = told(ban(state))

    assert alert.title == title
    assert "March 9, 2026" in alert.detail
    assert alert.data["ban_state"] == state


def test_only_the_restrictions_that_still_hold_are_told(account):
    deliver(webhook(restriction(until=24), restriction(until=48, of=ADDING), at=at(9)))

    (matter,) = standing.matters_of(again(account), at=at(30))

    assert [each["type"] for each in matter.data["restrictions"]] == [ADDING]
    assert "adding phone numbers" in matter.detail
    assert "conversations" not in matter.detail
    assert standing.matters_of(again(account), at=at(48)) == []
