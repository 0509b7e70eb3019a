"""What is wrong (alerts), what happened to each (their timeline), and who was told (deliveries)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.fence import PerhapsOwned
from core.matters import Severity
from core.work import WorkItem


class Alert(PerhapsOwned):
    """One matter that is, or was, wrong. Without an organization it concerns the installation: superusers see it."""

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        SILENCED = "silenced", _("Silenced")
        RESOLVED = "resolved", _("Resolved")

    alert_type = models.CharField(_("type"), max_length=64)
    severity = models.CharField(_("severity"), max_length=16, choices=[(s.value, s.value) for s in Severity])
    severity_rank = models.PositiveSmallIntegerField(editable=False)
    status = models.CharField(_("status"), max_length=16, choices=Status.choices, default=Status.OPEN)
    title = models.CharField(_("title"), max_length=500)
    detail = models.TextField(_("what it means"), blank=True)
    action_required = models.TextField(_("what to do"), blank=True)
    subject_kind = models.CharField(_("about"), max_length=32)
    subject_id = models.CharField(max_length=100)
    subject_label = models.CharField(_("subject"), max_length=600)
    data = models.JSONField(default=dict)
    count = models.PositiveIntegerField(_("times"), default=1)
    first_seen_at = models.DateTimeField(_("first seen"))
    last_seen_at = models.DateTimeField(_("last seen"))
    opened_at = models.DateTimeField(_("opened"), default=timezone.now)
    acknowledged_at = models.DateTimeField(_("acknowledged"), null=True, blank=True)
    acknowledged_by = models.CharField(_("acknowledged by"), max_length=255, blank=True)
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True)
    resolved_by = models.CharField(_("resolved by"), max_length=255, blank=True)

    UNRESOLVED: ClassVar[list[str]] = ["open", "acknowledged", "silenced"]

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "alert_type", "subject_kind", "subject_id"],
                condition=~Q(status="resolved"),
                name="one_unresolved_alert",
            ),
            models.UniqueConstraint(
                fields=["alert_type", "subject_kind", "subject_id"],
                condition=~Q(status="resolved") & Q(organization__isnull=True),
                name="one_unresolved_installation_alert",
            ),
        ]
        indexes = [
            models.Index(fields=["subject_kind", "subject_id", "alert_type"], name="alert_subject"),
            models.Index(fields=["organization", "status", "severity_rank"], name="alert_open"),
        ]

    def __str__(self) -> str:
        return self.title


class AlertEntry(PerhapsOwned):
    """One line of an alert's timeline: what happened to it, who did it, who was told and with which answer."""

    class Kind(models.TextChoices):
        OPENED = "opened", _("Opened")
        REPEATED = "repeated", _("Repeated")
        RAISED = "raised", _("Became more severe")
        REOPENED = "reopened", _("Opened again")
        TOLD = "told", _("Told")
        NOT_TOLD = "not_told", _("Not told")
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        RESOLVED = "resolved", _("Resolved")

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="entries")
    at = models.DateTimeField(_("at"), default=timezone.now)
    kind = models.CharField(_("what"), max_length=16, choices=Kind.choices)
    actor = models.CharField(_("who"), max_length=255, blank=True)
    destination = models.CharField(_("whom"), max_length=255, blank=True)
    outcome = models.CharField(_("outcome"), max_length=32, blank=True)
    detail = models.TextField(_("detail"), blank=True)

    class Meta:
        verbose_name = _("timeline entry")
        verbose_name_plural = _("timeline entries")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"


class AlertDelivery(PerhapsOwned, WorkItem):
    """Telling one destination of one alert. `occasion` is the timeline entry that caused it, so each is told once."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="deliveries")
    occasion = models.ForeignKey(AlertEntry, on_delete=models.CASCADE, related_name="+")
    transport = models.CharField(_("by"), max_length=32)
    address = models.CharField(_("to"), max_length=320)
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.WAITING)
    sent_at = models.DateTimeField(_("sent"), null=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta(WorkItem.Meta):
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["occasion", "transport", "address"], name="told_once"),
        ]

    def __str__(self) -> str:
        return f"{self.transport} {self.state}"
