"""What a sandbox account's Graph API answers to questions: its own node, one template, and pages of templates."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet

from providers.adapters.sandbox.complaints import Complaint
from providers.adapters.sandbox.limits import TEMPLATES_MOST
from providers.adapters.sandbox.state import State
from providers.graph import graph_url
from providers.models import SandboxTemplate
from providers.sandbox_templates import World

Json = dict[str, Any]
USUAL_PAGE, LONGEST_PAGE = 25, 1000
DEFAULT_FIELDS = ("id", "name", "language", "status", "category", "parameter_format", "components")
ALL_FIELDS = frozenset(
    (
        *DEFAULT_FIELDS, "previous_category", "correct_category", "rejected_reason", "quality_score", "sub_category",
        "library_template_name", "message_send_ttl_seconds", "cta_url_link_tracking_opted_out", "source",
        "last_updated_time", "health_status", "display_format", "is_primary_device_delivery_only",
        "degrees_of_freedom_spec",
    )
)  # fmt: skip
FILTERS = {"name": "name", "language": "language", "status": "status", "category": "category"}
ACCOUNT_FIELDS = frozenset({"id", "name", "currency", "timezone_id", "message_template_namespace"})


def account(world: World, params: Mapping[str, str]) -> Json:
    one = world.account
    asked = _fields(params, known=ACCOUNT_FIELDS, usual=("id", "name"), node="WhatsAppBusinessAccount")
    known = {"id": one.external_id, "name": one.name, "currency": "USD", "timezone_id": "0"}
    return {name: known[name] for name in ("id", *asked) if name in known}


def template(row: SandboxTemplate, params: Mapping[str, str]) -> Json:
    return _template(row, _fields(params, known=ALL_FIELDS, usual=DEFAULT_FIELDS, node="MessageTemplate"))


def page(world: World, params: Mapping[str, str]) -> Json:
    """One page of templates, from a cursor on."""
    asked = _fields(params, known=ALL_FIELDS, usual=DEFAULT_FIELDS, node="MessageTemplate")
    rows = _filtered(world.living.order_by("pk"), params)
    start, limit = _place(params.get("after", "")), _limit(params)
    if params.get("before"):
        start, limit = max(0, (end := _place(params["before"])) - limit), min(limit, end)
    found = list(rows[start : start + limit + 1])
    told: Json = {"data": [_template(row, asked) for row in found[:limit]]}
    if told["data"]:
        told["paging"] = _paging(world, params, start=start, shown=len(told["data"]), has_more=len(found) > limit)
    if "summary" in params:
        told["summary"] = _summary(world, rows)
    return told


def _template(row: SandboxTemplate, asked: tuple[str, ...]) -> Json:
    """`id`, and those fields asked for that have a value."""
    state = row.state
    known = {
        "id": state.external_id,
        "name": state.name,
        "language": state.language,
        "status": state.status,
        "category": state.category,
        "previous_category": state.previous_category,
        "correct_category": state.correct_category,
        "parameter_format": state.parameter_format,
        "rejected_reason": state.rejected_reason,
        "quality_score": _quality(state, row),
        "components": state.components,
        "source": "manual",
        "last_updated_time": row.told_at.isoformat() if row.told_at else "",
    }
    names = dict.fromkeys((*asked, "id"))
    return {name: known[name] for name in names if known.get(name)}


def _quality(state: State, row: SandboxTemplate) -> Json:
    return {"score": state.quality_score} | ({"date": int(row.told_at.timestamp())} if row.told_at else {})


def _filtered(rows: QuerySet[SandboxTemplate], params: Mapping[str, str]) -> QuerySet[SandboxTemplate]:
    wanted = {column: params[name] for name, column in FILTERS.items() if params.get(name)}
    for column in ("status", "category"):
        if column in wanted:
            wanted[column] = wanted[column].upper()
    return rows.filter(**wanted)


def _fields(params: Mapping[str, str], *, known: frozenset[str], usual: tuple[str, ...], node: str) -> tuple[str, ...]:
    asked = tuple(name.strip() for name in params.get("fields", "").split(",") if name.strip())
    for name in asked:
        if name not in known:
            raise Complaint(f"Tried accessing nonexisting field ({name}) on node type ({node})")
    return asked or usual


def _limit(params: Mapping[str, str]) -> int:
    given = params.get("limit") or str(USUAL_PAGE)
    if not (given.isascii() and given.isdigit() and int(given[:9]) > 0):
        raise Complaint("Param limit must be a positive number.")
    return min(int(given[:9]), LONGEST_PAGE)


def _paging(world: World, params: Mapping[str, str], *, start: int, shown: int, has_more: bool) -> Json:
    cursors = {"before": _cursor(start), "after": _cursor(start + shown)}
    told: Json = {"cursors": cursors}
    address = graph_url(world.account.external_id, "message_templates")
    said = {name: value for name, value in params.items() if name not in ("after", "before")}
    if has_more:
        told["next"] = f"{address}?{urlencode({**said, 'after': cursors['after']})}"
    if start:
        told["previous"] = f"{address}?{urlencode({**said, 'before': cursors['before']})}"
    return told


def _summary(world: World, rows: QuerySet[SandboxTemplate]) -> Json:
    count = world.living.filter(submitted_at__isnull=False).count()
    limit = TEMPLATES_MOST
    return {"total_count": rows.count(), "message_template_count": count, "message_template_limit": limit}


def _cursor(place: int) -> str:
    return base64.urlsafe_b64encode(str(place).encode()).decode().replace("=", "ZD")


def _place(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        digits = base64.urlsafe_b64decode(cursor.replace("ZD", "=")).decode("ascii")
    except ValueError:
        digits = ""
    if not (digits.isdigit() and len(digits) < 10):
        raise Complaint("Invalid cursor")
    return int(digits)
