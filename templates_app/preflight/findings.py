"""What the preflight finds: a broken rule, where it is broken, why, and what to do about it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from templates_app.preflight.rule import Severity
from templates_app.preflight.rules import RULES


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """`component` is a path such as "BODY" or "BUTTONS[1].url" ("" for the whole), `span` a part of its text."""

    rule: str
    severity: Severity
    component: str
    span: tuple[int, int] | None
    message: str
    fix: str
    source: str

    def as_json(self) -> dict[str, Any]:
        return {**dataclasses.asdict(self), "span": list(self.span) if self.span else None}


def found(rule: str, component: str = "", *, span: tuple[int, int] | None = None, **words: object) -> Finding:
    """The finding of this rule of the table, with its blanks filled in."""
    broken = RULES[rule]
    return Finding(
        rule=rule,
        severity=broken.severity,
        component=component,
        span=span,
        message=broken.says.format(**words),
        fix=broken.fix.format(**words),
        source=broken.cited,
    )


def is_ok(findings: Iterable[Finding]) -> bool:
    """Whether it may be submitted: no error among them."""
    return all(finding.severity != Severity.ERROR for finding in findings)


def as_json(findings: Iterable[Finding]) -> dict[str, Any]:
    """The answer of the API: `ok`, and all findings."""
    listed = list(findings)
    return {"ok": is_ok(listed), "findings": [finding.as_json() for finding in listed]}
