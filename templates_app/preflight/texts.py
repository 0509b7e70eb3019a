"""Checks of the header, the body and the footer, of the template and of each card."""

from __future__ import annotations

import re
from collections.abc import Iterator

from templates_app.components import VARIABLE
from templates_app.parameters import HEADER_LENGTH
from templates_app.preflight.draft import Draft, Place, Scope, text_of
from templates_app.preflight.findings import Finding, found

FOOTER_LENGTH = 60
EMOJI_REPORTED = 10
MEDIA = frozenset({"IMAGE", "VIDEO", "DOCUMENT", "GIF"})
FORMATS = MEDIA | {"TEXT", "LOCATION", "PRODUCT"}

_PICTURE = "[\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u23e9-\u23fa]"
# Flags are pairs; families and skins are pictures joined to one.
EMOJI = re.compile(
    "[\U0001f1e6-\U0001f1ff]{2}"
    f"|{_PICTURE}[\ufe0f\U0001f3fb-\U0001f3ff]*(?:\u200d{_PICTURE}[\ufe0f\U0001f3fb-\U0001f3ff]*)*"
)
_NEWLINES = re.compile(r"\n(?:[ \t]*\n){2,}")
_MARKS = re.compile(r"\n|[*_~](?=\S)[^*_~\n]+(?<=\S)[*_~]|```")


def check_texts(draft: Draft) -> Iterator[Finding]:
    for scope in draft.scopes:
        for place in scope.every("HEADER"):
            yield from _header(draft, scope, place)
        for place in scope.every("BODY"):
            yield from _body(draft, scope, place)
        for place in scope.every("FOOTER"):
            yield from _footer(draft, place)


def _header(draft: Draft, scope: Scope, place: Place) -> Iterator[Finding]:
    path, part = place
    kind = text_of(part.get("format"))
    if not kind:
        yield found("header_format_missing", path)
    elif kind not in FORMATS:
        yield found("header_format_unknown", path, format=kind)
    if kind == "TEXT":
        yield from _header_text(path, text_of(part.get("text")))
    if kind in MEDIA:
        yield from _media(path, kind, part.get("example"))
    if kind == "LOCATION" and draft.category == "AUTHENTICATION":
        yield found("header_location", path)
    if kind == "PRODUCT" and not scope.is_card and not _sells_one(scope):
        yield found("header_product", path)


def _sells_one(scope: Scope) -> bool:
    return any(button.get("type") == "SPM" for _, button in scope.buttons)


def _header_text(path: str, text: str) -> Iterator[Finding]:
    if not text.strip():
        yield found("header_text_missing", path)
    yield from _length("header_length", path, text, limit=HEADER_LENGTH)
    variables = list(VARIABLE.finditer(text))
    if len(variables) > 1:
        yield found("header_variables", path, span=variables[1].span(), count=len(variables))
    fixed = VARIABLE.sub(lambda variable: " " * len(variable[0]), text)
    for what, pattern in (("an emoji", EMOJI), ("formatting", _MARKS)):
        if spot := pattern.search(fixed):
            yield found("header_plain", path, span=spot.span(), what=what)


def _media(path: str, kind: str, example: object) -> Iterator[Finding]:
    given = example.get("header_handle") if isinstance(example, dict) else None
    handle = given[0] if isinstance(given, list) and given else given
    if not isinstance(handle, str | int) or not str(handle).strip():
        yield found("header_example", path, format=kind)
    elif str(handle).isdigit():
        yield found("header_handle", path)
    if kind == "GIF":
        yield found("header_gif", path)


def _body(draft: Draft, scope: Scope, place: Place) -> Iterator[Finding]:
    path, part = place
    text = text_of(part.get("text"))
    if not text.strip() and draft.category != "AUTHENTICATION":
        yield found("body_text_missing", path)
    yield from _length("body_length", path, text, limit=scope.body_limit)
    emoji = list(EMOJI.finditer(text))
    if len(emoji) > EMOJI_REPORTED:
        span = emoji[EMOJI_REPORTED].start(), emoji[-1].end()
        yield found("body_emoji", path, span=span, count=len(emoji), limit=EMOJI_REPORTED)
    if spot := _NEWLINES.search(text):
        yield found("body_newlines", path, span=spot.span())


def _footer(draft: Draft, place: Place) -> Iterator[Finding]:
    path, part = place
    text = text_of(part.get("text"))
    if not text.strip() and draft.category != "AUTHENTICATION":
        yield found("footer_text_missing", path)
    yield from _length("footer_length", path, text, limit=FOOTER_LENGTH)
    if variable := VARIABLE.search(text):
        yield found("footer_variable", path, span=variable.span())
    if emoji := EMOJI.search(text):
        yield found("footer_emoji", path, span=emoji.span())


def _length(rule: str, path: str, text: str, *, limit: int) -> Iterator[Finding]:
    length = len(text)
    if length > limit:
        over = "1 character" if length == limit + 1 else f"{length - limit} characters"
        yield found(rule, path, span=(limit, length), length=length, limit=limit, over=over)
