"""How Meta refuses a call about templates: its codes, with our own words, in the form of its answers."""

from __future__ import annotations

from typing import Any

INVALID, TOO_MANY_CALLS = 100, 80007
NO_SUCH_OBJECT = 33
TOO_MANY_TEMPLATES = 2388019
NAME_BLOCKED, EXISTS, NOT_NOW = 2388023, 2388024, 2388039
TOO_LONG, VARIABLE_AT_EDGE = 2388040, 2388299

TITLES = {
    NO_SUCH_OBJECT: "There is no such object",
    TOO_MANY_TEMPLATES: "The account is at its limit of templates",
    NAME_BLOCKED: "The name is blocked",
    EXISTS: "Content in this language exists already",
    NOT_NOW: "The template cannot be changed now",
    TOO_LONG: "The text is too long",
    VARIABLE_AT_EDGE: "Variable at the edge of the text",
}


class Complaint(Exception):
    """The call is refused: `words` say why to the caller."""

    def __init__(self, words: str, *, code: int = INVALID, subcode: int | None = None) -> None:
        super().__init__(words)
        self.words = words
        self.code = code
        self.subcode = subcode

    def as_json(self, *, trace_id: str) -> dict[str, Any]:
        """The body of the answer."""
        is_lost = self.subcode == NO_SUCH_OBJECT
        error: dict[str, Any] = {
            "message": "Invalid parameter" if self.subcode and not is_lost else f"(#{self.code}) {self.words}",
            "type": "GraphMethodException" if is_lost else "OAuthException",
            "code": self.code,
        }
        if self.subcode:
            error["error_subcode"] = self.subcode
        error["is_transient"] = False
        if self.subcode and not is_lost:
            error |= {"error_user_title": TITLES[self.subcode], "error_user_msg": self.words}
        return {"error": error | {"fbtrace_id": trace_id}}
