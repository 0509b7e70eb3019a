"""Every rule of the table: one draft that breaks it, and its neighbor that does not."""

from __future__ import annotations

from typing import Any

import pytest

from templates_app.content import Content
from templates_app.preflight import Severity, Sibling, preflight
from templates_app.preflight.rules import RULES
from templates_app.preflight.sources import UNCONFIRMED

WORDS = "Your order left our store today and comes tomorrow."
OFFER = {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Winter lamps"}}
IMAGE = {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::aW"]}}
PRODUCT = {"type": "HEADER", "format": "PRODUCT"}
CODE_BODY = {"type": "BODY", "add_security_recommendation": True}
COPY = {"type": "OTP", "otp_type": "COPY_CODE"}
APP = {"package_name": "com.example.app", "signature_hash": "12345678901"}


def header(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "HEADER", "format": "TEXT", "text": text, **more}


def body(text: str = WORDS, *values: str, **more: Any) -> dict[str, Any]:
    return {"type": "BODY", "text": text, **more, **({"example": {"body_text": [list(values)]}} if values else {})}


def named(text: str, *names: str) -> dict[str, Any]:
    pairs = [{"param_name": name, "example": "x"} for name in names]
    return {"type": "BODY", "text": text, "example": {"body_text_named_params": pairs}}


def footer(text: str) -> dict[str, Any]:
    return {"type": "FOOTER", "text": text}


def buttons(*listed: Any) -> dict[str, Any]:
    return {"type": "BUTTONS", "buttons": list(listed)}


def reply(text: str = "Yes") -> dict[str, Any]:
    return {"type": "QUICK_REPLY", "text": text}


def link(url: str = "https://shop.example/a", **more: Any) -> dict[str, Any]:
    return {"type": "URL", "text": "Look", "url": url, **more}


def call(number: str = "+442079460321") -> dict[str, Any]:
    return {"type": "PHONE_NUMBER", "text": "Call", "phone_number": number}


def coupon(code: str = "WINTER") -> dict[str, Any]:
    return {"type": "COPY_CODE", "example": [code]}


def flow(**more: Any) -> dict[str, Any]:
    return {"type": "FLOW", "text": "Answer", **more}


def voice(label: str = "Call us", **more: Any) -> dict[str, Any]:
    return {"type": "VOICE_CALL", "text": label, **more}


def card(*parts: Any) -> dict[str, Any]:
    return {"components": list(parts) or [IMAGE, body("A lamp."), buttons(link())]}


def carousel(*cards: Any) -> dict[str, Any]:
    return {"type": "CAROUSEL", "cards": list(cards)}


def otp(**more: Any) -> dict[str, Any]:
    return buttons({**COPY, **more})


def draft(*parts: Any, **more: Any) -> dict[str, Any]:
    return {"components": list(parts) or [body()], **more}


def marketing(*parts: Any, **more: Any) -> dict[str, Any]:
    return draft(*parts, category="MARKETING", **more)


def code(*parts: Any, **more: Any) -> dict[str, Any]:
    return draft(*parts, category="AUTHENTICATION", **more)


def sold(*parts: Any) -> dict[str, Any]:
    return marketing(body(), *parts)


CASES = [
    # The whole
    pytest.param(draft(name="Order-Update"), draft(name="order_update_2"), id="name_pattern"),
    pytest.param(draft(name="a" * 513), draft(name="a" * 512), id="name_length"),
    pytest.param(draft(language=""), draft(language="en"), id="language_missing"),
    pytest.param(draft(language="en-us"), draft(language="en_US"), id="language_unknown"),
    pytest.param(draft(category="TRANSACTIONAL"), draft(category="utility"), id="category_unknown"),
    pytest.param(draft(parameter_format="BOTH"), draft(parameter_format="NAMED"), id="parameter_format_unknown"),
    pytest.param(
        draft(template_count=6000, template_limit=6000),
        draft(template_count=5999, template_limit=6000),
        id="template_limit",
    ),
    pytest.param(draft(template_count=250), draft(template_count=249), id="template_limit_unverified"),
    pytest.param(draft(ttl_seconds=43_201), draft(ttl_seconds=-1), id="ttl_range"),
    pytest.param(
        draft(siblings=[Sibling(name="other", language="en_US", body=f" {WORDS}\n", footer="")]),
        draft(siblings=[Sibling(name="other", language="en_US", body=WORDS, footer="Shop")]),
        id="duplicate_text",
    ),
    pytest.param(draft(body(), {"text": "x"}), draft(body()), id="component_type_missing"),
    pytest.param(draft(body(), {"type": "HOLOGRAM"}), draft(body(), footer("x")), id="component_unknown"),
    pytest.param(draft(body(), body("And more.")), draft(body()), id="component_repeated"),
    pytest.param(draft(footer("x")), draft(body()), id="body_missing"),
    pytest.param(
        sold({"type": "CALL_PERMISSION_REQUEST"}, buttons(reply())),
        sold({"type": "CALL_PERMISSION_REQUEST"}),
        id="call_permission_alone",
    ),
    pytest.param(draft(body(), OFFER, IMAGE), sold(OFFER, IMAGE), id="marketing_only"),
    # Header
    pytest.param(
        draft(body(), {"type": "HEADER", "text": "x"}), draft(body(), header("x")), id="header_format_missing"
    ),
    pytest.param(
        draft(body(), {"type": "HEADER", "format": "HOLOGRAM"}), draft(body(), header("x")), id="header_format_unknown"
    ),
    pytest.param(draft(body(), header("")), draft(body(), header("x")), id="header_text_missing"),
    pytest.param(draft(body(), header("a" * 61)), draft(body(), header("a" * 60)), id="header_length"),
    pytest.param(draft(body(), header("a {{1}} b {{2}} c")), draft(body(), header("a {{1}} b")), id="header_variables"),
    pytest.param(draft(body(), header("Your *order*")), draft(body(), header("3 * 4 _ 5")), id="header_plain"),
    pytest.param(draft(body(), {**IMAGE, "example": {}}), draft(body(), IMAGE), id="header_example"),
    pytest.param(
        draft(body(), {**IMAGE, "example": {"header_handle": ["1234567890"]}}), draft(body(), IMAGE), id="header_handle"
    ),
    pytest.param(draft(body(), {**IMAGE, "format": "GIF"}), draft(body(), IMAGE), id="header_gif"),
    pytest.param(
        code(CODE_BODY, otp(), {"type": "HEADER", "format": "LOCATION"}),
        draft(body(), {"type": "HEADER", "format": "LOCATION"}),
        id="header_location",
    ),
    pytest.param(sold(PRODUCT), sold(PRODUCT, buttons({"type": "SPM"})), id="header_product"),
    # Body and footer
    pytest.param(draft({"type": "BODY"}), code(CODE_BODY, otp()), id="body_text_missing"),
    pytest.param(draft(body("a" * 1025)), draft(body("a" * 1024)), id="body_length"),
    pytest.param(draft(body("Order sent " + "🎁" * 11)), draft(body("Order sent " + "👨‍👩‍👧🇧🇷" * 5)), id="body_emoji"),
    pytest.param(draft(body("One\n\n\ntwo words")), draft(body("One\n\ntwo words")), id="body_newlines"),
    pytest.param(draft(body(), footer(" ")), draft(body(), footer("x")), id="footer_text_missing"),
    pytest.param(draft(body(), footer("a" * 61)), draft(body(), footer("a" * 60)), id="footer_length"),
    pytest.param(draft(body(), footer("Shop {{1}}")), draft(body(), footer("Shop {1}")), id="footer_variable"),
    pytest.param(draft(body(), footer("Shop 🎁")), draft(body(), footer("Shop ©")), id="footer_emoji"),
    # Variables
    pytest.param(draft(body("Order {{1} left us.")), draft(body("Order {{1}} left us.")), id="variable_braces"),
    pytest.param(
        draft(body("Hello {{1}}, order {{order}} left us today."), parameter_format="NAMED"),
        draft(
            named("Hello {{name}}, order {{order}} left us today.", "name", "order"),
            buttons(link("https://shop.example/{{1}}", example=["https://shop.example/7"])),
        ),
        id="variable_kind",
    ),
    pytest.param(draft(body("Hi {{1}}, {{3}} left.")), draft(body("Hi {{1}}, {{2}} left.")), id="variable_gap"),
    pytest.param(draft(body("Hi {{2}}, {{1}} left.")), draft(body("Hi {{1}}, {{2}}, {{1}}.")), id="variable_order"),
    pytest.param(draft(body("Order {{OrderId}} left.")), draft(body("Order {{order_id}} left.")), id="variable_name"),
    pytest.param(
        draft(body("Order {{order_2}} left.")), draft(body("Order {{order_two}} left.")), id="variable_name_digits"
    ),
    pytest.param(
        draft(header("For {{name}} today"), body("Hello {{name}}, it left.")),
        draft(header("For {{name}} today"), body("Hello {{reader}}, it left.")),
        id="variable_name_taken",
    ),
    pytest.param(
        draft(body("Hello {{name}} and {{name}}, it left.")), draft(body("Hello {{name}}.")), id="variable_repeated"
    ),
    pytest.param(draft(body("Order {{1}} left.")), draft(body("Order {{1}} left.", "A-7")), id="variable_example"),
    pytest.param(
        draft(body("Order {{1}} left.", "A", "B")), draft(body("Order {{1}} left.", "A")), id="example_surplus"
    ),
    pytest.param(draft(body("Order {{1}} ")), draft(body("Order {{1}}.")), id="body_variable_edge"),
    pytest.param(
        draft(body(), header("{{1}} left")), draft(body(), header("Order {{1}} left")), id="header_variable_edge"
    ),
    pytest.param(draft(body("Hi {{1}} {{2}}, it left.")), draft(body("Hi {{1}}, {{2}} left.")), id="variable_adjacent"),
    pytest.param(draft(body("Order {{1}} left.")), draft(body("Your order {{1}} left.")), id="variable_ratio"),
    # Buttons
    pytest.param(draft(body(), buttons()), draft(body(), buttons(reply())), id="buttons_missing"),
    pytest.param(draft(body(), buttons(*[reply()] * 11)), draft(body(), buttons(*[reply()] * 10)), id="buttons_count"),
    pytest.param(draft(body(), buttons(*[link()] * 3)), draft(body(), buttons(*[link()] * 2)), id="buttons_of_kind"),
    pytest.param(
        draft(body(), buttons(link(), reply(), call())),
        draft(body(), buttons(link(), call(), reply())),
        id="buttons_grouping",
    ),
    pytest.param(draft(body(), buttons(*[reply()] * 4)), draft(body(), buttons(*[reply()] * 3)), id="buttons_many"),
    pytest.param(draft(body(), buttons(reply(), link())), draft(body(), buttons(call(), link())), id="buttons_desktop"),
    pytest.param(draft(body(), buttons({"text": "x"})), draft(body(), buttons(reply())), id="button_type_missing"),
    pytest.param(
        draft(body(), buttons({"type": "HOLOGRAM"})), draft(body(), buttons({"type": "CATALOG"})), id="button_unknown"
    ),
    pytest.param(draft(body(), buttons(reply(""))), draft(body(), buttons(reply())), id="button_label_missing"),
    pytest.param(
        draft(body(), buttons(voice("a" * 21))), draft(body(), buttons(reply("a" * 25))), id="button_label_length"
    ),
    pytest.param(
        draft(body(), buttons(reply("{{1}}"))), draft(body(), buttons(reply("{1}"))), id="button_label_variable"
    ),
    pytest.param(draft(body(), buttons(link(""))), draft(body(), buttons(link())), id="link_missing"),
    pytest.param(
        draft(body(), buttons(link("https://" + "a" * 1993))),
        draft(body(), buttons(link("https://" + "a" * 1992))),
        id="link_length",
    ),
    pytest.param(
        draft(body(), buttons(link("https://a.example/{{1}}/{{2}}", example=["x"]))),
        draft(body(), buttons(link("https://a.example/{{1}}", example=["x"]))),
        id="link_variables",
    ),
    pytest.param(
        draft(body(), buttons(link("https://a.example/{{1}}/", example=["x"]))),
        draft(body(), buttons(link("https://a.example/{{1}}", example=["x"]))),
        id="link_variable_end",
    ),
    pytest.param(
        draft(body(), buttons(link("https://a.example/{{code}}", example=["x"]))),
        draft(body(), buttons(link("https://a.example/{{1}}", example=["x"]))),
        id="link_variable_named",
    ),
    pytest.param(
        draft(body(), buttons(link("https://a.example/{{1}}"))),
        draft(body(), buttons(link("https://a.example/{{1}}", example="x"))),
        id="link_example",
    ),
    pytest.param(draft(body(), buttons(call(""))), draft(body(), buttons(call())), id="phone_missing"),
    pytest.param(draft(body(), buttons(call("+" * 21))), draft(body(), buttons(call("+" * 20))), id="phone_length"),
    pytest.param(sold(buttons(coupon(""))), sold(buttons(coupon())), id="coupon_missing"),
    pytest.param(sold(OFFER, buttons(coupon("a" * 16))), sold(buttons(coupon("a" * 16))), id="coupon_length"),
    pytest.param(sold(buttons(coupon("a" * 16))), sold(buttons(coupon("a" * 15))), id="coupon_long"),
    pytest.param(
        draft(body(), buttons(flow(flow_id="1", flow_name="x"))),
        draft(body(), buttons(flow(flow_id="1"))),
        id="flow_reference",
    ),
    pytest.param(
        draft(body(), buttons(flow(flow_id="1", flow_action="navigate"))),
        draft(body(), buttons(flow(flow_id="1", flow_action="navigate", navigate_screen="A"))),
        id="flow_screen",
    ),
    pytest.param(
        draft(body(), buttons(voice(ttl_minutes=1439))),
        draft(body(), buttons(voice(ttl_minutes=1440))),
        id="voice_call_ttl",
    ),
    # Carousels and offers
    pytest.param(sold(carousel(card())), sold(carousel(card(), card())), id="carousel_cards"),
    pytest.param(
        sold(carousel(card(), card(IMAGE, buttons(reply())))), sold(carousel(card(), card())), id="carousel_shape"
    ),
    pytest.param(
        sold(carousel(*[card(header("x"), body("A lamp."))] * 2)), sold(carousel(card(), card())), id="card_header"
    ),
    pytest.param(
        sold(carousel(*[card(PRODUCT, buttons(link(), link()))] * 2)),
        sold(carousel(*[card(IMAGE, buttons(link(), link()))] * 2)),
        id="card_buttons",
    ),
    pytest.param(
        sold(carousel(*[card(IMAGE, buttons({"type": "SPM"}))] * 2)),
        sold(carousel(*[card(PRODUCT, buttons({"type": "SPM"}))] * 2)),
        id="card_button_kind",
    ),
    pytest.param(sold({"type": "LIMITED_TIME_OFFER"}), sold(OFFER), id="offer_text_missing"),
    pytest.param(
        sold({**OFFER, "limited_time_offer": {"text": "a" * 17}}),
        sold({**OFFER, "limited_time_offer": {"text": "a" * 16}}),
        id="offer_text_length",
    ),
    pytest.param(
        sold({**OFFER, "limited_time_offer": {"text": "Lamps", "has_expiration": "yes"}}),
        sold({**OFFER, "limited_time_offer": {"text": "Lamps", "has_expiration": True}}),
        id="offer_expiration",
    ),
    pytest.param(sold(OFFER, footer("x")), sold(OFFER), id="offer_footer"),
    pytest.param(sold(OFFER, header("x")), sold(OFFER, IMAGE), id="offer_header"),
    # One-time codes
    pytest.param(code(body("{{1}} is it."), otp()), code(CODE_BODY, otp()), id="code_text"),
    pytest.param(
        code(body("*{{1}}* is it."), buttons(link("https://www.whatsapp.com/otp/code/?code={{1}}", example=["1"]))),
        code(CODE_BODY, otp()),
        id="code_read_back",
    ),
    pytest.param(code(CODE_BODY, otp(), IMAGE), code(CODE_BODY, otp()), id="code_parts"),
    pytest.param(code(CODE_BODY, buttons(COPY, reply())), code(CODE_BODY, otp()), id="code_button"),
    pytest.param(
        code(CODE_BODY, otp(), {"type": "FOOTER", "code_expiration_minutes": 91}),
        code(CODE_BODY, otp(), {"type": "FOOTER", "code_expiration_minutes": 90}),
        id="code_expiration",
    ),
    pytest.param(code(CODE_BODY, otp(otp_type="BY_POST")), code(CODE_BODY, otp(otp_type="copy_code")), id="code_kind"),
    pytest.param(
        code(CODE_BODY, otp(otp_type="ONE_TAP", supported_apps=[APP] * 6)),
        code(CODE_BODY, otp(otp_type="ONE_TAP", supported_apps=[APP] * 5)),
        id="code_apps",
    ),
    pytest.param(
        code(CODE_BODY, otp(otp_type="ONE_TAP", supported_apps=[{**APP, "package_name": "a" * 225}])),
        code(CODE_BODY, otp(otp_type="ONE_TAP", supported_apps=[{**APP, "package_name": "a" * 224}])),
        id="code_app_package",
    ),
    pytest.param(
        code(CODE_BODY, otp(otp_type="ONE_TAP", supported_apps=[{**APP, "signature_hash": "1234567890"}])),
        code(CODE_BODY, otp(otp_type="ONE_TAP", **APP)),
        id="code_app_hash",
    ),
    pytest.param(
        code(CODE_BODY, otp(otp_type="ZERO_TAP", supported_apps=[APP])),
        code(CODE_BODY, otp(otp_type="ZERO_TAP", supported_apps=[APP], zero_tap_terms_accepted=True)),
        id="code_zero_tap",
    ),
    pytest.param(draft(body(), otp()), draft(body(), buttons(link())), id="code_elsewhere"),
    # The risk of a dearer category
    pytest.param(
        draft(body("It left us, and we have a discount for you.")),
        marketing(body("It left us, and we have a discount for you.")),
        id="promotional_words",
    ),
    pytest.param(draft(body(), buttons(coupon())), sold(buttons(coupon())), id="coupon_in_utility"),
    pytest.param(draft(body("Dear {{1}}!")), draft(body("Dear {{1}}, it left.")), id="unclear_text"),
]


def findings_of(asked: dict[str, Any]) -> list[Any]:
    said = {"language": "en_US", "category": "UTILITY", "parameter_format": "", **asked}
    content = Content.of(
        said.pop("components"),
        language=said.pop("language"),
        category=said.pop("category"),
        parameter_format=said.pop("parameter_format"),
    )
    return preflight(**{"name": "order_update", **said}, content=content)


@pytest.mark.parametrize(("bad", "good"), CASES)
def test_a_rule_finds_the_draft_that_breaks_it_and_spares_its_neighbor(bad, good, request):
    rule = request.node.callspec.id

    broken = [finding for finding in findings_of(bad) if finding.rule == rule]

    assert broken
    assert {(finding.severity, finding.source) for finding in broken} == {(RULES[rule].severity, RULES[rule].cited)}
    assert rule not in {finding.rule for finding in findings_of(good)}


def test_every_rule_of_the_table_is_tried():
    assert {case.id for case in CASES} == set(RULES)


def test_what_meta_does_not_confirm_is_never_an_error():
    unsure = [rule for rule in RULES.values() if rule.source in UNCONFIRMED]

    assert unsure
    assert Severity.ERROR not in {rule.severity for rule in unsure}


@pytest.mark.parametrize("good", [case.values[1] for case in CASES[:3]] + [code(CODE_BODY, otp()), sold(OFFER, IMAGE)])
def test_a_good_draft_has_no_findings(good):
    assert findings_of(good) == []
