"""
The guard on addresses that people typed: nothing that they name leads a call into our own network.

Such an address is called over TLS, at one of a few ports, and only where its name leads to public addresses. Name,
check and connection are one act, so that a name which changes its mind in between gains nothing. What stands in
OUTBOUND_ALLOWED_HOSTS is the operator's word, and is called wherever it leads.
"""

from __future__ import annotations

import contextlib
import contextvars
import ipaddress
import logging
import re
import socket
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from django.conf import settings
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util.connection import allowed_gai_family

from core.refusals import GiveUp

logging.getLogger("urllib3").setLevel(logging.INFO)  # below that it logs paths, and typed paths hold secrets

PORTS = frozenset({443, 8443})
MOST_ADDRESSES = 4  # of one name are tried, each with its own time limit
_HERE, _PRIVATE, _LINK = "this machine itself", "a private network", "a link-local address"
_CLOUD, _MULTICAST, _RESERVED = "an inner service of a cloud", "a multicast address", "a reserved address"
# IANA's registries of special addresses, spelled out: Python's own words for them differ between its releases.
_NOT_PUBLIC = tuple(
    (ipaddress.ip_network(network), what)
    for what, networks in {
        _HERE: ["0.0.0.0/8", "127.0.0.0/8", "::/127"],
        _CLOUD: ["168.63.129.16/32", "169.254.169.254/32", "100.100.100.200/32", "192.0.0.192/32", "fd00:ec2::/32"],
        _PRIVATE: ["10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fec0::/10"],
        _LINK: ["169.254.0.0/16", "fe80::/10"],
        _MULTICAST: ["224.0.0.0/4", "ff00::/8"],
        _RESERVED: [
            *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
            *("240.0.0.0/4", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
        ],
    }.items()
    for network in networks
)
_PUBLIC_IPV6 = ipaddress.ip_network("2000::/3")  # all that was ever given out
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_UNFIT = re.compile(r"[\x00-\x20\x7f\\]")  # where parsers of addresses disagree


class NotAllowed(GiveUp):
    """This address may not be called, however often it is tried. The sentence names the remedy."""


def check(url: str) -> str:
    """
    The host of an address that somebody typed. Raises NotAllowed.

    It looks at the address alone, without the network: where the name leads is seen when it is called.
    """
    no_address = NotAllowed("This is no web address: enter a whole one, such as https://hooks.example.com/alerts.")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise no_address from None
    if not host or parts.scheme not in {"http", "https"} or _UNFIT.search(url):
        raise no_address
    if "@" in parts.netloc:
        raise NotAllowed("The address holds a user name or password: leave out what stands before the @.")
    is_tls = parts.scheme == "https"
    _check_place(host, (443 if is_tls else 80) if port is None else port, is_tls=is_tls)
    return host


def is_allowed(host: str, port: int) -> bool:
    """Whether the operator has named this place: `host`, `host:port`, or `*.example.org` for what is below it."""
    host = _plain(host)
    for entry in settings.OUTBOUND_ALLOWED_HOSTS:
        name, _, its_port = entry.rpartition(":") if re.search(r"(\]|^[^:]*):\d+$", entry) else (entry, "", "")
        name = _plain(name)
        if its_port and int(its_port) != port:
            continue
        if host == name or (name.startswith("*.") and host.endswith(name[1:])):
            return True
    return False


@contextlib.contextmanager
def guarded() -> Iterator[list[NotAllowed]]:
    """
    Every connection that urllib3 (so requests, and whoever uses it) opens in this context is guarded, redirects too;
    one that was opened before is not looked at again.

    Yields what was refused, for callers whose library swallows exceptions. A proxy of the environment
    (HTTPS_PROXY) is the operator's own way out and is used: the address is checked all the same, its name as far
    as it can be resolved here, and what the proxy itself resolves is the proxy's to judge. Unencrypted calls
    through a proxy are refused, because nobody could tell where they lead: the host belongs into NO_PROXY.
    """
    HTTPConnectionPool.ConnectionCls, HTTPSConnectionPool.ConnectionCls = _Connection, _TlsConnection
    refusals: list[NotAllowed] = []
    token = _refusals.set(refusals)
    try:
        yield refusals
    finally:
        _refusals.reset(token)


def what_is(address: str) -> str:
    """What an IP address is that is not public, in words; "" for a public one."""
    try:
        one = ipaddress.ip_address(address)
    except ValueError:
        return _RESERVED
    if isinstance(one, ipaddress.IPv6Address):
        one = ipaddress.IPv4Address(int(one) & 0xFFFFFFFF) if one in _NAT64 else one.ipv4_mapped or one
    for network, what in _NOT_PUBLIC:
        if one in network:
            return what
    return "" if one.version == 4 or one in _PUBLIC_IPV6 else _RESERVED


def _check_place(host: str, port: int, *, is_tls: bool) -> None:
    if is_allowed(host, port):
        return
    host = _plain(host)
    if not is_tls:
        raise _not_allowed(host, port, "would be called without encryption (use https://)")
    if port not in PORTS:
        raise _not_allowed(host, port, f"is not at a port that may be called ({', '.join(map(str, sorted(PORTS)))})")
    if _is_address(host):
        _check_addresses(host, port, [host])
    elif "." not in host:
        raise _not_allowed(host, port, "is a name without a dot, as inner networks have them")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _check_addresses(host: str, port: int, addresses: Sequence[str]) -> None:
    """One inner address spoils them all."""
    if not is_allowed(host, port):
        for what in filter(None, map(what_is, addresses)):
            raise _not_allowed(host, port, f"leads to {what}")


def _not_allowed(host: str, port: int, why: str) -> NotAllowed:
    place = f"[{_plain(host)}]" if ":" in host else _plain(host)
    entry = place if port in PORTS else f"{place}:{port}"
    return NotAllowed(f"{place} {why}. If it shall be called, the operator adds {entry} to OUTBOUND_ALLOWED_HOSTS.")


def _addresses(host: str, port: int) -> list[str]:
    """Where a name leads at this moment."""
    try:
        answers = socket.getaddrinfo(host, port, allowed_gai_family(), socket.SOCK_STREAM)
    except UnicodeError:
        raise NotAllowed("The address names no host: check how it is spelled.") from None
    addresses = list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in answers))
    _check_addresses(host, port, addresses)
    return addresses[:MOST_ADDRESSES]


