"""Templates written into files: what we want each to say now. A file that says something else stays as it is."""

from __future__ import annotations

import dataclasses
import pathlib
from collections.abc import Collection, Iterator

from django.db.models import QuerySet

from providers.models import Account
from templates_app.code.folder import Key, NoFolder, path_for, read_file, read_folder
from templates_app.code.reading import Written, read
from templates_app.code.syntax import Faulty
from templates_app.code.writing_yaml import write
from templates_app.content import Content
from templates_app.models import Template

GONE = ("DELETED", "PENDING_DELETION")  # at the provider, or about to be
WRITTEN, UNCHANGED, LEFT = "written", "unchanged", "left"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Exported:
    """What became of one template's file; `why` it was left."""

    outcome: str
    path: str
    title: str
    why: str = ""


def templates_of(account: Account) -> QuerySet[Template]:
    """All of the account with what they say, without what machines keep in them."""
    rows: QuerySet[Template] = Template.objects.filter(account=account).select_related("current_version")
    return rows.defer("standing", "measured").order_by("name", "language")


def said_by(template: Template) -> Written | None:
    """What we want it to say, in the category that we plan with; None where nobody has told yet."""
    current = template.current_version
    if current is None:
        return None
    content = Content.of(
        current.components,
        language=template.language,
        category=template.category or current.category,
        parameter_format=current.parameter_format,
    )
    return Written(name=template.name, content=content, allow_category_change=template.allow_category_change)


def says_same(file: Written, template: Written) -> bool:
    """A file that does not speak of the flag leaves it as it is."""
    is_flag_same = file.allow_category_change in (None, template.allow_category_change)
    return is_flag_same and file.content.checksum == template.content.checksum


def export(
    account: Account, place: pathlib.Path, *, names: Collection[str] = (), with_force: bool = False
) -> Iterator[Exported]:
    """Each template in turn. A template that has a file already keeps that file's place. Raises NoFolder, OSError."""
    if place.exists() and not place.is_dir():
        raise NoFolder(f"{place} is no folder.")
    files = read_folder(place).by_key if place.is_dir() else {}
    known = {key: file.path for key, file in files.items()}
    rows = templates_of(account).filter(is_retired=False).exclude(status__in=GONE)
    for template in rows.filter(name__in=names) if names else rows:
        yield _export(template, place, known=known, with_force=with_force)


def _export(template: Template, place: pathlib.Path, *, known: dict[Key, str], with_force: bool) -> Exported:
    written = said_by(template)
    path = known.get((template.name, template.language), path_for(template.name, template.language))
    title = f"{template.name} ({template.language or '?'})"
    why = _why_not(written)
    if written is None or why:
        return Exported(outcome=LEFT, path=path, title=title, why=why)
    file = place / path
    found = read_file(file) if file.exists() else None
    if found is not None and found.key == written.key and says_same(found, written):
        return Exported(outcome=UNCHANGED, path=path, title=title)
    if file.exists() and not with_force:
        return Exported(
            outcome=LEFT, path=path, title=title, why="The file says something else: --force overwrites it."
        )
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(write(written), encoding="utf-8", newline="\n")
    return Exported(outcome=WRITTEN, path=path, title=title)


def _why_not(written: Written | None) -> str:
    if written is None:
        return "Nobody has told yet what it says: sync the account."
    if not written.content.language:
        return "Its language is not known yet: sync the account."
    try:
        again = read(write(written))
    except Faulty as faulty:
        return f"It makes no file: {faulty.faults[0].why}"
    is_same = again.key == written.key and says_same(again, written)
    return "" if is_same else "It makes no file that says the same."
