"""The API of what providers are asked about templates: submissions, and comparisons with what they have."""

from __future__ import annotations

import time
from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import OwnedViewSet
from core.models import Role
from core.refusals import Refused
from templates_app import submission, sync
from templates_app.models import Submission, SyncRun, Template
from templates_app.serializers.submission import (
    DeleteRequest,
    SubmissionSerializer,
    SubmitRequest,
    SyncAnswer,
    SyncRequest,
    SyncRunSerializer,
)

SECONDS = 5.0  # that a call may take for syncing; what is left then is the worker's


class AskingViewSet(OwnedViewSet):
    """What can be asked of a template's provider. The answer is the submission; what came of it stands there soon."""

    model = Template
    serializer_class = SubmissionSerializer
    roles: ClassVar[dict[str, Any]] = {
        "submit": Role.OPERATOR,
        "unpause": Role.OPERATOR,
        "delete_at_provider": Role.ORG_ADMIN,
    }

    def get_queryset(self) -> QuerySet[Template]:
        return super().get_queryset().filter(is_retired=False).select_related("account")

    @extend_schema(request=SubmitRequest, responses={202: SubmissionSerializer})
    def submit(self, request: Request, pk: str) -> Response:
        """
        Asks for a review of the newest version: creates the template at the provider, or edits it.

        409 `preflight_failed`, `edit_limit`, `category_fixed`, `not_editable`, `nothing_to_submit`,
        `submission_waiting`, `create_limit`, `name_blocked`, `no_access_token` and others say why not.
        """
        return self._asked(submission.submit(self.get_object(), actor=self.caller.actor))

    @extend_schema(request=SubmitRequest, responses={202: SubmissionSerializer})
    def unpause(self, request: Request, pk: str) -> Response:
        """Asks for the end of a pause that does not end by itself."""
        return self._asked(submission.unpause(self.get_object(), actor=self.caller.actor))

    @extend_schema(request=DeleteRequest, responses={202: SubmissionSerializer})
    def delete_at_provider(self, request: Request, pk: str) -> Response:
        """Asks to delete this language at the provider, for good; here the template and its past stay."""
        template = self.get_object()
        asked = DeleteRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        return self._asked(submission.delete_at_provider(template, **asked.validated_data, actor=self.caller.actor))

    def _asked(self, row: Submission) -> Response:
        return Response(SubmissionSerializer(row).data, status=status.HTTP_202_ACCEPTED)


class SubmissionFilter(django_filters.FilterSet):
    template = django_filters.UUIDFilter(field_name="template_id")
    state = django_filters.ChoiceFilter(choices=Submission.State.choices)
    kind = django_filters.ChoiceFilter(choices=Submission.Kind.choices)


class SubmissionViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, OwnedViewSet):
    """What was asked of providers, and what they answered."""

    model = Submission
    serializer_class = SubmissionSerializer
    filterset_class = SubmissionFilter

    def get_queryset(self) -> QuerySet[Submission]:
        return super().get_queryset().select_related("version")


class SyncRunFilter(django_filters.FilterSet):
    account = django_filters.UUIDFilter(field_name="account_id")
    state = django_filters.ChoiceFilter(choices=SyncRun.State.choices)


class SyncRunViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, OwnedViewSet):
    """Comparisons of an account's templates with all that its provider has. They are kept for 30 days."""

    model = SyncRun
    serializer_class = SyncRunSerializer
    filterset_class = SyncRunFilter
    roles: ClassVar[dict[str, Any]] = OwnedViewSet.roles | {"sync": Role.OPERATOR}

    @extend_schema(request=SyncRequest, responses={202: SyncAnswer}, filters=False)
    def sync(self, request: Request) -> Response:
        """
        Compares one account, or every one that can be asked. What takes longer than some seconds goes on by itself:
        `is_done` is false then, and each of `sync_runs` can be looked at again.
        """
        asked = SyncRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        account = asked.validated_data.get("account")
        accounts = [account] if account is not None else sync.accounts()
        if not accounts:
            sentence = "No account can be asked: add one at Meta with an access token, or a sandbox account."
            raise Refused(sentence, code="no_access_token")
        until = time.monotonic() + SECONDS
        runs = [sync.ask_for(one, actor=self.caller.actor) for one in accounts]
        for run in runs:
            sync.try_now(run, seconds=until - time.monotonic())
        return Response(SyncAnswer(_together(runs)).data, status=status.HTTP_202_ACCEPTED)


def _together(runs: list[SyncRun]) -> dict[str, Any]:
    figures = ("created", "updated", "unchanged", "missing")
    return {
        **{name: sum(getattr(run, name) for run in runs) for name in figures},
        "errors": [error for run in runs for error in run.errors],
        "is_done": all(run.state != SyncRun.State.WAITING for run in runs),
        "sync_runs": runs,
    }
