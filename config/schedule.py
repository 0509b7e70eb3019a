"""What runs by itself, and how often. It fills beat's tables once; after that people may change them there."""

from __future__ import annotations

from datetime import timedelta

from core.clock import Tick

SCHEDULE = {
    "look for due rows": Tick(
        task="core.tasks.ring_for_due_rows",
        every=timedelta(seconds=5),
        what="Wakes the workers for rows whose own bell was lost.",
    ),
    "end restrictions that expired": Tick(
        task="providers.tasks.lapse_restrictions",
        every=timedelta(minutes=1),
        what="Resolves the alert of an account whose restriction has run out.",
    ),
    "check accounts": Tick(
        task="providers.tasks.check_accounts",
        every=timedelta(hours=1),
        what="Asks the provider whether each access token still works.",
    ),
    "forget old idempotency keys": Tick(
        task="core.tasks.forget_idempotent_answers",
        every=timedelta(hours=1),
        what="Removes answers kept for an Idempotency-Key after 24 hours.",
    ),
}
