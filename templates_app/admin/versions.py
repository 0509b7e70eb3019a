"""The tab of the versions: who wrote which, what became of it, two of them side by side, and the way back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.context import current_actor
from core.deeds import Deed, NoteForm
from core.models import Role
from core.showing import badge, coloured
from core.switching import covers
from templates_app import diff, rolling_back, versions
from templates_app.admin.preview import RIGHT_TO_LEFT
from templates_app.admin.tabs import Tab
from templates_app.models import Template, TemplateVersion

AT_ONCE = 30
MOST = 300
STATUS_WORDS = {
    "draft": (gettext_lazy("draft"), "info"),
    "in_review": (gettext_lazy("at Meta, in review"), "info"),
    "approved": (gettext_lazy("approved"), "success"),
    "rejected": (gettext_lazy("rejected"), "danger"),
    "superseded": (gettext_lazy("earlier"), "default"),
    "drifted": (gettext_lazy("served instead of ours"), "warning"),
}
WEIGHT_WORDS = {
    diff.BREAKING: gettext_lazy("Breaks what sends it"),
    diff.REVIEW: gettext_lazy("Needs a look"),
    diff.COSMETIC: gettext_lazy("Cosmetic"),
}
WEIGHT_COLOURS = {
    str(WEIGHT_WORDS[diff.BREAKING]): "danger",
    str(WEIGHT_WORDS[diff.REVIEW]): "warning",
}
STATE_SIGNS = {"added": "+", "removed": "−", "changed": "≠", "moved": "↕", "same": ""}


# Deeds


class _Settle(Deed):
    """What decides about a drift."""

    needs = Role.ORG_ADMIN
    asks = NoteForm

    def fits(self, request: HttpRequest, row: Any) -> bool:
        return self.may(request) and row.drifted_version_id is not None


class Adopt(_Settle):
    name = "adopt"
    verb = gettext_lazy("Adopt Meta's version")

    def foretell(self, rows: Sequence[Any]) -> list[str]:
        return [
            _("What Meta serves becomes our version, and the alert ends. Nothing is sent to Meta."),
            _("What we wanted to say before stays in the list of versions."),
        ]

    def carry_out(self, request: HttpRequest, rows: Sequence[Any], *, given: Mapping[str, Any]) -> str:
        for row in rows:
            rolling_back.adopt(row, note=given["note"])
        told = ngettext(
            "Meta's version is ours now.", "Meta's versions of %(count)s templates are ours now.", len(rows)
        )
        return told % {"count": len(rows)}


class Restore(_Settle):
    name = "restore"
    verb = gettext_lazy("Restore our version")

    def foretell(self, rows: Sequence[Any]) -> list[str]:
        return [
            _("A new version is made that says what ours said. It is not sent to Meta before you submit it."),
            _("Meta reviews it again then, and the template cannot be sent until it is approved."),
        ]

    def carry_out(self, request: HttpRequest, rows: Sequence[Any], *, given: Mapping[str, Any]) -> str:
        for row in rows:
            rolling_back.restore(row, actor=current_actor(), note=given["note"])
        told = ngettext(
            "Our version is the newest again: submit it.",
            "Our versions of %(count)s templates are the newest again.",
            len(rows),
        )
        return told % {"count": len(rows)}


class RollBack(Deed):
    """To the version with this number, of one template."""

    name = "roll_back"
    verb = gettext_lazy("Roll back")
    needs = Role.ORG_ADMIN
    asks = NoteForm

    def __init__(self, number: int) -> None:
        self.number = number

    def fits(self, request: HttpRequest, row: Any) -> bool:
        return self.may(request) and TemplateVersion.objects.filter(template=row, number=self.number).exists()

    def foretell(self, rows: Sequence[Any]) -> list[str]:
        (template,) = rows
        old = TemplateVersion.objects.get(template=template, number=self.number)
        costs = rolling_back.warnings(template, old)
        is_approved = versions.approved_as(versions.content_of(old), template=template) is not None
        return [
            _("A new version is made that says what version %(number)s said. No version is lost or renumbered.")
            % {"number": self.number},
            *costs,
            *([_("It is not sent to Meta before you submit it.")] if costs else []),
            *(
                [_("Meta has this text already and has approved it: nothing is to be submitted.")]
                if is_approved
                else []
            ),
        ]

    def carry_out(self, request: HttpRequest, rows: Sequence[Any], *, given: Mapping[str, Any]) -> str:
        (template,) = rows
        made = rolling_back.rollback(template, self.number, actor=current_actor(), note=given["note"])
        return _("Version %(made)s says what version %(number)s said.") % {"made": made.number, "number": self.number}


DEEDS: tuple[Deed, ...] = (Adopt(), Restore())


def addresses(page_of: Callable[[Deed], Callable[..., HttpResponse]], wrap: Callable[..., Any]) -> list[URLPattern]:
    """The pages that confirm a roll back: a deed for each number."""

    def roll_back(request: HttpRequest, object_id: str, number: int) -> HttpResponse:
        if number >= 2**31:
            raise Http404
        return page_of(RollBack(number))(request, object_id)

    route = "<path:object_id>/versions/<int:number>/roll-back/"
    return [path(route, wrap(roll_back), name="templates_app_template_roll_back")]


# The tab


def _versions(request: HttpRequest, template: Template) -> dict[str, Any]:
    most = MOST if "versions" in request.GET else AT_ONCE
    listed = list(TemplateVersion.objects.filter(template=template)[: most + 1])
    earlier: list[TemplateVersion | None] = [*listed[1:], None]
    pairs = list(zip(listed[:most], earlier, strict=False))
    may_roll_back = covers(request, Role.ORG_ADMIN)
    return {
        "lines": [_line(template, version, before, may_roll_back=may_roll_back) for version, before in pairs],
        "more": len(listed) > most and most == AT_ONCE,
        "chosen": _chosen(request, listed),
        "comparison": _comparison(request, template),
        "drift": _drift(request, template),
        "language": template.language.replace("_", "-"),
        "direction": "rtl" if template.language.partition("_")[0] in RIGHT_TO_LEFT else "ltr",
    }


def _line(
    template: Template, version: TemplateVersion, before: TemplateVersion | None, *, may_roll_back: bool
) -> dict[str, Any]:
    words, colour = STATUS_WORDS[versions.status_of(version, template=template)]
    is_current = version.pk == template.current_version_id
    address = reverse("admin:templates_app_template_roll_back", args=[template.pk, version.number])
    return {
        "row": version,
        "status": badge(words, colour),
        "is_current": is_current,
        "summary": diff.summary(versions.compare(before, version)) if before is not None else "",
        "roll_back": address if may_roll_back and not is_current else "",
    }


def _chosen(request: HttpRequest, listed: Sequence[TemplateVersion]) -> dict[str, int]:
    """The two versions that are compared, or else the newest two."""
    newest = [version.number for version in listed[:2]]
    before, after = _number(request, "from"), _number(request, "to")
    return {"before": before or (newest[-1] if newest else 0), "after": after or (newest[0] if newest else 0)}


def _comparison(request: HttpRequest, template: Template) -> dict[str, Any] | None:
    asked = {_number(request, "from"), _number(request, "to")}
    if not all(asked):
        return None
    found = {version.number: version for version in TemplateVersion.objects.filter(template=template, number__in=asked)}
    if found.keys() != asked:
        raise Http404
    before, after = found[_number(request, "from")], found[_number(request, "to")]
    return {"before": before, "after": after, **_told(before, after)}


def _told(before: TemplateVersion, after: TemplateVersion) -> dict[str, Any]:
    compared = versions.compare(before, after)
    rows = [{"row": row, "sign": STATE_SIGNS[row.state]} for row in compared.side_by_side]
    return {
        "summary": diff.summary(compared),
        "weight": coloured(str(WEIGHT_WORDS[compared.severity]), WEIGHT_COLOURS) if compared.changes else "",
        "reasons": list(dict.fromkeys(change.reason for change in compared.changes if change.reason)),
        "rows": rows,
    }


def _drift(request: HttpRequest, template: Template) -> dict[str, Any] | None:
    ours, theirs = template.submitted_version, template.drifted_version
    if ours is None or theirs is None:
        return None
    is_admin = covers(request, Role.ORG_ADMIN)
    return {
        "ours": ours,
        "theirs": theirs,
        "summary": diff.summary(versions.compare(ours, theirs)),
        "compare": f"?tab=versions&from={ours.number}&to={theirs.number}",
        "adopt": reverse("admin:templates_app_template_adopt", args=[template.pk]) if is_admin else "",
        "restore": reverse("admin:templates_app_template_restore", args=[template.pk]) if is_admin else "",
    }


def _number(request: HttpRequest, name: str) -> int:
    given = request.GET.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0


VERSIONS = Tab(
    name="versions",
    title=gettext_lazy("Versions"),
    markup="console/template_versions.html",
    context=_versions,
)
