"""What belongs to the installation: logins, groups and the clock's schedule, in the theme and for superusers only."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as PlainGroupAdmin
from django.contrib.auth.admin import UserAdmin as PlainUserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_celery_beat.admin import ClockedScheduleAdmin as PlainClockedScheduleAdmin
from django_celery_beat.admin import CrontabScheduleAdmin as PlainCrontabScheduleAdmin
from django_celery_beat.admin import PeriodicTaskAdmin as PlainPeriodicTaskAdmin
from django_celery_beat.admin import PeriodicTaskForm as PlainPeriodicTaskForm
from django_celery_beat.admin import TaskSelectWidget
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from core.switching import SUPERUSERS, covers

for model in (User, Group, ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule):
    admin.site.unregister(model)


class ForSuperusers(ModelAdmin):
    """Nobody else sees that the page exists."""

    list_fullwidth = True
    compressed_fields = True

    def has_module_permission(self, request: HttpRequest) -> bool:
        return covers(request, SUPERUSERS)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return covers(request, SUPERUSERS)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return covers(request, SUPERUSERS)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return covers(request, SUPERUSERS)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return covers(request, SUPERUSERS)


@admin.register(User)
class UserAdmin(PlainUserAdmin, ForSuperusers):  # type: ignore[type-arg]  # not subscriptable at run time
    """Without groups and permissions: what a person may do here, her memberships say."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "email", "is_active", "is_superuser", "last_login")
    list_filter = ("is_active", "is_superuser")
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email")}),
        (_("Rights"), {"fields": ("is_active", "is_staff", "is_superuser")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    readonly_fields = ("last_login", "date_joined")


@admin.register(Group)
class GroupAdmin(PlainGroupAdmin, ForSuperusers):
    pass


class _TaskChoice(UnfoldAdminSelectWidget, TaskSelectWidget):
    """The registered tasks, in the theme's clothes."""


class PeriodicTaskForm(PlainPeriodicTaskForm):
    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["task"].widget = UnfoldAdminTextInputWidget()
        self.fields["regtask"].widget = _TaskChoice()


@admin.register(PeriodicTask)
class PeriodicTaskAdmin(PlainPeriodicTaskAdmin, ForSuperusers):
    """Without "run now": what a web process hands to Celery is lost where there is no broker."""

    form = PeriodicTaskForm
    actions = ("enable_tasks", "disable_tasks", "toggle_tasks")


@admin.register(IntervalSchedule)
class IntervalScheduleAdmin(ForSuperusers):
    pass


@admin.register(CrontabSchedule)
class CrontabScheduleAdmin(PlainCrontabScheduleAdmin, ForSuperusers):
    inlines = ()


@admin.register(SolarSchedule)
class SolarScheduleAdmin(ForSuperusers):
    pass


@admin.register(ClockedSchedule)
class ClockedScheduleAdmin(PlainClockedScheduleAdmin, ForSuperusers):
    inlines = ()
