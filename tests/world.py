"""
The world of most tests: two organizations, callers of every role, an account, and Meta at the door.

A pytest plugin (`pytest_plugins` in conftest.py). Everything goes the product's own way: keys come from
`core.joining`, webhooks are signed, posted to the door and applied by the task that a worker would run.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from celery import current_app
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.utils import timezone

from core import joining
from core.fence import everywhere
from core.models import Organization, Role
from providers import tasks as provider_tasks
from providers.models import Account, Number, WebhookCall
from templates_app.models import Template

DOOR = "/api/v1/whatsapp/webhook"
WABA, OTHER_WABA = "109887766554433", "209887766554433"
DAY = datetime(2026, 3, 2, tzinfo=UTC)


class Api:
    """One caller of `/api/v1`: JSON goes out, Django's answer comes back."""

    def __init__(self, *, client: Client | None = None, **headers: str) -> None:
        self.client = client or Client()
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        content = b"" if body is None else json.dumps(body).encode()
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.generic(
            method, f"/api/v1{path}", content, content_type="application/json", headers=self.headers | given
        )

    def get(self, path: str, **headers: str) -> Any:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.call("POST", path, body, **headers)

    def patch(self, path: str, body: Any) -> Any:
        return self.call("PATCH", path, body)

    def delete(self, path: str) -> Any:
        return self.call("DELETE", path)

    def results(self, path: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.get(path).json()["results"]
        return rows


def api_of(organization: Organization, role: str, *, name: str = "") -> Api:
    """A caller by a new key of this role."""
    _, key = joining.create_api_key(organization=organization, name=name or role, role=role)
    return Api(Authorization=f"Bearer {key}")


def session_of(user: User, **headers: str) -> Api:
    """A caller who is signed in to the console."""
    client = Client()
    client.force_login(user)
    return Api(client=client, **headers)


def error_of(answer: Any) -> tuple[int, str, str | None]:
    """(status, code, attr) of an answer with a single error."""
    (error,) = answer.json()["errors"]
    return answer.status_code, error["code"], error["attr"]


@pytest.fixture(scope="session", autouse=True)
def _static_folder() -> None:
    """Where static files would be collected: their middleware warns where there is none."""
    django_settings.STATIC_ROOT.mkdir(exist_ok=True)


@pytest.fixture
def organization(db: None) -> Organization:
    return joining.create_organization(name="Lamp Works")


@pytest.fixture
def other_organization(db: None) -> Organization:
    return joining.create_organization(name="Rival Works")


@pytest.fixture
def anonymous(db: None) -> Api:
    return Api()


@pytest.fixture
def viewer(organization: Organization) -> Api:
    return api_of(organization, Role.VIEWER)


@pytest.fixture
def operator(organization: Organization) -> Api:
    return api_of(organization, Role.OPERATOR)


@pytest.fixture
def org_admin(organization: Organization) -> Api:
    return api_of(organization, Role.ORG_ADMIN)


@pytest.fixture
def stranger(other_organization: Organization) -> Api:
    """An org_admin, but of the other organization."""
    return api_of(other_organization, Role.ORG_ADMIN)


@pytest.fixture
def superuser(db: None) -> Api:
    return session_of(User.objects.create_superuser("root", email="root@example.com"))


@pytest.fixture
def admin_person(organization: Organization) -> User:
    """A member with the role org_admin and an e-mail address: she is told of alerts."""
    user: User = joining.person(email="ada@example.com")
    joining.add_member(organization=organization, user=user, role=Role.ORG_ADMIN)
    return user


def account_in(organization: Organization, *, external_id: str, name: str = "Shop", **fields: Any) -> Account:
    with everywhere():
        account: Account = Account.objects.create(
            organization=organization, provider="meta", name=name, external_id=external_id, **fields
        )
    return account


def number_of(account: Account, *, external_id: str, shown: str, **fields: Any) -> Number:
    with everywhere():
        number = Number(
            organization_id=account.organization_id,
            account=account,
            external_id=external_id,
            display_phone_number=shown,
            **fields,
        )
        number.clean_digits()
        number.save()
    return number


def template_of(account: Account, *, name: str = "lamp_oil_notice", language: str = "en_US", **fields: Any) -> Template:
    """A template as a row alone: no fact stands behind its columns."""
    with everywhere():
        template: Template = Template.objects.create(
            organization_id=account.organization_id, account=account, name=name, language=language, **fields
        )
    return template


@pytest.fixture
def account(organization: Organization) -> Account:
    return account_in(organization, external_id=WABA)


@pytest.fixture
def other_account(other_organization: Organization) -> Account:
    return account_in(other_organization, external_id=OTHER_WABA, name="Rival shop")


@pytest.fixture
def number(account: Account) -> Number:
    return number_of(account, external_id="104455667788990", shown="+49 30 1234567")


@pytest.fixture
def other_number(other_account: Account) -> Number:
    return number_of(other_account, external_id="204455667788990", shown="+49 30 7654321")


# Meta at the door


def webhook(*changes: tuple[str, dict[str, Any]], account_id: str = WABA, at: datetime | None = None) -> bytes:
    """A body as Meta sends it: one entry with these (field, value) changes."""
    entry: dict[str, Any] = {
        "id": account_id,
        "changes": [{"field": field, "value": value} for field, value in changes],
    }
    if at is not None:
        entry["time"] = int(at.timestamp())
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def status_change(event: str, **value: Any) -> tuple[str, dict[str, Any]]:
    about: dict[str, Any] = {
        "message_template_id": 7001,
        "message_template_name": "lamp_oil_notice",
        "message_template_language": "en_US",
        "reason": "NONE",
    }
    return "message_template_status_update", about | {"event": event} | value


def quality_change(score: str, **value: Any) -> tuple[str, dict[str, Any]]:
    about: dict[str, Any] = {
        "message_template_id": 7001,
        "message_template_name": "lamp_oil_notice",
        "message_template_language": "en_US",
        "previous_quality_score": "UNKNOWN",
    }
    return "message_template_quality_update", about | {"new_quality_score": score} | value


def signature_of(body: bytes, *, secret: str = "") -> str:
    key = secret or django_settings.WHATSAPP_WEBHOOK_APP_SECRETS[0]
    return f"sha256={hmac.new(key.encode(), body, hashlib.sha256).hexdigest()}"


def post(body: bytes, *, path: str = DOOR, secret: str = "") -> Any:
    """A signed call, kept and not yet applied."""
    headers = {"X-Hub-Signature-256": signature_of(body, secret=secret)}
    return Client().generic("POST", path, body, content_type="application/json", headers=headers)


def deliver(body: bytes, *, path: str = DOOR, secret: str = "") -> WebhookCall:
    """A signed call through the door, applied by the worker's task."""
    answer = post(body, path=path, secret=secret)
    assert answer.status_code == 200, answer.content
    provider_tasks.apply_calls()
    call: WebhookCall = WebhookCall.objects.latest("id")
    return call


def due_calls(*doors: str, **fields: Any) -> list[WebhookCall]:
    """Stored calls that are due in this order, told apart by their doors; nothing is in them."""
    start = timezone.now() - timedelta(milliseconds=len(doors))
    told_apart = [{"door": door, "due_at": start + timedelta(milliseconds=place)} for place, door in enumerate(doors)]
    return [WebhookCall.objects.create(**{"body": b""} | one | fields) for one in told_apart]


Tell = Callable[..., Template]


@pytest.fixture
def tell(account: Account) -> Tell:
    """`tell("PAUSED", hour=9, **value)`: Meta says so of a template of ours; gives the template as it stands then."""

    def tell(event: str, *, hour: float = 9, at: datetime | None = None, **value: Any) -> Template:
        moment = at or DAY + timedelta(hours=hour)
        change = (
            quality_change(event, **value) if event in ("GREEN", "YELLOW", "RED") else status_change(event, **value)
        )
        deliver(webhook(change, account_id=account.external_id, at=moment))
        with everywhere():
            template: Template = Template.objects.get(
                account=account,
                name=change[1]["message_template_name"],
                language=change[1]["message_template_language"].replace("-", "_"),
            )
        return template

    return tell


@pytest.fixture
def network(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets `core.http` work inside the transaction that pytest wraps around a test."""
    monkeypatch.setattr(connection, "inside_a_test", True, raising=False)


@pytest.fixture
def one_lane(settings: Any) -> None:
    """Network work in the test's own thread, which alone sees the rows of its transaction."""
    settings.WORK_THREADS = 1


@pytest.fixture
def celery_tasks() -> set[str]:
    """The names of all tasks that a worker would know."""
    current_app.loader.import_default_modules()
    return set(current_app.tasks)
