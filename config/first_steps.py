"""What a new organization does first. Each step ticks itself as soon as it is true."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from alerts.models import Destination
from config.places import list_of, may_see
from core.models import Membership, Role
from core.second_factor import factor_of
from core.switching import covers, organization_here
from providers.models import Account

Step = dict[str, Any]


def first_steps(request: HttpRequest) -> list[Step]:
    """Until the first webhook of an account came. Who may not do a step sees it without the way there."""
    return [_connect(request), _test_call(), _destination(request), _colleagues(request), _second_factor(request)]


def _connect(request: HttpRequest) -> Step:
    add = reverse("admin:providers_account_add")
    is_able = covers(request, Role.ORG_ADMIN)
    return {
        "title": _("Connect an account"),
        "text": _("Give the id of your WhatsApp Business Account, and a token if Heliograph is to ask Meta itself."),
        "address": add if is_able else "",
        "other": (_("No account yet? Try it with a sandbox account"), f"{add}?provider=sandbox") if is_able else None,
        "done": Account.objects.order_by().exists(),
    }


def _test_call() -> Step:
    return {
        "title": _("Send a test call"),
        "text": _("Enter this callback URL at Meta and choose Test beside a template field:"),
        "code": f"{settings.PUBLIC_URL}{reverse('installation-door')}",
        "done": False,
    }


def _destination(request: HttpRequest) -> Step:
    is_able = may_see(request, Destination) and covers(request, Role.ORG_ADMIN)
    return {
        "title": _("Say who is told of alerts"),
        "text": _("A Slack channel, a mailbox, your own pager. Without one, admins get alerts by e-mail."),
        "address": reverse("admin:alerts_destination_add") if is_able else "",
        "done": Destination.objects.filter(is_enabled=True).order_by().exists(),
    }


def _colleagues(request: HttpRequest) -> Step:
    members = Membership.objects.order_by().count() if organization_here() else 0
    return {
        "title": _("Bring in your colleagues"),
        "text": _("Everybody who answers for templates gets a login and a role."),
        "address": list_of(Membership) if covers(request, Role.ORG_ADMIN) else "",
        "done": members > 1,
    }


def _second_factor(request: HttpRequest) -> Step:
    return {
        "title": _("Set up your second factor"),
        "text": _("Then a stolen password alone opens nothing."),
        "address": reverse("admin:account"),
        "done": factor_of(request.user) is not None,
    }
