"""
Writing a template in the console: the form, beside it the message as a phone shows it and what the preflight says,
both anew while somebody types; and retiring one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.context import current_actor
from core.deeds import Deed, DeedAdmin
from core.models import Role
from core.refusals import Refused
from core.switching import covers
from templates_app import writing
from templates_app.admin.draft import wanted_examples
from templates_app.admin.preview import preview
from templates_app.admin.writing_form import WritingForm, examples_in, initial_of
from templates_app.content import Content
from templates_app.models import Template, TemplateVersion
from templates_app.preflight import Finding, is_ok
from templates_app.preflight.languages import LANGUAGES

SEVERITY_LOOKS = {
    "error": ("block", "bad", gettext_lazy("Refused")),
    "warning": ("warning", "warn", gettext_lazy("Risk")),
    "hint": ("lightbulb", "quiet", gettext_lazy("Hint")),
}
CHANGED = ("name", "language", "category")


class Retire(Deed):
    name = "retire"
    verb = gettext_lazy("Retire")
    needs = Role.ORG_ADMIN

    def fits(self, request: HttpRequest, row: Any) -> bool:
        return self.may(request) and not row.is_retired

    def foretell(self, rows: Sequence[Any]) -> list[str]:
        told = ngettext(
            "%(count)s template leaves the lists, and its alerts are resolved.",
            "%(count)s templates leave the lists, and their alerts are resolved.",
            len(rows),
        )
        return [
            told % {"count": len(rows)},
            _("Nothing changes at Meta: it is still there, can be sent, and counts as a template."),
            _("It can be brought back at any time."),
        ]

    def carry_out(self, request: HttpRequest, rows: Sequence[Any], *, given: Mapping[str, Any]) -> str:
        for row in rows:
            writing.retire(row)
        return ngettext("%(count)s template retired.", "%(count)s templates retired.", len(rows)) % {"count": len(rows)}


class BringBack(Deed):
    name = "bring_back"
    verb = gettext_lazy("Bring back")
    needs = Role.ORG_ADMIN

    def fits(self, request: HttpRequest, row: Any) -> bool:
        return self.may(request) and row.is_retired

    def foretell(self, rows: Sequence[Any]) -> list[str]:
        return [_("It is in the lists again, and what is wrong with it alerts again.")]

    def carry_out(self, request: HttpRequest, rows: Sequence[Any], *, given: Mapping[str, Any]) -> str:
        for row in rows:
            writing.bring_back(row)
        told = ngettext("%(count)s template is back.", "%(count)s templates are back.", len(rows))
        return told % {"count": len(rows)}


DEEDS: tuple[Deed, ...] = (Retire(), BringBack())


class WritingRoom(DeedAdmin):
    """The part of a room of templates in which they are written."""

    writes: ClassVar[str] = Role.OPERATOR

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("look/", wrap(self._look), name="templates_app_template_look"),
            path("<path:object_id>/write/", wrap(self.write), name="templates_app_template_write"),
        ]
        return own + list(super().get_urls())

    def write_place(self, request: HttpRequest, template: Template) -> str:
        """The address at which it is changed; "" where this person may not."""
        may = covers(request, self.writes) and not template.is_retired
        return reverse("admin:templates_app_template_write", args=[template.pk]) if may else ""

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        return self.write(request)

    def write(self, request: HttpRequest, object_id: str | None = None) -> HttpResponse:
        template = self._known(request, object_id)
        data = request.POST if request.method == "POST" else None
        form = WritingForm(data, template=template, initial=initial_of(template) if template else None)
        if data is not None and form.is_valid():
            try:
                return HttpResponseRedirect(self._save(request, form, template))
            except writing.Broken:
                told = _("Not saved: Meta would refuse it. What is to be mended stands beside the message.")
                self.message_user(request, told, messages.ERROR)
            except Refused as refused:
                self.message_user(request, refused.sentence, messages.ERROR)
        context = {
            **self.admin_site.each_context(request),
            **_shown(form, template),
            "title": _("Change %(template)s") % {"template": template} if template else _("Write a template"),
            "opts": self.opts,
            "form": form,
            "template": template,
            "look": f"{reverse('admin:templates_app_template_look')}?of={template.pk if template else ''}",
            "back": self._place(template) if template else self._list(),
            "languages": LANGUAGES,
        }
        return TemplateResponse(request, "console/template_writing.html", context)

    def _look(self, request: HttpRequest) -> HttpResponse:
        """What the form shows beside itself for what stands in it now; nothing is saved."""
        template = self._known(request, request.GET.get("of") or None)
        form = WritingForm(request.POST, template=template, initial=initial_of(template) if template else None)
        form.is_valid()
        shown = _shown(form, template)
        names = ("preview", "findings", "examples")
        return JsonResponse(
            {name: render_to_string(f"console/writing_{name}.html", shown, request=request) for name in names}
        )

    def _known(self, request: HttpRequest, object_id: str | None) -> Template | None:
        template: Template | None = None
        if object_id is not None:
            template = self.get_object(request, object_id)
            if template is None:
                raise Http404
        if not covers(request, self.writes):
            raise PermissionDenied
        return template

    def _save(self, request: HttpRequest, form: WritingForm, template: Template | None) -> str:
        given, actor = form.cleaned_data, current_actor()
        if template is None:
            named = {name: given[name] for name in ("account", *CHANGED)}
            made = writing.create(**named, components=form.said(), actor=actor)
            self.message_user(request, _("Written. Nobody at Meta has seen it yet."), messages.SUCCESS)
            return self._place(made)
        asked: writing.Asked = {"components": form.said()}
        asked.update({name: given[name] for name in CHANGED if not form.fields[name].disabled})  # type: ignore[typeddict-item]  # mypy: names in a variable
        version = writing.change(template, asked=asked, actor=actor, note=given["note"])
        told = (
            _("Version %(number)s is written.") % {"number": version.number} if version else _("Nothing has changed.")
        )
        self.message_user(request, told, messages.SUCCESS if version else messages.INFO)
        return f"{self._place(template)}?tab=versions"

    def _place(self, template: Template) -> str:
        return reverse("admin:templates_app_template_change", args=[template.pk])


def _shown(form: WritingForm, template: Template | None) -> dict[str, Any]:
    """The message, the findings and the examples for what stands in the form."""
    version = template.current_version if template else None
    given: Mapping[str, Any] = form.cleaned_data if form.is_bound else form.initial
    components = form.said() if form.is_bound else (version.components if version else [])
    language = str(given.get("language") or "")
    content = Content.of(components, language=language, category=str(given.get("category") or ""))
    findings = (
        _findings(form, template, content, name=str(given.get("name") or "")) if form.is_bound or template else []
    )
    examples = examples_in(form.data if form.is_bound else {}, template)
    return {
        "message": preview(TemplateVersion(components=content.components), language=language) if components else None,
        "account": template.account if template is not None else given.get("account"),
        "findings": [_line(finding) for finding in findings],
        "is_ok": is_ok(findings),
        "is_looked_through": form.is_bound or template is not None,
        "examples": [
            {"key": key, "name": f"{{{{{name}}}}}", "component": component, "value": examples.get(key, "")}
            for key, name, component in wanted_examples(content.components)
        ],
    }


def _findings(form: WritingForm, template: Template | None, content: Content, *, name: str) -> list[Finding]:
    account = template.account if template is not None else form.cleaned_data.get("account")
    return writing.look_through(account=account, name=name, content=content, template=template)


def _line(finding: Finding) -> dict[str, Any]:
    icon, look, word = SEVERITY_LOOKS[finding.severity]
    return {"finding": finding, "icon": icon, "look": look, "word": word}
