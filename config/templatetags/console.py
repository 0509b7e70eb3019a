"""`{% load console %}`: what the console's own pages show as its lists do."""

from __future__ import annotations

from typing import Any

from django import template

from core import showing

register = template.Library()

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
