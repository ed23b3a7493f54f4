"""When each user gets the daily digest: in the morning of their own time zone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings


def zone_of(name: str) -> ZoneInfo:
    """The user's time zone, or that of the site where it is not set or not known any more."""
    try:
        return ZoneInfo(name or settings.TIME_ZONE)
    except (KeyError, ValueError, OSError):
        return ZoneInfo(settings.TIME_ZONE)


def next_morning(zone_name: str, at: datetime) -> datetime:
    """The first digest hour after `at` on the clocks of the zone."""
    local = at.astimezone(zone_of(zone_name))
    today = datetime.combine(local.date(), time(settings.DIGEST_HOUR), local.tzinfo)
    if today > local:
        return today
    return datetime.combine(local.date() + timedelta(days=1), time(settings.DIGEST_HOUR), local.tzinfo)


def next_mornings(zone_names: Iterable[str], at: datetime) -> dict[str, datetime]:
    return {name: next_morning(name, at) for name in zone_names}
