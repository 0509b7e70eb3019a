"""Whatever is sent, the API answers as its OpenAPI says: a few random calls to each address, the same every time."""

from __future__ import annotations

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

from tests.places import Place, api_places
from tests.world import Api

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
CALLS = [(method, place) for place in api_places() for method in place.methods]
WITH_A_ROW = [(method, place) for method, place in CALLS if "<" in place.route]
CSRF = "c" * 32
Send = Callable[..., None]


@pytest.fixture(scope="module")
def described() -> Any:
    """The API as OpenAPI describes it."""
    return SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]


@pytest.fixture
def schema(described: Any, db: None) -> Iterator[Any]:
    """The same with the product behind it, on the test's own connection."""
    loaded: Any = schemathesis.openapi.from_dict(described)
    loaded.app = WSGIHandler()
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield loaded
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def send(schema: Any, superuser: Api, organization: Organization) -> Send:
    """Sends a few calls to one address as a superuser who works in our organization."""
    session = superuser.client.cookies["sessionid"].value
    signed_in = {"Cookie": f"sessionid={session}; csrftoken={CSRF}", "X-CSRFToken": CSRF}
    there = {"X-Organization": organization.slug}

    def send(method: str, place: Place, *, mode: GenerationMode, path: dict[str, str] | None = None) -> None:
        operation = schema[described_path(place)][method]

        @FEW
        @given(case=operation.as_strategy(generation_mode=mode, headers=there, path_parameters=path))
        def one(case: Any) -> None:
            case.call_and_validate(headers=signed_in, checks=CHECKS)

        one()

    return send


def described_path(place: Place) -> str:
    return "/" + place.route.replace("<uuid:pk>", "{id}").replace("<str:", "{").replace("<uuid:", "{").replace(">", "}")


def calls(found: list[tuple[str, Place]]) -> Any:
    return pytest.mark.parametrize(
        ("method", "place"), found, ids=[f"{method} {place.route}" for method, place in found]
    )


@calls(CALLS)
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["fitting", "unfitting"])
def test_every_answer_is_one_that_the_schema_names(mode, method, place, send, ours, tell, number):
    template = tell("DISABLED")
    tell("RED", hour=10)
    row = ours.rows[place.view.model]

    send(
        method,
        place,
        mode=mode,
        path={"id": str(row.pk), "number_id": str(number.pk), "template_id": str(template.pk)},
    )


@calls(WITH_A_ROW)
def test_so_is_every_answer_about_rows_that_are_not_there(method, place, send):
    send(method, place, mode=GenerationMode.NEGATIVE)
