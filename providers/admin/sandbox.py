"""The console's room of the sandbox: let something happen to a sandbox account, and watch how it goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timeuntil
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import display
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminSelectWidget

from core.console import OwnedAdmin
from core.deeds import Deed
from core.models import Role
from core.showing import badge, moment
from core.switching import covers
from providers import sandbox
from providers.adapters.sandbox.scenarios import SCENARIOS, SPEED, Moment
from providers.models import Account, SandboxRun

STATE_COLOURS = {"running": "info", "done": "success", "failed": "danger", "stopped": "default"}
SPEEDS = [
    (SPEED, gettext_lazy("Days within half a minute")),
    (2_000, gettext_lazy("Days within a few minutes")),
    (100, gettext_lazy("A day in a quarter of an hour")),
    (1, gettext_lazy("As in life: days take days")),
]
LISTED = 5  # newest stories on the page of their account
SUBJECTS_MOST = 5  # links beside one step


class Stop(Deed):
    name = "stop"
    verb = gettext_lazy("Stop")

    def fits(self, request: HttpRequest, row: Any) -> bool:
        return self.may(request) and row.state == SandboxRun.State.RUNNING

    def foretell(self, rows: Sequence[Any]) -> list[str]:
        return [_("Nothing more is told. What has happened stays: templates and alerts stand as they are now.")]

    def carry_out(self, request: HttpRequest, rows: Sequence[Any], *, given: Mapping[str, Any]) -> str:
        stopped = sum(sandbox.stop(row) for row in rows)
        return ngettext("%(count)s story stopped.", "%(count)s stories stopped.", stopped) % {"count": stopped}


class _Choice(UnfoldAdminRadioSelectWidget):
    option_template_name = "console/choice.html"


class StoryForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    scenario = forms.ChoiceField(label=gettext_lazy("What is to happen"), widget=_Choice())
    speed = forms.TypedChoiceField(
        label=gettext_lazy("How fast"), coerce=int, choices=SPEEDS, widget=UnfoldAdminSelectWidget()
    )

    class Meta:
        model = SandboxRun
        fields: ClassVar[list[str]] = ["scenario", "speed"]

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        fields: dict[str, Any] = dict(self.fields)
        if "account" in fields:
            fields["account"].queryset = known = sandbox.accounts()
            if len(known) == 1:
                self.initial.setdefault("account", known[0].pk)
        if "scenario" in fields:
            fields["scenario"].choices = [(one.name, _described(one.title, one.promise)) for one in SCENARIOS.values()]


def _described(title: str, promise: str) -> SafeString:
    return format_html('<strong class="text-important">{}</strong><br>{}', title, promise)


@admin.register(SandboxRun)
class SandboxRunAdmin(OwnedAdmin):
    needs = {"view": Role.VIEWER, "add": Role.OPERATOR}
    deeds = (Stop(),)
    form = StoryForm
    list_display = ("title", "account", "state_badge", "told", "started", "started_by")
    list_filter = ("state", "account")
    list_select_related = ("account",)
    change_form_template = "console/story.html"
    add_form_template = "console/story_start.html"
    fieldsets = ((None, {"fields": ["account", "scenario", "speed"]}),)
    empty_title = gettext_lazy("Nothing was let happen yet")
    empty_text = gettext_lazy(
        "A sandbox account needs nobody at Meta: on its page, “Let something happen” lets days go by within a minute."
    )

    def asks_whose(self, request: HttpRequest) -> bool:
        return False  # a story is its account's

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("account")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        asked = form.cleaned_data
        made = sandbox.start(asked["account"], scenario=asked["scenario"], speed=asked["speed"])
        vars(obj).update(vars(made))

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        return HttpResponseRedirect(self.place(str(obj.pk)))

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **named: Any) -> HttpResponse:
        if named.get("obj") is not None:
            context |= _progress(named["obj"])
        else:
            context["title"] = _("Let something happen")
        return super().render_change_form(request, context, **named)

    @display(description=gettext_lazy("what happens"), ordering="scenario")
    def title(self, run: SandboxRun) -> str:
        return sandbox.story_of(run).title

    @display(description=gettext_lazy("state"), ordering="state")
    def state_badge(self, run: SandboxRun) -> SafeString:
        return state_badge(run)

    @display(description=gettext_lazy("told"))
    def told(self, run: SandboxRun) -> str:
        return _("%(step)s of %(steps)s") % {"step": run.step, "steps": run.steps}

    @display(description=gettext_lazy("started"), ordering="id")
    def started(self, run: SandboxRun) -> SafeString:
        return moment(run.started_at)


def state_badge(run: SandboxRun) -> SafeString:
    return badge(run.get_state_display(), STATE_COLOURS[run.state], why=run.trouble)


def address_to_start(request: HttpRequest, account: Account) -> str:
    """Where something is let happen to this account; "" where this person cannot, or it is no sandbox."""
    if not account.is_sandbox or account.is_retired or not covers(request, Role.OPERATOR):
        return ""
    return f"{reverse('admin:providers_sandboxrun_add')}?{urlencode({'account': account.pk})}"


def stories_of(account: Account) -> SafeString:
    """The newest stories that were told to it, with how they ended."""
    runs = account.sandbox_runs.all()[:LISTED]
    rows = [{"run": run, "title": sandbox.story_of(run).title, "badge": state_badge(run)} for run in runs]
    templates = (
        f"{reverse('admin:providers_sandboxtemplate_changelist')}?{urlencode({'account__id__exact': account.pk})}"
    )
    return render_to_string("console/stories.html", {"rows": rows, "templates": templates})


def _progress(run: SandboxRun) -> dict[str, Any]:
    """What the page about a running or finished story shows: the newest step first."""
    story, subjects = sandbox.story_of(run), sandbox.subjects(run)
    steps = [_told(told, subjects) for told in story.moments[: run.step]]
    is_running = run.state == SandboxRun.State.RUNNING
    return {
        "run": run,
        "story": story,
        "steps": steps[::-1],
        "state_badge": state_badge(run),
        "is_running": is_running,
        "next_words": story.moments[run.step].words if is_running else "",
        "left": _in_words(sandbox.time_left(run, at=timezone.now())) if is_running else "",
        "account_place": reverse("admin:providers_account_change", args=[run.account_id]),
    }


def _told(told: Moment, subjects: dict[int, dict[str, str]]) -> dict[str, Any]:
    """One step, with links to some of the templates that it was about."""
    found = [subjects[template.id] for template, _tell in told.tells if template.id in subjects]
    more = max(0, len(found) - SUBJECTS_MOST)
    return {"words": told.words, "subjects": found[:SUBJECTS_MOST], "more": more}


def _in_words(span: timedelta) -> str:
    seconds = round(span.total_seconds())
    if seconds < 60:
        return ngettext("%(count)s second", "%(count)s seconds", seconds) % {"count": seconds}
    now = timezone.now()
    return timeuntil(now + span, now, depth=1)
