"""The console's ground: a site for people with a role, and admin pages that keep to the fence and to roles."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin import AdminSite, SimpleListFilter
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core.paginator import Paginator
from django.db import models
from django.forms import Field
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from simple_history.admin import SimpleHistoryAdmin
from unfold.dataclasses import SearchResult
from unfold.sites import UnfoldAdminSite

from core import audit_page
from core.account import account, set_up
from core.deeds import DeedAdmin
from core.models import Organization, Role
from core.refusals import Refused
from core.signing_in import SignIn, SignInView, ask_for_code, note_signing_out
from core.switching import covers, organization_here, role_in, switch
from core.text import is_storable

FOUND_MOST = 8  # rows of one kind that the palette shows


class Console(UnfoldAdminSite):
    """Open to superusers and to everybody with a membership."""

    def has_permission(self, request: HttpRequest) -> bool:
        user: Any = request.user
        return user.is_active and (user.is_superuser or role_in(request) is not None)

    def extra_urls(self) -> list[URLPattern]:
        return [
            path("organization/", self.admin_view(switch), name="switch_organization"),
            path("login/code/", ask_for_code, name="second_step"),
            path("account/", self.admin_view(account), name="account"),
            path("account/second-factor/", self.admin_view(set_up), name="second_factor"),
            path("audit/", self.admin_view(audit_page.show), name="audit"),
            path("audit/export/", self.admin_view(audit_page.export), name="audit_export"),
        ]

    @method_decorator(never_cache)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Django's own page, with our view behind it."""
        home = reverse("admin:index")
        if request.method == "GET" and self.has_permission(request):
            return HttpResponseRedirect(home)
        context = {
            **self.each_context(request),
            "title": _("Log in"),
            "app_path": request.get_full_path(),
            "username": request.user.get_username(),
            **(extra_context or {}),
        }
        if REDIRECT_FIELD_NAME not in request.GET and REDIRECT_FIELD_NAME not in request.POST:
            context[REDIRECT_FIELD_NAME] = home
        view = SignInView.as_view(
            next_page=home, authentication_form=SignIn, template_name="admin/login.html", extra_context=context
        )
        response: HttpResponse = view(request)  # type: ignore[assignment]  # the stubs know less
        return response

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        note_signing_out(request)
        response: HttpResponse = super().logout(request, extra_context)
        return response

    def search(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The palette: places and rows. Never cached, because who may see what changes with role and organization."""
        started, words = time.monotonic(), request.GET.get("s", "").strip().lower()
        if not words or not is_storable(words):
            return HttpResponse()
        is_palette = "extended" in request.GET
        found = self._search_apps(AdminSite.get_app_list(self, request), words)
        found += self._rows(request, words) if is_palette else []
        results = Paginator(found, 100)
        context = {
            "page_obj": results,
            "results": results.page(1),
            "page_counter": 0,
            "execution_time": time.monotonic() - started,
        }
        template = "unfold/helpers/command_results.html" if is_palette else "unfold/helpers/search_results.html"
        return TemplateResponse(request, template, context, headers={"HX-Trigger": "search"})

    def _rows(self, request: HttpRequest, words: str) -> list[SearchResult]:
        found = []
        for room in reversed(self._registry.values()):  # templates and alerts are looked for most
            if not (isinstance(room, OwnedAdmin) and room.search_fields and room.has_view_permission(request)):
                continue
            rows, _may_repeat = room.get_search_results(request, room.get_queryset(request), words)
            kind = str(room.opts.verbose_name).capitalize()
            shown = [(str(row), room.place(str(row.pk))) for row in rows[:FOUND_MOST]]
            found += [SearchResult(title, kind, address, "arrow_outward") for title, address in shown]
        return found


class OwnedAdmin(DeedAdmin):
    """
    A page about rows of the organization in scope. `needs` names the least role for each kind of access;
    what it does not name is for nobody. `shows` names the kind of subject that alerts and calls link here for.
    """

    needs: ClassVar[dict[str, str]] = {"view": Role.VIEWER}
    shows: ClassVar[str] = ""
    empty_title: ClassVar[Any] = ""
    empty_text: ClassVar[Any] = ""
    list_per_page = 50
    list_fullwidth = True
    list_filter_submit = False
    compressed_fields = True

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        rows: models.QuerySet[Any] = self.model._default_manager.all()
        ordering = self.get_ordering(request)
        return rows.order_by(*ordering) if ordering else rows

    def place(self, subject_id: str) -> str:
        """The address of the page about this row."""
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[subject_id])

    # Who sees several organizations at once sees which row is whose, and says for whom she adds one.

    def get_list_display(self, request: HttpRequest) -> Sequence[Any]:
        columns = list(super().get_list_display(request))
        return [*columns, "organization"] if self._sees_several(request) else columns

    def get_list_filter(self, request: HttpRequest) -> Sequence[Any]:
        filters = list(super().get_list_filter(request))
        return [*filters, "organization"] if self._sees_several(request) else filters

    def get_list_select_related(self, request: HttpRequest) -> Any:
        related = super().get_list_select_related(request)
        return [*(related or []), "organization"] if self.sees_all() else related

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = list(super().get_fieldsets(request, obj))
        if obj is None and self.sees_all() and self.asks_whose(request):
            name, first = fieldsets[0]
            return [(name, {**first, "fields": ["organization", *first["fields"]]}), *fieldsets[1:]]
        return fieldsets

    def asks_whose(self, request: HttpRequest) -> bool:
        """Whether a new row's organization is asked for where none is in scope."""
        return True

    def organization_of(self, form: Any) -> Organization:
        organization: Organization = organization_here() or form.cleaned_data["organization"]
        return organization

    def sees_all(self) -> bool:
        return organization_here() is None and any(field.name == "organization" for field in self.opts.fields)

    def _sees_several(self, request: HttpRequest) -> bool:
        if not hasattr(request, "several_organizations"):  # asked once a request
            request.several_organizations = Organization.objects.order_by().count() > 1  # type: ignore[attr-defined]
        return self.sees_all() and request.several_organizations  # type: ignore[attr-defined]

    # Doors

    def lookup_allowed(self, lookup: str, value: str, request: Any = None) -> bool:
        """Only the filters that the page offers: any other would answer questions about columns that it hides."""
        offered = {_parameter(one) for one in self.get_list_filter(request)}
        is_offered = any(lookup == name or lookup.startswith(f"{name}__") for name in offered)
        return is_offered and bool(super().lookup_allowed(lookup, value, request))

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        self._check_is_there(request, object_id)
        return super().delete_view(request, object_id, extra_context)

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, *given: Any, **named: Any) -> Any:
        if object_id is not None and request.method == "POST":
            self._check_is_there(request, object_id)
        try:
            return super().changeform_view(request, object_id, *given, **named)
        except Refused as refused:
            self.message_user(request, refused.sentence, messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **named: Any) -> HttpResponse:
        context |= {"show_save_and_add_another": False, "show_save_and_continue": False}
        context["show_history"] = isinstance(self, AuditedAdmin)
        return super().render_change_form(request, context, **named)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Only rows with an audit trail have a history (`AuditedAdmin`)."""
        raise Http404

    def _check_is_there(self, request: HttpRequest, object_id: str) -> None:
        """What is behind the fence does not exist: that comes before the question who may do what."""
        if self.get_object(request, object_id) is None:
            raise Http404

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        raise Http404

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **named: Any) -> Field | None:
        """No buttons beside a choice that lead away from the form."""
        field: Field | None = super().formfield_for_dbfield(db_field, request, **named)
        for leads_away in ("can_add_related", "can_change_related", "can_delete_related", "can_view_related"):
            if field is not None and hasattr(field.widget, leads_away):
                setattr(field.widget, leads_away, False)
        return field

    # Roles

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request, "view")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "view")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may(request, "add")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "change")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "delete")

    def _may(self, request: HttpRequest, what: str) -> bool:
        needed = self.needs.get(what)
        return needed is not None and covers(request, needed)


class AuditedAdmin(SimpleHistoryAdmin, OwnedAdmin):
    """An `OwnedAdmin` whose rows have an audit trail, one click away. It is for reading: no way leads back in it."""

    object_history_list_template = "console/audit_trail.html"

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        if self.get_object(request, object_id) is None:
            raise Http404
        response: HttpResponse = super().history_view(request, object_id, extra_context)
        return response

    def history_form_view(self, request: HttpRequest, *given: Any, **named: Any) -> HttpResponse:
        """The library's page takes a POST that writes the old row back, whoever sends it."""
        raise Http404


def _parameter(offered: Any) -> str:
    """The name that a list filter has in the address."""
    if isinstance(offered, type) and issubclass(offered, SimpleListFilter):
        return str(offered.parameter_name)
    return str(offered[0] if isinstance(offered, tuple | list) else offered)
