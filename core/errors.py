"""One error body for the whole API: `{"type", "errors": [{"code", "detail", "attr"}]}`."""

from __future__ import annotations

from drf_standardized_errors.handler import ExceptionHandler
from rest_framework import exceptions, status

from core.refusals import Refused

HOW_TO_SIGN_IN = "Send `Authorization: Bearer <API key>`, or sign in to the console."


class Conflict(exceptions.APIException):
    """A business rule said no: 409 with a code of its own."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


class ErrorHandler(ExceptionHandler):
    def convert_known_exceptions(self, exc: Exception) -> Exception:
        if isinstance(exc, Refused):
            return Conflict(exc.sentence, code=exc.code)
        if isinstance(exc, exceptions.NotAuthenticated):  # it carries the header that says how to
            exc.detail = exceptions.ErrorDetail(HOW_TO_SIGN_IN, code=exc.default_code)
        known: Exception = super().convert_known_exceptions(exc)
        return known
