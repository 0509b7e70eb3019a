"""Registers the roof with Django: the Celery app, the console's site, Sentry."""

from __future__ import annotations

import sentry_sdk
from django.apps import AppConfig
from django.conf import settings
from django.contrib.admin.apps import AdminConfig
from django.contrib.staticfiles.apps import StaticFilesConfig

from config.celery import app as celery_app

__all__ = ["ConfigConfig", "ConsoleAdminConfig", "OurStaticFiles", "celery_app"]


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        if settings.SENTRY_DSN:
            sentry_sdk.init(
                dsn=settings.SENTRY_DSN,
                send_default_pii=False,
                max_request_body_size="never",
                include_local_variables=False,  # they hold bodies, numbers and keys
            )


class ConsoleAdminConfig(AdminConfig):
    default_site = "core.console.Console"


class OurStaticFiles(StaticFilesConfig):
    """Leaves out what no page of ours loads: it would triple the time of every start."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "*redoc*", "*-es-bundle*", "rest_framework"]
