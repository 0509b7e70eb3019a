"""The tab of the timeline: every fact, newest first."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from core.switching import SUPERUSERS, covers
from templates_app import history
from templates_app.admin.facts import shown
from templates_app.admin.tabs import Tab
from templates_app.models import Template

FACTS_AT_ONCE = 50
FACTS_MOST = 1000


def _past(request: HttpRequest, template: Template) -> dict[str, Any]:
    most = FACTS_MOST if "facts" in request.GET else FACTS_AT_ONCE
    lines, total = history.history(template, limit=most + 1, offset=0)
    earlier = [*lines[1:], None]
    return {
        "lines": [shown(line, earlier=before) for line, before in zip(lines[:most], earlier, strict=False)],
        "total": total,
        "more": total > most and most == FACTS_AT_ONCE,
        "whole": "?tab=timeline&facts=all",
        "sees_calls": covers(request, SUPERUSERS),
    }


TIMELINE = Tab(
    name="timeline",
    title=gettext_lazy("Timeline"),
    markup="console/template_timeline.html",
    context=_past,
)
