"""`manage.py post_webhook FILE…` signs each file as Meta would and posts it to the running door."""

from __future__ import annotations

import pathlib
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import http
from core.refusals import OutcomeUnknown, TryAgain
from providers.adapters.meta.signature import sign


class Command(BaseCommand):
    help = "Signs files with WHATSAPP_WEBHOOK_APP_SECRET and posts them to the webhook door, as Meta would."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument("--url", default=f"http://127.0.0.1:{settings.PORT}/api/v1/whatsapp/webhook")

    def handle(self, *args: Any, **options: Any) -> None:
        for name in options["files"]:
            try:
                body = pathlib.Path(name).read_bytes()
            except OSError as error:
                raise CommandError(f"{name}: {error.strerror}") from None
            self.stdout.write(f"{name}: {self._post(options['url'], body)}")

    def _post(self, url: str, body: bytes) -> str:
        secret = settings.WHATSAPP_WEBHOOK_APP_SECRETS[0]
        headers = {"Content-Type": "application/json", "X-Hub-Signature-256": sign(body, secret=secret)}
        try:
            answer = http.call(method="POST", url=url, headers=headers, body=body)
        except (TryAgain, OutcomeUnknown) as error:
            raise CommandError(f"{url} did not answer ({error}). Is `make run` or `manage.py up` running?") from None
        if answer.status != 200:
            raise CommandError(f"{url} answered {answer.status}: {answer.body[:200].decode(errors='replace')}")
        return answer.body.decode()
