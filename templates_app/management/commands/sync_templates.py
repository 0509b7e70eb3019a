"""`manage.py sync_templates` compares the templates of every account, or of one, with what the provider has."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.context import acting_as
from core.fence import everywhere
from core.refusals import Refused
from providers.models import Account
from templates_app import sync
from templates_app.models import SyncRun

ACTOR = "command line"
PATIENCE = 600.0  # seconds for an account


class Command(BaseCommand):
    help = "Compares templates with what the provider has, and tells the figures. Exits with 1 on errors."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--account", default="", metavar="ID", help="ours or the provider's; without it all")

    def handle(self, *args: Any, **options: Any) -> None:
        with everywhere(), acting_as(ACTOR):
            given = options["account"]
            chosen = [_account(given)] if given else sync.accounts()
            failed = sum(not self._sync(account) for account in chosen)
        if not chosen:
            self.stdout.write("There is no account with an access token, and no sandbox account.")
        if failed:
            raise CommandError(f"{failed} of {len(chosen)} syncs had errors.", returncode=1)

    def _sync(self, account: Account) -> bool:
        """Whether it went without errors."""
        try:
            run = sync.ask_for(account, actor=ACTOR)
        except Refused as refused:
            self.stdout.write(f"{account.name}: {refused.sentence}")
            return False
        sync.try_now(run, seconds=PATIENCE)
        figures = f"{run.created} new, {run.updated} changed, {run.unchanged} unchanged, {run.missing} gone"
        self.stdout.write(f"{account.name}: {figures}{_state(run)}")
        for error in run.errors:
            self.stdout.write(f"  {': '.join(filter(None, (error['template'], error['detail'])))}")
        return run.state == SyncRun.State.DONE and not run.errors


def _state(run: SyncRun) -> str:
    if run.state == SyncRun.State.DONE:
        return ""
    if run.state == SyncRun.State.FAILED:
        return "; it was given up"
    return f"; not at its end yet, it goes on by itself. {run.last_error}"


def _account(given: str) -> Account:
    known: dict[str, Account] = {}
    for account in Account.objects.order_by("name", "id"):
        known |= {str(account.pk): account, account.external_id: account}
    if given not in known:
        raise CommandError(f"There is no account {given}: give its id here, or the one at the provider.")
    return known[given]
