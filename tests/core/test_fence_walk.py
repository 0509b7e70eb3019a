"""A walk over every address: nothing answers a stranger, and no row of another organization can be reached."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.test import Client

from core.fence import InstallationWide, everywhere
from providers.models import Account, Number
from templates_app.models import Template
from tests.places import api_places, named, places
from tests.world import Api

# What anybody may ask. A new address goes in here only with a reason.
PUBLIC = {
    "",  # the front door sends on to the console
    "healthz",
    "readyz",
    "metrics",  # has a token of its own
    "api/schema",
    "api/docs",
    "api/v1/whatsapp/webhook",  # a signature opens it
    "api/v1/webhooks/<slug:provider_name>/<uuid:account_id>/<str:token>",
    "admin/login/",
    "i18n/setlang/",
}
EVERY_PLACE = list(places())
API_PLACES = api_places()
LISTS = ("accounts", "numbers", "templates", "alerts", "events", "destinations", "silences", "escalations")
WITH_A_ROW = [place for place in API_PLACES if "<" in place.route]


def test_what_is_public_is_an_address_that_exists():
    assert PUBLIC - {place.route for place in EVERY_PLACE} == set()


def test_below_the_api_there_are_only_fenced_views_and_what_is_public():
    below = {place.route for place in EVERY_PLACE if place.route.startswith("api/")}

    assert below - {place.route for place in API_PLACES} - PUBLIC == set()


@named([place for place in API_PLACES if place.route not in PUBLIC])
def test_the_api_answers_401_without_credentials(place, db):
    answers = {method: Client().generic(method, place.path()) for method in [*place.methods, "OPTIONS", "TRACE"]}

    assert {answer.status_code for answer in answers.values()} == {401}
    assert {answer.headers["WWW-Authenticate"] for answer in answers.values()} == {"Bearer"}


@named([place for place in EVERY_PLACE if place not in API_PLACES and place.route not in PUBLIC])
def test_any_other_address_sends_a_stranger_to_the_sign_in(place, db):
    answer = Client().get(place.path())

    assert (answer.status_code, answer.headers["Location"].split("?")[0]) in [(302, "/admin/login/"), (302, "/admin/")]


def everything() -> dict[str, list[dict[str, Any]]]:
    """All rows of the apps that belong to organizations, keys (whose use is noted) left out."""
    labels = ("providers", "alerts", "templates_app")
    with everywhere():
        return {
            model._meta.label: list(model._default_manager.order_by("pk").values())
            for model in apps.get_models()
            if model._meta.app_label in labels
        }


@named([place for place in WITH_A_ROW if not issubclass(place.view.model, InstallationWide)])  # type: ignore[union-attr]
def test_another_organization_s_row_answers_404_whatever_is_done_to_it(place, org_admin, ours, theirs):
    before = everything()
    assert place.methods

    address = theirs.path(place).removeprefix("/api/v1")
    answers = [org_admin.call(method, address, {}) for method in place.methods]

    assert [(answer.status_code, answer.json()["errors"][0]["code"]) for answer in answers] == [
        (404, "not_found") for _ in place.methods
    ]
    assert everything() == before


@named([place for place in WITH_A_ROW if place.view.model is Template and "number_id" in place.route])  # type: ignore[union-attr]
def test_a_number_of_ours_opens_no_template_of_theirs(place, org_admin, ours, theirs):
    mixed = place.path(number_id=ours.rows[Number].external_id, template_id=str(theirs.rows[Template].pk))

    answers = [Api(**org_admin.headers).call(method, mixed.removeprefix("/api/v1"), {}) for method in place.methods]

    assert {answer.status_code for answer in answers} == {404}


@named([place for place in WITH_A_ROW if "GET" in place.methods and not issubclass(place.view.model, InstallationWide)])  # type: ignore[union-attr]
def test_the_same_address_with_a_row_of_ours_answers_200(place, org_admin, ours):
    assert org_admin.get(ours.path(place).removeprefix("/api/v1")).status_code == 200


@named([place for place in WITH_A_ROW if issubclass(place.view.model, InstallationWide)])  # type: ignore[union-attr]
def test_a_row_of_the_installation_is_for_superusers(place, org_admin, ours):
    before = everything()

    answers = [org_admin.call(method, ours.path(place).removeprefix("/api/v1"), {}) for method in place.methods]

    assert {answer.status_code for answer in answers} == {403}
    assert everything() == before


@named([place for place in API_PLACES if place.route.endswith(LISTS)])
def test_a_list_holds_rows_of_ours_alone(place, org_admin, ours, theirs):
    found = org_admin.results(place.path().removeprefix("/api/v1"))

    assert [row["id"] for row in found] == [str(ours.rows[place.view.model].pk)]


def test_a_foreign_key_to_another_organization_is_refused(org_admin, other_account):
    answer = org_admin.post(
        "/whatsapp/numbers",
        {"account": str(other_account.pk), "external_id": "77", "display_phone_number": "+49 30 1"},
    )

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == "account"
    with everywhere():
        assert not Number.objects.exists()


def test_a_filter_by_another_organization_s_account_finds_nothing(org_admin, ours, theirs):
    theirs_id = theirs.rows[Account].pk

    assert org_admin.results(f"/whatsapp/templates?account={theirs_id}") == []
    assert org_admin.results(f"/whatsapp/numbers?account={theirs_id}") == []
    assert org_admin.results(f"/parked-events?account={theirs_id}") == []
