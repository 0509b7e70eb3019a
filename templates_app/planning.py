"""
Files beside an account's templates: what each asks for, what it costs, and what stands in its way.

Nothing is written here and nobody is asked. What a submission would be refused for is told before it is made.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from core.days import day_of
from core.refusals import Refused
from providers.models import Account
from templates_app import costs, diff, graph_templates, rolling_back, submission, versions, writing
from templates_app.category import validate_before_save
from templates_app.code.differing import changes_between, first_words
from templates_app.code.folder import File, Folder
from templates_app.code.plans import Action, Item, Plan
from templates_app.content import Content
from templates_app.exporting import GONE, said_by
from templates_app.models import Submission, Template, TemplateVersion
from templates_app.phrases import clock
from templates_app.preflight import Finding, Severity, preflight
from templates_app.preflight.whole import COUNT_UNVERIFIED, COUNT_VERIFIED
from templates_app.standing import DRAFT
from templates_app.surveying import Survey, survey
from templates_app.versions import Origin

Kind = Submission.Kind
STANDS = {
    "REJECTED": "Meta has rejected what it says now.",
    "DISABLED": "Meta has disabled it for good.",
    "PENDING_DELETION": "It is being deleted at Meta.",
}
IN_REVIEW = "It cannot be sent until Meta has approved it."


def make_plan(account: Account, folder: Folder, *, place: str, with_deletion: bool, at: datetime) -> Plan:
    """
    The folder has no faults. Raises Refused where the account's templates cannot be submitted, and `no_files` where
    all of them were to be deleted because the folder is empty.
    """
    graph_templates.check_account(account)
    if with_deletion and not folder.files:
        raise Refused("There is no template in the folder: that would delete every template.", code="no_files")
    known = survey(account, folder, at=at)
    items = _priced(known, list(_file_items(known, folder)))
    unfiled = [row for key, row in known.rows.items() if key not in folder.by_key and _is_there(row)]
    if with_deletion:
        items += [_deletion(known, template) for template in unfiled]
    return Plan(
        organization=account.organization.slug,
        account=str(account.pk),
        made_at=at,
        folder=place,
        with_deletion=with_deletion,
        items=tuple(sorted(items, key=lambda item: item.key)),
        notes=tuple(_notes(items, 0 if with_deletion else len(unfiled))),
    )


def _is_there(template: Template) -> bool:
    return not template.is_retired and template.status not in GONE


def _notes(items: Sequence[Item], unfiled: int) -> Iterator[str]:
    created = sum(item.action == Action.CREATE and not item.blocked for item in items)
    if created > submission.CREATIONS_AN_HOUR:
        yield (
            f"Meta takes {submission.CREATIONS_AN_HOUR} new templates of an account in an hour: apply the plan again "
            "for the others."
        )
    if unfiled:
        yield f"Templates of this account without a file: {unfiled}. They stay; --delete plans to delete them."


# What a file asks for


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Wish:
    """What a file asks for, beside its template; that is a new one where the account has none."""

    known: Survey
    file: File
    template: Template
    is_new: bool
    before: Content | None
    count: int

    @property
    def content(self) -> Content:
        return self.file.written.content

    @property
    def writes(self) -> bool:
        return self.before is None or self.before.checksum != self.content.checksum

    @property
    def flag(self) -> bool | None:
        """What the flag shall be, None where it stays."""
        asked = self.file.written.allow_category_change
        return None if asked == self.template.allow_category_change else asked

    @property
    def submits(self) -> bool:
        return self.approved is None and (self.writes or not _is_settled(self.known, self.template))

    @property
    def approved(self) -> TemplateVersion | None:
        """The version in which Meta has approved what the file says."""
        return versions.approved_as(self.content, template=self.template)

    @property
    def kind(self) -> str:
        return submission.kind_of(self.template)


def _file_items(known: Survey, folder: Folder) -> Iterator[Item]:
    count = known.count
    for file in folder.files:
        item = _file_item(known, file, count=count)
        count += item.action == Action.CREATE
        yield item


def _file_item(known: Survey, file: File, *, count: int) -> Item:
    name, language = file.written.key
    template = known.rows.get((name, language))
    is_new = template is None
    if template is None:
        template = Template(
            organization_id=known.account.organization_id,
            account=known.account,
            name=name,
            language=language,
            status=DRAFT,
            category=file.written.content.category,
        )
    said = said_by(template)
    is_counted = template.status not in (DRAFT, "DELETED")
    wish = _Wish(
        known=known,
        file=file,
        template=template,
        is_new=is_new,
        before=said.content if said is not None else None,
        count=count - is_counted,
    )
    item = Item(
        action=_action(wish),
        name=name,
        language=language,
        path=file.path,
        file_checksum=file.written.checksum,
        basis=None if is_new else known.basis(template),
        version=known.number(template) + wish.writes,
        category=wish.content.category,
        writes=wish.writes,
        submits=wish.submits,
        warnings=tuple(_told_of(known, template)),
    )
    return item if item.action == Action.UNCHANGED else _filled(item, wish)


def _action(wish: _Wish) -> Action:
    if wish.submits:
        return Action.CREATE if wish.kind == Kind.CREATE else Action.EDIT
    is_kept = wish.flag is None and not wish.template.is_retired and not wish.writes
    return Action.UNCHANGED if is_kept else Action.EDIT


def _filled(item: Item, wish: _Wish) -> Item:
    errors, warnings = _findings(wish) if wish.submits or wish.writes else ([], [])
    comparison = diff.compare(wish.before, wish.content) if wish.before is not None and wish.writes else None
    changes = changes_between(comparison) if comparison else first_words(wish.content) if wish.writes else ()
    if wish.flag is not None and not wish.is_new:
        changes += (f"~ category may change: {_yes(not wish.flag)} → {_yes(wish.flag)}",)
    return dataclasses.replace(
        item,
        severity=comparison.severity if comparison else "",
        summary=diff.summary(comparison) if comparison else _unsubmitted(wish),
        changes=changes,
        warnings=(*item.warnings, *warnings),
        costs=tuple(_costs(wish)),
        blocked=(*errors, *_reasons(wish, has_errors=bool(errors))),
    )


def _yes(flag: bool) -> str:
    return "yes" if flag else "no"


def _unsubmitted(wish: _Wish) -> str:
    if wish.writes or not wish.submits:
        return ""
    why = wish.known.refused.get(wish.template.pk, "")
    sentence = f"v{wish.known.number(wish.template)} is written and not submitted."
    return f"{sentence} Last time: {why}" if why else sentence


def _is_settled(known: Survey, template: Template) -> bool:
    """Whether the provider has what we want to say, or is being asked."""
    waiting = known.waiting.get(template.pk)
    current: TemplateVersion | None = template.current_version
    if current is None:
        return False
    if waiting is not None and waiting.version_id == current.pk:
        return True
    if template.status in submission.NEW:
        return False
    is_theirs = template.submitted_version_id is None and current.origin == Origin.PROVIDER
    return is_theirs or template.submitted_version_id == current.pk


def _told_of(known: Survey, template: Template) -> Iterator[str]:
    """What is worth knowing of it, whatever the file says."""
    waiting = known.waiting.get(template.pk)
    if waiting is not None:
        yield f"{waiting.get_kind_display()}: asked for, and the provider has not answered yet."
    if template.is_contested:
        yield f"Meta counts it as {template.meta_reported_category}, and we as {template.category}: settle that first."
    if template.drifted_version_id is not None:
        yield "Meta serves another text than ours: adopt or restore it in the console."
    if template.status in STANDS:
        yield STANDS[template.status]


# What stands in the way


def _findings(wish: _Wish) -> tuple[list[str], list[str]]:
    """The errors and the warnings of the preflight."""
    found = preflight(
        name=wish.file.written.name,
        content=wish.content,
        siblings=wish.known.alike(wish.content),
        template_count=wish.count,
    )
    errors = [_sentence(finding) for finding in found if finding.severity == Severity.ERROR]
    return errors, [_sentence(finding) for finding in found if finding.severity == Severity.WARNING]


def _sentence(finding: Finding) -> str:
    return f"{finding.component or 'the whole'} ({finding.rule}): {finding.message} {finding.fix}".strip()


def _reasons(wish: _Wish, *, has_errors: bool) -> Iterator[str]:
    """Every rule that says no, each once."""
    template = wish.template
    if template.is_retired:
        yield "It is retired here: bring it back first, or remove the file."
        return
    if wish.is_new and (template.name, "") in wish.known.rows:
        yield "A template of this name has no language yet, which may be this one: sync the account first."
    said = {"preflight_failed"} if has_errors else set()
    for rule in _rules(wish):
        try:
            rule()
        except Refused as refused:
            if refused.code not in said:
                yield refused.sentence
            said.add(refused.code)


def _rules(wish: _Wish) -> tuple[Callable[[], object], ...]:
    template, content = wish.template, wish.content
    version = _version(wish) if wish.writes else template.current_version
    written = (
        lambda: validate_before_save(template, category=content.category),
        lambda: writing.refuse_fixed(template, name=template.name, content=content),
    )
    submitted = (lambda: submission.check(template, version, at=wish.known.provider_at),)
    return (*(written if wish.submits or wish.writes else ()), *(submitted if wish.submits else ()))


def _version(wish: _Wish) -> TemplateVersion:
    """The version that will be written, not kept."""
    return TemplateVersion(
        organization_id=wish.template.organization_id,
        template=wish.template,
        number=wish.known.number(wish.template) + 1,
        language=wish.content.language,
        category=wish.content.category,
        parameter_format=wish.content.parameter_format,
        components=wish.content.components,
        checksum=wish.content.checksum,
    )


# What it costs


def _costs(wish: _Wish) -> Iterator[str]:
    template = wish.template
    if not wish.submits:
        if wish.writes and wish.approved is not None:
            yield f"None: Meta has this text already, as v{wish.approved.number}, and has approved it."
        return
    if wish.kind == Kind.CREATE:
        yield (
            f"One of the account's template slots: {wish.count + 1:,} of {COUNT_UNVERIFIED:,} then, of "
            f"{COUNT_VERIFIED:,} for a verified business."
        )
        yield IN_REVIEW
        return
    if template.status == "APPROVED":
        room = rolling_back.edit_room(template, at=wish.known.provider_at)
        yield (
            f"The one edit of it that Meta takes in 24 hours, and one of {room.left_this_month} that are left in "
            "30 days."
        )
        yield IN_REVIEW
    elif template.status in submission.EDITABLE:
        yield f"Edits of a {template.status} template are not counted. Meta reviews it again."


def _priced(known: Survey, items: list[Item]) -> list[Item]:
    """With the money that another category costs, where a rate card holds and something was sent."""
    moved = [
        (place, row, item.category)
        for place, item in enumerate(items)
        if (row := known.rows.get(item.key)) is not None and item.category != row.category
    ]
    asked = [
        costs.Asked(template=row, before=row.category, after=category, on=day_of(known.at))
        for _, row, category in moved
    ]
    priced = list(items)
    for (place, _, _), cost in zip(moved, costs.costs_of(asked, at=known.at), strict=True):
        if cost is not None and cost.sent:
            priced[place] = dataclasses.replace(items[place], costs=(*items[place].costs, cost.sentence))
    return priced


# What no file speaks of


def _deletion(known: Survey, template: Template) -> Item:
    item = Item(
        action=Action.DELETE, name=template.name, language=template.language, basis=known.basis(template), submits=True
    )
    waiting = known.waiting.get(template.pk)
    if waiting is not None and waiting.kind == Kind.DELETE:
        told = ("Its deletion is asked for, and the provider has not answered yet.",)
        return dataclasses.replace(item, action=Action.UNCHANGED, submits=False, warnings=told)
    if waiting is None and template.status == DRAFT and not template.provider_template_id:
        return dataclasses.replace(
            item, submits=False, summary="Retired here. The provider does not know of it, and is not asked."
        )
    try:
        submission.check_delete(template, all_languages=False)
    except Refused as refused:
        item = dataclasses.replace(item, blocked=(refused.sentence,))
    was_approved = template.status == "APPROVED" or template.approved_version_id is not None
    until = clock(known.at + submission.NAME_IS_BLOCKED)
    return dataclasses.replace(
        item,
        summary=f"Deleted at the provider in this language ({template.language}) alone. Here its history stays.",
        costs=(f"Meta blocks the name in this language until about {until}.",) if was_approved else (),
    )
