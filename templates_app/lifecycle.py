"""
What happens to a template when its provider speaks of it: the fact is kept, the standing folded, the change
audited, alerts opened or resolved, the content kept as a version. For many events in a few statements.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from alerts import raising
from providers import parking
from providers.events import TemplateFact
from providers.routes import APPLIED, KNOWN, Incoming, Outcome
from templates_app import quality, versions
from templates_app.concerns import subjects_of
from templates_app.facts import COMPONENTS_CHANGE, QUALITY_CHANGE, STATUS, Fact, fact_of
from templates_app.ledger import Ledger, Page, Told, wants_sync
from templates_app.locating import Finder, Wanted, id_key, row_key
from templates_app.models import Template
from templates_app.standing import Standing

# What a column of the row repeats from the standing, under the same name.
_COLUMNS = (
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
    "category_kept",
    "allow_category_change",
    "pending_category",
    "pending_category_at",
    "quality_score",
    "quality_changed_at",
)
SAVED = [
    *_COLUMNS,
    "provider_template_id",
    "language",
    "meta_reported_category",
    "category_change_alert_sent",
    "parameter_format",
    "current_version",
    "submitted_version",
    "approved_version",
    "drifted_version",
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
        if isinstance(template, Template) and not ledger.record(template, facts[index], _told(batch[index])):
            known.add(index)
    _settle(ledger)
    return [_outcome(found[index], index in known, ledger) for index in range(len(batch))]


def tell(facts: Sequence[tuple[Template, Fact]], *, told: Told) -> None:
    """What people here say of templates. Inside a transaction; the rows are locked, or new and not yet saved."""
    tell_each([(template, fact, told) for template, fact in facts])


def tell_each(facts: Sequence[tuple[Template, Fact, Told]]) -> None:
    """As `tell`, of more than one source at once."""
    ledger = Ledger()
    ledger.look_up([template for template, *_ in facts if not template._state.adding], [fact for _, fact, _ in facts])
    for template, fact, told in facts:
        ledger.record(template, fact, told)
    _settle(ledger)


def _settle(ledger: Ledger) -> None:
    pages = ledger.changed()
    _save(ledger, pages)
    quality.snapshot_of([(page.template, fact) for page in pages for fact in page.facts if fact.kind == QUALITY_CHANGE])
    _release(pages)
    raising.follow(subjects_of([page.template for page in pages]))


def _told(incoming: Incoming) -> Told:
    return Told(
        received_at=incoming.received_at,
        source=incoming.source,
        actor=incoming.actor,
        call=incoming.call,
        raw_time=incoming.event.raw_time,
    )


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


def _save(ledger: Ledger, pages: Sequence[Page]) -> None:
    """Writes standings, facts, versions and history."""
    adopted = [page.template for page in pages if page.template._state.adding]
    contents = {page.template.pk: _content(page.template) for page in pages}
    for page in pages:
        stand(page.template, page.standing())
        if wants_sync(page):
            page.template.sync_wanted_at = page.template.sync_wanted_at or timezone.now()
    Template.objects.bulk_create(adopted)
    ledger.keep(pages)
    versions.keep_provider_content(
        [page.template for page in pages if _content(page.template) != contents[page.template.pk]]
    )
    versions.follow_approval([page.template for page in pages if _may_approve(page)])
    changed = [page.template for page in pages]
    if changed:
        Template.objects.bulk_create(changed, update_conflicts=True, unique_fields=["id"], update_fields=SAVED)
        _audit(changed, adopted)


def _content(template: Template) -> list[object]:
    """What the provider told of the content."""
    return [template.standing.get(name) for name in ("components", "components_are_whole", "parameter_format")]


def _may_approve(page: Page) -> bool:
    """A webhook tells of an edit before it tells of its review: only a sync speaks of both at once."""
    is_new = page.template.approved_version_id is None
    return any(
        fact.kind == STATUS or (fact.kind == COMPONENTS_CHANGE and (is_new or fact.said.get("is_whole")))
        for fact in page.facts
    )


def _audit(changed: Sequence[Template], adopted: Sequence[Template]) -> None:
    new = {template.pk for template in adopted}
    for template in changed:
        reason = getattr(template, "_change_reason", None) or f"{template.last_event or 'fact'} from the provider"
        template._change_reason = reason  # type: ignore[attr-defined]  # read by simple-history
    trail = Template.history
    trail.bulk_history_create(list(adopted))
    trail.bulk_history_create([template for template in changed if template.pk not in new], update=True)


def stand(template: Template, standing: Standing) -> None:
    """Writes a folded standing into the row's columns (not yet into the database)."""
    for name in _COLUMNS:
        setattr(template, name, getattr(standing, name))
    template.meta_reported_category = standing.meta_reported_category or None
    template.category_change_alert_sent = standing.meta_reported_category not in ("", standing.category)
    template.provider_template_id = standing.provider_template_id or template.provider_template_id
    template.standing = standing.to_json()
    template.updated_at = timezone.now()


def _release(pages: Sequence[Page]) -> None:
    """Parked events that waited for these rows to change, or for an id that a row has now, get another try."""
    keys = [row_key(page.template) for page in pages]
    for page in pages:
        new_id = page.template.provider_template_id
        if new_id and new_id != page.before.get("provider_template_id"):
            keys.append(id_key(page.template.account, new_id))
    parking.release(keys)


def _outcome(found: Template | Outcome, is_known: bool, ledger: Ledger) -> Outcome:
    if isinstance(found, Outcome):
        return found
    return Outcome(
        status=KNOWN if is_known else APPLIED,
        object={"kind": "template", "id": str(found.pk), "label": str(found)},
        before=ledger.page(found).before,
        after=found.standing,
    )
