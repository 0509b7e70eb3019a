"""What runs by itself, and how often. It fills beat's tables once; after that people may change them there."""

from __future__ import annotations

from datetime import timedelta

from core.checkups import checkups
from core.clock import Tick

OURS = {
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
    "forget old sign-in failures": Tick(
        task="core.tasks.forget_sign_in_tries",
        every=timedelta(hours=1),
        what="Removes failures to sign in that no longer make anybody wait (after 15 minutes).",
    ),
    "forget old idempotency keys": Tick(
        task="core.tasks.forget_idempotent_answers",
        every=timedelta(hours=1),
        what="Removes answers kept for an Idempotency-Key after 24 hours.",
    ),
    "begin and end silences": Tick(
        task="alerts.tasks.keep_silences",
        every=timedelta(seconds=30),
        what="Begins silences whose time has come, and opens again what is still wrong when one ends.",
    ),
    "look at changes of category again": Tick(
        task="templates_app.tasks.follow_categories",
        every=timedelta(hours=1),
        what="Ends the alert of a change that was allowed after seven days, and reckons anew what changes cost.",
    ),
    "found Slack destinations": Tick(
        task="alerts.tasks.found_first_slack",
        every=timedelta(minutes=1),
        what="Makes SLACK_WEBHOOK_URL the first Slack destination of an organization that has none.",
    ),
    "sync all templates": Tick(
        task="templates_app.tasks.sync_all",
        every=timedelta(hours=6),
        what="Compares the templates of every account with all that its provider has.",
    ),
    "sync templates in review": Tick(
        task="templates_app.tasks.sync_some",
        every=timedelta(minutes=15),
        what="The same, where templates wait for a verdict or webhooks left something open.",
    ),
    "snapshot quality": Tick(
        task="templates_app.tasks.take_snapshots",
        every=timedelta(hours=6),
        what="Keeps score, delivery and counts of every template, and gives early warnings before RED.",
    ),
    "measure delivery": Tick(
        task="templates_app.tasks.measure_delivery",
        every=timedelta(minutes=15),
        what="Looks how many of the messages of templates in use arrive.",
    ),
    "judge early warnings": Tick(
        task="templates_app.tasks.judge_warnings",
        every=timedelta(days=1),
        what="Says which early warnings came true.",
    ),
}
CHECKS = {
    f"health check {one.alert_type}": Tick(
        task="alerts.tasks.check", arguments={"name": one.name}, every=one.every, what=one.what
    )
    for one in checkups().values()
}
SCHEDULE = OURS | CHECKS
