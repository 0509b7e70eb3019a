"""How organizations, people and keys come to be."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from core.fence import everywhere, inside
from core.models import ApiKey, Membership, Organization, Role
from core.refusals import Refused


def create_organization(*, name: str) -> Organization:
    """Raises Refused where the name gives no slug, or one that is taken."""
    slug = slugify(name)
    if not slug:
        raise Refused("The name needs at least one Latin letter or digit for its slug.", code="no_slug")
    with everywhere():
        if Organization.objects.filter(slug=slug).exists():
            raise Refused(f"There is an organization called {slug} already.", code="slug_taken")
        organization: Organization = Organization.objects.create(name=name, slug=slug)
    return organization


def organization_called(slug: str) -> Organization:
    """Raises Refused where there is none."""
    with everywhere():
        organization: Organization | None = Organization.objects.filter(slug=slug).first()
        if organization is None:
            known = ", ".join(Organization.objects.order_by("slug").values_list("slug", flat=True)[:20]) or "none yet"
            raise Refused(f"There is no organization {slug}. There are: {known}.", code="no_organization")
    return organization


def create_api_key(
    *, organization: Organization, name: str, role: str, expires_at: datetime | None = None
) -> tuple[ApiKey, str]:
    """The row and the key itself, which can never be read again."""
    with inside(organization):
        row = ApiKey(organization=organization, name=name, role=Role(role), expires_at=expires_at)
        key = row.new_secret()
        row.save(force_insert=True)
    return row, key


def revoke_api_key(row: ApiKey) -> None:
    """From now on the key opens nothing. It cannot be undone."""
    if row.revoked_at is None:
        row.revoked_at = timezone.now()
        row.save()


def replace_api_key(*, organization: Organization, name: str, role: str) -> str:
    """A new key of that name; those of the name that there were are revoked."""
    with transaction.atomic():
        with inside(organization):
            for row in ApiKey.objects.filter(name=name, revoked_at=None):
                revoke_api_key(row)
        return create_api_key(organization=organization, name=name, role=role)[1]


def add_member(*, organization: Organization, user: Any, role: str) -> Membership:
    """Gives a person a role, or another one if she has one."""
    with inside(organization):
        membership: Membership | None = Membership.objects.filter(user=user).first()
        if membership is None:
            membership = Membership(organization=organization, user=user)
        membership.role = Role(role)
        membership.save()
    return membership


def person(*, email: str) -> Any:
    """The user with this address, made without a usable password if new."""
    users = get_user_model().objects
    user = users.filter(username=email).first()
    if user is None:
        user = users.create_user(username=email, email=email)
    return user
