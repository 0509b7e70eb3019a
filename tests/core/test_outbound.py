"""The guard on addresses that people typed: where they lead, what is refused, and that nothing slips in between."""

from __future__ import annotations

import contextvars
import datetime
import ipaddress
import pathlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from core import http, outbound
from core.outbound import NotAllowed
from core.refusals import TryAgain

PUBLIC = "93.184.215.14"
REAL_LOOKUP = socket.getaddrinfo


class Inner(BaseHTTPRequestHandler):
    """A server inside: it notes who came, and leads on where its address says."""

    server: Any

    def do_GET(self) -> None:
        self.server.asked.append((self.headers["Host"], self.path))
        _, _, target = self.path.partition("?to=")
        self.send_response(302 if target else 200)
        if target:
            self.send_header("Location", target)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_CONNECT(self) -> None:
        self.server.asked.append(("CONNECT", self.path))
        self.send_error(403)

    def log_message(self, *args: Any) -> None:
        """Nothing to the screen."""


def serving(context: ssl.SSLContext | None = None) -> Iterator[Any]:
    running: Any = ThreadingHTTPServer(("127.0.0.1", 0), Inner)
    running.asked, running.port = [], running.server_address[1]
    running.handle_error = lambda *args: None  # a client that does not trust us hangs up
    if context:
        running.socket = context.wrap_socket(running.socket, server_side=True)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield running
    running.shutdown()
    running.server_close()
    thread.join()


@pytest.fixture
def inner() -> Iterator[Any]:
    yield from serving()


