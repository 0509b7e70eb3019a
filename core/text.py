"""Text that both databases can hold: no U+0000 and no lone surrogates, refused instead of failing later."""

from __future__ import annotations

import json
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


def is_storable(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


class SafeCharField(serializers.CharField):
    def to_internal_value(self, data: Any) -> str:
        text: str = super().to_internal_value(data)
        if not is_storable(text):
            raise serializers.ValidationError("Holds a character that is not text (U+0000 or half a surrogate pair).")
        return text


class JsonBody(JSONParser):
    """JSON all of which can be answered again: an error quotes what was sent."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            parsed = super().parse(stream, media_type, parser_context)
            json.dumps(parsed, ensure_ascii=False).encode()
        except RecursionError:
            raise ParseError("JSON parse error - it is nested too deeply") from None
        except UnicodeEncodeError:
            raise ParseError("JSON parse error - it holds half a surrogate pair") from None
        return parsed
