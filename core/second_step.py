"""
Between password and code: until the second step nobody is signed in, wherever the session is asked.

The session of who gave the password holds who that was, for five minutes; the session of who came all the way
holds which second factor she showed.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import auth
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from core import second_factor
from core.models import SecondFactor

HALF = "half_signed_in"
SHOWN = "second_factor"
PATIENCE = timedelta(minutes=5)


def is_signed_in(user: Any, *, session: Any) -> bool:
    """Whether this session's person came all the way: with a second factor in force she showed that one in it."""
    if not user.is_authenticated:
        return False
    factor = second_factor.in_force(user)
    return factor is None or session.get(SHOWN) == str(factor)


def begin(request: HttpRequest, *, user: Any, then: str) -> None:
    """The password was right; the code is asked for next. `then` is where she wanted to go."""
    request.session.cycle_key()
    request.session[HALF] = {
        "user": str(user.pk),
        "password": user.get_session_auth_hash(),
        "since": timezone.now().timestamp(),
        "then": then,
    }


def waiting(request: HttpRequest) -> tuple[Any, str] | None:
    """Who gave her password within the last five minutes, and where she wanted to go."""
    half = request.session.get(HALF)
    if not half or timezone.now().timestamp() - half["since"] > PATIENCE.total_seconds():
        request.session.pop(HALF, None)
        return None
    user = auth.get_user_model().objects.filter(pk=half["user"], is_active=True).first()
    if user is None or not constant_time_compare(user.get_session_auth_hash(), half["password"]):
        return None
    return user, half["then"]


def finish(request: HttpRequest, *, user: Any, factor: SecondFactor | None) -> None:
    """Signs in, under a new session key."""
    request.session.pop(HALF, None)
    auth.login(request, user)
    request.session.cycle_key()  # Django keeps the key of who signs in a second time
    if factor is not None:
        shown(request, factor)


def shown(request: HttpRequest, factor: SecondFactor) -> None:
    """This session knows the second factor."""
    request.session[SHOWN] = str(factor.pk)


class Gate:
    """The middleware: who is half signed in, or was before she set up her second factor, is nobody yet."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        found: Any = request.user
        request.user = SimpleLazyObject(  # type: ignore[assignment]  # asked only where somebody asks who it is
            lambda: found if is_signed_in(found, session=request.session) else AnonymousUser()
        )
        return self.get_response(request)
