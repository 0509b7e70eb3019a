"""A folder of templates: one file for each template and language, `order_update/en_US.yaml`."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import pathlib
import re
from collections.abc import Iterator

from templates_app.code.reading import Written, read
from templates_app.code.syntax import FILE_MOST, Fault, Faulty, too_large

FILES_MOST = 10_000
ENDINGS = (".yaml", ".yml")
_SAFE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,99}", re.ASCII)

Key = tuple[str, str]


class NoFolder(Exception):
    """There is no such folder, or it is none of templates."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class File:
    """`path`: within the folder, with `/`."""

    path: str
    written: Written


@dataclasses.dataclass(frozen=True, kw_only=True)
class Folder:
    """`faults`: as "order_update/en_US.yaml:3: …", of every file that cannot be taken."""

    files: tuple[File, ...]
    faults: tuple[str, ...]

    @property
    def by_key(self) -> dict[Key, File]:
        return {file.written.key: file for file in self.files}


def read_folder(place: pathlib.Path) -> Folder:
    """Every template in it; what is hidden, and files of other kinds, are passed over. Raises NoFolder."""
    if not place.is_dir():
        raise NoFolder(f"{place} is no folder.")
    files: dict[Key, File] = {}
    faults: list[str] = []
    for number, path in enumerate(_paths(place)):
        if number >= FILES_MOST:
            raise NoFolder(f"{place} holds more than {FILES_MOST:,} files of templates.")
        try:
            file = File(path=path, written=_read(place / path))
        except Faulty as faulty:
            faults += [f"{path}:{line}: {why}" for line, why in faulty.faults]
            continue
        except OSError as error:
            faults.append(f"{path}:1: It cannot be read ({error.strerror}).")
            continue
        known = files.setdefault(file.written.key, file)
        if known is not file:
            faults.append(f"{path}:1: {file.written.title} stands in {known.path} already.")
    return Folder(files=tuple(files.values()), faults=tuple(faults))


def path_for(name: str, language: str) -> str:
    """Where a template's file belongs. A name that makes no good one for files is shortened and numbered."""
    return f"{_safe(name)}/{_safe(language)}.yaml"


def read_file(path: pathlib.Path) -> Written | None:
    """What stands there; None where it is no template. Raises OSError."""
    try:
        return _read(path)
    except Faulty:
        return None


def _read(path: pathlib.Path) -> Written:
    with path.open("rb") as file:
        raw = file.read(FILE_MOST + 1)
    if len(raw) > FILE_MOST:
        raise too_large()
    try:
        return read(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise Faulty(Fault(line, "This is not UTF-8.")) from None


def _paths(place: pathlib.Path) -> Iterator[str]:
    for folder, names, files in os.walk(place):
        names[:] = sorted(name for name in names if not name.startswith("."))
        for name in sorted(files):
            path = pathlib.Path(folder, name)
            if name.endswith(ENDINGS) and not name.startswith(".") and path.is_file():
                yield path.relative_to(place).as_posix()


def _safe(word: str) -> str:
    if _SAFE.fullmatch(word):
        return word
    number = hashlib.sha256(word.encode(errors="surrogatepass")).hexdigest()[:8]
    return f"{re.sub(r'[^A-Za-z0-9_-]+', '_', word, flags=re.ASCII)[:90].strip('_-') or 'template'}-{number}"
