"""
Asking the provider for something about a template: to review it or a change of it, to end a pause, to delete it.

What Meta would refuse is refused here, before it is asked: each no has a code. What may be asked becomes a row, which
`submitting` carries out.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from core import bell
from core.refusals import Refused
from providers import sandbox_clock
from providers.models import Account
from templates_app import category, graph_templates, lifecycle, rolling_back, versions, writing
from templates_app.facts import CATEGORY_ASKED, STATUS, by_us
from templates_app.ledger import Told
from templates_app.models import Submission, Template, TemplateEvent, TemplateVersion
from templates_app.phrases import clock
from templates_app.preflight import Finding, Severity
from templates_app.standing import DRAFT, UNKNOWN
from templates_app.versions import content_of

QUEUE = "submissions"
HOUR, NAME_IS_BLOCKED = timedelta(hours=1), timedelta(days=30)
CREATIONS_AN_HOUR = 100  # of an account
PACING_REST = timedelta(minutes=5)  # until a paced template can be unpaused
SHOWN_MOST = 10  # broken rules that a refusal names
MADE_BY_META = "auto_generated"  # how the names begin of templates that nobody wrote
EDITABLE = frozenset({"APPROVED", "REJECTED", "PAUSED", UNKNOWN})
NEW = frozenset({DRAFT, "DELETED"})
APPROVALS = frozenset({"APPROVED", "REINSTATED"})
WHY_NOT = {
    "PENDING": "Meta is reviewing it: wait for the verdict.",
    "IN_APPEAL": "Meta is looking at the appeal: wait for the verdict.",
    "DISABLED": "Meta has disabled it for good: write another template.",
    "ARCHIVED": "It is archived: take it out of the archive in WhatsApp Manager first.",
    "PENDING_DELETION": "It is being deleted at Meta.",
    "DELETED": "It is deleted at Meta.",
    "LIMIT_EXCEEDED": "The account has no room for more templates: delete some that are not used.",
}
Kind, State = Submission.Kind, Submission.State


def submit(template: Template, *, actor: str, version: TemplateVersion | None = None) -> Submission:
    """
    Asks for a review of this version (None: the newest), which creates the template there or edits it.

    Raises Refused: `not_supported`, `account_retired`, `no_access_token`, `submission_waiting`, `not_editable`,
    `nothing_to_submit`, `integrity_error`, `category_fixed`, `edit_limit`, `preflight_failed`, `name_blocked`,
    `create_limit`.
    """
    with transaction.atomic():
        versions.lock(template)
        chosen = version or template.current_version
        if chosen is None:
            raise Refused("Nobody has told yet what this template says: write that first.", code="nothing_to_submit")
        kind = kind_of(template)
        if kind == Kind.CREATE:
            _lock_account(template.account)
        check(template, chosen, at=sandbox_clock.now(template.account))
        _ask_for_category(template, chosen, actor=actor)
        return _keep(template, kind=kind, version=chosen, actor=actor)


def unpause(template: Template, *, actor: str) -> Submission:
    """Asks for the end of a pause. Raises Refused as `submit`; `not_editable` where it is none that we can end."""
    with transaction.atomic():
        versions.lock(template)
        check_unpause(template)
        return _keep(template, kind=Kind.UNPAUSE, actor=actor)


def delete_at_provider(template: Template, *, all_languages: bool, actor: str) -> Submission:
    """Asks to delete this language of it, or all that have its name. Raises Refused as `submit`."""
    with transaction.atomic():
        versions.lock(template)
        check_delete(template, all_languages=all_languages)
        return _keep(template, kind=Kind.DELETE, actor=actor, all_languages=all_languages)


def kind_of(template: Template) -> str:
    """What submitting it means."""
    return Kind.EDIT if template.provider_template_id and template.status != "DELETED" else Kind.CREATE


# What may be asked


def check(template: Template, version: TemplateVersion, *, at: datetime) -> None:
    """All that Meta would refuse, and what makes no sense. `at`: by its clock. Raises Refused as `submit`."""
    _check_can_ask(template)
    _check_editable(template)
    _check_is_new(template, version)
    _check_category(template, version)
    if template.status == "APPROVED":
        room = rolling_back.edit_room(template, at=at)
        if room.next_at is not None:
            sentence = f"Meta takes the next edit of this approved template from {clock(room.next_at)} on."
            raise Refused(sentence, code="edit_limit")
    _check_preflight(template, version)
    if kind_of(template) == Kind.CREATE:
        _check_name(template, at=at)
        _check_creations(template.account, at=at)


def check_unpause(template: Template) -> None:
    """The minutes of pacing are counted by the provider's clock; how long a pause for quality lasts was told."""
    _check_can_ask(template)
    if template.status != "PAUSED" or not template.provider_template_id:
        raise Refused("It is not paused.", code="not_editable")
    if template.paused_until is not None and template.paused_until > timezone.now():
        until = clock(template.paused_until)
        raise Refused(
            f"A pause for quality ends by itself, on {until}. Revise the text meanwhile.", code="not_editable"
        )
    free_at = template.status_at + PACING_REST if template.status_at else None
    if free_at is not None and free_at > sandbox_clock.now(template.account):
        raise Refused(f"Meta ends a pause after 5 minutes, from {clock(free_at)} on.", code="not_editable")


