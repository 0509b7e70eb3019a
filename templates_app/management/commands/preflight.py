"""`manage.py preflight FILE…` says what Meta would say about the templates in JSON or YAML files, for CI too."""

from __future__ import annotations

import dataclasses
import json
import pathlib
from collections.abc import Iterator, Mapping
from typing import Any

import yaml
from django.core.management.base import BaseCommand, CommandError, CommandParser

from templates_app.code import reading
from templates_app.code.syntax import Faulty
from templates_app.content import Content
from templates_app.preflight import Finding, Severity, as_json, preflight, sibling_of

BROKEN, UNREADABLE = 1, 2  # exit codes
SHORT = frozenset(reading.SECTIONS) - {"components"}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Written:
    """One template as a file says it."""

    file: str
    name: str
    content: Content
    ttl_seconds: int | None

    @property
    def title(self) -> str:
        return f"{self.name or '(no name)'} ({self.content.language or 'no language'})"


class Command(BaseCommand):
    help = (
        "Checks templates in JSON or YAML files against Meta's rules. A file holds what is posted to "
        "/whatsapp/templates, a list of such, Meta's own list, or a template as `templates export` writes it. Exits "
        "with 1 when a rule is broken, with 2 when a file cannot be read."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument("--json", action="store_true", help="print the findings for machines")
        parser.add_argument("--warnings-as-errors", action="store_true", help="warnings count as errors")

    def handle(self, *args: Any, **options: Any) -> None:
        written = [template for name in options["files"] for template in _templates(name)]
        checked = [(template, _check(template, written)) for template in written]
        if options["json"]:
            self.stdout.write(json.dumps([_as_json(*one) for one in checked], ensure_ascii=False, indent=2))
        else:
            for template, findings in checked:
                self.stdout.write(_told(template, findings))
        grave = {Severity.ERROR, Severity.WARNING} if options["warnings_as_errors"] else {Severity.ERROR}
        broken = sum(any(finding.severity in grave for finding in findings) for _, findings in checked)
        if broken:
            raise CommandError(f"{broken} of {len(checked)} templates would not pass.", returncode=BROKEN)


def _check(template: Written, written: list[Written]) -> list[Finding]:
    siblings = [sibling_of(other.name, other.content) for other in written if other is not template]
    return preflight(name=template.name, content=template.content, siblings=siblings, ttl_seconds=template.ttl_seconds)


def _templates(name: str) -> Iterator[Written]:
    text = _text_of(name)
    read = _parsed(name, text)
    if isinstance(read, Mapping) and SHORT & read.keys() and "components" not in read:
        yield _in_short(name, text)
        return
    if isinstance(read, Mapping) and isinstance(read.get("data"), list):
        read = read["data"]
    listed = read if isinstance(read, list) else [read]
    for number, body in enumerate(listed, start=1):
        if not isinstance(body, Mapping) or "components" not in body:
            raise CommandError(f"{name}: no. {number} in it is no template (no components).", returncode=UNREADABLE)
        yield _written(name, body)


def _text_of(name: str) -> str:
    try:
        return pathlib.Path(name).read_text(encoding="utf-8")
    except OSError as error:
        why = error.strerror or "it cannot be read"
    except UnicodeDecodeError:
        why = "it is not UTF-8"
    raise CommandError(f"{name}: {why}.", returncode=UNREADABLE)


def _parsed(name: str, text: str) -> Any:
    """What the file holds. YAML takes almost all of JSON, but not its tabs."""
    try:
        return json.loads(text) if name.endswith(".json") else yaml.safe_load(text)
    except (ValueError, yaml.YAMLError) as error:
        why = " ".join(str(error).split())
    except RecursionError:
        why = "it is nested too deeply"
    raise CommandError(f"{name}: {why}.", returncode=UNREADABLE)


def _in_short(name: str, text: str) -> Written:
    """A template as code, with its sections in the place of components."""
    try:
        said = reading.read(text)
    except Faulty as faulty:
        told = "\n".join(f"{name}:{fault.line}: {fault.why}" for fault in faulty.faults)
        raise CommandError(told, returncode=UNREADABLE) from None
    return Written(file=name, name=said.name, content=said.content, ttl_seconds=None)


def _written(file: str, body: Mapping[str, Any]) -> Written:
    ttl = body.get("message_send_ttl_seconds")
    content = Content.of(
        body["components"],
        language=_text(body.get("language")),
        category=_text(body.get("category")).upper(),
        parameter_format=_text(body.get("parameter_format")).upper(),
    )
    name = _text(body.get("name"))
    return Written(file=file, name=name, content=content, ttl_seconds=ttl if isinstance(ttl, int) else None)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _as_json(template: Written, findings: list[Finding]) -> dict[str, Any]:
    named = {"file": template.file, "name": template.name, "language": template.content.language}
    return {**named, **as_json(findings)}


def _told(template: Written, findings: list[Finding]) -> str:
    if not findings:
        return f"{template.file}: {template.title}: nothing to say."
    lines = [f"{template.file}: {template.title}"]
    for finding in findings:
        place = finding.component or "the whole"
        if finding.span:
            place += f" {finding.span[0]}–{finding.span[1]}"
        lines += [
            f"  {finding.severity.upper()} in {place}: {finding.message}",
            f"    {finding.fix} [{finding.rule}; {finding.source}]",
        ]
    return "\n".join(lines)
