"""
JSON from outside, read leniently where a provider may be sloppy, and safely where a body may be hostile.

What comes out can be stored by every database: no NaN, no infinity, no U+0000, no lone surrogate, no deep nesting.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

DEEPEST = 64  # real bodies nest about ten levels; databases and serializers stop somewhere in the hundreds
LONGEST_INTEGER = 30
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_TRACES_OF_UNSTORABLE = (b"\x00", b"\\u0000", b"\\ud", b"\\uD")


class Garbled(Exception):
    """The body as a whole cannot be read; the text is a sentence for people."""


def read_json(body: bytes) -> Any:
    if not body:
        raise Garbled("The body is empty.")
    try:
        tree = _DECODER.decode(body.decode("utf-8-sig"))
        if body.count(b"{") + body.count(b"[") > DEEPEST and _is_deep(tree):
            raise RecursionError
        return _cleaned(tree) if any(trace in body for trace in _TRACES_OF_UNSTORABLE) else tree
    except UnicodeDecodeError:
        raise Garbled("The body is not UTF-8.") from None
    except RecursionError:
        raise Garbled(f"The body nests deeper than {DEEPEST} levels.") from None
    except ValueError as error:
        raise Garbled(f"The body is not JSON: {error}.") from None


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= LONGEST_INTEGER else digits


def _float(digits: str) -> float | str:
    number = float(digits)
    return number if math.isfinite(number) else digits


def _nothing(constant: str) -> None:
    """NaN, Infinity and -Infinity are not JSON, and say nothing."""


_DECODER = json.JSONDecoder(strict=False, parse_int=_integer, parse_float=_float, parse_constant=_nothing)


def _is_deep(tree: Any) -> bool:
    """Level by level, not by recursion, which deep nesting is made to exhaust."""
    level: list[Any] = [tree]
    for _ in range(DEEPEST):
        holders = (node for node in level if isinstance(node, (dict, list)))
        level = [child for node in holders for child in (node.values() if isinstance(node, dict) else node)]
        if not level:
            return False
    return True


def _cleaned(node: Any) -> Any:
    if isinstance(node, str):
        return _UNSTORABLE.sub("\ufffd", node)
    if isinstance(node, list):
        return [_cleaned(child) for child in node]
    if isinstance(node, dict):
        return {_UNSTORABLE.sub("\ufffd", key): _cleaned(child) for key, child in node.items()}
    return node
