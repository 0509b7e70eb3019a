"""
Runs `manage.py` with settings of the kind a deployment by the Procfile gets.

So `check --deploy` judges those, not a laptop's; the secrets are made anew each time, and nothing is connected to.
"""

from __future__ import annotations

import base64
import os
import pathlib
import secrets
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent


def deployed(*, data_dir: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "DATA_DIR": data_dir,
        "DEBUG": "0",
        "PUBLIC_URL": "https://console.example.com",
        "ALLOWED_HOSTS": "console.example.com",
        "DATABASE_URL": f"postgres://heliograph:{secrets.token_urlsafe(32)}@127.0.0.1:1/heliograph",
        "CELERY_BROKER_URL": "redis://127.0.0.1:1/0",
        "CACHE_URL": "redis://127.0.0.1:1/1",
        "EMAIL_URL": f"smtp+tls://heliograph:{secrets.token_urlsafe(32)}@mail.example.com:587",
        "DEFAULT_FROM_EMAIL": "heliograph@example.com",
        "SECRET_KEY": secrets.token_urlsafe(64),
        "FIELD_ENCRYPTION_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "WHATSAPP_WEBHOOK_APP_SECRET": secrets.token_hex(32),
        "WHATSAPP_WEBHOOK_VERIFY_TOKEN": secrets.token_urlsafe(32),
        "METRICS_TOKEN": secrets.token_urlsafe(32),
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="heliograph-") as folder:
        command = [sys.executable, "-W", "ignore:Got an error checking", "manage.py", *sys.argv[1:]]
        sys.exit(subprocess.call(command, cwd=ROOT, env=deployed(data_dir=folder)))
