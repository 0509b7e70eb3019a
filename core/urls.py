"""Addresses of the ground floor: the audit."""

from __future__ import annotations

from rest_framework.routers import SimpleRouter

from core import views

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("audit", views.AuditViewSet, basename="audit")

urlpatterns = router.urls
