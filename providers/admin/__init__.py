"""The console's rooms of accounts and numbers, and of what providers sent."""

from __future__ import annotations

from providers.admin.accounts import AccountAdmin
from providers.admin.calls import FieldCountAdmin, WebhookCallAdmin
from providers.admin.numbers import NumberAdmin
from providers.admin.parked import ParkedEventAdmin
from providers.admin.sandbox_templates import SandboxTemplateAdmin

__all__ = [
    "AccountAdmin",
    "FieldCountAdmin",
    "NumberAdmin",
    "ParkedEventAdmin",
    "SandboxTemplateAdmin",
    "WebhookCallAdmin",
]
