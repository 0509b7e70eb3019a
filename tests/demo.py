"""
The demo, for tests that run its command and for those that only look at what it made.

A pytest plugin (`pytest_plugins` in conftest.py).
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from alerts.models import Alert, AlertDelivery, AlertEntry
from core.fence import everywhere
from core.models import Membership, Organization
from providers.models import Account, Number, SandboxTemplate, WebhookCall
from templates_app.models import (
    QualitySnapshot,
    QualityWarning,
    RateCard,
    Template,
    TemplateEvent,
    TemplateVersion,
    Traffic,
)
from tests.world import Api

Facts = dict[str, Any]
Demo = Callable[..., Facts]


def printed(*options: str) -> str:
    out = io.StringIO()
    call_command("demo", *options, stdout=out)
    return out.getvalue()


def facts_in(text: str) -> Facts:
    """What the command's last line says."""
    facts: Facts = json.loads(text.splitlines()[-1])
    return facts


def caller(facts: Facts) -> Api:
    return Api(Authorization=f"Bearer {facts['api_key']}")


def rows() -> dict[str, int]:
    """How many there are of each kind."""
    kinds: list[Any] = [Organization, User, Membership, Account, Number, Template, TemplateEvent, TemplateVersion]
    kinds += [WebhookCall, Alert, AlertEntry, AlertDelivery]
    kinds += [Traffic, QualitySnapshot, QualityWarning, RateCard, SandboxTemplate]
    with everywhere():
        return {kind.__name__: kind.objects.count() for kind in kinds}


@pytest.fixture
def demo(db: None) -> Demo:
    """Runs the command; gives what its last line says."""
    return lambda *options: facts_in(printed(*options))


@pytest.fixture(scope="module")
def made_demo(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Made once for a module, in a transaction around those of its tests."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield printed()
        transaction.set_rollback(True)


@pytest.fixture
def shown_demo(made_demo: str, db: None) -> str:
    """A demo as its first run made it, and what that printed: what a test changes is undone."""
    return made_demo


@pytest.fixture
def unfenced() -> Iterator[None]:
    with everywhere():
        yield
