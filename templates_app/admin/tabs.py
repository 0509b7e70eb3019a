"""The tabs of a template's page: each a title, a file of markup and what it shows."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

from templates_app.models import Template


@dataclasses.dataclass(frozen=True, kw_only=True)
class Tab:
    """`name` stands in the address ("" for the first tab), `markup` is the file that is included."""

    name: str
    title: Any
    markup: str
    context: Callable[[HttpRequest, Template], dict[str, Any]]
