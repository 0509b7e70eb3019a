"""Checks of the buttons: how many, in which groups, and what each kind needs."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator

from templates_app.components import VARIABLE
from templates_app.parameters import URL_LENGTH
from templates_app.preflight.draft import Draft, Place, text_of, whole_number
from templates_app.preflight.findings import Finding, found

ALL = 10
OF_KIND = {"QUICK_REPLY": 10, "URL": 2, "PHONE_NUMBER": 1, "COPY_CODE": 1, "VOICE_CALL": 1}
SHOWN = 3
LABEL_LENGTH = 25
LABEL_LENGTHS = {"VOICE_CALL": 20}
# The others come with a label of WhatsApp's own.
LABELED = frozenset({"QUICK_REPLY", "URL", "PHONE_NUMBER", "FLOW", "VOICE_CALL"})
KNOWN = LABELED | {"COPY_CODE", "OTP", "CATALOG", "MPM", "SPM", "APP", "REQUEST_CONTACT_INFO"}
PHONE_LENGTH = 20
COUPON_LENGTH, COUPON_LENGTH_WITH_OFFER = 20, 15
FLOW_NAMES = ("flow_id", "flow_name", "flow_json")
CALL_MINUTES = (1_440, 43_200)


def check_buttons(draft: Draft) -> Iterator[Finding]:
    if draft.category != "AUTHENTICATION":
        yield from _together(draft)
    has_offer = bool(draft.top.every("LIMITED_TIME_OFFER"))
    for scope in draft.scopes:
        for place in scope.buttons:
            yield from _label(place)
            kind = text_of(place[1].get("type"))
            if kind == "COPY_CODE":
                yield from _coupon(place, has_offer=has_offer)
            elif kind in _NEEDS:
                yield from _NEEDS[kind](place)
            elif kind and kind not in KNOWN:
                yield found("button_unknown", place[0], kind=kind)


def _together(draft: Draft) -> Iterator[Finding]:
    for scope in draft.scopes:
        for path, part in scope.every("BUTTONS"):
            if not part.get("buttons"):
                yield found("buttons_missing", path)
    kinds = [text_of(button.get("type")) for _, button in draft.top.buttons]
    if len(kinds) > ALL:
        yield found("buttons_count", "BUTTONS", count=len(kinds), limit=ALL, over=len(kinds) - ALL)
    for kind, count in Counter(kinds).items():
        limit = OF_KIND.get(kind, ALL)
        if count > limit:
            yield found("buttons_of_kind", "BUTTONS", kind=kind, count=count, limit=limit, over=count - limit)
    groups = [is_reply for is_reply, _ in itertools.groupby(kind == "QUICK_REPLY" for kind in kinds)]
    if len(groups) > 2:
        yield found("buttons_grouping", "BUTTONS")
    if len(kinds) > SHOWN:
        yield found("buttons_many", "BUTTONS")
    if len(kinds) > SHOWN or len(groups) > 1:
        yield found("buttons_desktop", "BUTTONS")


def _label(place: Place) -> Iterator[Finding]:
    path, button = place
    kind, label = text_of(button.get("type")), text_of(button.get("text"))
    limit = LABEL_LENGTHS.get(kind, LABEL_LENGTH)
    if not kind:
        yield found("button_type_missing", path)
    if kind in LABELED and not label.strip():
        yield found("button_label_missing", f"{path}.text")
    if len(label) > limit:
        span, over = (limit, len(label)), len(label) - limit
        yield found("button_label_length", f"{path}.text", span=span, length=len(label), limit=limit, over=over)
    if variable := VARIABLE.search(label):
        yield found("button_label_variable", f"{path}.text", span=variable.span())


def _link(place: Place) -> Iterator[Finding]:
    path, button = place
    path, url = f"{path}.url", text_of(button.get("url"))
    if not url.strip():
        yield found("link_missing", path)
    if len(url) > URL_LENGTH:
        yield found("link_length", path, span=(URL_LENGTH, len(url)), length=len(url), limit=URL_LENGTH)
    variables = list(VARIABLE.finditer(url))
    if not variables:
        return
    last = variables[-1]
    if len(variables) > 1:
        yield found("link_variables", path, span=variables[0].span(), count=len(variables))
    if last.end() != len(url):
        yield found("link_variable_end", path, span=last.span(), variable=last[0])
    if not last[1].isdigit():
        yield found("link_variable_named", path, span=last.span(), variable=last[0])
    if not _example(button):
        yield found("link_example", path, span=last.span())


def _example(button: dict[str, object]) -> str:
    given = button.get("example")
    first = given[0] if isinstance(given, list) and given else given
    return str(first).strip() if isinstance(first, str | int) else ""


def _phone(place: Place) -> Iterator[Finding]:
    path, button = place
    number = button.get("phone_number")
    shown = str(number) if isinstance(number, str | int) else ""
    if not shown.strip():
        yield found("phone_missing", f"{path}.phone_number")
    if len(shown) > PHONE_LENGTH:
        span = PHONE_LENGTH, len(shown)
        yield found("phone_length", f"{path}.phone_number", span=span, length=len(shown), limit=PHONE_LENGTH)


def _coupon(place: Place, *, has_offer: bool) -> Iterator[Finding]:
    path, button = place
    path, length = f"{path}.example", len(_example(button))
    limit = COUPON_LENGTH_WITH_OFFER if has_offer else COUPON_LENGTH
    if not length:
        yield found("coupon_missing", path)
    elif length > limit:
        yield found("coupon_length", path, span=(limit, length), length=length, limit=limit)
    elif length > COUPON_LENGTH_WITH_OFFER:
        yield found("coupon_long", path, length=length, limit=COUPON_LENGTH_WITH_OFFER)


def _flow(place: Place) -> Iterator[Finding]:
    path, button = place
    named = [key for key in FLOW_NAMES if button.get(key)]
    if len(named) != 1:
        yield found("flow_reference", path, count=len(named) or "none")
    if text_of(button.get("flow_action")).lower() == "navigate" and not button.get("navigate_screen"):
        yield found("flow_screen", path)


def _call(place: Place) -> Iterator[Finding]:
    path, button = place
    low, high = CALL_MINUTES
    if "ttl_minutes" in button:
        minutes = whole_number(button["ttl_minutes"])
        if minutes is None or not low <= minutes <= high:
            yield found("voice_call_ttl", f"{path}.ttl_minutes", low=f"{low:,}", high=f"{high:,}")


_NEEDS: dict[str, Callable[[Place], Iterator[Finding]]] = {
    "URL": _link,
    "PHONE_NUMBER": _phone,
    "FLOW": _flow,
    "VOICE_CALL": _call,
}