def _plain(host: str) -> str:
    return host.strip("[]").rstrip(".").lower()


_refusals: contextvars.ContextVar[list[NotAllowed] | None] = contextvars.ContextVar("outbound_refusals", default=None)


class _Connection(HTTPConnection):
    """What urllib3 opens: outside of `guarded()` as ever."""

    def _new_conn(self) -> socket.socket:
        refusals = _refusals.get()
        if refusals is None:
            return super()._new_conn()
        try:
            return self._by_proxy() if self.proxy else self._straight()
        except NotAllowed as refusal:
            refusals.append(refusal)
            raise

    def _straight(self) -> socket.socket:
        name, port = self.host, self.port or self.default_port
        _check_place(name, port, is_tls=isinstance(self, HTTPSConnection))
        failed: Exception
        try:
            addresses = _addresses(name, port)
            failed = NewConnectionError(self, "the name leads nowhere")
        except socket.gaierror as error:
            raise NameResolutionError(name, self, error) from None
        try:
            for address in addresses:
                self.host = address  # what was checked is what is connected to; the certificate is that of the name
                try:
                    return super()._new_conn()
                except (NewConnectionError, ConnectTimeoutError) as error:
                    failed = error
        finally:
            self.host = name
        raise failed

    def _by_proxy(self) -> socket.socket:
        if not self._tunnel_host:
            raise NotAllowed("No unencrypted call goes through the proxy: use https://, or put the host into NO_PROXY.")
        port = self._tunnel_port or 443
        _check_place(self._tunnel_host, port, is_tls=True)
        with contextlib.suppress(socket.gaierror):
            _addresses(self._tunnel_host, port)
        return super()._new_conn()


class _TlsConnection(_Connection, HTTPSConnection):
    pass
