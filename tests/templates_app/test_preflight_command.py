"""`manage.py preflight`: files in three forms, words for people and for machines, and an exit code."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

GOOD = {
    "name": "order_update",
    "language": "en_US",
    "category": "UTILITY",
    "components": [{"type": "BODY", "text": "Your order left our store today."}],
}
BAD = {**GOOD, "name": "other", "components": [{"type": "BODY", "text": "{{1}} left us with a discount."}]}
RISKY = {**GOOD, "components": [{"type": "BODY", "text": "Your order left us with a discount."}]}


@pytest.fixture
def written(tmp_path):
    def write(said: Any, name: str = "templates.json") -> str:
        file = tmp_path / name
        file.write_text(said if isinstance(said, str) else json.dumps(said))
        return str(file)

    return write


def run(*arguments: str) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command("preflight", *arguments, stdout=out)
    except CommandError as error:
        return error.returncode, out.getvalue() + str(error)
    return 0, out.getvalue()


def test_a_file_without_errors_passes(written):
    code, told = run(written(GOOD))

    assert code == 0
    assert "order_update (en_US): nothing to say." in told


@pytest.mark.parametrize("form", [BAD, [GOOD, BAD], {"data": [BAD, GOOD], "paging": {}}])
def test_an_error_fails_in_every_form_and_says_why_and_where(form, written):
    code, told = run(written(form))

    assert code == 1
    assert "ERROR in BODY 0–5: The text begins with the variable {{1}}" in told
    assert "Meta: Template review (2026-09-11)" in told
    assert "would not pass" in told


def test_yaml_is_read_too(written):
    code, told = run(
        written("name: a\nlanguage: en\ncategory: utility\ncomponents:\n  - {type: BODY, text: Hi there}\n", "a.yml")
    )

    assert (code, "a (en): nothing to say." in told) == (0, True)


@pytest.mark.parametrize(
    ("body", "code", "why"),
    [
        ("{text: 'Hello {{1}}, your lamp is ready.', examples: {1: Ada}}", 0, "lamp_ready (no)"),
        ("'{{1}}, your lamp is ready.'", 1, "The text begins with the variable {{1}}"),
        ("{txt: Hello}", 2, "a.yaml:4: `txt` is no key of `body`"),
    ],
)
def test_a_template_as_code_is_read_in_its_short_form(body, code, why, written):
    told = run(written(f"name: lamp_ready\nlanguage: no\ncategory: UTILITY\nbody: {body}\n", "a.yaml"))

    assert (told[0], why in told[1]) == (code, True)


def test_warnings_fail_only_when_asked_to(written):
    file = written(RISKY)

    assert run(file)[0] == 0
    assert run(file, "--warnings-as-errors")[0] == 1


def test_machines_are_told_in_json(written):
    out = io.StringIO()

    with pytest.raises(CommandError):
        call_command("preflight", written([GOOD, BAD]), "--json", stdout=out)

    good, bad = json.loads(out.getvalue())
    assert (good["ok"], good["findings"]) == (True, [])
    assert (bad["ok"], bad["name"]) == (False, "other")
    assert {"rule", "severity", "component", "span", "message", "fix", "source"} == set(bad["findings"][0])


def test_the_same_text_in_two_files_is_told(written):
    code, told = run(written(GOOD, "a.json"), written({**GOOD, "name": "again"}, "b.json"))

    assert code == 1
    assert "Body and footer say the same as again (en_US)" in told


@pytest.mark.parametrize(
    ("said", "name", "why"),
    [
        ("{", "a.json", "Expecting"),
        ("a: [", "a.yaml", "expected"),
        ("a: 2026-13-45", "a.yaml", "month"),
        ("[1, 2]", "a.json", "no. 1 in it is no template"),
        ("[" * 100_000, "a.json", "it is nested too deeply"),
        ("{}", "a.json", "no components"),
    ],
)
def test_a_file_that_cannot_be_read_is_another_exit_code_and_a_sentence(said, name, why, written):
    code, told = run(written(said, name))

    assert code == 2
    assert why in told


def test_a_file_that_is_no_text_is_named(tmp_path):
    file = tmp_path / "a.json"
    file.write_bytes(b"\xff\xfe")

    assert run(str(file)) == (2, f"{file}: it is not UTF-8.")


def test_a_file_that_is_not_there_is_named(tmp_path):
    code, told = run(str(tmp_path / "none.json"))

    assert code == 2
    assert "No such file" in told
