"""The draft as the checks read it: what was given, in the canonical form, and its parts with their paths."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from functools import cached_property

from templates_app.components import JsonObject, by_path, canonical, objects
from templates_app.content import Content
from templates_app.parameters import BODY_LENGTH_ON_CARD, body_limit

Place = tuple[str, JsonObject]  # the path of a component or button, and what stands there


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Sibling:
    """Another template of the account: its body and footer must not be said twice."""

    name: str
    language: str
    body: str
    footer: str


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """What stands together on one screen: the template itself, or one card of its carousel."""

    path: str
    parts: list[Place]
    body_limit: int

    @property
    def is_card(self) -> bool:
        return bool(self.path)

    def every(self, kind: str) -> list[Place]:
        return [(path, part) for path, part in self.parts if part.get("type") == kind]

    @property
    def buttons(self) -> list[Place]:
        return [
            (f"{path}[{index}]", button)
            for path, part in self.every("BUTTONS")
            for index, button in objects(part.get("buttons"))
        ]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Draft:
    """A template before it is submitted. Nothing in it needs to be what it should be."""

    name: str
    content: Content
    siblings: Sequence[Sibling] = ()
    template_count: int | None = None
    template_limit: int | None = None
    ttl_seconds: int | None = None

    @cached_property
    def parts(self) -> list[JsonObject]:
        return canonical(self.content.components)

    @cached_property
    def category(self) -> str:
        return text_of(self.content.category).upper()

    @cached_property
    def language(self) -> str:
        return text_of(self.content.language)

    @cached_property
    def parameter_format(self) -> str:
        return text_of(self.content.parameter_format).upper()

    @cached_property
    def top(self) -> Scope:
        return Scope(path="", parts=list(by_path(self.parts)), body_limit=body_limit(self.parts))

    @cached_property
    def cards(self) -> list[Scope]:
        return [
            Scope(
                path=f"{path}[{index}]",
                parts=list(by_path((each for _, each in objects(card.get("components"))), within=f"{path}[{index}].")),
                body_limit=BODY_LENGTH_ON_CARD,
            )
            for path, carousel in self.top.every("CAROUSEL")
            for index, card in objects(carousel.get("cards"))
        ]

    @property
    def scopes(self) -> Iterator[Scope]:
        yield self.top
        yield from self.cards


def text_of(value: object) -> str:
    """A text, or "" for whatever else stands where one should be."""
    return value if isinstance(value, str) else ""


def whole_number(value: object) -> int | None:
    """A whole number, or None for whatever else stands where one should be."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None
