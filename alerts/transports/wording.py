"""The words in which people are told, the same by every transport: how bad, what happened, since when, how many."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from alerts.transports.base import Item, Message
from core.matters import Severity

MOST_LINES = 50  # of one message; the page behind the link shows all
OCCASIONS = {
    "opened": "",
    "reopened": "Open again",
    "raised": "More severe now",
    "acknowledged": "Acknowledged",
    "silenced": "Silenced",
    "resolved": "Resolved",
    "reminded": "Still open",
    "escalated": "Still open, escalated",
    "test": "Test",
}
MARKS = {Severity.LOW: "🔵", Severity.MEDIUM: "🟡", Severity.HIGH: "🟠", Severity.CRITICAL: "🔴"}
DONE = "✅"
_UNSEEN = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Group:
    """Items of one alert type: its name in words, those that are listed, and how many there are."""

    kind: str
    items: tuple[Item, ...]
    count: int


def severity(item: Item) -> Severity:
    return Severity(item.alert["severity"])


def mark(item: Item) -> str:
    """A sign beside the words, never in their place."""
    return DONE if is_over(item) else MARKS[severity(item)]


def is_over(item: Item) -> bool:
    return item.occasion == "resolved"


def state(item: Item) -> str:
    """What happened and how bad it is: "Critical", "Open again, high", "Resolved"."""
    occasion, rank = OCCASIONS.get(item.occasion, ""), severity(item).capitalize()
    if is_over(item):
        return occasion
    return f"{occasion}, {rank.lower()}" if occasion else rank


def title(item: Item) -> str:
    return one_line(item.alert["title"])


def detail(item: Item) -> str:
    return printable(item.alert["detail"])


def advice(item: Item) -> str:
    return "" if is_over(item) else printable(item.alert["action_required"])


def about(item: Item) -> str:
    return one_line(item.alert["subject"]["label"])


def since(item: Item) -> str:
    """ "2 March 2026, 12:00 UTC, 3 times" ."""
    moment = datetime.fromisoformat(item.alert["first_seen_at"]).astimezone(UTC)
    count = int(item.alert["count"])
    words = f"{moment.day} {moment:%B %Y, %H:%M} UTC"
    return f"{words}, {count:,} times" if count > 1 else words


def worst(items: Iterable[Item]) -> Item:
    """The item that decides how loud a message is: the most severe of those that are not over."""
    return max(items, key=lambda item: (not is_over(item), severity(item).rank))


def counted(items: Sequence[Item]) -> str:
    """ "12 alerts: 3 critical, 8 high, 1 resolved" ."""
    counts = Counter("resolved" if is_over(item) else severity(item).lower() for item in items)
    order = [*(rank.lower() for rank in reversed(Severity)), "resolved"]
    return f"{len(items)} alerts: " + ", ".join(f"{counts[word]} {word}" for word in order if counts[word])


def groups(message: Message, *, most: int = MOST_LINES) -> list[Group]:
    """The items by alert type, the worst first, and no more than `most` of them listed."""
    by_type: dict[str, list[Item]] = {}
    for item in sorted(message.items, key=_loudest_first):
        by_type.setdefault(item.alert["alert_type"], []).append(item)
    return list(_cut_to(by_type, most))


def _cut_to(by_type: dict[str, list[Item]], most: int) -> Iterator[Group]:
    for alert_type, items in by_type.items():
        yield Group(kind=kind(alert_type), items=tuple(items[:most]), count=len(items))
        most -= min(most, len(items))


def _loudest_first(item: Item) -> tuple[bool, int]:
    return is_over(item), -severity(item).rank


def kind(alert_type: str) -> str:
    """ "Template disabled" for TEMPLATE_DISABLED."""
    return alert_type.replace("_", " ").capitalize()


def printable(text: str) -> str:
    """The text without signs that nobody sees; its lines stay."""
    return _UNSEEN.sub(" ", text).strip()


def one_line(text: str) -> str:
    return " ".join(_UNSEEN.sub(" ", text).split())


def cut(text: str, length: int) -> str:
    """The text in at most so many characters; one that is longer ends in an ellipsis."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def tail(secret: str) -> str:
    """So much of a secret as lets its owner know it again: the last four of at least twelve characters."""
    return f"…{secret[-4:]}" if len(secret) >= 12 else "…"


def unlisted(groups: Sequence[Group]) -> int:
    return sum(group.count - len(group.items) for group in groups)