@pytest.fixture
def leads(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Sets what names resolve to, one answer after the other, the last for good; returns the names that are asked."""
    answers: dict[str, list[list[str]]] = {}
    asked: list[str] = []

    def lookup(host: str, port: Any, *args: Any, **kwargs: Any) -> Any:
        if host not in answers:
            return REAL_LOOKUP(host, port, *args, **kwargs)  # of a bare address: no resolver is asked
        asked.append(host)
        now = answers[host].pop(0) if len(answers[host]) > 1 else answers[host][0]
        if not now:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return [
            (socket.AF_INET6 if ":" in one else socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in now
        ]

    def set_answers(host: str, *its: list[str]) -> list[str]:
        answers[host] = list(its)
        return asked

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    return set_answers


@pytest.fixture
def dialed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """What would be connected to; nobody answers."""
    places: list[tuple[str, int]] = []

    def connect(sock: socket.socket, place: Any) -> None:
        places.append(place[:2])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", connect)
    return places


def call(url: str) -> http.Answer:
    return http.call(method="GET", url=url, is_guarded=True)


INNER = [
    *("127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "::1", "::"),
    *("10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fc00::1", "fdff::1", "fec0::1"),
    *("100.64.0.1", "100.127.255.254", "169.254.1.1", "fe80::1", "fe80::1%1"),
    *("169.254.169.254", "100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254"),
    *("224.0.0.1", "239.255.255.255", "ff02::1", "240.0.0.1", "255.255.255.255"),
    *("192.0.0.1", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.51.100.1", "203.0.113.1"),
    *("2001:db8::1", "3fff::1", "2001::1", "2001:20::1", "100::1", "5f00::1", "4000::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "::ffff:0:127.0.0.1"),
    *("2002:7f00:1::", "2002:a00:1::1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1"),
]
OUTER = [PUBLIC, "8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:2800:21f:cb07::1", "::ffff:8.8.8.8", "64:ff9b::808:808"]


@pytest.mark.parametrize("address", INNER)
def test_a_name_that_leads_inside_is_refused_and_never_called(address, leads, dialed):
    leads("hook.example.org", [address])

    with pytest.raises(NotAllowed, match=r"^hook\.example\.org leads to .*adds hook\.example\.org to OUTBOUND_ALLOWED"):
        call("https://hook.example.org/in")

    assert dialed == []


@pytest.mark.parametrize("address", OUTER)
def test_a_public_address_is_called(address, leads, dialed):
    leads("hook.example.org", [address])

    with pytest.raises(TryAgain):
        call("https://hook.example.org/in")

    assert dialed == [(address, 443)]


@given(st.ip_addresses())
def test_what_python_knows_to_be_inner_is_so_for_us(address):
    if not address.is_global or address.is_multicast:
        embedded = isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped
        assert outbound.what_is(str(address)) or embedded


def test_what_is_no_address_is_not_public():
    assert outbound.what_is("fine.example.org") == "a reserved address"


def test_one_inner_address_among_public_ones_spoils_them(leads, dialed):
    leads("hook.example.org", [PUBLIC, "10.0.0.7"])

    with pytest.raises(NotAllowed, match="a private network"):
        call("https://hook.example.org/")

    assert dialed == []


def test_a_name_that_changes_its_mind_after_the_check_gains_nothing(leads, dialed):
    asked = leads("hook.example.org", [PUBLIC], ["127.0.0.1"])

    with pytest.raises(TryAgain):
        call("https://hook.example.org/")

    assert (asked, dialed) == (["hook.example.org"], [(PUBLIC, 443)])


def test_the_addresses_of_a_name_are_tried_in_turn_and_not_without_end(leads, dialed):
    leads("hook.example.org", [f"93.184.215.{last}" for last in range(1, 30)])

    with pytest.raises(TryAgain):
        call("https://hook.example.org/")

    assert dialed == [(f"93.184.215.{last}", 443) for last in (1, 2, 3, 4)]


@pytest.mark.parametrize(
    "host", ["2130706433.", "0x7f.1", "127.1", "0177.0.0.1", "127.0.0.1.", "[::ffff:7f00:1]", "[::]"]
)
def test_other_spellings_of_an_inner_address_are_seen_through(host, dialed):
    with pytest.raises(NotAllowed):
        call(f"https://{host}/")

    assert dialed == []


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://hook.example.org/", r"without encryption \(use https://\).*adds hook\.example\.org:80 to"),
        ("https://hook.example.org:22/", r"not at a port.*\(443, 8443\).*adds hook\.example\.org:22 to"),
        ("https://hook.example.org:0/", "not at a port"),
        ("https://redis/", "a name without a dot"),
        ("https://localhost/", "a name without a dot"),
        ("https://localhost./", "a name without a dot"),
        ("https://2130706433/", "a name without a dot"),
        ("https://0x7f000001/", "a name without a dot"),
        ("https://10.0.0.1/", r"10\.0\.0\.1 leads to a private network.*adds 10\.0\.0\.1 to"),
        ("https://[fd00::1]/", r"\[fd00::1\] leads to a private network.*adds \[fd00::1\] to"),
        ("https://ada:pa55@hook.example.org/", "holds a user name or password"),
        ("https://@hook.example.org/", "holds a user name or password"),
        ("ftp://hook.example.org/", "no web address"),
        ("file:///etc/passwd", "no web address"),
        ("gopher://hook.example.org/", "no web address"),
        ("hook.example.org/in", "no web address"),
        ("https:///in", "no web address"),
        ("https://hook.example.org:port/", "no web address"),
        ("https://hook.example.org\\@10.0.0.1/", "no web address"),
        ("https://hook.example.org/\nX-Evil: 1", "no web address"),
        ("https://hook.example.org /", "no web address"),
        ("https://[::1/", "no web address"),
        ("", "no web address"),
    ],
)
def test_an_address_that_cannot_be_right_is_refused_before_any_look_up(url, why, leads, dialed):
    asked = leads("hook.example.org", [PUBLIC])

    with pytest.raises(NotAllowed, match=why):
        outbound.check(url)
    with pytest.raises(NotAllowed):
        call(url)

    assert (asked, dialed) == ([], [])


@pytest.mark.parametrize(
    "url", ["https://hook.example.org/in?x=1", "https://hook.example.org:8443", "https://[2606:4700::1]/"]
)
def test_a_usual_address_passes_without_a_look_up(url, leads):
    asked = leads("hook.example.org", [PUBLIC])

    outbound.check(url)

    assert asked == []


def test_a_name_that_is_too_long_for_any_resolver_is_refused():
    with pytest.raises(NotAllowed, match="names no host"):
        call(f"https://{'a' * 70}.example.org/")


def test_a_name_that_is_not_known_is_tried_again(leads):
    leads("hook.example.org", [])

    with pytest.raises(TryAgain, match="not reached"):
        call("https://hook.example.org/")


# What the operator allows


@pytest.mark.parametrize(
    ("entry", "host", "port", "is_so"),
    [
        ("gotify.lan", "gotify.lan", 80, True),
        ("gotify.lan", "GOTIFY.lan.", 9000, True),
        ("gotify.lan", "x.gotify.lan", 80, False),
        ("gotify.lan:8080", "gotify.lan", 8080, True),
        ("gotify.lan:8080", "gotify.lan", 80, False),
        ("*.example.org", "a.b.example.org", 80, True),
        ("*.example.org", "example.org", 80, False),
        ("*.example.org", "evilexample.org", 80, False),
        ("*.example.org:81", "a.example.org", 81, True),
        ("*.example.org:81", "a.example.org", 82, False),
        ("127.0.0.1", "127.0.0.1", 80, True),
        ("::1", "::1", 80, True),
        ("[::1]", "[::1]", 80, True),
        ("[::1]:90", "::1", 90, True),
        ("[::1]:90", "::1", 91, False),
        ("*", "gotify.lan", 80, False),
        ("", "gotify.lan", 80, False),
    ],
)
def test_an_entry_opens_just_what_it_names(entry, host, port, is_so, settings):
    settings.OUTBOUND_ALLOWED_HOSTS = ["other.example.net", entry]

    assert outbound.is_allowed(host, port) is is_so


def test_an_allowed_host_is_called_unencrypted_at_its_port_and_inside(inner, settings):
    settings.OUTBOUND_ALLOWED_HOSTS = [f"127.0.0.1:{inner.port}"]

    answer = call(f"http://127.0.0.1:{inner.port}/in")

    assert (answer.status, inner.asked) == (200, [(f"127.0.0.1:{inner.port}", "/in")])


def test_the_name_is_told_to_the_server_and_not_the_address(inner, leads, settings):
    settings.OUTBOUND_ALLOWED_HOSTS = ["gotify.lan"]
    leads("gotify.lan", ["127.0.0.1"])

    call(f"http://gotify.lan:{inner.port}/in")

    assert inner.asked == [(f"gotify.lan:{inner.port}", "/in")]


def test_only_the_host_is_logged(inner, settings, caplog):
    caplog.set_level("DEBUG")
    settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.1"]

    call(f"http://127.0.0.1:{inner.port}/services/s3cr3t?token=s3cr3t")

    assert "GET 127.0.0.1 200" in caplog.messages
    assert "s3cr3t" not in caplog.text


# TLS is verified for the name


@pytest.fixture
def encrypted(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A server whose certificate names hook.example.org, from an authority that requests trusts here."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hook.example.org")])
    today = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 7)
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("hook.example.org")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    both = tmp_path / "server.pem"
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    private = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    both.write_bytes(pem + key.private_bytes(*private))
    (tmp_path / "trusted.pem").write_bytes(pem)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "trusted.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    yield from serving(context)


def test_the_certificate_is_that_of_the_name(encrypted, leads, settings):
    settings.OUTBOUND_ALLOWED_HOSTS = ["*.example.org"]
    leads("hook.example.org", ["127.0.0.1"])

    assert call(f"https://hook.example.org:{encrypted.port}/in").status == 200


def test_another_name_at_the_same_server_is_not_believed(encrypted, leads, settings):
    settings.OUTBOUND_ALLOWED_HOSTS = ["*.example.org"]
    leads("other.example.org", ["127.0.0.1"])

    with pytest.raises(TryAgain, match="SSLError"):
        call(f"https://other.example.org:{encrypted.port}/in")

    assert encrypted.asked == []


# Libraries that call by themselves


def test_whoever_uses_requests_in_the_context_is_guarded(dialed):
    with outbound.guarded() as refusals:
        with pytest.raises(NotAllowed):
            requests.get("https://10.0.0.1/", timeout=1)
        with pytest.raises(NotAllowed):
            requests.Session().post("http://hook.example.org/", timeout=1)

    assert (len(refusals), dialed) == (2, [])


def test_a_redirect_to_the_inside_is_not_followed(inner, settings):
    settings.OUTBOUND_ALLOWED_HOSTS = [f"127.0.0.1:{inner.port}"]

    with outbound.guarded() as refusals, pytest.raises(NotAllowed, match="without encryption"):
        requests.get(f"http://127.0.0.1:{inner.port}/?to=http://169.254.169.254/latest/meta-data", timeout=1)

    assert (len(inner.asked), len(refusals)) == (1, 1)


def test_threads_that_take_the_context_along_are_guarded_too():
    with outbound.guarded() as refusals:
        context = contextvars.copy_context()

    def elsewhere() -> None:
        with pytest.raises(NotAllowed):
            context.run(requests.get, "https://10.0.0.1/", timeout=1)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()

    assert len(refusals) == 1


def test_outside_of_the_context_nothing_is_guarded(inner):
    with outbound.guarded():
        pass

    assert requests.get(f"http://127.0.0.1:{inner.port}/in", timeout=5).status_code == 200


# A proxy is the operator's own way out


@pytest.fixture
def proxy(inner: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{inner.port}")
    return inner


@pytest.mark.parametrize("addresses", [[PUBLIC], []], ids=["a public name", "a name that only the proxy knows"])
def test_a_proxy_of_the_environment_is_used(addresses, proxy, leads):
    leads("hook.example.org", addresses)

    with pytest.raises(TryAgain, match="ProxyError"):
        call("https://hook.example.org/in")

    assert proxy.asked == [("CONNECT", "hook.example.org:443")]


@pytest.mark.parametrize("url", ["https://10.0.0.1/", "https://hook.example.org/", "https://redis/"])
def test_what_is_known_to_be_inside_is_not_asked_of_the_proxy(url, proxy, leads):
    leads("hook.example.org", ["10.0.0.1"])

    with pytest.raises(NotAllowed):
        call(url)

    assert proxy.asked == []


def test_unencrypted_calls_do_not_go_through_a_proxy(proxy, settings):
    settings.OUTBOUND_ALLOWED_HOSTS = ["gotify.lan"]

    with pytest.raises(NotAllowed, match="NO_PROXY"):
        call("http://gotify.lan/message")

    assert proxy.asked == []
