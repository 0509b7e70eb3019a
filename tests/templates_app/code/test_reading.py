"""A file of a template that cannot be taken says so in sentences, each with its line; nothing in it is a trap."""

from __future__ import annotations

import itertools

import pytest

from templates_app.code.folder import NoFolder, path_for, read_folder
from templates_app.code.reading import read
from templates_app.code.syntax import Faulty

HEAD = "name: order_update\nlanguage: en_US\ncategory: UTILITY\n"
GOOD = HEAD + "body: Your order left our store today.\n"


def faults(text: str) -> list[str]:
    with pytest.raises(Faulty) as found:
        read(text)
    return [f"{line}: {why}" for line, why in found.value.faults]


def test_names_are_read_as_the_api_reads_them():
    written = read(GOOD.replace("en_US", "pt-BR").replace("UTILITY", "transactional"))

    assert written.title == "order_update (pt_BR)"
    assert written.content.category == "UTILITY"
    assert written.allow_category_change is None


def test_what_looks_like_a_number_or_a_no_is_text_where_a_text_belongs():
    written = read("name: 2024\nlanguage: no\ncategory: UTILITY\nbody: {text: 12 days, examples: {1: 007}}\n")

    assert written.key == ("2024", "no")
    assert written.content.components[0]["example"] == {"body_text": [["007"]]}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (GOOD + "buttns: []\n", "5: `buttns` is no key of a template; did you mean `buttons`?"),
        (GOOD + "zzz: 1\n", "5: `zzz` is no key of a template; it may have `name`, `language`,"),
        (HEAD, "1: It says nothing: give it a `body`."),
        (GOOD + "name: again\n", "5: `name` stands on line 1 already."),
        (HEAD + "body: &text Hello\nfooter: *text\n", "4: Anchors (&) and aliases (*) are not taken"),
        (HEAD + "body: !!python/object:os.system x\n", "4: Tags (tag:yaml.org,2002:python/object:os.system)"),
        (HEAD + "body: !!binary aGk=\n", "4: Tags (tag:yaml.org,2002:binary)"),
        (HEAD + "components:\n  - <<: {a: 1}\n", "5: Each of `components` is an object with a `type`."),
        (HEAD + "components: [{type: X, y: {a: 1, a: 2}}]\n", "4: `a` stands on line 4 already."),
        (HEAD + "? [a]\n: b\n", "4: A key must be a word."),
        (GOOD + "--- 2\n", "5: This is not YAML: expected a single document"),
        (HEAD + "body:\n\tHello\n", "5: This is not YAML: while scanning for the next token"),
        (HEAD + 'body: "\\UFFFFFFFF"\n', "1: Holds an escape that stands for no character."),
        (HEAD + 'body: "\\0"\n', "4: Holds a character that is not text"),
        (HEAD + 'body: "\\ud800"\n', "4: Holds a character that is not text"),
        (HEAD + "body: \x01\n", "4: Holds a character that YAML does not take."),
        (HEAD + "components: " + "[" * 1000, "4: Nested deeper than 30 levels."),
        (HEAD + f"components: [{{type: X, y: {'9' * 5000}}}]\n", "4: A number of so many digits must be in quotes."),
        (HEAD + "components: [{type: X, y: 1.0e+999}]\n", "4: A number that large must be in quotes."),
        ("", "1: There is nothing in it."),
        ("- a\n", "1: A template is written in keys and values."),
        (HEAD + "body:\n", "4: `body` needs a text."),
        (HEAD + "body: [Hello]\n", "4: `body` needs a text."),
        (HEAD + "body: {txt: Hello}\n", "4: `txt` is no key of `body`; did you mean `text`?"),
        (HEAD + "body: {text: Hi, examples: {1: a, 3: b}}\n", "4: `examples` are named, or numbered from 1 on"),
        (HEAD + "body: {text: Hi, examples: {1: a, shop: b}}\n", "4: `examples` are named, or numbered from 1 on"),
        (HEAD + "body: {text: Hi, examples: [a]}\n", "4: `examples` names each variable with its example"),
        (HEAD + "header: {format: IMAGE, text: Hi}\n", "4: `header` needs either a `text` or a `format`"),
        (HEAD + "header: {text: Hi, example: a}\n", "4: `example` of the header goes with `format`."),
        (HEAD + "footer: {code_expiration_minutes: soon}\n", "4: `code_expiration_minutes` is a whole number."),
        (HEAD + "buttons: Stop\n", "4: `buttons` is a list"),
        (HEAD + "buttons: [Stop]\n", "4: A button has one of `quick_reply`, `url`"),
        (HEAD + "buttons: [{url: x, txt: a}]\n", "4: `txt` is no key of a button with `url`; did you mean `text`?"),
        (GOOD + "allow_category_change: perhaps\n", "5: `allow_category_change` is true or false."),
        (GOOD + "parameter_format: ROMAN\n", "5: `parameter_format` is POSITIONAL or NAMED."),
        (GOOD.replace("en_US", "e" * 17), "2: `language` has more than 16 characters."),
        (HEAD + f"body: {'x' * 70_000}\n", "1: Its components have more than 64 KiB."),
        (HEAD + f"body: {'x' * 140_000}\n", "1: The file has more than 128 KiB."),
    ],
)
def test_what_cannot_be_taken_is_named_with_its_line(text, fault):
    assert [found for found in faults(text) if found.startswith(fault)], faults(text)


