"""Addresses of templates."""

from __future__ import annotations

from django.urls import path
from rest_framework.routers import SimpleRouter

from templates_app import views

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("whatsapp/templates", views.TemplateViewSet, basename="template")

by_number = "whatsapp/<str:number_id>/templates/<uuid:template_id>"
urlpatterns = [
    path(
        f"{by_number}/status-history",
        views.NumberTemplateViewSet.as_view({"get": "status_history"}),
        name="status-history",
    ),
    path(
        f"{by_number}/acknowledge-alert",
        views.NumberTemplateViewSet.as_view({"post": "acknowledge_alert"}),
        name="acknowledge-alert",
    ),
    *router.urls,
]
