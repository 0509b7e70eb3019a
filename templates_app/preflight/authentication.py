"""Checks of templates for one-time codes, whose form is Meta's own."""

from __future__ import annotations

from collections.abc import Iterator

from templates_app.components import JsonObject, objects
from templates_app.preflight.draft import Draft, Place, text_of, whole_number
from templates_app.preflight.findings import Finding, found

PARTS = frozenset({"BODY", "FOOTER", "BUTTONS"})
EXPIRES = (1, 90)
KINDS = ("COPY_CODE", "ONE_TAP", "ZERO_TAP")
BY_APP = frozenset({"ONE_TAP", "ZERO_TAP"})
APPS = (1, 5)
PACKAGE_LENGTH, HASH_LENGTH = 224, 11
# What Meta makes of the button for the code: it reads it back as a link.
CODE_LINK = "/otp/"
_OPTIONS = {"BODY": "add_security_recommendation", "FOOTER": "code_expiration_minutes"}


def check_authentication(draft: Draft) -> Iterator[Finding]:
    if draft.category != "AUTHENTICATION":
        yield from _elsewhere(draft)
        return
    yield from _parts(draft)
    if any(CODE_LINK in text_of(button.get("url")) for _, button in draft.top.buttons):
        yield found("code_read_back", "BUTTONS")
        return
    for kind, option in _OPTIONS.items():
        for path, part in draft.top.every(kind):
            if text_of(part.get("text")):
                yield found("code_text", path, kind=kind.lower(), option=option)
    yield from _expiration(draft)
    buttons = draft.top.buttons
    if [button.get("type") for _, button in buttons] != ["OTP"]:
        yield found("code_button", "BUTTONS")
    for place in buttons:
        if place[1].get("type") == "OTP":
            yield from _code(place)


def _elsewhere(draft: Draft) -> Iterator[Finding]:
    for scope in draft.scopes:
        for path, part in scope.parts:
            for option in _OPTIONS.values():
                if part.get(option):
                    yield found("code_elsewhere", path, what=option)
        for path, button in scope.buttons:
            if button.get("type") == "OTP":
                yield found("code_elsewhere", path, what="A button of the type OTP")


def _parts(draft: Draft) -> Iterator[Finding]:
    for path, part in draft.top.parts:
        kind = text_of(part.get("type"))
        if kind and kind not in PARTS:
            yield found("code_parts", path, kind=kind)


def _expiration(draft: Draft) -> Iterator[Finding]:
    low, high = EXPIRES
    for path, footer in draft.top.every("FOOTER"):
        minutes = whole_number(footer.get("code_expiration_minutes"))
        if not text_of(footer.get("text")) and (minutes is None or not low <= minutes <= high):
            yield found("code_expiration", path, low=low, high=high)


def _code(place: Place) -> Iterator[Finding]:
    path, button = place
    kind = text_of(button.get("otp_type"))
    if kind not in KINDS:
        yield found("code_kind", f"{path}.otp_type", allowed=", ".join(KINDS[:-1]) + f" or {KINDS[-1]}")
    if kind in BY_APP:
        yield from _apps(path, button)
    if kind == "ZERO_TAP" and button.get("zero_tap_terms_accepted") is not True:
        yield found("code_zero_tap", path)


def _apps(path: str, button: JsonObject) -> Iterator[Finding]:
    apps = [app for _, app in objects(button.get("supported_apps"))]
    if not apps and "package_name" in button:
        apps = [button]  # the older form names a single app on the button itself
    low, high = APPS
    if not low <= len(apps) <= high:
        yield found("code_apps", f"{path}.supported_apps", count=len(apps), low=low, high=high)
    for app in apps:
        if not 1 <= len(text_of(app.get("package_name"))) <= PACKAGE_LENGTH:
            yield found("code_app_package", f"{path}.supported_apps", limit=PACKAGE_LENGTH)
        if len(text_of(app.get("signature_hash"))) != HASH_LENGTH:
            yield found("code_app_hash", f"{path}.supported_apps", length=HASH_LENGTH)
