"""One error body for the whole API, whatever went wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from core.fence import everywhere
from providers.models import Account
from tests.world import WABA, Api

ACCOUNTS = "/whatsapp/accounts"
JSON = "application/json"


def raw(
    caller: Api, method: str, path: str, body: bytes = b"", *, content: str = "application/json", **headers: str
) -> Any:
    given = caller.headers | {name.replace("_", "-"): value for name, value in headers.items()}
    return caller.client.generic(method, f"/api/v1{path}", body, content_type=content, headers=given)


def told(answer: Any) -> tuple[int, str, list[tuple[str, str | None]]]:
    """(status, type, [(code, attr)]); the body is JSON of exactly this shape."""
    body = answer.json()
    assert answer.headers["Content-Type"] == "application/json"
    assert set(body) == {"type", "errors"}
    assert all(set(error) == {"code", "detail", "attr"} and error["detail"] for error in body["errors"])
    return answer.status_code, body["type"], [(error["code"], error["attr"]) for error in body["errors"]]


def test_400_names_every_field_that_is_wrong(org_admin):
    answer = org_admin.post(ACCOUNTS, {"provider": "pigeon", "name": ""})

    assert told(answer) == (
        400,
        "validation_error",
        [("invalid_choice", "provider"), ("blank", "name"), ("required", "external_id")],
    )


@pytest.mark.parametrize(
    "body",
    [b"{", b"\xff\xfe", b"[1,", b'{"a": NaN}', b"\xef\xbb\xbf{}", b"9" * 5000, b"[" * 100_000],
    ids=["cut off", "not UTF-8", "half a list", "NaN", "BOM", "endless number", "deep"],
)
def test_400_where_the_body_is_not_json(org_admin, body):
    assert told(raw(org_admin, "POST", ACCOUNTS, body)) == (400, "client_error", [("parse_error", None)])


@pytest.mark.parametrize("body", [[], "text", 7, True])
def test_400_where_the_body_is_not_an_object(org_admin, body):
    assert told(org_admin.post(ACCOUNTS, body)) == (400, "validation_error", [("invalid", "non_field_errors")])


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "Shop \x00"},
        {"name": "Shop \ud800"},
        {"provider": "\udfff"},
        {"credentials": {"\ud800": "x"}},
        {"credentials": {"access_token": "\x00"}},
        {"window_policy": "\ud800"},
        {"external_id": "\ud800"},
    ],
    ids=str,
)
def test_400_where_a_text_is_no_text(org_admin, fields):
    answer = org_admin.post(ACCOUNTS, {"provider": "meta", "name": "Shop", "external_id": "1"} | fields)

    assert told(answer)[0] == 400
    with everywhere():
        assert not Account.objects.exists()


def test_401_without_a_key(anonymous):
    assert told(anonymous.get(ACCOUNTS)) == (401, "client_error", [("not_authenticated", None)])


def test_403_where_the_role_is_too_low(viewer):
    assert told(viewer.post(ACCOUNTS, {})) == (403, "client_error", [("permission_denied", None)])


@pytest.mark.parametrize("path", ["/alerts/00000000-0000-7000-8000-000000000000", "/alerts/7", "/nothing/like/that"])
def test_404_for_a_row_an_id_and_an_address_that_are_not_there(viewer, path):
    assert told(viewer.get(path)) == (404, "client_error", [("not_found", None)])


def test_404_outside_the_api_is_a_page():
    answer = Client().get("/nothing/like/that")

    assert (answer.status_code, answer.headers["Content-Type"].split(";")[0]) == (404, "text/html")


def test_405_for_a_method_that_the_address_does_not_have(org_admin):
    answer = org_admin.call("PUT", ACCOUNTS, {})

    assert told(answer) == (405, "client_error", [("method_not_allowed", None)])
    assert {"GET", "POST"} <= set(answer.headers["Allow"].split(", "))


def test_406_where_json_is_not_wanted(viewer):
    assert told(raw(viewer, "GET", ACCOUNTS, Accept="text/html")) == (406, "client_error", [("not_acceptable", None)])


def test_409_where_a_rule_says_no(org_admin, account):
    answer = org_admin.post(ACCOUNTS, {"provider": "meta", "name": "Shop", "external_id": WABA})

    assert told(answer) == (409, "client_error", [("account_taken", None)])


@pytest.mark.parametrize("headers", [{}, {"Idempotency_Key": "k"}], ids=["plain", "with a key"])
def test_413_for_a_body_above_4_mib(org_admin, headers):
    body = json.dumps({"name": "x" * (4 * 1024 * 1024)}).encode()

    answer = raw(org_admin, "POST", ACCOUNTS, body, **headers)

    assert told(answer) == (413, "client_error", [("too_large", None)])


def test_415_for_anything_but_json(org_admin):
    answer = raw(org_admin, "POST", ACCOUNTS, b"name=Shop", content="application/x-www-form-urlencoded")

    assert told(answer) == (415, "client_error", [("unsupported_media_type", None)])


def test_429_beyond_the_limit(viewer, settings):
    settings.API_RATE_LIMIT = 1
    viewer.get(ACCOUNTS)

    assert told(viewer.get(ACCOUNTS)) == (429, "client_error", [("throttled", None)])


def test_500_tells_nothing_of_the_inside(viewer, monkeypatch):
    def explode(*args: Any, **kwargs: Any) -> Any:
        raise ZeroDivisionError("the inside")

    monkeypatch.setattr("providers.views.AccountViewSet.get_queryset", explode)
    caller = Api(client=Client(raise_request_exception=False), **viewer.headers)

    answer = caller.get(ACCOUNTS)

    assert told(answer) == (500, "server_error", [("error", None)])
    assert b"inside" not in answer.content


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/whatsapp/accounts"),
        ("GET", "/api/v1/nothing"),
        ("GET", "/api/v1/whatsapp/webhook"),
        ("POST", "/api/v1/whatsapp/webhook"),
        ("GET", "/api/v1/webhooks/nobody"),
        ("GET", "/admin/"),
        ("GET", "/healthz"),
        ("GET", "/api/schema"),
        ("GET", "/"),
    ],
)
def test_every_answer_carries_a_request_id(db, method, path):
    answers = [Client().generic(method, path) for _ in range(2)]

    ids = {answer.headers["X-Request-Id"] for answer in answers}
    assert len(ids) == 2
