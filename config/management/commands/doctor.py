"""`manage.py doctor` says in words what is misconfigured, and exits 1 if anything is."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from config.diagnosis import diagnose
from config.diagnosis_findings import Finding, Level


class Command(BaseCommand):
    help = "Looks at settings, database, queue, worker and accounts. Hints are no failure; a problem exits with 1."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        counts = dict.fromkeys(Level, 0)
        for finding in diagnose():
            counts[finding.level] += 1
            self._tell(finding)
        self.stdout.write(f"{counts[Level.PROBLEM]} problem(s), {counts[Level.HINT]} hint(s).")
        if counts[Level.PROBLEM]:
            sys.exit(1)

    def _tell(self, finding: Finding) -> None:
        paint = {Level.OK: self.style.SUCCESS, Level.HINT: self.style.WARNING, Level.PROBLEM: self.style.ERROR}
        self.stdout.write(f"{paint[finding.level](f'{finding.level:8}')} {finding.what}")
        for label, words in (("It means", finding.meaning), ("To do", finding.remedy)):
            if words:
                self.stdout.write(f"{'':8}   {label}: {words}")
