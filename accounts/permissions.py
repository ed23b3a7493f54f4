"""Who may change an account, beyond being signed in to it."""

from __future__ import annotations

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
