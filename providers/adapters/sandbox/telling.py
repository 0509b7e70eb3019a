"""
How Meta tells what happens to a template, as the bodies that it posts: the shapes of its own documentation.

Nothing in here is left to chance: the same moment gives the same bytes.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

Value = dict[str, Any]
Change = tuple[str, Value]  # the field, and what its value says

STATUS, QUALITY = "message_template_status_update", "message_template_quality_update"
COMPONENTS, CATEGORY = "message_template_components_update", "template_category_update"
MARKETING, UTILITY, AUTHENTICATION = "MARKETING", "UTILITY", "AUTHENTICATION"
UNRATED, GREEN, YELLOW, RED = "UNKNOWN", "GREEN", "YELLOW", "RED"
PAUSES = {"FIRST_PAUSE": timedelta(hours=3), "SECOND_PAUSE": timedelta(hours=6)}
NOTICE = timedelta(days=1)  # from the notice of a category to the change


@dataclasses.dataclass(frozen=True, kw_only=True)
class Button:
    """`example`: what stands in the place of its link's variable."""

    text: str
    url: str = ""
    phone_number: str = ""
    example: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Text:
    """
    What a template says at one time, with an example for each variable of its body.

    `code_minutes`: it is about a one-time code that lives so long; the words around it are the provider's own.
    """

    body: str
    title: str = ""
    footer: str = ""
    buttons: tuple[Button, ...] = ()
    examples: tuple[str, ...] = ()
    code_minutes: int = 0


@dataclasses.dataclass(frozen=True, kw_only=True)
class Definition:
    """`id` is the provider's. `texts`: what it said first, and what it said after each edit."""

    id: int
    name: str
    language: str
    category: str
    texts: tuple[Text, ...]

    @property
    def key(self) -> str:
        return f"{self.name}.{self.language}"


AboutTemplate = Callable[[Definition, datetime], Change]


def status(event: str, *, reason: str | None = "NONE", **blocks: Value) -> AboutTemplate:
    def tell(template: Definition, at: datetime) -> Change:
        return STATUS, {"event": event, "reason": reason, "message_template_category": template.category, **blocks}

    return tell


def paused(title: str) -> AboutTemplate:
    def tell(template: Definition, at: datetime) -> Change:
        until = f"{at + PAUSES[title]:%b %d at %I:%M %p} UTC"
        hours = PAUSES[title] // timedelta(hours=1)
        description = f"This template is paused for {hours} hours, until {until}, because of low quality."
        return status("PAUSED", other_info={"title": title, "description": description})(template, at)

    return tell


def disabled(*, reason: str = "NONE") -> AboutTemplate:
    def tell(template: Definition, at: datetime) -> Change:
        description = "This template was disabled after repeated quality problems."
        return status(
            "DISABLED",
            reason=reason,
            disable_info={"disable_date": seconds(at)},
            other_info={"title": "DISABLED", "description": description},
        )(template, at)

    return tell


def quality(before: str, now: str) -> AboutTemplate:
    return lambda template, at: (QUALITY, {"previous_quality_score": before, "new_quality_score": now})


def notice(coming: str, *, after: timedelta = NOTICE) -> AboutTemplate:
    """In a notice `new_category` is the one that still holds."""

    def tell(template: Definition, at: datetime) -> Change:
        due_at = seconds(at + after)
        said = {"new_category": template.category, "correct_category": coming, "category_update_timestamp": due_at}
        return CATEGORY, said

    return tell


def moved_to(category: str) -> AboutTemplate:
    return lambda template, at: (CATEGORY, {"previous_category": template.category, "new_category": category})


def says(edit: int = 0) -> AboutTemplate:
    """What it says, after this many edits."""

    def tell(template: Definition, at: datetime) -> Change:
        text = template.texts[edit]
        said: Value = {"message_template_element": text.body}
        if text.title:
            said["message_template_title"] = text.title
        if text.footer:
            said["message_template_footer"] = text.footer
        if text.buttons:
            said["message_template_buttons"] = [_button(button) for button in text.buttons]
        return COMPONENTS, said

    return tell


