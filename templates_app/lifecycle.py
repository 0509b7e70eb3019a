"""
What happens to a template when its provider speaks of it: the fact is kept, the standing folded, the change
audited, alerts opened or resolved, the content kept as a version. For many events in a few statements.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from alerts import raising
from core.matters import Subject
from providers import parking
from providers.events import TemplateFact
from providers.routes import APPLIED, KNOWN, Incoming, Outcome
from templates_app import versions, wording
from templates_app.facts import Fact, fact_of
from templates_app.ledger import Ledger, Page, wants_sync
from templates_app.locating import Finder, Wanted, id_key, row_key
from templates_app.models import Template
from templates_app.standing import (
    TEMPLATE_DISABLED,
    TEMPLATE_FLAGGED,
    TEMPLATE_PAUSED,
    TEMPLATE_QUALITY_RED,
    TEMPLATE_QUALITY_YELLOW,
    TEMPLATE_REJECTED,
    Standing,
)

ALERT_TYPES = (
    TEMPLATE_DISABLED,
    TEMPLATE_PAUSED,
    TEMPLATE_REJECTED,
    TEMPLATE_FLAGGED,
    TEMPLATE_QUALITY_RED,
    TEMPLATE_QUALITY_YELLOW,
)
TEMPLATE_PENDING_LONG = "TEMPLATE_PENDING_LONG"  # opened by the clock (`checkups`), over as soon as the review is
SAVED = [
    "provider_template_id",
    "language",
    "status",
    "status_at",
    "last_event",
    "last_event_at",
    "status_reason",
    "rejection_info",
    "disabled_reason",
    "disabled_at",
    "pause_title",
    "paused_until",
    "flagged_at",
    "category",
    "meta_reported_category",
    "category_changed_at",
    "pending_category",
    "pending_category_at",
    "quality_score",
    "quality_changed_at",
    "parameter_format",
    "current_version",
    "sync_wanted_at",
    "standing",
    "updated_at",
]


def apply(batch: Sequence[Incoming]) -> list[Outcome]:
    """Applies facts about templates, in any order and any number of times. Inside a transaction, scopes open."""
    ledger = Ledger()
    finder = Finder(batch, is_deleted_by=ledger.is_deleted_by)
    facts = [_fact(incoming) for incoming in batch]
    ledger.look_up(finder.rows, facts)
    found: dict[int, Template | Outcome] = {}
    known: set[int] = set()
    for index in sorted(range(len(batch)), key=lambda index: facts[index].at):
        found[index] = finder.find(_wanted(batch[index], facts[index]))
        template = found[index]
        if isinstance(template, Template) and not ledger.record(template, facts[index], batch[index]):
            known.add(index)
    pages = ledger.changed()
    adopted = _save(ledger, pages)
    _release(pages, adopted)
    _follow(pages)
    return [_outcome(found[index], index in known, ledger) for index in range(len(batch))]


def _fact(incoming: Incoming) -> Fact:
    event = incoming.event
    if not isinstance(event, TemplateFact):
        raise TypeError(f"{type(event).__name__} is not about a template")
    return fact_of(event, received_at=incoming.received_at)


def _wanted(incoming: Incoming, fact: Fact) -> Wanted:
    event = incoming.event
    if not isinstance(event, TemplateFact):
        raise TypeError(f"{type(event).__name__} is not about a template")
    return Wanted(account=incoming.account, event=event, at=fact.at)


def _save(ledger: Ledger, pages: Sequence[Page]) -> list[Template]:
    """Writes standings, facts, versions and history; returns the rows that are new."""
    adopted = [page.template for page in pages if page.template._state.adding]
    contents = {page.template.pk: page.stored.components for page in pages}
    for page in pages:
        stand(page.template, page.standing())
        if wants_sync(page):
            page.template.sync_wanted_at = page.template.sync_wanted_at or timezone.now()
    Template.objects.bulk_create(adopted)
    ledger.keep(pages)
    spoken = [page.template for page in pages if _components(page.template) != contents[page.template.pk]]
    versions.keep_provider_content(spoken)
    changed = [page.template for page in pages]
    if changed:
        Template.objects.bulk_create(changed, update_conflicts=True, unique_fields=["id"], update_fields=SAVED)
        _audit(changed, adopted)
    return adopted


def _components(template: Template) -> object:
    return template.standing.get("components")


def _audit(changed: Sequence[Template], adopted: Sequence[Template]) -> None:
    new = {template.pk for template in adopted}
    for template in changed:
        reason = f"{template.last_event or 'fact'} from the provider"
        template._change_reason = reason  # type: ignore[attr-defined]  # read by simple-history
    trail = Template.history
    trail.bulk_history_create(list(adopted))
    trail.bulk_history_create([template for template in changed if template.pk not in new], update=True)


def stand(template: Template, standing: Standing) -> None:
    """Writes a folded standing into the row's columns (not yet into the database)."""
    for name in (
        "status",
        "status_at",
        "last_event",
        "last_event_at",
        "status_reason",
        "rejection_info",
        "disabled_reason",
        "disabled_at",
        "pause_title",
        "paused_until",
        "flagged_at",
        "category",
        "category_changed_at",
        "pending_category",
        "pending_category_at",
        "quality_score",
        "quality_changed_at",
    ):
        setattr(template, name, getattr(standing, name))
    template.meta_reported_category = standing.meta_reported_category or None
    template.provider_template_id = standing.provider_template_id or template.provider_template_id
    template.standing = standing.to_json()
    template.updated_at = timezone.now()


def _release(pages: Sequence[Page], adopted: Sequence[Template]) -> None:
    """Parked events that waited for these rows to change, or for an id that a row has now, get another try."""
    keys = [row_key(page.template) for page in pages]
    for page in pages:
        new_id = page.template.provider_template_id
        if new_id and new_id != page.before.get("provider_template_id"):
            keys.append(id_key(page.template.account, new_id))
    parking.release(keys)


def _follow(pages: Sequence[Page]) -> None:
    raising.follow([subject_of(page.template) for page in pages])


def subject_of(template: Template) -> Subject:
    """The template as alerts see it: who it is, and what is wrong with it now."""
    matters = wording.matters(
        Standing.from_json(template.standing),
        template_id=str(template.pk),
        name=template.name,
        language=template.language,
    )
    is_in_review = template.status == "PENDING" and not template.is_retired
    return Subject(
        organization_id=template.organization_id,
        kind="template",
        id=str(template.pk),
        label=str(template),
        alert_types=ALERT_TYPES if is_in_review else (*ALERT_TYPES, TEMPLATE_PENDING_LONG),
        matters=[] if template.is_retired else matters,
    )


def _outcome(found: Template | Outcome, is_known: bool, ledger: Ledger) -> Outcome:
    if isinstance(found, Outcome):
        return found
    return Outcome(
        status=KNOWN if is_known else APPLIED,
        object={"kind": "template", "id": str(found.pk), "label": str(found)},
        before=ledger.page(found).before,
        after=found.standing,
    )
