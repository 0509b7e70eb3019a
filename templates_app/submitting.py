"""
Carrying out what was asked of the provider about templates, and keeping what it answered as facts.

No call of the provider's is idempotent. Whoever tries again looks first what became of the try before, so that nothing
is created, edited or deleted twice.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from core.context import acting_as
from core.redaction import redact
from core.refusals import GiveUp
from core.work import still_ours
from providers.adapters.meta.values import Misread
from templates_app import category, graph_errors, graph_templates, lifecycle, listed, versions
from templates_app.components import JsonObject
from templates_app.facts import CATEGORY_CHANGE, COMPONENTS_CHANGE, STATUS, Fact, OrderKey
from templates_app.graph_errors import GraphError, Kind
from templates_app.graph_templates import Denied
from templates_app.ledger import Told
from templates_app.listed import Listed, says_same
from templates_app.models import Submission, Template, TemplateEvent, TemplateVersion
from templates_app.standing import Standing

TRIES = 5
TOO_OLD = timedelta(days=1)
EXISTS = "100/2388024"
INSTANT = timedelta(microseconds=1)
ASKED = frozenset({"PENDING", COMPONENTS_CHANGE})  # what happens because somebody submits
State = Submission.State


@dataclasses.dataclass(frozen=True, kw_only=True)
class Taken:
    """The provider has it: under which id, and how it stands there. `asked_at`: when the call began that says so."""

    provider_template_id: str
    status: str
    category: str
    asked_at: datetime
    is_found: bool = False  # an earlier try had got there


def carry_out(row: Submission) -> None:
    """Raises TryAgain, NotYet, GiveUp or OutcomeUnknown; the queue acts on them."""
    if row.state != State.WAITING:
        return
    if timezone.now() - row.created_at > TOO_OLD:
        raise GiveUp("The provider could not be asked for a day. Submit it again.")
    template = Template.objects.select_related("account").get(pk=row.template_id)
    try:
        _DEEDS[row.kind](row, template)
    except Denied as denied:
        _end(row, State.REFUSED, code=denied.error.code, detail=denied.error.words)


def mark_failed(row: Submission, why: str) -> None:
    """Nobody tries this one again. Whether it happened, a sync finds out."""
    _, _, sentence = why.partition(": ")
    given_up = {"state": State.FAILED, "detail": sentence or why, "finished_at": timezone.now()}
    with transaction.atomic():
        if Submission.objects.filter(pk=row.pk, state=State.WAITING).update(**given_up):
            _ask_for_sync(row)


# Creating and editing


def _create(row: Submission, template: Template) -> None:
    version = _version(row)
    taken = _found(template, version) if row.attempts > 1 else None
    if taken is None:
        asked_at = timezone.now()
        try:
            told = graph_templates.call(
                template.account,
                method="POST",
                path=[template.account.external_id, "message_templates"],
                body={
                    "name": template.name,
                    "language": template.language,
                    "category": version.category,
                    "parameter_format": version.parameter_format,
                    "components": version.components,
                },
            )
            taken = _created(told, asked_at=asked_at)
        except Denied as denied:
            taken = _found(template, version) if denied.error.code == EXISTS else None
            if taken is None:
                raise
    _keep(row, template, version, taken)


def _created(told: JsonObject, *, asked_at: datetime) -> Taken:
    named, status, category = listed.created(told)
    if not named:
        raise GiveUp("The provider took it and named no id. The next sync finds it.")
    return Taken(provider_template_id=named, status=status or "PENDING", category=category, asked_at=asked_at)


def _found(template: Template, version: TemplateVersion) -> Taken | None:
    """What the provider has of this name and language, if it is this version. Raises Denied where it is another."""
    asked_at = timezone.now()
    item = graph_templates.find(template.account, name=template.name, language=template.language)
    if item is None:
        return None
    one = _readable(item)
    if not says_same(one, components=version.components, parameter_format=version.parameter_format):
        raise Denied(_exists())
    return _taken_of(one, asked_at=asked_at)


def _edit(row: Submission, template: Template) -> None:
    version, named = _version(row), template.provider_template_id or ""
    if row.attempts > 1:
        asked_at = timezone.now()
        one = _readable(graph_templates.one(template.account, named))
        if says_same(one, components=version.components, parameter_format=version.parameter_format):
            _keep(row, template, version, _taken_of(one, asked_at=asked_at))
            return
    asked_at = timezone.now()
    body: JsonObject = {"components": version.components, "parameter_format": version.parameter_format}
    if not category.is_fixed(template):
        body["category"] = version.category
    _check_success(graph_templates.call(template.account, method="POST", path=[named], body=body))
    _keep(row, template, version, Taken(provider_template_id=named, status="PENDING", category="", asked_at=asked_at))


def _keep(row: Submission, template: Template, version: TemplateVersion, taken: Taken) -> None:
    """The answer as facts of the template: what was submitted is a person's doing, what Meta made of it is nobody's."""
    at = _moment(taken.asked_at, newest=Standing.from_json(template.standing).newest_key)  # as known before we asked
    with transaction.atomic(), acting_as(row.actor or "worker"):
        if not _end(row, State.DONE, detail=_surprise(version, taken)):
            return
        versions.lock(template)
        versions.mark_submitted(template, version)
        template._change_reason = f"v{version.number} submitted"  # type: ignore[attr-defined]  # for simple-history
        person = Told(received_at=timezone.now(), source=TemplateEvent.Source.USER, actor=row.actor)
        nobody = Told(received_at=timezone.now(), source=TemplateEvent.Source.SYNC)
        lifecycle.tell_each(
            [
                (template, fact, person if fact.event in ASKED else nobody)
                for fact in _facts(template, version, taken, at=at)
            ]
        )


def _facts(template: Template, version: TemplateVersion, taken: Taken, *, at: datetime) -> list[Fact]:
    named = taken.provider_template_id
    content = {
        "components": version.components,
        "is_whole": True,
        "parameter_format": version.parameter_format,
        "version": version.number,
    }
    facts = [Fact(kind=COMPONENTS_CHANGE, event=COMPONENTS_CHANGE, at=at, said=content, provider_template_id=named)]
    is_asked_for = taken.category in ("", version.category)
    if not taken.is_found or taken.status != template.status:
        said = {"category": taken.category} if taken.category and is_asked_for else {}
        facts.append(Fact(kind=STATUS, event=taken.status, at=at, said=said, provider_template_id=named))
    if not is_asked_for:
        # The truth comes after the category that we asked for, which may have been written in the same moment.
        truth = {"category": taken.category, "previous_category": version.category}
        facts.append(
            Fact(
                kind=CATEGORY_CHANGE,
                event=CATEGORY_CHANGE,
                at=max(taken.asked_at, at) + INSTANT,
                said=truth,
                provider_template_id=named,
            )
        )
    return facts


def _moment(asked_at: datetime, *, newest: OrderKey | None) -> datetime:
    """
    One second before the whole second in which the call began, because the provider's times are whole seconds and its
    verdict may bear the same second; but after all that was known before we asked, if only by an instant.
    """
    before = asked_at.replace(microsecond=0) - timedelta(seconds=1)
    return before if newest is None else max(before, newest[0] + INSTANT)


def _surprise(version: TemplateVersion, taken: Taken) -> str:
    if taken.category in ("", version.category):
        return ""
    return f"Meta counts it as {taken.category}, not as {version.category}, which was asked for."


# Ending a pause, deleting


def _unpause(row: Submission, template: Template) -> None:
    named = template.provider_template_id or ""
    is_over = row.attempts > 1 and _readable(graph_templates.one(template.account, named)).status != "PAUSED"
    if not is_over:
        _check_success(graph_templates.call(template.account, method="POST", path=[named, "unpause"], body={}))
    _end_and_ask(row)


def _delete(row: Submission, template: Template) -> None:
    params = {"name": template.name}
    if not row.all_languages:
        params["hsm_id"] = template.provider_template_id or ""
    path = [template.account.external_id, "message_templates"]
    try:
        _check_success(graph_templates.call(template.account, method="DELETE", path=path, params=params))
    except Denied as denied:
        if denied.error.kind != Kind.GONE:
            raise
    _end_and_ask(row)


def _end_and_ask(row: Submission) -> None:
    """The provider tells by webhook what became of the template; should that be lost, a sync finds out."""
    with transaction.atomic():
        if _end(row, State.DONE):
            _ask_for_sync(row)


# Answers


def _version(row: Submission) -> TemplateVersion:
    version: TemplateVersion | None = row.version
    if version is None:
        raise GiveUp("The version is gone.")
    return version


def _readable(item: object) -> Listed:
    try:
        return listed.read(item)
    except Misread as error:
        raise GiveUp(f"The provider's answer cannot be read: {error}") from None


def _taken_of(one: Listed, *, asked_at: datetime) -> Taken:
    return Taken(
        provider_template_id=one.provider_template_id,
        status=one.status or "PENDING",
        category=one.category,
        asked_at=asked_at,
        is_found=True,
    )


def _check_success(told: JsonObject) -> None:
    if told.get("success") is not True:
        reason = told.get("reason")
        sentence = reason if isinstance(reason, str) and reason else "The provider did not do it, and gave no reason."
        raise Denied(GraphError(code="no_success", kind=Kind.REFUSED, sentence=sentence, action=""))


def _exists() -> GraphError:
    told = {"error": {"code": 100, "error_subcode": int(EXISTS.partition("/")[2])}}
    return graph_errors.read(told, status=400)


def _end(row: Submission, state: State, *, code: str = "", detail: str = "") -> bool:
    """Whether the row was still ours to end."""
    ended: dict[str, Any] = {"state": state, "code": code[:64], "detail": redact(detail)[:2000]}
    mine = still_ours(row).filter(state=State.WAITING)
    return bool(mine.update(**ended, finished_at=timezone.now(), due_at=None, leased_until=None))


def _ask_for_sync(row: Submission) -> None:
    rows = Template.objects.filter(pk=row.template_id)
    if row.all_languages:
        rows = Template.objects.filter(account=row.template.account_id, name=row.template.name)
    rows.update(sync_wanted_at=timezone.now())


_DEEDS: dict[str, Callable[[Submission, Template], None]] = {
    Submission.Kind.CREATE: _create,
    Submission.Kind.EDIT: _edit,
    Submission.Kind.DELETE: _delete,
    Submission.Kind.UNPAUSE: _unpause,
}
