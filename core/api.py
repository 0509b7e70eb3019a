"""The base of every API view: the caller's scope is open for the whole call, roles are named, POSTs are idempotent."""

from __future__ import annotations

import contextlib
from typing import Any, ClassVar

from django.db import models
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from core import idempotency
from core.authentication import Caller
from core.fence import everywhere, inside
from core.models import IdempotentAnswer, Organization, Role
from core.permissions import SUPERUSER


class OwnedViewSet(GenericViewSet[Any]):
    """
    `model` names the rows; they are asked for anew in each call, inside the caller's scope.

    `seen_by_superusers`: a superuser who names no organization sees every row here, also those of none.
    """

    model: ClassVar[type[models.Model]]
    roles: ClassVar[dict[str, Any]] = {
        "list": Role.VIEWER,
        "retrieve": Role.VIEWER,
        "create": Role.ORG_ADMIN,
        "partial_update": Role.ORG_ADMIN,
        "destroy": Role.ORG_ADMIN,
    }
    seen_by_superusers: ClassVar[bool] = False
    http_method_names = ["get", "post", "patch", "put", "delete", "head", "options"]
    lookup_value_converter = "uuid"

    _answer: IdempotentAnswer | None = None

    @property
    def caller(self) -> Caller:
        auth = self.request.auth
        if not isinstance(auth, Caller):
            raise exceptions.NotAuthenticated
        return auth

    @property
    def organization(self) -> Organization:
        """The organization this call is for. Raises ValidationError for a superuser who named none."""
        organization = self.caller.organization
        if organization is None:
            raise exceptions.ValidationError({"X-Organization": ["Say which organization you mean."]})
        return organization

    def get_queryset(self) -> models.QuerySet[Any]:
        is_described = getattr(self, "swagger_fake_view", False)  # OpenAPI is made without a caller
        manager = self.model._default_manager
        rows: models.QuerySet[Any] = manager.none() if is_described else manager.all()
        return rows

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        with contextlib.ExitStack() as self._open:
            return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if self.caller.organization is None and self._may_see_all():
            self._open.enter_context(everywhere())
            return
        self._open.enter_context(inside(self.organization))
        if request.method == "POST" and self.action:
            self._answer = idempotency.begin(request, organization=self.organization)

    def _may_see_all(self) -> bool:
        needed = self.roles.get(self.action or "")
        return self.caller.is_superuser and (self.seen_by_superusers or needed == SUPERUSER)

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, idempotency.GivenBefore):
            return exc.response()
        return super().handle_exception(exc)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        if self._answer is not None and isinstance(response, Response):
            idempotency.finish(self._answer, response)
        return super().finalize_response(request, response, *args, **kwargs)
