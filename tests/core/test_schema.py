"""OpenAPI at `/api/schema`: valid, without guesses, with every filter, header and error; secrets only go in."""

from __future__ import annotations

from typing import Any

import pytest
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from providers.door_schema import TAG

FILTERS = {
    "/api/v1/whatsapp/templates": {
        "status",
        "category",
        "quality_score",
        "language",
        "account",
        "name",
        "search",
        "is_sendable",
    },
    "/api/v1/alerts": {"status", "severity", "alert_type", "subject", "since", "together"},
    "/api/v1/whatsapp/numbers": {"account"},
}
MAY_BE_IN_USE = {("delete", "/api/v1/alerts/destinations/{id}")}


@pytest.fixture(scope="module")
def described() -> Any:
    return SchemaGenerator().get_schema(request=None, public=True)


def operations(described: Any) -> list[tuple[str, str, Any]]:
    return [
        (method, path, operation)
        for path, found in described["paths"].items()
        for method, operation in found.items()
        if TAG not in operation["tags"]
    ]


def test_it_is_valid_openapi_and_made_without_a_warning():
    GENERATOR_STATS.reset()

    described = SchemaGenerator().get_schema(request=None, public=True)

    validate_schema(described)
    assert dict(GENERATOR_STATS._warn_cache) == {}
    assert dict(GENERATOR_STATS._error_cache) == {}


def test_every_call_names_the_headers_it_reads_and_exactly_the_errors_it_can_answer(described):
    for method, path, operation in operations(described):
        reads_body = method in ("post", "patch", "put")
        headers = {parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "header"}
        expected = {"400", "401", "403", "404", "405", "406", "429"} | ({"409", "413", "415"} if reads_body else set())
        if (method, path) in MAY_BE_IN_USE:
            expected.add("409")

        assert headers == {"X-Organization"} | ({"Idempotency-Key"} if method == "post" else set()), path
        assert {code for code in operation["responses"] if code >= "400"} == expected, path


def test_every_error_has_the_one_body(described):
    bodies = {
        answer["content"]["application/json"]["schema"]["$ref"]
        for _, _, operation in operations(described)
        for code, answer in operation["responses"].items()
        if code >= "400"
    }

    assert bodies == {"#/components/schemas/ErrorAnswer"}


@pytest.mark.parametrize("path", FILTERS)
def test_filters_and_pages_are_parameters(path, described):
    named = {parameter["name"] for parameter in described["paths"][path]["get"]["parameters"]}

    assert named - {"X-Organization"} == FILTERS[path] | {"limit", "cursor"}


def test_credentials_go_in_and_never_come_out(described):
    schemas = described["components"]["schemas"]

    assert "credentials" in schemas["AccountRequest"]["properties"]
    assert "credentials" not in schemas["Account"]["properties"]


def test_a_caller_comes_in_by_key_or_by_session(described):
    assert described["components"]["securitySchemes"] == {
        "apiKey": {"type": "http", "scheme": "bearer"},
        "staffSession": {"type": "apiKey", "in": "cookie", "name": "sessionid"},
    }
    assert all(
        operation["security"] == [{"apiKey": []}, {"staffSession": []}] for _, _, operation in operations(described)
    )


def test_the_secret_of_a_destination_comes_out_and_never_goes_in(described):
    schemas = described["components"]["schemas"]

    assert "secret" in schemas["Destination"]["properties"]
    assert "secret" not in schemas["DestinationRequest"]["properties"]
