"""My account: what a person sees and changes of her own login, which is above all her second factor."""

from __future__ import annotations

from typing import Any

import segno
from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from unfold.widgets import UnfoldAdminPasswordWidget

from core import second_factor, second_step
from core.login_notes import name_of
from core.membership import memberships
from core.models import SecondFactor
from core.refusals import Refused
from core.signing_in import CodeForm, Judged


class ProofForm(forms.Form):
    """Shows once more who sits here: a code, a backup code or the password."""

    proof = forms.CharField(
        label=gettext_lazy("Your password, or a code of your app"),
        max_length=128,
        strip=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, request: HttpRequest, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.request = request

    @sensitive_variables()
    def clean_proof(self) -> str:
        proof: str = self.cleaned_data["proof"]
        user: Any = self.request.user
        with Judged(self.request, name=user.get_username(), why="while signed in") as judged:
            factor = second_factor.factor_of(user)
            if user.check_password(proof) or (factor is not None and second_factor.takes(factor, code=proof)):
                judged.passed()
        if not judged.is_right:
            raise forms.ValidationError(_("Neither your password nor a code that still works."))
        return proof


@sensitive_post_parameters()
def account(request: HttpRequest) -> HttpResponse:
    """The page, and what is done on it: start the second factor, renew its backup codes, remove it."""
    factor = second_factor.factor_of(request.user)
    wanted = request.POST.get("do") if request.method == "POST" else None
    forms_here = {name: ProofForm(request, request.POST if wanted == name else None) for name in ("renew", "remove")}
    if wanted == "start":
        return _start(request)
    if wanted in forms_here and factor is not None and forms_here[wanted].is_valid():
        return _renew(request, factor) if wanted == "renew" else _remove(request)
    context = {
        "title": _("My account"),
        "who": name_of(request.user),
        "memberships": memberships(request.user),
        "factor": factor,
        "codes_left": factor.backup_codes.count() if factor else 0,
        "is_starting": second_factor.started_by(request.user) is not None,
        **forms_here,
    }
    return _page(request, "console/account.html", context)


def _start(request: HttpRequest) -> HttpResponse:
    try:
        second_factor.start(request.user)
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect("admin:account")
    return redirect("admin:second_factor")


def _renew(request: HttpRequest, factor: SecondFactor) -> HttpResponse:
    return _show_codes(request, second_factor.renew_backup_codes(factor))


def _remove(request: HttpRequest) -> HttpResponse:
    second_factor.remove(request.user, actor=name_of(request.user))
    messages.success(request, _("Your second factor is removed. Your password alone signs you in."))
    return redirect("admin:account")


def set_up(request: HttpRequest) -> HttpResponse:
    """The QR code, and a first code that proves it arrived: until then nothing depends on it."""
    factor = second_factor.started_by(request.user)
    if factor is None:
        return redirect("admin:account")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        codes = second_factor.confirm(factor, code=form.cleaned_data["code"])
        if codes is not None:
            second_step.shown(request, factor)
            return _show_codes(request, codes)
        form.add_error("code", _("This is not the code of now. Is the time on your phone right?"))
    secret = factor.secret
    context = {
        "title": _("Set up your second factor"),
        "qr": _qr(second_factor.address_for_app(factor)),
        "secret": " ".join(secret[place : place + 4] for place in range(0, len(secret), 4)),
        "form": form,
    }
    return _page(request, "console/second_factor.html", context)


def _show_codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    """On this page and never again: neither the session nor a log has them."""
    return _page(request, "console/backup_codes.html", {"title": _("Keep these codes"), "codes": codes})


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    return TemplateResponse(request, template, {**admin.site.each_context(request), **context})


def _qr(text: str) -> SafeString:
    """Drawn here, dark on light in both themes: cameras want it so."""
    drawn = segno.make(text, error="m", micro=False)
    return SafeString(drawn.svg_inline(border=4, dark="#000", light="#fff", omitsize=True))
