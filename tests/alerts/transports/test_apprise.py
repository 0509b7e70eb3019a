"""Everything else by Apprise: what it is asked to send, what it may not do here, and what becomes of its answers."""

from __future__ import annotations

import contextlib
import importlib
import inspect
import logging
import logging.handlers
import pathlib
import re
import subprocess
import sys
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from alerts.transports import transport
from alerts.transports.apprise import HERE, MAIL, NOT_HTTP, WITH_FILES, text_of
from alerts.transports.base import WrongAddress
from core import outbound
from core.outbound import NotAllowed
from core.refusals import OutcomeUnknown, TryAgain
from tests.alerts.transports.saying import CONSOLE, item, many, message

APPRISE = transport("apprise")
NATIVE = "https://discord.com/api/webhooks/1112223334445556667/AbC-dEf_12345678901234"


@pytest.fixture
def send(receiver: Any) -> Any:
    def do(told: Any = None, *, address: str = "json://{place}/in") -> Any:
        return APPRISE.send(address=address.format(place=receiver.place), secret="", message=told or message())

    return do


@pytest.fixture
def posted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any], bool]]:
    """What would be sent to real services: where, with what, and whether under guard."""
    calls: list[tuple[str, dict[str, Any], bool]] = []

    def take(*place: str, **request: Any) -> requests.Response:
        calls.append((place[-1], request, outbound._refusals.get() is not None))
        fine = requests.Response()
        fine.status_code, fine._content = 200, b"{}"
        return fine

    monkeypatch.setattr(requests, "post", take)
    monkeypatch.setattr(requests, "request", take)
    return calls


# What is sent


def test_one_alert_arrives_with_its_severity_and_its_link(send, receiver):
    told = send()

    assert told.answer == "accepted"
    (body,) = receiver.bodies()
    assert (body["title"], body["type"]) == ("[HIGH] The wick of lamp 1 is torn", "failure")
    assert body["message"].splitlines() == [
        "🟠 High. Since 2 March 2026, 12:00 UTC.",
        "It gives no light.",
        "What to do: Put in a new wick.",
        "",
        CONSOLE,
    ]


def test_many_alerts_are_counted_grouped_and_cut():
    lines = text_of(many()).splitlines()

    assert lines[:3] == ["62 alerts: 2 critical, 53 high, 7 resolved", "", "Flame out (2)"]
    assert lines[-4:] == ["", "and 12 more", "", CONSOLE]


@pytest.mark.parametrize(
    ("severity", "occasion", "kind"),
    [
        ("CRITICAL", "opened", "failure"),
        ("HIGH", "raised", "failure"),
        ("MEDIUM", "opened", "warning"),
        ("LOW", "opened", "info"),
        ("CRITICAL", "resolved", "success"),
    ],
)
def test_the_kind_of_notification_follows_the_severity(severity, occasion, kind, send, receiver):
    send(message(item(severity=severity, occasion=occasion)))

    assert receiver.bodies()[0]["type"] == kind


def test_the_worst_of_what_is_not_over_decides_for_many(send, receiver):
    send(message(item(1, severity="CRITICAL", occasion="resolved"), item(2, severity="MEDIUM")))

    assert receiver.bodies()[0]["type"] == "warning"


def test_a_service_that_takes_less_is_sent_less(send, receiver):
    send(message(item(detail="x" * 20_000)), address="ntfy://{place}/lamps")

    (body,) = receiver.bodies()
    assert len(body["message"]) <= 7800
    assert receiver.got[0][0] == "/"


def test_nobody_calls_a_whole_channel(send, receiver):
    send(message(item(detail="@everyone <!channel> <@U123> @Here ada@example.com"), subject="@channel look"))

    (body,) = receiver.bodies()
    assert body["title"] == "@\u200bchannel look"
    assert "@\u200beveryone <\u200b!channel> <\u200b@U123> @\u200bHere ada@example.com" in body["message"]


def test_nothing_is_fetched_from_apprise_and_nothing_shows_its_name(send, posted):
    send(address=NATIVE + "?format=markdown&avatar=yes&footer=yes&image=yes&thumbnail=yes")

    ((url, request, _),) = posted
    data = request["data"]
    assert url.startswith("https://discord.com/api/webhooks/1112223334445556667/AbC-dEf")
    assert "github" not in data
    assert "caronc" not in data
    assert "Heliograph" in data


# What is answered


@pytest.mark.parametrize("status", [400, 404, 429, 500])
def test_what_is_not_taken_is_tried_again_with_apprises_words(status, send, receiver):
    receiver.answer = (status, {}, b"no")

    with pytest.raises(TryAgain, match=rf"Failed to send JSON.*{status}"):
        send()

    assert len(receiver.got) == 1


