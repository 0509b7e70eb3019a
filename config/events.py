"""Who answers what a provider tells us: event type → the function of the app that knows about it."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Count, Max, Min
from django.utils import timezone

from alerts import raising
from core.matters import Matter, Severity, Subject
from providers import events, parking, standing
from providers.adapters.sandbox.reviewing import Flaw, Submission, Verdict
from providers.adapters.sandbox.telling import AUTHENTICATION, MARKETING, UTILITY
from providers.models import Account, Number, ParkedEvent
from providers.routes import Routes
from templates_app import lifecycle
from templates_app.content import Content
from templates_app.preflight import Severity as FindingSeverity
from templates_app.preflight import preflight, sibling_of

CATEGORY_RISKS = frozenset({"promotional_words", "coupon_in_utility", "unclear_text"})  # rules of the preflight


def alert_about_accounts(accounts: Sequence[Account], numbers: Sequence[Number]) -> None:
    """The alerts about these accounts and numbers follow what is wrong with them now."""
    now = timezone.now()
    subjects = [
        Subject(
            organization_id=account.organization_id,
            kind="account",
            id=str(account.pk),
            label=str(account),
            alert_types=["ACCOUNT_RESTRICTED"],
            matters=standing.matters_of(account, at=now),
        )
        for account in accounts
    ]
    subjects += [
        Subject(
            organization_id=number.organization_id,
            kind="number",
            id=str(number.pk),
            label=str(number),
            alert_types=["PHONE_NUMBER_QUALITY"],
            matters=standing.matters_of_number(number),
        )
        for number in numbers
    ]
    raising.follow(subjects)


def alert_about_unknown_accounts(pairs: Sequence[tuple[str, str]]) -> None:
    """One alert of the installation for each account id that events wait for; it resolves when none wait."""
    raising.follow([_unknown_account(provider, external_id) for provider, external_id in pairs])


def _unknown_account(provider: str, external_id: str) -> Subject:
    key = parking.account_key(provider, external_id)
    waiting = ParkedEvent.objects.filter(waits_for=key).aggregate(
        count=Count("id"), first=Min("call__received_at"), last=Max("call__received_at")
    )
    is_known = Account.objects.filter(provider=provider, external_id=external_id).exists()
    matters = []
    if waiting["count"] and not is_known:
        matters.append(
            Matter(
                alert_type="UNKNOWN_ACCOUNT",
                severity=Severity.MEDIUM,
                title=f"Webhooks arrive for account {external_id}, which is not known here",
                detail=f"Parked until the account is added: {waiting['count']}. Nothing of it is lost.",
                action_required="Add the account under Set-up, Accounts: what is parked then applies by itself. "
                "If it is not yours, unsubscribe the app from it at Meta.",
                data={"provider": provider, "external_id": external_id, "parked": waiting["count"]},
                count=waiting["count"],
                first_seen_at=waiting["first"],
                last_seen_at=waiting["last"],
            )
        )
    return Subject(
        organization_id=None,
        kind="unknown_account",
        id=f"{provider}:{external_id}"[:100],
        label=f"{provider} {external_id}",
        alert_types=["UNKNOWN_ACCOUNT"],
        matters=matters,
    )


def review(submission: Submission, others: Sequence[Submission]) -> Verdict:
    """The sandbox rejects what the preflight calls an error, and counts what is promotional as MARKETING."""
    siblings = [sibling_of(other.name, _content(other)) for other in others if other.category != AUTHENTICATION]
    findings = preflight(name=submission.name, content=_content(submission), siblings=siblings)
    is_dearer = submission.category == UTILITY and any(finding.rule in CATEGORY_RISKS for finding in findings)
    flaws = [Flaw(why=one.message, fix=one.fix) for one in findings if one.severity == FindingSeverity.ERROR]
    return Verdict(category=MARKETING if is_dearer else submission.category, flaws=tuple(flaws))


def _content(submission: Submission) -> Content:
    return Content.of(
        submission.components,
        language=submission.language,
        category=submission.category,
        parameter_format=submission.parameter_format,
    )


ROUTES = Routes(
    handlers={
        events.TemplateStatusChanged: lifecycle.apply,
        events.TemplateQualityChanged: lifecycle.apply,
        events.TemplateCategoryChanged: lifecycle.apply,
        events.TemplateCategoryAnnounced: lifecycle.apply,
        events.TemplateComponentsChanged: lifecycle.apply,
        events.AccountChanged: standing.apply,
        events.NumberChanged: standing.apply,
    },
    unknown_accounts=alert_about_unknown_accounts,
    standing_changed=alert_about_accounts,
    review=review,
)
