"""The first tab: how the template stands, what to do, its alerts, and the message as a phone shows it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from alerts import answering
from alerts.admin import Acknowledge
from core.showing import SEVERITY_COLOURS, coloured
from templates_app import overview, wording
from templates_app.admin.preview import preview
from templates_app.admin.submission import asking
from templates_app.admin.tabs import Tab
from templates_app.models import Template
from templates_app.standing import Standing


def sentence_of(template: Template) -> str:
    return wording.status_sentence(Standing.from_json(template.standing))


def _now(request: HttpRequest, template: Template) -> dict[str, Any]:
    version = template.current_version
    return {
        "sentence": sentence_of(template),
        "action_required": overview.action_required(template, at=timezone.now()),
        "alerts": [_alert(request, alert) for alert in _unresolved(template)],
        "version": version,
        "preview": preview(version, language=template.language) if version else None,
        **asking(request, template),
    }


def _unresolved(template: Template) -> list[Any]:
    alerts = answering.unresolved_of(kind="template", subject_id=str(template.pk))
    return sorted(alerts, key=lambda alert: -alert.severity_rank)


def _alert(request: HttpRequest, alert: Any) -> dict[str, Any]:
    deed = Acknowledge()
    address = reverse("admin:alerts_alert_acknowledge", args=[alert.pk])
    return {
        "row": alert,
        "badge": coloured(alert.severity, SEVERITY_COLOURS),
        "place": reverse("admin:alerts_alert_change", args=[alert.pk]),
        "acknowledge": f"{address}?next={request.path}" if deed.fits(request, alert) else "",
    }


NOW = Tab(name="", title=gettext_lazy("Now"), markup="console/template_now.html", context=_now)
