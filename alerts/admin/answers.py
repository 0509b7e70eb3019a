"""What a person does with alerts: acknowledges them, silences them for a while, resolves them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import UnfoldAdminTextareaWidget

from alerts import answering, silencing
from alerts.admin.fields import WallTimeField, ZoneField, at_zone, choice_of_one
from alerts.models import Alert
from core.context import current_actor
from core.deeds import Deed, NoteForm
from core.models import Role
from core.switching import covers

HOUR, WORK_DAY, MORNING, WEEK, OTHER = "1h", "8h", "morning", "1w", "other"
SPANS = {HOUR: timedelta(hours=1), WORK_DAY: timedelta(hours=8), WEEK: timedelta(weeks=1)}
MORNING_AT = time(8)


class _Answer(Deed):
    """Alerts about templates are answered by an org_admin, all others by an operator."""

    needs = Role.OPERATOR
    asks = NoteForm
    statuses: ClassVar[Sequence[str]] = ()

    def fits(self, request: HttpRequest, row: Any) -> bool:
        needed = Role.ORG_ADMIN if row.subject_kind == "template" else Role.OPERATOR
        return row.status in self.statuses and covers(request, needed)


class Acknowledge(_Answer):
    name = "acknowledge"
    verb = gettext_lazy("Acknowledge")
    statuses = (Alert.Status.OPEN, Alert.Status.SILENCED)

    def foretell(self, rows: Sequence[Any]) -> list[str]:
        told = ngettext(
            "%(count)s alert will say that you know of it. It stays in the list until what is wrong is over.",
            "%(count)s alerts will say that you know of them. They stay in the list until what is wrong is over.",
            len(rows),
        )
        return [told % {"count": len(rows)}, _("Escalations stop: nobody else is told because nobody reacted.")]

    def carry_out(self, request: HttpRequest, rows: Sequence[Any], *, given: Mapping[str, Any]) -> str:
        done = len(answering.acknowledge(rows, actor=current_actor(), note=given["note"]))
        return ngettext("%(count)s alert acknowledged.", "%(count)s alerts acknowledged.", done) % {"count": done}


class Resolve(_Answer):
    name = "resolve"
    verb = gettext_lazy("Resolve")
    statuses = tuple(Alert.UNRESOLVED)

    def foretell(self, rows: Sequence[Any]) -> list[str]:
        told = ngettext("%(count)s alert will be closed.", "%(count)s alerts will be closed.", len(rows))
        return [
            told % {"count": len(rows)},
            _("Only something newer opens it again, even if what was wrong still holds."),
            _("Nothing changes at the provider."),
        ]

    def carry_out(self, request: HttpRequest, rows: Sequence[Any], *, given: Mapping[str, Any]) -> str:
        done = len(answering.resolve(rows, actor=current_actor(), note=given["note"]))
        return ngettext("%(count)s alert resolved.", "%(count)s alerts resolved.", done) % {"count": done}


class SilenceForm(NoteForm):
    """Until when: a span that is often wanted, or a moment of one's own."""

    field_order = ("span", "until", "zone", "note")

    span = choice_of_one(
        label=gettext_lazy("Silent for"),
        choices=[
            (HOUR, gettext_lazy("1 hour")),
            (WORK_DAY, gettext_lazy("8 hours")),
            (MORNING, gettext_lazy("Until tomorrow, 08:00")),
            (WEEK, gettext_lazy("1 week")),
            (OTHER, gettext_lazy("Until another time")),
        ],
        initial=HOUR,
    )
    until = WallTimeField(label=gettext_lazy("That other time"), required=False)
    zone = ZoneField(label=gettext_lazy("Time zone of these times"))
    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("Kept in the timeline with your name."),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if "span" not in given or "zone" not in given or "until" in self.errors:
            return given
        if given["span"] == OTHER and given["until"] is None:
            self.add_error("until", _("Enter until when, or choose one of the spans above."))
            return given
        given["ends_at"] = ends_at(given["span"], wall=given["until"], zone=given["zone"], now=timezone.now())
        if given["ends_at"] is None or given["ends_at"] <= timezone.now():
            self.add_error("until", _("That time is over already. Enter one in the future."))
        return given


def ends_at(span: str, *, wall: datetime | None, zone: str, now: datetime) -> datetime | None:
    if span in SPANS:
        return now + SPANS[span]
    if span == MORNING:
        tomorrow = now.astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
        return at_zone(datetime.combine(tomorrow, MORNING_AT), zone)
    return at_zone(wall, zone) if wall else None


class SilenceAlerts(_Answer):
    name = "silence"
    verb = gettext_lazy("Silence")
    statuses = tuple(Alert.UNRESOLVED)
    asks = SilenceForm

    def foretell(self, rows: Sequence[Any]) -> list[str]:
        told = ngettext(
            "%(count)s alert is told to nobody until then, nor are new ones of its type about its subject.",
            "%(count)s alerts are told to nobody until then, nor are new ones of these types about these subjects.",
            len(rows),
        )
        return [
            told % {"count": len(rows)},
            _("It stays in the list. What is still wrong when the time is over is open again, and told."),
            _("A silence that holds already and ends later stays as it is."),
        ]

    def carry_out(self, request: HttpRequest, rows: Sequence[Any], *, given: Mapping[str, Any]) -> str:
        for row in rows:
            silencing.silence_one(row, until=given["ends_at"], actor=current_actor(), note=given["note"])
        return ngettext("%(count)s alert silenced.", "%(count)s alerts silenced.", len(rows)) % {"count": len(rows)}
