"""Emails as they are sent: text and HTML, in the reader's language, with the headers that let them leave."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext, ngettext

from accounts.models import User
from notifications_api import unsubscribing
from notifications_api.models import Mail
from notifications_api.registry import KINDS
from notifications_api.sentences import sentence

# Of how many comments on one thing a letter shows the beginning, the latest.
MAX_QUOTES = 5
# How many things a digest tells of, the latest.
MAX_IN_DIGEST = 100


def single_letter(mails: list[Mail]) -> EmailMultiAlternatives:
    """One thing that happened, or what several people did to one thing, the oldest first."""
    recipient, kind = mails[0].recipient, mails[0].kind
    with translation.override(recipient.language or settings.LANGUAGE_CODE):
        item = _item(mails)
        return _letter("single", recipient, kind, subject=item["text"], item=item)


def digest_letter(mails: list[Mail]) -> EmailMultiAlternatives:
    """What happened since the last morning, by competition; what many did to one thing as one."""
    recipient = mails[0].recipient
    with translation.override(recipient.language or settings.LANGUAGE_CODE):
        gathered: dict[str, list[Mail]] = {}
        for mail in mails:
            gathered.setdefault(mail.gather_key or mail.key, []).append(mail)
        places: dict[str, list[dict[str, Any]]] = {}
        left_out = max(0, len(gathered) - MAX_IN_DIGEST)
        for same in list(gathered.values())[left_out:]:
            place = same[0].competition.local_title if same[0].competition else settings.SITE_NAME
            places.setdefault(place, []).append(_item(same))
        count = len(gathered)
        subject = ngettext("%(site)s: %(count)d piece of news", "%(site)s: %(count)d pieces of news", count) % {
            "site": settings.SITE_NAME,
            "count": count,
        }
        return _letter("digest", recipient, None, subject=subject, places=list(places.items()), left_out=left_out)


def _item(mails: list[Mail]) -> dict[str, Any]:
    """What one letter or one entry of a digest says: of one act, or of several on one thing, the oldest first."""
    first = mails[0]
    quotes_target = KINDS[first.kind].quotes_target
    names = {mail.actor_id: _name(mail.actor) for mail in reversed(mails) if mail.actor is not None}
    quotes = [
        {"name": _name(mail.actor) if len(names) > 1 and mail.actor is not None else "", "text": mail.local_excerpt}
        for mail in (mails[:1] if quotes_target else mails[-MAX_QUOTES:])
        if mail.local_excerpt
    ]
    if quotes_target and quotes:
        quotes[0]["name"] = ""
    return {
        "text": sentence(
            kind=first.kind, title=first.local_title, params=first.params, names=list(names.values()), count=len(names)
        ),
        "quotes": quotes,
        "url": f"{settings.SITE_URL.rstrip('/')}{first.url}",
        "competition": first.competition.local_title if first.competition else "",
    }


def _name(user: User) -> str:
    return gettext("(deleted)") if user.is_deleted else user.name


def _letter(
    template: str, recipient: User, kind: str | None, *, subject: str, **context: Any
) -> EmailMultiAlternatives:
    leave = unsubscribing.link(recipient, kind)
    context |= {
        "site": settings.SITE_NAME,
        "site_url": settings.SITE_URL.rstrip("/"),
        "recipient": recipient,
        "unsubscribe_url": leave,
        "preferences_url": f"{settings.SITE_URL.rstrip('/')}/settings/notifications",
        "language": translation.get_language(),
    }
    letter = EmailMultiAlternatives(
        subject=" ".join(subject.split())[:150],
        body=render_to_string(f"notifications_api/{template}.txt", context).strip() + "\n",
        to=[recipient.email],
        headers={
            "List-Unsubscribe": f"<{leave}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
        },
    )
    letter.attach_alternative(render_to_string(f"notifications_api/{template}.html", context), "text/html")
    return letter
