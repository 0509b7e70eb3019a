"""Who is at the door: Meta's signature and its handshake."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from providers.adapters import provider, provider_names

BODY = b'{"object":"whatsapp_business_account","entry":[]}'
SIGNED = "sha256=db780e74b7152a02fc0b09479909f9711f095199be060883718889797fa8638d"
ESCAPED_BODY = rb'{"a":"\u00e4\u00f6\u00e5\/\u003C\u0025\u0040>"}'
ESCAPED_SIGNED = "sha256=8eb969b62b6a068a116abe693ced2b0bf28c206aef8e45f0935bfeaf0545eb86"
META = provider("meta")


def accepted(signature: str, *, body: bytes = BODY, secrets: tuple[str, ...] = ("s3cr3t",)) -> bool:
    return META.signature_ok(headers={"X-Hub-Signature-256": signature}, body=body, secrets=secrets)


def answer(*, mode: str = "subscribe", token: str = "ours", tokens: tuple[str, ...] = ("ours",)) -> str | None:
    query = {"hub.mode": mode, "hub.challenge": "1158201444", "hub.verify_token": token}
    return META.challenge(query=query, tokens=tokens)


def test_meta_is_found_by_its_place() -> None:
    assert "meta" in provider_names()
    assert META.name == "meta"


def test_a_provider_nobody_wrote_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        provider("telegraph")


@pytest.mark.parametrize(("body", "signature"), [(BODY, SIGNED), (ESCAPED_BODY, ESCAPED_SIGNED)])
def test_a_signature_over_the_raw_bytes_is_accepted(body: bytes, signature: str) -> None:
    assert accepted(signature, body=body)


@pytest.mark.parametrize("header", ["x-hub-signature-256", "X-HUB-SIGNATURE-256"])
def test_the_header_is_found_in_any_case(header: str) -> None:
    assert META.signature_ok(headers={"Host": "a", header: SIGNED}, body=BODY, secrets=["s3cr3t"])


@pytest.mark.parametrize("secrets", [("s3cr3t", "next"), ("old", "s3cr3t"), ("", "s3cr3t")])
def test_any_secret_of_a_rotation_will_do(secrets: tuple[str, ...]) -> None:
    assert accepted(SIGNED, secrets=secrets)


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "sha256=",
        SIGNED.removeprefix("sha256="),
        SIGNED.replace("sha256", "sha1"),
        SIGNED[:-1] + "e",
        SIGNED[:-1],
        f"{SIGNED}0",
        ESCAPED_SIGNED,
        "sha256=äöå✓",
        "sha256=\udcff",
    ],
)
def test_a_wrong_signature_is_refused(signature: str) -> None:
    assert not accepted(signature)


def test_a_changed_body_is_refused() -> None:
    assert not accepted(SIGNED, body=BODY + b" ")


@pytest.mark.parametrize("headers", [{}, {"X-Hub-Signature": SIGNED}])
def test_an_unsigned_body_is_refused(headers: Mapping[str, str]) -> None:
    assert not META.signature_ok(headers=headers, body=BODY, secrets=["s3cr3t"])


@pytest.mark.parametrize("secrets", [(), ("",), ("", "")])
def test_without_a_secret_nothing_is_accepted(secrets: tuple[str, ...]) -> None:
    signed_with_nothing = "sha256=704eb71c28bbe7c091ca5b8f9446c2bceec023435f33ff17e7fb9634d46333bc"

    assert not accepted(signed_with_nothing, secrets=secrets)
    assert not accepted("", secrets=secrets)


def test_the_challenge_is_given_back_to_who_knows_the_token() -> None:
    assert answer() == "1158201444"
    assert answer(tokens=("other", "ours")) == "1158201444"
    assert answer(tokens=("höme",), token="höme") == "1158201444"


@pytest.mark.parametrize("token", ["theirs", "", "✓", "ours "])
def test_the_challenge_is_refused_to_others(token: str) -> None:
    assert answer(token=token) is None


@pytest.mark.parametrize("mode", ["unsubscribe", ""])
def test_only_a_subscription_is_answered(mode: str) -> None:
    assert answer(mode=mode) is None


@pytest.mark.parametrize("tokens", [(), ("",)])
def test_without_a_token_the_challenge_is_refused(tokens: tuple[str, ...]) -> None:
    assert answer(tokens=tokens) is None
    assert answer(tokens=tokens, token="") is None


@pytest.mark.parametrize("missing", ["hub.mode", "hub.challenge", "hub.verify_token"])
def test_an_incomplete_handshake_is_refused(missing: str) -> None:
    query = {"hub.mode": "subscribe", "hub.challenge": "1", "hub.verify_token": "ours"}
    del query[missing]

    assert META.challenge(query=query, tokens=["ours"]) is None
