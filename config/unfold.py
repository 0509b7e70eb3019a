"""How the console's theme is set up: names, colours, and which of our functions it asks for places and labels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static

# What our style sheets are about, in the order in which they hold.
SUBJECTS = (
    "base",
    "lists",
    "timeline",
    "phone",
    "template",
    "versions",
    "writing",
    "quality",
    "alerts",
    "front_page",
    "sign_in",
    "reach",
    "theme",
)


def _ours(file: str) -> Callable[[HttpRequest], str]:
    """Asked when a page is drawn: only then are the names known under which static files are served."""
    return lambda request: static(f"console/{file}")


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Heliograph",
    "SITE_HEADER": "Heliograph",
    "SITE_SUBHEADER": "core.switching.place_name",
    "SITE_DROPDOWN": "core.switching.choices",
    "SITE_SYMBOL": "flare",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": _ours("sign.svg")}],
    "SITE_URL": None,
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "ENVIRONMENT": "config.places.environment",
    "DASHBOARD_CALLBACK": "config.front_page.fill",
    "STYLES": [_ours(f"{subject}.css") for subject in SUBJECTS],
    "SCRIPTS": [_ours("console.js")],
    "SIDEBAR": {
        "show_search": "config.places.has_palette",
        "command_search": True,
        "navigation": "config.places.places",
    },
    "BORDER_RADIUS": "6px",
    "COLORS": {
        "primary": {
            "50": "oklch(96.9% .016 293.756)",
            "100": "oklch(94.3% .029 294.588)",
            "200": "oklch(89.4% .057 293.283)",
            "300": "oklch(81.1% .111 293.571)",
            "400": "oklch(74% .15 290)",
            "500": "oklch(70% .17 288)",
            "600": "oklch(49.1% .2 283)",
            "700": "oklch(43.2% .19 283)",
            "800": "oklch(38% .16 283)",
            "900": "oklch(33% .13 283)",
            "950": "oklch(24% .1 283)",
        },
    },
}
