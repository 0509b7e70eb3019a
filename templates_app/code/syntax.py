"""
YAML as far as a template's file needs it: composed into nodes that know their lines, and refused where it is a trap.

No aliases, no tags, no key twice, one document, and few values that are not text: `no` is a language, not a false.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import yaml

FILE_MOST = 128 * 1024  # bytes
DEEPEST = 30
DIGITS_MOST = 300
HINT = "A text that begins with { or holds a colon goes into quotes, or into a block (|-)."

_CONSTANTS = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True,
    "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_WHOLE = re.compile(r"-?(0|[1-9][0-9]*)", re.ASCII)
_FRACTION = re.compile(r"-?[0-9]+\.[0-9]+([eE][-+][0-9]+)?", re.ASCII)
_UNTAGGED = frozenset({"tag:yaml.org,2002:str", "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map"})


class Fault(NamedTuple):
    """What is wrong with a file, and on which line."""

    line: int
    why: str


class Faulty(Exception):
    """The file cannot be taken: all that is wrong with it."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(f"{line}: {why}" for line, why in faults))
        self.faults: Sequence[Fault] = sorted(set(faults))


def compose(text: str) -> yaml.Node:
    """The one document in it. Raises Faulty."""
    if len(text.encode(errors="surrogatepass")) > FILE_MOST:
        raise too_large()
    try:
        root = _Loader(text).get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        why = ", ".join(filter(None, (error.context, error.problem)))
        raise Faulty(Fault(mark.line + 1 if mark else 1, f"This is not YAML: {why}. {HINT}")) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise Faulty(Fault(line, "Holds a character that YAML does not take.")) from None
    except (ValueError, OverflowError):
        raise Faulty(Fault(1, "Holds an escape that stands for no character.")) from None
    if root is None:
        raise Faulty(Fault(1, "There is nothing in it."))
    faults = list(_faults(root))
    if faults:
        raise Faulty(*faults)
    return root


def too_large() -> Faulty:
    return Faulty(Fault(1, f"The file has more than {FILE_MOST // 1024} KiB."))


def line_of(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def pairs(node: yaml.MappingNode) -> list[tuple[str, yaml.Node, int]]:
    """Key, value and the key's line, in the order in which they stand."""
    return [(key.value, value, line_of(key)) for key, value in node.value]


def value_of(node: yaml.Node) -> Any:
    """What the node says as JSON would: only plain scalars are anything but text. Raises Faulty."""
    if isinstance(node, yaml.MappingNode):
        return {key: value_of(value) for key, value, _ in pairs(node)}
    if isinstance(node, yaml.SequenceNode):
        return [value_of(item) for item in node.value]
    return _scalar(node)


def is_nothing(node: yaml.Node) -> bool:
    """Whether nothing stands where something should."""
    return isinstance(node, yaml.ScalarNode) and (
        node.value == "" or (_is_plain(node) and _CONSTANTS.get(node.value, "") is None)
    )


class _Loader(yaml.BaseLoader):
    """Composes; constructs nothing."""

    _depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        line = int(event.start_mark.line) + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise Faulty(Fault(line, "Anchors (&) and aliases (*) are not taken: write it out."))
        if self._depth >= DEEPEST:
            raise Faulty(Fault(line, f"Nested deeper than {DEEPEST} levels."))
        self._depth += 1
        node: yaml.Node | None = super().compose_node(parent, index)
        self._depth -= 1
        return node


def _faults(node: yaml.Node) -> Iterator[Fault]:
    if node.tag not in _UNTAGGED:
        yield Fault(line_of(node), f"Tags ({node.tag}) are not taken.")
    if isinstance(node, yaml.MappingNode):
        yield from _key_faults(node)
        for _, value in node.value:
            yield from _faults(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _faults(item)
    else:
        yield from _scalar_faults(node)


def _key_faults(node: yaml.MappingNode) -> Iterator[Fault]:
    seen: dict[str, int] = {}
    for key, _ in node.value:
        line = line_of(key)
        if not isinstance(key, yaml.ScalarNode):
            yield Fault(line, f"A key must be a word. {HINT}")
            continue
        yield from _faults(key)
        if key.value in seen:
            yield Fault(line, f"`{key.value}` stands on line {seen[key.value]} already.")
        seen.setdefault(key.value, line)


def _scalar_faults(node: yaml.Node) -> Iterator[Fault]:
    if "\x00" in node.value or any("\ud800" <= character <= "\udfff" for character in node.value):
        yield Fault(line_of(node), "Holds a character that is not text (U+0000 or half a surrogate pair).")
    elif _is_plain(node) and _WHOLE.fullmatch(node.value) and len(node.value) > DIGITS_MOST:
        yield Fault(line_of(node), "A number of so many digits must be in quotes.")
    elif isinstance(_scalar(node), float) and not math.isfinite(_scalar(node)):
        yield Fault(line_of(node), "A number that large must be in quotes.")


def _is_plain(node: yaml.Node) -> bool:
    return getattr(node, "style", None) is None


def _scalar(node: yaml.Node) -> Any:
    text: str = node.value
    if not _is_plain(node):
        return text
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if _FRACTION.fullmatch(text) else text
