"""
The queue is a table: rows that are due, claimed by workers, carried out, tried again.

Two ways to claim. Database-only work is taken in batches inside one transaction (`run_batches`): a worker that
dies rolls back, so no lease is needed. Network work is taken one row at a time with a lease (`run_due`): the
attempt number is the fence, and a worker whose lease ran out writes nothing. The only place that catches any
exception, because here each piece of work ends.
"""

from __future__ import annotations

import dataclasses
import logging
import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections, connection, models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.context import acting_as
from core.fence import everywhere
from core.redaction import redact
from core.refusals import GiveUp, NotYet, OutcomeUnknown, TryAgain

logger = logging.getLogger(__name__)

BATCH = 500  # larger ones gain little; a batch that fails is applied again row by row
LEASE = timedelta(minutes=2)
WAITS = [timedelta(minutes=m) for m in (1, 5, 15, 60, 240, 720)]
TRANSIENT_TRIES = 6


class WorkItem(models.Model):
    """A row that is a piece of work. `due_at` null: nothing to do."""

    due_at = models.DateTimeField(_("due"), null=True, blank=True, default=timezone.now, editable=False)
    leased_until = models.DateTimeField(null=True, blank=True, editable=False)
    attempts = models.PositiveIntegerField(_("attempts"), default=0, editable=False)
    postponed = models.PositiveIntegerField(default=0, db_default=0, editable=False)  # attempts that count as none
    last_error = models.TextField(_("last error"), blank=True, editable=False)

    class Meta:
        abstract = True
        indexes = [
            models.Index(fields=["due_at", "id"], name="%(class)s_due", condition=Q(due_at__isnull=False)),
        ]


_Item = TypeVar("_Item", bound=WorkItem)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Queue:
    """A kind of work: which rows, and the task that carries them out."""

    name: str
    model: type[WorkItem]
    task: str


def due_rows(model: type[_Item]) -> models.QuerySet[_Item]:
    """What could be claimed now, oldest first."""
    now = timezone.now()
    free = Q(leased_until__isnull=True) | Q(leased_until__lte=now)
    rows: models.QuerySet[_Item] = model._default_manager.filter(free, due_at__lte=now).order_by("due_at", "id")
    return rows


def _locked(rows: models.QuerySet[_Item]) -> models.QuerySet[_Item]:
    """On PostgreSQL rows that other workers hold are skipped; SQLite has one writer at a time anyway."""
    if connection.features.has_select_for_update_skip_locked:
        return rows.select_for_update(skip_locked=True, of=("self",))
    return rows


# Database-only work, in batches


def run_batches(
    model: type[_Item],
    *,
    apply: Callable[[Sequence[_Item]], None],
    apply_alone: Callable[[_Item], None],
    size: int = BATCH,
) -> int:
    """
    Applies everything that is due, a batch per transaction; returns how many rows.

    A batch that fails is rolled back and applied again row by row, so that one bad row stands alone.
    """
    done = 0
    while True:
        taken = _one_batch(model, apply, apply_alone, size)
        done += taken
        if not taken:
            return done


def _one_batch(
    model: type[_Item], apply: Callable[[Sequence[_Item]], None], apply_alone: Callable[[_Item], None], size: int
) -> int:
    with everywhere():
        if not due_rows(model).exists():  # a plain read: `atomic` would take SQLite's write lock
            return 0
        ids: list[Any] = []

        def attempt() -> int:
            with transaction.atomic():
                rows = list(_locked(due_rows(model))[:size])
                ids[:] = [row.pk for row in rows]
                if rows:
                    with acting_as("worker", work=f"{model.__name__}:{ids[0]}+{len(ids) - 1}"):
                        apply(rows)
                return len(rows)

        try:
            return _through_transient_errors(attempt)
        except Exception:
            logger.exception("a batch of %s failed and is applied row by row", model.__name__)
            return sum(_one_alone(model, pk, apply_alone) for pk in ids)


def _one_alone(model: type[_Item], pk: Any, apply_alone: Callable[[_Item], None]) -> int:
    def attempt() -> int:
        with transaction.atomic():
            row = _locked(due_rows(model).filter(pk=pk)).first()
            if row is not None:
                with acting_as("worker", work=f"{model.__name__}:{pk}"):
                    apply_alone(row)
            return 1

    try:
        return _through_transient_errors(attempt)
    except Exception as error:
        logger.exception("%s %s could not be applied and waits", model.__name__, pk)
        _postpone(model, pk, error)
        return 1


def _postpone(model: type[WorkItem], pk: Any, error: Exception) -> None:
    """The row itself could not be finished: it stays due, later, with its error."""
    row = model._default_manager.filter(pk=pk).values("attempts").first()
    attempts = row["attempts"] if row else 0
    model._default_manager.filter(pk=pk).update(
        due_at=timezone.now() + _wait(attempts), attempts=F("attempts") + 1, last_error=_told(error)
    )


def attempt_alone(function: Callable[[], Any]) -> Exception | None:
    """Carries out one piece inside a savepoint; what went wrong comes back as a value and harms no neighbour."""
    try:
        with transaction.atomic():
            function()
    except (OperationalError, InterfaceError):
        raise  # a passing trouble of the database: the whole attempt is tried again, not parked
    except Exception as error:
        logger.warning("one change could not be applied: %s", type(error).__name__)
        return error
    return None


