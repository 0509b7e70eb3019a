"""The form of an account: credentials go in and never come out, and only the names that its provider has."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminPasswordWidget, UnfoldAdminSelectWidget

from core.fence import everywhere
from providers.adapters import provider_names
from providers.models import Account
from providers.serializers import CREDENTIALS

TITLES = {"meta": "Meta", "twilio": "Twilio", "myoperator": "MyOperator", "sandbox": gettext_lazy("Sandbox")}
SECRETS: dict[str, tuple[Any, Any]] = {
    "access_token": (
        gettext_lazy("Access token"),
        gettext_lazy("Lets Heliograph ask Meta itself. Webhooks come without it."),
    ),
    "app_secret": (
        gettext_lazy("App secret"),
        gettext_lazy("Only for an app of its own at the address below; several, while rotating, with commas between."),
    ),
    "verify_token": (gettext_lazy("Verify token"), gettext_lazy("What you enter beside that address at Meta.")),
    "auth_token": (gettext_lazy("Auth token"), ""),
    "api_key": (gettext_lazy("API key"), ""),
    "api_secret": (gettext_lazy("API secret"), ""),
    "account_id": (gettext_lazy("Account id"), ""),
}


def secret_names(provider: str) -> dict[str, str]:
    """The form's fields for this provider's credentials: name of the field → name of the credential."""
    return {f"{provider}_{name}": name for name in SECRETS if name in CREDENTIALS.get(provider, set())}


def providers_here() -> list[tuple[str, Any]]:
    return [(name, TITLES.get(name, name)) for name in provider_names()]


def _secret_field(name: str) -> forms.CharField:
    label, hint = SECRETS[name]
    widget = UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password", "spellcheck": "false"})
    return forms.CharField(label=label, help_text=hint, required=False, max_length=2000, widget=widget)


class _AccountForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    provider = forms.ChoiceField(label=gettext_lazy("Provider"), widget=UnfoldAdminSelectWidget())
    forget = forms.MultipleChoiceField(
        label=gettext_lazy("Forget"),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        help_text=gettext_lazy("Credentials that are kept now and are to be removed."),
    )

    class Meta:
        model = Account
        fields: ClassVar[list[str]] = ["provider", "name", "external_id", "window_policy", "on_unknown"]
        labels: ClassVar[dict[str, Any]] = {
            "window_policy": gettext_lazy("24-hour window"),
            "on_unknown": gettext_lazy("Unknown outcomes"),
        }
        help_texts: ClassVar[dict[str, Any]] = {
            "external_id": gettext_lazy(
                "At Meta: the id of the WhatsApp Business Account. It is fixed from now on. A sandbox needs none."
            ),
            "window_policy": gettext_lazy("Who says whether a free text may still be sent to a customer."),
            "on_unknown": gettext_lazy("What to do when no answer came to something that was sent."),
        }

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        if self.instance._state.adding:
            self.fields["provider"].choices = providers_here()  # type: ignore[attr-defined]  # a ChoiceField
            self.fields["external_id"].required = False  # `clean` asks for it
            self._offer_the_usual()
            del self.fields["forget"]
        else:
            del self.fields["provider"]
            self._say_what_is_kept(self.instance.credentials or {})

    def _offer_the_usual(self) -> None:
        """How an account behaves is its provider's matter, unless somebody says otherwise."""
        for name in ("window_policy", "on_unknown"):
            field: Any = self.fields[name]
            field.required, field.initial = False, ""
            self.initial.pop(name, None)
            field.choices = [("", _("As usual for the provider")), *(one for one in field.choices if one[0])]

    def _say_what_is_kept(self, kept: dict[str, Any]) -> None:
        for field, name in secret_names(self.instance.provider).items():
            if kept.get(name):
                self.fields[field].widget.attrs["placeholder"] = _("Kept. Leave empty to keep it.")
        names = secret_names(self.instance.provider).values()
        choices = [(name, SECRETS[name][0]) for name in names if kept.get(name)]
        self.fields["forget"].choices = choices  # type: ignore[attr-defined]  # a MultipleChoiceField

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        is_new, provider = self.instance._state.adding, given.get("provider")
        if is_new and provider != "sandbox" and not given.get("external_id"):
            self.add_error("external_id", self.fields["external_id"].error_messages["required"])
        elif is_new and _is_taken(provider, given.get("external_id")):
            self.add_error(
                "external_id",
                _("This id is already connected to this installation. Ask its operator if that is not you."),
            )
        return given

    def _get_validation_exclusions(self) -> set[str]:
        """That an id is taken once, `clean` asks for the whole installation; the model would ask inside the fence."""
        return set(super()._get_validation_exclusions()) | {"provider"}  # type: ignore[misc]  # unknown to the stubs

    def credentials(self) -> dict[str, str | None]:
        """What was typed in, and None for what is to be forgotten."""
        provider = self.cleaned_data.get("provider") or self.instance.provider
        typed = {name: self.cleaned_data.get(field, "") for field, name in secret_names(provider).items()}
        forgotten: dict[str, str | None] = dict.fromkeys(self.cleaned_data.get("forget", []))
        return forgotten | {name: value for name, value in typed.items() if value}


def _is_taken(provider: object, external_id: object) -> bool:
    with everywhere():
        return bool(Account.objects.filter(provider=provider, external_id=external_id).exists())


AccountForm = type(
    "AccountForm",
    (_AccountForm,),
    {field: _secret_field(name) for provider in CREDENTIALS for field, name in secret_names(provider).items()},
)
