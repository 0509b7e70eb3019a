"""What Meta limits about templates, as data; behind each figure the page of Meta's documentation that says so."""

from __future__ import annotations

from datetime import timedelta

CREATIONS_AN_HOUR = 100  # Templates
TEMPLATES_MOST = 250  # Templates: of a business that is not verified, each language counted
EDITS_A_DAY = 1  # Template management: of an approved template; others have no limit
EDITS_IN_30_DAYS = 10  # Template management
NAME_IS_BLOCKED = timedelta(days=30)  # Template management: after the deletion of an approved template
PAUSES_BEFORE_DISABLED = ("FIRST_PAUSE", "SECOND_PAUSE")  # Template pausing: their lengths are in `telling.PAUSES`
PACING_REST = timedelta(minutes=5)  # Template pausing: until a paced template can be unpaused
BODY_LENGTH, HEADER_LENGTH, FOOTER_LENGTH = 1024, 60, 60  # Template components
NAME_LENGTH = 512  # Template management
REVIEW_TAKES = timedelta(seconds=30)  # the sandbox's own; Template review says up to 24 hours
