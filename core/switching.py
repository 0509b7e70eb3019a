"""Where a person stands in the console: the organization and role she works in, and her way to another organization."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_scopes.state import get_scope

from core.fence import everywhere
from core.membership import CHOSEN, memberships
from core.models import Organization, Role

SUPERUSERS = "superusers"
SHOWN = 15  # organizations that the switch offers to superusers at once; the others are in the list


def role_in(request: HttpRequest) -> Role | None:
    """The caller's role in the organization that the console is in (set by the scope middleware)."""
    role: Role | None = getattr(request, "console_role", None)
    return role


def covers(request: HttpRequest, needed: str) -> bool:
    """Whether this person may do what `needed` (a role, or SUPERUSERS) may."""
    user: Any = request.user
    if user.is_superuser:
        return True
    role = role_in(request)
    return needed != SUPERUSERS and role is not None and role.covers(needed)


def organization_here() -> Organization | None:
    """The organization that the console is in; None where a superuser sees all of them."""
    state = get_scope()
    organization: Organization | None = state.get("organization") if state.get("_enabled", True) else None
    return organization


def place_name(request: HttpRequest) -> str:
    """What stands under the product's name: the organization, or that one sees all."""
    organization = organization_here()
    if organization is not None:
        return organization.name
    user: Any = request.user
    return _("All organizations") if user.is_superuser else ""


def choices(request: HttpRequest) -> list[dict[str, Any]]:
    """The entries of the switch; none for who has nowhere else to go."""
    user: Any = request.user
    if user.is_superuser:
        with everywhere():
            known = list(Organization.objects.order_by("name").values_list("name", "slug")[: SHOWN + 1])
        entries = [(_("All organizations"), ""), *known[:SHOWN]]
        more = [_more()] if len(known) > SHOWN else []
    else:
        entries, more = [(one.organization.name, one.organization.slug) for one in memberships(user)], []
    if len(entries) < 2:
        return []
    here = organization_here()
    current = here.slug if here else ""
    return [_entry(name, slug, is_current=slug == current) for name, slug in entries] + more


def _entry(name: str, slug: str, *, is_current: bool) -> dict[str, Any]:
    icon = "check" if is_current else "domain"
    return {
        "title": name,
        "link": reverse("admin:switch_organization"),
        "icon": icon,
        "attrs": {"slug": slug, "is_current": is_current},
    }


def _more() -> dict[str, Any]:
    return {"title": _("More…"), "link": reverse("admin:core_organization_changelist"), "icon": "more_horiz"}


@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Chooses the organization for this session. One that the person does not belong to does not exist for her."""
    slug = request.POST.get("organization", "")
    if not _may_choose(request.user, slug):
        raise Http404
    if slug:
        request.session[CHOSEN] = slug
    else:
        request.session.pop(CHOSEN, None)
    return redirect("admin:index")


def _may_choose(user: Any, slug: str) -> bool:
    if user.is_superuser:
        with everywhere():
            return not slug or Organization.objects.filter(slug=slug).exists()
    return any(one.organization.slug == slug for one in memberships(user))
