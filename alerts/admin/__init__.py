"""The console's rooms of alerts: what is wrong, and whom to tell of it, when and how often."""

from __future__ import annotations

from alerts.admin.alerts import AlertAdmin
from alerts.admin.answers import Acknowledge
from alerts.admin.destinations import DestinationAdmin
from alerts.admin.escalations import EscalationAdmin
from alerts.admin.silences import SilenceAdmin

__all__ = ["Acknowledge", "AlertAdmin", "DestinationAdmin", "EscalationAdmin", "SilenceAdmin"]
