"""`manage.py templates export|plan|apply`: templates as files, and the way from there to the provider."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import sys
from collections.abc import Iterator
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core import joining
from core.context import acting_as
from core.fence import everywhere, inside
from core.models import Organization
from core.refusals import Refused
from providers.models import Account
from templates_app import applying, exporting, planning
from templates_app.applying import Outcome
from templates_app.code import plans
from templates_app.code.differing import safe
from templates_app.code.folder import Folder, NoFolder, read_folder
from templates_app.code.plans import BadPlan, Plan
from templates_app.code.telling import told

ACTOR = "command line"
PLAN_MOST = 64 * 1024 * 1024  # bytes
EPILOG = "Exit codes of plan: 0 there is nothing to do, 2 changes are planned, 1 something is blocked or wrong."


class _Parser(CommandParser):
    """Wrong arguments exit with 1: 2 says that changes are planned."""

    def error(self, message: str) -> NoReturn:
        if not self.called_from_command_line:
            raise CommandError(f"Error: {message}")
        self.print_usage(sys.stderr)
        self.exit(plans.BLOCKED, f"{self.prog}: error: {message}\n")


class Command(BaseCommand):
    help = (
        "Templates as code: export writes what templates say into YAML files, one for each name and language; plan "
        "says what the files ask for beside the database, and what it costs; apply carries that out. " + EPILOG
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.__class__ = _Parser  # Django makes it, and takes no other class
        deeds = parser.add_subparsers(dest="deed", required=True, metavar="export|plan|apply")
        export = deeds.add_parser("export", help="write files")
        export.add_argument("folder", metavar="DIR")
        export.add_argument("--name", action="append", default=[], help="only this template; may be repeated")
        export.add_argument("--force", action="store_true", help="overwrite files that say something else")
        plan = deeds.add_parser("plan", help="compare the files with the database", epilog=EPILOG)
        plan.add_argument("folder", metavar="DIR")
        plan.add_argument("--out", metavar="PLAN.json", help="keep the plan, for apply")
        apply = deeds.add_parser("apply", help="carry out a plan")
        apply.add_argument("folder", metavar="PLAN.json|DIR")
        apply.add_argument("--yes", action="store_true", help="do not ask (for DIR; a saved plan is not asked about)")
        for deed in (export, plan, apply):
            deed.add_argument("--organization", metavar="SLUG", default="", help="needed where there are several")
            deed.add_argument("--account", metavar="ID", default="", help="needed where there are several")
        for deed in (plan, apply):
            deed.add_argument("--delete", action="store_true", help="also delete what has no file")

    def handle(self, *args: Any, **options: Any) -> None:
        deeds = {"export": self._export, "plan": self._plan, "apply": self._apply}
        try:
            outcome = deeds[options["deed"]](pathlib.Path(options["folder"]), options)
        except Refused as refused:
            raise CommandError(refused.sentence) from None
        except (NoFolder, BadPlan) as error:
            raise CommandError(str(error)) from None
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}.") from None
        if outcome:
            sys.exit(outcome)

    def _export(self, place: pathlib.Path, options: dict[str, Any]) -> int:
        told_of = 0
        with _account(options["organization"], options["account"]) as account:
            for one in exporting.export(account, place, names=options["name"], with_force=options["force"]):
                told_of += 1
                self._say(f"{one.outcome:<10} {one.path}  {one.title}" + (f"  {one.why}" if one.why else ""))
        if not told_of:
            named = " of that name" if options["name"] else ""
            raise CommandError(f"{account.name} has no templates{named}.")
        return 0

    def _plan(self, place: pathlib.Path, options: dict[str, Any]) -> int:
        folder = _read(place)
        with _account(options["organization"], options["account"]) as account:
            plan = _planned(account, folder, place=place, with_deletion=options["delete"])
            self._tell(account, plan)
        if options["out"]:
            file = pathlib.Path(options["out"])
            kept = {**plans.as_json(plan), "folder": os.path.relpath(place, file.parent)}
            file.write_text(json.dumps(kept, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
            self._say(f"Kept in {file}. To carry it out: manage.py templates apply {file}")
        return plan.outcome

    def _apply(self, place: pathlib.Path, options: dict[str, Any]) -> int:
        if place.is_dir():
            return self._apply_folder(place, options)
        plan = _kept(place)
        _check_same(plan, options)
        folder_place = place.parent / plan.folder
        folder = _read(folder_place)
        with _account(plan.organization, plan.account) as account:
            now = _planned(account, folder, place=folder_place, with_deletion=plan.with_deletion)
            stale = applying.why_stale(plan, now)
            if stale:
                lines = "\n  ".join(map(safe, stale))
                raise CommandError(f"The plan does not hold any more, and nothing was done. Plan anew.\n  {lines}")
            return self._carry_out(plan, now, folder, account=account)

    def _apply_folder(self, place: pathlib.Path, options: dict[str, Any]) -> int:
        folder = _read(place)
        with _account(options["organization"], options["account"]) as account:
            plan = _planned(account, folder, place=place, with_deletion=options["delete"])
            self._tell(account, plan)
            if plan.changes and not options["yes"]:
                self._ask()
            return self._carry_out(plan, plan, folder, account=account)

    def _ask(self) -> None:
        if not sys.stdin.isatty():
            raise CommandError("Nothing was done. Say --yes, or apply a plan that was kept with plan --out.")
        self.stdout.write("Carry this out? Only `yes` does: ", ending="")
        self.stdout.flush()
        if sys.stdin.readline().strip() != "yes":
            raise CommandError("Nothing was done.")

    def _carry_out(self, plan: Plan, now: Plan, folder: Folder, *, account: Account) -> int:
        counts = dict.fromkeys(Outcome, 0)
        for result in applying.apply(plan, now, folder, account=account, actor=ACTOR):
            counts[result.outcome] += 1
            line = f"{result.outcome:<13} {result.item.action} {result.item.title}"
            self._say(safe(f"{line}  {result.sentence}".rstrip()))
        said = ", ".join(f"{count} {outcome}" for outcome, count in counts.items() if count)
        self._say(f"Applied: {said or 'there was nothing to do'}.")
        return plans.BLOCKED if counts[Outcome.REFUSED] else plans.NOTHING_TO_DO

    def _tell(self, account: Account, plan: Plan) -> None:
        self._say(safe(f"{account.name} ({account.provider} {account.external_id})"))
        for line in told(plan):
            self._say(line)

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _read(place: pathlib.Path) -> Folder:
    folder = read_folder(place)
    if folder.faults:
        raise CommandError("\n".join([*map(safe, folder.faults), "Nothing was planned."]))
    return folder


def _planned(account: Account, folder: Folder, *, place: pathlib.Path, with_deletion: bool) -> Plan:
    return planning.make_plan(account, folder, place=str(place), with_deletion=with_deletion, at=timezone.now())


def _kept(file: pathlib.Path) -> Plan:
    with file.open("rb") as opened:
        raw = opened.read(PLAN_MOST + 1)
    try:
        return plans.from_json(json.loads(raw) if len(raw) <= PLAN_MOST else None)
    except (ValueError, RecursionError):
        raise BadPlan(f"{file} is no plan of templates.") from None


def _check_same(plan: Plan, options: dict[str, Any]) -> None:
    """A saved plan says for itself what it is about."""
    for name, planned in (("organization", plan.organization), ("account", plan.account)):
        if options[name] not in ("", planned):
            raise CommandError(f"The plan is one for the {name} {planned}.")
    if options["delete"] and not plan.with_deletion:
        raise CommandError("The plan deletes nothing: plan again with --delete.")


@contextlib.contextmanager
def _account(slug: str, named: str) -> Iterator[Account]:
    """The account that is meant, and only its organization's rows. Raises Refused where that is not clear."""
    organization = joining.organization_called(slug) if slug else _only_organization()
    with inside(organization), acting_as(ACTOR):
        accounts = list(Account.objects.filter(is_retired=False).select_related("organization").order_by("name"))
        lines = "".join(f"\n  --account {one.pk}  {one.name} ({one.provider} {one.external_id})" for one in accounts)
        found = [one for one in accounts if named in ("", str(one.pk), one.external_id)]
        if not accounts:
            raise Refused(f"{organization.name} has no account.", code="no_account")
        if not found:
            raise Refused(f"{organization.name} has no account {named}. There are:{lines}", code="no_account")
        if len(found) > 1:
            raise Refused(f"Say which account you mean:{lines}", code="account_needed")
        yield found[0]


def _only_organization() -> Organization:
    with everywhere():
        known: list[Organization] = list(Organization.objects.order_by("slug")[:20])
    if not known:
        raise Refused("There is no organization yet: manage.py create_organization makes one.", code="no_organization")
    if len(known) > 1:
        slugs = "".join(f"\n  --organization {one.slug}" for one in known)
        raise Refused(f"Say which organization you mean:{slugs}", code="organization_needed")
    return known[0]
