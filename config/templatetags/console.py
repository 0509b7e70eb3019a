"""`{% load console %}`: what the console's own pages show as its lists do."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context
from django.utils.module_loading import import_string

from core import showing

register = template.Library()

PULSE = "config.pulse.token_for"  # by name: libraries of tags are read before the rooms that it knows
COLOURS = {
    "severity": showing.SEVERITY_COLOURS,
    "status": showing.STATUS_COLOURS,
    "quality": showing.QUALITY_COLOURS,
}

register.filter("moment", showing.moment)
register.filter("subject_link", showing.subject_link)


@register.simple_tag
def severity_badge(word: str) -> Any:
    return showing.coloured(word, showing.SEVERITY_COLOURS)


@register.simple_tag
def status_badge(word: str) -> Any:
    return showing.coloured(word, showing.STATUS_COLOURS)


@register.simple_tag
def quality_badge(word: str) -> Any:
    return showing.coloured(word, showing.QUALITY_COLOURS)


@register.simple_tag
def kind_badge(kind: str, word: str) -> Any:
    """A badge by the kind of its word: severity, status or quality; any other asks for a look."""
    return showing.coloured(word, COLOURS.get(kind, {word: "warning"}))


@register.simple_tag(takes_context=True)
def pulse(context: Context) -> str:
    """What `/admin/pulse/` says while this page is made; "" for who may not ask it."""
    if not context.get("has_permission"):
        return ""
    token: str = import_string(PULSE)(context["request"])
    return token
