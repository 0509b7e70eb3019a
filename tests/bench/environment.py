"""The settings under which both sides run: a deployment of this machine alone, whatever a developer's `.env` says."""

from __future__ import annotations

import os
import pathlib

from tests.bench.calls import SECRET

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def environment(*, database_url: str, folder: pathlib.Path) -> dict[str, str]:
    static = folder / "data" / "static"
    static.mkdir(parents=True, exist_ok=True)  # empty: the door has no pictures
    return os.environ | {
        "DATABASE_URL": database_url,
        "DATA_DIR": str(static.parent),
        "WHATSAPP_WEBHOOK_APP_SECRET": SECRET,
        "DEBUG": "0",
        "PUBLIC_URL": "http://127.0.0.1",
        "ALLOWED_HOSTS": "127.0.0.1",
        "REDIS_URL": "",
        "CELERY_BROKER_URL": "",
        "CACHE_URL": "locmemcache://",
        "EMAIL_URL": "consolemail://",
        "SENTRY_DSN": "",
        "LOG_LEVEL": "INFO",
    }
