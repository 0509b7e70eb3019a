"""Addresses of alerts, and of whom they are told to."""

from __future__ import annotations

from django.urls import path
from rest_framework.routers import SimpleRouter

from alerts import setting_up, views

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("alerts/destinations", setting_up.DestinationViewSet, basename="alert-destination")
router.register("alerts/silences", setting_up.SilenceViewSet, basename="alert-silence")
router.register("alerts/escalations", setting_up.EscalationViewSet, basename="alert-escalation")
router.register("alerts", views.AlertViewSet, basename="alert")

urlpatterns = [
    path(
        "alerts/preferences",
        setting_up.PreferencesView.as_view({"get": "retrieve", "put": "update"}),
        name="alert-preferences",
    ),
    *router.urls,
]
