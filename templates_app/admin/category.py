"""The tab of the category: ours, Meta's and the coming one, what that costs, and what people decide about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.context import current_actor
from core.deeds import Deed, NoteForm
from core.models import Role
from core.showing import SEVERITY_COLOURS, badge, coloured
from templates_app import category, category_changes
from templates_app.admin.facts import LOOKS, PLAIN, TITLES, source_of
from templates_app.admin.tabs import Tab
from templates_app.category_changes import CategoryLine
from templates_app.models import Template
from templates_app.prices import Cost, amount


class AcceptCategory(Deed):
    name = "accept_category"
    verb = gettext_lazy("Accept Meta's category")
    asks = NoteForm

    def fits(self, request: HttpRequest, row: Any) -> bool:
        return self.may(request) and not row.is_retired and category.detect(row) is not None

    def foretell(self, rows: Sequence[Any]) -> list[str]:
        told = ngettext(
            "%(count)s template takes over the category that Meta counts it as: both agree, and its alert is resolved.",
            "%(count)s templates take over the categories that Meta counts them as: both agree, and their alerts are "
            "resolved.",
            len(rows),
        )
        return [told % {"count": len(rows)}, *_what_it_costs(rows), _("Nothing changes at Meta.")]

    def carry_out(self, request: HttpRequest, rows: Sequence[Any], *, given: Mapping[str, Any]) -> str:
        done = len(category.accept(rows, actor=current_actor(), note=given["note"]))
        return ngettext("%(count)s category accepted.", "%(count)s categories accepted.", done) % {"count": done}


class KeepCategory(Deed):
    name = "keep_category"
    verb = gettext_lazy("Keep our category")
    asks = NoteForm

    def fits(self, request: HttpRequest, row: Any) -> bool:
        return self.may(request) and not row.is_retired and row.is_contested

    def foretell(self, rows: Sequence[Any]) -> list[str]:
        told = ngettext(
            "%(count)s template stays in our category, and the contest ends until Meta names another.",
            "%(count)s templates stay in our category, and the contests end until Meta names another.",
            len(rows),
        )
        judged = _("Sending is judged, and billed, by Meta's category all the same.")
        return [told % {"count": len(rows)}, judged, *_what_it_costs(rows)]

    def carry_out(self, request: HttpRequest, rows: Sequence[Any], *, given: Mapping[str, Any]) -> str:
        done = len(category.keep(rows, actor=current_actor(), note=given["note"]))
        return ngettext("%(count)s category kept.", "%(count)s categories kept.", done) % {"count": done}


class _Flag(Deed):
    """Whether Meta may move our category as well."""

    needs = Role.ORG_ADMIN
    allow: ClassVar[bool]

    def fits(self, request: HttpRequest, row: Any) -> bool:
        return self.may(request) and not row.is_retired and row.allow_category_change is not self.allow

    def carry_out(self, request: HttpRequest, rows: Sequence[Any], *, given: Mapping[str, Any]) -> str:
        done = len(category.set_flag(rows, allow=self.allow, actor=current_actor()))
        return ngettext("%(count)s template changed.", "%(count)s templates changed.", done) % {"count": done}


class AllowChange(_Flag):
    name = "allow_category_change"
    verb = gettext_lazy("Allow category change")
    allow = True

    def foretell(self, rows: Sequence[Any]) -> list[str]:
        told = ngettext(
            "When Meta changes the category of %(count)s template, ours moves along, and an alert of severity LOW says "
            "so.",
            "When Meta changes the category of one of %(count)s templates, ours moves along, and an alert of severity "
            "LOW says so.",
            len(rows),
        )
        return [told % {"count": len(rows)}, _("What is contested now stays so until somebody accepts or keeps it.")]


class ForbidChange(_Flag):
    name = "forbid_category_change"
    verb = gettext_lazy("Forbid category change")
    allow = False

    def foretell(self, rows: Sequence[Any]) -> list[str]:
        told = ngettext(
            "When Meta changes the category of %(count)s template, ours stays, and an alert of severity HIGH asks for "
            "a decision.",
            "When Meta changes the category of one of %(count)s templates, ours stays, and an alert of severity HIGH "
            "asks for a decision.",
            len(rows),
        )
        return [told % {"count": len(rows)}, _("Meta changes its own category all the same.")]


SETTLING = (AcceptCategory(), KeepCategory())
DEEDS = (*SETTLING, AllowChange(), ForbidChange())


def _what_it_costs(rows: Sequence[Any]) -> list[str]:
    """Of a single template only: of many it would be a table, which the tab of each shows."""
    if len(rows) != 1:
        return []
    return [cost.sentence for cost in category_changes.costs_now(rows[0], at=timezone.now())]


def address_of(deed: Deed, template: Template, *, back: str) -> str:
    """Where a button leads; afterwards one is `back`."""
    return f"{reverse(f'admin:templates_app_template_{deed.name}', args=[template.pk])}?next={back}"


def buttons(request: HttpRequest, template: Template, *, back: str) -> list[dict[str, Any]]:
    """What this person can decide about the category now."""
    return [
        {"verb": deed.verb, "address": address_of(deed, template, back=back), "is_final": False}
        for deed in DEEDS
        if deed.fits(request, template)
    ]


def _category(request: HttpRequest, template: Template) -> dict[str, Any]:
    info = category_changes.info(template, at=timezone.now())
    matters = category.alerts_of(template)
    return {
        "info": info,
        "state": _state(template),
        "matters": [{"matter": one, "badge": coloured(one.severity, SEVERITY_COLOURS)} for one in matters],
        "category_deeds": buttons(request, template, back=f"{request.path}?tab=category"),
        "costs": [_cost(cost) for cost in info["costs"]],
        "lines": [_line(line) for line in info["history"]],
    }


def _state(template: Template) -> Any:
    if template.is_contested:
        return badge(_("contested"), "warning")
    if category.detect(template):
        return badge(_("kept"), "info", why=_("Somebody has decided to live with the difference."))
    return badge(_("agreed"), "success") if template.meta_reported_category else badge(_("not said yet"))


def _cost(cost: Cost) -> dict[str, Any]:
    return {
        "sentence": cost.sentence,
        "before": cost.before_category,
        "after": cost.after_category,
        "currency": cost.currency,
        "markets": [
            {
                "name": one.market or _("not known"),
                "messages": one.messages,
                "before": amount(one.before),
                "after": amount(one.after),
            }
            for one in cost.markets
        ],
    }


def _line(line: CategoryLine) -> dict[str, Any]:
    icon, look = LOOKS.get(line.event_type, ("info", PLAIN))
    return {
        "line": line,
        "icon": icon,
        "look": look,
        "title": TITLES.get(line.event_type, line.event_type.replace("_", " ").capitalize()),
        "source": source_of(line),
    }


CATEGORY = Tab(
    name="category",
    title=gettext_lazy("Category"),
    markup="console/template_category.html",
    context=_category,
)