def test_no_part_of_the_address_is_in_the_words_or_in_our_log(send, receiver, monkeypatch):
    ours = logging.handlers.BufferingHandler(1000)
    monkeypatch.setattr(logging.getLogger(), "handlers", [ours])
    monkeypatch.setattr(logging.getLogger(), "level", logging.DEBUG)
    receiver.answer = (500, {}, b"no")
    complain = logging.getLogger("apprise").warning
    monkeypatch.setattr(
        "apprise.plugins.custom_json.NotifyJSON.throttle", lambda self: complain("the token s3cr3t-t0k3n is wrong")
    )

    with pytest.raises(TryAgain, match=r"the token \*\*\* is wrong") as raised:
        send(address="json://{place}/s3cr3t-t0k3n?x=1")

    assert "s3cr3t" not in str(raised.value)
    assert "s3cr3t" not in " ".join(record.getMessage() for record in ours.buffer)


def test_a_service_that_does_not_end_leaves_the_outcome_open(send, receiver, monkeypatch):
    monkeypatch.setattr("alerts.transports.apprise.WHOLE_SECONDS", 1e-9)

    with pytest.raises(OutcomeUnknown, match="no answer within"):
        send()


def test_it_tries_once_whatever_the_address_says(send, receiver):
    receiver.answer = (500, {}, b"no")

    with pytest.raises(TryAgain):
        send(address="json://{place}/in?retry=3&wait=1&optional=yes")

    assert len(receiver.got) == 1


def test_a_redirect_is_not_followed_whatever_the_address_says(send, receiver):
    receiver.answer = (302, {"Location": f"http://{receiver.place}/else"}, b"")

    with pytest.raises(TryAgain):
        send(address="json://{place}/in?redirect=yes")

    assert (len(receiver.got), receiver.fetched) == (1, [])


@pytest.mark.parametrize("address", ["json://{place}/in", "ntfy://{place}/lamps", "gotify://{place}/0123456789abcde"])
def test_an_inner_host_that_nobody_allowed_is_not_called(address, send, receiver, settings):
    settings.OUTBOUND_ALLOWED_HOSTS = []

    with pytest.raises(NotAllowed, match=r"adds 127\.0\.0\.1:\d+ to OUTBOUND_ALLOWED_HOSTS"):
        send(address=address)

    assert receiver.got == []


def test_certificates_are_verified_whatever_the_address_says(send, posted):
    send(address="jsons://hook.example.org/in?verify=no")

    assert [request["verify"] for _, request, _ in posted] == [True]


# The address


