"""
Writes the demo's past: each call kept and applied by the same code as a call of today, then set into its own time.

Nobody is told of what is past, and the timeline of each alert says so.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from alerts import answering, telling
from alerts.models import Alert, AlertEntry
from config.demo import shop
from config.demo.story import DAYS, Acknowledgment, Call, told, told_in_sandbox
from config.demo.templates import TEMPLATES
from core.context import acting_as
from core.fence import everywhere
from core.models import Organization
from providers import accounts, tasks, webhooks
from providers.models import Account, Number, WebhookCall
from templates_app.models import Template, TemplateVersion

ON_THE_WAY = timedelta(seconds=1)  # from the provider's time to our door
NOT_SENT = "Part of the demo's past: nothing was sent."


def fill(*, organization: Organization, admin_email: str) -> Number | None:
    """
    The demo's number, its account and their past written the first time. One transaction: all of it or nothing.

    None where another organization of this installation has the account: then nothing is written.
    """
    with transaction.atomic(), everywhere(), acting_as("demo"), telling.nobody(NOT_SENT):
        account = Account.objects.filter(provider="meta", external_id=shop.WABA_ID).first()
        if account is not None and account.organization_id != organization.pk:
            return None
        if not Account.objects.filter(organization=organization, provider="sandbox").exists():
            _write_past_of_sandbox(organization)
        if account is None:
            return _write_past(organization, admin_email)
        return Number.objects.filter(account=account, external_id=shop.NUMBER_ID).first() or _number(account)


def _write_past(organization: Organization, admin_email: str) -> Number:
    now = timezone.now()
    opened_at = now - timedelta(days=DAYS)
    fields = {"provider": "meta", "name": shop.NAME, "external_id": shop.WABA_ID, "created_at": opened_at}
    account = accounts.add_account(organization=organization, fields=fields)
    number = _number(account)
    for happened in told(now=now):
        if isinstance(happened, Call):
            _receive(happened, organization, since=now)
        else:
            _acknowledge(happened, organization, admin_email, since=now)
    return number


def _write_past_of_sandbox(organization: Organization) -> None:
    now = timezone.now()
    fields = {"provider": "sandbox", "name": shop.SANDBOX_NAME, "created_at": now - timedelta(days=DAYS)}
    account = accounts.add_account(organization=organization, fields=fields)
    for call in told_in_sandbox(now=now, account_id=account.external_id):
        _receive(call, organization, since=now, at_door_of=account)


def _number(account: Account) -> Number:
    fields = {
        "account": account,
        "external_id": shop.NUMBER_ID,
        "display_phone_number": shop.DISPLAY_PHONE_NUMBER,
        "is_default": True,
        "created_at": account.created_at,
    }
    return accounts.add_number(organization=account.organization, fields=fields)


def _receive(call: Call, organization: Organization, *, since: datetime, at_door_of: Account | None = None) -> None:
    """At the installation's door, or at one account's own."""
    received_at = call.at + ON_THE_WAY
    account_id = at_door_of.pk if at_door_of else None
    door = f"{at_door_of.provider}:{account_id}" if at_door_of else "meta"
    webhooks.keep(call.body, door=door, account_id=account_id, received_at=received_at, is_dated=True)
    tasks.apply_calls()
    WebhookCall.objects.filter(received_at=received_at, applied_at__gte=since).update(applied_at=received_at)
    _set_back_templates(organization, since=since, at=received_at)
    _set_back_alerts(organization, since=since, at=received_at)


def _acknowledge(happened: Acknowledgment, organization: Organization, admin_email: str, *, since: datetime) -> None:
    definition = TEMPLATES[happened.template]
    template = Template.objects.get(organization=organization, name=definition.name, language=definition.language)
    alert = Alert.objects.get(subject_id=str(template.pk), alert_type=happened.alert_type, status__in=Alert.UNRESOLVED)
    answering.acknowledge([alert], actor=admin_email, note=happened.note)
    _set_back_alerts(organization, since=since, at=happened.at)


def _set_back_templates(organization: Organization, *, since: datetime, at: datetime) -> None:
    """What this call wrote about templates was written when it came."""
    here = Template.objects.filter(organization=organization)
    if not here.filter(updated_at__gte=since).update(updated_at=at):
        return
    TemplateVersion.objects.filter(organization=organization, created_at__gte=since).update(created_at=at)
    history = Template.history.filter(organization=organization, history_date__gte=since)
    if history.filter(created_at__gte=since).update(created_at=at):
        new = list(here.filter(created_at__gte=since))
        for template in new:  # written as the fold writes rows, beside the trail, whose row is set back itself
            template.created_at = at
        Template.objects.bulk_create(new, update_conflicts=True, unique_fields=["id"], update_fields=["created_at"])
    history.update(history_date=at)


def _set_back_alerts(organization: Organization, *, since: datetime, at: datetime) -> None:
    if not AlertEntry.objects.filter(organization=organization, at__gte=since).update(at=at):
        return  # whatever happens to an alert has its line in the timeline
    here = Alert.objects.filter(organization=organization)
    for moment in ("opened_at", "acknowledged_at", "resolved_at"):
        here.filter(**{f"{moment}__gte": since}).update(**{moment: at})
