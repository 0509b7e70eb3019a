"""The Graph API of a sandbox account, in process: takes what Meta takes, refuses what it refuses, in its own forms."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from core.http import Answer
from providers import sandbox_reading
from providers.adapters.sandbox import limits, living
from providers.adapters.sandbox.asking import edited_template, new_template
from providers.adapters.sandbox.complaints import (
    EXISTS,
    NAME_BLOCKED,
    NO_SUCH_OBJECT,
    TOO_MANY_CALLS,
    TOO_MANY_TEMPLATES,
    Complaint,
)
from providers.adapters.sandbox.state import State
from providers.models import Account, SandboxTemplate
from providers.sandbox_templates import World, world_of

Json = dict[str, Any]


def answer(
    account: Account, *, method: str, path: Sequence[str], params: Mapping[str, str], body: Mapping[str, Any]
) -> Answer:
    """What Meta would answer to this call of the account."""
    try:
        with world_of(account) as world:
            told = _told(world, method, list(path), params, body)
    except Complaint as complaint:
        trace_id = f"A{secrets.token_urlsafe(16)}"
        return _answer(400, complaint.as_json(trace_id=trace_id))
    return _answer(200, told)


def _answer(status: int, told: Json) -> Answer:
    return Answer(status, {"Content-Type": "application/json; charset=UTF-8"}, json.dumps(told).encode())


def _told(world: World, method: str, path: list[str], params: Mapping[str, str], body: Mapping[str, Any]) -> Json:
    match method, path:
        case "GET", [node] if node == world.account.external_id:
            return sandbox_reading.account(world, params)
        case "GET", [node, "message_templates"] if node == world.account.external_id:
            return sandbox_reading.page(world, params)
        case "POST", [node, "message_templates"] if node == world.account.external_id:
            return _create(world, body)
        case "DELETE", [node, "message_templates"] if node == world.account.external_id:
            return _delete(world, params)
        case "GET", [node]:
            return sandbox_reading.template(_row(world, node), params)
        case "POST", [node]:
            return _edit(world, _row(world, node), body)
        case "POST", [node, "unpause"]:
            return _unpause(world, _row(world, node))
    raise Complaint(f"Unknown path components: /{'/'.join(path[1:])}")


def _row(world: World, node: str) -> SandboxTemplate:
    row: SandboxTemplate | None = world.living.filter(external_id=node).first()
    if row is None:
        words = f"Object with ID '{node}' does not exist, or does not support this operation"
        raise Complaint(words, subcode=NO_SUCH_OBJECT)
    return row


def _create(world: World, body: Mapping[str, Any]) -> Json:
    wanted = new_template(body)
    _check_counts(world)
    _check_name(world, wanted.name, wanted.language)
    state = State(
        external_id=f"9{secrets.randbelow(10**15):015}",
        name=wanted.name,
        language=wanted.language,
        category=world.judge(wanted).category,  # which need not be the one that was asked for
        components=wanted.components,
        parameter_format=wanted.parameter_format,
    )
    row = world.add(living.submitted(state, at=world.now))
    return {"id": row.external_id, "status": row.status, "category": row.category}


def _check_counts(world: World) -> None:
    created = world.rows.filter(submitted_at__isnull=False)
    if created.filter(submitted_at__gt=world.now - timedelta(hours=1)).count() >= limits.CREATIONS_AN_HOUR:
        words = "There have been too many calls to this WhatsApp Business account. Wait a bit and try again."
        raise Complaint(words, code=TOO_MANY_CALLS)
    if created.filter(deleted_at__isnull=True).count() >= limits.TEMPLATES_MOST:
        words = f"An account can have {limits.TEMPLATES_MOST} templates. Delete one that is not used."
        raise Complaint(words, subcode=TOO_MANY_TEMPLATES)


def _check_name(world: World, name: str, language: str) -> None:
    if world.living.filter(name=name, language=language).exists():
        words = f"There is already {language} content for the template {name}. Edit it, or choose another name."
        raise Complaint(words, subcode=EXISTS)
    blocked = world.rows.filter(name=name, blocked_until__gt=world.now)
    if blocked.filter(language=language).exists() or (blocked.exists() and not world.living.filter(name=name).exists()):
        words = f"The name {name} was deleted and cannot be taken again for 30 days. Choose another name."
        raise Complaint(words, subcode=NAME_BLOCKED)


def _edit(world: World, row: SandboxTemplate, body: Mapping[str, Any]) -> Json:
    state = row.state
    wanted = edited_template(state, body, at=world.now)
    life = living.edited(
        state,
        components=wanted.components,
        category=wanted.category,
        parameter_format=wanted.parameter_format,
        at=world.now,
    )
    world.keep(row, life)
    return {"success": True}


def _delete(world: World, params: Mapping[str, str]) -> Json:
    """One language by its id and name, or every language of a name."""
    name, node = params.get("name", ""), params.get("hsm_id", "")
    if not name:
        raise Complaint("The parameter name is required")
    wanted = world.living.filter(name=name, **({"external_id": node} if node else {}))
    rows = list(wanted.order_by("pk")[: limits.TEMPLATES_MOST])
    if not rows:
        raise Complaint(f"There is no template {name}.", subcode=NO_SUCH_OBJECT)
    if any(row.status == "DISABLED" for row in rows):
        raise Complaint("A disabled template cannot be deleted.")
    for row in rows:
        until = world.now + limits.NAME_IS_BLOCKED if row.status == "APPROVED" else None
        world.keep(row, living.deleted(row.state), deleted_at=world.now, blocked_until=until)
    return {"success": True}


def _unpause(world: World, row: SandboxTemplate) -> Json:
    state = row.state
    if state.status != "PAUSED":
        return {"success": False, "reason": "The template is not paused."}
    if state.pause_title in limits.PAUSES_BEFORE_DISABLED:
        return {"success": False, "reason": "The template is paused for its quality. This pause ends by itself."}
    if state.paused_at and world.now < state.paused_at + limits.PACING_REST:
        return {"success": False, "reason": "The template was paused a moment ago. Wait 5 minutes and try again."}
    world.keep(row, living.unpaused(state))
    return {"success": True}
