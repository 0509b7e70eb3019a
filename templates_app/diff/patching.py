"""The way from one content to the next, small enough to be stored with a version: a JSON patch (RFC 6902)."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterator
from typing import Any

from templates_app.components import JsonObject
from templates_app.content import Content
from templates_app.diff.matching import strict
from templates_app.diff.tree import escaped
from templates_app.diff.words import align


def delta(before: Content | None, after: Content) -> JsonObject:
    """`{"patch": […]}`; without a content before, the patch makes all of it."""
    patch = list(_patch("", _document(before), _document(after)))
    return copy.deepcopy({"patch": patch})


def apply_delta(before: Content | None, delta: JsonObject) -> Content:
    """What `delta(before, after)` leads to: `after`, to the letter. KeyError or IndexError where it does not fit."""
    document = copy.deepcopy(_document(before))
    for step in copy.deepcopy(delta["patch"]):
        *way, last = (_unescaped(key) for key in step["path"].split("/")[1:])
        holder: Any = document
        for key in way:
            holder = holder[_key(holder, key)]
        key = _key(holder, last)
        if step["op"] == "remove":
            del holder[key]
        elif step["op"] == "add" and isinstance(holder, list):
            holder.insert(key, step["value"])
        else:
            holder[key] = step["value"]
    return Content(**document)


def _document(content: Content | None) -> JsonObject:
    if content is None:
        return {}
    return {field.name: getattr(content, field.name) for field in dataclasses.fields(content)}


def _patch(path: str, before: Any, after: Any) -> Iterator[JsonObject]:
    if strict(before) == strict(after):
        return
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _object_patch(path, before, after)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _list_patch(path, before, after)
    else:
        yield {"op": "replace", "path": path, "value": after}


def _object_patch(path: str, before: JsonObject, after: JsonObject) -> Iterator[JsonObject]:
    for key in sorted({*before, *after}):
        inner = f"{path}/{escaped(key)}"
        if key not in after:
            yield {"op": "remove", "path": inner}
        elif key not in before:
            yield {"op": "add", "path": inner, "value": after[key]}
        else:
            yield from _patch(inner, before[key], after[key])


def _list_patch(path: str, before: list[Any], after: list[Any]) -> Iterator[JsonObject]:
    """From left to right; what stands left of `at` is as it shall be."""
    blocks = align([strict(value) for value in before], [strict(value) for value in after])
    old = at = 0
    for there, here, size in [*blocks, (len(before), len(after), 0)]:
        while old < there and at < here:
            yield from _patch(f"{path}/{at}", before[old], after[at])
            old, at = old + 1, at + 1
        for _ in range(there - old):
            yield {"op": "remove", "path": f"{path}/{at}"}
        for place in range(at, here):
            yield {"op": "add", "path": f"{path}/{place}", "value": after[place]}
        old, at = there + size, here + size


def _key(holder: Any, key: str) -> Any:
    return int(key) if isinstance(holder, list) else key


def _unescaped(key: str) -> str:
    return key.replace("~1", "/").replace("~0", "~")
