"""Queries for accounts and API tokens: which rows, and for whom."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.apps import apps
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.db import models
from django.db.models.functions import Lower


class UserManager(DjangoUserManager[Any]):
    """Django's manager, with look-ups that ignore case as the constraints do."""

    def get_by_natural_key(self, username: str | None) -> Any:
        return self.get(username__iexact=username)

    def create_superuser(
        self, username: str, email: str | None = None, password: str | None = None, **fields: Any
    ) -> Any:
        """A superuser, whose address counts as confirmed: whoever may type this command vouches for it."""
        user = super().create_superuser(username, email, password, **fields)
        if user.email:
            EmailAddress = apps.get_model("account", "EmailAddress")
            EmailAddress.objects.create(user=user, email=user.email.lower(), verified=True, primary=True)
        return user

    def named_like(self, text: str) -> models.QuerySet[Any]:
        """Living accounts whose user or display name starts with, or contains, `text`; the closest first."""
        closeness = models.Case(
            models.When(username__iexact=text, then=0),
            models.When(username__istartswith=text, then=1),
            models.When(display_name__istartswith=text, then=2),
            default=3,
            output_field=models.SmallIntegerField(),
        )
        matching = models.Q(username__istartswith=text) | models.Q(display_name__icontains=text)
        return self.living().filter(matching).order_by(closeness, Lower("username"))

    def living(self) -> models.QuerySet[Any]:
        """Accounts that somebody can still sign in to."""
        return self.filter(is_active=True, deleted_at__isnull=True)


class ApiTokenQuerySet(models.QuerySet[Any]):
    def valid(self, at: datetime) -> ApiTokenQuerySet:
        return self.filter(revoked_at__isnull=True, user__is_active=True).exclude(expires_at__lte=at)
