"""Too many failures have to wait, whether the login exists or not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client, RequestFactory
from django_celery_beat.models import PeriodicTask

from core import clock, tasks, tries
from core.models import SignInTry
from tests.console import words
from tests.signing_in import PASSWORD, app_of, give_code, give_password, is_in, noted, person_in

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(NOON, tick=False) as travel:
        yield travel


@pytest.fixture
def ada(organization):
    return person_in(organization)


def fail(times, *, name="ada@example.com", address="198.51.100.7"):
    for _ in range(times):
        give_password(Client(), name=name, password="wrong", REMOTE_ADDR=address)


def page_after(name, *, password=PASSWORD, address="198.51.100.7"):
    return words(give_password(Client(), name=name, password=password, REMOTE_ADDR=address).content.decode())


def test_the_sixth_try_is_refused_even_with_the_right_password(ada):
    fail(5)
    client = Client()

    answer = give_password(client)

    assert "Too many tries failed. Try again in 15 minutes." in words(answer.content.decode())
    assert not is_in(client)


def test_the_fifth_try_with_the_right_password_comes_in(ada):
    fail(4)
    client = Client()

    give_password(client)

    assert is_in(client)


def test_the_wait_is_told_truly_and_is_over_then(ada, now):
    fail(5)
    now.shift(timedelta(minutes=14, seconds=1))
    client = Client()

    told = words(give_password(client).content.decode())
    now.shift(timedelta(minutes=1))
    give_password(client)

    assert "Try again in 1 minute." in told
    assert is_in(client)


def test_a_try_that_was_refused_makes_the_wait_no_longer(ada, now):
    fail(5)
    now.shift(timedelta(minutes=10))

    fail(3)

    assert "Try again in 5 minutes." in page_after("ada@example.com")


def test_who_comes_in_has_her_failures_forgiven(ada):
    fail(4)
    give_password(Client())

    fail(4)
    client = Client()
    give_password(client)

    assert is_in(client)


def test_capitals_make_no_other_name(ada):
    fail(3, name="Ada@Example.com")
    fail(2, name="ADA@EXAMPLE.COM ")

    assert "Too many tries" in page_after("ada@example.com")


def test_other_names_are_not_concerned(ada, organization):
    person_in(organization, email="bob@example.com")
    fail(5)
    client = Client()

    give_password(client, name="bob@example.com")

    assert is_in(client)


def test_a_name_that_is_nobody_s_is_answered_alike_before_and_after(ada):
    before = [page_after(name, password="wrong") for name in ("ada@example.com", "nobody@example.com")]
    fail(4)
    fail(4, name="nobody@example.com")
    after = [page_after(name) for name in ("ada@example.com", "nobody@example.com")]

    assert [one.replace("nobody@", "ada@") for one in before] == [before[0]] * 2
    assert [one.replace("nobody@", "ada@") for one in after] == [after[0]] * 2
    assert "Too many tries" in after[0]


def test_twenty_failures_from_one_address_close_it_for_every_name(ada):
    for number in range(20):
        fail(1, name=f"guess{number}@example.com")

    assert "Too many tries" in page_after("ada@example.com")
    assert "Too many tries" not in page_after("ada@example.com", address="198.51.100.8")


def test_coming_in_does_not_forgive_the_address(ada):
    for number in range(19):
        fail(1, name=f"guess{number}@example.com")
    assert "Too many tries" not in page_after("ada@example.com")

    fail(1, name="another@example.com")

    assert "Too many tries" in page_after("ada@example.com")


def test_addresses_of_one_ipv6_network_are_one(ada):
    for number in range(20):
        fail(1, name=f"guess{number}@example.com", address=f"2001:db8:1:2::{number:x}")

    assert "Too many tries" in page_after("ada@example.com", address="2001:db8:1:2:ffff::1")
    assert "Too many tries" not in page_after("ada@example.com", address="2001:db8:1:3::1")


def test_wrong_codes_count_and_the_right_password_does_not_forgive_them(ada):
    app, client = app_of(ada), Client()
    for _ in range(5):
        give_password(client)
        give_code(client, "000000")

    told = words(give_code(client, app.code()).content.decode())

    assert "Too many tries" in told
    assert not is_in(client)
    assert "Too many tries" in page_after("ada@example.com")


def test_tries_at_the_same_moment_do_not_slip_through_together(db):
    for _ in range(5):
        tries.begin(name="ada", address="")  # their passwords are still being looked at

    with pytest.raises(tries.TooManyTries):
        tries.begin(name="ada", address="")


def test_what_was_typed_is_not_kept(db):
    fail(1, name="my-secret-password")

    kept = " ".join(str(value) for row in SignInTry.objects.values() for value in row.values())
    assert SignInTry.objects.count() == 2
    assert "secret" not in kept
    assert "198.51" not in kept


def test_a_name_and_an_address_that_read_alike_are_counted_apart(db):
    for _ in range(5):
        tries.begin(name="198.51.100.7", address="")

    tries.begin(name="ada", address="198.51.100.7")


@pytest.mark.parametrize(
    ("is_https", "forwarded", "expected"),
    [
        (False, None, "198.51.100.7"),
        (False, "203.0.113.9", "198.51.100.7"),
        (True, "203.0.113.9", "203.0.113.9"),
        (True, "192.0.2.1, 203.0.113.9", "203.0.113.9"),
        (True, None, ""),
    ],
)
def test_a_forwarded_address_is_believed_behind_https_alone_and_its_last_hop_only(
    is_https, forwarded, expected, settings
):
    settings.IS_HTTPS = is_https
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    request = RequestFactory().get("/", headers=headers, REMOTE_ADDR="198.51.100.7")

    assert tries.address_of(request) == expected


def test_an_address_that_cannot_be_known_closes_nothing_for_everybody(db):
    for number in range(30):
        tries.begin(name=f"guess{number}", address="")

    tries.begin(name="ada", address="")


@pytest.mark.parametrize(
    ("given", "same"),
    [("::ffff:198.51.100.7", "198.51.100.7"), ("198.51.100.7:5123", "198.51.100.7"), ("not an address",) * 2],
)
def test_an_address_in_another_spelling_is_the_same(given, same, db):
    for number in range(20):
        tries.begin(name=f"guess{number}", address=given)

    with pytest.raises(tries.TooManyTries):
        tries.begin(name="ada", address=same)


def test_old_failures_are_swept(db, now):
    fail(2)
    now.shift(timedelta(minutes=10))
    fail(1)
    now.shift(timedelta(minutes=6))

    assert tasks.forget_sign_in_tries() == 4
    assert SignInTry.objects.count() == 2


def test_the_clock_sweeps(db):
    clock.fill_schedule()

    assert PeriodicTask.objects.filter(task="core.tasks.forget_sign_in_tries").exists()


def test_an_empty_form_is_no_try(ada):
    Client().post("/admin/login/", {"username": "ada@example.com", "password": ""})

    assert not SignInTry.objects.exists()


def test_a_block_is_in_the_audit_once(ada, organization):
    fail(7)

    blocks = [entry for entry in noted(organization) if entry[0] == "sign_in_blocked"]
    assert blocks == [("sign_in_blocked", "", "ada@example.com")]
