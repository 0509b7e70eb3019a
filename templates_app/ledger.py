"""
The facts of the templates in one batch: which are new, what they make of each standing, and the rows that keep them.

A newer fact is put on top of the standing that is stored; only a late one makes its template's facts be read
and folded again.
"""

from __future__ import annotations

import dataclasses
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from providers.models import WebhookCall
from templates_app.facts import Fact, asks_for_sync, fingerprint, says_the_same
from templates_app.folding import fold, is_late
from templates_app.models import Template, TemplateEvent
from templates_app.standing import Standing


@dataclasses.dataclass(frozen=True, kw_only=True)
class Told:
    """Where a fact comes from: a webhook call, a sync, or a person (`actor`)."""

    received_at: datetime
    source: str
    actor: str = ""
    call: WebhookCall | None = None
    raw_time: object = None


COLUMNS = ("template_id", "kind", "event", "at", "said", "provider_template_id", "is_timed")


def facts_of(template_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[Fact]]:
    """Every fact kept about these templates, in one statement."""
    found: dict[uuid.UUID, list[Fact]] = defaultdict(list)
    for row in TemplateEvent.objects.filter(template_id__in=list(template_ids)).order_by().values_list(*COLUMNS):
        template_id, kind, event, at, said, named, is_timed = row
        found[template_id].append(
            Fact(kind=kind, event=event, at=at, said=said, provider_template_id=named, is_timed=is_timed)
        )
    return found


class Page:
    """One template in the ledger: its standing as stored, and the new facts of this batch."""

    def __init__(self, template: Template) -> None:
        self.template = template
        self.before = template.standing
        self.stored = Standing.from_json(template.standing)
        self.new: list[tuple[Fact, Told]] = []
        self._old: list[Fact] | None = None

    @property
    def facts(self) -> list[Fact]:
        return [fact for fact, _ in self.new]

    @property
    def is_late(self) -> bool:
        return any(is_late(self.stored, fact) for fact in self.facts)

    def old(self) -> list[Fact]:
        if self._old is None:
            self._old = [] if self.template._state.adding else facts_of([self.template.pk])[self.template.pk]
        return self._old

    def remember(self, old: list[Fact]) -> None:
        self._old = old

    def status_by(self, at: datetime) -> str:
        """The status at that moment, as far as the facts known by now say."""
        newest = self.stored.newest_key
        is_on_top = newest is None or newest[0] <= at
        ground = self.facts if is_on_top else self.facts + self.old()
        standing, _ = fold([fact for fact in ground if fact.at <= at], self.stored if is_on_top else None)
        return standing.status

    def latest(self, fact: Fact) -> Fact | None:
        """The latest fact of the same kind, here or in the database."""
        mine = [one for one in self.facts if one.kind == fact.kind]
        kept = [one for one in self.old() if one.kind == fact.kind]
        return max(mine + kept, key=lambda one: one.at, default=None)

    def standing(self) -> Standing:
        """What all facts make of it."""
        if self.is_late:
            return fold(self.facts + self.old())[0]
        return fold(self.facts, self.stored)[0]


class Ledger:
    def __init__(self) -> None:
        self._pages: dict[uuid.UUID, Page] = {}
        self._known: set[tuple[uuid.UUID, str]] = set()

    def look_up(self, templates: Sequence[Template], facts: Iterable[Fact]) -> None:
        """Reads which of these facts are known, in one statement."""
        pairs = TemplateEvent.objects.filter(
            template_id__in=[template.pk for template in templates],
            fingerprint__in=[fingerprint(fact) for fact in facts],
        )
        self._known = set(pairs.values_list("template_id", "fingerprint"))

    def page(self, template: Template) -> Page:
        if template.pk not in self._pages:
            self._pages[template.pk] = Page(template)
        return self._pages[template.pk]

    def record(self, template: Template, fact: Fact, told: Told) -> bool:
        """Takes a fact into the batch. False: it is known already."""
        mark = (template.pk, fingerprint(fact))
        if mark in self._known:
            return False
        page = self.page(template)
        if not fact.is_timed:
            latest = page.latest(fact)
            if latest is not None and says_the_same(latest, fact):
                return False
        self._known.add(mark)
        page.new.append((fact, told))
        return True

    def is_deleted_by(self, template: Template, at: datetime) -> bool:
        return self.page(template).status_by(at) == "DELETED"

    def changed(self) -> list[Page]:
        """The pages with new facts; what a new fold needs is read for all of them at once."""
        changed = [page for page in self._pages.values() if page.new]
        late = [page for page in changed if page.is_late]
        if late:
            old = facts_of(page.template.pk for page in late)
            for page in late:
                page.remember(old[page.template.pk])
        return changed

    def keep(self, pages: Sequence[Page]) -> None:
        """Writes the new facts."""
        TemplateEvent.objects.bulk_create(
            [_row(page.template, fact, told) for page in pages for fact, told in page.new]
        )


def wants_sync(page: Page) -> bool:
    return any(asks_for_sync(fact) for fact in page.facts)


def _row(template: Template, fact: Fact, told: Told) -> TemplateEvent:
    return TemplateEvent(
        organization_id=template.organization_id,
        template=template,
        kind=fact.kind,
        event=fact.event,
        said=fact.said,
        provider_template_id=fact.provider_template_id,
        at=fact.at,
        is_timed=fact.is_timed,
        raw_time=_raw(told.raw_time),
        received_at=told.received_at,
        fingerprint=fingerprint(fact),
        call=told.call,
        source=told.source,
        actor=told.actor,
    )


def _raw(raw_time: object) -> str:
    return "" if raw_time is None else str(raw_time)[:64]
