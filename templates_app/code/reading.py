"""
A template's file read: what it says as one value, or everything that is wrong with it, each with its line.

What the text may say is the preflight's business; here is only whether it can be understood.
"""

from __future__ import annotations

import dataclasses
import difflib
import hashlib
import json
from collections.abc import Callable, Collection, Iterable
from typing import Any

import yaml

from templates_app.code.short_form import BODY_OPTION, BUTTONS, FOOTER_OPTION, expand, is_number
from templates_app.code.syntax import Fault, Faulty, compose, is_nothing, line_of, pairs, value_of
from templates_app.components import NAMED, POSITIONAL, JsonObject
from templates_app.content import Content
from templates_app.prices import read_category

LENGTHS = {"name": 512, "language": 16, "category": 50}
KEYS = (
    "name", "language", "category", "parameter_format", "allow_category_change",
    "header", "body", "footer", "buttons", "components",
)  # fmt: skip
SECTIONS = KEYS[KEYS.index("header") :]
COMPONENTS_MOST = 64 * 1024  # bytes of JSON, as the API takes


@dataclasses.dataclass(frozen=True, kw_only=True)
class Written:
    """A template as a file says it. `allow_category_change` None: the file leaves that as it is."""

    name: str
    content: Content
    allow_category_change: bool | None = None

    @property
    def key(self) -> tuple[str, str]:
        return self.name, self.content.language

    @property
    def title(self) -> str:
        return f"{self.name} ({self.content.language})"

    @property
    def checksum(self) -> str:
        said = [self.name, self.content.checksum, self.allow_category_change]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def read(text: str) -> Written:
    """Raises Faulty with every fault that is found."""
    reader = _Reader()
    written = reader.template(compose(text))
    if reader.faults:
        raise Faulty(*reader.faults)
    return written