def test_everything_that_is_wrong_is_told_at_once():
    told = faults("name: a\ncategry: UTILITY\nbody: {text: Hi, exmples: {}}\nfooter: ~\n")

    assert [one.partition(":")[0] for one in told] == ["1", "1", "2", "3", "4"]


def test_a_bomb_of_aliases_does_not_go_off():
    bomb = "a: &a [x, x]\n" + "".join(
        f"{key}: &{key} [*{last}, *{last}]\n" for last, key in itertools.pairwise("abcdefghi")
    )

    assert faults(bomb) == ["1: Anchors (&) and aliases (*) are not taken: write it out."]


# The folder


@pytest.fixture
def folder(tmp_path):
    def put(**files: str | bytes):
        for name, said in files.items():
            path = tmp_path / name.replace("__", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(said if isinstance(said, bytes) else said.encode())
        return read_folder(tmp_path)

    return put


def test_files_of_templates_are_found_wherever_they_lie(folder):
    found = folder(
        **{
            "order_update__en_US.yaml": GOOD,
            "b__c__de.yml": GOOD.replace("en_US", "de"),
            "README.md": "# Ours",
            ".github__workflow.yaml": "on: push",
        }
    )

    assert [file.path for file in found.files] == ["b/c/de.yml", "order_update/en_US.yaml"]
    assert found.faults == ()


def test_two_files_for_one_template_are_an_error_that_names_both(folder):
    found = folder(**{"a.yaml": GOOD, "b.yaml": GOOD})

    assert found.faults == ("b.yaml:1: order_update (en_US) stands in a.yaml already.",)


def test_one_bad_file_does_not_hide_the_others(folder):
    found = folder(**{"a.yaml": "x: 1\n", "b.yaml": GOOD, "c.yaml": b"name: a\nbody: \xff\n", "d.yaml": b"x" * 200_000})

    assert [file.path for file in found.files] == ["b.yaml"]
    assert "c.yaml:2: This is not UTF-8." in found.faults
    assert "d.yaml:1: The file has more than 128 KiB." in found.faults


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(NoFolder, match="none is no folder"):
        read_folder(tmp_path / "none")


def test_a_folder_of_too_many_files_is_refused(folder, monkeypatch):
    monkeypatch.setattr("templates_app.code.folder.FILES_MOST", 1)

    with pytest.raises(NoFolder, match="more than 1 files"):
        folder(**{"a.yaml": GOOD, "b.yaml": GOOD})


def test_no_name_leads_out_of_the_folder():
    assert path_for("order_update", "en_US") == "order_update/en_US.yaml"
    assert path_for("../../etc", "/root").startswith("etc-")
    assert path_for("a" * 512, "en").count("/") == 1
    assert len(path_for("a" * 512, "en")) < 120
    assert path_for("a" * 511 + "b", "en") != path_for("a" * 511 + "c", "en")
