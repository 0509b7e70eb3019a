"""Slack by an incoming webhook: one message of blocks, a colored sign beside the word, a button that leads here."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import urlsplit

from alerts.transports import wording
from alerts.transports.answers import asked_wait, told, words
from alerts.transports.base import Broken, Item, Message, Told, Transport, WrongAddress
from core import http, outbound
from core.http import Answer
from core.refusals import GiveUp, NotYet, TryAgain

_WEBHOOK = re.compile(r"https://hooks\.slack(-gov)?\.com/services/[A-Za-z0-9]+/[A-Za-z0-9]+/[A-Za-z0-9]+")
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}  # else a text could call @channel or hide a link
HEADER, SECTION, FALLBACK = 150, 3000, 3000  # Slack's limits for one text
# Of all blocks together Slack takes about 13,000 characters, so each part has its share, with room for escapes.
TITLE, PARAGRAPH, FACT, LINE, LINK = 600, 1500, 600, 120, 300
MOST_LINES, MOST_GROUPS = 15, 10
PATIENCE = timedelta(seconds=30)  # where Slack wants us to wait and does not say how long


class Slack(Transport):
    name = "slack"
    pace: ClassVar[timedelta] = timedelta(seconds=1)

    def clean_address(self, address: str) -> str:
        address = address.strip()
        if _WEBHOOK.fullmatch(address):
            return address
        try:
            outbound.check(address)
        except outbound.NotAllowed as refusal:
            raise WrongAddress(str(refusal)) from None
        parts = urlsplit(address)
        if not outbound.is_allowed(parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)):
            raise WrongAddress(
                "This is no incoming webhook of Slack: it begins with https://hooks.slack.com/services/. "
                "Another host needs an entry in OUTBOUND_ALLOWED_HOSTS."
            )
        return address

    def hint(self, address: str) -> str:
        return f"{urlsplit(address).netloc}/…{address[-4:]}"

    def send(self, *, address: str, secret: str, message: Message) -> Told:
        answer = http.call(
            method="POST",
            url=address,
            headers={"Content-Type": "application/json; charset=utf-8"},
            body=json.dumps(payload_of(message)).encode(),
            is_guarded=True,
        )
        if answer.status == 200 and answer.body.strip() == b"ok":
            return told(answer)
        raise _trouble(answer)


TRANSPORT = Slack()


def _trouble(answer: Answer) -> Exception:
    said = f"Slack answers {answer.status} {words(answer)}".strip()
    if answer.status == 429:
        return NotYet(said, wait=asked_wait(answer) or PATIENCE)
    if answer.status in {403, 404, 410} or (answer.status == 400 and "invalid_token" in words(answer)):
        return Broken(f"{said}: enter a new webhook address of Slack")
    if answer.status == 400:
        return GiveUp(said)
    return TryAgain(said, wait=asked_wait(answer))


def payload_of(message: Message) -> dict[str, Any]:
    """The message as Slack wants it, within each of its limits whatever the texts hold."""
    parts = _one(message, message.items[0]) if len(message.items) == 1 else _many(message)
    return {
        "text": escaped(message.subject, FALLBACK),  # for notifications and screen readers
        "blocks": list(parts),
        "unfurl_links": False,
        "unfurl_media": False,
    }


def escaped(text: str, length: int) -> str:
    """Text in which nothing is markup of Slack's, in at most so many characters. No escape is cut in two."""
    pieces = [_ESCAPES.get(letter, letter) for letter in wording.printable(text)]
    if sum(map(len, pieces)) <= length:
        return "".join(pieces)
    sizes = itertools.accumulate(map(len, pieces))
    return "".join(piece for piece, size in zip(pieces, sizes, strict=True) if size < length).rstrip() + "…"


def _one(message: Message, item: Item) -> Iterator[dict[str, Any]]:
    title = wording.title(item)
    yield _header(f"{wording.mark(item)} {wording.state(item)}: {title}")
    if len(title) > HEADER // 2:  # it may be cut above
        yield _section(f"*{escaped(title, TITLE)}*")
    if detail := wording.detail(item):
        yield _section(escaped(detail, PARAGRAPH))
    if advice := wording.advice(item):
        yield _section(f"*What to do:* {escaped(advice, PARAGRAPH)}")
    facts = {"About": wording.about(item), "Since": wording.since(item)}
    yield {"type": "section", "fields": [_plain(f"{name}\n{text}", FACT) for name, text in facts.items() if text]}
    yield from _foot(message, "Open in Heliograph")


def _many(message: Message) -> Iterator[dict[str, Any]]:
    yield _header(wording.one_line(message.subject) or wording.counted(message.items))
    yield _section(wording.counted(message.items))
    more = len(message.items)
    for group in wording.groups(message, most=MOST_LINES)[:MOST_GROUPS]:
        lines = _fitting([f"*{escaped(group.kind, LINE)}* ({group.count})", *map(_line, group.items)])
        yield _section("\n".join(lines))
        more -= len(lines) - 1
    if more:
        yield _section(f"… and {more} more")
    yield from _foot(message, f"Show all {len(message.items)}")


def _fitting(lines: Sequence[str]) -> Sequence[str]:
    """The first of the lines, as many as one section takes."""
    ends = itertools.accumulate(len(line) + 1 for line in lines)
    return lines[: sum(end <= SECTION for end in ends)]


def _line(item: Item) -> str:
    title = escaped(wording.title(item), LINE)
    linked = f"<{escaped(item.link, LINK)}|{title}>" if _is_link(item.link) else title
    return f"{wording.mark(item)} {wording.state(item)}: {linked}"


def _foot(message: Message, label: str) -> Iterator[dict[str, Any]]:
    if _is_link(message.link):
        button = {"type": "button", "text": _plain(label, 75), "url": message.link, "action_id": "open"}
        yield {"type": "actions", "elements": [button]}
    if wording.printable(message.organization):
        yield {"type": "context", "elements": [_plain(message.organization, HEADER)]}


def _header(text: str) -> dict[str, Any]:
    return {"type": "header", "text": _plain(wording.one_line(text), HEADER)}


def _section(markup: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": markup, "verbatim": True}}


def _plain(text: str, length: int) -> dict[str, Any]:
    return {"type": "plain_text", "text": wording.cut(wording.printable(text), length), "emoji": False}


def _is_link(link: str) -> bool:
    is_whole = len(link) + 4 * link.count("&") <= LINK  # each & takes five characters
    return is_whole and re.fullmatch(r"https?://[^\s<>|]+", link) is not None
