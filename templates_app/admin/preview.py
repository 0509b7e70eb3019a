"""The message as a phone shows it, from a version's components. Takes whatever stands there and never raises."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from templates_app.components import canonical
from templates_app.models import TemplateVersion
from templates_app.parameters import examples, substitute

RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})
BUTTON_ICONS = {
    "URL": "open_in_new",
    "PHONE_NUMBER": "call",
    "QUICK_REPLY": "reply",
    "COPY_CODE": "content_copy",
    "OTP": "content_copy",
    "FLOW": "list_alt",
    "CATALOG": "storefront",
    "MPM": "storefront",
    "VOICE_CALL": "call",
}
MEDIA_ICONS = {"IMAGE": "image", "VIDEO": "movie", "DOCUMENT": "description", "LOCATION": "location_on"}

# WhatsApp's own marks: they count only around words, as *bold*, _italic_, ~struck~ and ```fixed``` do on a phone.
_MARKS = (
    (re.compile(r"```(.+?)```", re.DOTALL), "code"),
    (re.compile(r"(?<![\w*])\*(?!\s)([^*\n]+?)(?<!\s)\*(?![\w*])"), "strong"),
    (re.compile(r"(?<![\w_])_(?!\s)([^_\n]+?)(?<!\s)_(?![\w_])"), "em"),
    (re.compile(r"(?<![\w~])~(?!\s)([^~\n]+?)(?<!\s)~(?![\w~])"), "s"),
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Button:
    text: str
    icon: str
    leads_to: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Preview:
    """`language` and `direction` are for the `lang` and `dir` of the text."""

    language: str
    direction: str
    header: SafeString
    media: str
    media_icon: str
    body: SafeString
    footer: str
    buttons: Sequence[Button]
    cards: Sequence[Preview]


def preview(version: TemplateVersion, *, language: str) -> Preview:
    return _preview(version.components, language=language.replace("_", "-"))


def _preview(components: Any, *, language: str) -> Preview:
    parts = {str(part.get("type")): part for part in reversed(canonical(components))}
    header, body = parts.get("HEADER", {}), parts.get("BODY", {})
    given = examples(components)
    medium = str(header.get("format") or "TEXT") if header else "TEXT"
    return Preview(
        language=language,
        direction="rtl" if language.partition("-")[0] in RIGHT_TO_LEFT else "ltr",
        header=_marked(_text(header), given.get("HEADER", {})),
        media="" if medium == "TEXT" else medium,
        media_icon=MEDIA_ICONS.get(medium, "attach_file"),
        body=_marked(_body(body), given.get("BODY", {})),
        footer=_footer(parts.get("FOOTER", {})),
        buttons=[_button(one) for one in _dicts(parts.get("BUTTONS", {}).get("buttons"))],
        cards=[
            _preview(card.get("components"), language=language)
            for card in _dicts(parts.get("CAROUSEL", {}).get("cards"))
        ],
    )


def _dicts(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _text(part: Mapping[str, Any]) -> str:
    text = part.get("text")
    return text if isinstance(text, str) else ""


def _body(part: Mapping[str, Any]) -> str:
    if part.get("add_security_recommendation") and not _text(part):
        return _("{{1}} is your verification code. For your security, do not share this code.")
    return _text(part)


def _footer(part: Mapping[str, Any]) -> str:
    minutes = part.get("code_expiration_minutes")
    if minutes and not _text(part):
        return _("This code expires in %(minutes)s minutes.") % {"minutes": minutes}
    return _text(part)


def _marked(text: str, given: Mapping[str, str]) -> SafeString:
    safe = str(escape(text))
    for mark, tag in _MARKS:
        safe = mark.sub(rf"<{tag}>\1</{tag}>", safe)
    safe = substitute(safe, lambda name: _variable(name, given.get(name, "")))
    return mark_safe(safe.replace("\n", "<br>"))  # noqa: S308 (escaped above; only our own tags are added)


def _variable(name: str, example: str) -> str:
    shown = escape(example) if example else f"{{{{{name}}}}}"
    return f'<span class="console-variable" title="{{{{{name}}}}}">{shown}</span>'


def _button(button: Mapping[str, Any]) -> Button:
    kind = str(button.get("type") or "")
    return Button(
        text=str(button.get("text") or kind.replace("_", " ").capitalize()),
        icon=BUTTON_ICONS.get(kind, "smart_button"),
        leads_to=str(button.get("url") or button.get("phone_number") or ""),
    )
