"""My notifications: what the person who is signed in wants to be told of this organization's alerts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldBooleanSwitchWidget

from alerts import preferences
from alerts.admin.fields import severity_field
from alerts.preferences import Wanted
from core.models import Membership
from core.switching import organization_here, place_name, role_in


class WantedForm(forms.Form):
    email_minimum_severity = severity_field(
        label=gettext_lazy("By e-mail"),
        nothing=gettext_lazy("Nothing by e-mail"),
        help_text=gettext_lazy("What you were told of, you are also told when it is over."),
    )
    email_digest = forms.BooleanField(
        label=gettext_lazy("Collect e-mails for an hour"),
        required=False,
        widget=UnfoldBooleanSwitchWidget(),
        help_text=gettext_lazy("What comes within an hour is one e-mail. CRITICAL alerts are never held back."),
    )
    in_app_minimum_severity = severity_field(
        label=gettext_lazy("In the console"),
        nothing=gettext_lazy("Nothing in the console"),
        help_text=gettext_lazy("What appears on the page you are looking at. The list of alerts always shows all."),
    )


def page(request: HttpRequest) -> HttpResponse:
    organization, user = organization_here(), request.user
    role: Any = role_in(request)
    held = preferences.wanted(user=user, organization=organization, role=role)
    form = WantedForm(request.POST if request.method == "POST" else None, initial=vars(held))
    if request.method == "POST" and form.is_valid():
        preferences.want(user=user, organization=organization, wanted=Wanted(**form.cleaned_data))
        messages.success(request, _("Saved. From now on you are told as you wish."))
        return redirect("admin:my_notifications")
    is_told = organization is None or Membership.objects.filter(user=user).exists()
    context = {
        **admin.site.each_context(request),
        "title": _("My notifications"),
        "form": form,
        "place": place_name(request) if organization else _("the installation"),
        "email": getattr(user, "email", ""),
        "is_told": is_told,
    }
    return TemplateResponse(request, "console/preferences.html", context)
