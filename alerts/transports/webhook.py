"""Any receiver of ours or others: a signed POST after Standard Webhooks 1.0.0, one message a thing that happened."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.utils import timezone

from alerts.transports import wording
from alerts.transports.answers import asked_wait, told, words
from alerts.transports.base import Broken, Message, Told, Transport, WrongAddress
from core import http, outbound
from core.http import Answer
from core.refusals import GiveUp, NotYet, OutcomeUnknown, TryAgain

PREFIX = "whsec_"
MOST_BYTES = 20_000
SHARES = (4000, 1000, 250)  # characters of one text, tried in turn until the body is small enough
LONGEST_ADDRESS = 2000


class Webhook(Transport):
    name = "webhook"
    is_for_people: ClassVar[bool] = False

    def clean_address(self, address: str) -> str:
        address = address.strip()
        if len(address) > LONGEST_ADDRESS or "#" in address:
            raise WrongAddress(f"Enter an address of at most {LONGEST_ADDRESS:,} characters and without #.")
        try:
            outbound.check(address)
        except outbound.NotAllowed as refusal:
            raise WrongAddress(str(refusal)) from None
        return address

    def hint(self, address: str) -> str:
        parts = urlsplit(address)
        return f"{parts.scheme}://{parts.netloc}/{wording.tail(parts.path + parts.query)}"

    def send(self, *, address: str, secret: str, message: Message) -> Told:
        body = body_of(message)
        moment = int(timezone.now().timestamp())
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Heliograph",
            "webhook-id": message.id,
            "webhook-timestamp": str(moment),
            "webhook-signature": signatures(secret, id=message.id, timestamp=moment, body=body),
        }
        try:
            answer = http.call(method="POST", url=address, headers=headers, body=body, is_guarded=True)
        except OutcomeUnknown as unknown:
            raise TryAgain(f"{unknown}; it is sent again under the same webhook-id") from None
        if 200 <= answer.status < 300:
            return told(answer)
        raise _trouble(answer)


TRANSPORT = Webhook()


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def signatures(secret: str, *, id: str, timestamp: int, body: bytes) -> str:  # noqa: A002 (the specification's word)
    """One signature for each secret; several secrets, parted by spaces, hold while one replaces the other."""
    if "." in id:
        raise ValueError("a dot in the id would let one signature stand for two messages")
    if not secret.split():
        raise GiveUp("there is no secret to sign with: make a new one")
    signed = f"{id}.{timestamp}.".encode() + body
    return " ".join(_signature(_key(one), signed) for one in secret.split())


def _signature(key: bytes, signed: bytes) -> str:
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except ValueError:
        raise GiveUp(f"the signing secret is damaged: make a new one (it begins with {PREFIX})") from None


def body_of(message: Message) -> bytes:
    """The bytes that are signed and sent, under 20 kB: long texts are cut, and in the end `data` is left out."""
    (item,) = message.items
    event = {"type": f"alert.{item.occasion}", "timestamp": item.at.isoformat()}
    constant = {"organization": message.organization, "link": item.link}
    sizes = (_bytes(event | {"data": alert | constant}) for alert in _smaller_and_smaller(item.alert))
    return next(body for body in sizes if len(body) <= MOST_BYTES)


def _bytes(event: Mapping[str, Any]) -> bytes:
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()


def _smaller_and_smaller(alert: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    yield dict(alert)
    for share in SHARES:
        yield _cut(dict(alert), share)
    yield _cut({name: value for name, value in alert.items() if name != "data"}, SHARES[-1])


def _cut(value: Any, length: int) -> Any:
    if isinstance(value, str):
        return wording.cut(value, length)
    if isinstance(value, dict):
        return {name: _cut(inner, length) for name, inner in value.items()}
    return [_cut(inner, length) for inner in value] if isinstance(value, list) else value


def _trouble(answer: Answer) -> Exception:
    said = f"the receiver answers {answer.status} {words(answer)}".strip()
    if 300 <= answer.status < 400:
        return Broken(f"the receiver answers with a redirect ({answer.status}): enter the address that it leads to")
    if answer.status == 410:
        return Broken(f"{said}: it wants no more messages")
    wait = asked_wait(answer)
    if answer.status == 429 and wait:
        return NotYet(said, wait=wait)
    return TryAgain(said, wait=wait)  # also 401 or 404: a receiver is often deployed or configured wrongly for a while
