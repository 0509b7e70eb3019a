"""What changes no row and is in the audit nevertheless: signing in, second factors, use of keys, replays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from core import joining, second_factor
from core.authentication import _note_use
from core.fence import everywhere
from core.models import ApiKey, AuditEntry, Role
from tests.console import press, superuser_at_console
from tests.signing_in import ACCOUNT, PASSWORD, app_of, give_code, give_password, noted, person_in, sign_in
from tests.world import deliver, status_change, webhook

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ADA = "ada@example.com"


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(NOON) as travel:  # the clock goes on, so that ids are in order
        yield travel


@pytest.fixture
def ada(organization):
    return person_in(organization)


def test_signing_in_and_out_is_told(ada, organization):
    client = Client()
    sign_in(client)
    client.post("/admin/logout/")

    assert noted(organization) == [("signed_in", ADA, ADA), ("signed_out", ADA, ADA)]


def test_each_organization_of_the_person_is_told_and_no_other(ada, organization, other_organization):
    third = joining.create_organization(name="Third Works")
    joining.add_member(organization=other_organization, user=ada, role=Role.VIEWER)

    sign_in(Client())

    assert [noted(one) for one in (organization, other_organization)] == [[("signed_in", ADA, ADA)]] * 2
    assert noted(third) == noted(None) == []


def test_a_superuser_is_told_of_without_an_organization_too(organization):
    chief = person_in(organization, email="chief@example.com")
    User.objects.update(is_superuser=True)

    sign_in(Client(), name="chief@example.com")

    told = ("signed_in", "chief@example.com", "chief@example.com")
    assert noted(None) == noted(organization) == [told]
    assert chief.pk


def test_a_failure_names_the_login_and_where_it_came_from_but_nobody_as_actor(ada, organization):
    give_password(Client(), password="wrong", REMOTE_ADDR="203.0.113.9")

    assert noted(organization) == [("sign_in_failed", "", ADA)]
    with everywhere():
        assert AuditEntry.objects.get().detail == "from 203.0.113.9"


def test_what_was_typed_in_place_of_a_name_is_not_kept(ada, organization):
    give_password(Client(), name="my-secret-password", password="oops")

    assert (noted(organization), noted(None)) == ([], [("sign_in_failed", "", "")])
    with everywhere():
        assert "secret" not in str(list(AuditEntry.objects.values()))


def test_the_password_alone_is_no_sign_in_and_a_wrong_code_is_told(ada, organization):
    app = app_of(ada)
    client = Client()
    give_password(client)
    give_code(client, "000000")
    give_code(client, app.code())

    assert [action for action, _who, _whom in noted(organization)][2:] == ["sign_in_failed", "signed_in"]


def test_a_second_factor_is_told_of_from_set_up_to_removal(ada, organization):
    client, app = Client(), app_of(ada)
    sign_in(client, app)
    press(client, ACCOUNT, do="renew", proof=PASSWORD)
    press(client, ACCOUNT, do="remove", proof=PASSWORD)

    assert [action for action, _who, _whom in noted(organization)] == [
        "second_factor_set",
        "backup_codes_made",
        "signed_in",
        "backup_codes_made",
        "second_factor_removed",
    ]
    assert {who for _action, who, _whom in noted(organization)} == {ADA}


def test_a_reset_names_the_superuser_and_whose_it_was(ada, organization):
    app_of(ada)

    press(superuser_at_console(), f"/admin/auth/user/{ada.pk}/reset_second_factor/")

    assert noted(organization)[-1] == ("second_factor_removed", "chief@example.com", ADA)


def test_removing_what_is_not_there_is_not_told(ada, organization):
    assert second_factor.remove(ada, actor=ADA) is False
    assert noted(organization) == []


def test_no_secret_and_no_code_is_in_the_audit(ada):
    app = app_of(ada)
    client = Client()
    give_password(client)
    give_code(client, app.codes[0])

    with everywhere():
        kept = str(list(AuditEntry.objects.values()))
    assert app.factor.secret not in kept
    assert not any(code in kept for code in app.codes)


def test_a_key_is_told_of_once_a_day(organization, viewer, now):
    for hours in (0, 1, 10, 2, 1):  # midnight is after the fourth
        now.shift(timedelta(hours=hours))
        viewer.get("/whatsapp/accounts")

    with everywhere():
        key = ApiKey.objects.get()
    assert noted(organization) == [("key_used", "key:viewer", f"viewer ({key.prefix}…)")] * 2


def test_of_two_first_uses_at_the_same_moment_one_is_told(organization, viewer):
    with everywhere():
        seen_by_both = [ApiKey.objects.get() for _ in range(2)]
        for key in seen_by_both:
            _note_use(key, at=NOON)

    assert len(noted(organization)) == 1


def test_a_replay_is_told_to_the_account_s_organization(organization, account, superuser):
    call = deliver(webhook(status_change("APPROVED"), at=NOON))

    superuser.post(f"/webhook-calls/{call.pk}/replay", {"dry_run": True})
    assert noted(organization) == noted(None) == []
    superuser.post(f"/webhook-calls/{call.pk}/replay", {"dry_run": False})

    told = noted(organization) + noted(None)
    assert [(action, who) for action, who, _whom in told] == [("replayed", "root@example.com")]
