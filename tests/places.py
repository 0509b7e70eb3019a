"""
Every address of the product, and one row of every kind for each of two organizations to ask for by it.

A pytest plugin (`pytest_plugins` in conftest.py) for the tests that walk over all addresses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from django.contrib.auth.models import User
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from alerts.models import Alert, Destination, Escalation, Preference, Silence
from core.api import OwnedViewSet
from core.auditing import note
from core.fence import everywhere
from core.models import AuditEntry, Organization
from providers.models import Number, ParkedEvent, WebhookCall
from templates_app import versions
from templates_app.content import Content
from templates_app.models import RateCard, Submission, SyncRun, Template
from tests.world import account_in, number_of, template_of

DAYS = timedelta(days=3)
STAND_IN = "00000000-0000-7000-8000-000000000000"


class Place(NamedTuple):
    route: str
    pattern: URLPattern

    @property
    def view(self) -> type[Any] | None:
        found: type[Any] | None = getattr(self.pattern.callback, "cls", None)
        return found

    @property
    def methods(self) -> list[str]:
        actions: dict[str, str] = getattr(self.pattern.callback, "actions", None) or {}
        return [method.upper() for method in actions if method != "head"]

    def path(self, **values: str) -> str:
        """The address with every part filled in: by name where it is given, else by something of the right form."""
        of_kind = {"int:": "1"}
        route = re.sub(r"<(\w+:)?(\w+)>", lambda part: values.get(part[2], of_kind.get(part[1], STAND_IN)), self.route)
        return "/" + re.sub(r"\(\?P<\w+>(\w*).*?\)|[\^$]", r"\1", route)


def places(resolver: URLResolver | None = None, before: str = "") -> Iterator[Place]:
    for entry in (resolver or get_resolver()).url_patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from places(entry, route)
        else:
            yield Place(route, entry)


def api_places() -> list[Place]:
    return [place for place in places() if place.view is not None and issubclass(place.view, OwnedViewSet)]


def named(found: list[Place]) -> Any:
    """Runs a test for each of these places."""
    return pytest.mark.parametrize("place", found, ids=[place.route or "front-door" for place in found])


class Belongings(NamedTuple):
    """One row of every kind that one organization has."""

    rows: dict[type[models.Model], Any]

    def path(self, place: Place) -> str:
        row = self.rows[getattr(place.view, "model")]  # noqa: B009 (mypy: any view set)
        named_in_path = {
            "pk": str(row.pk),
            "template_id": str(self.rows[Template].pk),
            "number_id": self.rows[Number].external_id,
            "number": "1",  # of a version
        }
        unknown = set(re.findall(r"<(?:\w+:)?(\w+)>", place.route)) - set(named_in_path)
        assert not unknown, f"say here what {unknown} stands for, so that the fence of {place.route} is tested"
        return place.path(**named_in_path)


def belongings_of(organization: Organization, *, digit: str) -> Belongings:
    now = timezone.now()
    account = account_in(organization, external_id=digit * 15)
    number = number_of(account, external_id=digit * 14, shown=f"+49 30 {digit * 6}")
    with everywhere():
        line = {"field": "x", "outcome": "parked", "object": None}
        call = WebhookCall.objects.create(door="meta", body=b"{}", account=account, due_at=None, changes=[line])
        parked = ParkedEvent.objects.create(
            organization=organization, account=account, call=call, kind="x", reason="ambiguous", due_at=None
        )
        alert = Alert.objects.create(
            organization=organization,
            alert_type="TEMPLATE_PAUSED",
            severity="HIGH",
            severity_rank=2,
            subject_kind="number",
            subject_id=digit,
            first_seen_at=now,
            last_seen_at=now,
        )
        entry = note(AuditEntry.Action.TESTED, organization_id=organization.pk, label=digit)
        card = RateCard.objects.create(organization=organization, name=digit, valid_from=now.date(), currency="EUR")
        template = template_of(account)
        said = Content.of([{"type": "BODY", "text": "Hello."}], language=template.language, category="UTILITY")
        versions.write(template, said, origin=versions.Origin.LOCAL, author="ada@example.com")
        asked = Submission.objects.create(
            organization=organization, template=template, kind="edit", state="done", due_at=None
        )
        run = SyncRun.objects.create(organization=organization, account=account, state="done", due_at=None)
    rows = (account, number, template, call, parked, alert, entry, card, asked, run)
    told = whom_to_tell(organization, digit=digit)
    return Belongings({type(row): row for row in (*rows, *told)})


def whom_to_tell(organization: Organization, *, digit: str) -> list[models.Model]:
    """The destination is one that may not be called, so that a test of it leaves this machine alone."""
    secret = f"https://10.0.0.{digit}/alerts"
    with everywhere():
        return [
            Destination.objects.create(
                organization=organization,
                kind="webhook",
                name="Pager",
                address=secret,
                address_hint=secret[:-4],
                secret="whsec_bGFtcHM=",
            ),
            Silence.objects.create(organization=organization, alert_types=["X"], ends_at=timezone.now() + DAYS),
            Escalation.objects.create(
                organization=organization, steps=[{"after_minutes": 5, "destinations": [STAND_IN]}]
            ),
            Preference.objects.create(organization=organization, user=User.objects.create_user(f"person-{digit}")),
        ]


@pytest.fixture
def ours(organization: Organization, network: None) -> Belongings:
    return belongings_of(organization, digit="1")


@pytest.fixture
def theirs(other_organization: Organization) -> Belongings:
    return belongings_of(other_organization, digit="2")
