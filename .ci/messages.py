"""
The console's words in other languages: collects them from code and templates into config/locale, and compiles.

`update` merges what is new into every catalog; `compile` writes the .mo files that Django reads; `check` says whether
anything is missing, unfinished or not compiled.
"""

from __future__ import annotations

import io
import pathlib
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

if TYPE_CHECKING:
    from babel.messages.catalog import Message

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from django.conf import settings  # noqa: E402 (needs the path)
from django.utils.translation.template import templatize  # noqa: E402

ROOMS = ("config", "core", "alerts", "providers", "templates_app", "notifications", "chatbot")
LANGUAGES = ("ar", "es", "fr", "pt")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}
NO_DAY = datetime(2000, 1, 1, tzinfo=UTC)  # the same words make the same file on every day
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


def po_of(language: str) -> pathlib.Path:
    return ROOT / "config" / "locale" / language / "LC_MESSAGES" / "django.po"


def collect() -> Catalog:
    """Every word of the product's own code and templates."""
    found = Catalog(domain="django", charset="utf-8")
    for path, source in _sources():
        for line, name, words, _ in extract_python(io.BytesIO(source.encode()), list(KEYWORDS), (), {}):
            context, message = _message(name, words)
            if message:
                found.add(message, locations=[(path.as_posix(), line)], context=context)
    return found


def _sources() -> Iterator[tuple[pathlib.Path, str]]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path.relative_to(ROOT), path.read_text()
        for path in sorted((ROOT / room).rglob("templates/**/*.html")):
            calls = templatize(path.read_text(), origin=str(path)).splitlines()
            yield path.relative_to(ROOT), "\n".join(line.lstrip() for line in calls)


def _message(name: str | None, words: object) -> tuple[str | None, str | tuple[str, str] | None]:
    given = list(words) if isinstance(words, tuple) else [words]
    texts = [one for one in given if isinstance(one, str)]
    if not texts:
        return None, None
    if name in ("ngettext", "ngettext_lazy"):
        return None, (texts[0], texts[1]) if len(texts) > 1 else None
    if name in ("pgettext", "pgettext_lazy"):
        return texts[0], texts[1] if len(texts) > 1 else None
    return None, texts[0]


def update() -> None:
    found = collect()
    for language in LANGUAGES:
        path = po_of(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        catalog = _read(language) if path.exists() else Catalog(locale=language, domain="django", charset="utf-8")
        catalog.update(found, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        _write(catalog, path)


def _read(language: str) -> Catalog:
    with po_of(language).open("rb") as file:
        return read_po(file, locale=language, domain="django")


def _write(catalog: Catalog, path: pathlib.Path) -> None:
    """Without dates, names and line numbers, which would change every time."""
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=0, no_location=True, omit_header=False, sort_output=True)
    kept = [line for line in buffer.getvalue().decode().splitlines() if not _changes_by_itself(line)]
    path.write_text("\n".join(kept).rstrip() + "\n")


def _changes_by_itself(line: str) -> bool:
    names = ("POT-Creation-Date", "PO-Revision-Date", "Last-Translator", "Language-Team", "Report-Msgid-Bugs-To")
    is_header = any(line.startswith(f'"{name}') for name in (*names, "Generated-By", "Project-Id-Version"))
    return is_header or (line.startswith("#") and not line.startswith("#,"))


def compiled(language: str) -> bytes:
    buffer = io.BytesIO()
    catalog = _read(language)
    catalog.creation_date = catalog.revision_date = NO_DAY
    write_mo(buffer, catalog)
    return buffer.getvalue()


def compile_all() -> None:
    for language in LANGUAGES:
        po_of(language).with_suffix(".mo").write_bytes(compiled(language))


def faults() -> Iterator[str]:
    wanted = {(message.context, message.id) for message in collect() if message.id}
    for language in LANGUAGES:
        catalog = _read(language)
        known = {(message.context, message.id): message for message in catalog if message.id}
        yield from (f"{language}: not in the catalog: {key[1]}" for key in sorted(wanted - set(known), key=str))
        yield from (f"{language}: nobody says it any more: {key[1]}" for key in sorted(set(known) - wanted, key=str))
        for message in known.values():
            yield from (f"{language}: {fault}: {message.id}" for fault in _faults_of(message))
        if po_of(language).with_suffix(".mo").read_bytes() != compiled(language):
            yield f"{language}: not compiled: run `make messages`"


def _faults_of(message: Message) -> Iterator[str]:
    texts = message.string if isinstance(message.string, (tuple, list)) else [message.string]
    if not all(texts):
        yield "not translated"
        return
    wanted = set(PLACEHOLDER.findall(message.id[-1] if isinstance(message.id, (tuple, list)) else message.id))
    for text in texts:
        missing = wanted - set(PLACEHOLDER.findall(text))
        if set(PLACEHOLDER.findall(text)) - wanted or (missing and len(texts) == 1):
            yield f"its placeholders differ ({', '.join(sorted(wanted))})"


def main() -> None:
    settings.configure(USE_I18N=True)
    what = sys.argv[1] if len(sys.argv) > 1 else "check"
    if what == "update":
        update()
    elif what == "compile":
        compile_all()
    else:
        found = list(faults())
        sys.exit("\n".join(found[:50]) or None)


if __name__ == "__main__":
    main()
