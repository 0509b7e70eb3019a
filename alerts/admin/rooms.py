"""What the rooms of alerts have in common: whose a new row is, and that a refusal is told on the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.console import OwnedAdmin
from core.deeds import Deed
from core.models import Organization
from core.refusals import Refused
from core.switching import SHOWN, organization_here

WHOSE = "whose"
INSTALLATION = gettext_lazy("The installation")


class AlertRoom(OwnedAdmin):
    """
    A new row is the organization's in scope; a superuser who sees all of them says first whose it is, for what the
    form offers depends on it (`whose` in the address: an organization's slug, or "" for the installation).
    """

    def asks_whose(self, request: HttpRequest) -> bool:
        return False

    def organization_of(self, form: Any) -> Organization | None:  # type: ignore[override]  # None: the installation's
        organization: Organization | None = form.organization
        return organization

    def organization_for(self, request: HttpRequest, row: Any = None) -> Organization | None:
        """Whose the row is, or the new one will be; None: the installation's."""
        if row is not None:
            organization: Organization | None = row.organization
            return organization
        return organization_here() or Organization.objects.filter(slug=request.GET.get(WHOSE, "")).first()

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if self.has_add_permission(request) and not self._knows_whose(request):
            return TemplateResponse(request, "console/whose.html", self._whose_page(request))
        response: HttpResponse = super().add_view(request, form_url, extra_context)
        return response

    def _knows_whose(self, request: HttpRequest) -> bool:
        asked = request.GET.get(WHOSE)
        is_said = asked == "" or (asked is not None and self.organization_for(request) is not None)
        return organization_here() is not None or is_said

    def _whose_page(self, request: HttpRequest) -> dict[str, Any]:
        known = list(Organization.objects.order_by("name").values_list("slug", "name")[: SHOWN + 1])
        kept = request.GET.copy()
        kept.pop(WHOSE, None)
        offered = [(slug, name, "domain") for slug, name in known[:SHOWN]] + [("", INSTALLATION, "dns")]
        return {
            **self.admin_site.each_context(request),
            "title": _("Whose alerts?"),
            "opts": self.opts,
            "more": len(known) > SHOWN,
            "offered": [
                {"name": name, "icon": icon, "place": f"?{urlencode({**kept.dict(), WHOSE: slug})}"}
                for slug, name, icon in offered
            ],
        }

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
