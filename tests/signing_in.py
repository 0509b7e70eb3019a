"""People in front of the sign-in page: with a password, with an authenticator app, and what they type."""

from __future__ import annotations

import base64
import dataclasses
from typing import Any

from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from django_otp.oath import TOTP

from core import joining, second_factor
from core.fence import everywhere
from core.models import AuditEntry, Organization, SecondFactor

PASSWORD = "lantern-oil-9"
LOGIN, CODE = "/admin/login/", "/admin/login/code/"
ACCOUNT, SET_UP = "/admin/account/", "/admin/account/second-factor/"


def person_in(organization: Organization | None, *, email: str = "ada@example.com", role: str = "viewer") -> User:
    """A login with PASSWORD; a member where an organization is given."""
    user: User = joining.person(email=email)
    user.set_password(PASSWORD)
    user.save()
    if organization is not None:
        joining.add_member(organization=organization, user=user, role=role)
    return user


def give_password(client: Client, *, name: str = "ada@example.com", password: str = PASSWORD, **extra: Any) -> Any:
    return client.post(LOGIN, {"username": name, "password": password, "next": "/admin/"}, **extra)


def give_code(client: Client, code: str, **extra: Any) -> Any:
    return client.post(CODE, {"code": code}, **extra)


def is_in(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


def code_of(factor: SecondFactor, *, steps: int = 0) -> str:
    """What the app shows now, or so many steps of 30 seconds later."""
    clock = TOTP(base64.b32decode(factor.secret), drift=steps)
    clock.time = timezone.now().timestamp()
    return f"{clock.token():06}"


@dataclasses.dataclass(frozen=True)
class App:
    """A person's authenticator app and the backup codes she kept."""

    factor: SecondFactor
    codes: list[str]

    def code(self, *, steps: int = 0) -> str:
        return code_of(self.factor, steps=steps)


def app_of(user: User) -> App:
    """Set up with the code before this one, so that the one of now is still good."""
    factor = second_factor.start(user)
    codes = second_factor.confirm(factor, code=code_of(factor, steps=-1))
    assert codes is not None
    factor.refresh_from_db()
    return App(factor, codes)


def sign_in(client: Client, app: App | None = None, **given: Any) -> None:
    give_password(client, **given)
    if app is not None:
        give_code(client, app.code())


def noted(organization: Organization | None) -> list[tuple[str, str, str]]:
    """(action, actor, object) of the audit's entries for this organization, oldest first."""
    with everywhere():
        rows = AuditEntry.objects.filter(organization=organization).order_by("id")
        return [(row.action, row.actor, row.label) for row in rows]
