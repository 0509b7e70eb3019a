"""The words of a text, and which of them went, came or stayed; placeholders are kept whole."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

from templates_app.components import VARIABLE

Op = Literal["same", "removed", "added"]
Segment = tuple[Op, str]

# A template's text has a few hundred words. Comparing longer junk word by word would take minutes.
_MOST = 1000


class Block(NamedTuple):
    """`size` things that stand on both sides, from `before` on there and from `after` on here."""

    before: int
    after: int
    size: int


def word_segments(before: str, after: str) -> list[Segment]:
    """Without what was added it reads as `before`, without what was removed as `after`."""
    old, new = tokens(before), tokens(after)
    segments: list[tuple[Op, list[str]]] = []
    left = right = 0
    for block in [*align(old, new, is_junk=str.isspace), Block(len(old), len(new), 0)]:
        end = block.before + block.size
        segments += [
            ("removed", old[left : block.before]),
            ("added", new[right : block.after]),
            ("same", old[block.before : end]),
        ]
        left, right = end, block.after + block.size
    return [(op, "".join(found)) for op, found in segments if found]


def tokens(text: str) -> list[str]:
    """Words, placeholders, runs of spaces and single signs; together they are the text."""
    found: list[str] = []
    at = 0
    for placeholder in VARIABLE.finditer(text):
        found += [*_plain_tokens(text[at : placeholder.start()]), placeholder[0]]
        at = placeholder.end()
    return [*found, *_plain_tokens(text[at:])]


def align(before: Sequence[str], after: Sequence[str], *, is_junk: Callable[[str], bool] | None = None) -> list[Block]:
    """What stands on both sides, in order; what `is_junk` counts only beside something that is not."""
    shorter = min(len(before), len(after))
    head = sum(1 for _ in itertools.takewhile(_are_equal, zip(before, after, strict=False)))
    tails = zip(reversed(before), reversed(after), strict=False)
    tail = sum(1 for _ in itertools.takewhile(_are_equal, itertools.islice(tails, shorter - head)))
    old, new = before[head : len(before) - tail], after[head : len(after) - tail]
    blocks = [Block(0, 0, head), Block(len(before) - tail, len(after) - tail, tail)]
    if len(old) <= _MOST and len(new) <= _MOST:
        middle = SequenceMatcher(is_junk, old, new, autojunk=False).get_matching_blocks()
        blocks[1:1] = [Block(head + i, head + j, size) for i, j, size in middle]
    return [block for block in blocks if block.size]


def _are_equal(pair: tuple[str, str]) -> bool:
    return pair[0] == pair[1]


def _plain_tokens(text: str) -> Iterator[str]:
    for kind, run in itertools.groupby(text, _kind):
        if kind == "sign":
            yield from run
        else:
            yield "".join(run)


def _kind(character: str) -> str:
    """Marks belong to the word they stand in; scripts that are written without spaces are told sign by sign."""
    if character.isspace():
        return "space"
    category = unicodedata.category(character)
    is_ideograph = category == "Lo" and unicodedata.east_asian_width(character) == "W"
    return "sign" if category.startswith("P") or is_ideograph else "word"
