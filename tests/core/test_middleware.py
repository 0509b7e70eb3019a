"""What every request passes: its id, its line in the access log, the short way for webhooks."""

from __future__ import annotations

import logging
import re

import pytest
from django.http import HttpRequest, JsonResponse
from django.test import Client
from django.urls import path

from core.context import current_actor, request_id
from tests.world import post, status_change, webhook

TOKEN = "a-token-that-opens-a-door"


@pytest.fixture
def lines(caplog):
    """The lines of the access log so far."""
    caplog.set_level(logging.INFO, logger="access")
    return lambda: [record.getMessage() for record in caplog.records if record.name == "access"]


def test_a_caller_s_own_id_is_taken_over():
    answer = Client().get("/healthz", headers={"X-Request-Id": "order-4711_a.b"})

    assert answer.headers["X-Request-Id"] == "order-4711_a.b"


@pytest.mark.parametrize("given", ["short", "x" * 65, "with space inside", "line\nbreak-in-it", "ümläute-äö", ""])
def test_what_does_not_look_like_an_id_is_replaced(given):
    answer = Client().get("/healthz", headers={"X-Request-Id": given})

    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["X-Request-Id"])


def whoami(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"id": request_id.get(), "actor": current_actor()})


urlpatterns = [path("whoami", whoami)]


@pytest.mark.urls(__name__)
def test_inside_a_request_its_id_is_known_and_nobody_acts_yet(viewer):
    answer = Client().get("/whoami")

    assert answer.json() == {"id": answer.headers["X-Request-Id"], "actor": ""}
    assert request_id.get() == ""


def test_every_request_leaves_a_line_with_its_time(lines, caplog):
    Client().get("/healthz")

    assert lines() == ["GET /healthz 200"]
    assert caplog.records[-1].milliseconds >= 0


def test_the_token_of_a_door_and_a_number_are_masked_in_the_line(lines, account):
    Client().get(f"/api/v1/webhooks/meta/{account.pk}/{TOKEN}")
    Client().get("/api/v1/whatsapp/4915112345678/templates/x")

    assert lines() == [
        f"GET /api/v1/webhooks/meta/{account.pk}/*** 403",
        "GET /api/v1/whatsapp/491…78/templates/x 404",
    ]


def test_a_query_is_not_in_the_line(lines, db):
    Client().get("/api/v1/whatsapp/webhook?hub.verify_token=letmein")

    assert lines() == ["GET /api/v1/whatsapp/webhook 403"]


def test_a_webhook_that_was_taken_leaves_no_line_and_a_refused_one_does(lines, account):
    post(webhook(status_change("APPROVED")))
    post(webhook(status_change("APPROVED")), secret="wrong")

    assert lines() == ["POST /api/v1/whatsapp/webhook 403"]


def test_a_webhook_makes_no_session_and_needs_no_csrf_token(account):
    body = webhook(status_change("APPROVED"))

    answer = post(body)

    assert answer.status_code == 200
    assert not answer.cookies


@pytest.mark.parametrize("address", ["/api/v1/webhooks/", "/api/v1/webhooks/meta/7/x", "/api/v1/whatsapp/webhook/"])
def test_a_door_that_is_not_there_is_404(db, address):
    assert Client().post(address).status_code == 404


def test_a_webhook_costs_one_statement(account, django_assert_num_queries):
    body = webhook(status_change("APPROVED"))

    with django_assert_num_queries(1):
        answer = post(body)

    assert answer.status_code == 200


def test_the_console_and_the_api_have_different_content_policies(viewer, admin_client):
    console = admin_client.get("/admin/", follow=True)
    docs = Client().get("/api/docs")

    assert "unsafe-eval" in console.headers["Content-Security-Policy"]
    assert "unsafe-eval" not in docs.headers["Content-Security-Policy"]
