"""Rewrites every stored secret with the newest of FIELD_ENCRYPTION_KEYS, so that older keys can be taken away."""

from __future__ import annotations

from django.apps import apps
from django.db import models, transaction

from core.encryption import EncryptedJSONField
from core.fence import everywhere


def rotate() -> int:
    """Returns how many secrets were rewritten. Raises CannotDecrypt at the first that no key opens."""
    return sum(_rotate_field(model, field.attname) for model in apps.get_models() for field in _encrypted(model))


def _encrypted(model: type[models.Model]) -> list[EncryptedJSONField]:
    return [field for field in model._meta.concrete_fields if isinstance(field, EncryptedJSONField)]


def _rotate_field(model: type[models.Model], name: str) -> int:
    rotated = 0
    with everywhere():
        for pk in model._default_manager.exclude(**{name: None}).order_by("pk").values_list("pk", flat=True).iterator():
            with transaction.atomic():
                row = model._default_manager.select_for_update(of=("self",)).filter(pk=pk).first()
                if row is not None:
                    rotated += model._default_manager.filter(pk=pk).update(**{name: getattr(row, name)})
    return rotated
