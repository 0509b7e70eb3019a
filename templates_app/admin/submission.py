"""What people ask of a template's provider in the console: reviews, the end of a pause, deletion, a comparison."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.context import current_actor
from core.deeds import Deed
from core.models import Role
from core.refusals import Refused
from core.showing import badge
from providers import sandbox_clock
from templates_app import graph_templates, rolling_back, submission, sync, versions, writing
from templates_app.models import Submission, Template
from templates_app.preflight import Finding, Severity
from templates_app.versions import content_of

STATE_COLOURS = {"waiting": "info", "done": "success", "refused": "danger", "failed": "warning"}
NEWS_FOR = timedelta(days=1)
FINDINGS_MOST = 10
LEFT_OUT = gettext_lazy("What cannot be asked is left as it is, and you are told why.")


class DeleteForm(forms.Form):
    all_languages = forms.BooleanField(
        label=gettext_lazy("All languages of the name, not only this one"), required=False
    )


class _Ask(Deed):
    """Something asked of the provider: it is kept, and a worker carries it out."""

    def fits(self, request: HttpRequest, row: Any) -> bool:
        can_ask = not row.is_retired and row.account.provider in graph_templates.PROVIDERS
        return self.may(request) and can_ask and self.is_possible(row)

    def is_possible(self, row: Template) -> bool:
        return True

    def ask(self, rows: Sequence[Any], act: Callable[[Any], Submission]) -> str:
        done, refusals = 0, []
        for row in rows:
            try:
                act(row)
                done += 1
            except Refused as refused:
                if len(rows) == 1:
                    raise
                refusals.append(f"{row}: {refused.sentence}")
        told = ngettext(
            "It is asked at Meta within a moment; the answer stands on the template's page.",
            "%(count)s are asked at Meta one by one; each answer stands on its template's page.",
            done,
        )
        return " ".join([told % {"count": done}, *refusals])


class Submit(_Ask):
    name = "submit"
    verb = gettext_lazy("Submit")

    def is_possible(self, row: Template) -> bool:
        is_new = submission.kind_of(row) == Submission.Kind.CREATE and row.status in submission.NEW
        return is_new and row.current_version_id is not None

    def foretell(self, rows: Sequence[Any]) -> list[str]:
        if len(rows) > 1:
            told = ngettext(
                "%(count)s template is created at Meta and reviewed.",
                "%(count)s templates are created at Meta and reviewed.",
                len(rows),
            )
            return [told % {"count": len(rows)}, str(LEFT_OUT)]
        return [
            *_findings(rows[0]),
            _("Meta reviews it, which takes up to 24 hours; it cannot be sent before it is approved."),
            _("It counts as one of the templates that the account may have. Name and language are fixed from then on."),
        ]

    def carry_out(self, request: HttpRequest, rows: Sequence[Any], *, given: Mapping[str, Any]) -> str:
        return self.ask(rows, lambda row: submission.submit(row, actor=current_actor()))


class SubmitChange(Submit):
    name = "submit_change"
    verb = gettext_lazy("Submit the change")

    def is_possible(self, row: Template) -> bool:
        is_there = submission.kind_of(row) == Submission.Kind.EDIT and row.status in submission.EDITABLE
        return is_there and row.current_version_id is not None and (row.status != "APPROVED" or _is_news_to_meta(row))

    def foretell(self, rows: Sequence[Any]) -> list[str]:
        if len(rows) > 1:
            told = _(
                "%(count)s templates are edited at Meta and reviewed again; none can be sent until it is approved."
            )
            return [told % {"count": len(rows)}, str(LEFT_OUT)]
        (row,) = rows
        return [*_findings(row), *rolling_back.warnings(row, row.current_version), *_left_today(row)]


class Unpause(_Ask):
    name = "unpause"
    verb = gettext_lazy("Unpause")

    def is_possible(self, row: Template) -> bool:
        ends_by_itself = row.paused_until is not None and row.paused_until > timezone.now()
        return row.status == "PAUSED" and bool(row.provider_template_id) and not ends_by_itself

    def foretell(self, rows: Sequence[Any]) -> list[str]:
        return [
            _("Meta is asked to end the pause. Then it can be sent again at once."),
            _("If people still do not welcome it, Meta pauses or disables it: look at text and audience first."),
        ]

    def carry_out(self, request: HttpRequest, rows: Sequence[Any], *, given: Mapping[str, Any]) -> str:
        return self.ask(rows, lambda row: submission.unpause(row, actor=current_actor()))


class DeleteAtProvider(_Ask):
    name = "delete_at_provider"
    verb = gettext_lazy("Delete at Meta")
    needs = Role.ORG_ADMIN
    asks = DeleteForm
    is_final = True

    def is_possible(self, row: Template) -> bool:
        return bool(row.provider_template_id) and row.status not in ("DISABLED", "DELETED", "PENDING_DELETION")

    def foretell(self, rows: Sequence[Any]) -> list[str]:
        told = ngettext(
            "%(count)s template is deleted at Meta and can never be sent again. This cannot be undone.",
            "%(count)s templates are deleted at Meta and can never be sent again. This cannot be undone.",
            len(rows),
        )
        return [
            told % {"count": len(rows)},
            _("What was approved keeps its name blocked for 30 days. Messages on their way are still delivered."),
            _("Here they stay, with their past and all their versions."),
        ]

    def carry_out(self, request: HttpRequest, rows: Sequence[Any], *, given: Mapping[str, Any]) -> str:
        every = bool(given["all_languages"])
        return self.ask(
            rows,
            lambda row: submission.delete_at_provider(row, all_languages=every, actor=current_actor()),
        )


class Sync(_Ask):
    name = "sync"
    verb = gettext_lazy("Sync")

    def foretell(self, rows: Sequence[Any]) -> list[str]:
        names = ", ".join(sorted({row.account.name for row in rows}))
        return [
            _("All templates of %(names)s are compared with what Meta has. Nothing changes there.") % {"names": names}
        ]

    def carry_out(self, request: HttpRequest, rows: Sequence[Any], *, given: Mapping[str, Any]) -> str:
        accounts = {row.account_id: row.account for row in rows}
        for account in accounts.values():
            sync.ask_for(account, actor=current_actor())
        return _("The sync begins within a moment; its figures stand under Templates, Syncs.")


DEEDS: tuple[Deed, ...] = (Submit(), SubmitChange(), Unpause(), Sync(), DeleteAtProvider())


def asking(request: HttpRequest, template: Template) -> dict[str, Any]:
    """What the template's page shows of it: what can be asked now, and what became of what was asked last."""
    newest = Submission.objects.filter(template=template).select_related("version").first()
    return {
        "asking_deeds": [
            {
                "verb": deed.verb,
                "address": reverse(f"admin:templates_app_template_{deed.name}", args=[template.pk]),
                "is_final": deed.is_final,
            }
            for deed in DEEDS
            if deed.fits(request, template)
        ],
        "asked": shown(newest) if newest is not None and _is_news(newest) else None,
    }


