"""
What a provider's list says of templates, page by page: compared with what is known, and applied as facts.

A page is one transaction. If it fails it is applied again one by one, so that one bad template harms no other.
"""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from core.work import attempt_alone
from providers.events import TemplateFact, TemplateStatusChanged
from providers.models import Account
from providers.routes import APPLIED, PARKED, Incoming, Outcome
from templates_app import lifecycle
from templates_app.listed import FIELD, Held, Listed, news
from templates_app.models import Submission, Template, TemplateEvent, TemplateVersion
from templates_app.standing import Standing

POINTERS = ("current_version", "submitted_version", "drifted_version")


@dataclasses.dataclass(kw_only=True)
class Counts:
    """What came of a comparison so far. `good`: templates that were read and kept; `errors`: the others, each why."""

    seen: int = 0
    good: int = 0
    created: int = 0
    updated: int = 0
    missing: int = 0
    errors: list[dict[str, str]] = dataclasses.field(default_factory=list)

    @property
    def unchanged(self) -> int:
        return max(0, self.good - self.created - self.updated)

    def wrong(self, template: str, detail: str) -> None:
        self.errors.append({"template": template[:300], "detail": detail[:500]})


def apply(account: Account, found: Sequence[Listed], *, asked_at: datetime, actor: str, counts: Counts) -> None:
    """Applies what the list said at that moment, and counts it. Outside of any transaction, scopes open."""
    page = _Page(account, asked_at=asked_at, actor=actor)
    if attempt_alone(lambda: page.apply(found)) is None:
        page.count(counts)
        return
    for one in found:
        alone = _Page(account, asked_at=asked_at, actor=actor)
        error = _apply_alone(alone, one)
        if error is None:
            alone.count(counts)
        else:
            counts.wrong(one.title, f"It could not be kept ({type(error).__name__}); the log says more.")


def _apply_alone(page: _Page, one: Listed) -> Exception | None:
    return attempt_alone(lambda: page.apply([one]))


@transaction.atomic
def mark_deleted(account: Account, gone: Sequence[tuple[uuid.UUID, str]], *, at: datetime, actor: str) -> int:
    """These (row, id at the provider) are not there any more; returns of how many that was news."""
    named = dict(gone)
    rows = _locked(account, Q(pk__in=named))
    batch = [
        Incoming(
            event=TemplateStatusChanged(
                account_ids=(account.external_id,),
                field=FIELD,
                at=moment_of(at, row=row),
                raw_time=None,
                raw={},
                provider_template_id=named[row.pk],
                name=row.name,
                language=row.language,
                event="DELETED",
            ),
            account=account,
            received_at=at,
            source=TemplateEvent.Source.SYNC,
            actor=actor,
        )
        for row in rows
        if row.provider_template_id == named[row.pk] and row.status != "DELETED"
    ]
    return sum(outcome.status == APPLIED for outcome in lifecycle.apply(batch)) if batch else 0


class _Page:
    def __init__(self, account: Account, *, asked_at: datetime, actor: str) -> None:
        self._account = account
        self._asked_at = asked_at
        self._actor = actor
        self._results: list[tuple[Listed, bool, list[Outcome]]] = []  # with whether it is new to us

    def apply(self, found: Sequence[Listed]) -> None:
        rows = _Rows(self._account, found)
        busy = self._busy(rows.all)
        told = [(one, rows.of(one), self._news(one, rows.of(one), busy)) for one in found]
        batch = [self._incoming(event) for _, _, events in told for event in events]
        outcomes = iter(lifecycle.apply(batch) if batch else [])
        self._results = [(one, row is None, [next(outcomes) for _ in events]) for one, row, events in told]
        self._settle([row for _, row, _ in told if row is not None and row.pk not in busy])

    def count(self, counts: Counts) -> None:
        for one, is_new, outcomes in self._results:
            left_out = next((outcome for outcome in outcomes if outcome.status == PARKED), None)
            if left_out is not None:
                counts.wrong(one.title, left_out.detail)
                continue
            counts.good += 1
            if any(outcome.status == APPLIED for outcome in outcomes):
                counts.created += is_new
                counts.updated += not is_new

    def _busy(self, rows: Sequence[Template]) -> set[uuid.UUID]:
        """What we submit at this moment: whether the list shows it before or after that, nobody can say."""
        at_work = Q(state=Submission.State.WAITING) | Q(finished_at__gte=self._asked_at)
        found = Submission.objects.filter(at_work, template__in=rows).order_by()
        return set(found.values_list("template_id", flat=True))

    def _news(self, one: Listed, row: Template | None, busy: set[uuid.UUID]) -> list[TemplateFact]:
        return news(
            one,
            _held(row) if row is not None else None,
            at=moment_of(self._asked_at, row=row),
            account_id=self._account.external_id,
            with_content=row is None or row.pk not in busy,
        )

    def _incoming(self, event: TemplateFact) -> Incoming:
        return Incoming(
            event=event,
            account=self._account,
            received_at=timezone.now(),
            source=TemplateEvent.Source.SYNC,
            actor=self._actor,
        )

    def _settle(self, rows: Sequence[Template]) -> None:
        """What was left open before the page was asked for is answered, and so is what its own facts left open."""
        answered = [row.pk for row in rows if row.sync_wanted_at is None or row.sync_wanted_at <= self._asked_at]
        adopted = [
            outcome.object["id"]
            for _, is_new, outcomes in self._results
            for outcome in outcomes
            if is_new and outcome.object
        ]
        settled = Template.objects.filter(pk__in={*map(str, answered), *adopted}, sync_wanted_at__isnull=False)
        settled.update(sync_wanted_at=None)


class _Rows:
    """Our templates that a page may be about, locked, and which of them each is (as `locating` finds it)."""

    def __init__(self, account: Account, found: Sequence[Listed]) -> None:
        ids = [one.provider_template_id for one in found]
        self.all = _locked(account, Q(provider_template_id__in=ids) | Q(name__in=[one.name for one in found]))
        self._by_id = {row.provider_template_id: row for row in self.all if row.provider_template_id}
        self._by_name = {(row.name, row.language): row for row in self.all}

    def of(self, one: Listed) -> Template | None:
        nameless = self._by_name.get((one.name, ""))  # nobody has told its language yet
        by_words = self._by_name.get((one.name, one.language)) or (
            nameless if nameless is not None and not nameless.provider_template_id else None
        )
        return self._by_id.get(one.provider_template_id) or by_words


def _locked(account: Account, where: Q) -> list[Template]:
    rows = Template.objects.select_for_update(of=("self",), no_key=True).select_related(*POINTERS)
    return list(rows.filter(where, account=account).order_by("pk"))


def _held(row: Template) -> Held:
    current = row.current_version
    told = current if current is not None and current.origin == TemplateVersion.Origin.PROVIDER else None
    version = row.drifted_version or row.submitted_version or told
    return Held(
        standing=Standing.from_json(row.standing),
        components=version.components if version is not None else (),
        parameter_format=version.parameter_format if version is not None else "",
        is_wish=row.current_version_id != row.submitted_version_id,
    )


def moment_of(asked_at: datetime, *, row: Template | None) -> datetime:
    """
    The whole second in which we asked, because the provider's times are whole seconds: what it tells of that second or
    later stands above. But what we had heard before we asked is older than the answer, whatever time it says.
    """
    second = asked_at.replace(microsecond=0)
    if row is None or row.updated_at >= asked_at:
        return second
    newest = Standing.from_json(row.standing).newest_key
    return max(second, newest[0] + timedelta(microseconds=1)) if newest else second
