"""The console's room of numbers: which number sends for which account, and how its quality stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from core.console import AuditedAdmin
from core.models import Role
from core.showing import NOTHING, QUALITY_COLOURS, coloured
from providers import accounts
from providers.models import Account, Number


class NumberForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    class Meta:
        model = Number
        fields: ClassVar[list[str]] = ["display_phone_number", "external_id", "is_default"]
        help_texts: ClassVar[dict[str, Any]] = {
            "display_phone_number": gettext_lazy("As people write it, with its country code: +49 30 1234567."),
            "external_id": gettext_lazy("Meta's phone number id; WhatsApp Manager shows it under API set-up."),
            "is_default": gettext_lazy("Sends where nobody named a number. The account has one; this wish wins."),
        }

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        if "account" in self.fields:
            self.fields["account"].queryset = Account.objects.filter(is_retired=False)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        account = given.get("account") or (self.instance.account if self.instance.account_id else None)
        others = Number.objects.filter(account=account, external_id=given.get("external_id", ""))
        if account and others.exclude(pk=self.instance.pk).exists():
            self.add_error("external_id", _("This account has a number with that id already."))
        return given

    def _get_validation_exclusions(self) -> set[str]:
        """`clean` asks what must be there once; a second default number is no mistake, the newest wish wins."""
        return set(super()._get_validation_exclusions()) | {"account"}  # type: ignore[misc]  # unknown to the stubs


@admin.register(Number)
class NumberAdmin(AuditedAdmin):
    shows = "number"
    needs = {"view": Role.VIEWER, "add": Role.ORG_ADMIN, "change": Role.ORG_ADMIN}
    form = NumberForm
    ordering = ("display_phone_number",)
    list_display = ("display_phone_number", "account", "external_id", "quality_badge", "limit", "is_default")
    list_filter = ("account", "quality_rating")
    list_select_related = ("account",)
    search_fields = ("display_phone_number", "digits", "external_id")
    fieldsets = (
        (None, {"fields": ["account", "display_phone_number", "external_id", "is_default"]}),
        (gettext_lazy("What Meta says of it"), {"fields": ["quality_badge", "limit"]}),
    )
    readonly_fields = ("quality_badge", "limit")
    empty_title = gettext_lazy("No numbers yet")
    empty_text = gettext_lazy("Add the numbers that send for an account: what Meta says of their quality shows here.")

    def asks_whose(self, request: HttpRequest) -> bool:
        return False  # a number is its account's

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("account")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[str]:
        return (*self.readonly_fields, "account") if obj else self.readonly_fields

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        given = {name: form.cleaned_data[name] for name in ("display_phone_number", "external_id", "is_default")}
        if change:
            accounts.change_number(obj, fields=given)
            return
        account = form.cleaned_data["account"]
        made = accounts.add_number(organization=account.organization, fields=given | {"account": account})
        vars(obj).update(vars(made))

    @display(description=gettext_lazy("quality"), ordering="quality_rating")
    def quality_badge(self, number: Number) -> SafeString:
        return coloured(number.quality_rating, QUALITY_COLOURS)

    @display(description=gettext_lazy("messaging limit"), ordering="messaging_limit")
    def limit(self, number: Number) -> str:
        return number.messaging_limit or NOTHING
