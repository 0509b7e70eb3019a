"""The console's rooms of organizations, their members and their API keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import display
from unfold.widgets import UnfoldAdminEmailInputWidget

from core import joining
from core.console import AuditedAdmin
from core.deeds import Deed
from core.models import ApiKey, Membership, Organization, Role
from core.showing import NOTHING, badge, moment
from core.switching import SUPERUSERS, covers, organization_here


class OrganizationForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    class Meta:
        model = Organization
        fields: ClassVar[list[str]] = ["name"]


@admin.register(Organization)
class OrganizationAdmin(AuditedAdmin):
    needs = {"view": Role.ORG_ADMIN, "change": Role.ORG_ADMIN, "add": SUPERUSERS}
    form = OrganizationForm
    ordering = ("name",)
    list_display = ("name", "slug", "made")
    search_fields = ("name", "slug")
    change_form_outer_before_template = "console/work_here.html"

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["name", "slug", "made"] if obj else ["name"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[str]:
        return ("slug", "made") if obj else ()

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **named: Any) -> HttpResponse:
        here, row = organization_here(), named.get("obj")
        is_elsewhere = row is not None and (here is None or here.pk != row.pk)
        context["may_work_here"] = is_elsewhere and covers(request, SUPERUSERS)
        return super().render_change_form(request, context, **named)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
        else:
            vars(obj).update(vars(joining.create_organization(name=form.cleaned_data["name"])))

    @display(description=gettext_lazy("since"), ordering="created_at")
    def made(self, organization: Organization) -> SafeString:
        return moment(organization.created_at)


class MemberForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        max_length=150,
        widget=UnfoldAdminEmailInputWidget(),
        help_text=gettext_lazy("Who has no login yet gets one; a superuser then gives it its first password."),
    )

    class Meta:
        model = Membership
        fields: ClassVar[list[str]] = ["role"]

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        return email


@admin.register(Membership)
class MemberAdmin(AuditedAdmin):
    needs = {"view": Role.ORG_ADMIN, "add": Role.ORG_ADMIN, "change": Role.ORG_ADMIN, "delete": Role.ORG_ADMIN}
    form = MemberForm
    ordering = ("user__username",)
    list_display = ("who", "role_badge", "since", "last_seen")
    list_filter = ("role",)
    list_select_related = ("user",)
    search_fields = ("user__username", "user__email", "user__first_name", "user__last_name")
    empty_title = gettext_lazy("Nobody yet")
    empty_text = gettext_lazy("Members work in this organization with a role. Admins are told of its alerts by e-mail.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("user")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **named: Any) -> Any:
        if obj is not None:
            named["form"] = forms.ModelForm
        return super().get_form(request, obj, change, **named)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["who", "role", "since", "last_seen"] if obj else ["email", "role"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[str]:
        return ("who", "since", "last_seen") if obj else ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            made = joining.add_member(organization=obj.organization, user=obj.user, role=form.cleaned_data["role"])
        else:
            user = joining.person(email=form.cleaned_data["email"])
            if not user.is_staff:
                user.is_staff = True
                user.save(update_fields=["is_staff"])
            organization = self.organization_of(form)
            made = joining.add_member(organization=organization, user=user, role=form.cleaned_data["role"])
        vars(obj).update(vars(made))

    @display(description=gettext_lazy("person"), ordering="user__username")
    def who(self, member: Membership) -> str:
        return member.user.email or member.user.get_username()

    @display(description=gettext_lazy("role"), ordering="role")
    def role_badge(self, member: Membership) -> SafeString:
        return badge(member.get_role_display(), "primary" if member.role == Role.ORG_ADMIN else "default")

    @display(description=gettext_lazy("since"), ordering="created_at")
    def since(self, member: Membership) -> SafeString:
        return moment(member.created_at)

    @display(description=gettext_lazy("last sign-in"), ordering="user__last_login")
    def last_seen(self, member: Membership) -> SafeString:
        return moment(member.user.last_login)


class Revoke(Deed):
    name = "revoke"
    verb = gettext_lazy("Revoke")
    needs = Role.ORG_ADMIN
    is_final = True

    def fits(self, request: HttpRequest, row: Any) -> bool:
        return self.may(request) and row.revoked_at is None

    def foretell(self, rows: Sequence[Any]) -> list[str]:
        told = ngettext("%(count)s key opens nothing any more.", "%(count)s keys open nothing any more.", len(rows))
        return [
            told % {"count": len(rows)},
            _("Whatever uses it is refused from this moment on."),
            _("This cannot be undone: make a new key instead."),
        ]

    def carry_out(self, request: HttpRequest, rows: Sequence[Any], *, given: Mapping[str, Any]) -> str:
        for row in rows:
            joining.revoke_api_key(row)
        return ngettext("%(count)s key revoked.", "%(count)s keys revoked.", len(rows)) % {"count": len(rows)}


@admin.register(ApiKey)
class ApiKeyAdmin(AuditedAdmin):
    """A key is made and revoked, never edited and never deleted."""

    needs = {"view": Role.ORG_ADMIN, "add": Role.ORG_ADMIN}
    deeds = (Revoke(),)
    list_display = ("name", "begins", "role", "state", "used", "expires")
    list_filter = ("role",)
    search_fields = ("name", "prefix")
    change_form_after_template = "console/deeds_below.html"
    empty_title = gettext_lazy("No API key yet")
    empty_text = gettext_lazy("Other programs call the API with a key. Each is shown once, and holds one role.")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["name", "begins", "role", "state", "used", "expires"] if obj else ["name", "role", "expires_at"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[str]:
        return ("begins", "state", "used", "expires") if obj else ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        given = {name: form.cleaned_data[name] for name in ("name", "role", "expires_at")}
        row, key = joining.create_api_key(organization=self.organization_of(form), **given)
        vars(obj).update(vars(row) | {"shown_once": key})

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        """The key itself, on this page and never again: neither the session nor a log has it."""
        context = {
            **self.admin_site.each_context(request),
            "title": _("Copy this key now"),
            "opts": self.opts,
            "key": obj.shown_once,
            "row": obj,
            "back": self.place(str(obj.pk)),
        }
        return TemplateResponse(request, "console/new_key.html", context)

    @display(description=gettext_lazy("begins with"))
    def begins(self, key: ApiKey) -> str:
        return f"hg_{key.prefix}…"

    @display(description=gettext_lazy("state"))
    def state(self, key: ApiKey) -> SafeString:
        if key.revoked_at is not None:
            return badge(_("revoked"), "danger")
        is_over = key.expires_at is not None and key.expires_at <= timezone.now()
        return badge(_("expired"), "warning") if is_over else badge(_("in use"), "success")

    @display(description=gettext_lazy("last used"), ordering="last_used_at")
    def used(self, key: ApiKey) -> SafeString:
        return moment(key.last_used_at) if key.last_used_at else SafeString(_("never"))

    @display(description=gettext_lazy("expires"), ordering="expires_at")
    def expires(self, key: ApiKey) -> SafeString:
        return moment(key.expires_at) if key.expires_at else SafeString(NOTHING)
