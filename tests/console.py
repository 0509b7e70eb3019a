"""People at the console: signed in with a role, looking at pages and pressing buttons."""

from __future__ import annotations

import html
import re
from typing import Any

from django.contrib.auth.models import User
from django.test import Client

from core import joining
from core.models import Organization


def somebody(organization: Organization, role: str, *, email: str = "") -> Client:
    """A browser in which a member with this role is signed in."""
    user = joining.person(email=email or f"{role}@{organization.slug}.example")
    joining.add_member(organization=organization, user=user, role=role)
    return browser_of(user)


def superuser_at_console() -> Client:
    return browser_of(User.objects.create_superuser("chief", email="chief@example.com"))


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def look(client: Client, address: str, **query: str) -> str:
    """The page as text with its markup. It must be there."""
    answer = client.get(address, query)
    assert answer.status_code == 200, (address, answer.status_code, answer.headers.get("Location"))
    return html.unescape(answer.content.decode())


def words(page: str) -> str:
    """What of a page is read: no markup, one blank between words."""
    visible = re.sub(r"<(script|style|head)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]*>", " ", visible).split())


def links(page: str) -> set[str]:
    return set(re.findall(r'href="([^"#?]+[^"#]*)"', page))


def first(pattern: str, page: str) -> str:
    """The first group of the first match, which must be there."""
    found = re.search(pattern, page)
    assert found, pattern
    return found[1]


def press(client: Client, address: str, **fields: Any) -> Any:
    """Sends a form, and follows where it leads."""
    return client.post(address, fields, follow=True)
