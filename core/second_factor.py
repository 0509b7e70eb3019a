"""The second factor of a sign-in: an authenticator app's code, or a backup code. Each opens once."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import uuid
from typing import Any
from urllib.parse import quote, urlencode

from django.db import transaction
from django.utils import timezone
from django_otp.oath import TOTP

from core.login_notes import name_of, note_login
from core.models import AuditEntry, BackupCode, SecondFactor
from core.refusals import Refused

DIGITS = 6
BACKUP_DIGITS = 10
BACKUP_CODES = 10
TOLERANCE = 1  # steps of 30 seconds that a phone's clock may be wrong
ISSUER = "Heliograph"


def in_force(user: Any) -> uuid.UUID | None:
    """Which second factor the person has to show; its secret is not looked at, no key may open it any more."""
    factors = SecondFactor.objects.filter(user_id=user.pk, confirmed_at__isnull=False)
    return factors.values_list("pk", flat=True).first()


def factor_of(user: Any) -> SecondFactor | None:
    """The person's second factor, if it is in force."""
    return SecondFactor.objects.filter(user_id=user.pk, confirmed_at__isnull=False).first()


def started_by(user: Any) -> SecondFactor | None:
    """The second factor that the person is setting up: nothing depends on it yet."""
    return SecondFactor.objects.filter(user_id=user.pk, confirmed_at=None).first()


def start(user: Any) -> SecondFactor:
    """A new secret, to be confirmed with a first code. Raises Refused where a second factor is in force."""
    secret = base64.b32encode(secrets.token_bytes(20)).decode()
    factor, is_new = SecondFactor.objects.get_or_create(user=user, defaults={"secret": secret})
    if not is_new:
        changed = SecondFactor.objects.filter(pk=factor.pk, confirmed_at=None).update(secret=secret, last_step=0)
        if not changed:
            raise Refused("There is a second factor already. Remove it first.", code="second_factor_set")
        factor.refresh_from_db()
    return factor


def address_for_app(factor: SecondFactor) -> str:
    """What the QR code says to the authenticator app."""
    label = quote(f"{ISSUER}:{name_of(factor.user)}")
    return f"otpauth://totp/{label}?{urlencode({'secret': factor.secret, 'issuer': ISSUER})}"


def confirm(factor: SecondFactor, *, code: str) -> list[str] | None:
    """From now on each sign-in asks for a code. Returns the backup codes, shown this once; None for a wrong code."""
    with transaction.atomic():
        if not _takes(factor, code):
            return None
        SecondFactor.objects.filter(pk=factor.pk).update(confirmed_at=timezone.now())
        person = name_of(factor.user)
        note_login(AuditEntry.Action.SECOND_FACTOR_SET, user=factor.user, actor=person)
        return renew_backup_codes(factor)


def renew_backup_codes(factor: SecondFactor) -> list[str]:
    """New codes, shown this once; those there were open nothing any more."""
    codes = {f"{secrets.randbelow(10**BACKUP_DIGITS):0{BACKUP_DIGITS}}" for _ in range(BACKUP_CODES)}
    with transaction.atomic():
        factor.backup_codes.all().delete()
        BackupCode.objects.bulk_create([BackupCode(factor=factor, digest=_digest(factor, code)) for code in codes])
        note_login(AuditEntry.Action.BACKUP_CODES_MADE, user=factor.user, actor=name_of(factor.user))
    half = BACKUP_DIGITS // 2
    return [f"{code[:half]}-{code[half:]}" for code in sorted(codes)]


def takes(factor: SecondFactor, *, code: str) -> bool:
    """Whether this is the app's code of now, or a backup code. It is used up by that."""
    digits = code.replace(" ", "").replace("-", "")
    if not (digits.isascii() and digits.isdigit()):
        return False
    if len(digits) == BACKUP_DIGITS:
        return bool(factor.backup_codes.filter(digest=_digest(factor, digits)).delete()[0])
    return _takes(factor, digits)


def remove(user: Any, *, actor: str, detail: str = "") -> bool:
    """From now on her password is enough. False where there was none."""
    with transaction.atomic():
        factors = SecondFactor.objects.filter(user_id=user.pk, confirmed_at__isnull=False)
        removed = factors.defer("secret").delete()[0]  # also where no key opens the secret any more
        if removed:
            note_login(AuditEntry.Action.SECOND_FACTOR_REMOVED, user=user, actor=actor, detail=detail)
    return bool(removed)


def _takes(factor: SecondFactor, code: str) -> bool:
    digits = code.replace(" ", "")
    if len(digits) != DIGITS or not (digits.isascii() and digits.isdigit()):
        return False
    clock = TOTP(base64.b32decode(factor.secret), digits=DIGITS)
    clock.time = timezone.now().timestamp()
    if not clock.verify(int(digits), tolerance=TOLERANCE, min_t=factor.last_step + 1):
        return False
    step = clock.t()
    unused = SecondFactor.objects.filter(pk=factor.pk, last_step__lt=step)
    return bool(unused.update(last_step=step))  # of two at the same moment one gets in


def _digest(factor: SecondFactor, code: str) -> str:
    return hmac.new(factor.secret.encode(), code.encode(), hashlib.sha256).hexdigest()
