"""OpenAPI is true: it lists every call of the API, and no call answers with 500 or with what it does not say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from core.models import Role
from core.permissions import SUPERUSER
from providers.door_schema import TAG
from tests.places import STAND_IN, Belongings, api_places
from tests.world import api_of

pytestmark = pytest.mark.django_db
CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
EXAMPLES = settings(
    max_examples=8,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


def described() -> dict[str, Any]:
    schema: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return schema


DESCRIBED = described()
CALLS = [
    (path, method.upper())
    for path, methods in DESCRIBED["paths"].items()
    for method, call in methods.items()
    if TAG not in call["tags"]  # the doors answer signatures, not roles: tests/providers
]
NO_KEYS = {"/api/v1/alerts/preferences"}  # a person's own
EVERY_CALL = pytest.mark.parametrize(("path", "method"), CALLS, ids=[f"{method} {path}" for path, method in CALLS])


def parts(path: str) -> Iterator[str]:
    """A path without the names of what stands in it."""
    yield from ("{}" if part.startswith("{") or part == STAND_IN else part for part in path.split("/"))


def test_the_schema_lists_every_call_of_the_api_and_no_other():
    ours = {(tuple(parts(place.path(number=STAND_IN))), method) for place in api_places() for method in place.methods}

    listed = {(tuple(parts(path)), method) for path, method in CALLS}

    assert listed == ours


@EVERY_CALL
def test_a_call_says_who_may_do_it_and_which_errors_it_answers(path, method):
    call = DESCRIBED["paths"][path][method.lower()]

    assert "Role: `" in call["description"]
    assert {"apiKey", "staffSession"} <= {name for one in call["security"] for name in one}
    assert {"400", "401", "403", "404", "429"} <= set(call["responses"])
    assert [code for code in call["responses"] if code.startswith("2")] != []


def test_the_webhook_doors_are_described_with_what_they_answer():
    doors = {
        path: {method: sorted(call["responses"]) for method, call in methods.items()}
        for path, methods in DESCRIBED["paths"].items()
        if any(TAG in call["tags"] for call in methods.values())
    }

    answers = {"get": ["200", "403"], "post": ["200", "403", "413"]}
    assert doors == {
        "/api/v1/whatsapp/webhook": answers,
        "/api/v1/webhooks/{provider}/{account_id}/{token}": answers,
    }


def test_the_schema_and_its_pages_are_open_to_anybody(client, db):
    assert client.get("/api/schema").status_code == 200
    assert client.get("/api/docs").status_code == 200


@pytest.fixture
def within_the_test() -> Iterator[None]:
    """A real request closes connections before and after; the rows of a test are seen by its own one alone."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def admin(organization) -> dict[str, Any]:
    """What an org_admin's call carries."""
    return {"headers": api_of(organization, Role.ORG_ADMIN).headers}


@pytest.fixture
def root(superuser, organization) -> dict[str, Any]:
    """What a superuser's call carries: session, CSRF token and the organization she means."""
    token = "t" * 32
    session = superuser.client.cookies["sessionid"].value
    return {
        "headers": {"X-CSRFToken": token, "X-Organization": organization.slug},
        "cookies": {"sessionid": session, "csrftoken": token},
    }


def known_values(path: str, ours: Belongings) -> dict[str, str]:
    """The parts of this path that lead to a row of ours."""
    place = next(place for place in api_places() if [*parts(place.path(number=STAND_IN))] == [*parts(path)])
    pairs = zip(path.split("/"), ours.path(place).split("/"), strict=True)
    return {part.strip("{}"): value for part, value in pairs if part.startswith("{")}


@EVERY_CALL
@pytest.mark.usefixtures("within_the_test")
def test_whatever_is_sent_is_answered_as_the_schema_says(path, method, admin, root, ours):
    schema = schemathesis.openapi.from_dict(DESCRIBED)
    schema.app = get_wsgi_application()
    call, known = schema[path][method], known_values(path, ours)
    is_for_people = f"Role: `{SUPERUSER}`" in DESCRIBED["paths"][path][method.lower()]["description"] or path in NO_KEYS
    caller = root if is_for_people else admin
    cases = [call.as_strategy(mode) for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)]
    answered: set[int] = set()

    @EXAMPLES
    @given(case=st.one_of(cases), is_ours=st.booleans())
    def send(case: Any, is_ours: bool) -> None:
        if is_ours and known:
            case.path_parameters = known
        case.headers.pop("Authorization", None)
        answer = case.call(**caller)
        answered.add(answer.status_code)
        case.validate_response(answer, checks=CHECKS)

    send()

    assert not answered & {401, 403}
