"""What every request passes: an id and an access log line; the short way for webhooks; the console's scope."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import resolve

from core.context import id_for, request_id, set_actor
from core.fence import everywhere, inside
from core.membership import organization_in_console
from core.redaction import redact

access = logging.getLogger("access")
Answer = Callable[[HttpRequest], HttpResponseBase]


class RequestContext:
    """Gives the request its id (the caller's `X-Request-Id`, if it looks like one) and logs how it ended."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        this_id = id_for(request.META.get("HTTP_X_REQUEST_ID", ""))
        token = request_id.set(this_id)
        set_actor("")
        started = time.perf_counter()
        try:
            response = self.get_response(request)
            response.headers["X-Request-Id"] = this_id
            if not (request.path.startswith(settings.NOT_LOGGED_WHEN_WELL) and response.status_code < 400):
                _log(request, response, started)
            return response
        finally:
            request_id.reset(token)
            set_actor("")


def _log(request: HttpRequest, response: HttpResponseBase, started: float) -> None:
    access.info(
        "%s %s %s",
        request.method,
        redact(request.path),
        response.status_code,
        extra={"milliseconds": round((time.perf_counter() - started) * 1000, 1)},
    )


class WebhookShortcut:
    """Provider calls go straight to their view: no session, cookie, language or message belongs to them."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(settings.WEBHOOK_SHORTCUT_PREFIXES):
            return self.get_response(request)
        try:
            match = resolve(request.path_info)
        except Http404:
            return HttpResponse(status=404)
        response: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
        return response


class ConsoleScope:
    """Inside `/admin/` only the rows of the organization that the person works in exist (superusers: all, or one)."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith("/admin/"):
            return self.get_response(request)
        user: Any = request.user
        if user.is_authenticated:
            set_actor(user.email or user.get_username())
        organization = organization_in_console(request)
        if organization is None and user.is_superuser:
            with everywhere():
                return self._answer(request)
        if organization is None:
            return self._answer(request)
        with inside(organization):
            return self._answer(request)

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response._csp_config = settings.CONSOLE_CONTENT_SECURITY_POLICY  # type: ignore[attr-defined]  # read by django-csp
        return response
