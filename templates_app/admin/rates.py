"""The room of rate cards: what a message costs from a day on, loaded from a price list as CSV."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import display
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextareaWidget

from core.console import AuditedAdmin
from core.days import day_of
from core.deeds import Deed
from core.models import Role
from core.showing import badge
from core.switching import organization_here
from templates_app import rate_cards
from templates_app.models import RateCard
from templates_app.prices import COLUMNS, read

BYTES_MOST = 512 * 1024
FAULTS_MOST = 50
EXAMPLE = "market,category,price\nDE,MARKETING,0.1131\nDE,UTILITY,0.0456\n*,MARKETING,0.0604\n*,UTILITY,0.0077"


class Remove(Deed):
    name = "remove"
    verb = gettext_lazy("Remove")
    needs = Role.ORG_ADMIN
    is_final = True

    def foretell(self, rows: Sequence[Any]) -> list[str]:
        told = ngettext(
            "%(count)s rate card and its prices are removed.",
            "%(count)s rate cards and their prices are removed.",
            len(rows),
        )
        return [told % {"count": len(rows)}, _("Costs are reckoned by the card before it; without one, none are told.")]

    def carry_out(self, request: HttpRequest, rows: Sequence[Any], *, given: Mapping[str, Any]) -> str:
        for row in rows:
            rate_cards.remove(row)
        return ngettext("%(count)s rate card removed.", "%(count)s rate cards removed.", len(rows)) % {
            "count": len(rows)
        }


class NewCardForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """The prices come as a file or as text. What was wrong in a file stands in the text, to be mended there."""

    currency = forms.RegexField(
        r"^[A-Za-z]{3}$", label=gettext_lazy("Currency"), help_text=gettext_lazy("Three letters, such as EUR.")
    )
    file = forms.FileField(
        label=gettext_lazy("Price list (CSV)"),
        required=False,
        widget=UnfoldAdminFileFieldWidget(),
        help_text=gettext_lazy("The first line names the columns: market, category, price."),
    )
    prices = forms.CharField(
        label=gettext_lazy("Or the list itself"),
        required=False,
        strip=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 12, "placeholder": EXAMPLE, "dir": "ltr"}),
        help_text=gettext_lazy(
            "Markets are countries by two letters, * is everywhere else. A price is of one message."
        ),
    )

    class Meta:
        model = RateCard
        fields: ClassVar[list[str]] = ["name", "valid_from", "currency"]

    def clean_currency(self) -> str:
        code: str = self.cleaned_data["currency"].upper()
        return code

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        self._refuse_a_second(given)
        text = self._text(given)
        if text is None:
            return given
        entries, faults = read(text)
        given["entries"] = entries
        if faults:
            more = len(faults) - FAULTS_MOST
            rest = [_("and %(more)s more") % {"more": more}] if more > 0 else []
            self.add_error("prices", [str(fault) for fault in faults[:FAULTS_MOST]] + rest)
        return given

    def _text(self, given: Mapping[str, Any]) -> str | None:
        """The list as it was given; None where there is none that could be read."""
        upload = given.get("file")
        if upload is None:
            if not given.get("prices"):
                self.add_error("prices", _("Choose a file, or paste the list here."))
            typed: str = given.get("prices", "")
            return typed or None
        if upload.size and upload.size > BYTES_MOST:
            self.add_error("file", _("The file is too large for a price list."))
            return None
        try:
            text: str = upload.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            self.add_error("file", _("This is not text in UTF-8. Save the list as “CSV UTF-8” and choose it again."))
            return None
        self.data = self.data.copy()  # type: ignore[attr-defined]  # a QueryDict
        self.data["prices"] = text  # type: ignore[index]  # shown again, should something be wrong
        return text

    def _refuse_a_second(self, given: Mapping[str, Any]) -> None:
        organization = organization_here() or given.get("organization")
        begins: date | None = given.get("valid_from")
        if organization and RateCard.objects.filter(organization=organization, valid_from=begins).exists():
            self.add_error("valid_from", _("A card that begins on this day is loaded already: remove it first."))


@admin.register(RateCard)
class RateCardAdmin(AuditedAdmin):
    """A card is loaded and removed, never edited: what a message costs changes by a newer card."""

    needs = {"view": Role.ORG_ADMIN, "add": Role.ORG_ADMIN}
    deeds = (Remove(),)
    list_display = ("name", "valid_from", "currency", "price_count", "state")
    change_form_after_template = "console/rate_card.html"
    empty_title = gettext_lazy("No rate card yet")
    empty_text = gettext_lazy(
        "With your provider's prices by country and category, alerts about a category say what its change would cost. "
        "Load them from a list as CSV."
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Each with the number of its prices, and the card of its organization that holds today."""
        begun = RateCard.objects.filter(organization=OuterRef("organization"), valid_from__lte=day_of(timezone.now()))
        newest = Subquery(begun.order_by("-valid_from").values("pk")[:1])
        rows: QuerySet[Any] = super().get_queryset(request).annotate(counted=Count("rates"), holding=newest)
        return rows

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **named: Any) -> Any:
        if obj is None:
            named["form"] = NewCardForm
        return super().get_form(request, obj, change, **named)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        told = ["name", "valid_from", "currency"]
        if obj is not None:
            return [(None, {"fields": [*told, "state"]})]
        whose = ["organization"] if self.sees_all() else []
        prices = (gettext_lazy("Prices"), {"fields": ["file", "prices"]})
        return [(None, {"fields": [*whose, *told]}), prices]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[str]:
        return ("name", "valid_from", "currency", "state") if obj else ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        given = form.cleaned_data
        made = rate_cards.load(
            organization=self.organization_of(form),
            name=given["name"],
            valid_from=given["valid_from"],
            currency=given["currency"],
            entries=given["entries"],
        )
        vars(obj).update(vars(made))

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **named: Any) -> HttpResponse:
        card = named.get("obj")
        if card is not None:
            context |= {"columns": COLUMNS, "rates": list(card.rates.all()), "title": card.name}
        return super().render_change_form(request, context, **named)

    @display(description=gettext_lazy("prices"))
    def price_count(self, card: RateCard) -> int:
        count: int = card.counted  # type: ignore[attr-defined]  # by the query
        return count

    @display(description=gettext_lazy("state"))
    def state(self, card: RateCard) -> SafeString:
        if card.valid_from > day_of(timezone.now()):
            return badge(_("to come"), "info")
        holds = card.pk == card.holding  # type: ignore[attr-defined]  # by the query
        return badge(_("holds"), "success") if holds else badge(_("past"))
