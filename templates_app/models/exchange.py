"""What is asked of the provider about templates: submissions, and comparisons of all that it has."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.fence import Owned
from core.work import WorkItem
from providers.models import Account
from templates_app.models.templates import Template, TemplateVersion


class Submission(Owned, WorkItem):
    """One thing asked of the provider about one template, and its answer. The row is the queue."""

    class Kind(models.TextChoices):
        CREATE = "create", _("Submit")
        EDIT = "edit", _("Submit a change")
        DELETE = "delete", _("Delete at the provider")
        UNPAUSE = "unpause", _("Unpause")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DONE = "done", _("Taken by the provider")
        REFUSED = "refused", _("Refused by the provider")
        FAILED = "failed", _("Given up")

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="submissions")
    version = models.ForeignKey(TemplateVersion, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    all_languages = models.BooleanField(_("all languages"), default=False)
    of_approved = models.BooleanField(default=False, editable=False)  # an edit of these is one of a few
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.WAITING)
    code = models.CharField(_("code"), max_length=64, blank=True)
    detail = models.TextField(_("answer"), blank=True)
    actor = models.CharField(_("who"), max_length=255, blank=True)
    created_at = models.DateTimeField(_("asked"), default=timezone.now, editable=False)
    asked_at = models.DateTimeField(default=timezone.now, editable=False)  # by the provider's clock, which counts
    finished_at = models.DateTimeField(_("answered"), null=True, blank=True)

    class Meta(WorkItem.Meta):
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["template"], name="one_submission_at_a_time", condition=Q(state="waiting"))
        ]
        indexes = [
            *WorkItem.Meta.indexes,
            models.Index(fields=["organization", "kind", "asked_at"], name="submission_kind_at"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def trouble(self) -> str:
        """What keeps it waiting; "" where nothing does."""
        return trouble_of(self) if self.state == self.State.WAITING else ""


class SyncRun(Owned, WorkItem):
    """One comparison of an account's templates with what the provider has, and what it found."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="sync_runs")
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.WAITING)
    pages = models.PositiveIntegerField(_("pages"), default=0)
    seen = models.PositiveIntegerField(_("seen"), default=0)
    created = models.PositiveIntegerField(_("new"), default=0)
    updated = models.PositiveIntegerField(_("changed"), default=0)
    unchanged = models.PositiveIntegerField(_("unchanged"), default=0)
    missing = models.PositiveIntegerField(_("gone"), default=0)
    errors = models.JSONField(_("errors"), default=list)
    actor = models.CharField(_("who"), max_length=255, blank=True)
    created_at = models.DateTimeField(_("asked"), default=timezone.now, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta(WorkItem.Meta):
        verbose_name = _("sync")
        verbose_name_plural = _("syncs")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["account"], name="one_sync_at_a_time", condition=Q(state="waiting"))
        ]
        indexes = [*WorkItem.Meta.indexes]

    def __str__(self) -> str:
        return f"{self.account} {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def trouble(self) -> str:
        """What keeps it waiting; "" where nothing does."""
        return trouble_of(self) if self.state == self.State.WAITING else ""


def trouble_of(item: WorkItem) -> str:
    """Its last error as a sentence, without the name that our code has for it."""
    name, _, sentence = item.last_error.partition(": ")
    return sentence if name.isidentifier() and sentence else item.last_error
