"""Addresses of Meta's Graph API, at the version that the installation pins."""

from __future__ import annotations

from django.conf import settings


def graph_url(*parts: str) -> str:
    return "/".join((settings.META_GRAPH_URL, settings.META_GRAPH_VERSION, *parts))
