"""Encryption keys can be changed without losing what they closed."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection

from core import rotation
from core.encryption import CannotDecrypt
from core.fence import everywhere
from providers.models import Account
from tests.world import account_in

OLD, NEW, LOST = (Fernet.generate_key().decode() for _ in range(3))


@pytest.fixture
def account(organization, settings):
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    return account_in(organization, external_id="1", credentials={"access_token": "hush"})


def stored() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT credentials FROM providers_account")
        return str(cursor.fetchone()[0])


def test_after_a_rotation_the_newest_key_alone_opens_every_secret(account, settings):
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]

    assert rotation.rotate() == 1

    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    with everywhere():
        assert Account.objects.get().secret("access_token") == "hush"


def test_a_rotation_writes_no_history(account, settings):
    with everywhere():
        before = Account.history.count()
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]

    rotation.rotate()

    with everywhere():
        assert Account.history.count() == before


def test_a_secret_that_no_key_opens_stops_the_rotation_and_stays_as_it_is(account, settings):
    before = stored()
    settings.FIELD_ENCRYPTION_KEYS = [LOST]

    with pytest.raises(CannotDecrypt):
        rotation.rotate()

    assert stored() == before


def test_the_command_says_how_many(account, settings, capsys):
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]

    call_command("rotate_encryption_keys")

    assert capsys.readouterr().out.startswith("1 secrets")


def test_the_command_names_the_remedy_when_a_key_is_missing(account, settings):
    settings.FIELD_ENCRYPTION_KEYS = [LOST]

    with pytest.raises(CommandError, match="FIELD_ENCRYPTION_KEYS"):
        call_command("rotate_encryption_keys")
