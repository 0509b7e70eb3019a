"""What was set up, told in sentences: an escalation's steps, a destination's quiet hours and types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alerts import words
from alerts.models import Destination, Escalation

HOUR, DAY = 60, 24 * 60
NAMED = 2  # types that are named; of more, how many they are
Names = Mapping[str, str]


def names_of(escalations: Iterable[Escalation]) -> dict[str, str]:
    """The names of the destinations that these name, by id, for one question to the database."""
    wanted = {one for escalation in escalations for step in escalation.steps for one in step["destinations"]}
    return {str(row.pk): _name(row) for row in Destination.objects.filter(pk__in=wanted)}


def _name(destination: Destination) -> str:
    return destination.name if destination.is_enabled else _("%(name)s (switched off)") % {"name": destination.name}


def names_told(step: Mapping[str, Any], names: Names) -> str:
    return _(", ").join(names.get(one, _("a destination that is gone")) for one in step["destinations"])


def plan(steps: Sequence[Mapping[str, Any]], *, repeat_minutes: int, names: Names) -> str:
    """ "At once: Slack. After 15 minutes: Boss. Then Boss again every 30 minutes until somebody acknowledges." """
    if not steps:
        return _("Nobody is told.")
    told = [
        _("%(when)s: %(whom)s.") % {"when": _when(step["after_minutes"]), "whom": names_told(step, names)}
        for step in steps
    ]
    if repeat_minutes:
        again = _("Then %(whom)s again every %(time)s until somebody acknowledges.")
        told.append(again % {"whom": names_told(steps[-1], names), "time": duration(repeat_minutes)})
    else:
        told.append(_("It ends as soon as somebody acknowledges."))
    return " ".join(told)


def _when(minutes: int) -> str:
    return _("After %(time)s") % {"time": duration(minutes)} if minutes else _("At once")


def duration(minutes: int) -> str:
    if minutes and minutes % DAY == 0:
        return ngettext("%(count)s day", "%(count)s days", minutes // DAY) % {"count": minutes // DAY}
    if minutes and minutes % HOUR == 0:
        return ngettext("%(count)s hour", "%(count)s hours", minutes // HOUR) % {"count": minutes // HOUR}
    return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}


def which(*, minimum_severity: str, alert_types: Sequence[str]) -> str:
    """ "HIGH and above, 3 types": of which alerts somebody is told."""
    least = _("CRITICAL only") if minimum_severity == "CRITICAL" else _("%(severity)s and above")
    told = [least % {"severity": minimum_severity}]
    return _(", ").join([*told, types(alert_types)] if alert_types else told)


def types(codes: Sequence[str]) -> str:
    if not codes:
        return _("all types")
    if len(codes) <= NAMED:
        return _(", ").join(words.name_of(code) for code in codes)
    return ngettext("%(count)s type", "%(count)s types", len(codes)) % {"count": len(codes)}


def rest(destination: Destination) -> str:
    """When it is left in peace: quiet hours and what is collected; "" for at once, at any time."""
    told = []
    if destination.quiet_from is not None and destination.quiet_until is not None:
        ends = {"start": f"{destination.quiet_from:%H:%M}", "end": f"{destination.quiet_until:%H:%M}"}
        told.append(_("Quiet %(start)s–%(end)s (%(zone)s)") % (ends | {"zone": destination.time_zone}))
    if destination.digest_minutes:
        told.append(_("collected for %(time)s") % {"time": duration(destination.digest_minutes)})
    return _(", ").join(told)
