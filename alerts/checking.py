"""Runs a health check and lets its alerts follow what it found."""

from __future__ import annotations

from django.db import transaction

from alerts import raising
from core.checkups import checkups
from core.fence import everywhere


def check(name: str) -> int:
    """Returns for how many subjects something is wrong. Raises KeyError where there is no such check."""
    checkup = checkups()[name]
    with everywhere():
        subjects = [subject for subject in checkup.find() if subject.matters]
        with transaction.atomic():
            raising.follow_all([checkup.alert_type], subjects)
    return len(subjects)
