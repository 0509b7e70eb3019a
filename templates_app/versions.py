"""
Versions of what a template says: numbered, immutable, one for each content that differs from the one before.

Four pointers of the template name versions: the one that we want (`current`), the one that the provider has from us
or told us (`submitted`), the one that it approved, and the one that it serves instead of ours (`drifted`).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import OuterRef, Q, Subquery, prefetch_related_objects
from django.utils import timezone

from templates_app import diff, readback
from templates_app.content import Content
from templates_app.models import Template, TemplateVersion

Origin = TemplateVersion.Origin

OURS = frozenset({Origin.LOCAL, Origin.SUBMITTED, Origin.ROLLBACK})
POINTERS = ("current_version", "submitted_version", "approved_version", "drifted_version")
SAVED = ["current_version", "submitted_version", "drifted_version", "parameter_format", "updated_at"]
REASON_LENGTH = 100
PROVIDER = "meta"  # the author of what it tells


def content_of(version: TemplateVersion) -> Content:
    return Content.of(
        version.components,
        language=version.language,
        category=version.category,
        parameter_format=version.parameter_format,
    )


def compare(before: TemplateVersion, after: TemplateVersion) -> diff.Comparison:
    return diff.compare(content_of(before), content_of(after))


def is_intact(version: TemplateVersion) -> bool:
    """Whether the version still says what its checksum was made of."""
    return content_of(version).checksum == version.checksum


def status_of(version: TemplateVersion, *, template: Template) -> str:
    """What became of a version: draft, in_review, approved, rejected, drifted, or superseded by another."""
    if version.pk == template.drifted_version_id:
        return "drifted"
    is_approved = version.pk == template.approved_version_id
    if version.pk == template.submitted_version_id:
        if template.status == "REJECTED":
            return "rejected"
        return "approved" if is_approved or template.status == "APPROVED" else "in_review"
    if is_approved:
        return "approved"
    if version.pk != template.current_version_id:
        return "superseded"
    return "approved" if approved_as(content_of(version), template=template) else "draft"


def approved_as(content: Content, *, template: Template) -> TemplateVersion | None:
    """
    The version, be it another one, in which the provider has approved this content and serves it now; else None.

    An edit of an approved template says no category: one that was accepted since makes no difference to the provider.
    """
    served: TemplateVersion | None = template.submitted_version
    if template.status != "APPROVED" or template.drifted_version_id is not None or served is None:
        return None
    is_same = served.components == content.components and served.parameter_format == content.parameter_format
    return served if is_same and content.category in (served.category, template.category) else None


def lock(template: Template) -> None:
    """Locks the row and reads it anew, so that nobody else writes it before this transaction ends."""
    template.refresh_from_db(from_queryset=Template.objects.select_for_update(of=("self",), no_key=True))


@transaction.atomic
def write(template: Template, content: Content, *, origin: str, author: str, note: str = "") -> TemplateVersion | None:
    """
    The next version of a template, which from now on is what we want it to say; None where that is so already.

    The template is locked and read anew: what the caller has changed in it without saving is lost.
    """
    lock(template)
    current = template.current_version
    if current is not None and current.checksum == content.checksum:
        return None
    version = append(template, content, origin=origin, author=author, note=note)
    save(template, why=f"v{version.number} {version.get_origin_display().lower()}", fields=SAVED)
    return version


def append(template: Template, content: Content, *, origin: str, author: str, note: str = "") -> TemplateVersion:
    """As `write` for a template that is locked, even if it says the same; the caller saves the template."""
    newest = TemplateVersion.objects.filter(template=template).order_by("-number").first()
    version = _row(template, content, newest, origin=origin, author=author, note=note)
    version.save(force_insert=True)
    template.current_version = version
    template.parameter_format = version.parameter_format
    return version


def save(template: Template, *, why: str, fields: Iterable[str]) -> None:
    """Saves these columns, with the reason in the audit."""
    template.updated_at = timezone.now()
    template._change_reason = why[:REASON_LENGTH]  # type: ignore[attr-defined]  # read by simple-history
    template.save(update_fields=[*fields])


def mark_submitted(template: Template, version: TemplateVersion) -> None:
    """The provider took this version from us: whatever it served instead is over. The caller saves the template."""
    template.submitted_version = version
    template.drifted_version = None


def follow_approval(templates: Iterable[Template]) -> None:
    """What the provider has and approves is the approved version. Not saved here; asks the database nothing."""
    for template in templates:
        is_served = template.status == "APPROVED" and template.drifted_version_id is None
        if is_served and template.submitted_version_id is not None:
            template.approved_version_id = template.submitted_version_id


def load_drifted(templates: Iterable[Template]) -> None:
    """Reads what the alerts about drifted templates tell, for all of them at once."""
    drifted = [template for template in templates if template.drifted_version_id is not None]
    if drifted:
        prefetch_related_objects(drifted, "drifted_version", "submitted_version")


def keep_provider_content(templates: Sequence[Template]) -> None:
    """
    The provider told the content of these (locked) templates: the next version of each where it is new.

    Where it serves something else than what it has from us, ours stays the current one, and the template has drifted.
    """
    if not templates:
        return
    shelf = _Shelf(templates)
    TemplateVersion.objects.bulk_create([new for template in templates if (new := _hear(template, shelf)) is not None])


class _Shelf:
    """The versions that these templates point to, and the newest of each, in one statement."""

    def __init__(self, templates: Sequence[Template]) -> None:
        others = TemplateVersion.objects.filter(template=OuterRef("template")).order_by("-number")
        pointed = {getattr(template, f"{name}_id") for template in templates for name in POINTERS} - {None}
        wanted = Q(pk__in=pointed) | Q(number=Subquery(others.values("number")[:1]))
        self._versions: dict[object, TemplateVersion] = {}
        self._newest: dict[uuid.UUID, TemplateVersion] = {}
        for version in TemplateVersion.objects.filter(wanted, template__in=templates).order_by("number"):
            self._versions[version.pk] = self._newest[version.template_id] = version

    def newest(self, template: Template) -> TemplateVersion | None:
        return self._newest.get(template.pk)

    def get(self, template: Template, pointer: str) -> TemplateVersion | None:
        return self._versions.get(getattr(template, f"{pointer}_id"))

    def held(self, template: Template) -> TemplateVersion | None:
        """What the provider has, as far as we know."""
        current = self.get(template, "current_version")
        told = current if current is not None and current.origin == Origin.PROVIDER else None
        return self.get(template, "drifted_version") or self.get(template, "submitted_version") or told


def _hear(template: Template, shelf: _Shelf) -> TemplateVersion | None:
    held = shelf.held(template)
    told = _told(template, held)
    if told is None:
        return None
    known = (held, shelf.get(template, "submitted_version"), shelf.get(template, "current_version"))
    same = next((version for version in known if version is not None and version.checksum == told.checksum), None)
    served = same or _row(template, told, shelf.newest(template), origin=Origin.PROVIDER, author=PROVIDER)
    _serve(template, served, shelf)
    return None if same else served


def _told(template: Template, held: TemplateVersion | None) -> Content | None:
    """What the provider says of the content, completed with what we know of it. It names no category asked for."""
    told = template.standing.get("components")
    if not told:
        return None
    known = held.components if held is not None else []
    is_whole = template.standing.get("components_are_whole", False)
    components = readback.reread(known, told) if is_whole else readback.merge(known, told)
    content = Content.of(
        components,
        language=template.language,
        category=held.category if held is not None else template.category,
        parameter_format=template.standing.get("parameter_format", ""),
    )
    if held is None or content.variables or template.standing.get("parameter_format"):
        return content
    return Content.of(
        components, language=content.language, category=content.category, parameter_format=held.parameter_format
    )


def _serve(template: Template, served: TemplateVersion, shelf: _Shelf) -> None:
    """The provider serves this version; what we wrote and have not submitted stays what we want."""
    current, ours = shelf.get(template, "current_version"), shelf.get(template, "submitted_version")
    is_wished = ours is None or ours.origin not in OURS or served.pk in (ours.pk, current.pk if current else None)
    if not is_wished:
        template.drifted_version = served
        return
    is_draft = current is not None and current.origin in OURS and current.pk != template.submitted_version_id
    template.submitted_version, template.drifted_version = served, None
    if not is_draft:
        template.current_version, template.parameter_format = served, served.parameter_format


def _row(
    template: Template,
    content: Content,
    newest: TemplateVersion | None,
    *,
    origin: str,
    author: str,
    note: str = "",
) -> TemplateVersion:
    return TemplateVersion(
        organization_id=template.organization_id,
        template=template,
        number=newest.number + 1 if newest else 1,
        language=content.language,
        category=content.category,
        parameter_format=content.parameter_format,
        components=content.components,
        variables=content.variables,
        checksum=content.checksum,
        delta=diff.delta(content_of(newest) if newest else None, content),
        origin=origin,
        author=author[:255],
        note=note[:500],
    )
