"""How templates fare over time: counts by day and market, snapshots of quality, and the warnings given before RED."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.fence import Owned
from templates_app.models.templates import Template


class Traffic(Owned):
    """How many messages of a template went to one market on one day (UTC), and what became of them."""

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="traffic")
    day = models.DateField(_("day"))
    market = models.CharField(_("market"), max_length=8, blank=True)  # ISO 3166 country, "" where it is not known
    sent = models.PositiveBigIntegerField(default=0)
    delivered = models.PositiveBigIntegerField(default=0)
    read = models.PositiveBigIntegerField(default=0)
    failed = models.PositiveBigIntegerField(default=0)
    opted_out = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = _("traffic")
        verbose_name_plural = _("traffic")
        ordering = ["-day", "market"]
        constraints = [models.UniqueConstraint(fields=["template", "day", "market"], name="traffic_once")]
        indexes = [
            models.Index(fields=["organization", "day"], name="traffic_day"),
            models.Index(fields=["day"], name="traffic_of_day"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.market}"


class QualitySnapshot(Owned):
    """
    How a template stood at one moment, and what was counted since the snapshot before.

    `totals` are the counts since the template's beginning, from which the next snapshot takes the difference.
    """

    class Cause(models.TextChoices):
        CLOCK = "clock", _("Every six hours")
        EVENT = "event", _("A change of quality")

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="snapshots")
    at = models.DateTimeField(_("at"), default=timezone.now)
    cause = models.CharField(max_length=16, choices=Cause.choices, default=Cause.CLOCK)
    status = models.CharField(max_length=64, blank=True)
    quality_score = models.CharField(_("quality"), max_length=64)
    delivery_health = models.CharField(max_length=16, blank=True)
    sent = models.PositiveBigIntegerField(default=0)
    delivered = models.PositiveBigIntegerField(default=0)
    read = models.PositiveBigIntegerField(default=0)
    failed = models.PositiveBigIntegerField(default=0)
    opted_out = models.PositiveBigIntegerField(default=0)
    totals = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("quality snapshot")
        verbose_name_plural = _("quality snapshots")
        ordering = ["-at", "-id"]
        constraints = [models.UniqueConstraint(fields=["template", "at"], name="snapshot_once")]
        indexes = [models.Index(fields=["organization", "at"], name="snapshot_at")]

    def __str__(self) -> str:
        return f"{self.quality_score} {self.at:%Y-%m-%d %H:%M}"


class QualityWarning(Owned):
    """An early warning, and what came of it: measured later against what happened."""

    class Outcome(models.TextChoices):
        CAME_TRUE = "came_true", _("Came true")
        DID_NOT = "did_not", _("Did not come true")

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="warnings")
    at = models.DateTimeField(_("at"), default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    risk = models.CharField(max_length=16)
    drivers = models.JSONField(default=list)
    sentence = models.TextField()
    outcome = models.CharField(max_length=16, choices=Outcome.choices, blank=True)
    judged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("early warning")
        verbose_name_plural = _("early warnings")
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["template"], name="one_warning_at_a_time", condition=Q(ended_at__isnull=True)
            )
        ]
        indexes = [models.Index(fields=["organization", "at"], name="quality_warning_at")]

    def __str__(self) -> str:
        return f"{self.risk} {self.at:%Y-%m-%d %H:%M}"
