"""Every address: the API, the webhook door, the console, health."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from config import pulse
from core import health

api = [
    path("", include("providers.urls")),
    path("", include("alerts.urls")),
    path("", include("templates_app.urls")),
    path("", include("core.urls")),
]

handler404 = "core.errors.not_found"
urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index"), name="front-door"),
    path("api/v1/", include(api)),
    path("api/schema", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("admin/pulse/", admin.site.admin_view(pulse.pulse), name="pulse"),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
]
