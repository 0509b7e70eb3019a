"""What the documentation says, held against the product: its commands, bodies, tables, settings and links."""

from __future__ import annotations

import json
import pathlib
import re
import time
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.management import get_commands
from django.db import connection
from django.test import Client

from alerts.models import Alert
from alerts.transports.webhook import new_secret, signatures
from alerts.words import KINDS
from config.measures import MEASURES
from config.schedule import SCHEDULE
from core import http
from core.fence import everywhere
from providers import routes
from providers.account_facts import BANS
from providers.adapters.meta.parsing import READERS
from providers.adapters.meta.values import OLD_CATEGORIES
from templates_app.facts import CATEGORY_RANKS, QUALITY_RANKS, STATUS_RANKS
from templates_app.folding import PAUSES
from templates_app.models import Template
from templates_app.preflight import sources as said_by
from templates_app.preflight.rule import Source
from templates_app.preflight.rules import RULES
from tests.following import ROOT, SITE, Reader, blocks
from tests.places import api_places

PAGES = {path.relative_to(ROOT): path.read_text() for path in sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])}
README = PAGES[pathlib.Path("README.md")]
API, WEBHOOKS, OPERATING, ALERTS, TEMPLATES, INTEGRATION = (
    PAGES[pathlib.Path(f"docs/{name}.md")]
    for name in ("api", "webhooks", "operating", "alerts", "templates", "integration")
)
WORDS = {*READERS, *STATUS_RANKS, *QUALITY_RANKS, *CATEGORY_RANKS, *PAUSES, *BANS, *OLD_CATEGORIES} - {"", "*"}


@pytest.fixture
def reader(network: None, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, one_lane: None) -> Reader:
    reader = Reader(tmp_path)
    monkeypatch.setattr(http, "call", reader.call_outwards)
    return reader


@pytest.fixture
def demo(reader: Reader) -> dict[str, str]:
    """The demo's world, and how to get in."""
    facts: dict[str, str] = json.loads(reader.manage(["manage.py", "demo"]).splitlines()[-1])
    return facts


def found(pattern: str, text: str) -> list[str]:
    """What a pattern with one group finds, line by line."""
    return re.findall(pattern, text, re.MULTILINE)


def sources(*rooms: str) -> str:
    return "".join(path.read_text() for room in rooms for path in (ROOT / room).rglob("*.py"))


# Commands and bodies


def test_the_first_journey_of_the_readme_ends_in_an_e_mail_and_in_the_console(reader, demo):
    reader.follow(README)

    (sent,) = mail.outbox
    assert f"`Subject: {sent.subject}`" in README
    facts = json.loads(reader.manage(["manage.py", "demo"]).splitlines()[-1])
    person = Client()
    assert person.login(username=facts["admin_email"], password=facts["admin_password"])
    alert_page = person.get(sent.body.splitlines()[-1].removeprefix(SITE)).content.decode()
    list_page = person.get("/admin/templates_app/template/?q=order_confirmation").content.decode()
    assert "Template order_confirmation (en_GB) is disabled" in alert_page
    assert "DISABLED" in list_page


def test_every_endpoint_has_an_example_that_is_answered_as_the_page_says(reader):
    reader.follow(API)

    shown = {(one.method, one.route) for one in reader.told}
    assert {(method, place.route) for place in api_places() for method in place.methods} - shown == set()


def test_the_bodies_of_the_webhooks_page_do_what_it_says(reader, demo):
    reader.follow(WEBHOOKS)

    effects = re.findall(r"^\| `(\w+\.json)` \| `(\w+)` \((\w+)\) \| (.+) \| (.+) \|$", WEBHOOKS, re.MULTILINE)
    assert {file for file, *_ in effects} == {path.name for path in ROOT.glob("docs/examples/*.json")}
    for file, name, language, then, alert_types in effects:
        with everywhere():
            template = Template.objects.get(name=name, language=language)
            open_now = Alert.objects.filter(subject_id=str(template.pk), status="open")
            severities = dict(open_now.values_list("alert_type", "severity"))
        said = dict(re.findall(r"`(\w+)` = `(\w+)`", then))
        assert (file, {key: str(getattr(template, key)) for key in said}) == (file, said | true_in_python(said))
        assert set(severities) == set(found(r"`(\w+)`", alert_types))
        assert [word for word in severities.items() if "| `{}` | {} |".format(*word) not in WEBHOOKS] == []


