"""
Which template a fact is about (ruling 8), for a whole batch with a few statements.

The provider's id wins; then account, name and language; then account and name where nothing else fits the
name; else a new row is adopted. What stays unclear is parked with what would make it clear.
"""

from __future__ import annotations

import dataclasses
import uuid
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from providers.events import TemplateFact
from providers.models import Account
from providers.routes import Incoming, Outcome, parked
from templates_app.models import Template, TemplateEvent

AccountId = uuid.UUID


def id_key(account: Account, provider_template_id: str) -> str:
    """What an event waits for that names only an id nobody has yet."""
    return f"template-id:{account.pk}:{provider_template_id}"


def row_key(template: Template) -> str:
    """What an event waits for that names another id than its row has: any change of that row."""
    return f"template:{template.pk}"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Wanted:
    """A fact looking for its template; `at` is the moment by which the fold places it."""

    account: Account
    event: TemplateFact
    at: datetime


IsDeletedBy = Callable[[Template, datetime], bool]


class Finder:
    """The templates that a batch may be about, locked; what it adopts is not saved yet (`_state.adding`)."""

    def __init__(self, batch: Sequence[Incoming], *, is_deleted_by: IsDeletedBy) -> None:
        self._is_deleted_by = is_deleted_by
        self._accounts = {one.account.pk: one.account for one in batch}
        self._forget()
        events = [one.event for one in batch if isinstance(one.event, TemplateFact)]
        ids = {event.provider_template_id for event in events if event.provider_template_id}
        names = {event.name for event in events if event.name}
        if self._load(ids, names):
            # Something will be adopted: one worker at a time for an account, then look again.
            locked = Account.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
            list(locked.filter(pk__in=self._accounts).values_list("pk"))
            self._load(ids, names)
        self._load_former(ids)

    def _forget(self) -> None:
        self._rows: dict[uuid.UUID, Template] = {}
        self._by_id: dict[tuple[AccountId, str], Template] = {}
        self._by_name: dict[tuple[AccountId, str], list[Template]] = defaultdict(list)

    def _load(self, ids: set[str], names: set[str]) -> bool:
        """What fits by id or name, and the namesakes of those; says whether an id or a name was not found."""
        self._forget()
        self._read(Q(provider_template_id__in=ids) | Q(name__in=names))
        self._read(Q(name__in={row.name for row in self._rows.values()} - names))
        return bool((ids - {key[1] for key in self._by_id}) or (names - {key[1] for key in self._by_name}))

    def _load_former(self, ids: set[str]) -> None:
        """Rows that had an id before another template took their place; facts keep the id they named."""
        missing = ids - {key[1] for key in self._by_id}
        if not missing:
            return
        facts = TemplateEvent.objects.filter(provider_template_id__in=missing, template__account_id__in=self._accounts)
        former = dict(facts.order_by("id").values_list("provider_template_id", "template_id"))
        self._read(Q(pk__in=set(former.values()) - self._rows.keys()))
        for named, template_id in former.items():
            row = self._rows[template_id]
            self._by_id[row.account_id, named] = row

    def _read(self, where: Q) -> None:
        """Reads and locks rows of the batch's accounts, which are known: joined in, each would be decrypted again."""
        locked = Template.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
        for row in locked.filter(where, account_id__in=self._accounts):
            row.account = self._accounts[row.account_id]
            self._index(row)

    def _index(self, template: Template) -> None:
        self._rows[template.pk] = template
        if template.provider_template_id:
            self._by_id[template.account_id, template.provider_template_id] = template
        self._by_name[template.account_id, template.name].append(template)

    @property
    def rows(self) -> list[Template]:
        """The saved rows among those found so far."""
        return [row for row in self._rows.values() if not row._state.adding]

    def find(self, wanted: Wanted) -> Template | Outcome:
        """The template, adopted if need be, or the outcome "parked"."""
        event, account = wanted.event, wanted.account
        by_id = self._by_id.get((account.pk, event.provider_template_id)) if event.provider_template_id else None
        if by_id is not None:
            return self._named(by_id, event)
        if not event.name:
            return parked(
                "template_unknown",
                f"It names only the template id {event.provider_template_id}, which is not known here.",
                waits_for=id_key(account, event.provider_template_id),
            )
        return self._by_words(wanted)

    def _named(self, template: Template, event: TemplateFact) -> Template:
        """Found by id: our name and language stay, a language we lacked is filled in."""
        self._fill_language(template, event.language)
        if event.name not in ("", template.name) or event.language not in ("", template.language):
            template.sync_wanted_at = template.sync_wanted_at or timezone.now()
        return template

    def _fill_language(self, template: Template, language: str) -> None:
        namesakes = self._by_name[template.account_id, template.name]
        if language and not template.language and not any(other.language == language for other in namesakes):
            template.language = language

    def _by_words(self, wanted: Wanted) -> Template | Outcome:
        event = wanted.event
        namesakes = self._by_name[wanted.account.pk, event.name]
        if not event.language:
            return self._by_name_alone(wanted, namesakes)
        exact = next((row for row in namesakes if row.language == event.language), None)
        if exact is not None:
            return self._bind(exact, wanted)
        for row in namesakes:
            if not row.language and not (row.provider_template_id and event.provider_template_id):
                return self._bind(row, wanted)
        return self._adopt(wanted)

    def _by_name_alone(self, wanted: Wanted, namesakes: Sequence[Template]) -> Template | Outcome:
        if not namesakes:
            return self._adopt(wanted)
        event = wanted.event
        if len(namesakes) > 1:
            return parked("ambiguous", f"{len(namesakes)} templates are called {event.name} and no language is named.")
        return self._bind(namesakes[0], wanted)

    def _bind(self, template: Template, wanted: Wanted) -> Template | Outcome:
        """Takes the id that the event names, unless the row belongs to another id that is not deleted by then."""
        event = wanted.event
        new_id, old_id = event.provider_template_id, template.provider_template_id
        if new_id and old_id and not self._is_deleted_by(template, wanted.at):
            return parked(
                "other_template",
                f"{template} has another id ({old_id}) at the provider and is not deleted there.",
                waits_for=row_key(template),
            )
        self._fill_language(template, event.language)
        if new_id:
            self._by_id[template.account_id, new_id] = template
            template.provider_template_id = template.provider_template_id or new_id
        return template

    def _adopt(self, wanted: Wanted) -> Template:
        event = wanted.event
        template = Template(
            organization_id=wanted.account.organization_id,
            account=wanted.account,
            provider_template_id=event.provider_template_id or None,
            name=event.name,
            language=event.language,
            sync_wanted_at=timezone.now(),
        )
        self._index(template)
        return template
