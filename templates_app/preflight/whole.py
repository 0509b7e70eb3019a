"""Checks of the whole: name, language, category, counts, and which components stand together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from templates_app.components import NAMED, POSITIONAL
from templates_app.preflight.draft import Draft, Scope, text_of
from templates_app.preflight.findings import Finding, found
from templates_app.preflight.languages import BY_LOWER_CASE, LANGUAGES

NAME = re.compile(r"[a-z0-9_]+")
NAME_LENGTH = 512
CATEGORIES = frozenset({"AUTHENTICATION", "MARKETING", "UTILITY", "FREE_SERVICE"})
EARLIER_CATEGORIES = {"TRANSACTIONAL": "UTILITY", "OTP": "AUTHENTICATION"}
COUNT_UNVERIFIED, COUNT_VERIFIED = 250, 6000
KNOWN = frozenset({"HEADER", "BODY", "FOOTER", "BUTTONS", "CAROUSEL", "LIMITED_TIME_OFFER", "CALL_PERMISSION_REQUEST"})
# How many seconds Meta tries to deliver a message, by category; -1 stands for 30 days.
LIFETIMES = {"AUTHENTICATION": (30, 900), "UTILITY": (30, 43_200), "MARKETING": (43_200, 2_592_000)}
MAY_BE_ENDLESS = frozenset({"AUTHENTICATION", "UTILITY"})
ENDLESS = -1


def check_whole(draft: Draft) -> Iterator[Finding]:
    yield from _name(draft)
    yield from _words(draft)
    yield from _counts(draft)
    yield from _duplicate(draft)
    yield from _components(draft)


def _name(draft: Draft) -> Iterator[Finding]:
    name = text_of(draft.name)
    if not NAME.fullmatch(name):
        mended = re.sub(r"[^a-z0-9_]+", "_", name.lower()).strip("_") or "order_update"
        yield found("name_pattern", "name", suggestion=mended[:NAME_LENGTH])
    if len(name) > NAME_LENGTH:
        yield found("name_length", "name", span=(NAME_LENGTH, len(name)), length=len(name), limit=NAME_LENGTH)


def _words(draft: Draft) -> Iterator[Finding]:
    language, category = draft.language, draft.category
    if not language:
        yield found("language_missing", "language")
    elif language not in LANGUAGES:
        meant = BY_LOWER_CASE.get(language.replace("-", "_").lower())
        suggestion = f"Write {meant}." if meant else "Check that Meta lists it."
        yield found("language_unknown", "language", language=language, suggestion=suggestion)
    if category not in CATEGORIES:
        now = EARLIER_CATEGORIES.get(category)
        suggestion = f" {category} is called {now} now." if now else ""
        yield found("category_unknown", "category", category=category or "Nothing", suggestion=suggestion)
    if draft.parameter_format not in (NAMED, POSITIONAL):
        yield found("parameter_format_unknown", "parameter_format", format=draft.parameter_format or "nothing")


def _counts(draft: Draft) -> Iterator[Finding]:
    count, limit = draft.template_count, draft.template_limit
    if count is not None and count >= (limit if limit is not None else COUNT_VERIFIED):
        yield found("template_limit", count=count, limit=limit if limit is not None else COUNT_VERIFIED)
    elif count is not None and limit is None and count >= COUNT_UNVERIFIED:
        yield found("template_limit_unverified", count=count, limit=COUNT_UNVERIFIED)
    seconds, range_ = draft.ttl_seconds, LIFETIMES.get(draft.category)
    if seconds is None or range_ is None:
        return
    low, high = range_
    endless = draft.category in MAY_BE_ENDLESS
    if not low <= seconds <= high and not (endless and seconds == ENDLESS):
        or_else = ", or -1 for 30 days" if endless else ""
        yield found("ttl_range", "message_send_ttl_seconds", low=f"{low:,}", high=f"{high:,}", or_else=or_else)


def _duplicate(draft: Draft) -> Iterator[Finding]:
    if draft.category == "AUTHENTICATION":
        return
    said = _said(_first_text(draft.top, "BODY"), _first_text(draft.top, "FOOTER"))
    for sibling in draft.siblings:
        is_itself = (sibling.name, sibling.language) == (draft.name, draft.language)
        if said[0] and not is_itself and said == _said(sibling.body, sibling.footer):
            yield found("duplicate_text", "BODY", other=f"{sibling.name} ({sibling.language})")
            return


def _first_text(scope: Scope, kind: str) -> str:
    return next((text_of(part.get("text")) for _, part in scope.every(kind)), "")


def _said(body: str, footer: str) -> tuple[str, str]:
    return " ".join(body.split()), " ".join(footer.split())


def _components(draft: Draft) -> Iterator[Finding]:
    for scope in draft.scopes:
        yield from _kinds(scope)
    if not draft.top.every("BODY"):
        yield found("body_missing")
    if draft.top.every("CALL_PERMISSION_REQUEST"):
        for kind in ("BUTTONS", "CAROUSEL", "LIMITED_TIME_OFFER"):
            for path, _ in draft.top.every(kind):
                yield found("call_permission_alone", path, kind=kind)
    if draft.category != "MARKETING":
        for kind, what in (("CAROUSEL", "A carousel"), ("LIMITED_TIME_OFFER", "A limited-time offer")):
            for path, _ in draft.top.every(kind):
                yield found("marketing_only", path, what=what)


def _kinds(scope: Scope) -> Iterator[Finding]:
    seen: Counter[str] = Counter()
    for path, part in scope.parts:
        kind = text_of(part.get("type"))
        seen[kind] += 1
        if not kind:
            yield found("component_type_missing", path)
        elif kind not in KNOWN:
            yield found("component_unknown", path, kind=kind)
        elif seen[kind] == 2:
            yield found("component_repeated", path, kind=kind)
