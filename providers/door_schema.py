"""The webhook doors in OpenAPI: plain views, so they are described here instead of being found."""

from __future__ import annotations

from typing import Any

TAG = "webhook doors"
_TEXT = {"type": "string"}
_RECEIVED = {
    "type": "object",
    "required": ["status"],
    "properties": {"status": {"type": "string", "enum": ["received"]}},
}
_NAMES = ("hub.mode", "hub.verify_token", "hub.challenge")
_PLACE = [
    {"name": name, "in": "path", "required": True, "schema": {**_TEXT, **more}}
    for name, more in (("provider", {}), ("account_id", {"format": "uuid"}), ("token", {}))
]


def describe_doors(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """A post-processing hook of drf-spectacular."""
    result["paths"]["/api/v1/whatsapp/webhook"] = _door("installation", [])
    result["paths"]["/api/v1/webhooks/{provider}/{account_id}/{token}"] = _door("account", _PLACE)
    return result


def _door(whose: str, place: list[dict[str, Any]]) -> dict[str, Any]:
    handshake = [{"name": name, "in": "query", "schema": _TEXT} for name in _NAMES]
    signature = {"name": "X-Hub-Signature-256", "in": "header", "schema": _TEXT}
    refused = {"403": {"description": "Not signed with a secret of this door; nothing is kept."}}
    return {
        "get": {
            "operationId": f"{whose}_door_handshake",
            "description": "The provider asks whether this door is ours: the challenge as text.",
            "tags": [TAG],
            "security": [{}],
            "parameters": [*place, *handshake],
            "responses": {"200": _content("text/plain", _TEXT, "The challenge."), **refused},
        },
        "post": {
            "operationId": f"{whose}_door_call",
            "description": "A call of the provider: kept before it is acknowledged, applied by the worker.",
            "tags": [TAG],
            "security": [{}],
            "parameters": [*place, signature],
            "requestBody": {"content": {"application/json": {"schema": {}}}},
            "responses": {
                "200": _content("application/json", _RECEIVED, "Kept."),
                **refused,
                "413": {"description": "Larger than 4 MiB."},
            },
        },
    }


def _content(kind: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"description": description, "content": {kind: {"schema": schema}}}
