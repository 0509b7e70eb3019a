"""The console's room of templates."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from alerts.models import Alert
from core.fence import everywhere
from core.models import Role
from templates_app.admin.preview import preview
from templates_app.models import TemplateVersion
from tests.console import first, look, somebody, superuser_at_console, words
from tests.world import template_of

LIST = reverse("admin:templates_app_template_changelist")


def page_of(template):
    return reverse("admin:templates_app_template_change", args=[template.pk])


@pytest.fixture
def viewing(organization):
    return somebody(organization, Role.VIEWER)


def badge_of(page, word):
    """The colours of the badge with this word."""
    found = re.search(rf'<span class="([^"]*)"[^>]*>\s*{word}\s*</span>', page)
    assert found, word
    return found[1]


@pytest.mark.parametrize(
    ("status", "colour"),
    [
        ("APPROVED", "green"),
        ("PENDING", "blue"),
        ("PAUSED", "orange"),
        ("REJECTED", "red"),
        ("DISABLED", "red"),
        ("ARCHIVED", "base"),
        ("NEW_WORD", "base"),
    ],
)
def test_a_status_is_a_colour_and_a_word(status, colour, account, viewing):
    template_of(account, status=status)

    assert f"text-{colour}-700" in badge_of(look(viewing, LIST), status)


@pytest.mark.parametrize(("score", "colour"), [("GREEN", "green"), ("YELLOW", "orange"), ("RED", "red")])
def test_quality_is_a_colour_and_a_word(score, colour, account, viewing):
    template_of(account, status="APPROVED", quality_score=score)

    assert f"text-{colour}-700" in badge_of(look(viewing, LIST), score)


def test_no_score_within_a_day_of_the_approval_means_that_meta_is_still_looking(account, viewing):
    template_of(account, name="fresh", status="APPROVED", status_at=timezone.now())
    template_of(account, name="older", status="APPROVED", status_at=timezone.now() - timedelta(days=2))

    page = words(look(viewing, LIST))

    assert page.count("being evaluated") == 1
    assert "older en_US · Shop APPROVED UNKNOWN" in page


def test_a_row_says_why_a_template_cannot_be_sent(tell, viewing):
    tell("REJECTED", reason="PROMOTIONAL")

    page = look(viewing, LIST)

    assert 'title="Rejected by Meta and cannot be sent (the content is promotional)."' in page
    assert "✗ No" in page


def test_rates_and_the_last_event_are_in_the_row(account, viewing):
    heard = timezone.now() - timedelta(minutes=12)
    template_of(account, status="PAUSED", sent_count=1250, failed_count=45, last_event="PAUSED", last_event_at=heard)

    page = look(viewing, LIST)

    assert "1250 3.6% Paused 12 minutes ago" in words(page).replace("1,250", "1250")
    assert f'datetime="{heard.isoformat()}"' in page


def test_a_contested_category_is_marked_with_both_words(account, viewing):
    template_of(account, category="UTILITY", meta_reported_category="MARKETING")

    page = look(viewing, LIST)

    assert "Utility contested" in words(page)
    assert 'title="We plan with UTILITY, Meta counts it as MARKETING."' in page


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"status__exact": "PAUSED"}, {"paused"}),
        ({"quality_score__exact": "RED"}, {"bad"}),
        ({"category__exact": "UTILITY"}, {"contested"}),
        ({"language__exact": "es"}, {"spanish"}),
        ({"sendable": "yes"}, {"bad", "contested", "spanish"}),
        ({"sendable": "no"}, {"paused"}),
        ({"contested": "yes"}, {"contested"}),
        ({"contested": "no"}, {"paused", "bad", "spanish"}),
        ({"critical": "yes"}, {"paused", "bad"}),
        ({"q": "aint"}, set()),
        ({"q": "spani"}, {"spanish"}),
        ({"q": "7009"}, {"bad"}),
    ],
)
def test_filters_and_search_find_what_they_say(asked, found, account, viewing):
    template_of(account, name="paused", status="PAUSED")
    template_of(account, name="bad", status="APPROVED", quality_score="RED", provider_template_id="7009")
    template_of(account, name="contested", status="APPROVED", category="UTILITY", meta_reported_category="MARKETING")
    template_of(account, name="spanish", status="APPROVED", language="es")

    page = words(look(viewing, LIST, **asked))

    assert {name for name in ("paused", "bad", "contested", "spanish") if f" {name} e" in page} == found


def test_the_list_asks_the_database_as_often_for_forty_templates_as_for_two(account, viewing):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            look(viewing, LIST)
        return len(queries)

    template_of(account, name="first", status="PAUSED")
    template_of(account, name="second", status="PAUSED")
    few = asked()
    for number in range(38):
        template_of(account, name=f"more_{number}", status="PAUSED")

    assert asked() == few


def test_the_page_begins_with_the_standing_and_what_to_do(tell, viewing):
    template = tell("DISABLED", reason="QUALITY_ISSUES")

    page = words(look(viewing, page_of(template)))

    standing, action = (
        page.index("Disabled by Meta and cannot be sent"),
        page.index("Write a new template with a better"),
    )
    assert standing < action < page.index("At the provider")


def test_the_timeline_tells_each_fact_newest_first(tell, viewing):
    tell("APPROVED", hour=8)
    tell("RED", hour=9)
    template = tell("PAUSED", hour=10, other_info={"title": "FIRST_PAUSE"})

    page = words(look(viewing, page_of(template), tab="timeline"))

    told = ["Paused APPROVED → PAUSED", "Quality UNKNOWN → RED", "Approved nothing known → APPROVED"]
    assert [page.index(line) for line in told] == sorted(page.index(line) for line in told)
    assert "It is the first pause for low quality and lasts 3 hours. Told by Meta" in page


def test_only_superusers_are_led_to_the_webhook_call(tell, organization):
    template = tell("APPROVED")
    members, superusers = somebody(organization, Role.ORG_ADMIN), superuser_at_console()

    pages = [look(client, page_of(template), tab="timeline") for client in (members, superusers)]

    assert "/admin/providers/webhookcall/" not in pages[0]
    assert f"{reverse('admin:providers_webhookcall_changelist')}01" in pages[1]


def test_a_long_timeline_is_shown_in_part_until_asked_for_whole(tell, viewing):
    for number in range(50):
        tell("APPROVED" if number % 2 else "PENDING", hour=number / 4)
    template = tell("PAUSED", hour=20)

    part, whole = (look(viewing, page_of(template), tab="timeline", **more) for more in ({}, {"facts": "all"}))

    assert (part.count("Told by Meta"), whole.count("Told by Meta")) == (50, 51)
    assert ("Show earlier facts" in part, "Show earlier facts" in whole) == (True, False)


def test_open_alerts_stand_on_the_page_and_only_an_org_admin_may_acknowledge(tell, organization):
    template = tell("DISABLED", reason="QUALITY_ISSUES")
    with everywhere():
        alert = Alert.objects.get()
    button = reverse("admin:alerts_alert_acknowledge", args=[alert.pk])

    admins = look(somebody(organization, Role.ORG_ADMIN), page_of(template))
    operators = look(somebody(organization, Role.OPERATOR), page_of(template))

    assert alert.title in admins
    assert alert.title in operators
    assert (button in admins, button in operators) == (True, False)


def test_acknowledging_from_the_page_leads_back_to_it(tell, organization):
    template = tell("DISABLED", reason="QUALITY_ISSUES")
    client = somebody(organization, Role.ORG_ADMIN)
    button = first(r'href="(/admin/alerts/alert/[^"]*acknowledge/[^"]*)"', look(client, page_of(template)))

    answer = client.post(button, {"note": "On it."})

    assert answer.headers["Location"] == page_of(template)
    assert "Acknowledged by org_admin@lamp-works.example" in words(look(client, page_of(template)))


@pytest.mark.parametrize("role", list(Role))
def test_nobody_edits_a_standing(role, tell, organization):
    template = tell("DISABLED")
    client = somebody(organization, role)

    answer = client.post(page_of(template), {"status": "APPROVED", "name": "other"})

    assert answer.status_code == 403
    assert "<input" not in look(client, page_of(template)).partition('id="content-main"')[2].partition("</main>")[0]
    template.refresh_from_db()
    assert template.status == "DISABLED"


def test_the_audit_trail_is_one_click_away_and_says_who_and_what(tell, viewing):
    tell("APPROVED", hour=8)
    template = tell("PAUSED", hour=9)
    address = reverse("admin:templates_app_template_history", args=[template.pk])

    page = words(look(viewing, address))

    assert address in look(viewing, page_of(template))
    assert "Changed" in page
    assert "· webhook" in page
    assert "Status: APPROVED → PAUSED" in page


# The message as a phone shows it


def version(*components, language="en_US"):
    return preview(TemplateVersion(components=list(components)), language=language)


def test_examples_stand_where_the_variables_are():
    shown = version(
        {"type": "BODY", "text": "Hi {{1}}, {{2}} waits.", "example": {"body_text": [["Ada", "a lamp"]]}},
        {"type": "HEADER", "format": "TEXT", "text": "Order {{1}}", "example": {"header_text": ["A-7"]}},
    )

    assert re.sub(r"<[^>]*>", "", shown.body) == "Hi Ada, a lamp waits."
    assert re.sub(r"<[^>]*>", "", shown.header) == "Order A-7"


def test_named_examples_too_and_a_variable_without_one_keeps_its_name():
    given = {"body_text_named_params": [{"param_name": "who", "example": "Ada"}]}

    shown = version({"type": "BODY", "text": "Hi {{who}}, {{what}} waits.", "example": given})

    assert re.sub(r"<[^>]*>", "", shown.body) == "Hi Ada, {{what}} waits."


def test_whatsapp_s_own_marks_are_shown_as_on_a_phone():
    shown = version({"type": "BODY", "text": "*bold* _soft_ ~old~ ```code```\n2 * 3 * 4 and snake_case_name"})

    assert shown.body == (
        "<strong>bold</strong> <em>soft</em> <s>old</s> <code>code</code><br>2 * 3 * 4 and snake_case_name"
    )


def test_markup_in_a_text_is_text():
    shown = version(
        {"type": "BODY", "text": "<script>alert(1)</script> {{1}}", "example": {"body_text": [["<img src=x>"]]}}
    )

    assert "<script" not in shown.body
    assert "<img" not in shown.body


@pytest.mark.parametrize(
    ("language", "direction"),
    [("ar", "rtl"), ("he", "rtl"), ("fa", "rtl"), ("ur", "rtl"), ("pt_BR", "ltr"), ("", "ltr")],
)
def test_a_language_that_is_written_from_the_right_is_shown_so(language, direction):
    shown = version({"type": "BODY", "text": "x"}, language=language)

    assert (shown.language, shown.direction) == (language.replace("_", "-"), direction)


def test_buttons_media_cards_and_codes():
    shown = version(
        {"type": "HEADER", "format": "IMAGE"},
        {"type": "BODY", "add_security_recommendation": True},
        {"type": "FOOTER", "code_expiration_minutes": 5},
        {
            "type": "BUTTONS",
            "buttons": [{"type": "URL", "text": "Shop", "url": "https://x.example"}, {"type": "CATALOG"}],
        },
        {"type": "CAROUSEL", "cards": [{"components": [{"type": "BODY", "text": "First card"}]}]},
    )

    assert (shown.media, shown.media_icon) == ("IMAGE", "image")
    assert "verification code" in shown.body
    assert shown.footer == "This code expires in 5 minutes."
    assert [(button.text, button.leads_to) for button in shown.buttons] == [
        ("Shop", "https://x.example"),
        ("Catalog", ""),
    ]
    assert shown.cards[0].body == "First card"


@pytest.mark.parametrize(
    "components",
    [
        None,
        "text",
        [None, 5, "x"],
        [{"type": "BODY", "text": 5, "example": []}],
        [{"type": "BODY", "text": "{{1}}", "example": {"body_text": "x"}}],
        [{"type": "BODY", "text": "{{1}}", "example": {"body_text": [[]]}}],
        [{"type": "BUTTONS", "buttons": {"type": "URL"}}, {"type": "CAROUSEL", "cards": [3, {}]}],
        [{"type": None}, {}],
    ],
)
def test_whatever_stands_in_a_version_the_preview_does_not_fail(components):
    assert preview(TemplateVersion(components=components), language="en").buttons == []


def test_the_page_shows_the_message_with_its_language_and_direction(account, viewing):
    template = template_of(account, language="ar")
    with everywhere():
        template.current_version = TemplateVersion.objects.create(
            organization_id=account.organization_id,
            template=template,
            number=3,
            components=[{"type": "BODY", "text": "مرحبا"}],
            origin=TemplateVersion.Origin.PROVIDER,
        )
        template.save()

    page = look(viewing, page_of(template))

    assert 'class="console-bubble" lang="ar" dir="rtl"' in page
    assert "مرحبا" in page
    assert "Version 3" in page


def test_a_template_whose_text_is_not_known_says_so(account, viewing):
    assert "Its text is not known here yet" in look(viewing, page_of(template_of(account)))
