"""New rows by the thousand in one statement: `bulk_create` takes one for every sixty or so on SQLite."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import Model

from core.fence import check_fence

VALUES_MOST = 32_000  # that one statement may carry: SQLite takes 32,766


def insert(rows: Sequence[Model], *, on_conflict: str = "") -> None:
    """
    Writes rows of one model that are not there yet. The fence holds for each of them.

    `on_conflict`: what is to follow the values, in words that both databases know.
    """
    for row in rows:
        check_fence(row)
    fields = rows[0]._meta.concrete_fields if rows else []
    size = VALUES_MOST // max(len(fields), 1)
    for first in range(0, len(rows), size):
        batch = rows[first : first + size]
        with connection.cursor() as cursor:
            cursor.execute(
                _statement(type(batch[0]), fields, len(batch), on_conflict),
                [value for row in batch for value in _values(row, fields)],
            )


def _statement(model: type[Model], fields: Sequence[Any], many: int, on_conflict: str) -> str:
    name = connection.ops.quote_name
    columns = ", ".join(name(field.column) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    values = ", ".join([f"({places})"] * many)
    return f"INSERT INTO {name(model._meta.db_table)} ({columns}) VALUES {values} {on_conflict}"  # noqa: S608 (names are the model's own)


def _values(row: Model, fields: Sequence[Any]) -> list[Any]:
    return [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields]