def _through_transient_errors(attempt: Callable[[], int]) -> int:
    """Deadlocks, serialization failures and lost connections are tried again with growing waits."""
    for number in range(TRANSIENT_TRIES):
        try:
            return attempt()
        except (OperationalError, InterfaceError) as error:
            if number == TRANSIENT_TRIES - 1:
                raise
            logger.warning("the database did not take it, trying again: %s", type(error).__name__)
            close_old_connections()
            time.sleep(min(0.05 * 2**number, 2) * random.uniform(0.8, 1.2))  # noqa: S311 (spread, not secrecy)
    raise AssertionError("unreachable")


# Network work, one row at a time


def claim(model: type[_Item], *, lease: timedelta = LEASE) -> _Item | None:
    """The next due row, leased: its attempt number is counted up and is the fence for what is written later."""
    with everywhere():
        for pk, attempts in due_rows(model).values_list("pk", "attempts")[:20]:
            now = timezone.now()
            free = Q(leased_until__isnull=True) | Q(leased_until__lte=now)
            won = model._default_manager.filter(free, pk=pk, attempts=attempts, due_at__lte=now).update(
                attempts=attempts + 1, leased_until=now + lease
            )
            if won:
                return model._default_manager.get(pk=pk)
    return None


def still_ours(item: WorkItem) -> models.QuerySet[Any]:
    """The claimed row, as long as nobody else has claimed it since: for conditional updates."""
    return type(item)._default_manager.filter(pk=item.pk, attempts=item.attempts)


def run_due(
    model: type[_Item],
    carry_out: Callable[[_Item], None],
    *,
    gave_up: Callable[[_Item, str], None],
    tries: int = len(WAITS) + 1,
) -> int:
    """
    Carries out everything that is due with a few threads; returns how many rows.

    `carry_out` does the network call outside any transaction and may raise TryAgain, NotYet, GiveUp or
    OutcomeUnknown. Anything else it raises is a bug of ours: logged and tried again.
    """

    def lane() -> int:
        done = 0
        while (item := claim(model)) is not None:
            _carry_out_one(item, carry_out, gave_up, tries)
            done += 1
        return done

    def lane_of_its_own() -> int:
        try:
            return lane()
        finally:
            connection.close()

    with everywhere():
        if not due_rows(model).exists():
            return 0
    if settings.WORK_THREADS == 1:
        return lane()
    with ThreadPoolExecutor(settings.WORK_THREADS, thread_name_prefix=model.__name__) as pool:
        return sum(pool.map(lambda _: lane_of_its_own(), range(settings.WORK_THREADS)))


def _carry_out_one(
    item: _Item, carry_out: Callable[[_Item], None], gave_up: Callable[[_Item, str], None], tries: int
) -> None:
    with acting_as("worker", work=f"{type(item).__name__}:{item.pk}"), everywhere():
        try:
            carry_out(item)
        except GiveUp as error:
            _end(item, error, gave_up)
        except NotYet as error:
            _later(item, error)
        except (TryAgain, OutcomeUnknown) as error:
            _again(item, error, gave_up, tries, wait=getattr(error, "wait", None))
        except Exception as error:
            logger.exception("%s %s failed", type(item).__name__, item.pk)
            _again(item, error, gave_up, tries, wait=None)
        else:
            _finish(item, None)


def _finish(item: WorkItem, error: Exception | None) -> bool:
    """Whether the row was still ours to finish."""
    last_error = _told(error) if error else ""
    return still_ours(item).update(due_at=None, leased_until=None, last_error=last_error) > 0


def _end(item: _Item, error: Exception, gave_up: Callable[[_Item, str], None]) -> None:
    if _finish(item, error):
        gave_up(item, _told(error))


def _again(
    item: _Item,
    error: Exception,
    gave_up: Callable[[_Item, str], None],
    tries: int,
    *,
    wait: timedelta | None,
) -> None:
    counted = item.attempts - item.postponed
    if counted >= tries:
        _end(item, error, gave_up)
        return
    due_at = timezone.now() + (wait if wait is not None else _wait(counted - 1))
    still_ours(item).update(due_at=due_at, leased_until=None, last_error=_told(error))


def _later(item: WorkItem, error: NotYet) -> None:
    due_at = timezone.now() + error.wait
    postponed = F("postponed") + 1
    still_ours(item).update(due_at=due_at, leased_until=None, postponed=postponed, last_error=_told(error))


def _wait(attempts: int) -> timedelta:
    return WAITS[min(attempts, len(WAITS) - 1)] * random.uniform(0.9, 1.1)  # noqa: S311 (spread, not secrecy)


def _told(error: Exception) -> str:
    return redact(f"{type(error).__name__}: {error}")[:1000]


def oldest_due(model: type[WorkItem]) -> tuple[int, datetime | None]:
    """How many rows wait, and since when the oldest is due. Counts at most 10,000."""
    with everywhere():
        rows = model._default_manager.filter(due_at__lte=timezone.now())
        first = rows.order_by("due_at").values_list("due_at", flat=True).first()
        return rows.order_by()[:10_000].count(), first