def check_delete(template: Template, *, all_languages: bool) -> None:
    _check_can_ask(template)
    if not template.provider_template_id:
        raise Refused("The provider has no such template: there is nothing to delete there.", code="not_editable")
    concerned = [template]
    if all_languages:
        concerned = list(Template.objects.filter(account=template.account, name=template.name).order_by("language"))
    for one in concerned:
        _check_deletable(one, is_asked=one.pk == template.pk)


def _check_deletable(template: Template, *, is_asked: bool) -> None:
    if template.status == "DISABLED":
        raise Refused(f"{template} is disabled, and Meta deletes no disabled template.", code="not_editable")
    if is_asked and template.status in ("DELETED", "PENDING_DELETION"):
        raise Refused(WHY_NOT[template.status], code="not_editable")


def _check_can_ask(template: Template) -> None:
    graph_templates.check_account(template.account)
    if template.is_retired:
        raise Refused("The template is retired: bring it back first.", code="not_editable")
    if template.name.startswith(MADE_BY_META):
        raise Refused("Meta made this template itself: nobody can change or delete it.", code="not_editable")
    if Submission.objects.filter(template=template, state=State.WAITING).exists():
        raise _waiting()


def _check_editable(template: Template) -> None:
    is_there = kind_of(template) == Kind.EDIT
    if template.status in (EDITABLE if is_there else NEW):
        return
    if not is_there and template.status not in WHY_NOT:
        sentence = "Its id at the provider is not known yet: sync the account first."
    else:
        sentence = WHY_NOT.get(template.status, f"It is {template.status}: Meta takes no edit now.")
    raise Refused(sentence, code="not_editable")


def _check_is_new(template: Template, version: TemplateVersion) -> None:
    served = versions.approved_as(content_of(version), template=template)
    if served is not None:
        sentence = f"Meta has this text already, as v{served.number}, and has approved it: there is nothing to submit."
        raise Refused(sentence, code="nothing_to_submit")
    if not versions.is_intact(version):
        sentence = f"v{version.number} does not say any more what it said when it was kept: its checksum differs."
        raise Refused(sentence, code="integrity_error")


def _check_category(template: Template, version: TemplateVersion) -> None:
    """An edit of what was approved names no category, so that one which was asked for before may stay."""
    there: TemplateVersion | None = template.submitted_version
    known = {template.category, there.category if there is not None else ""}
    if kind_of(template) == Kind.EDIT and category.is_fixed(template) and version.category not in known:
        sentence = f"The category of an approved template is fixed ({template.category}): write another template."
        raise Refused(sentence, code="category_fixed")


