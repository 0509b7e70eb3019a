"""Accounts and numbers, the calls that providers make to us, and what of them could not be applied yet."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.audit import AuditTrail
from core.encryption import EncryptedJSONField
from core.fence import InstallationWide, Owned, PerhapsOwned
from core.work import WorkItem
from providers.adapters.sandbox.state import FIELDS, State


def _new_token() -> str:
    return secrets.token_urlsafe(24)


class Account(Owned):
    """One WABA (or Twilio or MyOperator account). What machines observe of it stands apart from its settings."""

    class Health(models.TextChoices):
        UNKNOWN = "unknown", _("Unknown")
        OK = "ok", _("OK")
        FAILING = "failing", _("Failing")

    class WindowPolicy(models.TextChoices):
        STRICT = "strict", _("We judge the 24-hour window")
        PROVIDER = "provider", _("The provider judges it")

    class OnUnknown(models.TextChoices):
        HOLD = "hold", _("Hold and ask a person")
        RETRY_ONCE = "retry_once", _("Try once more")

    provider = models.CharField(_("provider"), max_length=16)
    name = models.CharField(_("name"), max_length=200)
    external_id = models.CharField(_("id at the provider"), max_length=64)
    credentials = EncryptedJSONField(_("credentials"), default=dict, blank=True)
    webhook_token = models.CharField(max_length=64, default=_new_token, editable=False)
    window_policy = models.CharField(max_length=16, choices=WindowPolicy.choices, default=WindowPolicy.STRICT)
    on_unknown = models.CharField(max_length=16, choices=OnUnknown.choices, default=OnUnknown.HOLD)
    is_retired = models.BooleanField(_("retired"), default=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    health = models.CharField(max_length=16, choices=Health.choices, default=Health.UNKNOWN, editable=False)
    health_detail = models.CharField(max_length=500, blank=True, editable=False)
    health_checked_at = models.DateTimeField(null=True, editable=False)
    token_expires_at = models.DateTimeField(null=True, editable=False)  # null: never, or the provider does not say
    token_refused_at = models.DateTimeField(null=True, editable=False)  # since when; null: it is taken
    last_sync_at = models.DateTimeField(_("last sync"), null=True, editable=False)
    last_webhook_at = models.DateTimeField(_("last webhook"), null=True, editable=False)
    standing = models.JSONField(default=dict, editable=False)

    OBSERVED: ClassVar[list[str]] = [
        "health",
        "health_detail",
        "health_checked_at",
        "token_expires_at",
        "token_refused_at",
        "last_sync_at",
        "last_webhook_at",
        "standing",
    ]
    history = AuditTrail(excluded_fields=["credentials", "webhook_token", *OBSERVED])

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["provider", "external_id"], name="account_taken_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def webhook_path(self) -> str:
        """The account's own door, with the token in it."""
        return f"/api/v1/webhooks/{self.provider}/{self.pk}/{self.webhook_token}"

    @property
    def is_sandbox(self) -> bool:
        return self.provider == "sandbox"

    def secret(self, name: str) -> str:
        """A credential of this account's own, "" where it has none."""
        return str((self.credentials or {}).get(name) or "")


