"""Templates (their standing now), the facts it is folded from, and the versions of what they say."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.audit import AuditTrail
from core.fence import Owned
from providers.models import Account, WebhookCall


def _version(words: Any) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(
        "TemplateVersion", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=words
    )


class Template(Owned):
    """A text that the provider reviews: its standing now. What it says is in its versions."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="templates", verbose_name=_("account"))
    provider_template_id = models.CharField(  # noqa: DJ001 (unique where it is known)
        _("id at the provider"), max_length=64, null=True, blank=True
    )
    name = models.CharField(_("name"), max_length=512)
    language = models.CharField(_("language"), max_length=16, blank=True)

    status = models.CharField(_("status"), max_length=64, default="UNKNOWN")  # Meta adds words: kept as text
    status_at = models.DateTimeField(_("since"), null=True, blank=True)
    last_event = models.CharField(_("last event"), max_length=64, blank=True)
    last_event_at = models.DateTimeField(_("last heard"), null=True, blank=True)
    status_reason = models.CharField(_("reason"), max_length=500, blank=True)
    rejection_info = models.JSONField(_("rejection"), null=True, blank=True)
    disabled_reason = models.CharField(max_length=500, blank=True)
    disabled_at = models.DateTimeField(null=True, blank=True)
    pause_title = models.CharField(max_length=64, blank=True)
    paused_until = models.DateTimeField(null=True, blank=True)
    flagged_at = models.DateTimeField(null=True, blank=True)

    category = models.CharField(_("category"), max_length=50, blank=True)
    meta_reported_category = models.CharField(  # noqa: DJ001 (null until Meta has said one)
        _("category at Meta"), max_length=50, null=True, blank=True
    )
    allow_category_change = models.BooleanField(_("category may change"), default=False)
    category_changed_at = models.DateTimeField(null=True, blank=True, db_index=True)
    category_change_alert_sent = models.BooleanField(default=False)
    category_kept = models.CharField(max_length=50, blank=True)  # Meta's, that somebody decided to live with
    pending_category = models.CharField(max_length=50, blank=True)
    pending_category_at = models.DateTimeField(null=True, blank=True)

    quality_score = models.CharField(_("quality"), max_length=64, default="UNKNOWN")
    quality_changed_at = models.DateTimeField(null=True, blank=True)
    delivery_health = models.CharField(max_length=16, blank=True)
    sent_count = models.PositiveBigIntegerField(_("sent"), default=0)
    failed_count = models.PositiveBigIntegerField(_("failed"), default=0)
    delivered_count = models.PositiveBigIntegerField(_("delivered"), default=0)
    read_count = models.PositiveBigIntegerField(_("read"), default=0)
    opted_out_count = models.PositiveBigIntegerField(_("opted out"), default=0)
    quality_trend = models.CharField(_("trend"), max_length=16, blank=True)  # only where it is certain
    measured = models.JSONField(default=dict, editable=False)  # what we found ourselves, for alerts to tell

    parameter_format = models.CharField(max_length=16, default="POSITIONAL")
    current_version = _version(_("newest version"))
    submitted_version = _version(_("version at the provider"))
    approved_version = _version(_("approved version"))
    drifted_version = _version(_("version found instead of ours"))
    is_retired = models.BooleanField(_("retired"), default=False)
    sync_wanted_at = models.DateTimeField(null=True, blank=True, editable=False)
    standing = models.JSONField(default=dict, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated"), default=timezone.now, editable=False)

    history = AuditTrail(
        excluded_fields=[
            "standing",
            "sent_count",
            "failed_count",
            "delivered_count",
            "read_count",
            "opted_out_count",
            "quality_trend",
            "measured",
            "sync_wanted_at",
            "updated_at",
        ]
    )

    class Meta:
        verbose_name = _("template")
        verbose_name_plural = _("templates")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["account", "name", "language"], name="template_once"),
            models.UniqueConstraint(fields=["account", "provider_template_id"], name="provider_template_id_once"),
        ]
        indexes = [
            models.Index(fields=["organization", "status"], name="template_status"),
            models.Index(fields=["sync_wanted_at"], name="template_sync", condition=Q(sync_wanted_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.language or '?'})"

    @property
    def is_sendable(self) -> bool:
        return self.status == "APPROVED" and not self.is_retired

    @property
    def is_contested(self) -> bool:
        """Meta counts it in another category than we do, and nobody has settled it."""
        return bool(self.meta_reported_category) and self.meta_reported_category not in (
            self.category,
            self.category_kept,
        )

    @property
    def failure_rate(self) -> float:
        """`failed_count / sent_count` with four decimals, 0 when nothing was sent."""
        return round(self.failed_count / self.sent_count, 4) if self.sent_count else 0.0


class TemplateEvent(Owned):
    """A fact about a template, append-only, each kept once. The standing is their fold in the provider's time order."""

    class Source(models.TextChoices):
        WEBHOOK = "webhook", _("Webhook")
        SYNC = "sync", _("Sync")
        USER = "user", _("Person")

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(_("kind"), max_length=32)
    event = models.CharField(_("event"), max_length=64)
    said = models.JSONField(_("said"), default=dict)
    provider_template_id = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField(_("at"))
    is_timed = models.BooleanField(default=True)
    raw_time = models.CharField(max_length=64, blank=True)
    received_at = models.DateTimeField(_("received"))
    fingerprint = models.CharField(max_length=64)
    call = models.ForeignKey(WebhookCall, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    source = models.CharField(_("source"), max_length=16, choices=Source.choices, default=Source.WEBHOOK)
    actor = models.CharField(_("who"), max_length=255, blank=True)

    class Meta:
        verbose_name = _("template event")
        verbose_name_plural = _("template events")
        ordering = ["-at", "-id"]
        constraints = [models.UniqueConstraint(fields=["template", "fingerprint"], name="template_event_once")]
        indexes = [
            models.Index(fields=["template", "at"], name="template_event_at"),
            models.Index(fields=["organization", "kind", "at"], name="template_event_kind_at"),
            models.Index(fields=["provider_template_id"], name="template_event_named"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.at:%Y-%m-%d %H:%M}"


class TemplateVersion(Owned):
    """What a template said from some moment on. Never changed, never renumbered."""

    class Origin(models.TextChoices):
        LOCAL = "local", _("Written here")
        SUBMITTED = "submitted", _("Submitted")
        PROVIDER = "provider", _("From the provider")
        ROLLBACK = "rollback", _("Rolled back")

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(_("number"))
    language = models.CharField(_("language"), max_length=16, blank=True)
    category = models.CharField(_("category"), max_length=50, blank=True)
    parameter_format = models.CharField(max_length=16, default="POSITIONAL")
    components = models.JSONField(default=list)
    variables = models.JSONField(default=list)
    checksum = models.CharField(max_length=64)
    delta = models.JSONField(_("changes"), default=dict)
    origin = models.CharField(_("origin"), max_length=16, choices=Origin.choices)
    author = models.CharField(_("author"), max_length=255, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["template", "number"], name="version_number_once")]

    def __str__(self) -> str:
        return f"v{self.number}"
