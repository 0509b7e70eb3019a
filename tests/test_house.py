"""The house rules that no linter knows, read from the source itself."""

from __future__ import annotations

import ast
import functools
import pathlib
import re
from collections.abc import Iterator

from config import settings as product_settings

ROOT = pathlib.Path(product_settings.__file__).resolve().parent.parent
ROOMS = ("config", "chatbot", "notifications", "templates_app", "alerts", "providers", "core")
DOTTED = {".ci", ".gitignore", ".gitattributes", ".env.example"}  # other dotted names are tools' caches and private
MODEL_SIGNALS = {"pre_init", "post_init", "pre_save", "post_save", "pre_delete", "post_delete", "m2m_changed"}
DRAWERS = {"utils", "util", "helpers", "helper", "common", "services", "service", "misc", "managers", "manager"}


@functools.cache
def sources() -> dict[pathlib.Path, ast.Module]:
    """Our own modules outside the tests, parsed; migrations are Django's handwriting."""
    files = [ROOT / "manage.py", *(file for room in ROOMS for file in (ROOT / room).rglob("*.py"))]
    return {
        file.relative_to(ROOT): ast.parse(file.read_text())
        for file in sorted(files)
        if file.parent.name != "migrations"
    }


def texts() -> Iterator[tuple[pathlib.Path, str]]:
    """Every text file of the repository, as git would list it."""
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        hidden = any(part.startswith(".") and part not in DOTTED for part in parts)
        if not hidden and "__pycache__" not in parts and path.is_file():
            try:
                yield path.relative_to(ROOT), path.read_text()
            except UnicodeDecodeError:
                continue


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_a_file_stays_under_400_lines() -> None:
    lengths = {str(file): len((ROOT / file).read_text().splitlines()) for file in sources()}

    assert {file: length for file, length in lengths.items() if length >= 400} == {}


def test_a_function_stays_under_40_lines() -> None:
    lengths = {
        f"{file}:{function.lineno} {function.name}": (function.end_lineno or 0) - function.lineno + 1
        for file, tree in sources().items()
        for function in functions(tree)
    }

    assert {name: length for name, length in lengths.items() if length >= 40} == {}


def test_every_module_says_why_it_exists() -> None:
    assert [str(file) for file, tree in sources().items() if not ast.get_docstring(tree)] == []


def test_no_file_is_a_drawer_for_anything() -> None:
    named = [file for file in sources() if DRAWERS & {part.removesuffix(".py") for part in file.parts}]

    assert named == []


def test_our_own_apps_do_not_signal_each_other() -> None:
    assert [f"{file}:{node.lineno}" for file, tree in sources().items() for node in own_signals(tree)] == []


def own_signals(tree: ast.Module) -> Iterator[ast.expr | ast.stmt]:
    """Signals that we define, signals about rows, and receivers that wait for a sender of ours."""
    ours: set[str] = set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom):
            continue
        names = {alias.name for alias in node.names}
        if (node.module or "").split(".")[0] in ROOMS:
            ours |= {alias.asname or alias.name for alias in node.names}
        elif "Signal" in names or names & MODEL_SIGNALS:
            yield node
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and any(_is_sender(keyword, ours) for keyword in node.keywords):
            yield node


def _is_sender(keyword: ast.keyword, ours: set[str]) -> bool:
    return keyword.arg == "sender" and any(isinstance(name, ast.Name) and name.id in ours for name in ast.walk(keyword))


def test_nothing_is_imported_inside_a_function() -> None:
    inside = [
        f"{file}:{node.lineno}"
        for file, tree in sources().items()
        for function in functions(tree)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]

    assert inside == []


def test_only_the_worker_catches_everything() -> None:
    catching = {
        str(file)
        for file, tree in sources().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler) and catches_everything(node)
    }

    assert catching <= {"core/work.py"}


def catches_everything(handler: ast.ExceptHandler) -> bool:
    caught = {name.id for name in ast.walk(handler.type) if isinstance(name, ast.Name)} if handler.type else set()
    return not handler.type or bool(caught & {"Exception", "BaseException"})


def test_no_text_names_a_package_registry_or_a_folder_of_one_machine() -> None:
    registries = ("pypi." + "org", "pythonhosted" + ".org", "npmjs" + ".org", "npmjs" + ".com")
    folders = ("work", "root", "home", "Users", "build", "mnt")
    foreign = re.compile("|".join([*map(re.escape, registries), rf"(?<![\w.\]}})*/-])/(?:{'|'.join(folders)})/\w"]))

    assert [f"{file}: {match[0]}" for file, text in texts() for match in foreign.finditer(text)] == []


def test_the_example_environment_lists_exactly_the_settings_that_are_read() -> None:
    tree = sources()[pathlib.Path("config/settings.py")]
    read = {
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant)
        if re.fullmatch(r"secret|env\.\w+", ast.unparse(node.func))
    }
    in_use, _, coming = (ROOT / ".env.example").read_text().partition("# --- Not read yet")
    listed = re.compile(r"^#([A-Z_]+)=", flags=re.MULTILINE)

    assert sorted(listed.findall(in_use)) == sorted(map(str, read))
    assert not set(listed.findall(coming)) & read
