"""Who calls the API: an integrator by key, or staff by session. Either way one organization and one role."""

from __future__ import annotations

import dataclasses
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.request import Request

from core.auditing import note
from core.context import set_actor
from core.fence import everywhere
from core.membership import memberships
from core.models import ApiKey, AuditEntry, Organization, Role

USE_NOTED_EVERY = timedelta(minutes=1)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Caller:
    """What `request.auth` holds. `organization` is None only for a superuser who named none."""

    organization: Organization | None
    role: Role
    actor: str
    key_id: uuid.UUID | None = None
    is_superuser: bool = False


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer <key>`."""

    def authenticate(self, request: Request) -> tuple[Any, Caller] | None:
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != b"bearer":
            return None
        if len(parts) != 2:
            raise exceptions.AuthenticationFailed("Send the key as `Authorization: Bearer <key>`.")
        key = _key(parts[1].decode("latin-1"))
        actor = f"key:{key.name}"
        set_actor(actor)
        return None, Caller(organization=key.organization, role=Role(key.role), actor=actor, key_id=key.pk)

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def _key(text: str) -> ApiKey:
    now = timezone.now()
    prefix = text.removeprefix("hg_").partition("_")[0]
    with everywhere():
        rows = ApiKey.objects.filter(prefix=prefix.replace("\x00", "")).select_related("organization")
        key: ApiKey | None = rows.first()
        if key is None or not key.opens(text, at=now):
            raise exceptions.AuthenticationFailed("This API key is not known, has expired or was revoked.")
        if key.last_used_at is None or now - key.last_used_at > USE_NOTED_EVERY:
            _note_use(key, at=now)
    return key


@transaction.atomic
def _note_use(key: ApiKey, *, at: datetime) -> None:
    """The first use on a day (of UTC) goes into the audit; of calls at the same moment one is the first."""
    is_first = ApiKey.objects.filter(pk=key.pk, last_used_at=key.last_used_at).update(last_used_at=at)
    used_before = key.last_used_at and key.last_used_at.astimezone(UTC).date() == at.astimezone(UTC).date()
    if is_first and not used_before:
        note(
            AuditEntry.Action.KEY_USED,
            organization_id=key.organization_id,
            actor=f"key:{key.name}",
            model="apikey",
            object_id=str(key.pk),
            label=str(key),
        )


class StaffSession(SessionAuthentication):
    """The console's session, with CSRF. `X-Organization: <slug>` says which organization is meant."""

    def authenticate(self, request: Request) -> tuple[Any, Caller] | None:
        user = getattr(request._request, "user", None)
        if user is None or not user.is_active:
            return None
        self.enforce_csrf(request)
        actor = user.email or user.get_username()
        set_actor(actor)
        slug = request.headers.get("X-Organization", "")
        organization, role = _as_superuser(slug) if user.is_superuser else _as_member(user, slug)
        return user, Caller(organization=organization, role=role, actor=actor, is_superuser=user.is_superuser)


def _as_superuser(slug: str) -> tuple[Organization | None, Role]:
    if not slug:
        return None, Role.ORG_ADMIN
    with everywhere():
        organization = Organization.objects.filter(slug=slug).first()
    if organization is None:
        raise exceptions.ValidationError({"X-Organization": ["There is no such organization."]})
    return organization, Role.ORG_ADMIN


def _as_member(user: Any, slug: str) -> tuple[Organization, Role]:
    mine = memberships(user)
    fitting = [one for one in mine if one.organization.slug == slug] if slug else mine
    if not mine:
        raise exceptions.PermissionDenied("You are not a member of any organization.")
    if len(fitting) != 1:
        slugs = ", ".join(one.organization.slug for one in mine)
        raise exceptions.ValidationError({"X-Organization": [f"Say which organization you mean: {slugs}."]})
    return fitting[0].organization, Role(fitting[0].role)
