"""The console's page of who did what: filters, search, one line for each deed, and the whole as a file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from core import trail, trail_csv
from core.models import Organization, Role
from core.switching import covers, organization_here
from core.trail_words import Entry, action_words, kind_words, told

PAGE = 50
COLOURS = {
    "created": "success",
    "changed": "info",
    "deleted": "danger",
    "sign_in_failed": "warning",
    "sign_in_blocked": "danger",
    "second_factor_removed": "warning",
}


def _actions() -> list[tuple[str, str]]:
    return [("", _("Everything")), *((action, action_words(action)) for action in trail.ACTIONS)]


def _kinds() -> list[tuple[str, str]]:
    named = sorted((kind_words(name).capitalize(), name) for name in {*trail.sources(), "user"} - {""})
    return [("", _("Everything")), *((name, words) for words, name in named)]


def _day() -> forms.DateField:
    return forms.DateField(required=False, widget=UnfoldAdminTextInputWidget(attrs={"type": "date"}))


class Filter(forms.Form):
    search = forms.CharField(
        label=gettext_lazy("Search"), required=False, max_length=100, widget=UnfoldAdminTextInputWidget()
    )
    actor = forms.CharField(
        label=gettext_lazy("Who"), required=False, max_length=255, widget=UnfoldAdminTextInputWidget()
    )
    model = forms.ChoiceField(
        label=gettext_lazy("About"), required=False, choices=_kinds, widget=UnfoldAdminSelectWidget()
    )
    action = forms.ChoiceField(
        label=gettext_lazy("What"), required=False, choices=_actions, widget=UnfoldAdminSelectWidget()
    )
    since = _day()
    until = _day()

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["search"].widget.attrs["placeholder"] = _("A name, an address, a reason")
        self.fields["since"].label, self.fields["until"].label = _("From"), _("To")

    def asked(self) -> trail.Asked:
        """What of it can be understood; days are those of the installation's zone, the last one included."""
        known = self.cleaned_data
        words = {name: known.get(name) or "" for name in ("search", "actor", "model", "action")}
        since, until = _at(known.get("since"), time.min), _at(known.get("until"), time.max)
        return trail.Asked(since=since, until=until, **words)


def _at(day: Any, moment: time) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, moment)) if day else None


def show(request: HttpRequest) -> HttpResponseBase:
    form = _form(request)
    asked = form.asked()
    try:
        given = request.GET.get("cursor")
        cursor = trail.Cursor.read(given) if given else None
    except trail.NoSuchPlace:
        cursor = None
    page, older, newer = trail.read(asked, most=PAGE, cursor=cursor)
    entries = told(page)
    context = {
        **admin.site.each_context(request),
        "title": _("Audit"),
        "form": form,
        "lines": _lines(request, entries),
        "is_narrowed": any(form.cleaned_data.values()),
        "older": _address(request, older),
        "newer": _address(request, newer),
        "export": _query(request),
        "sees_several": organization_here() is None,
    }
    return TemplateResponse(request, "console/audit.html", context)


def export(request: HttpRequest) -> HttpResponseBase:
    return trail_csv.export(_form(request).asked(), organization=organization_here())


def _form(request: HttpRequest) -> Filter:
    if not covers(request, Role.ORG_ADMIN):
        raise PermissionDenied
    form = Filter(request.GET)
    form.is_valid()
    return form


def _query(request: HttpRequest, **more: str) -> str:
    query = request.GET.copy()
    query.pop("cursor", None)
    for name, value in more.items():
        query[name] = value
    return query.urlencode()


def _address(request: HttpRequest, cursor: trail.Cursor | None) -> str:
    return f"?{_query(request, cursor=str(cursor))}" if cursor else ""


def _lines(request: HttpRequest, entries: Sequence[Entry]) -> list[dict[str, Any]]:
    pages, names = _pages(request, entries), _organizations(entries)
    return [
        {
            "entry": entry,
            "action": action_words(entry.action),
            "colour": COLOURS.get(entry.action, "default"),
            "kind": kind_words(entry.model),
            "page": pages.get((entry.model, entry.object_id), ""),
            "organization": names.get(entry.organization_id, ""),
        }
        for entry in entries
    ]


def _organizations(entries: Sequence[Entry]) -> dict[Any, str]:
    if organization_here() is not None:
        return {}
    rows = Organization.objects.filter(pk__in={entry.organization_id for entry in entries} - {None})
    return dict(rows.values_list("pk", "name"))


def _pages(request: HttpRequest, entries: Sequence[Entry]) -> dict[tuple[str, str], str]:
    """The page of each row that is still there and that this person may see; one question for each kind."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        if entry.object_id:
            wanted[entry.model].add(entry.object_id)
    return {
        (kind, str(key)): reverse(f"admin:{room.opts.app_label}_{kind}_change", args=[key])
        for room in admin.site._registry.values()
        for kind in [str(room.opts.model_name)]
        if kind in wanted and room.has_view_permission(request)
        for key in _there(room.model, wanted[kind])
    }


def _there(model: type[Model], keys: set[str]) -> list[Any]:
    known = []
    for key in keys:
        try:
            known.append(model._meta.pk.to_python(key))
        except ValidationError:
            continue
    return list(model._default_manager.filter(pk__in=known).values_list("pk", flat=True))
