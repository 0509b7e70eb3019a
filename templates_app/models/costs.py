"""What messages cost: rate cards, each valid from a day on, with a price for each market and category."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.audit import AuditTrail
from core.fence import Owned


class RateCard(Owned):
    """The provider's prices from a day on, until a newer card begins."""

    name = models.CharField(_("name"), max_length=100)
    valid_from = models.DateField(_("valid from"))
    currency = models.CharField(_("currency"), max_length=3)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    history = AuditTrail()

    class Meta:
        verbose_name = _("rate card")
        verbose_name_plural = _("rate cards")
        ordering = ["-valid_from"]
        constraints = [models.UniqueConstraint(fields=["organization", "valid_from"], name="rate_card_once")]

    def __str__(self) -> str:
        return self.name


class Rate(Owned):
    """The price of one delivered message to one market ("" for every other) in one category."""

    card = models.ForeignKey(RateCard, on_delete=models.CASCADE, related_name="rates")
    market = models.CharField(_("market"), max_length=8, blank=True)
    category = models.CharField(_("category"), max_length=50)
    price = models.DecimalField(_("price"), max_digits=12, decimal_places=6)

    class Meta:
        verbose_name = _("rate")
        verbose_name_plural = _("rates")
        ordering = ["market", "category"]
        constraints = [
            models.UniqueConstraint(fields=["card", "market", "category"], name="rate_once"),
            models.CheckConstraint(condition=models.Q(price__gte=0), name="rate_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.market or '*'} {self.category} {self.price}"
