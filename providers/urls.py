"""Addresses of the door, and of what it keeps."""

from __future__ import annotations

from django.urls import path
from rest_framework.routers import SimpleRouter

from providers import views, webhooks

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("whatsapp/accounts", views.AccountViewSet, basename="account")
router.register("whatsapp/numbers", views.NumberViewSet, basename="number")
router.register("webhook-calls", views.WebhookCallViewSet, basename="webhook-call")
router.register("parked-events", views.ParkedEventViewSet, basename="parked-event")

urlpatterns = [
    path("whatsapp/webhook", webhooks.installation_door, name="installation-door"),
    path("webhooks/<slug:provider_name>/<uuid:account_id>/<str:token>", webhooks.account_door, name="account-door"),
    *router.urls,
]
