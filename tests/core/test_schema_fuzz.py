"""Whatever is sent, the API answers as its OpenAPI says: a few random calls to each address, the same every time."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from core.models import Organization
from providers.models import Number
from tests.places import Belongings, Place, api_places
from tests.world import Api, Tell

CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
FEW = hypothesis.settings(
    max_examples=8,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def describe() -> Any:
    """The API as OpenAPI describes it, without its keys: the caller is given, so none is made up."""
    described: Any = SchemaGenerator().get_schema(request=None, public=True)
    del described["components"]["securitySchemes"]
    for operations in described["paths"].values():
        for operation in operations.values():
            operation.pop("security", None)
    return described


DESCRIBED = describe()
CALLS = [(method, place) for place in api_places() for method in place.methods]
CSRF = "c" * 32
Send = Callable[..., None]


@contextlib.contextmanager
def one_connection() -> Iterator[None]:
    """Requests leave the test's own connection open, as Django's test client does for its own."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


@pytest.fixture
def send(superuser: Api, organization: Organization) -> Send:
    """Sends a few calls to one address as a superuser who works in our organization."""
    session = superuser.client.cookies["sessionid"].value
    signed_in = {"Cookie": f"sessionid={session}; csrftoken={CSRF}", "X-CSRFToken": CSRF}
    there = {"X-Organization": organization.slug}
    schema: Any = schemathesis.openapi.from_dict(DESCRIBED)
    schema.app = WSGIHandler()

    def send(method: str, place: Place, *, mode: GenerationMode, path: dict[str, str] | None = None) -> None:
        operation = schema[described_path(place)][method]

        @FEW
        @given(case=operation.as_strategy(generation_mode=mode, headers=there, path_parameters=path))
        def one(case: Any) -> None:
            case.call_and_validate(headers=signed_in, checks=CHECKS)

        with one_connection():
            one()

    return send


@pytest.fixture
def path(ours: Belongings, tell: Tell, number: Number) -> Callable[[Place], dict[str, str]]:
    """What stands in an address, so that it leads to rows that are there."""
    tell("DISABLED")
    template = tell("RED", hour=10)
    named = {"number_id": str(number.pk), "template_id": str(template.pk)}
    return lambda place: named | {"id": str(ours.rows[getattr(place.view, "model")].pk)}  # noqa: B009 (any view set)


def described_path(place: Place) -> str:
    return "/" + place.route.replace("<uuid:pk>", "{id}").replace("<str:", "{").replace("<uuid:", "{").replace(">", "}")


def calls(found: list[tuple[str, Place]]) -> Any:
    return pytest.mark.parametrize(
        ("method", "place"), found, ids=[f"{method} {place.route}" for method, place in found]
    )


def takes_something(method: str, place: Place) -> bool:
    """Whether there is anything in a query or a body that could be wrong."""
    operation = DESCRIBED["paths"][described_path(place)][method.lower()]
    in_query = [parameter for parameter in operation.get("parameters", []) if parameter["in"] == "query"]
    return bool(in_query) or "requestBody" in operation


@calls(CALLS)
def test_every_answer_is_one_that_the_schema_names(method, place, send, path):
    send(method, place, mode=GenerationMode.POSITIVE, path=path(place))


@calls([(method, place) for method, place in CALLS if takes_something(method, place)])
def test_so_is_every_answer_to_what_does_not_fit(method, place, send, path):
    send(method, place, mode=GenerationMode.NEGATIVE, path=path(place))


@calls([(method, place) for method, place in CALLS if "<" in place.route])
def test_so_is_every_answer_about_rows_that_are_not_there(method, place, send):
    send(method, place, mode=GenerationMode.NEGATIVE)
