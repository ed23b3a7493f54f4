"""People and the tokens their scripts sign in with."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.querysets import ApiTokenQuerySet, UserManager
from accounts.validators import username_validator, validate_links, validate_time_zone
from foundation.storage import PublicStorage, public


def public_storage() -> PublicStorage:  # a callable, so that migrations do not freeze the configured storage
    return public


# The relation `notifications` has a manager of a library without types.
class User(AbstractUser):  # type: ignore[django-manager-missing]
    """Somebody with an account. A deleted account keeps its row, emptied, because histories refer to it."""

    username = models.CharField(
        _("user name"),
        max_length=150,
        unique=True,
        validators=[username_validator],
        error_messages={"unique": _("A user with that name already exists.")},
    )
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    email = models.EmailField(_("email address"), blank=True)
    display_name = models.CharField(_("display name"), max_length=80, blank=True)
    bio = models.TextField(_("bio"), max_length=2000, blank=True)
    links = models.JSONField(
        _("links"),
        default=list,
        blank=True,
        validators=[validate_links],
        help_text=_('A list of {"label", "url"}.'),
    )
    language = models.CharField(
        _("language"),
        max_length=5,
        blank=True,
        choices=[("en", "English"), ("ja", "日本語")],
        help_text=_("Language of emails and of the site; empty: as the browser asks."),
    )
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True, validators=[validate_time_zone])
    avatar = models.ImageField(_("avatar"), upload_to="avatars/", storage=public_storage, blank=True)
    deleted_at = models.DateTimeField(_("deleted at"), null=True, blank=True, editable=False)

    objects = UserManager()  # type: ignore[misc]

    class Meta(AbstractUser.Meta):
        constraints = [
            models.UniqueConstraint(Lower("username"), name="username_unique_ignoring_case"),
            models.UniqueConstraint(Lower("email"), name="email_unique_ignoring_case", condition=~models.Q(email="")),
        ]

    @property
    def name(self) -> str:
        """What others see: the display name, or the user name where none is set."""
        return self.display_name or self.username

    @property
    def is_deleted(self) -> bool:
        return self.deleted_at is not None

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save. Where the password changed, in whatever way, tokens that were given for the old one end."""
        # What `set_password` leaves until the row is saved.
        has_new_password = getattr(self, "_password", None) is not None and not self._state.adding
        with transaction.atomic():
            super().save(*args, **kwargs)
            if has_new_password:
                given = self.api_tokens.filter(made_by_password=True, revoked_at__isnull=True)
                given.update(revoked_at=timezone.now())

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


class ApiToken(models.Model):
    """A personal API token. Only its digest is kept; the token itself is shown once, when it is made."""

    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=80)
    prefix = models.CharField(_("prefix"), max_length=12, help_text=_("The first characters, to recognise it by."))
    digest = models.CharField(_("digest"), max_length=64, unique=True, editable=False)
    # For a command line that signed in by password: it ends with that password.
    made_by_password = models.BooleanField(_("made by password"), default=False, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    last_used_at = models.DateTimeField(_("last used at"), null=True, blank=True)
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def is_valid(self, at: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > at)


class BrowserUse(models.Model):
    """Somebody was signed in with a browser. Kept only where the operator has switched it on.

    The browser is known by a random cookie of this site, and kept as its hash: nothing else of it is looked at.
    """

    browser = models.CharField(max_length=64)
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["browser", "user"], name="one_row_per_browser_and_person")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.browser[:8]}"
