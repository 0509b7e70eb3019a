"""Webhook calls as Meta sends them: all different, all dated, the same ones in every run."""

from __future__ import annotations

import hashlib
import hmac
import json
import random
from collections.abc import Iterator
from typing import Any

SECRET = "the-secret-of-the-bench"
ACCOUNTS = [f"31742069881{number:04d}" for number in range(5)]
TEMPLATES = 500
SEED = 34
LATE_EVERY = 50  # one call in so many tells of something that happened an hour before

# What is told, and how often among a hundred: mostly good news, because most templates are well.
STATUSES = {"APPROVED": 36, "PENDING": 10, "FLAGGED": 4, "PAUSED": 4, "REJECTED": 4, "DISABLED": 2}
SCORES = {"GREEN": 32, "YELLOW": 5, "RED": 3}


def bodies(*, count: int, until: int) -> Iterator[bytes]:
    """One change each, one a second until that moment, spread over the accounts and templates."""
    dice = random.Random(SEED)
    words = [*STATUSES, *SCORES]
    weights = [*STATUSES.values(), *SCORES.values()]
    told = dice.choices(words, weights, k=count)
    for number, word in enumerate(told):
        at = until - count + number - (3600 if number % LATE_EVERY == LATE_EVERY - 1 else 0)
        template = dice.randrange(TEMPLATES)
        field, value = _quality(word) if word in SCORES else _status(word)
        yield _body(ACCOUNTS[template % len(ACCOUNTS)], at, field, value | _named(template))


def _status(word: str) -> tuple[str, dict[str, Any]]:
    value: dict[str, Any] = {"event": word, "reason": "NONE", "message_template_category": "UTILITY"}
    if word == "PAUSED":
        value["other_info"] = {"title": "FIRST_PAUSE", "description": "Paused for 3 hours because of low quality."}
    if word == "REJECTED":
        value["reason"] = "INVALID_FORMAT"
        value["rejection_info"] = {"reason": "Two variables follow each other.", "recommendation": "Put words between."}
    return "message_template_status_update", value


def _quality(score: str) -> tuple[str, dict[str, Any]]:
    return "message_template_quality_update", {"previous_quality_score": "GREEN", "new_quality_score": score}


def _named(template: int) -> dict[str, Any]:
    return {
        "message_template_id": 1_873_340_926_000_000 + template,
        "message_template_name": f"order_dispatched_v{template}",
        "message_template_language": "en_GB",
    }


def _body(account: str, at: int, field: str, value: dict[str, Any]) -> bytes:
    changes = [{"field": field, "value": value}]
    call = {"object": "whatsapp_business_account", "entry": [{"id": account, "time": at, "changes": changes}]}
    return json.dumps(call).encode()


def requests(*, count: int, path: str, until: int) -> list[bytes]:
    """The same calls as signed HTTP requests, ready to be sent. No two are alike, or one would be a repeat."""
    return [
        _request(path, body[:-1] + b',"n":%d}' % number) for number, body in enumerate(bodies(count=count, until=until))
    ]


def _request(path: str, body: bytes) -> bytes:
    signature = hmac.digest(SECRET.encode(), body, hashlib.sha256).hex()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"User-Agent: facebookexternalua\r\nAccept: */*\r\nX-Hub-Signature-256: sha256={signature}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
