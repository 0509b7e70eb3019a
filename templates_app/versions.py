"""Versions of what a template says: numbered, immutable, one for each content that differs from the one before."""

from __future__ import annotations

from collections.abc import Sequence

from templates_app import components
from templates_app.models import Template, TemplateVersion


def keep_provider_content(templates: Sequence[Template]) -> None:
    """The provider told the content of these (locked) templates: the next version of each where it is new."""
    if not templates:
        return
    latest: dict[object, TemplateVersion] = {}
    for version in TemplateVersion.objects.filter(template__in=templates).order_by("number"):
        latest[version.template_id] = version
    new = []
    for template in templates:
        version = _next(template, latest.get(template.pk))
        if version is not None:
            template.current_version = version
            template.parameter_format = version.parameter_format
            new.append(version)
    TemplateVersion.objects.bulk_create(new)


def _next(template: Template, last: TemplateVersion | None) -> TemplateVersion | None:
    told = template.standing.get("components")
    if not told:
        return None
    content = components.canonical(told)
    parameter_format = components.parameter_format_of(content)
    checksum = components.checksum(
        content, parameter_format=parameter_format, language=template.language, category=template.category
    )
    if last is not None and last.checksum == checksum:
        return None
    return TemplateVersion(
        organization_id=template.organization_id,
        template=template,
        number=last.number + 1 if last else 1,
        language=template.language,
        category=template.category,
        parameter_format=parameter_format,
        components=content,
        variables=components.variables(content),
        checksum=checksum,
        origin=TemplateVersion.Origin.PROVIDER,
        author="meta",
    )
