"""What is wrong (alerts), what happened to each (their timeline), whom to tell (destinations) and who was told."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.audit import AuditTrail
from core.encryption import EncryptedJSONField
from core.fence import InstallationWide, PerhapsOwned
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
    silenced_until = models.DateTimeField(_("silenced until"), null=True, blank=True)
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
        HELD = "held", _("Held back")
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        SILENCED = "silenced", _("Silenced")
        UNSILENCED = "unsilenced", _("Silence ended")
        ESCALATED = "escalated", _("Escalated")
        REMINDED = "reminded", _("Reminded")
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


SEVERITIES = [(s.value, s.value) for s in Severity]


class Destination(PerhapsOwned):
    """An address that alerts are told to. One without an organization is told of the installation's alerts."""

    class Kind(models.TextChoices):
        EMAIL = "email", _("E-mail")
        SLACK = "slack", _("Slack")
        WEBHOOK = "webhook", _("Signed webhook")
        APPRISE = "apprise", _("Another service (apprise)")

    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=100)
    address = EncryptedJSONField(_("address"))
    address_hint = models.CharField(_("address"), max_length=320, editable=False)
    secret = EncryptedJSONField(null=True, blank=True, editable=False)
    minimum_severity = models.CharField(
        _("from this severity on"), max_length=16, choices=SEVERITIES, default=Severity.MEDIUM.value
    )
    alert_types = models.JSONField(_("only these types"), default=list, blank=True)
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    digest_minutes = models.PositiveIntegerField(_("collect for (minutes)"), default=0)
    is_enabled = models.BooleanField(_("switched on"), default=True)
    disabled_reason = models.CharField(_("switched off because"), max_length=500, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    last_error = models.CharField(_("last error"), max_length=500, blank=True, editable=False)
    last_error_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_told_at = models.DateTimeField(_("last told"), null=True, blank=True, editable=False)

    OBSERVED: ClassVar[list[str]] = ["last_error", "last_error_at", "last_told_at"]
    history = AuditTrail(excluded_fields=["address", "secret", *OBSERVED])

    class Meta:
        verbose_name = _("destination")
        verbose_name_plural = _("destinations")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="destination_named_once"),
            models.UniqueConstraint(
                fields=["name"], condition=Q(organization__isnull=True), name="installation_destination_named_once"
            ),
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="quiet_hours_have_two_ends",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Preference(PerhapsOwned):
    """What one person wants to be told of one organization's alerts (of the installation's: without one)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    email_minimum_severity = models.CharField(
        _("by e-mail from this severity on"), max_length=16, choices=SEVERITIES, blank=True
    )
    email_digest = models.BooleanField(_("collected in one e-mail an hour"), default=False)
    in_app_minimum_severity = models.CharField(
        _("in the console from this severity on"), max_length=16, choices=SEVERITIES, blank=True
    )

    history = AuditTrail()

    class Meta:
        verbose_name = _("preference")
        verbose_name_plural = _("preferences")
        constraints = [
            models.UniqueConstraint(fields=["organization", "user"], name="preference_once"),
            models.UniqueConstraint(
                fields=["user"], condition=Q(organization__isnull=True), name="installation_preference_once"
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)


class Silence(PerhapsOwned):
    """Alerts that are kept but told to nobody for a while. No types: all of them; no subject: any."""

    alert_types = models.JSONField(_("types"), default=list, blank=True)
    subject_kind = models.CharField(_("about"), max_length=32, blank=True)
    subject_id = models.CharField(_("subject's id"), max_length=100, blank=True)
    subject_label = models.CharField(_("subject"), max_length=600, blank=True, editable=False)
    starts_at = models.DateTimeField(_("from"), default=timezone.now)
    ends_at = models.DateTimeField(_("until"))
    note = models.CharField(_("note"), max_length=500, blank=True)
    created_by = models.CharField(_("by"), max_length=255, blank=True, editable=False)

    history = AuditTrail()

    class Meta:
        verbose_name = _("silence")
        verbose_name_plural = _("silences")
        ordering = ["-id"]
        indexes = [models.Index(fields=["organization", "ends_at"], name="silence_ends")]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gte=models.F("starts_at")), name="silence_ends_after_it_starts")
        ]

    def __str__(self) -> str:
        return f"{self.subject_label or ', '.join(self.alert_types) or _('everything')}"


class Escalation(PerhapsOwned):
    """
    Whom to tell when nobody acknowledges: `steps` of `{after_minutes, destinations: [ids]}`, then again and again.

    A destination named here is told of the alerts that this covers by these steps alone.
    """

    name = models.CharField(_("name"), max_length=100, blank=True)
    alert_types = models.JSONField(_("only these types"), default=list, blank=True)
    minimum_severity = models.CharField(
        _("from this severity on"), max_length=16, choices=SEVERITIES, default=Severity.HIGH.value
    )
    steps = models.JSONField(_("steps"), default=list)
    repeat_minutes = models.PositiveIntegerField(_("repeat every (minutes)"), default=0)
    is_enabled = models.BooleanField(_("switched on"), default=True)

    history = AuditTrail()

    class Meta:
        verbose_name = _("escalation")
        verbose_name_plural = _("escalations")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name or str(_("escalation"))


class EscalationRun(PerhapsOwned, WorkItem):
    """One escalation of one alert since it opened: which step comes next, and when (`due_at`)."""

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="+")
    escalation = models.ForeignKey(Escalation, on_delete=models.CASCADE, related_name="+")
    opened_at = models.DateTimeField()
    step = models.PositiveIntegerField(default=0)

    class Meta(WorkItem.Meta):
        verbose_name = _("running escalation")
        verbose_name_plural = _("running escalations")
        constraints = [
            models.UniqueConstraint(fields=["alert", "escalation", "opened_at"], name="escalation_runs_once"),
        ]

    def __str__(self) -> str:
        return f"{self.escalation_id} step {self.step}"


class AlertDelivery(PerhapsOwned, WorkItem):
    """
    One message to one recipient: a destination, or a person by e-mail. Its lines are what it tells.

    `recipient` is who gets it: `destination:<id>` or `person:<organization's id>:<address>`. `held_because`: it waits
    for more, for the end of quiet hours, or to see whether the matter lasts.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        DROPPED = "dropped", _("Not needed any more")

    alerts = models.ManyToManyField(Alert, through="DeliveryLine", related_name="deliveries")
    destination = models.ForeignKey(Destination, on_delete=models.SET_NULL, null=True, related_name="deliveries")
    recipient = models.CharField(max_length=340)
    transport = models.CharField(_("by"), max_length=32)
    address = models.CharField(_("to"), max_length=320)
    held_because = models.CharField(_("held because"), max_length=32, blank=True)
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.WAITING)
    answer = models.CharField(_("answer"), max_length=500, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta(WorkItem.Meta):
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["-id"]
        indexes = [
            *WorkItem.Meta.indexes,
            models.Index(fields=["recipient", "created_at"], name="delivery_recipient"),
        ]

    def __str__(self) -> str:
        return f"{self.transport} {self.state}"


class DeliveryLine(PerhapsOwned):
    """One occasion that a delivery tells. Each occasion is told to each recipient once."""

    delivery = models.ForeignKey(AlertDelivery, on_delete=models.CASCADE, related_name="lines")
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="lines")
    occasion = models.ForeignKey(AlertEntry, on_delete=models.CASCADE, related_name="+")
    recipient = models.CharField(max_length=340)
    only_if_it_lasts = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("line")
        verbose_name_plural = _("lines")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["occasion", "recipient"], name="told_once")]

    def __str__(self) -> str:
        return str(self.occasion_id)


class Lane(InstallationWide):
    """The way to one address (or to the mail server): whether somebody is on it, and until when it rests."""

    name = models.CharField(max_length=100, unique=True)
    busy_until = models.DateTimeField(default=timezone.now)
    free_at = models.DateTimeField(default=timezone.now)
    failures = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.name
