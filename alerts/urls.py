"""Addresses of alerts."""

from __future__ import annotations

from rest_framework.routers import SimpleRouter

from alerts import views

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("alerts", views.AlertViewSet, basename="alert")

urlpatterns = router.urls
