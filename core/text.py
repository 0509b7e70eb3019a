"""Text that both databases can hold: no U+0000 and no lone surrogates, refused instead of failing later."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


def is_storable(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


class SafeCharField(serializers.CharField):
    def to_internal_value(self, data: Any) -> str:
        text: str = super().to_internal_value(data)
        if not is_storable(text):
            raise serializers.ValidationError("Holds a character that is not text (U+0000 or half a surrogate pair).")
        return text
