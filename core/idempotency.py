"""`Idempotency-Key`: the first answer is kept for 24 hours and given again to the same call."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from core.fence import everywhere
from core.models import IdempotentAnswer, Organization
from core.refusals import Refused

KEPT = timedelta(hours=24)
ABANDONED = timedelta(minutes=1)  # a call that never answered: its process died


class GivenBefore(Exception):
    """Not an error: the answer that this key was given the first time."""

    def __init__(self, answer: IdempotentAnswer) -> None:
        super().__init__(answer.key)
        self.answer = answer

    def response(self) -> Response:
        return Response(self.answer.body, status=self.answer.status, headers={"Idempotency-Replayed": "true"})


def begin(request: Request, *, organization: Organization) -> IdempotentAnswer | None:
    """Reserves the key of this call; raises GivenBefore, or Refused where it belongs to another call."""
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        return None
    if len(key) > 255:
        raise ValidationError({"Idempotency-Key": ["At most 255 characters."]})
    fingerprint = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode() + request.body).hexdigest()
    now = timezone.now()
    IdempotentAnswer.objects.filter(key=key, created_at__lt=now - KEPT).delete()
    IdempotentAnswer.objects.filter(key=key, status=None, created_at__lt=now - ABANDONED).delete()
    try:
        with transaction.atomic():
            answer: IdempotentAnswer = IdempotentAnswer.objects.create(
                organization=organization, key=key, fingerprint=fingerprint
            )
    except IntegrityError:
        raise _known(key, fingerprint) from None
    return answer


def _known(key: str, fingerprint: str) -> Exception:
    first = IdempotentAnswer.objects.filter(key=key).first()
    if first is None or (first.status is None and first.fingerprint == fingerprint):
        return Refused("The first call with this key is still at work. Ask again soon.", code="idempotency_busy")
    if first.fingerprint != fingerprint:
        return Refused("This Idempotency-Key was used for another call.", code="idempotency_conflict")
    return GivenBefore(first)


def finish(answer: IdempotentAnswer, response: Response) -> None:
    """Keeps what was answered; a server error frees the key for another try."""
    if response.status_code >= 500:
        answer.delete()
        return
    answer.status = response.status_code
    answer.body = json.loads(JSONRenderer().render(response.data) or b"null")
    answer.save()


def forget_old() -> int:
    with everywhere():
        count: int = IdempotentAnswer.objects.filter(created_at__lt=timezone.now() - KEPT).delete()[0]
    return count
