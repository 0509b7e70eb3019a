"""What the clock asks of the ground floor."""

from __future__ import annotations

from celery import shared_task

from core import bell, idempotency, tries


@shared_task
def ring_for_due_rows() -> None:
    """Rings for every queue with due rows: whatever ring was lost is made good here."""
    bell.ring_where_due()


@shared_task
def forget_idempotent_answers() -> int:
    return idempotency.forget_old()


@shared_task
def forget_sign_in_tries() -> int:
    return tries.forget_old()
