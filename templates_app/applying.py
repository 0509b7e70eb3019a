"""
Carrying out a plan: each template in a transaction of its own, its version and what is asked of the provider together.

Whoever repeats it does no harm: what was planned and has come about is found done.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Iterator, Mapping

from django.db import transaction
from django.db.models import Max

from core.refusals import Refused
from providers.models import Account
from templates_app import submission, versions, writing
from templates_app.code.folder import File, Folder
from templates_app.code.plans import Item, Plan, is_done, stale
from templates_app.models import Template, TemplateVersion
from templates_app.phrases import clock
from templates_app.surveying import basis_of


class Outcome(enum.StrEnum):
    DONE = "done"
    FOUND_DONE = "done already"
    REFUSED = "refused"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Result:
    item: Item
    outcome: Outcome
    sentence: str = ""


def why_stale(plan: Plan, now: Plan) -> list[str]:
    """Why this plan cannot be carried out any more, by template; empty where it can."""
    current = {item.key: item for item in now.items}
    return [
        why
        for item in plan.changes
        if not item.blocked and not is_done(item, current.get(item.key))
        for why in stale(item, current.get(item.key))
    ]


def apply(plan: Plan, now: Plan, folder: Folder, *, account: Account, actor: str) -> Iterator[Result]:
    """Item by item. `now`: the same plan made a moment ago, with nothing in it that makes `plan` stale."""
    current, files = {item.key: item for item in now.items}, folder.by_key
    note = f"From the plan of {clock(plan.made_at)}."
    for planned in plan.changes:
        if planned.blocked:
            yield Result(item=planned, outcome=Outcome.REFUSED, sentence=" ".join(planned.blocked))
        elif is_done(planned, current.get(planned.key)):
            yield Result(item=planned, outcome=Outcome.FOUND_DONE)
        else:
            yield _result(current[planned.key], files, account=account, note=note, actor=actor)


def _result(item: Item, files: Mapping[tuple[str, str], File], *, account: Account, note: str, actor: str) -> Result:
    try:
        with transaction.atomic():
            sentence = _carry_out(item, files.get(item.key), account=account, note=note, actor=actor)
    except Refused as refused:
        return Result(item=item, outcome=Outcome.REFUSED, sentence=refused.sentence)
    except writing.Broken as broken:
        told = " ".join(f"{one.component or 'the whole'}: {one.message}" for one in broken.findings)
        return Result(item=item, outcome=Outcome.REFUSED, sentence=told)
    return Result(item=item, outcome=Outcome.DONE, sentence=sentence)


def _carry_out(item: Item, file: File | None, *, account: Account, note: str, actor: str) -> str:
    """Gives what was done, in a sentence."""
    if file is None:
        return _delete(_locked(item, account=account), item, actor=actor)
    if item.basis is None:
        template = _create(file, account=account, actor=actor, note=note)
        done = ["Written as v1."]
    else:
        template = _locked(item, account=account)
        done = _change(template, item, file, actor=actor, note=note)
    if item.submits:
        asked = submission.submit(template, actor=actor)
        done.append(f"{asked.get_kind_display()}: the provider is being asked.")
    return " ".join(done)


def _create(file: File, *, account: Account, actor: str, note: str) -> Template:
    written = file.written
    return writing.create(
        account=account,
        name=written.name,
        language=written.content.language,
        category=written.content.category,
        components=written.content.components,
        parameter_format=written.content.parameter_format,
        allow_category_change=bool(written.allow_category_change),
        actor=actor,
        note=note,
    )


def _change(template: Template, item: Item, file: File, *, actor: str, note: str) -> list[str]:
    written, asked = file.written, writing.Asked()
    if written.allow_category_change not in (None, template.allow_category_change):
        asked["allow_category_change"] = written.allow_category_change is True
    if item.writes:
        asked["components"] = written.content.components
        asked["parameter_format"] = written.content.parameter_format
        if written.content.category != template.category:
            asked["category"] = written.content.category
    was_allowed = template.allow_category_change
    version = writing.change(template, asked=asked, actor=actor, note=note) if asked else None
    done = [f"Written as v{version.number}."] if version is not None else []
    if template.allow_category_change != was_allowed:
        done.append("Its category may change now." if template.allow_category_change else "Its category is kept now.")
    return done


def _delete(template: Template, item: Item, *, actor: str) -> str:
    if not item.submits:
        writing.retire(template)
        return "Retired here."
    submission.delete_at_provider(template, all_languages=False, actor=actor)
    return "The provider is being asked to delete this language of it."


def _locked(item: Item, *, account: Account) -> Template:
    """The row, if it still stands as it stood a moment ago."""
    known = Template.objects.filter(account=account, pk=item.basis.template if item.basis else None)
    template: Template | None = known.select_related("account").first()
    if template is None:
        raise Refused("It is not there any more: plan anew.", code="stale_plan")
    versions.lock(template)
    numbers = TemplateVersion.objects.filter(template=template).aggregate(newest=Max("number"))
    if basis_of(template, number=numbers["newest"] or 0) != item.basis:
        raise Refused("It was changed in this moment: plan anew.", code="stale_plan")
    return template
