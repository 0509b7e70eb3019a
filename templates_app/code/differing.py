"""What changes between two contents, in lines for a terminal: words that go as [-so-], words that come as {+so+}."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from templates_app.content import Content
from templates_app.diff import Comparison
from templates_app.diff.comparison import Change
from templates_app.diff.words import Segment

LINES_MOST = 40
SAME_MOST = 60  # characters of what stays, between two changes
VALUE_MOST = 400


def changes_between(comparison: Comparison) -> tuple[str, ...]:
    lines = [_line(change) for change in comparison.changes]
    if len(lines) > LINES_MOST:
        lines[LINES_MOST - 1 :] = [f"… and {len(lines) - LINES_MOST + 1} more changes"]
    return tuple(lines)


def first_words(content: Content) -> tuple[str, ...]:
    """What a template says that is new here."""
    lines = [f"+ category: {content.category}"]
    if content.variables:
        lines.append(f"+ variables: {', '.join(content.variables)}")
    for part in content.components:
        kind, text = part.get("type"), part.get("text")
        if isinstance(kind, str) and isinstance(text, str):
            lines.append(f"+ {safe(kind.lower())}: {_brief(text)}")
    return tuple(lines)


def safe(text: str) -> str:
    """Nothing in it steers a terminal or breaks the line."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", _shown, text)


def _line(change: Change) -> str:
    match change.kind:
        case "moved":
            return f"~ {change.what} moved"
        case "added":
            return f"+ {change.what}: {_brief(change.after)}"
        case "removed":
            return f"- {change.what}: {_brief(change.before)}"
    if change.words is None:
        return f"~ {change.what}: {_brief(change.before)} → {_brief(change.after)}"
    return f"~ {change.what}: {safe(''.join(_marked(change.words)))}"


def _marked(words: Sequence[Segment]) -> Iterator[str]:
    last = len(words) - 1
    for place, (op, text) in enumerate(words):
        if op == "removed":
            yield f"[-{text}-]"
        elif op == "added":
            yield f"{{+{text}+}}"
        else:
            yield _shortened(text, is_first=place == 0, is_last=place == last)


def _shortened(text: str, *, is_first: bool, is_last: bool) -> str:
    if len(text) <= SAME_MOST:
        return text
    half = SAME_MOST // 2
    head, tail = ("" if is_first else text[:half]), ("" if is_last else text[-half:])
    return f"{head}…{tail}"


def _brief(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return safe(text if len(text) <= VALUE_MOST else f"{text[:VALUE_MOST]}…")


def _shown(found: re.Match[str]) -> str:
    return " ⏎ " if found[0] == "\n" else found[0].encode("unicode_escape").decode()