def true_in_python(said: dict[str, str]) -> dict[str, str]:
    return {key: value.capitalize() for key, value in said.items() if value in ("true", "false")}


def test_what_a_newcomer_tries_with_templates_answers_as_the_page_says(reader):
    reader.follow(TEMPLATES)


def test_the_story_from_event_to_e_mail_goes_as_it_is_told(reader):
    reader.follow(INTEGRATION)

    subjects = {sent.subject for sent in mail.outbox}
    (told,) = re.findall(r"`Subject: (.+?)`", INTEGRATION, re.DOTALL)
    (blocked,) = [one for one in mail.outbox if one.subject == " ".join(told.split())]
    assert "costs 101.68 GBP more" in blocked.body
    announced = "[HIGH] Template parcel_with_courier (en_GB) is to move from UTILITY to MARKETING"
    assert announced in "".join(map(str, subjects))


def test_every_body_on_the_webhooks_page_is_a_file_of_the_examples():
    on_the_page = [json.loads(block.text) for block in blocks(WEBHOOKS, "json")]
    files = [json.loads(path.read_text()) for path in ROOT.glob("docs/examples/*.json")]

    assert len(files) > 4
    assert sorted(map(json.dumps, on_the_page)) == sorted(map(json.dumps, files))


def test_the_queries_of_the_webhooks_page_run(reader, demo):
    ((statements, *_),) = blocks(WEBHOOKS, "sql")
    ((program, *_),) = blocks(WEBHOOKS, "python")
    printed = []

    with connection.cursor() as cursor:
        rows = [cursor.execute(one).fetchall() for one in statements.split(";") if one.strip()]
    exec(program, {"print": lambda *words: printed.append(words)})

    assert [bool(some) for some in rows] == [True, False, False, True, True, True]
    assert len(printed) == len(rows[3]) + 1


# Tables


@pytest.mark.parametrize("word", sorted(WORDS))
def test_the_webhooks_page_names_every_word_that_the_tables_know(word):
    assert re.search(rf"(?<!\w){word}(?!\w)", WEBHOOKS)


def test_the_webhooks_page_names_every_outcome_every_reason_and_every_alert():
    text = sources("providers", "templates_app", "config")
    reasons = set(re.findall(r'\bparked\(\s*"(\w+)"', text))
    alert_types = set(re.findall(r'\b(?:TEMPLATE|ACCOUNT|PHONE)_[A-Z_]+ = "([A-Z_]+)"|alert_type="([A-Z_]+)"', text))
    outcomes = {routes.APPLIED, routes.KNOWN, routes.PARKED, routes.NOT_USED, routes.UNKNOWN_FIELD, routes.DROPPED}
    words = reasons | outcomes | {"".join(pair) for pair in alert_types}

    assert {word for word in words if f"| `{word}` |" not in WEBHOOKS} == set()
    assert len(words) > 20


def test_the_page_of_templates_lists_every_rule_of_the_preflight_with_its_severity_and_source():
    listed = re.findall(r"^\| `(\w+)` \| (error|warning|hint) \| .+ \| (\w+) \|$", TEMPLATES, re.MULTILINE)
    known = {source: name.lower() for name, source in vars(said_by).items() if isinstance(source, Source)}

    assert sorted(listed) == sorted((rule.id, str(rule.severity), known[rule.source]) for rule in RULES.values())
    for source in {rule.source for rule in RULES.values()}:
        assert f"\n| {known[source]} | {source.title} | {source.as_of} |\n" in f"{TEMPLATES}\n"


def test_the_page_of_alerts_lists_every_alert_that_can_open_and_no_other():
    listed = re.findall(r"^\| `([A-Z_]+)` \| (?:LOW|MEDIUM|HIGH|CRITICAL)", ALERTS, re.MULTILINE)

    assert sorted(listed) == sorted(KINDS)


