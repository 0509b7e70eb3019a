"""
The webhook door: verify over the raw bytes, keep the call, answer 200, think later (rulings 5 to 9).

The one path with a speed to keep: no ORM object is made and one statement is run.
"""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from core import bell
from core.fence import everywhere
from core.ids import new_id
from providers.adapters import provider
from providers.models import Account, WebhookCall

QUEUE = "webhook_calls"
INSTALLATION = "meta"  # whose app-wide callback URL the installation's own door is
RECEIVED = b'{"status": "received"}'
_UUID = WebhookCall._meta.get_field("id")
_MOMENT = WebhookCall._meta.get_field("received_at")
_INSERT = f"""
    INSERT INTO {WebhookCall._meta.db_table}
        (id, door, account_id, received_at, body, digest, state, changes, due_at, attempts, last_error, replayed_by)
    VALUES (%s, %s, %s, %s, %s, %s, 'waiting', '[]', %s, 0, '', '')
    ON CONFLICT (digest) DO NOTHING
"""  # noqa: S608 (only our own table's name)


@csrf_exempt
@require_http_methods(["GET", "POST"])
def installation_door(request: HttpRequest) -> HttpResponse:
    """Meta's one callback URL for the whole app: the installation's own secrets open it."""
    return _answer(
        request,
        name=INSTALLATION,
        account_id=None,
        secrets=settings.WHATSAPP_WEBHOOK_APP_SECRETS,
        tokens=[settings.WHATSAPP_WEBHOOK_VERIFY_TOKEN],
    )


@csrf_exempt
@require_http_methods(["GET", "POST"])
def account_door(request: HttpRequest, provider_name: str, account_id: uuid.UUID, token: str) -> HttpResponse:
    """The same door for one account; its own secret opens it, the installation's at most where it has none."""
    with everywhere():
        account: Account | None = Account.objects.filter(
            pk=account_id, provider=provider_name, is_retired=False
        ).first()
    if account is None or not _same(token, account.webhook_token):
        return HttpResponse(status=403)
    own_secret, own_token = account.secret("app_secret"), account.secret("verify_token")
    of_installation = (
        settings.WHATSAPP_WEBHOOK_APP_SECRETS if provider(provider_name).takes_installation_secrets else []
    )
    return _answer(
        request,
        name=provider_name,
        account_id=account.pk,
        secrets=_split(own_secret) or of_installation,
        tokens=[own_token or settings.WHATSAPP_WEBHOOK_VERIFY_TOKEN],
    )


def _split(secrets: str) -> list[str]:
    return [part.strip() for part in secrets.split(",") if part.strip()]


def _same(given: str, kept: str) -> bool:
    return hashlib.sha256(given.encode(errors="replace")).digest() == hashlib.sha256(kept.encode()).digest()


def _answer(
    request: HttpRequest, *, name: str, account_id: uuid.UUID | None, secrets: list[str], tokens: list[str]
) -> HttpResponse:
    adapter = provider(name)
    if request.method == "GET":
        challenge = adapter.challenge(query=request.GET, tokens=tokens)
        return HttpResponse(status=403) if challenge is None else HttpResponse(challenge, content_type="text/plain")
    try:
        body = request.body
    except RequestDataTooBig:
        return JsonResponse({"detail": "The body is larger than 4 MiB."}, status=413)
    if not adapter.signature_ok(headers=request.headers, body=body, secrets=secrets):
        return HttpResponse(status=403)
    received_at = timezone.now()
    keep(
        body,
        door=name if account_id is None else f"{name}:{account_id}",
        account_id=account_id,
        received_at=received_at,
        is_dated=adapter.is_dated(body=body, received_at=received_at),
    )
    return HttpResponse(RECEIVED, content_type="application/json")


def take(body: bytes, *, signature: str) -> bool:
    """Keeps a call at the installation's door if Meta signed it; False: it did not. Raises django.db.Error."""
    adapter = provider(INSTALLATION)
    headers = {"x-hub-signature-256": signature}
    if not adapter.signature_ok(headers=headers, body=body, secrets=settings.WHATSAPP_WEBHOOK_APP_SECRETS):
        return False
    received_at = timezone.now()
    is_dated = adapter.is_dated(body=body, received_at=received_at)
    keep(body, door=INSTALLATION, account_id=None, received_at=received_at, is_dated=is_dated)
    return True


def keep(body: bytes, *, door: str, account_id: uuid.UUID | None, received_at: datetime, is_dated: bool) -> None:
    """Stores a genuine call; the same bytes at the same door once, if they hold a time. Then rings."""
    digest = hashlib.sha256(door.encode() + b"\n" + body).digest() if is_dated else None
    moment = _MOMENT.get_db_prep_value(received_at, connection)
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            [
                _UUID.get_db_prep_value(new_id(), connection),
                door,
                account_id and _UUID.get_db_prep_value(account_id, connection),
                moment,
                body,
                digest,
                moment,
            ],
        )
    bell.ring(QUEUE)
