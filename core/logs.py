"""Logs as JSON lines, each with the ids of its request, organization and piece of work, and nothing secret."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from pythonjsonlogger.json import JsonFormatter

from core.context import organization_slug, request_id, work_id
from core.redaction import redact


class Context(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        for name, variable in (("request_id", request_id), ("organization", organization_slug), ("work_id", work_id)):
            value = variable.get()
            if value:
                setattr(record, name, value)
        return True


class Redact(logging.Filter):
    """The last look at every line, whoever wrote it: libraries quote URLs and parameters."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = redact(record.getMessage())
        record.args = None
        return True


class JsonLines(JsonFormatter):
    def __init__(self) -> None:
        super().__init__(
            "{asctime}{levelname}{name}{message}",
            style="{",
            rename_fields={"asctime": "at", "levelname": "level", "name": "logger"},
            json_ensure_ascii=False,
        )

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 (logging's name)
        return datetime.fromtimestamp(record.created, tz=UTC).isoformat(timespec="milliseconds")

    def formatException(self, ei: object) -> str:  # noqa: N802 (the name is logging's)
        return redact(super().formatException(ei))  # type: ignore[arg-type]  # logging's own union of tuples
