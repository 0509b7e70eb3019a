"""Which button or card of a list is which of another: an inserted one must not make all that follow look changed."""

from __future__ import annotations

import bisect
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from templates_app.diff.words import tokens

# From here on two things are taken for one that was changed.
_ALIKE = 0.5
# Lists that people make have ten things. Longer junk is matched by place, since each with each would take minutes.
_MOST = 20
_START = 400  # so many characters of a text tell whether it is the same one


class Match(NamedTuple):
    """Places in the two lists; None where it does not stand. `is_moved`: those around it kept their order."""

    before: int | None
    after: int | None
    is_moved: bool = False


def strict(value: Any) -> str:
    """Equal exactly for equal JSON: to Python 1, 1.0 and True are equal, to the provider they are not."""
    return json.dumps(value, sort_keys=True)


def match(before: Sequence[Any], after: Sequence[Any]) -> list[Match]:
    """Each thing of both lists once, in the order of `after`, with those that went where they stood."""
    pairs = _equal(before, after)
    left = [i for i in range(len(before)) if i not in pairs]
    right = sorted(set(range(len(after))) - set(pairs.values()))
    pairs.update(_alike(before, after, left, right))
    return ordered(pairs, len(before), len(after))


def ordered(pairs: dict[int, int], before: int, after: int) -> list[Match]:
    """The same for pairs that are known, out of so many on either side."""
    stayed = _stayed(pairs)
    sources = {j: i for i, j in pairs.items()}
    gone = [i for i in range(before) if i not in pairs]
    bounds = [*sorted(stayed), before]
    matches = [Match(i, None) for i in gone if i < bounds[0]]
    for j in range(after):
        i = sources.get(j)
        matches.append(Match(i, j, is_moved=i is not None and i not in stayed))
        if i is not None and i in stayed:
            bound = bounds[bisect.bisect(bounds, i)]
            matches += [Match(each, None) for each in gone[bisect.bisect(gone, i) : bisect.bisect(gone, bound)]]
    return matches


def _equal(before: Sequence[Any], after: Sequence[Any]) -> dict[int, int]:
    """Those that are the same to the letter; of several the one at the same place first."""
    old, new = [strict(value) for value in before], [strict(value) for value in after]
    pairs = {i: i for i in range(min(len(old), len(new))) if old[i] == new[i]}
    left: dict[str, list[int]] = defaultdict(list)
    for j, key in enumerate(new):
        if pairs.get(j) != j:
            left[key].append(j)
    for places in left.values():
        places.reverse()
    for i, key in enumerate(old):
        if i not in pairs and left[key]:
            pairs[i] = left[key].pop()
    return pairs


def _alike(before: Sequence[Any], after: Sequence[Any], left: list[int], right: list[int]) -> Iterator[tuple[int, int]]:
    """The most similar first; equally similar ones by how near they stand."""
    if len(left) > _MOST or len(right) > _MOST:
        yield from ((i, i) for i in sorted(set(left) & set(right)))
        return
    old, new = {i: dict(_leaves(before[i])) for i in left}, {j: dict(_leaves(after[j])) for j in right}
    scores = ((similarity(old[i], new[j]), i, j) for i in left for j in right)
    candidates = sorted(
        ((score, i, j) for score, i, j in scores if score >= _ALIKE),
        key=lambda found: (-found[0], abs(found[1] - found[2]), found[1] + found[2]),
    )
    taken_left: set[int] = set()
    taken_right: set[int] = set()
    for _, i, j in candidates:
        if i not in taken_left and j not in taken_right:
            taken_left.add(i)
            taken_right.add(j)
            yield i, j


def similarity(old: dict[str, Any], new: dict[str, Any]) -> float:
    """From 0 to 1, by the share of equal values and of equal words; buttons of one type are never quite strangers."""
    common = sum(_likeness(value, new[path]) for path, value in old.items() if path in new)
    share = 2 * common / max(1, len(old) + len(new))
    is_one_type = "/type" in old and old.get("/type") == new.get("/type")
    return max(share, _ALIKE) if is_one_type else share


def _likeness(old: Any, new: Any) -> float:
    if isinstance(old, str) and isinstance(new, str) and old != new:
        words, others = set(tokens(old[:_START])), set(tokens(new[:_START]))
        return 2 * len(words & others) / (len(words) + len(others) + 1)
    return float(strict(old) == strict(new))


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}/{key}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            is_part = path.endswith("/components") and isinstance(inner, dict)
            yield from _leaves(inner, f"{path}/{inner.get('type') if is_part else index}")
    else:
        yield path, value


def _stayed(pairs: dict[int, int]) -> set[int]:
    """The most pairs that kept their order among each other: the longest rising run of places."""
    ends: list[int] = []
    rows: list[int] = []
    previous: dict[int, int | None] = {}
    for i, j in sorted(pairs.items()):
        length = bisect.bisect_left(ends, j)
        previous[i] = rows[length - 1] if length else None
        ends[length : length + 1] = [j]
        rows[length : length + 1] = [i]
    stayed: set[int] = set()
    at = rows[-1] if rows else None
    while at is not None:
        stayed.add(at)
        at = previous[at]
    return stayed