def shown(row: Submission) -> dict[str, Any]:
    return {"row": row, "state": badge(row.get_state_display(), STATE_COLOURS.get(row.state, "default"))}


def _is_news_to_meta(template: Template) -> bool:
    """Of an approved template. Where Meta serves something else than our newest, that is adopted or restored."""
    is_other = template.current_version_id != template.submitted_version_id
    return is_other and versions.approved_as(content_of(template.current_version), template=template) is None


def _is_news(row: Submission) -> bool:
    finished_at = row.finished_at or timezone.now()
    return row.state != Submission.State.DONE or timezone.now() - finished_at < NEWS_FOR


def _findings(template: Template) -> list[str]:
    """The preflight's result, in sentences."""
    found = writing.look_through(
        account=template.account, name=template.name, content=content_of(template.current_version)
    )
    errors = [one for one in found if one.severity == Severity.ERROR]
    risks = [one for one in found if one.severity == Severity.WARNING]
    if errors:
        return [_("Meta would refuse it, so it is not submitted:"), *_told(errors)]
    return [*_told(risks), _("The preflight finds nothing that Meta would refuse.")]


def _told(findings: Sequence[Finding]) -> list[str]:
    return [
        f"{one.component + ': ' if one.component else ''}{one.message} {one.fix}" for one in findings[:FINDINGS_MOST]
    ]


def _left_today(template: Template) -> list[str]:
    if template.status != "APPROVED":
        return []
    left = rolling_back.edit_room(template, at=sandbox_clock.now(template.account)).left_today
    return [ngettext("%(left)s edit is left today.", "%(left)s edits are left today.", left) % {"left": left}]
