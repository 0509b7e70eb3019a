"""
Everything else that takes messages over HTTP, by addresses of Apprise: discord://…, msteams://…, tgram://…, ntfy://….

Apprise has no idea of whom it trusts. So what it would do on this machine, past HTTP or with files is refused, and
what it calls is guarded like any other address that people typed.
"""

from __future__ import annotations

import functools
import importlib
import logging
import re
import warnings
from typing import Any

from alerts.transports import wording
from alerts.transports.base import Item, Message, Told, Transport, WrongAddress
from core import outbound
from core.matters import Severity
from core.redaction import redact
from core.refusals import OutcomeUnknown, TryAgain

LONGEST_ADDRESS = 2000
WHOLE_SECONDS = 45.0  # one address may need several calls; it ends before the lease of the work does
HERE = frozenset({"blink1", "dbus", "gio", "glib", "gnome", "kde", "macosx", "qt", "syslog", "windows"})
NOT_HTTP = frozenset(
    {"amqp", "amqps", "aprs", "deltachat", "deltachats", "growl", "irc", "ircs", "mqtt", "mqtts", "nostr", "rsyslog"}
    | {"smpp", "smpps", "xmpp", "xmpps"}
)
MAIL = frozenset({"mailto", "mailtos"})
WITH_FILES = frozenset({"fcm", "vapid"})  # they need key files on this machine
_SCHEME = re.compile(r"([a-z][a-z0-9+]*)://\S*", re.IGNORECASE)
_OURS = {  # what addresses may say otherwise, and we decide: no files, no waits of its own, no failure passed over
    "optional": False,
    "overflow": "truncate",
    "redirect": False,
    "retry": 0,
    "store": False,
    "verify": True,
    "wait": 0,
    "cto": 5.0,
    "rto": 15.0,
}
_CALL_OUT = re.compile(r"(?i)@(?=(?:everyone|here|channel|all|room)\b)|<(?=[!@#&])")


class Apprise(Transport):
    name = "apprise"

    def clean_address(self, address: str) -> str:
        address = address.strip()
        _plugin(address, _asset(""))
        return address

    def hint(self, address: str) -> str:
        scheme, _, rest = address.partition("://")
        return f"{scheme}://{wording.tail(rest.partition('?')[0].rstrip('/'))}"

    def send(self, *, address: str, secret: str, message: Message) -> Told:
        apprise, asset = _library(), _asset(message.link)
        service = apprise.Apprise(asset=asset)
        service.add(_plugin(address, asset))
        with outbound.guarded() as refusals:
            result = service.notify(
                title=_quiet(wording.one_line(message.subject)),
                body=_quiet(text_of(message)),
                notify_type=_type(message),
                body_format=apprise.NotifyFormat.TEXT,
            )
        if refusals:
            raise refusals[0]
        if result.status == apprise.AppriseResultStatus.TIMEOUT:
            raise OutcomeUnknown(f"no answer within {WHOLE_SECONDS:.0f} seconds")
        if not result:
            raise TryAgain(_said(result, address) or "the service did not take it")
        return Told(answer="accepted")


TRANSPORT = Apprise()


def text_of(message: Message) -> str:
    """Plain text: Apprise turns it into what the service wants, and cuts it to the length that the service takes."""
    lines = _one(message.items[0]) if len(message.items) == 1 else _many(message)
    return "\n".join([*lines, "", message.link])


def _one(item: Item) -> list[str]:
    facts = [f"{wording.mark(item)} {wording.state(item)}. Since {wording.since(item)}."]
    texts = [wording.detail(item), wording.advice(item) and f"What to do: {wording.advice(item)}"]
    return [*facts, *(text for text in texts if text)]


def _many(message: Message) -> list[str]:
    lines = [wording.counted(message.items)]
    groups = wording.groups(message)
    for group in groups:
        lines += ["", f"{group.kind} ({group.count})"]
        lines += [f"{wording.mark(item)} {wording.state(item)}: {wording.title(item)}" for item in group.items]
    more = wording.unlisted(groups)
    return [*lines, "", f"and {more} more"] if more else lines


