"""A template written as a file: stable, in the order in which people read it, long texts as blocks."""

from __future__ import annotations

import re
import sys
from typing import Any

import yaml

from templates_app.code.reading import Written
from templates_app.code.short_form import is_number, shorten
from templates_app.components import JsonObject, parameter_format_of

HEADING = "# {title}, a WhatsApp template. After a change: manage.py templates plan, then apply.\n"
_UNUSUAL = re.compile("[\r\x85\u2028\u2029\ufeff]")


def write(written: Written) -> str:
    content = written.content
    head: JsonObject = {"name": written.name, "language": content.language, "category": content.category}
    if content.parameter_format != parameter_format_of(content.components):
        head["parameter_format"] = content.parameter_format
    if written.allow_category_change:
        head["allow_category_change"] = True
    sections = [{key: said} for key, said in shorten(content.components).items()]
    heading = HEADING.format(title=re.sub(r"[^\w() .,-]", "?", written.title))
    return heading + "\n".join(_dumped(section) for section in (head, *sections))


class _Body(str):
    """Always a block, so that nobody who edits it has to think of quotes."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    """Writes every value out and indents lists."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, indentless=False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None
    if _UNUSUAL.search(text) or (text != text.strip() and ("\n" in text or isinstance(text, _Body))):
        style = '"'  # a block keeps breaks and spaces at its ends only with signs that nobody remembers
    elif "\n" in text or isinstance(text, _Body):
        style = "|"
    return dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style=style)


def _dumped(section: JsonObject) -> str:
    told: str = yaml.dump(
        {key: _eased(key, said) for key, said in section.items()},
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=sys.maxsize,
        default_flow_style=False,
    )
    return told


def _eased(key: str, said: Any) -> Any:
    """With as few quotes as can be: a body is a block, and examples are numbered by numbers."""
    if key == "body" and isinstance(said, str):
        return _Body(said)
    if not isinstance(said, dict):
        return said
    eased = {name: _Body(one) if (key, name) == ("body", "text") else one for name, one in said.items()}
    if "examples" in eased:
        eased["examples"] = {int(name) if is_number(name) else name: one for name, one in said["examples"].items()}
    return eased


_Dumper.add_representer(str, _text)
_Dumper.add_representer(_Body, _text)
