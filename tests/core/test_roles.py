"""Which role may do what in the API, endpoint by endpoint, as the contract says."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from django.contrib.auth.models import User
from django.test import RequestFactory
from rest_framework.mixins import ListModelMixin

from core import joining
from core.api import OwnedViewSet
from core.models import Organization, Role
from core.permissions import SUPERUSER
from providers.models import Account
from providers.serializers import AccountSerializer
from tests.places import api_places
from tests.world import Api, api_of, session_of

VIEW, WORK, LEAD = Role.VIEWER, Role.OPERATOR, Role.ORG_ADMIN
TEMPLATE = "api/v1/whatsapp/<str:number_id>/templates/<uuid:template_id>"
ONE_TEMPLATE = "api/v1/whatsapp/templates/<uuid:pk>"
ITS_VERSIONS = "api/v1/whatsapp/templates/<uuid:template_id>/versions"
PREFERENCES = "api/v1/alerts/preferences"  # a person's own: no key has them, whatever its role

# The least role for each call. An address that is missing here, or here and nowhere else, fails the first test.
NEEDED = {
    ("GET", "api/v1/whatsapp/accounts"): VIEW,
    ("POST", "api/v1/whatsapp/accounts"): LEAD,
    ("GET", "api/v1/whatsapp/accounts/<uuid:pk>"): VIEW,
    ("GET", "api/v1/whatsapp/accounts/<uuid:pk>/sandbox-runs"): VIEW,
    ("POST", "api/v1/whatsapp/accounts/<uuid:pk>/sandbox-runs"): WORK,
    ("PATCH", "api/v1/whatsapp/accounts/<uuid:pk>"): LEAD,
    ("DELETE", "api/v1/whatsapp/accounts/<uuid:pk>"): LEAD,
    ("GET", "api/v1/whatsapp/numbers"): VIEW,
    ("POST", "api/v1/whatsapp/numbers"): LEAD,
    ("GET", "api/v1/whatsapp/numbers/<uuid:pk>"): VIEW,
    ("PATCH", "api/v1/whatsapp/numbers/<uuid:pk>"): LEAD,
    ("GET", "api/v1/webhook-calls"): SUPERUSER,
    ("GET", "api/v1/webhook-calls/<uuid:pk>"): SUPERUSER,
    ("POST", "api/v1/webhook-calls/<uuid:pk>/replay"): SUPERUSER,
    ("GET", "api/v1/parked-events"): WORK,
    ("POST", "api/v1/parked-events/<uuid:pk>/retry"): WORK,
    ("POST", "api/v1/parked-events/<uuid:pk>/drop"): WORK,
    ("GET", "api/v1/whatsapp/templates"): VIEW,
    ("GET", "api/v1/whatsapp/templates/<uuid:pk>"): VIEW,
    ("GET", "api/v1/whatsapp/templates/critical"): VIEW,
    ("GET", "api/v1/whatsapp/templates/quality-summary"): LEAD,
    ("GET", "api/v1/whatsapp/templates/quality-trends"): VIEW,
    ("POST", "api/v1/whatsapp/templates"): WORK,
    ("POST", "api/v1/whatsapp/templates/preflight"): VIEW,
    ("PATCH", ONE_TEMPLATE): WORK,
    ("DELETE", ONE_TEMPLATE): LEAD,
    ("GET", ITS_VERSIONS): VIEW,
    ("GET", f"{ITS_VERSIONS}/<int:number>"): VIEW,
    ("GET", f"{ITS_VERSIONS}/compare"): VIEW,
    ("POST", f"{ITS_VERSIONS}/<int:number>/rollback"): LEAD,
    ("POST", "api/v1/whatsapp/templates/<uuid:template_id>/drift/adopt"): LEAD,
    ("POST", "api/v1/whatsapp/templates/<uuid:template_id>/drift/restore"): LEAD,
    ("GET", f"{ONE_TEMPLATE}/category-info"): VIEW,
    ("PATCH", f"{ONE_TEMPLATE}/allow-category-change"): LEAD,
    ("POST", f"{ONE_TEMPLATE}/category/accept"): WORK,
    ("POST", f"{ONE_TEMPLATE}/category/keep"): WORK,
    ("GET", "api/v1/whatsapp/templates/category-changes"): VIEW,
    ("GET", "api/v1/templates/<uuid:pk>/category-info"): VIEW,
    ("PATCH", "api/v1/templates/<uuid:pk>/allow-category-change"): LEAD,
    ("GET", "api/v1/templates/category-changes"): VIEW,
    ("GET", "api/v1/templates/category-changes-history"): VIEW,
    ("GET", "api/v1/whatsapp/rate-cards"): LEAD,
    ("POST", "api/v1/whatsapp/rate-cards"): LEAD,
    ("GET", "api/v1/whatsapp/rate-cards/<uuid:pk>"): LEAD,
    ("DELETE", "api/v1/whatsapp/rate-cards/<uuid:pk>"): LEAD,
    ("POST", f"{ONE_TEMPLATE}/submit"): WORK,
    ("POST", f"{ONE_TEMPLATE}/unpause"): WORK,
    ("POST", f"{ONE_TEMPLATE}/delete-at-provider"): LEAD,
    ("GET", "api/v1/whatsapp/submissions"): VIEW,
    ("GET", "api/v1/whatsapp/submissions/<uuid:pk>"): VIEW,
    ("POST", "api/v1/whatsapp/templates/sync"): WORK,
    ("GET", "api/v1/whatsapp/sync-runs"): VIEW,
    ("GET", "api/v1/whatsapp/sync-runs/<uuid:pk>"): VIEW,
    ("GET", f"{TEMPLATE}/status-history"): VIEW,
    ("POST", f"{TEMPLATE}/acknowledge-alert"): LEAD,
    ("GET", "api/v1/alerts"): VIEW,
    ("GET", "api/v1/alerts/<uuid:pk>"): VIEW,
    ("GET", "api/v1/alerts/<uuid:pk>/timeline"): VIEW,
    ("POST", "api/v1/alerts/<uuid:pk>/acknowledge"): WORK,
    ("POST", "api/v1/alerts/<uuid:pk>/resolve"): WORK,
    ("POST", "api/v1/alerts/<uuid:pk>/silence"): WORK,
    ("GET", "api/v1/alerts/destinations"): LEAD,
    ("POST", "api/v1/alerts/destinations"): LEAD,
    ("GET", "api/v1/alerts/destinations/<uuid:pk>"): LEAD,
    ("PATCH", "api/v1/alerts/destinations/<uuid:pk>"): LEAD,
    ("DELETE", "api/v1/alerts/destinations/<uuid:pk>"): LEAD,
    ("POST", "api/v1/alerts/destinations/<uuid:pk>/test"): LEAD,
    ("POST", "api/v1/alerts/destinations/<uuid:pk>/renew-secret"): LEAD,
    ("GET", "api/v1/alerts/silences"): LEAD,
    ("POST", "api/v1/alerts/silences"): LEAD,
    ("GET", "api/v1/alerts/silences/<uuid:pk>"): LEAD,
    ("DELETE", "api/v1/alerts/silences/<uuid:pk>"): LEAD,
    ("GET", "api/v1/alerts/escalations"): LEAD,
    ("POST", "api/v1/alerts/escalations"): LEAD,
    ("GET", "api/v1/alerts/escalations/<uuid:pk>"): LEAD,
    ("PATCH", "api/v1/alerts/escalations/<uuid:pk>"): LEAD,
    ("DELETE", "api/v1/alerts/escalations/<uuid:pk>"): LEAD,
    ("GET", PREFERENCES): VIEW,
    ("PUT", PREFERENCES): VIEW,
    ("GET", "api/v1/audit"): LEAD,
}
PLACES = {place.route: place for place in api_places()}


def member_of(organization: Organization, role: Role) -> Api:
    """A caller who is signed in to the console with this role."""
    user = joining.person(email=f"{role}@example.com")
    joining.add_member(organization=organization, user=user, role=role)
    return session_of(user)


def test_every_call_of_the_api_has_its_role_in_the_contract():
    assert {(method, place.route) for place in PLACES.values() for method in place.methods} == set(NEEDED)


@pytest.mark.parametrize("role", [VIEW, WORK, LEAD])
@pytest.mark.parametrize(("method", "route"), sorted(NEEDED), ids=lambda part: part)
def test_a_role_may_do_what_it_covers_and_nothing_more(method, route, role, organization, ours):
    caller = member_of(organization, role) if route == PREFERENCES else api_of(organization, role)
    needed = NEEDED[method, route]
    may = needed != SUPERUSER and role.covers(needed)

    answer = caller.call(method, ours.path(PLACES[route]).removeprefix("/api/v1"), {} if method != "GET" else None)

    assert (answer.status_code != 403) is may
    assert answer.status_code < 500
    if not may:
        assert answer.json() == {
            "type": "client_error",
            "errors": [{"code": "permission_denied", "detail": "Your role does not allow this.", "attr": None}],
        }


@pytest.mark.parametrize(("method", "route"), sorted(NEEDED), ids=lambda part: part)
def test_a_superuser_may_do_everything(method, route, superuser, organization, ours):
    superuser.headers = {"X-Organization": organization.slug}

    answer = superuser.call(method, ours.path(PLACES[route]).removeprefix("/api/v1"), {} if method != "GET" else None)

    # 400: the body is empty; 409: nothing is contested
    assert answer.status_code in (200, 201, 202, 204, 400, 409)


@pytest.mark.parametrize("method", ["acknowledge", "resolve", "silence"])
def test_an_alert_about_a_template_is_answered_by_an_org_admin_alone(method, tell, operator, org_admin):
    tell("PAUSED")
    (alert,) = operator.results("/alerts")

    body = {"until": "2999-01-01T00:00:00Z"} if method == "silence" else None

    refused = operator.post(f"/alerts/{alert['id']}/{method}", body)
    allowed = org_admin.post(f"/alerts/{alert['id']}/{method}", body)

    assert (refused.status_code, allowed.status_code) == (403, 200)


class Forgotten(ListModelMixin, OwnedViewSet):
    """A view whose author did not think of roles."""

    model = Account
    serializer_class = AccountSerializer
    roles: ClassVar[dict[str, Any]] = {}


def test_a_view_that_names_no_roles_is_for_nobody(org_admin, superuser, organization):
    view = Forgotten.as_view({"get": "list"})
    by_key = RequestFactory().get("/", headers=org_admin.headers)
    by_session = RequestFactory().get("/", headers={"X-Organization": organization.slug})
    by_session.user = User.objects.get(is_superuser=True)

    assert [view(request).status_code for request in (by_key, by_session)] == [403, 403]
