"""The API of rate cards: what a message costs, from a day on."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import OwnedViewSet
from core.models import Role
from templates_app import rate_cards
from templates_app.models import RateCard
from templates_app.serializers.rate_cards import RateCardRequest, RateCardSerializer, RateCardWithRates


class RateCardViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, OwnedViewSet):
    """Rate cards: each holds from its day on, until a newer one begins."""

    model = RateCard
    serializer_class = RateCardSerializer
    roles: ClassVar[dict[str, Any]] = dict.fromkeys(("list", "retrieve", "create", "destroy"), Role.ORG_ADMIN)

    def get_queryset(self) -> QuerySet[RateCard]:
        rows: QuerySet[RateCard] = super().get_queryset()
        return rows.prefetch_related("rates") if self.action == "retrieve" else rows

    @extend_schema(responses=RateCardWithRates)
    def retrieve(self, request: Request, pk: str) -> Response:
        """One card with its prices."""
        return Response(RateCardWithRates(self.get_object()).data)

    @extend_schema(request=RateCardRequest, responses={201: RateCardWithRates})
    def create(self, request: Request) -> Response:
        """Loads a card. Every bad row and field is named; 409 `rate_card_exists` where one begins on that day."""
        asked = RateCardRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        wanted = {key: asked.validated_data[key] for key in ("name", "valid_from", "currency", "entries")}
        card = rate_cards.load(organization=self.organization, **wanted)
        return Response(RateCardWithRates(card).data, status=status.HTTP_201_CREATED)

    def destroy(self, request: Request, pk: str) -> Response:
        """Removes a card and its prices; the one before it holds again."""
        rate_cards.remove(self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)
