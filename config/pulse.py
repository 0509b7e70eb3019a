"""
The console's pulse: a token that changes as soon as something changes that this person may see.

Open pages ask for it every few seconds, so it costs a few looks at the end of an index and counts nothing.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from alerts import overview as alerts
from alerts.models import AlertEntry
from alerts.preferences import wanted
from config.places import may_see
from core.fence import allowed_organizations, everywhere
from core.switching import SUPERUSERS, covers, organization_here, role_in
from providers.models import AccountEvent, ParkedEvent, WebhookCall
from templates_app.models import TemplateEvent

TAIL = 200  # rows at a table's end among which an organization's own are looked for
MARKS = 8  # not the newest row alone: of two transactions the later id may be seen first
TOLD_MOST = 20


@never_cache
@require_GET
def pulse(request: HttpRequest) -> HttpResponse:
    """`?token=` what the page has: 204 while it is still that. Else the new one, and what has opened meanwhile."""
    token = token_for(request)
    known = request.GET.get("token", "")
    if token == known:
        return HttpResponse(status=204)
    return JsonResponse({"token": token, "alerts": _opened_after(request, known)})


def token_for(request: HttpRequest) -> str:
    """The newest line of any timeline (after which alerts are new), a dot, and a mark of everything else."""
    newest = _newest(AlertEntry)
    marks = [*newest, *_newest(TemplateEvent), *_newest(AccountEvent)]
    if may_see(request, ParkedEvent):
        marks += [*_newest(ParkedEvent), _first(ParkedEvent)]
    if covers(request, SUPERUSERS):
        marks += [_last(WebhookCall), _due(WebhookCall)]
    here = organization_here()
    mark = hashlib.sha256("\n".join(map(str, [here and here.pk, *marks])).encode()).hexdigest()[:16]
    return f"{newest[0] if newest else ''}.{mark}"


def _newest(model: Any) -> list[uuid.UUID]:
    """
    The newest ids of the rows in scope.

    The end of the table, whoever's rows are there, is read by its key: no planner can make more of it. Only for
    an organization that is not among them its own rows are asked for.
    """
    allowed = allowed_organizations()
    with everywhere():
        tail = list(model.objects.order_by("-id").values_list("id", "organization_id")[:TAIL])
    mine = [row_id for row_id, owner in tail if allowed is None or owner in allowed][:MARKS]
    if len(mine) < MARKS and len(tail) == TAIL:
        mine = list(model.objects.order_by("-id").values_list("id", flat=True)[:MARKS])
    return mine


def _first(model: Any) -> Any:
    return model.objects.order_by("id").values_list("id", flat=True).first()


def _last(model: Any) -> Any:
    return model.objects.order_by("-id").values_list("id", flat=True).first()


def _due(model: Any) -> Any:
    """The first that waits: another one as soon as that is applied."""
    return model.objects.filter(due_at__isnull=False).order_by("due_at", "id").values_list("id", flat=True).first()


def _opened_after(request: HttpRequest, known: str) -> list[dict[str, Any]]:
    newest, dot, _mark = known.partition(".")
    try:
        since = uuid.UUID(newest) if newest or not dot else uuid.UUID(int=0)  # a page from before the first alert
    except ValueError:
        return []
    minimum = wanted(
        user=request.user, organization=organization_here(), role=role_in(request) or ""
    ).in_app_minimum_severity
    if not minimum:
        return []
    return list(_told(alerts.opened_after(since, minimum=minimum, most=TOLD_MOST)))


def _told(rows: Iterable[Any]) -> Iterable[dict[str, Any]]:
    for alert in rows:
        place = reverse("admin:alerts_alert_change", args=[alert.pk])
        yield {"id": str(alert.pk), "severity": alert.severity, "title": alert.title, "place": place}
