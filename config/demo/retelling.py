"""
Lets what the story tells happen, each by the same code as a happening of today, then set into its own time.

Nobody is told of what is past, and the timeline of each alert says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils import timezone

from alerts import answering
from alerts.models import Alert, AlertEntry
from config.demo.story import Acknowledgment, Call, Happening, Synced, Written
from core.models import Organization
from providers import tasks, webhooks
from providers.adapters.sandbox.telling import Definition, whole
from providers.events import TemplateComponentsChanged
from providers.models import Account, WebhookCall
from providers.routes import Incoming
from templates_app import lifecycle, writing
from templates_app.listed import FIELD
from templates_app.models import Template, TemplateEvent, TemplateVersion

ON_THE_WAY = timedelta(seconds=1)  # from the provider's time to our door


class Retelling:
    """The past of one account, as of now: what had been written before stays as it is."""

    def __init__(self, account: Account, *, admin_email: str) -> None:
        self._account = account
        self._admin_email = admin_email
        self._since = timezone.now()

    def tell(self, story: Iterable[Happening]) -> None:
        for happened in story:
            self._happen(happened)
            is_ours = isinstance(happened, Written | Acknowledgment)
            self.set_back(at=happened.at if is_ours else happened.at + ON_THE_WAY)

    def _happen(self, happened: Happening) -> None:
        match happened:
            case Call():
                self._receive(happened)
            case Synced():
                self._read(happened)
            case Written():
                asked: writing.Asked = {"components": whole(happened.template.texts[happened.place])}
                writing.change(self._row(happened.template), asked=asked, actor=self._admin_email, note=happened.note)
            case Acknowledgment():
                answering.acknowledge([self._alert(happened)], actor=self._admin_email, note=happened.note)

    def set_back(self, *, at: datetime) -> None:
        """What was written since the beginning, and is not in its time yet, was written then."""
        organization: Organization = self._account.organization
        _set_back_templates(organization, since=self._since, at=at)
        _set_back_alerts(organization, since=self._since, at=at)

    def _receive(self, call: Call) -> None:
        """At the installation's door, or at the account's own."""
        received_at = call.at + ON_THE_WAY
        account_id = self._account.pk if self._account.is_sandbox else None
        door = f"{self._account.provider}:{account_id}" if account_id else webhooks.INSTALLATION
        webhooks.keep(call.body, door=door, account_id=account_id, received_at=received_at, is_dated=True)
        tasks.apply_calls()
        applied = WebhookCall.objects.filter(received_at=received_at, applied_at__gte=self._since)
        applied.update(applied_at=received_at)

    def _read(self, synced: Synced) -> None:
        event = content_of(synced.template, synced.place, account=self._account, at=synced.at)
        received_at = synced.at + ON_THE_WAY
        source = TemplateEvent.Source.SYNC
        lifecycle.apply([Incoming(event=event, account=self._account, received_at=received_at, source=source)])

    def _alert(self, known: Acknowledgment) -> Alert:
        about = Alert.objects.filter(subject_id=str(self._row(known.template).pk), status__in=Alert.UNRESOLVED)
        alert: Alert = about.get(alert_type=known.alert_type)
        return alert

    def _row(self, definition: Definition) -> Template:
        rows = Template.objects.filter(account=self._account)
        row: Template = rows.get(name=definition.name, language=definition.language)
        return row


def content_of(definition: Definition, place: int, *, account: Account, at: datetime) -> TemplateComponentsChanged:
    """What the provider's list says of the content."""
    return TemplateComponentsChanged(
        account_ids=(account.external_id,),
        field=FIELD,
        at=at,
        raw_time=None,
        raw={},
        provider_template_id=str(definition.id),
        name=definition.name,
        language=definition.language,
        components=tuple(whole(definition.texts[place])),
        is_whole=True,
    )


def _set_back_templates(organization: Organization, *, since: datetime, at: datetime) -> None:
    history = Template.history.filter(organization=organization, history_date__gte=since)
    if not history.exists():
        return  # whatever is written about a template is audited
    here = Template.objects.filter(organization=organization)
    here.filter(updated_at__gte=since).update(updated_at=at)
    TemplateVersion.objects.filter(organization=organization, created_at__gte=since).update(created_at=at)
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
    for moment in ("opened_at", "acknowledged_at", "resolved_at", "first_seen_at", "last_seen_at"):
        here.filter(**{f"{moment}__gte": since}).update(**{moment: at})
