"""Lists in pages: a cursor over ids, which are ordered by time; `limit` with `offset` where that was promised."""

from __future__ import annotations

import dataclasses
import uuid
from base64 import b64decode
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

MAX_LIMIT = 1000
MAX_OFFSET = 10_000_000


def whole_number(query: Mapping[str, Any], name: str, *, default: int, least: int, most: int) -> int:
    """A number from the query string. Raises ValidationError that names the parameter and its range."""
    given = query.get(name)
    if given in (None, ""):
        return default
    try:
        number = int(str(given))
    except ValueError:
        number = least - 1
    if not least <= number <= most:
        raise ValidationError({name: [f"Must be a whole number from {least} to {most}."]})
    return number


class NewestFirst(CursorPagination):
    """`limit` (50, at most 1000) and `cursor`. Ids are UUIDs of version 7, so their order is that of creation."""

    ordering = "-id"
    page_size = 50
    page_size_query_param = "limit"
    max_page_size = MAX_LIMIT

    def get_page_size(self, request: Request) -> int:
        return whole_number(request.query_params, "limit", default=self.page_size, least=1, most=MAX_LIMIT)

    def decode_cursor(self, request: Request) -> Any:
        encoded = request.query_params.get(self.cursor_query_param)
        if encoded is None:
            return None
        try:
            text = b64decode(encoded.encode("ascii"), validate=True).decode("ascii")
            for position in parse_qs(text).get("p", []):
                uuid.UUID(position)
            return super().decode_cursor(request)
        except (ValueError, NotFound):
            raise ValidationError(
                {"cursor": ["Not a cursor of this list. Take it from `next` or `previous`."]}
            ) from None

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"results": data, "next": self.get_next_link(), "previous": self.get_previous_link()})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": "string", "nullable": True, "format": "uri"}
        return {
            "type": "object",
            "required": ["results", "next", "previous"],
            "properties": {"results": schema, "next": link, "previous": link},
        }


@dataclasses.dataclass(frozen=True)
class Window:
    """A piece of a list by `limit` and `offset` (`skip` is read as `offset`)."""

    limit: int
    offset: int

    @classmethod
    def of(cls, request: Request, *, default: int) -> Window:
        query = request.query_params
        name = "offset" if "offset" in query else "skip"
        return cls(
            limit=whole_number(query, "limit", default=default, least=1, most=MAX_LIMIT),
            offset=whole_number(query, name, default=0, least=0, most=MAX_OFFSET),
        )