def test_a_receiver_made_by_the_page_of_alerts_tells_the_genuine_from_the_rest():
    ((program, *_),) = blocks(ALERTS, "python")
    made: dict[str, Any] = {}
    exec(program, made)
    secret, body = new_secret(), b'{"type": "alert.opened"}'
    at = int(time.time())
    headers = {"webhook-id": "m1", "webhook-timestamp": str(at)}
    headers["webhook-signature"] = signatures(secret, id="m1", timestamp=at, body=body)

    assert made["is_genuine"](headers, body, secret)
    assert not made["is_genuine"](headers, body + b" ", secret)
    assert not made["is_genuine"](headers | {"webhook-timestamp": str(at - 301)}, body, secret)


def test_every_setting_is_told_and_no_other():
    read = set(found(r'\b(?:secret|env\.\w+)\(\s*"([A-Z_]+)"', (ROOT / "config/settings.py").read_text()))
    in_use, _, coming = (ROOT / ".env.example").read_text().partition("# --- Not read yet")
    section = OPERATING.partition("\n## Settings\n")[2].partition("\n## ")[0]
    table, _, not_read = section.partition("These names are taken and not read")

    assert set(found(r"^\| `([A-Z_]+)` \| .+ \| .+ \|$", table)) == read == set(found(r"^#([A-Z_]+)=", in_use))
    assert set(found(r"`([A-Z]+_[A-Z_]+)`", not_read)) == set(found(r"^#([A-Z_]+)=", coming))


def test_what_processes_read_besides_the_settings_is_told():
    names = {
        *found(r'os\.environ\.get\("(\w+)"', sources("config")),
        *found(r"\$\{(\w+)", (ROOT / "Procfile").read_text()),
    }

    assert names >= {"PORT", "WEB_CONCURRENCY"}
    assert {name for name in names if f"`{name}`" not in OPERATING} == set()


def test_every_figure_and_every_tick_of_the_clock_is_told():
    ticks = [f"| {name} | {in_words(tick.every)} |" for name, tick in SCHEDULE.items()]
    figures = [f"| `heliograph_{one.name}` | {', '.join(one.labels)}{' ' * bool(one.labels)}|" for one in MEASURES]

    assert [line for line in ticks + figures if line not in OPERATING] == []


def in_words(every: timedelta) -> str:
    seconds = int(every.total_seconds())
    return {60: "minute", 3600: "hour"}.get(seconds, f"{seconds} seconds")


def test_the_readme_tells_every_command_and_no_page_names_one_that_is_not_there():
    known = get_commands()
    ours = {name for name, app in known.items() if (ROOT / str(app)).is_dir()}
    targets = set(found(r"^([a-z]+):", (ROOT / "Makefile").read_text())) - {"help"}
    tables = README.partition("## Commands")[2]

    assert ours - set(found(r"^\| `([a-z_]+)", tables)) == set()
    assert {target for target in targets if f"`{target}`" not in tables} == set()
    assert {name for page in PAGES.values() for name in found(r"manage\.py (\w+)", page)} - set(known) == set()


# Links and files


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_link_leads_somewhere(page):
    targets = found(r"\]\(([^)\s]+)\)", PAGES[page])

    assert [target for target in targets if not leads_somewhere(page, target)] == []


def leads_somewhere(page: pathlib.Path, target: str) -> bool:
    if target.startswith("https://"):
        return True
    name, _, anchor = target.partition("#")
    path = ROOT / page.parent / name if name else ROOT / page
    return path.exists() and (not anchor or anchor in anchors(path.read_text()))


def anchors(text: str) -> set[str]:
    """Those that a page's headings have: in small letters, without signs, a hyphen for each blank."""
    headings = found(r"^#+ (.+)$", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL))
    return {re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_file_that_is_named_exists(page):
    named = set(found(r"`((?:[\w-]+/)*[\w-]+\.(?:py|md|json|toml|txt|png))`", PAGES[page]))
    rooms = [room for room in ROOT.iterdir() if room.is_dir() and not room.name.startswith(".")]
    here = {path.name for path in ROOT.iterdir()} | {path.name for room in rooms for path in room.rglob("*")}

    assert {name for name in named if name not in here and not (ROOT / name).exists()} == set()
