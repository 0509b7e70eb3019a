"""With a second factor a password alone opens nothing, and each code opens once."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import reverse

from core import rotation, second_factor
from core.models import BackupCode, SecondFactor
from tests.console import browser_of, look, press, somebody, superuser_at_console, words
from tests.signing_in import (
    ACCOUNT,
    CODE,
    LOGIN,
    PASSWORD,
    SET_UP,
    app_of,
    code_of,
    give_code,
    give_password,
    is_in,
    person_in,
    sign_in,
)
from tests.world import Api

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(NOON, tick=False) as travel:
        yield travel


@pytest.fixture
def ada(organization):
    return person_in(organization, role="org_admin")


@pytest.fixture
def app(ada):
    return app_of(ada)


def test_a_right_password_without_the_code_does_not_open_the_console(app):
    client = Client()

    answer = give_password(client)

    assert (answer.status_code, answer.headers["Location"]) == (302, CODE)
    assert not is_in(client)
    assert "_auth_user_id" not in client.session


def test_a_right_password_without_the_code_does_not_open_the_api(app, account):
    client = Client()
    give_password(client)

    assert Api(client=client).get("/whatsapp/accounts").status_code == 401


def test_the_code_opens_both(app, account):
    client = Client()
    give_password(client)

    answer = give_code(client, app.code())

    assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/")
    assert is_in(client)
    assert Api(client=client).get("/whatsapp/accounts").status_code == 200


def test_who_wanted_to_go_somewhere_arrives_there(app):
    client = Client()
    client.post(LOGIN, {"username": "ada@example.com", "password": PASSWORD, "next": "/admin/account/"})

    assert give_code(client, app.code()).headers["Location"] == "/admin/account/"


def test_nobody_is_sent_to_another_host(app):
    client = Client()
    client.post(LOGIN, {"username": "ada@example.com", "password": PASSWORD, "next": "https://evil.example/"})

    assert give_code(client, app.code()).headers["Location"] == "/admin/"


def test_without_a_second_factor_the_password_is_enough(ada):
    client = Client()

    give_password(client)

    assert is_in(client)


@pytest.mark.parametrize("code", ["000000", "", "abc", "12345", "1234567", "٠٠٠٠٠٠", "0" * 10, "-00001", "9" * 40])
def test_a_wrong_code_opens_nothing(code, app):
    client = Client()
    give_password(client)

    assert give_code(client, code).status_code == 200
    assert not is_in(client)


def test_a_code_may_be_typed_with_blanks(app):
    client = Client()
    give_password(client)
    code = app.code()

    give_code(client, f" {code[:3]} {code[3:]} ")

    assert is_in(client)


def test_a_code_cannot_be_used_twice(app):
    first, second = Client(), Client()
    code = app.code()
    give_password(first)
    give_password(second)

    give_code(first, code)
    told = words(give_code(second, code).content.decode())

    assert (is_in(first), is_in(second)) == (True, False)
    assert "was used already" in told


def test_a_code_from_before_the_one_that_was_used_is_dead_too(app):
    assert second_factor.takes(app.factor, code=app.code(steps=1))
    app.factor.refresh_from_db()

    assert not second_factor.takes(app.factor, code=app.code())


def test_of_two_with_the_same_code_at_the_same_moment_one_gets_in(app):
    twin = SecondFactor.objects.get()

    assert [second_factor.takes(one, code=app.code()) for one in (app.factor, twin)] == [True, False]


@pytest.mark.parametrize(("steps", "is_taken"), [(-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_wrong_by_half_a_minute(steps, is_taken, app):
    SecondFactor.objects.update(last_step=0)
    app.factor.refresh_from_db()

    assert second_factor.takes(app.factor, code=app.code(steps=steps)) is is_taken


def test_a_backup_code_works_once(app):
    first, second = Client(), Client()
    give_password(first)
    give_password(second)

    give_code(first, app.codes[0])
    give_code(second, app.codes[0])

    assert (is_in(first), is_in(second)) == (True, False)
    assert "9 backup codes are left." in words(look(first, ACCOUNT))


def test_somebody_else_s_backup_code_opens_nothing(app, organization):
    other = app_of(person_in(organization, email="bob@example.com"))
    client = Client()
    give_password(client)

    give_code(client, other.codes[0])

    assert not is_in(client)


def test_after_five_minutes_the_password_is_asked_for_again(app, now):
    client = Client()
    give_password(client)
    now.shift(timedelta(minutes=5, seconds=1))

    page = press(client, CODE, code=app.code())

    assert not is_in(client)
    assert "That took too long. Sign in again." in words(page.content.decode())


def test_who_has_not_given_a_password_is_not_asked_for_a_code(app):
    assert Client().get(CODE).headers["Location"] == LOGIN
    assert Client().post(CODE, {"code": app.code()}).headers["Location"] == LOGIN


def test_a_login_that_is_closed_in_between_stays_out(app, ada):
    client = Client()
    give_password(client)
    User.objects.update(is_active=False)

    give_code(client, app.code())

    assert "_auth_user_id" not in client.session


def test_a_password_that_is_changed_in_between_has_to_be_given_anew(app, ada):
    client = Client()
    give_password(client)
    ada.set_password("another-wick-7")
    ada.save()

    give_code(client, app.code())

    assert "_auth_user_id" not in client.session


def test_the_session_has_a_new_key_after_each_step(app):
    client = Client()
    client.session["visited"] = True
    client.session.save()
    keys = [client.session.session_key]
    give_password(client)
    keys.append(client.session.session_key)
    give_code(client, app.code())
    keys.append(client.session.session_key)

    assert len(set(keys)) == 3
    assert "half_signed_in" not in client.session


def test_a_session_from_before_the_set_up_has_to_show_the_code(ada, account):
    before = browser_of(ada)
    assert is_in(before)

    app_of(ada)

    assert not is_in(before)
    assert Api(client=before).get("/whatsapp/accounts").status_code == 401


def test_a_session_of_an_earlier_second_factor_is_none_of_the_new_one(ada, app):
    client = Client()
    sign_in(client, app)
    second_factor.remove(ada, actor="ada")
    assert is_in(client)

    app_of(ada)

    assert not is_in(client)


def test_a_set_up_that_is_not_confirmed_asks_nobody_for_anything(ada):
    second_factor.start(ada)
    client = Client()

    give_password(client)

    assert is_in(client)


# Setting up, on the person's own page


def secret_on(page):
    found = re.search(r'dir="ltr">([A-Z2-7 ]{39})<', page)
    assert found
    return found[1].replace(" ", "")


def test_a_person_sets_it_up_with_a_first_code_and_sees_ten_backup_codes_once(ada):
    client = browser_of(ada)
    page = press(client, ACCOUNT, do="start").content.decode()
    factor = SecondFactor.objects.get()

    done = press(client, SET_UP, code=code_of(factor)).content.decode()

    codes = re.findall(r"\d{5}-\d{5}", done)
    assert secret_on(page) == factor.secret
    assert "<svg" in page
    assert len(set(codes)) == 10
    assert is_in(client)
    for address in (ACCOUNT, "/admin/"):
        again = look(client, address)
        assert factor.secret not in again.replace(" ", "")
        assert not any(code in again for code in codes)
    assert client.get(SET_UP).headers["Location"] == ACCOUNT
    assert factor.secret not in str(dict(client.session.items()))


def test_a_wrong_first_code_leaves_it_off_and_the_same_secret_on_the_page(ada):
    client = browser_of(ada)
    page = press(client, ACCOUNT, do="start").content.decode()

    again = press(client, SET_UP, code="000000").content.decode()

    assert "not the code of now" in words(again)
    assert secret_on(again) == secret_on(page)
    assert "Off:" in words(look(client, ACCOUNT))


def test_starting_again_makes_a_new_secret(ada):
    client = browser_of(ada)

    first, second = (secret_on(press(client, ACCOUNT, do="start").content.decode()) for _ in range(2))

    assert first != second
    assert SecondFactor.objects.count() == 1


def test_one_in_force_is_not_replaced_by_starting_again(ada, app):
    client = Client()
    sign_in(client, app)

    told = words(press(client, ACCOUNT, do="start").content.decode())

    assert "There is a second factor already." in told
    assert SecondFactor.objects.get().secret == app.factor.secret


def test_the_address_for_the_app_says_whose_login_it_is(app):
    address = second_factor.address_for_app(app.factor)

    assert address == (f"otpauth://totp/Heliograph%3Aada%40example.com?secret={app.factor.secret}&issuer=Heliograph")


@pytest.mark.parametrize("proof", ["password", "code", "backup"])
def test_it_is_removed_with_a_code_or_the_password(proof, ada, app, now):
    client = Client()
    sign_in(client, app)
    now.shift(timedelta(seconds=30))
    given = {"password": PASSWORD, "code": app.code(), "backup": app.codes[0]}[proof]

    page = press(client, ACCOUNT, do="remove", proof=given)

    assert "removed" in words(page.content.decode())
    assert not SecondFactor.objects.exists()
    assert not BackupCode.objects.exists()
    fresh = Client()
    give_password(fresh)
    assert is_in(fresh)


@pytest.mark.parametrize("do", ["remove", "renew"])
@pytest.mark.parametrize("proof", ["", "wrong", "000000"])
def test_who_only_found_the_console_open_changes_nothing(do, proof, app):
    client = Client()
    sign_in(client, app)

    page = press(client, ACCOUNT, do=do, proof=proof)

    assert SecondFactor.objects.filter(confirmed_at__isnull=False).exists()
    assert second_factor.takes(app.factor, code=app.codes[0])
    assert re.findall(r"\d{5}-\d{5}", page.content.decode()) == []


def test_guesses_in_an_open_console_have_to_wait_too(app):
    client = Client()
    sign_in(client, app)
    for _ in range(5):
        press(client, ACCOUNT, do="remove", proof="wrong")

    page = press(client, ACCOUNT, do="remove", proof=PASSWORD)

    assert "Too many tries" in words(page.content.decode())
    assert SecondFactor.objects.exists()


def test_new_backup_codes_make_the_old_ones_useless(app):
    client = Client()
    sign_in(client, app)

    page = press(client, ACCOUNT, do="renew", proof=PASSWORD).content.decode()

    new = re.findall(r"\d{5}-\d{5}", page)
    assert len(new) == 10
    assert not second_factor.takes(app.factor, code=app.codes[0])
    assert second_factor.takes(app.factor, code=new[0])


def test_whose_second_factor_is_off_has_nothing_to_renew_or_remove(ada):
    page = press(browser_of(ada), ACCOUNT, do="renew", proof=PASSWORD)

    assert page.status_code == 200
    assert not BackupCode.objects.exists()


# At rest


def test_neither_the_secret_nor_a_backup_code_is_in_the_database(app):
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM core_secondfactor")
        kept = [str(cursor.fetchone()[0])]
        cursor.execute("SELECT digest FROM core_backupcode")
        kept += [str(row[0]) for row in cursor.fetchall()]

    assert len(kept) == 11
    assert not any(app.factor.secret in one for one in kept)
    assert not any(code.replace("-", "") in one for one in kept for code in app.codes)


def test_a_rotation_of_keys_keeps_it_working(app):
    assert rotation.rotate() == 1

    assert second_factor.takes(SecondFactor.objects.get(), code=app.code())


def test_it_has_no_history_and_no_page_of_its_own():
    ours = {SecondFactor, BackupCode}

    assert not any(hasattr(model, "history") for model in ours)
    assert not ours & set(admin.site._registry)
    assert not any(model._meta.app_label.startswith("otp_") for model in apps.get_models())


# A superuser resets it


def reset_of(user):
    return reverse("admin:auth_user_reset_second_factor", args=[user.pk])


def test_a_superuser_resets_it_after_a_confirmation(ada, app):
    chief = superuser_at_console()

    asked = words(look(chief, reset_of(ada)))
    assert SecondFactor.objects.exists()
    page = words(press(chief, reset_of(ada)).content.decode())

    assert "stolen password" in asked
    assert "1 second factor removed." in page
    assert not SecondFactor.objects.exists()
    fresh = Client()
    give_password(fresh)
    assert is_in(fresh)


def test_a_superuser_resets_one_that_no_key_opens_any_more(ada, app):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_secondfactor SET secret = 'lost'")

    press(superuser_at_console(), reset_of(ada))

    assert not SecondFactor.objects.exists()


def test_who_has_none_is_offered_no_reset(ada):
    page = look(superuser_at_console(), reverse("admin:auth_user_change", args=[ada.pk]))

    assert "Reset second factor" not in page


def test_the_list_of_logins_says_who_has_one(ada, app):
    assert "SECOND FACTOR" in words(look(superuser_at_console(), reverse("admin:auth_user_changelist"))).upper()


def test_nobody_else_resets_anything(ada, app, organization):
    client = somebody(organization, "org_admin")

    assert client.get(reset_of(ada)).status_code in (403, 404)
    assert client.post(reset_of(ada)).status_code in (403, 404)
    assert SecondFactor.objects.exists()


def test_my_account_is_in_the_menu_and_for_everybody_with_a_role(organization):
    client = somebody(organization, "viewer")

    assert ACCOUNT in look(client, "/admin/")
    assert "Second factor" in words(look(client, ACCOUNT))


@pytest.mark.parametrize("address", [CODE, SET_UP])
def test_the_pages_fetch_nothing_from_outside_and_keep_to_the_policy(address, ada, app):
    client = Client()
    give_password(client)
    if address == SET_UP:
        SecondFactor.objects.update(confirmed_at=None)
        client = browser_of(ada)

    answer = client.get(address)
    page = answer.content.decode()

    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    fetched = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert [one for one in fetched if re.match(r"(\w+:)?//", one)] == []
    assert "no-store" in answer.headers["Cache-Control"]


def test_the_code_page_is_written_from_the_right_for_who_reads_arabic(app):
    client = Client()
    give_password(client)

    page = client.get(CODE, headers={"Accept-Language": "ar"}).content.decode()

    assert re.search(r'<html lang="ar" dir="rtl"', page)
