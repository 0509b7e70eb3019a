"""OpenAPI, true: each operation names the errors it can answer, its role and the headers it reads."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers


class ErrorItem(serializers.Serializer[Any]):
    code = serializers.CharField()
    detail = serializers.CharField()
    attr = serializers.CharField(allow_null=True)


class ErrorAnswer(serializers.Serializer[Any]):
    type = serializers.ChoiceField(choices=["validation_error", "client_error", "server_error"])
    errors = ErrorItem(many=True)  # type: ignore[assignment]  # DRF's base has an attribute of that name


WHAT = {
    "400": "A field or parameter is wrong; each is named in `attr`.",
    "401": "No key, or one that is not valid.",
    "403": "The role is too low.",
    "404": "Not here, or another organization's.",
    "405": "Not a method of this address.",
    "406": "Only JSON can be answered.",
    "409": "A business rule says no; `code` says which.",
    "413": "The body is larger than 4 MiB.",
    "415": "Send JSON.",
    "429": "Too many calls; `Retry-After` says when to go on.",
}
HEADERS = [
    OpenApiParameter("X-Organization", str, OpenApiParameter.HEADER, description="Slug; for staff sessions only."),
]
IDEMPOTENCY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, description="The same key and body give the first answer again."
)


class Schema(AutoSchema):
    def get_override_parameters(self) -> list[Any]:
        if not getattr(self.view, "roles", None):
            return []
        return HEADERS + ([IDEMPOTENCY] if self.method == "POST" else [])

    def get_description(self) -> str:  # type: ignore[override]  # drf-spectacular takes no arguments
        text: str = super().get_description() or ""
        needed = getattr(self.view, "roles", {}).get(getattr(self.view, "action", None))
        return f"{text}\n\nRole: `{getattr(needed, 'value', needed)}`.".strip() if needed else text

    def is_deprecated(self) -> bool:
        """A view may be one as a whole (`is_deprecated`): the same as another, at a path of before."""
        return bool(getattr(self.view, "is_deprecated", False)) or bool(super().is_deprecated())

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction=direction)
        if direction != "response" or not getattr(self.view, "roles", None):
            return bodies
        codes = set(WHAT) - ({"409", "413", "415"} if self.method in ("GET", "DELETE") else set())
        for code in sorted(codes - set(bodies)):
            answer = OpenApiResponse(ErrorAnswer, WHAT[code])
            bodies[code] = self._get_response_for_code(answer, code)  # type: ignore[no-untyped-call]
        return bodies


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # the base is untyped
    target_class = "core.authentication.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class StaffSessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # the base is untyped
    target_class = "core.authentication.StaffSession"
    name = "staffSession"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}
