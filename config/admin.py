"""What belongs to the installation: logins, groups and the clock's schedule, in the theme and for superusers only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as PlainGroupAdmin
from django.contrib.auth.admin import UserAdmin as PlainUserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext
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
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from core import second_factor
from core.context import current_actor
from core.deeds import Deed, DeedAdmin
from core.models import SecondFactor
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


class ResetSecondFactor(Deed):
    name = "reset_second_factor"
    verb = _("Reset second factor")
    needs = SUPERUSERS
    is_final = True

    def fits(self, request: HttpRequest, row: Any) -> bool:
        return self.may(request) and second_factor.in_force(row) is not None

    def foretell(self, rows: Sequence[Any]) -> list[str]:
        told = ngettext(
            "%(count)s person signs in with the password alone.",
            "%(count)s persons sign in with the password alone.",
            len(rows),
        )
        return [
            told % {"count": len(rows)},
            gettext("The authenticator app and the backup codes they have now open nothing any more."),
            gettext("Be sure who asks you for this: it is what somebody with a stolen password would ask."),
        ]

    def carry_out(self, request: HttpRequest, rows: Sequence[Any], *, given: Mapping[str, Any]) -> str:
        done = sum(second_factor.remove(row, actor=current_actor(), detail="reset by a superuser") for row in rows)
        told = ngettext("%(count)s second factor removed.", "%(count)s second factors removed.", done)
        return told % {"count": done}


@admin.register(User)
class UserAdmin(PlainUserAdmin, DeedAdmin, ForSuperusers):  # type: ignore[misc,type-arg]  # stubs unlike the class itself
    """Without groups and permissions: what a person may do here, her memberships say."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    deeds = (ResetSecondFactor(),)
    change_form_after_template = "console/deeds_below.html"
    list_display = ("username", "email", "is_active", "is_superuser", "has_second_factor", "last_login")
    list_filter = ("is_active", "is_superuser")
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email")}),
        (_("Rights"), {"fields": ("is_active", "is_staff", "is_superuser")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    readonly_fields = ("last_login", "date_joined")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        in_force = SecondFactor.objects.filter(user=OuterRef("pk"), confirmed_at__isnull=False)
        rows: QuerySet[Any] = super().get_queryset(request).annotate(has_second_factor=Exists(in_force))
        return rows

    @display(description=_("second factor"), boolean=True)
    def has_second_factor(self, user: Any) -> bool:
        return bool(user.has_second_factor)


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
