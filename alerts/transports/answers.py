"""What other sides answer, for every transport that speaks HTTP: how long they ask us to wait, and what they said."""

from __future__ import annotations

import re
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime

from django.utils import timezone

from alerts.transports.base import Told
from core.http import Answer
from core.redaction import redact

LONGEST_WAIT = timedelta(hours=1)


def asked_wait(answer: Answer) -> timedelta | None:
    """What `Retry-After` asks for, as seconds or as a date: a second at least, an hour at most. None: nothing."""
    value = answer.headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]+)?", value):
        wait = timedelta(seconds=float(value))
    else:
        try:
            moment = parsedate_to_datetime(value)
        except ValueError:
            return None
        wait = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - timezone.now()
    return min(max(wait, timedelta(seconds=1)), LONGEST_WAIT)


def told(answer: Answer) -> Told:
    return Told(status=answer.status, answer=words(answer))


def words(answer: Answer) -> str:
    """The first line or so of what was answered, without secrets."""
    text = answer.body[:2000].decode(errors="replace").replace("\x00", "")
    return redact(" ".join(text.split()))[:200]
