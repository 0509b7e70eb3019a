"""What belongs to the whole installation: logins, groups and the clock's schedule, for superusers alone."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.urls import reverse
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)
from unfold.admin import ModelAdmin

from core.models import Role
from tests.console import look, press, somebody, superuser_at_console, words

FIRST_FIELDS = {
    User: 'name="username"',
    Group: 'name="name"',
    PeriodicTask: 'name="regtask"',
    IntervalSchedule: 'name="every"',
    CrontabSchedule: 'name="minute"',
    SolarSchedule: 'name="event"',
    ClockedSchedule: 'name="clocked_time_0"',
}
MODELS = list(FIRST_FIELDS)
named = pytest.mark.parametrize("model", MODELS, ids=[model.__name__ for model in MODELS])


def address_of(model, what):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{what}")


@named
def test_a_superuser_opens_the_list_and_the_form(model, db):
    client = superuser_at_console()

    assert "<html" in look(client, address_of(model, "changelist"))
    assert FIRST_FIELDS[model] in look(client, address_of(model, "add"))


@named
def test_no_member_does_whatever_the_role(model, organization):
    client = somebody(organization, Role.ORG_ADMIN)

    assert client.get(address_of(model, "changelist")).status_code == 403
    assert client.get(address_of(model, "add")).status_code == 403


@pytest.mark.parametrize("model", list(admin.site._registry), ids=[model.__name__ for model in admin.site._registry])
def test_every_page_wears_the_theme(model):
    assert isinstance(admin.site._registry[model], ModelAdmin)


def test_a_superuser_gives_a_login_its_first_password(organization):
    somebody(organization, Role.VIEWER)
    user = User.objects.get()
    address = reverse("admin:auth_user_password_change", args=[user.pk])
    given = {"usable_password": "true", "password1": "lantern-oil-9", "password2": "lantern-oil-9"}

    page = press(superuser_at_console(), address, **given)

    assert page.status_code == 200
    user.refresh_from_db()
    assert user.check_password("lantern-oil-9")


def test_a_tick_of_the_clock_is_stopped_in_the_schedule(db):
    every = IntervalSchedule.objects.create(every=1, period=IntervalSchedule.HOURS)
    tick = PeriodicTask.objects.create(name="check accounts", task="providers.tasks.check_accounts", interval=every)
    client = superuser_at_console()

    assert "check accounts" in words(look(client, address_of(PeriodicTask, "changelist")))
    assert "check accounts" in look(client, reverse("admin:django_celery_beat_periodictask_change", args=[tick.pk]))
    press(client, address_of(PeriodicTask, "changelist"), action="disable_tasks", _selected_action=[str(tick.pk)])

    tick.refresh_from_db()
    assert tick.enabled is False


def test_nothing_is_run_from_a_process_that_may_have_no_broker(db):
    every = IntervalSchedule.objects.create(every=1, period=IntervalSchedule.HOURS)
    PeriodicTask.objects.create(name="check accounts", task="providers.tasks.check_accounts", interval=every)

    assert 'value="run_tasks"' not in look(superuser_at_console(), address_of(PeriodicTask, "changelist"))
