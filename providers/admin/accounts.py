"""The console's room of accounts: connect one, see whether it is well, retire it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.admin import SimpleListFilter
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import display

from core.console import AuditedAdmin
from core.deeds import Deed
from core.models import Role
from core.showing import NOTHING, badge, link, moment, place_of
from providers import accounts
from providers.adapters import provider_names
from providers.admin.account_form import TITLES, AccountForm, secret_names
from providers.admin.sandbox import address_to_start, stories_of
from providers.models import Account

HEALTH_COLOURS = {"ok": "success", "failing": "danger"}


class Retire(Deed):
    name = "retire"
    verb = gettext_lazy("Retire")
    needs = Role.ORG_ADMIN
    is_final = True

    def fits(self, request: HttpRequest, row: Any) -> bool:
        return self.may(request) and not row.is_retired

    def foretell(self, rows: Sequence[Any]) -> list[str]:
        told = ngettext(
            "%(count)s account leaves the lists and its own webhook address is closed.",
            "%(count)s accounts leave the lists and their own webhook addresses are closed.",
            len(rows),
        )
        return [
            told % {"count": len(rows)},
            _("Its numbers, templates, history and alerts are kept. It can be brought back."),
            _("What still comes through the installation's own address is kept as before."),
            _("Nothing is deleted or changed at the provider."),
        ]

    def carry_out(self, request: HttpRequest, rows: Sequence[Any], *, given: Mapping[str, Any]) -> str:
        for row in rows:
            accounts.retire(row)
        return ngettext("%(count)s account retired.", "%(count)s accounts retired.", len(rows)) % {"count": len(rows)}


class BringBack(Deed):
    name = "bring-back"
    verb = gettext_lazy("Bring back")
    needs = Role.ORG_ADMIN

    def fits(self, request: HttpRequest, row: Any) -> bool:
        return self.may(request) and row.is_retired

    def foretell(self, rows: Sequence[Any]) -> list[str]:
        return [_("It returns to the lists, and its own webhook address opens again.")]

    def carry_out(self, request: HttpRequest, rows: Sequence[Any], *, given: Mapping[str, Any]) -> str:
        for row in rows:
            accounts.change_account(row, fields={"is_retired": False})
        return ngettext("%(count)s account is back.", "%(count)s accounts are back.", len(rows)) % {"count": len(rows)}


class RetiredFilter(SimpleListFilter):
    """Accounts in use, unless somebody asks for the retired ones."""

    title = gettext_lazy("use")
    parameter_name = "retired"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Retired"))]

    def choices(self, changelist: Any) -> Any:
        first = {
            "selected": self.value() is None,
            "query_string": changelist.get_query_string(remove=[self.parameter_name]),
            "display": _("In use"),
        }
        return [first, *list(super().choices(changelist))[1:]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(is_retired=self.value() == "yes")


@admin.register(Account)
class AccountAdmin(AuditedAdmin):
    shows = "account"
    needs = {"view": Role.VIEWER, "add": Role.ORG_ADMIN, "change": Role.ORG_ADMIN}
    deeds = (Retire(), BringBack())
    form = AccountForm
    ordering = ("name",)
    list_display = ("name", "provider_title", "external_id", "health_badge", "numbers_count", "heard")
    list_filter = (RetiredFilter, "provider", "health")
    search_fields = ("name", "external_id")
    search_help_text = gettext_lazy("Name, or id at the provider")
    change_form_before_template = "console/let_happen.html"
    change_form_after_template = "console/deeds_below.html"
    empty_title = gettext_lazy("No account is connected")
    empty_text = gettext_lazy(
        "An account is one WhatsApp Business Account at Meta. Add it with its id, and its webhooks are applied: those "
        "that came before as well."
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request).annotate(numbers_here=Count("numbers"))
        return rows

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        behaviour = (gettext_lazy("Behaviour"), {"fields": ["window_policy", "on_unknown"]})
        if obj is None:
            whose = ["organization"] if self.sees_all() else []
            about = (None, {"fields": [*whose, "provider", "name", "external_id"]})
            return [about, *(_secrets(provider) for provider in provider_names() if secret_names(provider)), behaviour]
        about = (None, {"fields": ["provider_title", "name", "external_id", "health_told", "heard", "number_list"]})
        if obj.is_sandbox:  # whose door we alone can open
            return [about, (gettext_lazy("What was let happen"), {"fields": ["stories"]}), behaviour]
        if not self.has_change_permission(request, obj):
            return [about, behaviour]
        names = [*secret_names(obj.provider), *(["forget"] if any((obj.credentials or {}).values()) else [])]
        secrets = [(gettext_lazy("Credentials"), {"fields": names})] if names else []
        return [about, *secrets, behaviour, (gettext_lazy("Own webhook address"), {"fields": ["webhook_address"]})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[str]:
        if obj is None:
            return ()
        return ("provider_title", "external_id", "health_told", "heard", "number_list", "webhook_address", "stories")

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **named: Any) -> HttpResponse:
        account = named.get("obj")
        context["let_happen"] = address_to_start(request, account) if account else ""
        return super().render_change_form(request, context, **named)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        given = {name: form.cleaned_data[name] for name in ("name", "window_policy", "on_unknown")}
        given = {name: value for name, value in given.items() if value}
        if change:
            accounts.change_account(obj, fields=given | {"credentials": form.credentials()})
            return
        given |= {name: form.cleaned_data[name] for name in ("provider", "external_id")}
        made = accounts.add_account(
            organization=self.organization_of(form), fields=given | {"credentials": form.credentials()}
        )
        vars(obj).update(vars(made))

    @display(description=gettext_lazy("provider"), ordering="provider")
    def provider_title(self, account: Account) -> str:
        return str(TITLES.get(account.provider, account.provider))

    @display(description=gettext_lazy("health"), ordering="health")
    def health_badge(self, account: Account) -> SafeString:
        colour = HEALTH_COLOURS.get(account.health, "default")
        return badge(account.get_health_display(), colour, why=account.health_detail)

    @display(description=gettext_lazy("health"))
    def health_told(self, account: Account) -> SafeString:
        return render_to_string("console/health.html", {"account": account, "badge": self.health_badge(account)})

    @display(description=gettext_lazy("numbers"), ordering="numbers_here")
    def numbers_count(self, account: Account) -> int:
        count: int = account.numbers_here  # type: ignore[attr-defined]  # annotated in get_queryset
        return count

    @display(description=gettext_lazy("last webhook"), ordering="last_webhook_at")
    def heard(self, account: Account) -> SafeString:
        return moment(account.last_webhook_at)

    @display(description=gettext_lazy("numbers"))
    def number_list(self, account: Account) -> SafeString:
        numbers = account.numbers.order_by("display_phone_number")
        links = [(link(number, place_of(kind="number", subject_id=str(number.pk))),) for number in numbers]
        return format_html_join(", ", "{}", links) or SafeString(NOTHING)

    @display(description=gettext_lazy("stories"))
    def stories(self, account: Account) -> SafeString:
        return stories_of(account)

    @display(description=gettext_lazy("address"))
    def webhook_address(self, account: Account) -> SafeString:
        return render_to_string("console/copyable.html", {"text": settings.PUBLIC_URL + account.webhook_path})


def _secrets(provider: str) -> tuple[str, dict[str, Any]]:
    title = _("Credentials at %(provider)s") % {"provider": TITLES.get(provider, provider)}
    return title, {"fields": [*secret_names(provider)]}
