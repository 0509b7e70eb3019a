"""What people come to the console for, done in a browser against the real processes."""

from __future__ import annotations

import re
import time

from playwright.sync_api import expect

from tests.browser import walking
from tests.meta_bodies import about, body


def test_an_alert_is_acknowledged_with_a_note_that_its_timeline_keeps(visit):
    page, note = visit(), "A better text is being written."
    page.goto("/admin/alerts/alert/")
    page.get_by_role("link", name="Template welcome_offer (es) was rejected").click()

    page.get_by_role("link", name="Acknowledge").click()
    page.get_by_label("Note").fill(note)
    page.get_by_role("button", name="Acknowledge").click()

    line = page.get_by_role("listitem").filter(has_text=note)
    expect(line).to_contain_text("Acknowledged by admin@quill-lantern.example")
    expect(page.get_by_role("link", name="Acknowledge")).to_have_count(0)


def test_an_open_timeline_shows_by_itself_what_meta_says_meanwhile(visit, installation):
    page = visit()
    page.goto("/admin/templates_app/template/?q=login_code")
    page.get_by_role("link", name="login_code").click()
    page.get_by_role("link", name="Timeline").click()
    expect(page.get_by_role("heading", name="Timeline: 3 facts")).to_be_visible()

    template = installation.templates()["login_code"]
    value = about("PAUSED", id=int(template["provider_template_id"]), name="login_code", language="en")
    pause = value | {"other_info": {"title": "FIRST_PAUSE"}}
    assert installation.post(body(pause, time=int(time.time()), waba=installation.facts["waba_id"]))

    expect(page.get_by_role("heading", name="Timeline: 4 facts")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="APPROVED → PAUSED")).to_be_visible()
    expect(page.get_by_role("status").get_by_role("link", name="new alert").first).to_be_visible()


def test_a_call_is_replayed_once_it_is_seen_what_that_would_change(visit):
    page = visit()
    page.goto("/admin/templates_app/template/?q=order_confirmation")
    page.get_by_role("link", name="order_confirmation en_GB").click()
    page.get_by_role("link", name="Timeline").click()
    page.get_by_role("link", name="webhook call", exact=True).first.click()

    page.get_by_role("link", name="Replay: see what would change").click()
    expect(page.get_by_role("heading", name="Replaying this call would change nothing.")).to_be_visible()
    page.get_by_role("button", name="Replay now").click()

    expect(page.get_by_text("Replayed by admin@quill-lantern.example")).to_be_visible()


def test_a_destination_is_tested_and_what_slack_answers_is_shown(visit, receiver):
    page, gone = visit(), "/services/T01/B02/gone"
    receiver.answers[gone] = (404, b"no_service", {})
    page.goto("/admin/alerts/destination/")
    page.get_by_role("link", name="Add").first.click()
    page.get_by_role("link", name="Slack").click()
    page.get_by_label("Name").fill("Shop floor")
    page.get_by_label("Webhook URL").fill(f"{receiver.url}{gone}")
    page.get_by_role("button", name="Save").click()

    page.get_by_role("link", name="Shop floor").first.click()
    page.get_by_role("button", name="Test now").click()
    expect(page.get_by_text("Shop floor has not taken the test message.")).to_be_visible()
    expect(page.get_by_text("no_service")).to_be_visible()

    page.get_by_role("link", name="Back to the destination").click()
    page.get_by_label("Webhook URL").fill(f"{receiver.url}/services/T01/B02/good")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Shop floor").first.click()
    page.get_by_role("button", name="Test now").click()
    expect(page.get_by_text("Shop floor has taken the test message.")).to_be_visible()


def test_what_the_sandbox_lets_happen_is_watched_until_the_template_is_disabled(visit):
    page = visit()
    page.goto("/admin/providers/account/")
    page.get_by_role("link", name="Sandbox").click()
    page.get_by_role("link", name="Let something happen", exact=True).click()
    page.get_by_role("radio", name=re.compile("^Paused twice, then disabled")).check()
    page.get_by_role("button", name="Let it happen").click()

    expect(page.get_by_text("flash_sale is disabled.")).to_be_visible()
    page.get_by_role("link", name="flash_sale").first.click()
    expect(page.get_by_text("DISABLED", exact=True).first).to_be_visible()
    expect(page.get_by_role("link", name="Template flash_sale (en_US) is disabled", exact=True)).to_be_visible()


def test_a_viewer_is_led_only_to_where_she_may_go_and_offered_nothing_that_changes_what_is_not_hers(
    visit, people, installation
):
    found = walking.places(people["viewer"], address=installation.address)
    refused = [place for place, status in found.values() if status != 200]
    alert = found["/admin/alerts/alert/…/change/"][0]

    page = visit("viewer")
    offered = {place: forms_of(page, place) for shape, (place, _) in found.items() if shape not in HERS}
    page.goto(alert)

    assert refused == []
    assert {place: forms for place, forms in offered.items() if forms} == {}
    expect(page.get_by_role("heading", name="Who was told")).to_be_visible()
    for verb in ("Acknowledge", "Silence", "Resolve", "Add"):
        expect(page.get_by_role("link", name=verb)).to_have_count(0)


HERS = {"/admin/alerts/alert/mine/", "/admin/account/", "/admin/password_change/"}


def forms_of(page, place):
    """What could be sent from there, but for the switch of language and the way out, which are on every page."""
    page.goto(place)
    forms = page.locator("#content form[method=post]").filter(has=page.locator("[type=submit], button:not([type])"))
    return forms.evaluate_all("forms => forms.map(form => form.outerHTML.slice(0, 400))")
