"""
Deeds: what a person does to rows in the console, to many from the list or to one from its own page.

Each is confirmed on a page that says what will happen to how many. A button is only shown to who may press it,
and the server asks again.
"""

from __future__ import annotations

import abc
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.contrib.admin import helpers
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextareaWidget

from core.models import Role
from core.switching import covers

MOST = 500  # rows that one confirmation may name


class NoteForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("Kept in the history with your name."),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3, "autofocus": True}),
    )


class Deed(abc.ABC):
    """One verb. `fits` says which rows it can be done to by this person; the others are left as they are."""

    name: ClassVar[str]
    verb: ClassVar[Any]
    needs: ClassVar[str] = Role.OPERATOR
    asks: ClassVar[type[forms.Form]] = forms.Form  # what the page of confirmation asks for
    is_final: ClassVar[bool] = False

    def may(self, request: HttpRequest) -> bool:
        return covers(request, self.needs)

    def fits(self, request: HttpRequest, row: Any) -> bool:
        return self.may(request)

    @abc.abstractmethod
    def foretell(self, rows: Sequence[Any]) -> list[str]:
        """What will happen, in sentences."""

    @abc.abstractmethod
    def carry_out(self, request: HttpRequest, rows: Sequence[Any], *, given: Mapping[str, Any]) -> str:
        """Does it with what was given to the form, and says so."""


class DeedAdmin(ModelAdmin):
    """Gives a page its deeds: bulk actions of the list, and an address and a button for a single row."""

    deeds: ClassVar[Sequence[Deed]] = ()
    actions_selection_counter = True

    def get_urls(self) -> list[URLPattern]:
        meta = self.opts
        own = [
            path(
                f"<path:object_id>/{deed.name}/",
                self.admin_site.admin_view(self._page_of(deed)),
                name=f"{meta.app_label}_{meta.model_name}_{deed.name}",
            )
            for deed in self.deeds
        ]
        return own + list(super().get_urls())

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions: dict[str, Any] = super().get_actions(request)
        for deed in self.deeds:
            if deed.may(request):
                actions[deed.name] = (self._action_of(deed), deed.name, deed.verb)
        return actions

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **named: Any) -> HttpResponse:
        context["deeds"] = self.buttons(request, named.get("obj"))
        response: HttpResponse = super().render_change_form(request, context, **named)
        return response

    def buttons(self, request: HttpRequest, row: Any) -> list[dict[str, Any]]:
        """The deeds that this person can do to this row now."""
        return [
            {"verb": deed.verb, "address": self.address_of(deed, row), "is_final": deed.is_final}
            for deed in self.deeds
            if row is not None and deed.fits(request, row)
        ]

    def address_of(self, deed: Deed, row: Any) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{deed.name}", args=[row.pk])

    def _page_of(self, deed: Deed) -> Callable[..., HttpResponse]:
        def page(request: HttpRequest, object_id: str) -> HttpResponse:
            row = self.get_object(request, object_id)
            if row is None or not self.has_view_permission(request, row):
                raise Http404
            if not deed.may(request):
                raise PermissionDenied
            back = self._back(request, row)
            form = deed.asks(request.POST if request.method == "POST" else None)
            if not deed.fits(request, row):
                self.message_user(request, _("There is nothing to do here any more."), messages.WARNING)
                return HttpResponseRedirect(back)
            if request.method == "POST" and form.is_valid():
                self._carry_out(request, deed, [row], form.cleaned_data)
                return HttpResponseRedirect(back if self.get_object(request, object_id) else self._list())
            return self._confirm(request, deed, [row], form=form, back=back)

        return page

    def _action_of(self, deed: Deed) -> Callable[..., HttpResponse | None]:
        def action(room: DeedAdmin, request: HttpRequest, queryset: models.QuerySet[Any]) -> HttpResponse | None:
            chosen = list(queryset[: MOST + 1])
            rows = [row for row in chosen if deed.fits(request, row)]
            if len(chosen) > MOST:
                self.message_user(request, _("Choose at most %(most)s at a time.") % {"most": MOST}, messages.WARNING)
                return None
            if not rows:
                self.message_user(request, _("None of these needs that, or you may not do it."), messages.WARNING)
                return None
            is_confirmed = "confirmed" in request.POST
            form = deed.asks(request.POST if is_confirmed else None)
            if is_confirmed and form.is_valid():
                self._carry_out(request, deed, rows, form.cleaned_data)
                return None
            left = len(chosen) - len(rows)
            return self._confirm(request, deed, rows, form=form, left=left, back=request.get_full_path())

        return action

    def _carry_out(self, request: HttpRequest, deed: Deed, rows: Sequence[Any], given: Mapping[str, Any]) -> None:
        self.message_user(request, deed.carry_out(request, rows, given=given), messages.SUCCESS)

    def _confirm(
        self,
        request: HttpRequest,
        deed: Deed,
        rows: Sequence[Any],
        *,
        form: forms.Form,
        back: str,
        left: int = 0,
    ) -> HttpResponse:
        sentences = deed.foretell(rows)
        if left:
            stays = ngettext(
                "%(left)s of those chosen stays as it is.", "%(left)s of those chosen stay as they are.", left
            )
            sentences = [*sentences, stays % {"left": left}]
        context = {
            **self.admin_site.each_context(request),
            "title": deed.verb,
            "opts": self.opts,
            "deed": deed,
            "rows": rows,
            "sentences": sentences,
            "form": form,
            "back": back,
            "next": request.GET.get("next", ""),
            "checkbox": helpers.ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "console/confirm.html", context)

    def _back(self, request: HttpRequest, row: Any) -> str:
        wanted = request.POST.get("next") or request.GET.get("next") or ""
        if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
            return wanted
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[row.pk])

    def _list(self) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