def _check_preflight(template: Template, version: TemplateVersion) -> None:
    errors = [
        finding
        for finding in writing.look_through(
            account=template.account, name=template.name, content=content_of(version), template=template
        )
        if finding.severity == Severity.ERROR
    ]
    if errors:
        raise Refused(f"Meta would refuse it. {_told(errors)}", code="preflight_failed")


def _told(errors: list[Finding]) -> str:
    told = [f"{one.component or 'Template'} ({one.rule}): {one.message} {one.fix}" for one in errors[:SHOWN_MOST]]
    more = len(errors) - SHOWN_MOST
    return " ".join([*told, f"And {more} more." if more > 0 else ""]).strip()


def _check_name(template: Template, *, at: datetime) -> None:
    """Meta blocks the name of a template that was approved when it was deleted; another language may still bear it."""
    named = Template.objects.filter(account=template.account, name=template.name)
    deleted = list(named.filter(status="DELETED", status_at__gt=at - NAME_IS_BLOCKED).order_by("status_at"))
    is_alive = named.exclude(status__in=[*NEW]).exists()
    for one in reversed(deleted):
        if (one.language == template.language or not is_alive) and _was_approved(one) and one.status_at is not None:
            until = clock(one.status_at + NAME_IS_BLOCKED)
            sentence = f"Meta blocks the name {one.name} until {until}, because an approved template of it was deleted."
            raise Refused(f"{sentence} Write it under another name.", code="name_blocked")


def _was_approved(deleted: Template) -> bool:
    """Whether it was when it was deleted."""
    told = TemplateEvent.objects.filter(template=deleted, kind=STATUS, at__lte=deleted.status_at)
    others = told.exclude(event__in=["DELETED", "PENDING_DELETION", "FLAGGED", "LOCKED"])
    return others.order_by("-at", "-id").values_list("event", flat=True).first() in APPROVALS


def _check_creations(account: Account, *, at: datetime) -> None:
    made = Submission.objects.filter(
        template__account=account,
        kind=Kind.CREATE,
        state__in=[State.WAITING, State.DONE],
        asked_at__gt=at - HOUR,
    )
    newest = list(made.order_by("-asked_at").values_list("asked_at", flat=True)[:CREATIONS_AN_HOUR])
    if len(newest) == CREATIONS_AN_HOUR:
        free_at = clock(newest[-1] + HOUR)
        sentence = f"Meta takes {CREATIONS_AN_HOUR} new templates of an account in an hour: the next from {free_at} on."
        raise Refused(sentence, code="create_limit")


# The row


def _ask_for_category(template: Template, version: TemplateVersion, *, actor: str) -> None:
    """An older version may ask for another category than the newest."""
    if version.category != template.category and not category.is_fixed(template):
        fact = by_us(CATEGORY_ASKED, at=timezone.now(), said={"category": version.category})
        told = Told(received_at=timezone.now(), source=TemplateEvent.Source.USER, actor=actor)
        lifecycle.tell([(template, fact)], told=told)


def _lock_account(account: Account) -> None:
    """One creation at a time is counted."""
    list(Account.objects.select_for_update(of=("self",), no_key=True).filter(pk=account.pk).values_list("pk"))


def _keep(
    template: Template,
    *,
    kind: str,
    actor: str,
    version: TemplateVersion | None = None,
    all_languages: bool = False,
) -> Submission:
    row = Submission(
        organization_id=template.organization_id,
        template=template,
        kind=kind,
        version=version,
        all_languages=all_languages,
        of_approved=kind == Kind.EDIT and template.status == "APPROVED",
        actor=actor,
        asked_at=sandbox_clock.now(template.account),
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # somebody else asked in this moment
        raise _waiting() from None
    bell.ring(QUEUE)
    return row


def _waiting() -> Refused:
    return Refused("The provider is being asked about this template already: wait.", code="submission_waiting")