@pytest.mark.parametrize(
    ("address", "hint"),
    [
        ("discord://1112223334445556667/AbC-dEf_12345678901234", "discord://…1234"),
        (NATIVE + "?avatar=no", "https://…1234"),
        ("tgram://123456789:AbCdEfGhIjKlMnOpQrStUvWxYz12345678/12345/", "tgram://…2345"),
        ("workflows://prod-12.westeurope.logic.azure.com:443/643e69f83c8944/4dcacfe/", "workflows://…acfe"),
        ("pagerduty://A1BRTD4JD@TIiajkdnlazkcOXrIdevi7F", "pagerduty://…vi7F"),
        ("opsgenie://a1b2c3d4-a1b2-a1b2-a1b2-a1b2c3d4e5f6", "opsgenie://…e5f6"),
        ("ntfy://lamps", "ntfy://…"),
        ("gotify://gotify.example.org/0123456789abcde", "gotify://…bcde"),
        ("matrixs://ada:pa55word@matrix.example.org/!room:example.org", "matrixs://….org"),
        ("mmosts://mattermost.example.org/3ccdd113474722377935511fc85d3dd4", "mmosts://…3dd4"),
        ("rockets://ada:pa55word@chat.example.org/#lamps", "rockets://…amps"),
        ("pover://user1234567890123456789012345@token123456789012345678901234", "pover://…1234"),
    ],
)
def test_services_are_known_by_their_addresses(address, hint):
    assert APPRISE.clean_address(f" {address}\n") == address
    assert APPRISE.hint(address) == hint


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("", "one address of Apprise"),
        ("lamps", "one address of Apprise"),
        ("json://a.example.org json://b.example.org", "one address of Apprise"),
        (f"json://example.org/{'a' * 2000}", "one address of Apprise"),
        ("nothing://example.org", "nothing:// address: compare it"),
        ("discord://", "discord:// address: compare it"),
        ("json://[::1/", "json:// address: compare it"),
        ("https://example.org/in", "choose the kind webhook"),
        ("mailto://ada:pa55@example.org", "choose the kind email"),
        ("MAILTOS://ada:pa55@example.org", "choose the kind email"),
        ("syslog://", "on the server itself"),
        ("dbus://", "on the server itself"),
        ("gnome://", "on the server itself"),
        ("macosx://", "on the server itself"),
        ("windows://", "on the server itself"),
        ("rsyslog://10.0.0.1", "does not speak HTTP"),
        ("mqtt://10.0.0.1/topic", "does not speak HTTP"),
        ("xmpp://ada:pa55@10.0.0.1", "does not speak HTTP"),
        ("smpp://ada:pa55@10.0.0.1/1/2", "does not speak HTTP"),
        ("irc://10.0.0.1/lamps", "does not speak HTTP"),
        ("fcm://project@key/device?keyfile=/etc/passwd", "needs files"),
        ("vapid://ada@example.org/ada@example.org?keyfile=/etc/passwd", "needs files"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_remedy(address, why):
    with pytest.raises(WrongAddress, match=re.escape(why)):
        APPRISE.clean_address(address)


@pytest.mark.parametrize(
    "file", ["/etc/hostname", "file:///etc/hostname", "http://127.0.0.1:1/x", "https://127.0.0.1:1/x"]
)
@pytest.mark.parametrize(
    "address",
    [
        "discord://1112223334445556667/AbC-dEf_12345678901234?template={file}",
        "workflows://prod-12.westeurope.logic.azure.com:443/643e69f83c8944/4dcacfe/?template={file}",
        "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/?template={file}",
        "tgram://123456789:AbCdEfGhIjKlMnOpQrStUvWxYz12345678/12345/?template={file}",
    ],
)
def test_no_file_of_the_server_is_ever_read(address, file):
    with pytest.raises(WrongAddress, match="that name files"):
        APPRISE.clean_address(address.format(file=file))


@given(
    st.one_of(st.text(max_size=50), st.sampled_from(["json", "discord", "tgram", "matrix", "ntfy", "slack"])), st.text()
)
def test_any_text_is_taken_or_refused_and_nothing_else_happens(scheme, rest):
    address = f"{scheme}://{rest}"
    with contextlib.suppress(WrongAddress):
        assert APPRISE.clean_address(address) == address.strip()
    assert "://" in APPRISE.hint(address)


def test_a_plugin_that_trips_over_an_address_is_no_error_of_ours(monkeypatch):
    def trip(url: str) -> None:
        raise TypeError("'NoneType' object is not subscriptable")

    APPRISE.clean_address("ntfy://lamps")
    monkeypatch.setattr("apprise.plugins.ntfy.NotifyNtfy.parse_url", trip)

    with pytest.raises(WrongAddress, match="compare it"):
        APPRISE.clean_address("ntfy://lamps")


# What Apprise brings along

BEYOND_HTTP = re.compile(
    r"^\s*(?:import|from) (?:socket|smtplib|subprocess|ctypes|syslog|ssl|gi|dbus|hid|win32\w+|gntp\S*|paho\S*"
    r"|smpplib\S*|slixmpp|amqp|kombu|pika|\.\.+utils\.socket|\.relay|\.client|\.adapter)\b",
    re.MULTILINE,
)


def _beyond_http(plugin: type) -> bool:
    """Whether any of the modules of a plugin's classes opens connections, or starts programs, by itself."""
    modules = [sys.modules[one.__module__] for one in plugin.__mro__ if one.__module__.startswith("apprise.plugins.")]
    sources = [inspect.getsource(module) for module in modules if module.__name__ != "apprise.plugins.base"]
    speaks_http = any(re.search(r"^import requests\b", source, re.MULTILINE) for source in sources)
    return not speaks_http or any(BEYOND_HTTP.search(source) for source in sources)


def _schemes(plugin: Any) -> set[str]:
    both = (plugin.protocol, plugin.secure_protocol)
    return {scheme for one in both if one for scheme in ([one] if isinstance(one, str) else one)}


def test_every_plugin_that_does_more_than_http_is_refused():
    plugins = importlib.import_module("apprise.manager_plugins").NotificationManager().plugins()

    beyond = {scheme for plugin in plugins if _beyond_http(plugin) for scheme in _schemes(plugin)}

    assert beyond <= HERE | NOT_HTTP | MAIL | WITH_FILES


def test_what_apprise_sends_passes_the_guard(send, posted):
    send(address="tgram://123456789:AbCdEfGhIjKlMnOpQrStUvWxYz12345678/12345/")

    assert [is_guarded for _, _, is_guarded in posted] == [True]


def test_apprise_is_loaded_only_where_it_is_needed():
    """It would cost every process most of a second at its start."""
    ask = (
        "import sys; from alerts.transports import transport; t = transport('apprise');"
        "t.hint('ntfy://x'); print('apprise' in sys.modules)"
    )
    root = pathlib.Path(inspect.getfile(outbound)).parent.parent

    answer = subprocess.run([sys.executable, "-c", ask], cwd=root, capture_output=True, text=True, check=True)

    assert answer.stdout.strip() == "False"


def test_nothing_is_kept_on_disk(send, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))

    send()

    assert list(tmp_path.rglob("*")) == []
