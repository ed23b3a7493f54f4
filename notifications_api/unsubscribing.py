"""Signed links in emails that turn one kind of them off, without signing in."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from foundation.refusals import Refusal
from notifications_api.models import Preference
from notifications_api.registry import KINDS, EmailMode

SALT = "notifications_api.unsubscribe"


class BadLink(Refusal):
    code = "bad_unsubscribe_link"
    status = 404
    message = _("This link is not good. Choose what you want to be told in your settings.")


@dataclass(frozen=True, slots=True)
class Unsubscription:
    user: User
    # None: everything that comes in the digest.
    kind: str | None


def link(user: User, kind: str | None) -> str:
    """The absolute address that turns emails of `kind` off; None: the digest."""
    token = signing.dumps([user.pk, kind or ""], salt=SALT, compress=False)
    return settings.SITE_URL.rstrip("/") + reverse("unsubscribe", args=[token])


def read(token: str) -> Unsubscription:
    """What a link is for. It stays good: mails are read late.

    Raises:
        BadLink: it is not one of ours, or for nobody.
    """
    try:
        pk, kind = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise BadLink from error
    user = User.objects.filter(pk=pk).first()
    if user is None or (kind and kind not in KINDS):
        raise BadLink
    return Unsubscription(user, kind or None)


def unsubscribe(wish: Unsubscription) -> None:
    """Turn the kind off, or every kind that comes in the digest. Doing it twice changes nothing."""
    chosen = {row.kind: row for row in Preference.objects.filter(user=wish.user)}
    for kind in KINDS if wish.kind is None else [wish.kind]:
        present = chosen.get(kind)
        email = present.email if present else KINDS[kind].default.email
        if wish.kind is None and email != EmailMode.DIGEST:
            continue
        in_app = present.in_app if present else KINDS[kind].default.in_app
        Preference.objects.update_or_create(
            user=wish.user, kind=kind, defaults={"email": EmailMode.OFF, "in_app": in_app}
        )
