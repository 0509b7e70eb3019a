"""
Templates written here: a draft with its first version, changes, each of which makes a version, and retiring.

Nothing here asks the provider: what is written reaches it by a submission.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from alerts import raising
from core.refusals import Refused
from providers.models import Account
from templates_app import lifecycle, versions
from templates_app.category import moment_of, validate_before_save
from templates_app.components import variables
from templates_app.concerns import subject_of
from templates_app.content import Content
from templates_app.facts import CATEGORY_ASKED, CREATED, FLAG_CHANGED, JsonObject, by_us
from templates_app.ledger import Told
from templates_app.models import Submission, Template, TemplateEvent, TemplateVersion
from templates_app.preflight import Finding, Severity, Sibling, preflight, sibling_of
from templates_app.standing import DRAFT

SIBLINGS_MOST = 1000  # of an account's templates in one language, the newest, that a draft is compared with
CONTENT = ("components", "parameter_format", "language", "category")


class Broken(Exception):
    """The draft breaks rules that the provider would refuse it for."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(", ".join(finding.rule for finding in findings))
        self.findings = findings


class Asked(TypedDict, total=False):
    """What may be changed in a template; what is not named stays."""

    name: str
    language: str
    category: str
    parameter_format: str
    components: list[JsonObject]
    allow_category_change: bool
    is_retired: bool


def look_through(
    *, account: Account | None, name: str, content: Content, template: Template | None = None
) -> list[Finding]:
    """What the preflight finds, also beside the other templates of the account. `template`: the one it is about."""
    if account is None:
        return preflight(name=name, content=content)
    return preflight(
        name=name,
        content=content,
        siblings=siblings_of(account, language=content.language, template=template),
        template_count=template_count(account, template=template),
    )


def siblings_of(account: Account, *, language: str, template: Template | None = None) -> list[Sibling]:
    """The newest of the account's other templates in this language that are at the provider, or may get there."""
    rows = _others(account, template).filter(language=language, current_version__isnull=False).order_by("-id")
    named = rows.values_list("name", "current_version__components")[:SIBLINGS_MOST]
    return [
        sibling_of(name, Content(components=components, parameter_format="", language=language, category=""))
        for name, components in named
    ]


def template_count(account: Account, *, template: Template | None = None) -> int:
    """How many other templates the account has at the provider."""
    return _others(account, template).exclude(status=DRAFT).order_by().count()


def _others(account: Account, template: Template | None) -> QuerySet[Template]:
    rows: QuerySet[Template] = Template.objects.filter(account=account)
    here = rows.exclude(Q(status="DELETED") | Q(status=DRAFT, is_retired=True))
    return here.exclude(pk=template.pk) if template is not None else here


@transaction.atomic
def create(
    *,
    account: Account,
    name: str,
    language: str,
    category: str,
    components: object,
    parameter_format: str = "",
    allow_category_change: bool = False,
    actor: str,
    note: str = "",
) -> Template:
    """
    A draft with version 1. Raises Broken where it breaks rules, Refused `template_exists` where the account has
    a template of this name and language.
    """
    content = Content.of(components, language=language, category=category, parameter_format=parameter_format)
    _refuse_broken(look_through(account=account, name=name, content=content))
    _refuse_taken(account, name=name, language=language)
    template = Template(organization_id=account.organization_id, account=account, name=name, language=language)
    template._change_reason = "written here"  # type: ignore[attr-defined]  # read by simple-history
    said = {"category": category, "allow": allow_category_change}
    _tell(template, CREATED, said, actor=actor)
    versions.append(template, content, origin=versions.Origin.LOCAL, author=actor, note=note)
    versions.save(template, why="v1 written here", fields=versions.SAVED)
    return template


@transaction.atomic
def change(template: Template, *, asked: Asked, actor: str, note: str = "") -> TemplateVersion | None:
    """
    What was asked for, all of it or nothing; the new version, None where the content is as before.

    Raises Broken, or Refused `name_fixed`, `language_fixed`, `category_fixed`, `template_exists`.
    """
    versions.lock(template)
    if "is_retired" in asked:
        _retire(template, is_retired=asked["is_retired"])
    name = asked.get("name", template.name)
    content = _content(template, asked)
    refuse_fixed(template, name=name, content=content)
    is_said = any(key in asked for key in CONTENT)
    if is_said or name != template.name:
        _refuse_broken(look_through(account=template.account, name=name, content=content, template=template))
    allow = asked.get("allow_category_change", template.allow_category_change)
    if allow != template.allow_category_change:
        _tell(template, FLAG_CHANGED, {"allow": allow}, actor=actor)
    if name != template.name:
        _refuse_taken(template.account, name=name, language=content.language)
        template.name = name
        versions.save(template, why="renamed", fields=["name", "updated_at"])
        raising.follow([subject_of(template)])
    current = template.current_version
    if not is_said or (current is not None and current.checksum == content.checksum):
        return None
    return put(template, content, origin=versions.Origin.LOCAL, actor=actor, note=note)


