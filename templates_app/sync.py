"""
Comparing an account's templates with all that its provider has: what is new, changed or gone becomes a fact.

The facts go the way that webhooks go (`lifecycle`), with the time at which the page was asked for. A repeat of what is
known writes nothing; a sync that is broken off begins anew and does no harm.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from core import bell
from core.redaction import redact
from core.refusals import GiveUp, NotYet, OutcomeUnknown, TryAgain
from core.work import LEASE, due_rows, still_ours
from providers.adapters.meta.values import Misread
from providers.models import Account
from templates_app import comparing, graph_templates, listed
from templates_app.comparing import Counts
from templates_app.graph_templates import Denied, ListPage
from templates_app.models import Submission, SyncRun, Template

QUEUE = "template_syncs"
TRIES = 4
PAGES_MOST = 200
ASKED_MOST = 100  # templates that are missing in the list and asked for one by one, in one run
ERRORS_MOST = 50
KEPT = timedelta(days=30)
LOOK_EVERY = 0.2  # seconds, at a run that a worker has
ARCHIVED_FOR = timedelta(days=28)  # what is archived may be missing in the list and is deleted only then
State = SyncRun.State


class Lost(Exception):
    """Another worker has this run now: this one writes nothing more."""


# Asking for a sync


def ask_for(account: Account, *, actor: str) -> SyncRun:
    """
    The run that is waiting, or a new one. Raises Refused `not_supported`, `account_retired`, `no_access_token`.
    """
    graph_templates.check_account(account)
    waiting: QuerySet[SyncRun] = SyncRun.objects.filter(account=account, state=State.WAITING)
    known = waiting.first()
    if known is not None:
        return known
    run = SyncRun(organization_id=account.organization_id, account=account, actor=actor)
    try:
        with transaction.atomic():
            run.save(force_insert=True)
            bell.ring(QUEUE)
    except IntegrityError:  # somebody else asked in this moment
        return waiting.get()
    return run


def accounts() -> list[Account]:
    """All in scope that a sync can be asked of."""
    return [account for account in in_use().order_by("name", "id") if graph_templates.can_be_asked(account)]


def in_use() -> QuerySet[Account]:
    """Accounts of providers that can be asked, whether they have a token or not."""
    rows: QuerySet[Account] = Account.objects.filter(provider__in=graph_templates.PROVIDERS, is_retired=False)
    return rows


def ask_all(*, actor: str) -> int:
    """Every account whose token is not known to be refused; forgets runs that are long over. Returns how many."""
    SyncRun.objects.filter(finished_at__lt=timezone.now() - KEPT).delete()
    return _ask(in_use(), actor=actor)


def ask_wanted(*, actor: str) -> int:
    """Accounts with templates in review, or about which something was left open. Returns how many."""
    open_ones = Q(status="PENDING", is_retired=False) | Q(sync_wanted_at__isnull=False)
    return _ask(in_use().filter(Exists(Template.objects.filter(open_ones, account=OuterRef("pk")))), actor=actor)


def _ask(rows: QuerySet[Account], *, actor: str) -> int:
    asked = [
        account
        for account in rows.filter(token_refused_at__isnull=True).order_by("id")
        if graph_templates.can_be_asked(account)
    ]
    for account in asked:
        ask_for(account, actor=actor)
    return len(asked)


# Carrying it out


def carry_out(run: SyncRun, *, is_over: Callable[[], bool] = lambda: False) -> None:
    """
    The whole comparison. Raises TryAgain, NotYet, GiveUp or OutcomeUnknown; NotYet also where `is_over` says after a
    page that there is no time for another.
    """
    if run.state != State.WAITING:
        return
    try:
        _Comparison(run).go(is_over=is_over)
    except Lost:
        return
    except Denied as denied:
        raise GiveUp(redact(str(denied))) from None


def mark_failed(run: SyncRun, why: str) -> None:
    """Nobody tries this one again; the clock asks for another in its time."""
    _, _, sentence = why.partition(": ")
    errors = [{"template": "", "detail": sentence or why}, *run.errors][:ERRORS_MOST]
    SyncRun.objects.filter(pk=run.pk, state=State.WAITING).update(
        state=State.FAILED, errors=errors, finished_at=timezone.now()
    )


def try_now(run: SyncRun, *, seconds: float) -> None:
    """
    Carries out in the caller's time what can be done in it, or waits for the worker that is at it already. The worker
    does the rest.
    """
    until = time.monotonic() + seconds
    claimed = due_rows(SyncRun).filter(pk=run.pk).order_by()
    if claimed.update(attempts=F("attempts") + 1, leased_until=timezone.now() + LEASE):
        run.refresh_from_db()
        _carry_out_here(run, until=until)
        run.refresh_from_db()
        return
    run.refresh_from_db()
    while run.state == State.WAITING and run.leased_until is not None and time.monotonic() < until:
        time.sleep(LOOK_EVERY)
        run.refresh_from_db()


def _carry_out_here(run: SyncRun, *, until: float) -> None:
    """What the queue does with a row of its own."""
    try:
        carry_out(run, is_over=lambda: time.monotonic() > until)
    except GiveUp as error:
        if still_ours(run).update(due_at=None, leased_until=None, last_error=str(error)[:1000]):
            mark_failed(run, f"GiveUp: {error}")
    except (NotYet, TryAgain, OutcomeUnknown) as error:
        wait = getattr(error, "wait", None) or timedelta(0)
        later = {"due_at": timezone.now() + wait, "leased_until": None, "last_error": str(error)[:1000]}
        still_ours(run).update(**later, postponed=F("postponed") + 1)


class _Comparison:
    def __init__(self, run: SyncRun) -> None:
        self._run = run
        self._account = run.account
        self._began = timezone.now()
        self._bound = self._templates_there()
        self._counts = Counts(created=run.created, updated=run.updated)
        self._pages = 0
        self._seen: set[str] = set()

    def go(self, *, is_over: Callable[[], bool]) -> None:
        after = ""
        while self._pages < PAGES_MOST:
            page = graph_templates.page(self._account, after=after)
            self._pages += 1
            self._take(page)
            after = page.after
            if not after:
                self._end_complete()
                return
            if is_over():
                raise NotYet("the rest is done by the worker", wait=timedelta(0))
        self._counts.wrong("", f"The list has more than {PAGES_MOST} pages: the rest was not read.")
        self._finish()

    def _take(self, page: ListPage) -> None:
        readable = []
        for item in page.items:
            try:
                one = listed.read(item)
            except Misread as error:
                self._counts.wrong(listed.title_of(item), str(error))
                continue
            readable.append(one)
            self._seen.add(one.provider_template_id)
        comparing.apply(self._account, readable, asked_at=page.asked_at, actor=self._run.actor, counts=self._counts)
        self._counts.seen += len(page.items)
        self._save(leased_until=timezone.now() + LEASE)

    def _end_complete(self) -> None:
        self._mark_gone()
        answered = Template.objects.filter(account=self._account, sync_wanted_at__lte=self._began)
        answered.exclude(submissions__state=Submission.State.WAITING).update(sync_wanted_at=None)
        self._finish()
        Account.objects.filter(pk=self._account.pk).update(last_sync_at=self._began)

    def _mark_gone(self) -> None:
        """A list in pages can lose what moves between them: each one missing is asked for before it counts as gone."""
        missing = [(pk, named) for named, pk in self._bound.items() if named not in self._seen]
        gone = []
        for pk, named in missing[:ASKED_MOST]:
            asked_at = timezone.now()
            found = self._still_there(named)
            if found is None:
                gone.append((pk, named))
            else:
                self._take(ListPage(asked_at=asked_at, items=[found], after=""))
        if len(missing) > ASKED_MOST:
            left = len(missing) - ASKED_MOST
            self._counts.wrong("", f"{left} more are missing in the list: the next sync asks for them.")
        self._counts.missing += comparing.mark_deleted(self._account, gone, at=timezone.now(), actor=self._run.actor)

    def _still_there(self, named: str) -> object | None:
        self._save(leased_until=timezone.now() + LEASE)
        try:
            found = graph_templates.one(self._account, named)
        except Denied:
            return None
        return found if found.get("id") == named else None

    def _templates_there(self) -> dict[str, uuid.UUID]:
        """Our templates by the ids that they have at the provider as the comparison begins."""
        rows = Template.objects.filter(account=self._account, provider_template_id__isnull=False)
        just_archived = Q(status="ARCHIVED", status_at__gt=self._began - ARCHIVED_FOR)
        told = rows.exclude(just_archived).exclude(status="DELETED").order_by("id")
        return dict(told.values_list("provider_template_id", "pk"))

    def _finish(self) -> None:
        self._save(state=State.DONE, finished_at=timezone.now(), due_at=None, leased_until=None)

    def _save(self, **fields: object) -> None:
        """Progress, as long as the run is ours. Raises Lost."""
        counts = self._counts
        figures = {
            "pages": self._pages,
            "seen": counts.seen,
            "created": counts.created,
            "updated": counts.updated,
            "unchanged": counts.unchanged,
            "missing": counts.missing,
            "errors": counts.errors[:ERRORS_MOST],
        }
        mine = still_ours(self._run).filter(state=State.WAITING)
        if not mine.update(**figures, **fields):
            raise Lost
