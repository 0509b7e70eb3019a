"""The console's rooms of what is exchanged with providers: what was asked about templates, and comparisons."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget

from core.console import OwnedAdmin
from core.context import current_actor
from core.models import Role
from core.showing import NOTHING, badge, link, moment
from templates_app import sync
from templates_app.admin.submission import STATE_COLOURS
from templates_app.models import Submission, SyncRun

CUT = 120  # characters of an answer in the list; its page shows all


@admin.register(Submission)
class SubmissionAdmin(OwnedAdmin):
    list_display = ("what", "about", "state_badge", "answer", "actor", "asked")
    list_filter = ("state", "kind", "template__account")
    list_select_related = ("template", "version")
    search_fields = ("template__name", "=code")
    search_help_text = gettext_lazy("Name of the template, or Meta's code")
    change_form_template = "console/submission.html"
    empty_title = gettext_lazy("Nothing was asked of Meta yet")
    empty_text = gettext_lazy(
        "Choose Submit on the page of a template: what is asked of Meta stands here, with what it answers."
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("template", "version")

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **named: Any) -> HttpResponse:
        row = named["obj"]
        context |= {
            "row": row,
            "title": _("Asked of Meta"),
            "state": state_badge(row),
            "is_waiting": row.state == Submission.State.WAITING,
            "template_place": reverse("admin:templates_app_template_change", args=[row.template_id]),
        }
        return super().render_change_form(request, context, **named)

    @display(description=gettext_lazy("what"), ordering="kind")
    def what(self, row: Submission) -> str:
        return f"{row.get_kind_display()} v{row.version.number}" if row.version else row.get_kind_display()

    @display(description=gettext_lazy("template"), ordering="template__name")
    def about(self, row: Submission) -> SafeString:
        return link(row.template, reverse("admin:templates_app_template_change", args=[row.template_id]))

    @display(description=gettext_lazy("state"), ordering="state")
    def state_badge(self, row: Submission) -> SafeString:
        return state_badge(row)

    @display(description=gettext_lazy("answer"))
    def answer(self, row: Submission) -> str:
        said = row.detail or row.trouble
        return f"{said[:CUT]}…" if len(said) > CUT else said or NOTHING

    @display(description=gettext_lazy("asked"), ordering="created_at")
    def asked(self, row: Submission) -> SafeString:
        return moment(row.created_at)


class SyncForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    account: Any = forms.ModelChoiceField(
        label=gettext_lazy("Account"), queryset=None, widget=UnfoldAdminSelectWidget()
    )

    class Meta:
        model = SyncRun
        fields: ClassVar[list[str]] = ["account"]

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        fields: dict[str, Any] = dict(self.fields)
        if "account" in fields:
            known = sync.accounts()
            fields["account"].queryset = sync.in_use().filter(pk__in=[account.pk for account in known])
            if len(known) == 1:
                self.initial.setdefault("account", known[0].pk)


@admin.register(SyncRun)
class SyncRunAdmin(OwnedAdmin):
    needs = {"view": Role.VIEWER, "add": Role.OPERATOR}
    form = SyncForm
    list_display = ("begun", "account", "state_badge", "seen", "created", "updated", "missing", "wrong", "actor")
    list_filter = ("state", "account")
    list_select_related = ("account",)
    change_form_template = "console/sync_run.html"
    add_form_template = "admin/change_form.html"
    fieldsets = ((None, {"fields": ["account"]}),)
    empty_title = gettext_lazy("Nothing was compared yet")
    empty_text = gettext_lazy(
        "Every account is compared with what Meta has every six hours, and every 15 minutes while a template is in "
        "review."
    )

    def asks_whose(self, request: HttpRequest) -> bool:
        return False  # a sync is its account's

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("account")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        run = sync.ask_for(form.cleaned_data["account"], actor=current_actor())
        vars(obj).update(vars(run))

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        return HttpResponseRedirect(self.place(str(obj.pk)))

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **named: Any) -> HttpResponse:
        run = named.get("obj")
        context["title"] = _("Sync templates") if run is None else _("Sync of %(account)s") % {"account": run.account}
        if run is not None:
            context |= {"run": run, "state": state_badge(run), "is_waiting": run.state == SyncRun.State.WAITING}
            context["account_place"] = reverse("admin:providers_account_change", args=[run.account_id])
        return super().render_change_form(request, context, **named)

    @display(description=gettext_lazy("asked"), ordering="created_at")
    def begun(self, run: SyncRun) -> SafeString:
        return moment(run.created_at)

    @display(description=gettext_lazy("state"), ordering="state")
    def state_badge(self, run: SyncRun) -> SafeString:
        return state_badge(run)

    @display(description=gettext_lazy("errors"))
    def wrong(self, run: SyncRun) -> int:
        return len(run.errors)


def state_badge(row: Submission | SyncRun) -> SafeString:
    return badge(row.get_state_display(), STATE_COLOURS.get(row.state, "default"), why=row.trouble)
