"""Every place of the console that a person is led to, found by following the links from its front page."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from urllib.parse import urljoin, urlsplit

import requests

FRONT_PAGE = "/admin/"
# Led to by sandbox accounts only, and those are not the first of their list.
SANDBOX = ["/admin/providers/sandboxrun/", "/admin/providers/sandboxtemplate/"]
_LINK = re.compile(r'<a[^>]*?\shref="([^"]+)"')
_ID = re.compile(r"/(?:[0-9a-f]{8}-[0-9a-f-]{27}|\d+)(?=/)")
_OTHER_PAGES = re.compile(r"^(tab|kind)=")  # the rest of a query only filters or sorts
_ALIKE = re.compile(r"^/admin/\w+/\w+/…/(?!change/)(\w+)/")  # one page for all kinds of rows
_APART = re.compile(
    r"/(body|export|logout)/"  # files, and the way out
    r"|/django_celery_beat/(?!periodictask/)"  # the parts of a schedule: one of their kind is enough
)


def places(person: requests.Session, *, address: str) -> dict[str, tuple[str, int]]:
    """One address of each shape, with what it answers: a list, a row of it, what can be done to that row, and so on."""
    found: dict[str, tuple[str, int]] = {}
    waiting = [FRONT_PAGE, *SANDBOX]
    while waiting:
        place = waiting.pop(0)
        if (shape := shape_of(place)) in found or _APART.search(shape):
            continue
        answer = person.get(address + place, timeout=30)
        found[shape] = place, answer.status_code
        waiting += links(answer.text, of=place)
    return found


def links(page: str, *, of: str) -> Iterable[str]:
    leads = (urljoin(of, html.unescape(link)) for link in _LINK.findall(page))
    return [lead for lead in leads if urlsplit(lead).path.startswith(FRONT_PAGE)]


def shape_of(place: str) -> str:
    """The same for all rows of a kind."""
    parts = urlsplit(place)
    path = _ALIKE.sub(r"…/\1/", _ID.sub("/…", parts.path))
    return "?".join([path, *(part for part in parts.query.split("&") if _OTHER_PAGES.match(part))])