def _type(message: Message) -> str:
    item = wording.worst(message.items)
    if wording.is_over(item):
        return "success"
    rank = wording.severity(item)
    return {Severity.LOW: "info", Severity.MEDIUM: "warning"}.get(rank, "failure")


def _quiet(text: str) -> str:
    """The text with nothing in it that would call a whole channel."""
    return _CALL_OUT.sub(lambda found: found[0] + "\u200b", text)


def _plugin(address: str, asset: Any) -> Any:
    """What Apprise makes of an address. Raises WrongAddress."""
    scheme = _SCHEME.fullmatch(address)
    if not scheme or len(address) > LONGEST_ADDRESS:
        raise WrongAddress("Enter one address of Apprise, such as discord://webhook-id/token or tgram://token/chat-id.")
    _check_scheme(scheme[1].lower())
    apprise = _library()
    try:
        parts = apprise.plugins.url_to_dict(address)
    except (AttributeError, KeyError, IndexError, TypeError, ValueError):  # some of its parsers trip over odd texts
        parts = None
    if parts:
        _check_scheme(str(parts["schema"]))
    plugin = apprise.Apprise.instantiate(parts | _OURS, asset=asset) if parts else None
    if plugin is None:
        raise WrongAddress(_unknown(scheme[1].lower()))
    return plugin


def _unknown(scheme: str) -> str:
    if scheme in {"http", "https"}:
        return "Apprise knows no service at this web address. For a receiver of your own choose the kind webhook."
    return (
        f"Apprise cannot use this {scheme}:// address: compare it with the form that Apprise describes for that "
        "service. Addresses that name files (template=, keyfile=) are not taken."
    )


def _check_scheme(scheme: str) -> None:
    if scheme in MAIL:
        raise WrongAddress("For e-mail choose the kind email: it uses this installation's mail server.")
    if scheme in HERE:
        raise WrongAddress(f"{scheme}:// would show the alert on the server itself, where nobody looks.")
    if scheme in NOT_HTTP:
        raise WrongAddress(f"{scheme}:// does not speak HTTP and cannot be guarded: choose another service.")
    if scheme in WITH_FILES:
        raise WrongAddress(f"{scheme}:// needs files on the server: choose another service.")


def _said(result: Any, address: str) -> str:
    """What Apprise noted down, without any part of the address that could be a secret."""
    text = " ".join(entry.message for entry in result.logs())
    for part in re.split(r"[/:@?&=#]+", address.partition("://")[2]):
        text = text.replace(part, "***") if len(part) > 5 else text
    return redact(" ".join(text.split()))[:200]


def _asset(link: str) -> Any:
    """How Apprise shall behave: our name, nothing from its own hosts, nothing on disk, no redirects."""
    return _library().AppriseAsset(
        app_id="Heliograph",
        app_desc="Heliograph alerts",
        app_url=link,
        image_url_mask="",
        image_url_logo="",
        image_path_mask="",
        async_mode=False,
        http_redirects=False,
        pgp_autogen=False,
        pem_autogen=False,
        storage_mode="memory",
        service_timeout=WHOLE_SECONDS,
        timezone="UTC",
        language="en",
    )


@functools.cache
def _library() -> Any:
    """Apprise takes most of a second to load, so only who meets an address of it waits. It may attach no file."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # it reaches for what Python will drop, and does without
        apprise = importlib.import_module("apprise")
        importlib.import_module("apprise.manager_plugins").NotificationManager().load_modules()
    its_log = logging.getLogger("apprise")  # it names whole addresses; what we need of it stands in its results
    its_log.propagate = False
    its_log.setLevel(logging.WARNING)
    importlib.import_module("apprise.manager_attachment").AttachmentManager().remove(
        "file", "http", "https", unload=False
    )
    return apprise
