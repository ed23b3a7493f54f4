"""Which accounts and tokens."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import UserManager as DjangoUserManager
from django.db import models


class UserManager(DjangoUserManager):
    """Django's manager, with look-ups that ignore case as the constraints do."""

    def get_by_natural_key(self, username: str | None):  # noqa: ANN201
        return self.get(username__iexact=username)

    def living(self) -> models.QuerySet:
        """Accounts that somebody can still sign in to."""
        return self.filter(is_active=True, deleted_at__isnull=True)


class ApiTokenQuerySet(models.QuerySet):
    def valid(self, at: datetime) -> ApiTokenQuerySet:
        return self.filter(revoked_at__isnull=True, user__is_active=True).exclude(expires_at__lte=at)
