"""
Going back to what a template said before, and settling a drift: each makes or chooses a version, none is ever lost.

What was approved before is reviewed again, so that going back costs an edit and a time in which nothing can be sent.
"""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta

from django.db import transaction

from alerts import raising
from core.refusals import Refused
from providers import sandbox_clock
from templates_app import category, versions, writing
from templates_app.concerns import subject_of
from templates_app.content import Content
from templates_app.models import Submission, Template, TemplateVersion
from templates_app.phrases import clock

DAY, MONTH = timedelta(hours=24), timedelta(days=30)
EDITS_A_DAY, EDITS_A_MONTH = 1, 10  # that Meta takes of an approved template


@dataclasses.dataclass(frozen=True, kw_only=True)
class EditRoom:
    """How often an approved template may still be edited, and when the next edit is possible if not now."""

    left_today: int
    left_this_month: int
    next_at: datetime | None


def edit_room(template: Template, *, at: datetime) -> EditRoom:
    """
    By the edits that were submitted from here; it says nothing of those made at the provider. `at`: by its clock, as
    a sandbox counts, so that turning that frees an edit.
    """
    edits = Submission.objects.filter(
        template=template,
        kind=Submission.Kind.EDIT,
        of_approved=True,
        state__in=[Submission.State.WAITING, Submission.State.DONE],
        asked_at__gt=at - MONTH,
    )
    moments = list(edits.order_by("asked_at").values_list("asked_at", flat=True))
    today = [moment for moment in moments if moment > at - DAY]
    free_at = []
    if len(today) >= EDITS_A_DAY:
        free_at.append(today[-EDITS_A_DAY] + DAY)
    if len(moments) >= EDITS_A_MONTH:
        free_at.append(moments[-EDITS_A_MONTH] + MONTH)
    return EditRoom(
        left_today=max(0, EDITS_A_DAY - len(today)),
        left_this_month=max(0, EDITS_A_MONTH - len(moments)),
        next_at=max(free_at, default=None),
    )


def warnings(template: Template, version: TemplateVersion) -> list[str]:
    """What it costs to submit what this version says, in sentences; none where Meta has approved that already."""
    if not writing.was_submitted(template) or _is_approved(template, versions.content_of(version)):
        return []
    told = ["Once it is submitted, Meta reviews it again, and the template cannot be sent until it is approved."]
    if template.status == "APPROVED":
        room = edit_room(template, at=sandbox_clock.now(template.account))
        if room.next_at is not None:
            told.append(f"Meta takes the next edit of this template from {clock(room.next_at)} on.")
        told.append(f"Meta takes {room.left_this_month} more edits of it within 30 days.")
    if template.status in ("PENDING", "IN_APPEAL"):
        told.append("Meta takes no edit while it reviews the template.")
    return told


@transaction.atomic
def rollback(template: Template, number: int, *, actor: str, note: str = "") -> TemplateVersion:
    """
    A new version that says what an old one said.

    Raises TemplateVersion.DoesNotExist; Refused `integrity_error` where the old one is not what it was,
    `category_fixed`, `edit_limit`.
    """
    versions.lock(template)
    old = TemplateVersion.objects.get(template=template, number=number)
    content = _intact(template, old)
    writing.refuse_fixed(template, name=template.name, content=content)
    if template.status == "APPROVED" and not _is_approved(template, content):
        room = edit_room(template, at=sandbox_clock.now(template.account))
        if room.next_at is not None:
            raise Refused(
                f"Meta takes the next edit of this approved template from {clock(room.next_at)} on.", code="edit_limit"
            )
    told = " ".join(filter(None, (f"Back to v{number}.", note)))
    return writing.put(template, content, origin=versions.Origin.ROLLBACK, actor=actor, note=told)


@transaction.atomic
def restore(template: Template, *, actor: str, note: str = "") -> TemplateVersion:
    """Ours again in the place of what the provider serves: a version to be submitted. Raises Refused `not_drifted`."""
    versions.lock(template)
    theirs = _drifted(template)
    ours: TemplateVersion | None = template.submitted_version
    current: TemplateVersion | None = template.current_version
    if ours is None:
        raise Refused("Nothing of ours is at the provider that could be restored.", code="not_drifted")
    if current is not None and current.number > theirs.number and current.checksum == ours.checksum:
        return current
    content = _intact(template, ours)
    if category.is_fixed(template):
        content = dataclasses.replace(content, category=template.category)
    told = " ".join(filter(None, (f"Restores v{ours.number} in the place of v{theirs.number}.", note)))
    return writing.put(template, content, origin=versions.Origin.ROLLBACK, actor=actor, note=told)


@transaction.atomic
def adopt(template: Template, *, note: str = "") -> TemplateVersion:
    """What the provider serves is ours from now on. Raises Refused `not_drifted`."""
    versions.lock(template)
    theirs = _drifted(template)
    template.current_version = template.submitted_version = theirs
    template.drifted_version = None
    template.parameter_format = theirs.parameter_format
    versions.follow_approval([template])
    why = f"v{theirs.number} of Meta adopted" + (f": {note}" if note else "")
    versions.save(template, why=why, fields=[*versions.SAVED, "approved_version"])
    raising.follow([subject_of(template)])
    return theirs


def _is_approved(template: Template, content: Content) -> bool:
    return versions.approved_as(content, template=template) is not None


def _drifted(template: Template) -> TemplateVersion:
    theirs: TemplateVersion | None = template.drifted_version
    if theirs is None:
        raise Refused("Meta serves what it has from us: there is nothing to settle.", code="not_drifted")
    return theirs


def _intact(template: Template, version: TemplateVersion) -> Content:
    """What the version says, with the language that it has by now where none was known."""
    if not versions.is_intact(version):
        raise Refused(
            f"v{version.number} does not say any more what it said when it was kept: its checksum differs. "
            "Nothing was changed.",
            code="integrity_error",
        )
    content = versions.content_of(version)
    is_fixed = writing.was_submitted(template)
    return dataclasses.replace(
        content,
        language=template.language if is_fixed or not content.language else content.language,
        category=content.category or template.category,
    )
