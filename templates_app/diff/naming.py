"""What a place in a template is called when people speak of it: "body text", 'link of button "Track" on card 2'."""

from __future__ import annotations

from typing import Any

from templates_app.diff.tree import ABSENT, Node, Part, is_button, is_card

PART_WORDS = {"LIMITED_TIME_OFFER": "limited-time offer"}

KEY_WORDS = {
    "type": "kind",
    "url": "link",
    "otp_type": "way to hand over the code",
    "add_security_recommendation": "security recommendation",
    "code_expiration_minutes": "lifetime of the code",
    "has_expiration": "end",
    "flow_id": "flow",
    "flow_json": "flow",
}

_LONGEST = 40


def what(trail: tuple[Node, ...]) -> str:
    """The name of the last of these nodes, each of which holds the next; the first is a component."""
    card = next((f"card {_number(node)}" for node in reversed(trail) if is_card(node.steps)), "")
    at = max(at for at, node in enumerate(trail) if at == 0 or _is_thing(node))
    thing = trail[at]
    key = _key(thing, trail[-1])
    if is_card(thing.steps):
        return f"{key} of {card}" if key else card
    if is_button(thing.steps):
        button = f"button {_label(thing)}"
        name = f"{'label' if key == 'text' else key} of {button}" if key else button
    else:
        name = _part(thing, key)
    return f"{name} on {card}" if card else name


def quoted(text: str) -> str:
    return f'"{_short(text)}"'


def _is_thing(node: Node) -> bool:
    return isinstance(node.steps[-1], Part) or is_button(node.steps) or is_card(node.steps)


def _key(thing: Node, node: Node) -> str:
    """The first word of the way from the thing to the node that says more than the thing's own name."""
    words = [step for step in node.steps[len(thing.steps) :] if isinstance(step, str)]
    own = thing.steps[-1].type.lower() if isinstance(thing.steps[-1], Part) else ""
    word = next((word for word in words if word != own), "")
    return KEY_WORDS.get(word, _spoken(word))


def _part(thing: Node, key: str) -> str:
    part = thing.steps[-1]
    if not isinstance(part, Part):
        # Language, category and format stand beside the components.
        return _spoken(str(part))
    name = PART_WORDS.get(part.type, _spoken(part.type.lower()))
    if part.number > 1:
        name = f"{name} {part.number}"
    return f"{name} {key}" if key else name


def _label(button: Node) -> str:
    """By the words on it, those before where they changed; without words by its place."""
    value: Any = button.after if button.before is ABSENT else button.before
    text = value.get("text") if isinstance(value, dict) else None
    return quoted(text) if isinstance(text, str) else str(_number(button))


def _number(node: Node) -> int:
    last = node.steps[-1]
    return last + 1 if isinstance(last, int) else 0


def _spoken(word: str) -> str:
    return _short(word.replace("_", " "))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
