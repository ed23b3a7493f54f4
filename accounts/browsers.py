"""Which accounts were used in the same browser: an aid for organisers who look for doubled accounts.

Off unless the operator switches it on (`UZU_SHARED_BROWSERS`), and then the privacy page says so. A browser is told by
a random cookie of this site and by nothing else: no address, no fingerprint. It is a hint: families and schools share
browsers too.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext

from accounts.middleware import user_of
from accounts.models import BrowserUse, User

COOKIE = "uzu_browser"
VALUE = re.compile(r"[0-9a-f]{32}")
KEPT = timedelta(days=180)
# A row says at most so exactly when a browser was last used.
RENEWED = timedelta(days=1)


class BrowserMiddleware:
    """Gives a browser that somebody is signed in with its cookie, and remembers who that was. Off: does nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_signed_in = settings.SHARED_BROWSERS and settings.SESSION_COOKIE_NAME in request.COOKIES
        user = user_of(request) if is_signed_in else None
        if user is None:
            return self.get_response(request)
        sent = request.COOKIES.get(COOKIE, "")
        value = sent if VALUE.fullmatch(sent) else secrets.token_hex(16)
        if value == sent:
            # Only a cookie that comes back: who refuses cookies leaves no row at each request.
            remember(value, user, timezone.now())
        response = self.get_response(request)
        if value != sent:
            response.set_cookie(
                COOKIE,
                value,
                max_age=KEPT,
                httponly=True,
                secure=settings.SESSION_COOKIE_SECURE,
                samesite="Lax",
            )
        return response


def remember(value: str, user: User, at: datetime) -> None:
    """Somebody uses the browser with this cookie; written once a day."""
    browser = hashlib.sha256(value.encode()).hexdigest()
    if not cache.add(f"browser:{browser}:{user.pk}", 1, RENEWED.total_seconds()):
        return
    BrowserUse.objects.update_or_create(
        browser=browser,
        user=user,
        defaults={"last_seen_at": at},
        create_defaults={"first_seen_at": at, "last_seen_at": at},
    )


def forget_browsers(at: datetime) -> int:
    """Delete what is old, and everything once the operator has switched it off; returns how many rows."""
    rows = BrowserUse.objects.all()
    if settings.SHARED_BROWSERS:
        rows = rows.filter(last_seen_at__lt=at - KEPT)
    return rows.delete()[0]


def shared_browsers(users: Iterable[int]) -> list[tuple[set[int], datetime]]:
    """For each browser that several of these were signed in with: who, and when it was last used. Newest first."""
    if not settings.SHARED_BROWSERS:
        return []
    rows = BrowserUse.objects.filter(user__in=users)
    several = rows.values("browser").annotate(people=Count("user"), last=Max("last_seen_at")).filter(people__gt=1)
    last = {row["browser"]: row["last"] for row in several}
    people: dict[str, set[int]] = {}
    for browser, user in rows.filter(browser__in=several.values("browser")).values_list("browser", "user"):
        people.setdefault(browser, set()).add(user)
    return sorted(((people[browser], at) for browser, at in last.items()), key=lambda one: one[1], reverse=True)


def privacy_note() -> str:
    """What the privacy page says of it, in Markdown; empty where it is off."""
    if not settings.SHARED_BROWSERS:
        return ""
    return "\n\n".join(
        [
            "## " + gettext("Accounts that share a browser"),
            gettext(
                "While you are signed in, this site keeps a random number in a cookie of its own (%(cookie)s) in your "
                "browser, and remembers which accounts were used with it. Organisers of a competition see which "
                "participants of different teams shared a browser, so that they can ask about doubled accounts; they "
                "do not see the number. No address and no fingerprint of your browser is kept. What was not used for "
                "%(days)d days is deleted, as is everything about a deleted account."
            )
            % {"cookie": f"`{COOKIE}`", "days": KEPT.days},
        ]
    )
