"""What must not be read in a log or an error."""

from __future__ import annotations

import pytest

from core.redaction import redact

KEY = "hg_0123abcd_" + "s3cr3t" * 7


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"Authorization: Bearer {KEY}", "Authorization: Bearer ***"),
        (f"the key {KEY} was used", "the key hg_0123abcd_*** was used"),
        ("GET /node?access_token=EAAB123&fields=id", "GET /node?access_token=***&fields=id"),
        ('{"app_secret": "abc def", "id": "7"}', '{"app_secret": "*** def", "id": "7"}'),
        ("{'auth_token': 'abc'}", "{'auth_token': '***'}"),
        ("password=hunter2 user=ada", "password=*** user=ada"),
        ("hub.verify_token=letmein&hub.mode=subscribe", "hub.verify_token=***&hub.mode=subscribe"),
        ("whsec_abcdef", "whsec_***"),
        ("/api/v1/webhooks/meta/0190-aa/t0k3n", "/api/v1/webhooks/meta/0190-aa/***"),
        ("https://hooks.slack.com/services/T0/B0/xyz", "https://hooks.slack.com/***"),
        ("postgres://hub:pa55@db:5432/hub", "postgres://hub:***@db:5432/hub"),
        ("discord://111/t0k3n?x=1 broke", "discord://*** broke"),
        ("json://ada:pa55@hook.lan/in", "json://***"),
        ("tgram://123:AbC/45, ntfy://lamps", "tgram://*** ntfy://***"),
        (
            "POST https://discord.com/api/webhooks/111222/AbC-dEf_1234567890 404",
            "POST https://discord.com/api/webhooks/111222/*** 404",
        ),
        ("https://api.telegram.org/bot123456:AAbbCCddEEff/sendMessage", "https://api.telegram.org/***/sendMessage"),
        ("https://x.azure.com:443/invoke?sig=abc&v=1", "https://x.azure.com:443/invoke?***"),
        ("https://hook.example.org/in/Zm9vYmFyYmF6MTIz broke", "https://hook.example.org/in/*** broke"),
        ("smtp+tls://ada:pa55@mail:587", "smtp+tls://ada:***@mail:587"),
        ("redis://:pa55@cache:6379/0", "redis://:***@cache:6379/0"),
        ("told +4915112345678 at once", "told +491…78 at once"),
        ("told 4915112345678.", "told 491…78."),
    ],
)
def test_secrets_and_phone_numbers_are_hidden(text, shown):
    assert redact(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "GET /api/v1/alerts 200",
        "applied 4000 calls in 1234 ms",
        "018f3b7c-1234-7abc-8def-0123456789ab was not found",
        "2026-03-02T12:00:00.000+00:00",
        "https://graph.facebook.com/v26.0/me",
        "https://graph.facebook.com/v26.0/message_templates_of_all",
        "https://console.example.org/admin/alerts/alert/018f3b7c-1234-7abc-8def-0123456789ab/change/",
        "https://events.pagerduty.com/v2/enqueue",
        "memory://localhost//",
        "sqlite:///data/heliograph.sqlite3",
        "",
    ],
)
def test_the_rest_stays_readable(text):
    assert redact(text) == text


def test_what_is_hidden_stays_hidden():
    text = f"Bearer {KEY}, +4915112345678, password=hunter2"

    assert redact(redact(text)) == redact(text)
