"""The API of whom to tell: destinations, silences, escalations, and each person's own preferences."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from alerts import destinations, planning, preferences, silencing
from alerts.models import Destination, Escalation, Preference, Silence
from alerts.preferences import Wanted
from alerts.setting_up_serializers import (
    DestinationSerializer,
    EscalationSerializer,
    PreferencesSerializer,
    SilenceSerializer,
    TestedAnswer,
)
from alerts.transports.base import WrongAddress
from core.api import OwnedViewSet
from core.models import Role
from core.refusals import Refused
from core.schema import ErrorAnswer

LED_BY_ADMINS: dict[str, Any] = dict.fromkeys(
    ["list", "retrieve", "create", "partial_update", "destroy"], Role.ORG_ADMIN
)


class DestinationViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, OwnedViewSet):
    """Where alerts are told. Secret addresses and signing secrets go in and never come out."""

    model = Destination
    serializer_class = DestinationSerializer
    seen_by_superusers = True
    roles: ClassVar[dict[str, Any]] = LED_BY_ADMINS | {"test": Role.ORG_ADMIN, "renew_secret": Role.ORG_ADMIN}

    @extend_schema(request=DestinationSerializer, responses={201: DestinationSerializer})
    def create(self, request: Request) -> Response:
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            made = destinations.add(organization=self.caller.organization, fields=asked.validated_data)
        except WrongAddress as error:
            raise exceptions.ValidationError({"address": [str(error)]}) from None
        return self._shown(made, secret=made.secret, status=status.HTTP_201_CREATED)

    @extend_schema(request=DestinationSerializer, responses=DestinationSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        destination = self.get_object()
        asked = self.get_serializer(destination, data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        fields = asked.validated_data
        try:
            changed = destinations.change(destination, fields=fields) if fields else destination
        except WrongAddress as error:
            raise exceptions.ValidationError({"address": [str(error)]}) from None
        return self._shown(changed)

    @extend_schema(responses={204: None, 409: ErrorAnswer})
    def destroy(self, request: Request, pk: str) -> Response:
        """409 `destination_in_use` while an escalation names it."""
        destinations.remove(self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=TestedAnswer)
    @action(detail=True, methods=["post"])
    def test(self, request: Request, pk: str) -> Response:
        """Sends a test message now. What came of it is the answer: 200 also where it was not taken."""
        return Response(TestedAnswer(destinations.try_out(self.get_object())).data)

    @extend_schema(request=None, responses=DestinationSerializer)
    @action(detail=True, methods=["post"], url_path="renew-secret")
    def renew_secret(self, request: Request, pk: str) -> Response:
        """A new signing secret, shown this once. The one before signs beside it until the next renewal."""
        destination = self.get_object()
        if destination.kind != Destination.Kind.WEBHOOK:
            raise Refused("Only a signed webhook has a secret.", code="no_secret")
        return self._shown(destination, secret=destinations.renew_secret(destination))

    def _shown(
        self, destination: Destination, *, secret: str | None = None, status: int = status.HTTP_200_OK
    ) -> Response:
        context = {**self.get_serializer_context(), "secret": secret}
        return Response(DestinationSerializer(destination, context=context).data, status=status)


class SilenceViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, OwnedViewSet):
    """Alerts that are kept and told to nobody for a while, also those that are over."""

    model = Silence
    serializer_class = SilenceSerializer
    seen_by_superusers = True
    roles: ClassVar[dict[str, Any]] = LED_BY_ADMINS

    @extend_schema(request=SilenceSerializer, responses={201: SilenceSerializer})
    def create(self, request: Request) -> Response:
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        made = silencing.silence(organization=self.caller.organization, actor=self.caller.actor, **asked.validated_data)
        return Response(self.get_serializer(made).data, status=status.HTTP_201_CREATED)

    def destroy(self, request: Request, pk: str) -> Response:
        """Ends it now: what is still wrong is open again. It stays in the list."""
        silencing.end(self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)


class EscalationViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, OwnedViewSet):
    """Whom to tell while nobody acknowledges, step by step. It takes on what is open already."""

    model = Escalation
    serializer_class = EscalationSerializer
    seen_by_superusers = True
    roles: ClassVar[dict[str, Any]] = LED_BY_ADMINS

    @extend_schema(request=EscalationSerializer, responses={201: EscalationSerializer})
    def create(self, request: Request) -> Response:
        organization = self.caller.organization
        asked = self._asked(request, whose=organization.pk if organization else None)
        made = planning.plan(organization=organization, fields=asked.validated_data)
        return Response(self.get_serializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=EscalationSerializer, responses=EscalationSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        escalation = self.get_object()
        asked = self._asked(request, escalation, whose=escalation.organization_id, partial=True)
        return Response(self.get_serializer(planning.change(escalation, fields=asked.validated_data)).data)

    def destroy(self, request: Request, pk: str) -> Response:
        """Its steps stop at once."""
        self.get_object().delete()
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _asked(self, request: Request, *known: Escalation, whose: uuid.UUID | None, **how: Any) -> Any:
        context = {**self.get_serializer_context(), "organization_id": whose}
        asked = self.get_serializer(*known, data=request.data, context=context, **how)
        asked.is_valid(raise_exception=True)
        return asked


class PreferencesView(OwnedViewSet):
    """What the caller wants to be told: her own row, so an API key has none."""

    model = Preference
    serializer_class = PreferencesSerializer
    seen_by_superusers = True
    roles: ClassVar[dict[str, Any]] = {"retrieve": Role.VIEWER, "update": Role.VIEWER}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if self.caller.key_id is not None:
            raise exceptions.PermissionDenied(
                "Preferences are a person's own, and this is an API key. Sign in instead."
            )

    @extend_schema(responses=PreferencesSerializer)
    def retrieve(self, request: Request) -> Response:
        """What holds now, also where the caller never said anything."""
        caller = self.caller
        held = preferences.wanted(user=request.user, organization=caller.organization, role=caller.role)
        return Response(self.get_serializer(held).data)

    @extend_schema(request=PreferencesSerializer, responses=PreferencesSerializer)
    def update(self, request: Request) -> Response:
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        wanted = Wanted(
            email_minimum_severity=given["email_minimum_severity"] or "",
            email_digest=given["email_digest"],
            in_app_minimum_severity=given["in_app_minimum_severity"] or "",
        )
        preferences.want(user=request.user, organization=self.caller.organization, wanted=wanted)
        return Response(self.get_serializer(wanted).data)