class _Reader:
    """Collects what is wrong and goes on; what it gives counts only where nothing is."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def template(self, root: yaml.Node) -> Written:
        keys = self._keys(root, "a template", KEYS)
        said = {name: self._short(keys, name) for name in LENGTHS}
        sections = {name: _SECTIONS[name](self, keys[name]) for name in SECTIONS if name in keys}
        if not sections and isinstance(root, yaml.MappingNode):
            self._fault(root, "It says nothing: give it a `body`.")
        content = Content.of(
            expand(sections) if not self.faults else [],
            language=said["language"].replace("-", "_"),
            category=read_category(said["category"]),
            parameter_format=self._format(keys.get("parameter_format")),
        )
        if len(json.dumps(content.components, ensure_ascii=False).encode()) > COMPONENTS_MOST:
            self._fault(root, f"Its components have more than {COMPONENTS_MOST // 1024} KiB.")
        flag = keys.get("allow_category_change")
        allow = self._flag(flag, "allow_category_change") if flag is not None else None
        return Written(name=said["name"], content=content, allow_category_change=allow)

    # Sections

    def header(self, node: yaml.Node) -> Any:
        if not isinstance(node, yaml.MappingNode):
            return self._text(node, "header")
        keys = self._keys(node, "`header`", ("text", "examples", "format", "example"))
        if ("text" in keys) == ("format" in keys):
            self._fault(node, "`header` needs either a `text` or a `format` such as IMAGE.")
        for key, partner in (("examples", "text"), ("example", "format")):
            if key in keys and partner not in keys:
                self._fault(keys[key], f"`{key}` of the header goes with `{partner}`.")
        said = {key: self._text(keys[key], key) for key in ("text", "format", "example") if key in keys}
        return said | self._examples(keys)

    def body(self, node: yaml.Node) -> Any:
        if not isinstance(node, yaml.MappingNode):
            return self._text(node, "body")
        keys = self._keys(node, "`body`", ("text", "examples", BODY_OPTION))
        said: JsonObject = {key: self._text(keys[key], key) for key in ("text",) if key in keys}
        if BODY_OPTION in keys:
            said[BODY_OPTION] = self._flag(keys[BODY_OPTION], BODY_OPTION)
        return said | self._examples(keys)

    def footer(self, node: yaml.Node) -> Any:
        if not isinstance(node, yaml.MappingNode):
            return self._text(node, "footer")
        keys = self._keys(node, "`footer`", ("text", FOOTER_OPTION))
        said: JsonObject = {key: self._text(keys[key], key) for key in ("text",) if key in keys}
        if FOOTER_OPTION in keys:
            said[FOOTER_OPTION] = self._number(keys[FOOTER_OPTION], FOOTER_OPTION)
        return said

    def buttons(self, node: yaml.Node) -> list[JsonObject]:
        return [self._button(one) for one in self._list(node, "buttons")]

    def components(self, node: yaml.Node) -> list[JsonObject]:
        listed = self._list(node, "components")
        for one in listed:
            if not isinstance(one, yaml.MappingNode) or "type" not in {key for key, _, _ in pairs(one)}:
                self._fault(one, "Each of `components` is an object with a `type`.")
        return [value_of(one) for one in listed]

    def _button(self, node: yaml.Node) -> JsonObject:
        given = {key for key, _, _ in pairs(node)} if isinstance(node, yaml.MappingNode) else set()
        if "type" in given:
            whole: JsonObject = value_of(node)
            return whole
        kinds = [kind for kind in BUTTONS if kind in given]
        if len(kinds) != 1:
            self._fault(node, f"A button has one of {_listed(BUTTONS)}, or Meta's own `type` and what goes with it.")
            return {}
        keys = self._keys(node, f"a button with `{kinds[0]}`", (kinds[0], *BUTTONS[kinds[0]]))
        return {key: self._text(one, key) for key, one in keys.items()}

    def _examples(self, keys: dict[str, yaml.Node]) -> JsonObject:
        node = keys.get("examples")
        if node is None:
            return {}
        if not isinstance(node, yaml.MappingNode) or not node.value:
            self._fault(node, "`examples` names each variable with its example, as `1: Ada`.")
            return {}
        given = {name: self._text(one, name) for name, one, _ in pairs(node)}
        numbers = sorted(int(name[:9]) for name in given if is_number(name))
        if numbers and numbers != list(range(1, len(given) + 1)):
            self._fault(node, "`examples` are named, or numbered from 1 on without a gap.")
        return {"examples": given}

    # Values

    def _keys(self, node: yaml.Node, what: str, known: Collection[str]) -> dict[str, yaml.Node]:
        if not isinstance(node, yaml.MappingNode):
            self._fault(node, f"{what[:1].upper()}{what[1:]} is written in keys and values.")
            return {}
        for key, _, line in pairs(node):
            if key not in known:
                near = difflib.get_close_matches(key, known, n=1)
                meant = f"did you mean `{near[0]}`?" if near else f"it may have {_listed(known)}."
                self.faults.append(Fault(line, f"`{key}` is no key of {what}; {meant}"))
        return {key: value for key, value, _ in pairs(node) if key in known}

    def _short(self, keys: dict[str, yaml.Node], name: str) -> str:
        if name not in keys:
            self.faults.append(Fault(1, f"`{name}` is missing."))
            return ""
        text = self._text(keys[name], name).strip()
        if len(text) > LENGTHS[name]:
            self._fault(keys[name], f"`{name}` has more than {LENGTHS[name]} characters.")
        return text

    def _format(self, node: yaml.Node | None) -> str:
        text = self._text(node, "parameter_format").upper() if node is not None else ""
        if node is not None and text not in (POSITIONAL, NAMED):
            self._fault(node, f"`parameter_format` is {POSITIONAL} or {NAMED}.")
        return text

    def _text(self, node: yaml.Node, name: str) -> str:
        """As it stands there: `12` and `no` are texts here."""
        if not isinstance(node, yaml.ScalarNode) or is_nothing(node):
            self._fault(node, f"`{name}` needs a text.")
            return ""
        return str(node.value)

    def _flag(self, node: yaml.Node, name: str) -> bool:
        said = value_of(node)
        if not isinstance(said, bool):
            self._fault(node, f"`{name}` is true or false.")
        return said is True

    def _number(self, node: yaml.Node, name: str) -> int:
        said = value_of(node)
        if isinstance(said, bool) or not isinstance(said, int):
            self._fault(node, f"`{name}` is a whole number.")
            return 0
        return said

    def _list(self, node: yaml.Node, name: str) -> list[yaml.Node]:
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            self._fault(node, f"`{name}` is a list, each on a line that begins with `-`.")
            return []
        return list(node.value)

    def _fault(self, node: yaml.Node, why: str) -> None:
        self.faults.append(Fault(line_of(node), why))


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


_SECTIONS: dict[str, Callable[[_Reader, yaml.Node], Any]] = {
    "header": _Reader.header,
    "body": _Reader.body,
    "footer": _Reader.footer,
    "buttons": _Reader.buttons,
    "components": _Reader.components,
}
