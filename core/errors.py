"""One error body for the whole API: `{"type", "errors": [{"code", "detail", "attr"}]}`."""

from __future__ import annotations

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.defaults import page_not_found
from drf_standardized_errors.handler import ExceptionHandler
from rest_framework import exceptions, status

from core.refusals import Refused

HOW_TO_SIGN_IN = "Send `Authorization: Bearer <API key>`, or sign in to the console."


class Conflict(exceptions.APIException):
    """A business rule said no: 409 with a code of its own."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


class TooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"
    default_detail = "The body is larger than 4 MiB."


class ErrorHandler(ExceptionHandler):
    def convert_known_exceptions(self, exc: Exception) -> Exception:
        if isinstance(exc, Refused):
            return Conflict(exc.sentence, code=exc.code)
        if isinstance(exc, RequestDataTooBig):
            return TooLarge()
        if isinstance(exc, exceptions.NotAuthenticated):  # it carries the header that says how to
            exc.detail = exceptions.ErrorDetail(HOW_TO_SIGN_IN, code=exc.default_code)
        known: Exception = super().convert_known_exceptions(exc)
        return known


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What is no address at all is told in the same body below `/api/`, and as a page elsewhere."""
    if not request.path.startswith("/api/"):
        return page_not_found(request, exception)
    error = {"code": "not_found", "detail": "There is nothing at this address.", "attr": None}
    return JsonResponse({"type": "client_error", "errors": [error]}, status=status.HTTP_404_NOT_FOUND)
