"""How much a change asks of people: whoever sends must change a call, Meta reviews it again, or nobody sees it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from typing import Any

from templates_app.components import VARIABLE
from templates_app.diff.tree import ABSENT, Node, Part, Steps
from templates_app.diff.variables import compare_variables, is_number, order_of, texts_of

BREAKING = "breaking"
REVIEW = "review"
# Also without any change, and an edit at the provider like the others: it costs a slot and a review there too.
COSMETIC = "cosmetic"

_RANKS = (COSMETIC, REVIEW, BREAKING)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Scene:
    """A change as the rules look at it. `has_variables`: of the two contents at least one does."""

    node: Node
    kind: str
    parent: Node
    has_variables: bool


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rule:
    """`where`: how the path ends, with `*` for any place in a list; `kinds`: of changes, without any all of them."""

    severity: str
    reason: str
    where: str = ""
    kinds: tuple[str, ...] = ()
    when: Callable[[Scene], bool] = lambda scene: True

    def holds(self, scene: Scene) -> bool:
        return (not self.kinds or scene.kind in self.kinds) and _ends(scene.node.steps, self.where) and self.when(scene)


def weigh(scene: Scene) -> Rule:
    """The first rule that holds; the last one always does."""
    return next(rule for rule in RULES if rule.holds(scene))


def gravest(severities: Iterable[str]) -> str:
    return max(severities, key=_RANKS.index, default=COSMETIC)


def _ends(steps: Steps, where: str) -> bool:
    wanted = where.split("/") if where else []
    names = ["*" if isinstance(step, int) else step.type if isinstance(step, Part) else step for step in steps]
    return names[len(names) - len(wanted) :] == wanted if len(names) >= len(wanted) else False


def _in_example(scene: Scene) -> bool:
    return "example" in scene.node.steps


def _only_spaces(scene: Scene) -> bool:
    before, after = scene.node.before, scene.node.after
    return isinstance(before, str) and isinstance(after, str) and _seen(before) == _seen(after)


def _seen(text: str) -> list[str]:
    tidy = VARIABLE.sub(lambda found: f"{{{{{found[1]}}}}}", text)
    return [line.rstrip() for line in tidy.strip().split("\n")]


def _is_part(scene: Scene) -> bool:
    return isinstance(scene.node.steps[-1], Part)


def _with_variables(scene: Scene) -> bool:
    return scene.has_variables


def _other_variables(scene: Scene) -> bool:
    return bool(compare_variables(texts_of(scene.node)))


def _other_order(scene: Scene) -> bool:
    return any(
        [name for name in order_of(text.before) if is_number(name)]
        != [name for name in order_of(text.after) if is_number(name)]
        for text in texts_of(scene.node)
    )


def _is_media(scene: Scene) -> bool:
    value = scene.node.value
    return isinstance(value, dict) and value.get("format", "TEXT") != "TEXT"


# Buttons about which a call says nothing, and those about which it must; about others (a reply's payload) it may.
_FIXED = ("PHONE_NUMBER", "REQUEST_CONTACT_INFO", "APP")
_DEMANDING = ("COPY_CODE", "OTP", "FLOW", "MPM", "SPM")


def _demands(button: Any) -> bool:
    if not isinstance(button, dict):
        return False
    return button.get("type") in _DEMANDING or bool(VARIABLE.search(str(button.get("url", ""))))


def _is_addressed(button: Any) -> bool:
    if not isinstance(button, dict) or button.get("type") in _FIXED:
        return False
    return button.get("type") != "URL" or _demands(button)


def _is_demanding(scene: Scene) -> bool:
    return _demands(scene.node.value)


def _was_addressed(scene: Scene) -> bool:
    return _is_addressed(scene.node.value)


def _holds_demanding(scene: Scene) -> bool:
    return any(_demands(button) for button in _buttons(scene.node.value))


def _held_addressed(scene: Scene) -> bool:
    return any(_is_addressed(button) for button in _buttons(scene.node.value))


def _buttons(part: Any) -> list[Any]:
    buttons = part.get("buttons") if isinstance(part, dict) else None
    return buttons if isinstance(buttons, list) else []


def _shifts_others(scene: Scene) -> bool:
    """A button about which a call says something has another index than before."""
    return any(
        child.steps[-1] != child.old_steps[-1] and (_is_addressed(child.before) or _is_addressed(child.after))
        for child in scene.parent.children
        if child.before is not ABSENT and child.after is not ABSENT
    )


_CAME_OR_WENT = ("added", "removed")
_BUTTON = "BUTTONS/buttons/*"
_CARD = "CAROUSEL/cards/*"
_BY_PLACE = "A call names each card by its place and gives as many as there are."
_BY_INDEX = "A call names buttons by their place, and another one has that place now."
_OFFER = "A call says when the offer ends."
_FLOW = "The flow decides what a call gives to it."

RULES = (
    Rule(severity=COSMETIC, reason="Only Meta's reviewers see examples.", when=_in_example),
    Rule(severity=COSMETIC, reason="Nobody sees these spaces.", kinds=("changed",), when=_only_spaces),
    Rule(severity=COSMETIC, reason="Parts are shown in their own order.", kinds=("moved",), when=_is_part),
    Rule(severity=BREAKING, reason="A call names the language.", where="TEMPLATE/language"),
    Rule(
        severity=BREAKING,
        reason="A call gives values by number in one format and by name in the other.",
        where="TEMPLATE/parameter_format",
        when=_with_variables,
    ),
    Rule(severity=REVIEW, reason="Meta reviews the category, and it decides the price.", where="TEMPLATE/category"),
    Rule(severity=BREAKING, reason="A call gives the header in this format.", where="HEADER/format"),
    Rule(
        severity=BREAKING,
        reason="A call gives the header's picture, video, document or place.",
        where="HEADER",
        kinds=_CAME_OR_WENT,
        when=_is_media,
    ),
    Rule(severity=BREAKING, reason=_OFFER, where="LIMITED_TIME_OFFER", kinds=_CAME_OR_WENT),
    Rule(severity=BREAKING, reason=_OFFER, where="LIMITED_TIME_OFFER/limited_time_offer/has_expiration"),
    Rule(severity=BREAKING, reason=_BY_PLACE, where="CAROUSEL", kinds=_CAME_OR_WENT),
    Rule(severity=BREAKING, reason=_BY_PLACE, where="CAROUSEL/cards"),
    Rule(severity=BREAKING, reason=_BY_PLACE, where=_CARD, kinds=(*_CAME_OR_WENT, "moved")),
    Rule(
        severity=BREAKING,
        reason="A call must give a value for a button.",
        where="BUTTONS",
        kinds=("added",),
        when=_holds_demanding,
    ),
    Rule(
        severity=BREAKING,
        reason="A call that names a button which is gone is refused.",
        where="BUTTONS",
        kinds=("removed",),
        when=_held_addressed,
    ),
    Rule(
        severity=BREAKING,
        reason="A call must give a value for this button.",
        where=_BUTTON,
        kinds=("added",),
        when=_is_demanding,
    ),
    Rule(
        severity=BREAKING,
        reason="A call that names this button is refused.",
        where=_BUTTON,
        kinds=("removed",),
        when=_was_addressed,
    ),
    Rule(
        severity=BREAKING,
        reason=_BY_INDEX,
        where=_BUTTON,
        kinds=(*_CAME_OR_WENT, "moved"),
        when=_shifts_others,
    ),
    Rule(severity=BREAKING, reason="A call names the kind of the button.", where=f"{_BUTTON}/type"),
    Rule(
        severity=BREAKING, reason="The way to hand over a code decides what a call gives.", where=f"{_BUTTON}/otp_type"
    ),
    *(
        Rule(severity=BREAKING, reason=_FLOW, where=f"{_BUTTON}/{key}")
        for key in ("flow_id", "flow_name", "flow_json", "flow_action", "navigate_screen")
    ),
    Rule(severity=BREAKING, reason="A call must give other variables.", when=_other_variables),
    Rule(
        severity=BREAKING,
        reason="The variables stand in another order: check which value goes where.",
        kinds=("changed",),
        when=_other_order,
    ),
    Rule(severity=REVIEW, reason="Meta reviews it again before it can be sent."),
)
