"""The API of accounts, numbers, webhook calls and parked events."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import OwnedViewSet
from core.models import Role
from core.moments import SinceFilter
from core.permissions import SUPERUSER
from providers import accounts, parking, replay, sandbox
from providers.models import Account, Number, ParkedEvent, WebhookCall
from providers.serializers import (
    AccountSerializer,
    DropRequest,
    NumberSerializer,
    ParkedEventSerializer,
    ReplayAnswer,
    ReplayRequest,
    SandboxRunSerializer,
    WebhookCallSerializer,
)


class AccountViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, OwnedViewSet):
    """WhatsApp accounts. Credentials go in and never come out."""

    model = Account
    serializer_class = AccountSerializer
    roles: ClassVar[dict[str, Any]] = OwnedViewSet.roles | {
        "sandbox_runs": Role.VIEWER,
        "start_sandbox_run": Role.OPERATOR,
    }

    def get_queryset(self) -> QuerySet[Account]:
        return super().get_queryset().filter(is_retired=False)

    @extend_schema(request=AccountSerializer, responses={201: AccountSerializer})
    def create(self, request: Request) -> Response:
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        account = accounts.add_account(organization=self.organization, fields=asked.validated_data)
        return Response(self.get_serializer(account).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=AccountSerializer, responses=AccountSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        account = self.get_object()
        asked = self.get_serializer(account, data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        return Response(self.get_serializer(accounts.change_account(account, fields=asked.validated_data)).data)

    def destroy(self, request: Request, pk: str) -> Response:
        """Retires the account here; nothing is deleted at the provider."""
        accounts.retire(self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses=SandboxRunSerializer(many=True))
    @action(detail=True, url_path="sandbox-runs")
    def sandbox_runs(self, request: Request, pk: str) -> Response:
        """The stories that were told to a sandbox account, newest first."""
        page = self.paginate_queryset(self.get_object().sandbox_runs.all())
        return self.get_paginated_response(SandboxRunSerializer(page, many=True).data)

    @extend_schema(request=SandboxRunSerializer, responses={201: SandboxRunSerializer})
    @sandbox_runs.mapping.post
    def start_sandbox_run(self, request: Request, pk: str) -> Response:
        """Lets something happen to a sandbox account: a story of days, told to its webhook door by the worker."""
        account = self.get_object()
        asked = SandboxRunSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        if not account.is_sandbox:
            raise serializers.ValidationError({"account": ["Only to a sandbox account can something be let happen."]})
        run = sandbox.start(account, **asked.validated_data)
        return Response(SandboxRunSerializer(run).data, status=status.HTTP_201_CREATED)


class NumberFilter(django_filters.FilterSet):
    account = django_filters.UUIDFilter(field_name="account_id")


class NumberViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, OwnedViewSet):
    """Numbers that send for an account."""

    model = Number
    serializer_class = NumberSerializer
    filterset_class = NumberFilter

    @extend_schema(request=NumberSerializer, responses={201: NumberSerializer})
    def create(self, request: Request) -> Response:
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        number = accounts.add_number(organization=self.organization, fields=asked.validated_data)
        return Response(self.get_serializer(number).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=NumberSerializer, responses=NumberSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        number = self.get_object()
        asked = self.get_serializer(number, data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        return Response(self.get_serializer(accounts.change_number(number, fields=asked.validated_data)).data)


class CallFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=WebhookCall.State.choices)
    since = SinceFilter(field_name="received_at")
    account = django_filters.UUIDFilter(field_name="account_id")
    door = django_filters.CharFilter()


class WebhookCallViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, OwnedViewSet):
    """Every call as it came, with what each change of it became. For superusers."""

    model = WebhookCall
    serializer_class = WebhookCallSerializer
    filterset_class = CallFilter
    roles: ClassVar[dict[str, Any]] = {"list": SUPERUSER, "retrieve": SUPERUSER, "replay": SUPERUSER}

    @extend_schema(request=ReplayRequest, responses=ReplayAnswer)
    @action(detail=True, methods=["post"])
    def replay(self, request: Request, pk: str) -> Response:
        """Applies the call once more. With `dry_run` it says what would change, and changes nothing."""
        asked = ReplayRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        changes = replay.replay(self.get_object(), actor=self.caller.actor, dry_run=asked.validated_data["dry_run"])
        return Response({"changes": changes})


class ParkedFilter(django_filters.FilterSet):
    account = django_filters.UUIDFilter(field_name="account_id")
    reason = django_filters.CharFilter()
    kind = django_filters.CharFilter()


class ParkedEventViewSet(mixins.ListModelMixin, OwnedViewSet):
    """What could not be applied, and why."""

    model = ParkedEvent
    serializer_class = ParkedEventSerializer
    filterset_class = ParkedFilter
    seen_by_superusers = True
    roles: ClassVar[dict[str, Any]] = {"list": Role.OPERATOR, "retry": Role.OPERATOR, "drop": Role.OPERATOR}

    @extend_schema(request=None, responses={202: ParkedEventSerializer})
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: str) -> Response:
        """Tries it again soon; what is still wrong then parks it again with the reason."""
        event = self.get_object()
        parking.retry(event)
        return Response(self.get_serializer(event).data, status=status.HTTP_202_ACCEPTED)

    @extend_schema(request=DropRequest, responses={204: None})
    @action(detail=True, methods=["post"])
    def drop(self, request: Request, pk: str) -> Response:
        """Gives it up. The call that brought it keeps its body and this note."""
        asked = DropRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        parking.drop(self.get_object(), note=asked.validated_data["note"], actor=self.caller.actor)
        return Response(status=status.HTTP_204_NO_CONTENT)
