"""The console's tab of the category, its buttons, and the room of rate cards."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.days import day_of
from core.fence import everywhere
from core.models import Role
from templates_app.models import Rate, RateCard, Template, TemplateEvent, Traffic
from tests.console import look, press, somebody, superuser_at_console, words
from tests.world import deliver, template_of, webhook

LIST = reverse("admin:templates_app_template_changelist")
CARDS = reverse("admin:templates_app_ratecard_changelist")
NEW_CARD = reverse("admin:templates_app_ratecard_add")
PRICES = "market,category,price\nDE,MARKETING,0.1131\nDE,UTILITY,0.0456\n*,MARKETING,0.06\n"


def page_of(template):
    return reverse("admin:templates_app_template_change", args=[template.pk])


def button(template, deed):
    return reverse(f"admin:templates_app_template_{deed}", args=[template.pk])


@pytest.fixture
def contested(tell):
    now = timezone.now()
    tell("APPROVED", at=now - timedelta(hours=2), message_template_category="UTILITY")
    value = {"template_id": "7001", "category": "MARKETING"}
    deliver(webhook(("message_template_category_update", value), at=now - timedelta(hours=1)))
    with everywhere():
        return Template.objects.get()


@pytest.fixture
def operating(organization):
    return somebody(organization, Role.OPERATOR)


@pytest.fixture
def leading(organization):
    return somebody(organization, Role.ORG_ADMIN)


def tab(client, template):
    return look(client, page_of(template), tab="category")


# The tab


def test_the_tab_shows_ours_and_metas_what_is_wrong_and_how_it_came_to_that(contested, operating):
    page = words(tab(operating, contested))

    assert "Category contested Ours UTILITY Meta's MARKETING changed 1 hour ago Coming –" in page
    assert "Ours may move along No: a change asks for a decision" in page
    assert "HIGH Template lamp_oil_notice (en_US) was moved from UTILITY to MARKETING by Meta" in page
    assert "Meta changed the category to MARKETING. Told by Meta" in page


def test_buttons_are_for_who_may_press_them(contested, operating, leading, organization):
    viewing = somebody(organization, Role.VIEWER)
    deeds = ("accept_category", "keep_category", "allow_category_change", "forbid_category_change")

    def offered(client):
        return [deed for deed in deeds if button(contested, deed) in tab(client, contested)]

    assert (offered(viewing), offered(operating), offered(leading)) == ([], list(deeds[:2]), list(deeds[:3]))


def test_accepting_asks_first_says_what_it_costs_and_keeps_the_note(contested, operating, organization):
    with everywhere():
        card = RateCard.objects.create(organization=organization, name="Meta", valid_from="2020-01-01", currency="EUR")
        for category, price in (("MARKETING", 1), ("UTILITY", 0)):
            Rate.objects.create(organization=organization, card=card, market="", category=category, price=price)
        Traffic.objects.create(
            organization=organization, template=contested, day=day_of(timezone.now()), market="DE", sent=7, delivered=7
        )
    asked = words(look(operating, button(contested, "accept_category")))

    page = words(press(operating, button(contested, "accept_category"), note="Fine.").content.decode())

    assert "costs 7.00 EUR more" in asked
    assert "Nothing changes at Meta." in asked
    assert "1 category accepted." in page
    with everywhere():
        assert Template.objects.get().category == "MARKETING"
        assert TemplateEvent.objects.get(kind="CATEGORY_ACCEPTED").said["note"] == "Fine."


def test_keeping_ends_the_mark_and_the_way_of_the_filter(contested, operating):
    before = words(look(operating, LIST, contested="yes"))

    press(operating, button(contested, "keep_category"))

    assert "lamp_oil_notice" in before
    assert "lamp_oil_notice" not in words(look(operating, LIST, contested="yes"))
    assert "Category kept" in words(tab(operating, contested))


def test_leave_is_given_to_many_at_once_and_only_by_an_org_admin(account, leading, operating):
    rows = [template_of(account, name=f"t{place}", category="UTILITY") for place in range(3)]
    asked = {"action": "allow_category_change", "_selected_action": [str(row.pk) for row in rows]}

    refused = words(press(operating, LIST, **asked, confirmed="yes").content.decode())
    confirming = words(press(leading, LIST, **asked).content.decode())
    done = words(press(leading, LIST, **asked, confirmed="yes").content.decode())

    assert "changed" not in refused
    assert "When Meta changes the category of one of 3 templates, ours moves along" in confirming
    assert "3 templates changed." in done
    with everywhere():
        assert set(Template.objects.values_list("allow_category_change", flat=True)) == {True}


def test_the_tab_shows_what_each_market_costs_and_what_is_coming(contested, operating, organization):
    with everywhere():
        Traffic.objects.create(
            organization=organization, template=contested, day=day_of(timezone.now()), market="DE", sent=9, delivered=9
        )
    press(
        somebody(organization, Role.ORG_ADMIN),
        NEW_CARD,
        **new_card(prices="market,category,price\n*,UTILITY,1\n*,MARKETING,2"),
    )

    page = words(tab(operating, contested))

    assert "What MARKETING costs instead of UTILITY" in page
    assert "DE 9 9.00 18.00" in page


def test_a_notice_without_a_date_says_so(tell, operating):
    template = tell("APPROVED", message_template_category="UTILITY")
    value = {"message_template_id": 7001, "category": "UTILITY", "correct_category": "MARKETING"}
    deliver(webhook(("template_correct_category_detection", value), at=timezone.now()))

    assert "Coming MARKETING Meta names no date" in words(tab(operating, template))


# The front page


def test_a_contest_is_one_line_that_can_be_settled_there(contested, operating, organization):
    page = look(operating, "/admin/").partition('id="decisions"')[2].partition("</section>")[0]
    viewed = look(somebody(organization, Role.VIEWER), "/admin/")

    assert page.count("<li data-key") == 1
    assert "HIGH Template lamp_oil_notice (en_US) was moved from UTILITY to MARKETING by Meta" in words(page)
    assert f"{button(contested, 'accept_category')}?next=/admin/" in page
    assert f"{button(contested, 'keep_category')}?next=/admin/" in page
    assert button(contested, "keep_category") not in viewed


def test_a_contest_whose_alert_somebody_resolved_keeps_its_line(account, operating):
    silent = template_of(account, name="ours", category="UTILITY", meta_reported_category="MARKETING")
    template_of(account, name="kept", category="UTILITY", meta_reported_category="MARKETING", category_kept="MARKETING")
    with everywhere():
        account.last_webhook_at = account.created_at
        account.save()

    page = look(operating, "/admin/").partition('id="decisions"')[2].partition("</section>")[0]

    assert "contested ours (en_US)" in words(page)
    assert button(silent, "accept_category") in page
    assert "kept" not in words(page)


# Rate cards


def new_card(**fields):
    return {"name": "Meta, October", "valid_from": "2026-01-01", "currency": "eur", "prices": ""} | fields


def test_a_card_is_loaded_from_a_file_and_shown_with_its_prices(leading):
    file = SimpleUploadedFile("prices.csv", PRICES.encode("utf-8-sig"), content_type="text/csv")

    press(leading, NEW_CARD, **new_card(file=file))

    with everywhere():
        card = RateCard.objects.get()
    page = words(look(leading, reverse("admin:templates_app_ratecard_change", args=[card.pk])))
    assert "3 prices of a delivered message Market Category EUR" in page
    assert "DE MARKETING 0.113100" in page
    assert "Everywhere else MARKETING 0.060000" in page
    assert "Meta, October" in words(look(leading, CARDS))


def test_every_bad_line_is_named_and_the_list_stands_there_to_be_mended(leading):
    bad = "market,category,price\n<b>Germany</b>,UTILITY,1\nDE,NONE,x\n"
    file = SimpleUploadedFile("prices.csv", bad.encode(), content_type="text/csv")

    answer = press(leading, NEW_CARD, **new_card(file=file))

    raw = answer.content.decode()
    for told in ("Line 2, market: ", "Line 3, category: ", "Line 3, price: "):
        assert told in words(raw)
    assert "&lt;b&gt;Germany&lt;/b&gt;,UTILITY,1" in raw
    assert "<b>Germany" not in raw
    assert 'value="Meta, October"' in raw
    with everywhere():
        assert not RateCard.objects.exists()


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, "Choose a file, or paste the list here."),
        ({"file": SimpleUploadedFile("x.csv", b"\xff\xfe\x00")}, "This is not text in UTF-8."),
        ({"file": SimpleUploadedFile("x.csv", b"a" * (512 * 1024 + 1))}, "too large for a price list"),
        ({"prices": PRICES, "currency": "euro"}, "Enter a valid value."),
        ({"prices": PRICES, "valid_from": "2020-01-01"}, "A card that begins on this day is loaded already"),
    ],
    ids=["nothing", "no text", "too large", "no currency", "twice"],
)
def test_what_cannot_be_a_card_says_why(fields, told, leading, organization):
    with everywhere():
        RateCard.objects.create(organization=organization, name="old", valid_from="2020-01-01", currency="EUR")
    for one in fields.values():
        if hasattr(one, "seek"):
            one.seek(0)

    page = words(press(leading, NEW_CARD, **new_card(**fields)).content.decode())

    assert told in page
    with everywhere():
        assert RateCard.objects.count() == 1


def test_a_card_is_removed_after_a_question(leading):
    press(leading, NEW_CARD, **new_card(prices=PRICES))
    with everywhere():
        card = RateCard.objects.get()

    page = words(press(leading, reverse("admin:templates_app_ratecard_remove", args=[card.pk])).content.decode())

    assert "1 rate card removed." in page
    with everywhere():
        assert not Rate.objects.exists()


def test_the_list_says_which_card_holds_in_as_many_statements_for_many(leading, organization):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            look(leading, CARDS)
        return len(queries)

    def card(begins):
        with everywhere():
            RateCard.objects.create(organization=organization, name=begins, valid_from=begins, currency="EUR")

    card("2020-01-01")
    few = cost()
    for begins in ("2021-01-01", "2022-01-01", "2099-01-01"):
        card(begins)

    page = words(look(leading, CARDS))
    assert cost() == few
    assert page.index("to come") < page.index("holds") < page.index("past")


def test_who_sees_all_organizations_says_whose_the_card_is(organization):
    chief = superuser_at_console()

    press(chief, NEW_CARD, **new_card(prices=PRICES, organization=str(organization.pk)))

    with everywhere():
        assert RateCard.objects.get().organization == organization


def test_rate_cards_are_for_org_admins(operating, leading):
    assert operating.get(CARDS).status_code == 403
    assert CARDS in look(leading, "/admin/")
    assert CARDS not in look(operating, "/admin/")