class Number(Owned):
    """A number that sends for an account."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="numbers", verbose_name=_("account"))
    external_id = models.CharField(_("phone number id"), max_length=64)
    display_phone_number = models.CharField(_("number"), max_length=32)
    digits = models.CharField(max_length=32, editable=False, db_index=True)
    is_default = models.BooleanField(_("default"), default=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    quality_rating = models.CharField(_("quality"), max_length=64, default="UNKNOWN", editable=False)
    messaging_limit = models.CharField(_("messaging limit"), max_length=64, blank=True, editable=False)
    standing = models.JSONField(default=dict, editable=False)

    history = AuditTrail(excluded_fields=["standing", "quality_rating", "messaging_limit"])

    class Meta:
        verbose_name = _("number")
        verbose_name_plural = _("numbers")
        ordering = ["display_phone_number"]
        constraints = [
            models.UniqueConstraint(fields=["account", "external_id"], name="number_once"),
            models.UniqueConstraint(fields=["account"], condition=Q(is_default=True), name="one_default_number"),
        ]

    def __str__(self) -> str:
        return self.display_phone_number or self.external_id

    def clean_digits(self) -> None:
        self.digits = "".join(c for c in self.display_phone_number if c.isdigit())[:32]


class WebhookCall(InstallationWide, WorkItem):
    """A call as it came, kept before it was acknowledged. `digest` null: it holds no time; a repeat is a new call."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        APPLIED = "applied", _("Applied")
        PARKED = "parked", _("Parked")

    door = models.CharField(_("door"), max_length=80)
    account = models.ForeignKey(Account, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    received_at = models.DateTimeField(_("received"), default=timezone.now)
    body = models.BinaryField()
    digest = models.BinaryField(max_length=32, null=True, unique=True)
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.WAITING)
    changes = models.JSONField(_("changes"), default=list)
    applied_at = models.DateTimeField(_("applied"), null=True)
    replayed_at = models.DateTimeField(_("replayed"), null=True)
    replayed_by = models.CharField(max_length=255, blank=True)

    objects: ClassVar[Any] = models.Manager()

    class Meta(WorkItem.Meta):
        verbose_name = _("webhook call")
        verbose_name_plural = _("webhook calls")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.door} {self.received_at:%Y-%m-%d %H:%M:%S}"

    @property
    def provider(self) -> str:
        return self.door.partition(":")[0]


class ParkedEvent(PerhapsOwned, WorkItem):
    """
    A change that could not be applied. It waits for a person, or for `waits_for`: what would let it through.

    Without an organization (its account is unknown) only superusers see it.
    """

    call = models.ForeignKey(WebhookCall, on_delete=models.CASCADE, related_name="parked", null=True, blank=True)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    position = models.PositiveIntegerField(default=0, help_text="Which change of its call, counted from 0.")
    kind = models.CharField(_("kind"), max_length=100)
    reason = models.CharField(_("reason"), max_length=64)
    detail = models.TextField(_("why"), blank=True)
    payload = models.JSONField(_("payload"), default=dict)
    waits_for = models.CharField(max_length=200, blank=True, db_index=True)
    created_at = models.DateTimeField(_("parked"), default=timezone.now, editable=False)

    class Meta(WorkItem.Meta):
        verbose_name = _("parked event")
        verbose_name_plural = _("parked events")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["call", "position"], name="parked_once")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.detail or self.reason}"