def whole(text: Text) -> list[Value]:
    """What it says, in the form of the Graph API: examples and all."""
    if text.code_minutes:
        code = [{"type": "OTP", "otp_type": "COPY_CODE", "text": button.text} for button in text.buttons]
        return [
            {"type": "BODY", "add_security_recommendation": True},
            {"type": "FOOTER", "code_expiration_minutes": text.code_minutes},
            {"type": "BUTTONS", "buttons": code},
        ]
    body: Value = {"type": "BODY", "text": text.body}
    if text.examples:
        body["example"] = {"body_text": [[*text.examples]]}
    said: list[Value] = [{"type": "HEADER", "format": "TEXT", "text": text.title}] if text.title else []
    said.append(body)
    if text.footer:
        said.append({"type": "FOOTER", "text": text.footer})
    if text.buttons:
        said.append({"type": "BUTTONS", "buttons": [_whole_button(button) for button in text.buttons]})
    return said


def _whole_button(button: Button) -> Value:
    if button.phone_number:
        return {"type": "PHONE_NUMBER", "text": button.text, "phone_number": button.phone_number}
    said: Value = {"type": "URL", "text": button.text, "url": button.url}
    return said | {"example": [button.url.replace("{{1}}", button.example)]} if button.example else said


def rejected(*, reason: str, recommendation: str) -> AboutTemplate:
    """For its form: the one rejection that Meta explains."""
    told = {"reason": reason, "recommendation": recommendation}
    return status("REJECTED", reason="INVALID_FORMAT", rejection_info=told)


def reads(said: Value) -> AboutTemplate:
    """What it says now, as `wording` gives it."""
    return lambda template, at: (COMPONENTS, said)


PENDING, APPROVED = status("PENDING"), status("APPROVED")
UNPAUSED = status("APPROVED", other_info={"title": "UNPAUSE", "description": "This template is no longer paused."})
PACED = status(
    "PAUSED",
    other_info={
        "title": "RATE_LIMITING_PAUSE",
        "description": "This template is paused because of how people met its first messages.",
    },
)
REJECTED_FOR_VARIABLES = rejected(
    reason="Two variables, {{1}}{{2}}, follow each other with no words between them.",
    recommendation="Put descriptive words around every variable so that its meaning is clear.",
)


def about(template: Definition, tell: AboutTemplate, at: datetime) -> Change:
    """The change with the name of its template in it."""
    field, said = tell(template, at)
    return field, {
        "message_template_id": template.id,
        "message_template_name": template.name,
        "message_template_language": template.language,
        **said,
    }


def body(changes: Iterable[Change], *, account_id: str, at: datetime) -> bytes:
    """What is posted: one entry with these changes."""
    told = [{"field": field, "value": value} for field, value in changes]
    entry = {"id": account_id, "time": seconds(at), "changes": told}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def seconds(at: datetime) -> int:
    return int(at.timestamp())


def _button(button: Button) -> Value:
    name = "phone_number" if button.phone_number else "url"
    return {
        "message_template_button_type": name.upper(),
        "message_template_button_text": button.text,
        f"message_template_button_{name}": button.phone_number or button.url,
    }


_TEXTS = {("HEADER", "TEXT"): "title", ("BODY", "TEXT"): "element", ("FOOTER", "TEXT"): "footer"}


def wording(components: Iterable[Value]) -> Value:
    """What Meta tells of components in the form of the Graph API: no media, examples or cards; {}: nothing of them."""
    said: Value = {}
    for part in components:
        kind = _word(part.get("type"))
        name = _TEXTS.get((kind, _word(part.get("format", "TEXT"))))
        if name and part.get("text"):
            said[f"message_template_{name}"] = part["text"]
        if kind == "BUTTONS" and (buttons := _told_buttons(part.get("buttons"))):
            said["message_template_buttons"] = buttons
    return said


def _told_buttons(listed: Any) -> list[Value]:
    """Of buttons Meta tells those that open a URL or call."""
    buttons = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    return [
        _button(
            Button(
                text=str(one.get("text", "")),
                url=str(one.get("url", "")),
                phone_number=str(one.get("phone_number", "")),
            )
        )
        for one in buttons
        if _word(one.get("type")) in ("URL", "PHONE_NUMBER")
    ]


def _word(value: Any) -> str:
    return value.upper() if isinstance(value, str) else ""
