"""Secrets at rest: unreadable in the table, readable with any configured key, never told again."""

from __future__ import annotations

import json
import logging

import pytest
from cryptography.fernet import Fernet
from django.core import serializers
from django.core.management import CommandError, call_command
from django.db import connection

from core import rotation
from core.encryption import CannotDecrypt, decrypt, encrypt
from core.fence import everywhere
from core.models import IdempotentAnswer
from providers.models import Account

SECRET = "EAAB-very-secret"
OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.fixture
def kept(account: Account) -> Account:
    """An account with a secret, as the database gives it back."""
    account.credentials = {"access_token": SECRET}
    with everywhere():
        account.save()
        found: Account = Account.objects.get()
    return found


def column() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT credentials FROM providers_account")
        ((text,),) = cursor.fetchall()
    return str(text)


def read() -> Account:
    with everywhere():
        account: Account = Account.objects.get()
    return account


def test_the_column_holds_no_secret_and_the_row_does(kept):
    assert SECRET not in column()
    assert "access_token" not in column()
    assert kept.credentials == {"access_token": SECRET}
    assert kept.secret("access_token") == SECRET


@pytest.mark.parametrize("value", [None, {}, [], "text", {"a": [1, None, "✓"]}, 7])
def test_any_json_value_comes_back_as_it_went_in(value, organization):
    with everywhere():
        IdempotentAnswer.objects.create(organization=organization, key="k", fingerprint="f", body=value)

        assert IdempotentAnswer.objects.get().body == value


def test_the_same_value_looks_different_each_time():
    assert encrypt("x") != encrypt("x")


def test_an_old_key_still_reads_and_the_newest_writes(kept, settings):
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    kept.credentials = {"access_token": "first"}
    with everywhere():
        kept.save()

    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    by_old = read().credentials
    with everywhere():
        read().save()
    settings.FIELD_ENCRYPTION_KEYS = [NEW]

    assert by_old == read().credentials == {"access_token": "first"}


def test_without_its_key_a_secret_does_not_open(kept, settings):
    settings.FIELD_ENCRYPTION_KEYS = [OLD]

    with pytest.raises(CannotDecrypt, match="FIELD_ENCRYPTION_KEYS"):
        read()


def test_what_was_never_encrypted_does_not_open():
    with pytest.raises(CannotDecrypt):
        decrypt("plain text")


def test_rotation_rewrites_every_secret_with_the_newest_key(kept, settings, organization):
    current = settings.FIELD_ENCRYPTION_KEYS
    with everywhere():
        IdempotentAnswer.objects.create(organization=organization, key="k", fingerprint="f", body={"a": 1})
        IdempotentAnswer.objects.create(organization=organization, key="empty", fingerprint="f", body=None)
    settings.FIELD_ENCRYPTION_KEYS = [NEW, *current]

    rotated = rotation.rotate()

    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    with everywhere():
        assert IdempotentAnswer.objects.get(key="k").body == {"a": 1}
        assert IdempotentAnswer.objects.get(key="empty").body is None
        assert kept.history.count() == 2  # of its creation and of the change above: none of the rotation
    assert read().credentials == {"access_token": SECRET}
    assert rotated == 2


def test_rotation_stops_at_a_secret_that_no_key_opens(kept, settings):
    settings.FIELD_ENCRYPTION_KEYS = [NEW]

    with pytest.raises(CommandError, match="FIELD_ENCRYPTION_KEYS"):
        call_command("rotate_encryption_keys")


def test_a_secret_is_told_by_no_answer_of_the_api(org_admin):
    body = {"provider": "meta", "name": "Shop", "external_id": "1", "credentials": {"access_token": SECRET}}
    created = org_admin.post("/whatsapp/accounts", body)
    path = f"/whatsapp/accounts/{created.json()['id']}"

    answers = [created, org_admin.get(path), org_admin.get("/whatsapp/accounts"), org_admin.patch(path, {"name": "S"})]

    assert [answer.status_code for answer in answers] == [201, 200, 200, 200]
    assert all(SECRET not in answer.content.decode() for answer in answers)
    assert all("credentials" not in answer.content.decode() for answer in answers)


def test_a_secret_is_in_no_history_row(kept):
    with everywhere():
        rows = list(Account.history.values())

    assert rows
    assert all({"credentials", "webhook_token"} & set(row) == set() for row in rows)
    assert SECRET not in str(rows)


def test_a_secret_is_in_no_dump(kept):
    with everywhere():
        dump = serializers.serialize("json", [kept])

    assert SECRET not in dump
    assert json.loads(dump)[0]["fields"]["credentials"] == ""


def test_a_secret_is_in_no_log_line(org_admin, caplog):
    caplog.set_level(logging.DEBUG)
    body = {"provider": "meta", "name": "Shop", "external_id": "1", "credentials": {"access_token": SECRET}}

    org_admin.post("/whatsapp/accounts", body)

    assert any(record.name == "access" for record in caplog.records)
    mine = [record.getMessage() for record in caplog.records if record.name != "django.db.backends"]
    assert SECRET not in " ".join(mine)
