"""What the rooms of alerts have in common: whose a new row is, and that a refusal is told on the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy

from core.console import OwnedAdmin
from core.deeds import Deed
from core.models import Organization
from core.refusals import Refused
from core.switching import organization_here

INSTALLATION = gettext_lazy("The installation")


class AlertRoom(OwnedAdmin):
    """A new row is the organization's in scope; where a superuser sees all of them, the installation's."""

    def asks_whose(self, request: HttpRequest) -> bool:
        return False

    def organization_of(self, form: Any) -> Organization | None:  # type: ignore[override]  # None: the installation's
        return organization_here()

    def page(self, name: str, view: Callable[..., HttpResponse]) -> URLPattern:
        """An address below a row's own."""
        route, meta = name.replace("_", "-"), self.opts
        named = f"{meta.app_label}_{meta.model_name}_{name}"
        address: URLPattern = path(f"<path:object_id>/{route}/", self.admin_site.admin_view(view), name=named)
        return address

    def _carry_out(self, request: HttpRequest, deed: Deed, rows: Sequence[Any], given: Mapping[str, Any]) -> None:
        try:
            super()._carry_out(request, deed, rows, given)
        except Refused as refused:
            self.message_user(request, refused.sentence, messages.ERROR)
