"""The tab of what depends on a template: what is on its way to Meta, and the silences about it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from alerts.models import Silence
from core.models import Role
from core.switching import covers
from templates_app.admin.submission import shown
from templates_app.admin.tabs import Tab
from templates_app.models import Submission, Template

SHOWN = 10


def _used_by(request: HttpRequest, template: Template) -> dict[str, Any]:
    is_admin = covers(request, Role.ORG_ADMIN)
    deed = "bring_back" if template.is_retired else "retire"
    submissions = Submission.objects.filter(template=template).select_related("version")[:SHOWN]
    return {
        "submissions": [shown(one) for one in submissions],
        "silences": [
            {"row": one, "place": reverse("admin:alerts_silence_change", args=[one.pk])} for one in _silences(template)
        ]
        if is_admin
        else [],
        "retire": reverse(f"admin:templates_app_template_{deed}", args=[template.pk]) if is_admin else "",
    }


def _silences(template: Template) -> list[Silence]:
    """Those that name it and are not over."""
    about = Silence.objects.filter(subject_kind="template", subject_id=str(template.pk), ends_at__gt=timezone.now())
    return list(about.order_by("ends_at")[:SHOWN])


USED_BY = Tab(
    name="used-by",
    title=gettext_lazy("Used by"),
    markup="console/template_used_by.html",
    context=_used_by,
)
