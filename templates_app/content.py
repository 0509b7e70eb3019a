"""What a template says, as one value: the part of it that a version keeps and that the provider reviews."""

from __future__ import annotations

import dataclasses
from typing import Self

from templates_app import components as parts
from templates_app.components import JsonObject


@dataclasses.dataclass(frozen=True, kw_only=True)
class Content:
    """`components` in the canonical form; `language` with `_`; `category` the one asked for, in capitals."""

    components: list[JsonObject]
    parameter_format: str
    language: str
    category: str

    @classmethod
    def of(cls, components: object, *, language: str, category: str, parameter_format: str = "") -> Self:
        """Takes whatever stands where components should be; without a format, that of the variables counts."""
        canonical = parts.canonical(components)
        return cls(
            components=canonical,
            parameter_format=parameter_format or parts.parameter_format_of(canonical),
            language=language,
            category=category,
        )

    @property
    def checksum(self) -> str:
        return parts.checksum(
            self.components,
            parameter_format=self.parameter_format,
            language=self.language,
            category=self.category,
        )

    @property
    def variables(self) -> list[str]:
        return parts.variables(self.components)
