"""The console's door: name and password, then the code where there is a second factor; failures make wait."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, auth, messages
from django.contrib.auth.forms import AuthenticationForm as PlainSignIn
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from unfold.forms import AuthenticationForm
from unfold.widgets import UnfoldAdminTextInputWidget

from core import second_factor, second_step, tries
from core.login_notes import name_of, note_login
from core.models import AuditEntry, SecondFactor

Action = AuditEntry.Action


class SignIn(AuthenticationForm):
    """Lets in everybody with an active login: what there is to see, the memberships decide."""

    def confirm_login_allowed(self, user: Any) -> None:
        PlainSignIn.confirm_login_allowed(self, user)  # the admin's own wants Django's staff

    @sensitive_variables()
    def clean(self) -> dict[str, Any]:
        name = self.cleaned_data.get("username", "")
        if not name or not self.cleaned_data.get("password"):
            return dict(super().clean())
        with Judged(self.request, name=name) as judged:
            given: dict[str, Any] = super().clean()
            judged.passed()
        return given


class Judged:
    """
    A try to show who one is, from its count to its audit entry: `passed()`, or it was a failure.

    Raises ValidationError with the sentence to show where the name or the address has to wait.
    """

    def __init__(self, request: HttpRequest, *, name: str, why: str = "") -> None:
        self.name, self.why = name, why
        self.address = tries.address_of(request)
        self.is_right = False

    def __enter__(self) -> Judged:
        try:
            self.attempt = tries.begin(name=self.name, address=self.address)
        except tries.TooManyTries as refused:
            raise forms.ValidationError(refused.sentence, code="too_many_tries") from None
        return self

    def passed(self) -> None:
        self.attempt.passed()
        self.is_right = True

    def __exit__(self, *raised: object) -> None:
        if self.is_right:
            return
        user = auth.get_user_model().objects.filter(username=self.name).first()
        told = ", ".join(part for part in (self.why, came_from(self.address)) if part)
        note_login(Action.SIGN_IN_FAILED, user=user, actor="", detail=told)
        if self.attempt.blocks():
            note_login(Action.SIGN_IN_BLOCKED, user=user, actor="", detail=told)


def came_from(address: str) -> str:
    return f"from {address}" if address else ""


class SignInView(LoginView):
    def form_valid(self, form: Any) -> HttpResponse:
        user, then = form.get_user(), self.get_success_url()
        if second_factor.in_force(user) is None:
            _let_in(self.request, user, factor=None)
            return HttpResponseRedirect(then)
        second_step.begin(self.request, user=user, then=then)
        return redirect("admin:second_step")


class CodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=32,
        widget=UnfoldAdminTextInputWidget(
            attrs={"autofocus": True, "autocomplete": "one-time-code", "inputmode": "numeric", "dir": "ltr"}
        ),
    )


@sensitive_post_parameters()
@never_cache
@csrf_protect
def ask_for_code(request: HttpRequest) -> HttpResponse:
    """The second step. Who did not take the first one, or took it too long ago, is sent there."""
    found = second_step.waiting(request)
    factor = second_factor.factor_of(found[0]) if found else None
    if found is None or factor is None:
        if request.method == "POST":
            messages.warning(request, _("That took too long. Sign in again."))
        return redirect("admin:login")
    user, then = found
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and _is_right(request, form, user=user, factor=factor):
        _let_in(request, user, factor=factor)
        return HttpResponseRedirect(then)
    context = {**admin.site.each_context(request), "title": _("Second step"), "form": form, "who": name_of(user)}
    return TemplateResponse(request, "console/second_step.html", context)


def _is_right(request: HttpRequest, form: CodeForm, *, user: Any, factor: SecondFactor) -> bool:
    try:
        with Judged(request, name=user.get_username(), why="wrong code") as judged:
            if second_factor.takes(factor, code=form.cleaned_data["code"]):
                judged.passed()
    except forms.ValidationError as refused:
        form.add_error(None, refused)
        return False
    if not judged.is_right:
        form.add_error("code", _("This code is wrong, or was used already. Each works once."))
    return judged.is_right


def _let_in(request: HttpRequest, user: Any, *, factor: SecondFactor | None) -> None:
    second_step.finish(request, user=user, factor=factor)
    tries.forgive(name=user.get_username())
    note_login(Action.SIGNED_IN, user=user, actor=name_of(user), detail=came_from(tries.address_of(request)))


def note_signing_out(request: HttpRequest) -> None:
    user: Any = request.user
    if request.method == "POST" and user.is_authenticated:
        note_login(Action.SIGNED_OUT, user=user, actor=name_of(user))
