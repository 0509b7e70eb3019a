"""The demo's organization, its admin and its key: found again, or made; what opens the door is new each time."""

from __future__ import annotations

import dataclasses
import secrets

from config.demo import shop
from core import joining
from core.fence import everywhere
from core.models import Organization, Role


@dataclasses.dataclass(frozen=True, kw_only=True)
class Founded:
    """`admin_password` and `api_key` can be read here and nowhere else."""

    organization: Organization
    admin_email: str
    admin_password: str
    api_key: str


def found() -> Founded:
    """The admin of the first demo of an installation is a superuser. Inside a transaction."""
    with everywhere():
        known = Organization.objects.filter(slug=shop.SLUG).first()
    organization = known or joining.create_organization(name=shop.NAME)
    admin = joining.person(email=shop.ADMIN_EMAIL)
    password = secrets.token_urlsafe(16)
    admin.set_password(password)
    admin.is_active = admin.is_staff = True
    if known is None:
        admin.is_superuser = True
    admin.save()
    joining.add_member(organization=organization, user=admin, role=Role.ORG_ADMIN)
    key = joining.replace_api_key(organization=organization, name=shop.KEY_NAME, role=Role.ORG_ADMIN)
    return Founded(organization=organization, admin_email=shop.ADMIN_EMAIL, admin_password=password, api_key=key)
