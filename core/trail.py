"""
Who did what: the history beside each audited row, and the entries for what changes no row, as one list.

Each source is asked for no more rows than a page holds, from the place where the last page ended.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import heapq
import itertools
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db.models import Model, OuterRef, Q, QuerySet, Subquery

from core.audit import Trail
from core.models import AuditEntry

CREATED, CHANGED, DELETED = "created", "changed", "deleted"
HISTORY_TYPES = {CREATED: "+", CHANGED: "~", DELETED: "-"}
ACTIONS = [*HISTORY_TYPES, *AuditEntry.Action.values]
NAMES = ("name", "title", "slug", "display_phone_number", "subject_label", "user__username")  # of rows, to search in


class NoSuchPlace(Exception):
    """A cursor that is none of this list's."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Asked:
    """Which part of the trail. An empty value asks for all."""

    since: datetime | None = None
    until: datetime | None = None
    actor: str = ""
    action: str = ""
    model: str = ""
    object: str = ""
    search: str = ""


@dataclasses.dataclass(frozen=True, order=True)
class Place:
    """Where a row stands: the newest of all has the greatest. Ids are only compared within their source."""

    at: datetime
    source: str
    id: Any


@dataclasses.dataclass(frozen=True)
class Cursor:
    """Older than `place`, or newer than it."""

    place: Place
    newer: bool = False

    def __str__(self) -> str:
        place = self.place
        text = f"{'n' if self.newer else 'o'} {place.at.astimezone(UTC).isoformat()} {place.source} {place.id}"
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def read(cls, text: str) -> Cursor:
        """Raises NoSuchPlace."""
        try:
            padded = text + "=" * (-len(text) % 4)
            told = base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True).decode("ascii")
            way, at, source, key = told.split(" ")
            known = sources()[source]
            place = Place(datetime.fromisoformat(at).astimezone(UTC), source, known.read_id(key))
        except (ValueError, KeyError, OverflowError, binascii.Error):
            raise NoSuchPlace(text) from None
        if way not in ("o", "n") or str(cls(place, newer=way == "n")) != text:
            raise NoSuchPlace(text)
        return cls(place, newer=way == "n")


@dataclasses.dataclass(frozen=True)
class Found:
    """One row of a source, not yet told in words."""

    place: Place
    source: Source
    row: Any


@dataclasses.dataclass(frozen=True)
class Source:
    """One table. `model` is the audited model; None for the entries that stand for themselves."""

    name: str
    model: type[Model] | None
    at: str
    id: str

    def read_id(self, text: str) -> Any:
        """Raises ValueError."""
        return uuid.UUID(text) if self.model is None else int(text[:18])

    def find(self, asked: Asked, *, cursor: Cursor | None, most: int) -> list[Found]:
        rows = _notes(asked) if self.model is None else _history(self.model, asked)
        if rows is None:
            return []
        if asked.since is not None:
            rows = rows.filter(**{f"{self.at}__gte": asked.since})
        if asked.until is not None:
            rows = rows.filter(**{f"{self.at}__lt": asked.until})
        if asked.actor:
            rows = rows.filter(actor__iexact=asked.actor)
        if cursor is not None:
            rows = self._beyond(rows, cursor)
        sign = "" if cursor is not None and cursor.newer else "-"
        ordered = rows.order_by(f"{sign}{self.at}", f"{sign}{self.id}")[:most]
        return [Found(Place(getattr(row, self.at), self.name, getattr(row, self.id)), self, row) for row in ordered]

    def _beyond(self, rows: QuerySet[Any], cursor: Cursor) -> QuerySet[Any]:
        """A range over the moment, less what of that very moment was on the page before: no OR, so an index serves."""
        place, way = cursor.place, "gt" if cursor.newer else "lt"
        if self.name == place.source:
            seen = Q(**{self.at: place.at}) & ~Q(**{f"{self.id}__{way}": place.id})
            return rows.filter(**{f"{self.at}__{way}e": place.at}).exclude(seen)
        is_beyond = (self.name > place.source) == cursor.newer
        return rows.filter(**{f"{self.at}__{way}{'e' if is_beyond else ''}": place.at})


def sources() -> dict[str, Source]:
    """Every audited model by its name, and the entries for what changes no row."""
    found = {"": Source("", None, "at", "id")}
    for model in apps.get_models():
        attribute = getattr(model._meta, "simple_history_manager_attribute", None)
        if attribute is not None and issubclass(getattr(model, attribute).model, Trail):
            name = str(model._meta.model_name)
            found[name] = Source(name, model, "history_date", "history_id")
    return found


def history_of(model: type[Model]) -> Any:
    return getattr(model, model._meta.simple_history_manager_attribute)  # type: ignore[attr-defined]  # set by the library


def read(asked: Asked, *, most: int, cursor: Cursor | None = None) -> tuple[list[Found], Cursor | None, Cursor | None]:
    """A page, newest first, with the cursors of the next (older) and the previous (newer) one."""
    newer = cursor is not None and cursor.newer
    parts = [source.find(asked, cursor=cursor, most=most + 1) for source in sources().values()]
    merged = heapq.merge(*parts, key=lambda one: one.place, reverse=not newer)
    page = list(itertools.islice(merged, most + 1))
    goes_on, page = len(page) > most, page[:most]
    if newer:
        page.reverse()
    if not page:
        return [], None, None
    has_older, has_newer = (True, goes_on) if newer else (goes_on, cursor is not None)
    older = Cursor(page[-1].place) if has_older else None
    return page, older, Cursor(page[0].place, newer=True) if has_newer else None


def read_all(asked: Asked, *, most: int, piece: int = 1000) -> Iterator[list[Found]]:
    """The pages of the whole part, up to so many rows."""
    cursor: Cursor | None = None
    for left in range(most, 0, -piece):
        page, cursor, _newer = read(asked, most=min(piece, left), cursor=cursor)
        yield page
        if cursor is None:
            return


def _notes(asked: Asked) -> QuerySet[AuditEntry] | None:
    if asked.action in HISTORY_TYPES:
        return None
    rows: QuerySet[AuditEntry] = AuditEntry.objects.all()
    exact = {"action": asked.action, "model": asked.model, "object_id": asked.object}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if asked.search:
        words = asked.search
        rows = rows.filter(Q(actor__icontains=words) | Q(label__icontains=words) | Q(detail__icontains=words))
    return rows


def _history(model: type[Model], asked: Asked) -> QuerySet[Any] | None:
    if asked.action not in ("", *HISTORY_TYPES) or asked.model not in ("", model._meta.model_name):
        return None
    history = history_of(model)
    key = history.model._meta.get_field(model._meta.pk.name)
    earlier = history.filter(**{key.name: OuterRef(key.name), "history_id__lt": OuterRef("history_id")})
    rows: QuerySet[Any] = history.annotate(before=Subquery(earlier.order_by("-history_id").values("history_id")[:1]))
    if asked.action:
        rows = rows.filter(history_type=HISTORY_TYPES[asked.action])
    if asked.object:
        try:
            rows = rows.filter(**{key.name: key.to_python(asked.object)})
        except ValidationError:
            return None
    return rows.filter(_holds(history.model, asked.search)) if asked.search else rows


def _holds(history_model: type[Model], words: str) -> Q:
    fields = {field.name for field in history_model._meta.get_fields()}
    names = ["actor", "history_change_reason", *(name for name in NAMES if name.partition("__")[0] in fields)]
    held = Q()
    for name in names:
        held |= Q(**{f"{name}__icontains": words})
    return held
