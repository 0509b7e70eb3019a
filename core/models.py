"""Organizations, the people and keys that may act in them, and the little that the installation keeps for itself."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.audit import AuditTrail
from core.encryption import EncryptedJSONField
from core.fence import InstallationWide, OrganizationManager, Owned, PerhapsOwned
from core.ids import new_id


class Organization(models.Model):
    """A tenant. Everything that is business belongs to one."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=200)
    slug = models.SlugField(_("slug"), max_length=200, unique=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    objects: ClassVar[Any] = OrganizationManager()
    history = AuditTrail()

    class Meta:
        verbose_name = _("organization")
        verbose_name_plural = _("organizations")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    VIEWER = "viewer", _("Viewer")
    OPERATOR = "operator", _("Operator")
    ORG_ADMIN = "org_admin", _("Organization admin")

    @property
    def rank(self) -> int:
        return list(Role).index(self)

    def covers(self, needed: str) -> bool:
        return self.rank >= Role(needed).rank


class Membership(Owned):
    """A person's role in one organization."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("person")
    )
    role = models.CharField(_("role"), max_length=16, choices=Role.choices, default=Role.VIEWER)
    created_at = models.DateTimeField(_("since"), default=timezone.now, editable=False)

    history = AuditTrail()

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [models.UniqueConstraint(fields=["organization", "user"], name="member_once")]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"


class ApiKey(Owned):
    """An integrator's key: shown once, kept as a SHA-256 digest (it holds 256 random bits), bound to one role."""

    name = models.CharField(_("name"), max_length=50)
    role = models.CharField(_("role"), max_length=16, choices=Role.choices, default=Role.VIEWER)
    prefix = models.CharField(_("starts with"), max_length=12, unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)

    history = AuditTrail(excluded_fields=["digest", "last_used_at"])

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def new_secret(self) -> str:
        """The key itself, to be shown once; the row keeps its beginning and its digest."""
        self.prefix = secrets.token_hex(4)
        key = f"hg_{self.prefix}_{secrets.token_urlsafe(32)}"
        self.digest = hashlib.sha256(key.encode()).hexdigest()
        return key

    def opens(self, key: str, *, at: datetime) -> bool:
        fits = hmac.compare_digest(hashlib.sha256(key.encode()).hexdigest(), self.digest)
        return fits and self.revoked_at is None and (self.expires_at is None or at < self.expires_at)


class IdempotentAnswer(Owned):
    """The first answer to an `Idempotency-Key`, given again for 24 hours. Empty while the first call still runs."""

    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    status = models.PositiveSmallIntegerField(null=True)
    body = EncryptedJSONField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return self.key


class Heartbeat(InstallationWide):
    """When a kind of process last said that it lives."""

    name = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField()
    detail = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.name


class AuditEntry(PerhapsOwned):
    """
    What somebody did that changed no audited row: signed in, used a key, replayed a call, exported.

    One without an organization concerns the installation. Changes of rows are in the history beside each row.
    """

    class Action(models.TextChoices):
        SIGNED_IN = "signed_in", _("Signed in")
        SIGN_IN_FAILED = "sign_in_failed", _("Sign-in failed")
        SIGN_IN_BLOCKED = "sign_in_blocked", _("Sign-in blocked")
        SIGNED_OUT = "signed_out", _("Signed out")
        SECOND_FACTOR_SET = "second_factor_set", _("Second factor set up")
        SECOND_FACTOR_REMOVED = "second_factor_removed", _("Second factor removed")
        BACKUP_CODES_MADE = "backup_codes_made", _("Backup codes made")
        KEY_USED = "key_used", _("API key used")
        REPLAYED = "replayed", _("Replayed")
        TESTED = "tested", _("Tested")
        EXPORTED = "exported", _("Exported")
        SANDBOX_ACTED = "sandbox_acted", _("Let the sandbox act")

    at = models.DateTimeField(_("at"), default=timezone.now)
    actor = models.CharField(_("who"), max_length=255, blank=True)
    action = models.CharField(_("what"), max_length=32, choices=Action.choices)
    model = models.CharField(_("kind"), max_length=64, blank=True)
    object_id = models.CharField(max_length=100, blank=True)
    label = models.CharField(_("object"), max_length=300, blank=True)
    detail = models.CharField(_("detail"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["organization", "at"], name="audit_at")]

    def __str__(self) -> str:
        return f"{self.action} {self.at:%Y-%m-%d %H:%M}"


class SignInTry(InstallationWide):
    """
    A try to sign in that failed, or that is not judged yet, counted for a login's name or for a network address.

    Only a keyed digest of either is kept: people type their password where their name belongs.
    """

    subject = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["subject", "at"], name="sign_in_tries")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S}"


class SecondFactor(InstallationWide):
    """
    A person's authenticator app (TOTP, RFC 6238). It counts once it is confirmed with a first code.

    A table of our own, because django-otp's keep the secret and the backup codes in clear: here the secret is
    encrypted, and backup codes are digests keyed with it. Of django-otp we use the arithmetic.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="second_factor", verbose_name=_("person")
    )
    secret = EncryptedJSONField()  # as authenticator apps take it: base32
    last_step = models.BigIntegerField(default=0)  # of the newest code that was taken: no code is taken twice
    created_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.user)


class BackupCode(InstallationWide):
    """A code for the day the phone is lost. It is gone once it was used."""

    factor = models.ForeignKey(SecondFactor, on_delete=models.CASCADE, related_name="backup_codes")
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["factor", "digest"], name="backup_code_once")]

    def __str__(self) -> str:
        return str(self.factor)
