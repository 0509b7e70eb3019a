"""
The templates of the simulated Meta: kept as rows, changed one account at a time, and told of to our own door.

A change and what is to be told of it are saved together, with the moments that the calls will say; a worker posts
them one by one. Whoever dies in between loses nothing, and what is posted twice says the same.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from core import bell
from core.refusals import NotYet
from providers import sandbox_clock, sandbox_door
from providers.adapters.sandbox.living import Life, Tell, stepped
from providers.adapters.sandbox.reviewing import Submission, Verdict
from providers.adapters.sandbox.state import FIELDS
from providers.adapters.sandbox.telling import body
from providers.models import Account, SandboxTemplate
from providers.routes import routes
from providers.sandbox_hearing import catch_up

SIBLINGS_MOST = 6000


class World:
    """What an account's Meta has, for as long as nobody else changes it. `now`: the time of its clock."""

    def __init__(self, account: Account, *, ahead: timedelta) -> None:
        self.account = account
        self.ahead = ahead
        self.now = timezone.now() + ahead

    @property
    def rows(self) -> Any:
        return SandboxTemplate.objects.filter(account_id=self.account.pk)

    @property
    def living(self) -> Any:
        return self.rows.filter(deleted_at__isnull=True)

    def add(self, life: Life) -> SandboxTemplate:
        """A template that was not there before."""
        row = SandboxTemplate(organization_id=self.account.organization_id, account=self.account, submitted_at=self.now)
        self._put(row, life)
        row.save(force_insert=True)
        bell.ring(sandbox_clock.QUEUE)
        return row

    def keep(self, row: SandboxTemplate, life: Life, **others: Any) -> None:
        """What the template is now. `others`: fields that are not of its state."""
        for name, value in others.items():
            setattr(row, name, value)
        self._put(row, life)
        self._save(row, *others)

    def posted(self, row: SandboxTemplate, letter: dict[str, Any]) -> None:
        """The first letter of its outbox has reached our door."""
        if row.outbox[:1] == [letter]:
            row.outbox = row.outbox[1:]
        self._save(row, last_error="")

    def drop_letters(self, row: SandboxTemplate) -> None:
        """What could not be posted for so long is not told any more, as Meta does after a week."""
        row.outbox = []
        self._save(row)

    def judge(self, submission: Submission) -> Verdict:
        others = [
            row.state.submission
            for row in self.living.exclude(name=submission.name, language=submission.language)[:SIBLINGS_MOST]
        ]
        return routes().review(submission, others)

    def _put(self, row: SandboxTemplate, life: Life) -> None:
        state, tells = life
        for name in FIELDS:
            setattr(row, name, getattr(state, name))
        for tell in tells:
            row.told_at = _next_second(row.told_at)
            row.outbox = [*row.outbox, _letter(tell, row.told_at)]
        row.due_at = self._due(row)

    def _save(self, row: SandboxTemplate, *others: str, **told: Any) -> None:
        """Whoever carries the row out now has lost it (`attempts` is the fence): what is due is another thing."""
        row.due_at = self._due(row)
        names = (*FIELDS, "outbox", "told_at", "due_at", *others)
        fence = {"leased_until": None, "attempts": F("attempts") + 1, "postponed": F("attempts") + 1}
        fields = {name: getattr(row, name) for name in names}
        SandboxTemplate.objects.filter(pk=row.pk).update(**fields, **fence, **told)
        bell.ring(sandbox_clock.QUEUE)

    def _due(self, row: SandboxTemplate) -> datetime | None:
        if row.outbox:
            return timezone.now()
        next_at = row.state.next_at
        return next_at - self.ahead if next_at else None


@contextlib.contextmanager
def world_of(account: Account) -> Iterator[World]:
    """In a transaction of its own: what stories told has been heard, and nobody else changes anything."""
    with transaction.atomic():
        clock = sandbox_clock.held(account)
        catch_up(account, clock)
        yield World(account, ahead=clock.ahead)


def hear(account: Account) -> None:
    """The account's Meta has what stories told until now."""
    with world_of(account):
        pass


def act(row: SandboxTemplate) -> None:
    """Posts the first of what is to be told, or else lets the next thing happen. Raises NotYet before its time."""
    if row.outbox:
        letter = row.outbox[0]
        _post(row, letter)
        with world_of(row.account) as world:
            world.posted(world.rows.get(pk=row.pk), letter)
        return
    with world_of(row.account) as world:
        fresh = world.rows.get(pk=row.pk)
        state = fresh.state
        next_at = state.next_at
        if next_at and next_at <= world.now:
            world.keep(fresh, stepped(state, judge=lambda: world.judge(state.submission)))
            return
    if next_at:
        raise NotYet("what comes next has its time", wait=next_at - world.now)


def mark_failed(row: SandboxTemplate, why: str) -> None:
    with world_of(row.account) as world:
        world.drop_letters(world.rows.get(pk=row.pk))


def _post(row: SandboxTemplate, letter: dict[str, Any]) -> None:
    change, at = (letter["field"], letter["value"]), datetime.fromisoformat(letter["at"])
    sandbox_door.post(row.account, body([change], account_id=row.account.external_id, at=at))


def _letter(tell: Tell, at: datetime) -> dict[str, Any]:
    field, value = tell(at)
    return {"at": at.isoformat(), "field": field, "value": value}


def _next_second(told_at: datetime | None) -> datetime:
    """Meta's times are whole seconds, and the order of what is told of one template has to be certain."""
    newest = timezone.now().replace(microsecond=0)
    return max(newest, told_at or newest) + timedelta(seconds=1)
