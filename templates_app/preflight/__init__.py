"""
What Meta would say about a template before it is submitted: every broken rule at once, and where.

Pure: it takes whatever stands in a draft and never raises. The rules are data (`rules.py`), and so are languages and
lexicons; each file of checks has one subject.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from templates_app.content import Content
from templates_app.preflight.authentication import check_authentication
from templates_app.preflight.buttons import check_buttons
from templates_app.preflight.category import check_category
from templates_app.preflight.draft import Draft, Sibling, text_of
from templates_app.preflight.findings import Finding, as_json, is_ok
from templates_app.preflight.offers import check_offers
from templates_app.preflight.rule import Severity
from templates_app.preflight.texts import check_texts
from templates_app.preflight.variables import check_variables
from templates_app.preflight.whole import check_whole

__all__ = ["Finding", "Severity", "Sibling", "as_json", "is_ok", "preflight", "sibling_of"]

CHECKS: tuple[Callable[[Draft], Iterator[Finding]], ...] = (
    check_whole,
    check_texts,
    check_variables,
    check_buttons,
    check_offers,
    check_authentication,
    check_category,
)


def preflight(
    *,
    name: str,
    content: Content,
    siblings: Sequence[Sibling] = (),
    template_count: int | None = None,
    template_limit: int | None = None,
    ttl_seconds: int | None = None,
) -> list[Finding]:
    """
    Everything that is to be said about this draft, errors first.

    `siblings` are the other templates of the account; one of the same name and language is the draft itself.
    `template_count` and `template_limit` speak of the account: how many there are without this one, and may be.
    """
    draft = Draft(
        name=name,
        content=content,
        siblings=siblings,
        template_count=template_count,
        template_limit=template_limit,
        ttl_seconds=ttl_seconds,
    )
    findings = [finding for check in CHECKS for finding in check(draft)]
    return sorted(findings, key=lambda finding: _GRAVITY[finding.severity])


def sibling_of(name: str, content: Content) -> Sibling:
    """What another draft needs to know of this template."""
    texts = {text_of(part.get("type")): text_of(part.get("text")) for part in reversed(content.components)}
    return Sibling(name=name, language=content.language, body=texts.get("BODY", ""), footer=texts.get("FOOTER", ""))


_GRAVITY = {severity: gravity for gravity, severity in enumerate(Severity)}
