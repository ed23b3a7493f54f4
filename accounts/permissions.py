"""Who may change an account, beyond being signed in to it, and what the site's settings let an account do."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from accounts.models import ApiToken
from foundation.refusals import Forbidden


class SessionRequired(Forbidden):
    code = "session_required"
    message = _("This can't be done with an API token: sign in on the website.")


def require_session(request: Request) -> None:
    """Refuse who is signed in by a token: whoever finds one must not make more of them, or end the account.

    Raises:
        SessionRequired: the request is signed in with a token.
    """
    if isinstance(request.auth, ApiToken):
        raise SessionRequired


def is_creator(user: Any) -> bool:
    """Whether they may make new competitions: staff, and whoever the site's settings name besides."""
    if not (user.is_authenticated and user.is_active):
        return False
    if user.is_staff or settings.COMPETITION_CREATORS == "everybody":
        return True
    is_by_group = settings.COMPETITION_CREATORS == "group"
    return is_by_group and bool(user.groups.filter(name=settings.CREATORS_GROUP).exists())
