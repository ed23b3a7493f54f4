"""The dates of a competition as a calendar that people subscribe to (RFC 5545).

Moments are written in UTC, which every calendar shows in its reader's own zone; that of the competition is named.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext
from icalendar import Calendar, Event

from competitions.getting_on import name_of
from competitions.models import Competition, Phase
from foundation.feeds import one_line

# How often those who subscribed look again.
REFRESHED_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """A moment, or a time from one to another. `name`: what stands in the identity of the event, never translated."""

    name: str
    summary: str
    begins: datetime
    ends: datetime | None = None


def entries(competition: Competition) -> Iterator[Entry]:
    """Everything of a competition that stands in a calendar, in the language of the moment."""
    title = one_line(competition.local_title)
    if competition.entry_deadline is not None:
        yield Entry("entry", gettext("%(title)s: entry closes") % {"title": title}, competition.entry_deadline)
    if competition.merge_deadline is not None:
        yield Entry(
            "merge", gettext("%(title)s: last moment to merge teams") % {"title": title}, competition.merge_deadline
        )
    phases = list(competition.phases.order_by("number"))
    for phase in phases:
        is_alone = len(phases) == 1
        yield from _entries_of(phase, title if is_alone else f"{title}: {one_line(name_of(phase))}")


def _entries_of(phase: Phase, title: str) -> Iterator[Entry]:
    # A first phase keeps its events when a second one is added.
    place = "" if phase.number == 1 else f"-{phase.number}"
    yield Entry(f"start{place}", gettext("%(title)s starts") % {"title": title}, phase.starts_at)
    yield Entry(f"end{place}", gettext("%(title)s ends") % {"title": title}, phase.ends_at)
    until = phase.objections_until
    if until is not None and until > phase.ends_at:
        named = gettext("%(title)s: time for objections") % {"title": title}
        yield Entry(f"objections{place}", named, phase.ends_at, until)


def calendar_of(competition: Competition, at: datetime) -> bytes:
    """The calendar file."""
    made = Calendar()
    made.add("prodid", f"-//{settings.SITE_NAME}//{settings.SITE_NAME}//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", one_line(competition.local_title))
    made.add("x-wr-timezone", competition.time_zone)
    made.add("refresh-interval", REFRESHED_EVERY, parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", REFRESHED_EVERY)
    for entry in entries(competition):
        made.add_component(_event(competition, entry, at))
    return bytes(made.to_ical())


def _event(competition: Competition, entry: Entry, at: datetime) -> Event:
    address = f"{settings.SITE_URL.rstrip('/')}{competition.get_absolute_url()}"
    event = Event()
    event.add("uid", f"competition-{competition.pk}-{entry.name}@{urlsplit(settings.SITE_URL).hostname}")
    event.add("dtstamp", at.astimezone(UTC))
    event.add("dtstart", entry.begins.astimezone(UTC))
    event.add("dtend", (entry.ends or entry.begins).astimezone(UTC))
    event.add("summary", entry.summary)
    event.add(
        "description",
        f"{address}\n{gettext('Time zone of the competition: %(zone)s') % {'zone': competition.time_zone}}",
    )
    event.add("url", address)
    event.add("transp", "TRANSPARENT")
    return event