def put(template: Template, content: Content, *, origin: str, actor: str, note: str) -> TemplateVersion:
    """The next version of a locked template, with the language and the category that it asks for."""
    refuse_fixed(template, name=template.name, content=content)
    if content.category != template.category:
        _tell(template, CATEGORY_ASKED, {"category": content.category}, actor=actor)
    fields = list(versions.SAVED)
    if content.language != template.language:
        _refuse_taken(template.account, name=template.name, language=content.language)
        template.language = content.language
        fields.append("language")
    version = versions.append(template, content, origin=origin, author=actor, note=note)
    versions.save(template, why=f"v{version.number} {version.get_origin_display().lower()}", fields=fields)
    return version


@transaction.atomic
def retire(template: Template) -> None:
    """Out of the lists, its alerts resolved; at the provider nothing changes, and what comes from there is kept."""
    versions.lock(template)
    _retire(template, is_retired=True)


@transaction.atomic
def bring_back(template: Template) -> None:
    """As if it had never been retired: what is wrong with it alerts again."""
    versions.lock(template)
    _retire(template, is_retired=False)


def was_submitted(template: Template) -> bool:
    """Whether the provider knows of it, or is about to."""
    if template.status != DRAFT or template.provider_template_id or template.submitted_version_id:
        return True
    waiting: bool = Submission.objects.filter(template=template, state=Submission.State.WAITING).exists()
    return waiting


def _content(template: Template, asked: Asked) -> Content:
    """What the template shall say: what was asked for, and for the rest what it says now."""
    current: TemplateVersion | None = template.current_version
    components: object = asked.get("components", current.components if current else [])
    kept = current.parameter_format if current else ""
    if "components" in asked and variables(asked["components"]):
        kept = ""  # they tell it
    return Content.of(
        components,
        language=asked.get("language", template.language),
        category=asked.get("category", template.category),
        parameter_format=asked.get("parameter_format", kept),
    )


def _refuse_broken(findings: Sequence[Finding]) -> None:
    errors = [finding for finding in findings if finding.severity == Severity.ERROR]
    if errors:
        raise Broken(errors)


def refuse_fixed(template: Template, *, name: str, content: Content) -> None:
    is_renamed, is_translated = name != template.name, content.language != template.language
    if (is_renamed or is_translated) and was_submitted(template):
        code, what = ("name_fixed", "name") if is_renamed else ("language_fixed", "language")
        raise Refused(f"The {what} is fixed once the template was submitted: write another template.", code=code)
    validate_before_save(template, category=content.category)


def _refuse_taken(account: Account, *, name: str, language: str) -> None:
    """Waits for whoever else adds a template to this account: the provider's events adopt some."""
    list(Account.objects.select_for_update(of=("self",), no_key=True).filter(pk=account.pk).values_list("pk"))
    taken = Template.objects.filter(account=account, name=name, language=language).only("is_retired").first()
    if taken is not None:
        is_away = ' It is retired: bring it back by PATCH {"is_retired": false}.' if taken.is_retired else ""
        raise Refused(
            f"The account has a template {name} in {language} already ({taken.pk}).{is_away}", code="template_exists"
        )


def _retire(template: Template, *, is_retired: bool) -> None:
    if template.is_retired == is_retired:
        return
    template.is_retired = is_retired
    versions.save(template, why="retired" if is_retired else "brought back", fields=["is_retired", "updated_at"])
    raising.follow([subject_of(template)])


def _tell(template: Template, kind: str, said: JsonObject, *, actor: str) -> None:
    now = timezone.now()
    fact = by_us(kind, at=moment_of(template, now=now), said=said)
    lifecycle.tell([(template, fact)], told=Told(received_at=now, source=TemplateEvent.Source.USER, actor=actor))
