"""What stands in the database beside a folder of files: read once, so that a plan asks no question a thousand times."""

from __future__ import annotations

import dataclasses
import uuid
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from django.db.models import F, Max

from providers import sandbox_clock
from providers.models import Account
from templates_app.code.folder import Folder, Key
from templates_app.code.plans import Basis
from templates_app.content import Content
from templates_app.exporting import GONE, said_by, templates_of
from templates_app.models import Submission, Template, TemplateVersion
from templates_app.preflight import Sibling, sibling_of
from templates_app.standing import DRAFT

State = Submission.State
Said = tuple[str, str]  # language and body, without what nobody sees


@dataclasses.dataclass(frozen=True, kw_only=True)
class Survey:
    """
    `waiting`, `refused`: what is being asked of the provider, and what it last said no to of a newest version.

    `siblings`: what will stand in the account, by language and body. `count`: templates at the provider. `provider_at`:
    what `at` is by the provider's clock.
    """

    account: Account
    at: datetime
    provider_at: datetime
    rows: Mapping[Key, Template]
    newest: Mapping[uuid.UUID, int]
    waiting: Mapping[uuid.UUID, Submission]
    refused: Mapping[uuid.UUID, str]
    siblings: Mapping[Said, list[Sibling]]
    count: int

    def number(self, template: Template) -> int:
        """Of its newest version, 0 where there is none."""
        return self.newest.get(template.pk, 0)

    def basis(self, template: Template) -> Basis:
        return basis_of(template, number=self.number(template))

    def alike(self, content: Content) -> list[Sibling]:
        """The templates that might say the same."""
        return self.siblings.get(_said(sibling_of("", content)), [])


def survey(account: Account, folder: Folder, *, at: datetime) -> Survey:
    found = templates_of(account).select_related("current_version", "submitted_version")
    rows = {(template.name, template.language): template for template in found}
    for template in rows.values():
        template.account = account
    numbered = TemplateVersion.objects.filter(template__account=account).order_by().values_list("template_id")
    asked = Submission.objects.filter(template__account=account)
    refused = asked.filter(
        state__in=[State.REFUSED, State.FAILED], version=F("template__current_version"), detail__gt=""
    )
    return Survey(
        account=account,
        at=at,
        provider_at=at + sandbox_clock.ahead_of(account),
        rows=rows,
        newest=dict(numbered.annotate(Max("number"))),
        waiting={row.template_id: row for row in asked.filter(state=State.WAITING)},
        refused=dict(refused.order_by("id").values_list("template_id", "detail")),
        siblings=_siblings(rows, folder),
        count=sum(template.status not in (DRAFT, "DELETED") for template in rows.values()),
    )


def basis_of(template: Template, *, number: int) -> Basis:
    current: TemplateVersion | None = template.current_version
    return Basis(
        template=str(template.pk),
        version=number,
        checksum=current.checksum if current is not None else "",
        status=template.status,
        category=template.category,
        allow_category_change=template.allow_category_change,
        is_retired=template.is_retired,
    )


def _siblings(rows: Mapping[Key, Template], folder: Folder) -> Mapping[Said, list[Sibling]]:
    """What the files say, and what the templates say that have none."""
    said = {key: file.written for key, file in folder.by_key.items()}
    for key, template in rows.items():
        is_away = template.status in GONE or (template.status == DRAFT and template.is_retired)
        if key not in said and not is_away and (told := said_by(template)) is not None:
            said[key] = told
    found: dict[Said, list[Sibling]] = defaultdict(list)
    for written in said.values():
        sibling = sibling_of(written.name, written.content)
        found[_said(sibling)].append(sibling)
    return found


def _said(sibling: Sibling) -> Said:
    return sibling.language, " ".join(sibling.body.split())
