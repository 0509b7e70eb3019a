"""Who says what the rules say, and as of when: the pages of Meta's that were read, and what others report."""

from __future__ import annotations

from datetime import date

from templates_app.preflight.rule import Source

COMPONENTS = Source("Meta: Template components", date(2026, 9, 30))
OVERVIEW = Source("Meta: Templates, overview", date(2025, 11, 21))
MANAGEMENT = Source("Meta: Template management", date(2026, 9, 11))
REVIEW = Source("Meta: Template review", date(2026, 9, 11))
CATEGORIES = Source("Meta: Template categorization", date(2026, 9, 11))
ERRORS = Source("Meta: Error codes", date(2026, 9, 11))
WEBHOOK = Source("Meta: message_template_status_update webhook reference", date(2026, 9, 11))
REFERENCE = Source("Meta: message template API reference", date(2026, 9, 22))
OPENAPI = Source("Meta: published OpenAPI description v23.0, and public client libraries", date(2026, 9, 30))
LIBRARIES = Source("Public client libraries, after Meta's pages", date(2026, 9, 30))

# What follows is not to be found on Meta's pages: no rule that rests on it is an error.
PROVIDERS = Source("WhatsApp providers' pages, not confirmed by Meta", date(2026, 10, 20))
REPORTS = Source("Public reports, not confirmed by Meta", date(2026, 11, 20))
UNCONFIRMED = frozenset({PROVIDERS, REPORTS})