class AccountEvent(Owned):
    """A fact about an account or one of its numbers, append-only, each kept once. Their standing is the fold."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="events")
    number = models.ForeignKey(Number, on_delete=models.CASCADE, related_name="events", null=True)
    digits = models.CharField(max_length=32, blank=True)
    kind = models.CharField(max_length=16)
    event = models.CharField(max_length=64)
    said = models.JSONField(default=dict)
    at = models.DateTimeField()
    is_timed = models.BooleanField()
    fingerprint = models.CharField(max_length=64)
    received_at = models.DateTimeField()
    call = models.ForeignKey(WebhookCall, on_delete=models.SET_NULL, null=True, related_name="+")
    source = models.CharField(max_length=16, default="webhook")
    actor = models.CharField(max_length=255, blank=True)

    class Meta:
        verbose_name = _("account event")
        verbose_name_plural = _("account events")
        ordering = ["-at", "-id"]
        constraints = [models.UniqueConstraint(fields=["account", "fingerprint"], name="account_event_once")]
        indexes = [models.Index(fields=["account", "at"], name="account_event_at")]

    def __str__(self) -> str:
        return f"{self.kind} {self.event}"


class SandboxRun(Owned, WorkItem):
    """
    A story that the sandbox tells to one of its accounts. `step`: how many of its `steps` have been told.

    `next_at`: the time that the next step says, also when it has to be posted again.
    """

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        STOPPED = "stopped", _("Stopped")

    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="sandbox_runs", verbose_name=_("account")
    )
    scenario = models.CharField(_("what happens"), max_length=32)
    speed = models.PositiveIntegerField(_("speed"), help_text=_("How many times faster than life."))
    step = models.PositiveIntegerField(_("step"), default=0, editable=False)
    steps = models.PositiveIntegerField(editable=False)
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.RUNNING, editable=False)
    next_at = models.DateTimeField(editable=False)
    started_by = models.CharField(_("started by"), max_length=255, blank=True, editable=False)
    started_at = models.DateTimeField(_("started"), editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, editable=False)

    class Meta(WorkItem.Meta):
        verbose_name = _("sandbox story")
        verbose_name_plural = _("sandbox stories")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "scenario"], condition=Q(state="running"), name="one_story_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.scenario} ({self.account})"

    @property
    def trouble(self) -> str:
        """What keeps the next step from being told; "" where nothing does."""
        is_free = self.leased_until is None
        return self.last_error if is_free and self.attempts > self.postponed else ""


class SandboxClock(Owned):
    """How far the clock of a sandbox account was turned, and up to which call its Meta heard what stories told."""

    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="sandbox_clock")
    ahead = models.DurationField(default=timedelta)
    heard_until = models.DateTimeField(null=True)
    heard_lately = models.JSONField(default=list)  # ids of calls, because some are kept later than they came

    def __str__(self) -> str:
        return f"{self.account} +{self.ahead}"


class SandboxTemplate(Owned, WorkItem):
    """
    A template as the simulated Meta has it (`adapters.sandbox.state.State`), and what is still to be posted of it.

    Moments are of the account's sandbox clock, but for `told_at`, the moment that the newest of its calls said.
    """

    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="sandbox_templates", verbose_name=_("account")
    )
    external_id = models.CharField(_("id"), max_length=64)
    name = models.CharField(_("name"), max_length=512)
    language = models.CharField(_("language"), max_length=16)
    category = models.CharField(_("category"), max_length=64, blank=True)
    components = models.JSONField(default=list)
    parameter_format = models.CharField(max_length=16)
    status = models.CharField(_("status"), max_length=64)
    rejected_reason = models.CharField(_("rejected because"), max_length=64)
    quality_score = models.CharField(_("quality"), max_length=64)
    previous_category = models.CharField(max_length=64, blank=True)
    correct_category = models.CharField(_("coming category"), max_length=64, blank=True)
    edits = models.JSONField(default=list)
    pauses = models.PositiveIntegerField(_("pauses"), default=0)
    pause_title = models.CharField(max_length=64, blank=True)
    paused_at = models.DateTimeField(null=True)
    review_at = models.DateTimeField(null=True)
    unpause_at = models.DateTimeField(null=True)
    category_at = models.DateTimeField(null=True)

    submitted_at = models.DateTimeField(null=True)  # null: a story told of it
    deleted_at = models.DateTimeField(null=True)
    blocked_until = models.DateTimeField(null=True)  # its name, after it was deleted
    outbox = models.JSONField(default=list)  # `{at, field, value}` in the order in which they are posted
    told_at = models.DateTimeField(null=True)

    class Meta(WorkItem.Meta):
        verbose_name = _("sandbox template")
        verbose_name_plural = _("sandbox templates")
        ordering = ["name", "language", "id"]
        constraints = [
            models.UniqueConstraint(fields=["account", "external_id"], name="sandbox_template_id_once"),
            models.UniqueConstraint(
                fields=["account", "name", "language"],
                condition=Q(deleted_at__isnull=True),
                name="sandbox_template_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"

    @property
    def state(self) -> State:
        return State(**{name: getattr(self, name) for name in FIELDS})


class FieldCount(InstallationWide):
    """How often a provider sent a field that nobody documented, so that somebody looks at it."""

    provider = models.CharField(_("provider"), max_length=16)
    field = models.CharField(_("field"), max_length=100)
    count = models.PositiveBigIntegerField(_("times"), default=0)
    first_seen_at = models.DateTimeField(_("first seen"))
    last_seen_at = models.DateTimeField(_("last seen"))

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        verbose_name = _("unknown field")
        verbose_name_plural = _("unknown fields")
        ordering = ["-last_seen_at"]
        constraints = [models.UniqueConstraint(fields=["provider", "field"], name="unknown_field_once")]

    def __str__(self) -> str:
        return f"{self.provider} {self.field}"
