"""
`manage.py sandbox SCENARIO` lets days go by at a sandbox account within seconds, and tells what happens.

`turn`, `notice`, `pause` and `pace` let one thing happen instead: to the account's clock, or to one of its templates.
"""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse
from django.utils import timezone

from core.bell import WORKER
from core.context import acting_as
from core.fence import everywhere
from core.models import Heartbeat
from core.refusals import Refused
from providers import sandbox, sandbox_acts, sandbox_clock, sandbox_templates
from providers.adapters.sandbox.scenarios import FASTEST, SCENARIOS, SPEED
from providers.models import Account, SandboxRun, SandboxTemplate

LOOK_EVERY = 0.2  # seconds
PATIENCE = 25  # looks at a story that does not begin, before somebody is told why
SILENT_AFTER = timedelta(seconds=20)  # a worker says every few seconds that it lives
UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
NO_WORKER = (
    "No worker is running, so nothing happens yet. The story waits and begins by itself as soon as one runs.\n"
    "Start everything in another window:  python manage.py up"
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Act:
    """What a word of the command does, and which words it needs behind it."""

    does: Callable[..., str]
    needs: tuple[str, ...]
    words: str


class Command(BaseCommand):
    help = "Lets something happen to a sandbox account, by signed calls to its own webhook door, and follows it."

    def add_arguments(self, parser: CommandParser) -> None:
        names = ", ".join([*SCENARIOS, *ACTS])
        parser.add_argument("scenario", nargs="?", default="", metavar="SCENARIO", help=names)
        parser.add_argument("rest", nargs="*", metavar="…", help="what an act needs, as: turn 24h")
        parser.add_argument("--account", default="", metavar="ID", help="needed where there are several")
        parser.add_argument("--speed", type=int, default=SPEED, help="how many times faster than life")
        parser.add_argument("--no-wait", action="store_true", help="only start it")

    def handle(self, *args: Any, **options: Any) -> None:
        name, speed = options["scenario"], options["speed"]
        if name in ACTS:
            with everywhere(), acting_as("command line"):
                self.stdout.write(_let(name, options["rest"], _account(options["account"])))
            return
        if name not in SCENARIOS:
            raise CommandError(f"{_opening(name)} Choose one of these:\n{_listed()}")
        if not 1 <= speed <= FASTEST:
            raise CommandError(f"--speed is a number from 1 (as in life) to {FASTEST}.")
        with everywhere(), acting_as("command line"):
            account = _account(options["account"])
            try:
                run = sandbox.start(account, scenario=name, speed=speed)
            except Refused as refused:
                raise CommandError(refused.sentence) from None
        self.stdout.write(f"{account.name}: {SCENARIOS[name].title}, in {run.steps} steps")
        if options["no_wait"]:
            self.stdout.write(f"It is followed at {_place(run)}")
            return
        try:
            self._follow(run)
        except KeyboardInterrupt:
            self.stdout.write(f"\nIt goes on without you: {_place(run)}")

    def _follow(self, run: SandboxRun) -> None:
        told, looks = 0, 0
        while True:
            run = _now(run)
            for number, moment in enumerate(sandbox.story_of(run).moments[told : run.step], start=told + 1):
                self.stdout.write(f"{number:>4}  {moment.words}")
            told = run.step
            if run.state != SandboxRun.State.RUNNING:
                break
            looks += 1
            if looks == PATIENCE and not told:
                self.stdout.write(_why_nothing_happens(run))
            self.stdout.flush()
            time.sleep(LOOK_EVERY)
        if run.state == SandboxRun.State.FAILED:
            raise CommandError(f"The story could not be told to its end. {run.trouble}")
        end = "Stopped." if run.state == SandboxRun.State.STOPPED else "The story is told."
        self.stdout.write(f"{end} What came of it: {_place(run)}")


def _turn(account: Account, span: str) -> str:
    number, unit = span[:-1], UNITS.get(span[-1:])
    if unit is None or not (number.isascii() and number.isdigit() and len(number) < 6):
        raise CommandError("Say how far: 30m, 24h or 7d.")
    at = sandbox_clock.turn(account, by=int(number) * unit)
    return f"At {account.name} it is {at:%Y-%m-%d %H:%M:%S} UTC now. What is due by then happens."


def _notice(account: Account, name: str, category: str) -> str:
    row = _template(account, name)
    sandbox_acts.give_notice(row, coming=category.upper())
    row.refresh_from_db()
    wait = row.category_at - sandbox_clock.now(account) if row.category_at else timedelta(0)
    return f"{name} is told to become {category.upper()}. To let it come at once: manage.py sandbox turn {_span(wait)}"


def _span(wait: timedelta) -> str:
    """As `turn` takes it, and not too short: in days from two days on."""
    hours = max(1, math.ceil(wait / UNITS["h"]))
    return f"{hours}h" if hours < 48 else f"{math.ceil(wait / UNITS['d'])}d"


def _pause(account: Account, name: str) -> str:
    sandbox_acts.let_quality_fall(_template(account, name))
    return f"The quality of {name} is RED: it is paused for 3 hours, the second time for 6, then disabled."


def _pace(account: Account, name: str) -> str:
    sandbox_acts.pace(_template(account, name))
    return f"{name} is paused until somebody ends that."


ACTS: dict[str, Act] = {
    "turn": Act(does=_turn, needs=("SPAN",), words="Turns the clock of the account ahead: 30m, 24h, 7d."),
    "notice": Act(does=_notice, needs=("TEMPLATE", "CATEGORY"), words="Announces another category, a day before."),
    "pause": Act(does=_pause, needs=("TEMPLATE",), words="Quality falls: paused 3 hours, then 6, then disabled."),
    "pace": Act(does=_pace, needs=("TEMPLATE",), words="Paused by pacing, until somebody ends it."),
}


def _let(name: str, given: Sequence[str], account: Account) -> str:
    act = ACTS[name]
    if len(given) != len(act.needs):
        raise CommandError(f"Use it so: manage.py sandbox {name} {' '.join(act.needs)}")
    try:
        return act.does(account, *given)
    except Refused as refused:
        raise CommandError(refused.sentence) from None


def _template(account: Account, name: str) -> SandboxTemplate:
    """By its name, where several have it with the language behind a dot, or by its id at the sandbox."""
    sandbox_templates.hear(account)
    named, _dot, language = name.partition(".")
    rows = SandboxTemplate.objects.filter(account=account, deleted_at__isnull=True).select_related("account")
    by_name = rows.filter(name=named, **({"language": language} if language else {}))
    found: list[SandboxTemplate] = list(by_name[:2]) or list(rows.filter(external_id=name))
    if not found:
        raise CommandError(f"{account.name} has no template {name}.")
    if len(found) > 1:
        raise CommandError(f"Several languages have this name. Say which, as: {found[0].name}.{found[0].language}")
    return found[0]


def _account(given: str) -> Account:
    known: dict[str, Account] = {
        str(account.pk): account for account in sandbox.accounts().select_related("organization").order_by("name")
    }
    lines = "\n".join(f"  --account {pk}  {one.name} ({one.organization})" for pk, one in known.items())
    if not known:
        raise CommandError(
            "There is no sandbox account. Add one in the console under Accounts (provider: Sandbox), or run "
            "`python manage.py demo`, which makes one."
        )
    if given and given not in known:
        raise CommandError(f"No sandbox account has the id {given}. These are there:\n{lines}")
    if not given and len(known) > 1:
        raise CommandError(f"Say which sandbox account you mean:\n{lines}")
    return known[given] if given else next(iter(known.values()))


def _opening(name: str) -> str:
    return f"There is no scenario {name}." if name else "Say what is to happen."


def _listed() -> str:
    stories = [f"  {one.name:<16} {one.title}. {one.promise}" for one in SCENARIOS.values()]
    acts = [f"  {' '.join((name, *act.needs)):<16} {act.words}" for name, act in ACTS.items()]
    return "\n".join([*stories, *acts])


def _now(run: SandboxRun) -> SandboxRun:
    with everywhere():
        found: SandboxRun = SandboxRun.objects.get(pk=run.pk)
    return found


def _why_nothing_happens(run: SandboxRun) -> str:
    if run.trouble:
        return f"{run.trouble}\nIt is tried again by itself. Does the web process run at {settings.SANDBOX_DOOR}?"
    beat = Heartbeat.objects.filter(name=WORKER).first()
    is_alive = beat is not None and timezone.now() - beat.at < SILENT_AFTER
    return "The worker is busy; the story begins when its turn comes." if is_alive else NO_WORKER


def _place(run: SandboxRun) -> str:
    return f"{settings.PUBLIC_URL}{reverse('admin:providers_sandboxrun_change', args=[run.pk])}"
