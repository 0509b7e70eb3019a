"""The rows of the audit told in words: what each was about, what it changed from what to what."""

from __future__ import annotations

import dataclasses
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.apps import apps
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import BinaryField, Field, ForeignKey, JSONField, Model
from django.utils import timezone
from django.utils.translation import gettext as _

from core.encryption import EncryptedJSONField
from core.models import AuditEntry, Organization
from core.showing import NOTHING
from core.trail import CREATED, HISTORY_TYPES, Found, history_of

LONGEST = 200  # characters of a value that are told
ACTION_OF = {kind: action for action, kind in HISTORY_TYPES.items()}
Related = dict[type[Model], dict[Any, Model]]


@dataclasses.dataclass(frozen=True)
class Change:
    field: Any
    before: Any
    after: Any


@dataclasses.dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the audit. `words` tells each change as (what, before, after)."""

    at: datetime
    actor: str
    action: str
    model: str
    object_id: str
    label: str
    reason: str
    organization_id: uuid.UUID | None
    changes: dict[str, list[Any]]
    words: list[tuple[str, str, str]]

    def as_json(self) -> dict[str, Any]:
        about = {"kind": self.model, "id": self.object_id, "label": self.label}
        return {
            "at": self.at,
            "actor": self.actor,
            "action": self.action,
            "model": self.model,
            "object": about,
            "changes": self.changes,
            "reason": self.reason,
        }


def told(page: Sequence[Found]) -> list[Entry]:
    """However long the page: one question for each table, for what was before, and for each kind of row named."""
    before = _before(page)
    changes = {found.place: _changes(found, before) for found in page if found.source.model is not None}
    related = _related(page, changes.values())
    return [
        _noted(found.row) if found.source.model is None else _of_history(found, changes[found.place], related)
        for found in page
    ]


def kind_words(model_name: str) -> str:
    """How people call this kind of row."""
    for model in apps.get_models():
        if model._meta.model_name == model_name:
            return str(model._meta.verbose_name)
    return model_name


def action_words(action: str) -> str:
    known = {"created": _("Created"), "changed": _("Changed"), "deleted": _("Deleted")}
    return known.get(action) or str(dict(AuditEntry.Action.choices).get(action, action))


def _noted(entry: AuditEntry) -> Entry:
    return Entry(
        at=entry.at,
        actor=entry.actor,
        action=entry.action,
        model=entry.model,
        object_id=entry.object_id,
        label=entry.label,
        reason=entry.detail,
        organization_id=entry.organization_id,
        changes={},
        words=[],
    )


def _of_history(found: Found, changes: list[Change], related: Related) -> Entry:
    model: Any = found.source.model
    return Entry(
        at=found.place.at,
        actor=found.row.actor,
        action=ACTION_OF[found.row.history_type],
        model=found.source.name,
        object_id=str(getattr(found.row, model._meta.pk.attname)),
        label=_label(found, related),
        reason=found.row.history_change_reason or "",
        organization_id=found.row.id if model is Organization else found.row.organization_id,
        changes={one.field.name: [one.before, one.after] for one in changes},
        words=[
            (str(one.field.verbose_name), _words(one.field, one.before, related), _words(one.field, one.after, related))
            for one in changes
        ],
    )


def _before(page: Iterable[Found]) -> dict[tuple[str, int], Any]:
    """The row before each changed one, by source and id."""
    wanted = defaultdict(list)
    for found in page:
        if found.source.model is not None and found.row.history_type == "~" and found.row.before is not None:
            wanted[found.source].append(found.row.before)
    return {
        (source.name, row.history_id): row
        for source, ids in wanted.items()
        for row in history_of(source.model).filter(history_id__in=ids)  # type: ignore[arg-type]  # only such are wanted
    }


def _changes(found: Found, before: dict[tuple[str, int], Any]) -> list[Change]:
    """What the library's own delta leaves out, fields that no form edits, is told too: a key's revocation is one."""
    row = found.row
    if ACTION_OF[row.history_type] == CREATED:
        new = [Change(field, None, getattr(row, field.attname)) for field in _told_fields(found)]
        return [one for one in new if one.after not in (None, "", [], {})]
    old = before.get((found.source.name, row.before))
    if old is None:
        return []
    both = [Change(field, getattr(old, field.attname), getattr(row, field.attname)) for field in _told_fields(found)]
    return [one for one in both if one.before != one.after]


def _told_fields(found: Found) -> list[Any]:
    model: Any = found.source.model
    return [
        field
        for field in found.row.tracked_fields
        if field.name not in (model._meta.pk.name, "organization") and not isinstance(field, EncryptedJSONField)
    ]


def _related(page: Iterable[Found], changes: Iterable[list[Change]]) -> Related:
    """The rows that labels and changes name by their key."""
    keys: dict[type[Model], set[Any]] = defaultdict(set)
    for found in page:
        for field in _references(found):
            keys[field.related_model].add(getattr(found.row, field.attname))
    for one in (one for some in changes for one in some):
        if isinstance(one.field, ForeignKey):
            keys[one.field.related_model].update((one.before, one.after))
    return {model: _by_key(model, wanted - {None}) for model, wanted in keys.items()}


def _by_key(model: type[Model], keys: set[Any]) -> dict[Any, Model]:
    heavy = (BinaryField, EncryptedJSONField, JSONField)
    left_out = [field.name for field in model._meta.concrete_fields if isinstance(field, heavy)]
    rows = model._default_manager.defer(*left_out).filter(pk__in=keys)
    return {row.pk: row for row in rows}


def _references(found: Found) -> list[Any]:
    if found.source.model is None:
        return []
    return [one for one in found.row.tracked_fields if isinstance(one, ForeignKey) and one.name != "organization"]


def _label(found: Found, related: Related) -> str:
    """The row's name as it was then."""
    model: Any = found.source.model
    then = model(**{field.attname: getattr(found.row, field.attname) for field in found.row.tracked_fields})
    for field in _references(found):
        key = getattr(found.row, field.attname)
        if key is not None:
            setattr(then, field.name, related[field.related_model].get(key) or field.related_model(pk=key))
    try:
        return str(then)
    except ObjectDoesNotExist:  # its name is that of a row which is gone
        return str(then.pk)


def _words(field: Field[Any, Any], value: Any, related: Related) -> str:
    if isinstance(field, ForeignKey) and value is not None:
        found = related[field.related_model].get(value)
        return str(found or value)[:LONGEST]
    if value in (None, "", [], {}):
        return NOTHING
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M %Z}"
    text = str(dict(field.flatchoices).get(value, value) if isinstance(value, str) else value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
