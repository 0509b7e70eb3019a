"""What must not be read in a log or an error: secrets, and the phone numbers of people. Pure."""

from __future__ import annotations

import re

_SECRET = re.compile(
    r"(?i)(\bbearer\s+|\bhg_[0-9a-f]{8}_|whsec_|(?:access_token|app_secret|verify_token|auth_token|api_key|api_secret"
    r"|password|token|secret)[\"']?\s*[=:]\s*[\"']?)([^\s\"'&,;}]+)"
)
_WEBHOOK_TOKEN = re.compile(r"(/webhooks/[a-z]+/[^/\s]+/)([^/\s?]+)")
_SLACK = re.compile(r"(https://hooks\.slack[^/]*/)(\S+)")
_QUERY = re.compile(r"(\bhttps?://[^\s?\"'<>]+\?)[^\s\"'<>]+")
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"
# A part of a web address that looks made by chance: 16 and more characters, digits among the letters, no UUID.
_PATH_TOKEN = re.compile(rf"(?<=[^/:]/)(?!{_UUID})(?=[\w:-]*\d)(?=[\w:-]*[A-Za-z])[\w:-]{{16,}}(?![\w:.-])")
_WEB_ADDRESS = re.compile(r"\bhttps?://[^\s?\"'<>]+")
# discord://…, json://…: whatever is not known to hold no secret but a password, which is hidden by itself.
_ALERT_ADDRESS = re.compile(
    r"(?<![\w+])(?!(?:https?|wss?|postgres\w*|pgsql|rediss?|amqps?|sqlite|memory|\w+mail|smtps?|submission)[:+])"
    r"([a-z][a-z0-9+]+://)[^\s\"'<>]+"
)
_URL_PASSWORD = re.compile(r"(\b[a-z][a-z0-9+]*://[^/\s:@]*:)([^@/\s]+)(@)")
_PHONE = re.compile(r"(?<![\w.-])(\+?\d{2,3})\d{5,10}(\d{2})(?![\w-])")


def redact(text: str) -> str:
    """The text with secrets replaced and all but the ends of phone numbers hidden."""
    text = _SECRET.sub(r"\1***", text)
    text = _WEBHOOK_TOKEN.sub(r"\1***", text)
    text = _SLACK.sub(r"\1***", text)
    text = _WEB_ADDRESS.sub(lambda found: _PATH_TOKEN.sub("***", found[0]), text)
    text = _QUERY.sub(r"\1***", text)
    text = _ALERT_ADDRESS.sub(r"\1***", text)
    text = _URL_PASSWORD.sub(r"\1***\3", text)
    return _PHONE.sub(r"\1…\2", text)
