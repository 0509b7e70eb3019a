"""Meta's fields about templates, each read into our facts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from providers.adapters.meta.envelope import Change
from providers.adapters.meta.moments import moment
from providers.adapters.meta.values import (
    Misread,
    block,
    category,
    needed,
    remark,
    remarks,
    template,
    text,
    word,
)
from providers.events import (
    Event,
    JsonObject,
    TemplateCategoryAnnounced,
    TemplateCategoryChanged,
    TemplateComponentsChanged,
    TemplateQualityChanged,
    TemplateStatusChanged,
)

TEXT_COMPONENTS: dict[str, JsonObject] = {
    "message_template_title": {"type": "HEADER", "format": "TEXT"},
    "message_template_element": {"type": "BODY"},
    "message_template_footer": {"type": "FOOTER"},
}
BUTTON_TEXTS = {
    "text": "message_template_button_text",
    "url": "message_template_button_url",
    "phone_number": "message_template_button_phone_number",
}


def _status(change: Change) -> Iterator[Event]:
    value = change.value
    event = word(needed(value, "event"))
    if event == "QUALITY_CHANGE":
        yield from _quality_as_status(change)
        return
    reason = word(remark(value, "reason"))
    other, rejection = block(value, "other_info"), block(value, "rejection_info")
    yield TemplateStatusChanged(
        **change.told,
        **template(value),
        event=event,
        reason="" if reason == "NONE" else reason,  # NONE comes with APPROVED as well: it is no reason
        category=category(remark(value, "message_template_category")),
        title=word(remark(other, "title")),
        description=remark(other, "description"),
        rejection_reason=remark(rejection, "reason"),
        rejection_recommendation=remark(rejection, "recommendation"),
        disable_date=moment(block(value, "disable_info").get("disable_date")),
    )


def _quality_as_status(change: Change) -> Iterator[Event]:
    yield TemplateQualityChanged(
        **change.told,
        **template(change.value),
        score=word(needed(change.value, "quality_score")),
        reasons=remarks(change.value, "quality_score_reason"),
    )


def _quality(change: Change) -> Iterator[Event]:
    yield TemplateQualityChanged(
        **change.told,
        **template(change.value),
        score=word(needed(change.value, "new_quality_score")),
        previous_score=word(remark(change.value, "previous_quality_score")),
    )


def _category_as_described(change: Change) -> Iterator[Event]:
    yield TemplateCategoryChanged(
        **change.told,
        **template(change.value, id_key="template_id"),
        category=category(needed(change.value, "category")),
    )


def _category(change: Change) -> Iterator[Event]:
    """Done, or a notice: `correct_category` tells them apart, and makes `new_category` the one that is still true."""
    value = change.value
    previous, coming = category(remark(value, "previous_category")), category(text(value, "correct_category"))
    if coming or ("correct_category" in value and not previous):
        yield TemplateCategoryAnnounced(
            **change.told,
            **template(value),
            category=category(text(value, "new_category")),
            coming=coming,
            due_at=moment(value.get("category_update_timestamp")),
        )
    else:
        new = category(needed(value, "new_category"))
        yield TemplateCategoryChanged(**change.told, **template(value), category=new, previous_category=previous)


def _category_detection(change: Change) -> Iterator[Event]:
    yield TemplateCategoryAnnounced(
        **change.told,
        **template(change.value),
        category=category(text(change.value, "category")),
        coming=category(needed(change.value, "correct_category")),
        detected=True,
    )


def _components(change: Change) -> Iterator[Event]:
    value = change.value
    texts = ((form, _wording(value, key)) for key, form in TEXT_COMPONENTS.items())
    components: list[JsonObject] = [form | {"text": wording} for form, wording in texts if wording]
    if buttons := _buttons(value.get("message_template_buttons")):
        components.append({"type": "BUTTONS", "buttons": buttons})
    if not components:
        raise Misread("The change holds no component.")
    yield TemplateComponentsChanged(**change.told, **template(value), components=tuple(components))


def _buttons(raw: Any) -> list[JsonObject]:
    listed = [] if raw is None else raw
    if not isinstance(listed, list) or not all(isinstance(button, dict) for button in listed):
        raise Misread("`message_template_buttons` is not a list of objects.")
    return [_button(button) for button in listed]


def _button(raw: JsonObject) -> JsonObject:
    texts = ((name, _wording(raw, key)) for name, key in BUTTON_TEXTS.items())
    kind = word(needed(raw, "message_template_button_type"))
    return {"type": kind} | {name: wording for name, wording in texts if wording}


def _wording(value: JsonObject, key: str) -> str:
    """What people read, to the last blank."""
    return str(value[key]) if text(value, key) else ""


TEMPLATE_READERS = {
    "message_template_status_update": _status,
    "message_template_quality_update": _quality,
    "message_template_category_update": _category_as_described,
    "template_category_update": _category,
    "template_correct_category_detection": _category_detection,
    "message_template_components_update": _components,
}
