"""The dates of a competition as a calendar, and discussions as a feed: for programs of others to read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest
from freezegun import freeze_time
from icalendar import Calendar

from competitions.log.recording import record
from competitions.models import Competition, LogKind
from discussions.models import Discussion
from tests.factories import ENDS, NOON, STARTS, CompetitionFactory, UserFactory, overwrite
from tests.phases import FINAL_ENDS, add

pytestmark = pytest.mark.django_db
CALENDAR, FEED = "/api/competitions/cup/calendar/", "/api/discussions/feed/"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def cup():
    return CompetitionFactory(title="Cup", slug="cup", time_zone="Asia/Tokyo")


def events(client, **options) -> dict[str, tuple[datetime, datetime]]:
    answer = client.get(CALENDAR, **options)
    assert answer["Content-Type"].startswith("text/calendar")
    return {
        str(one["summary"]): (one["dtstart"].dt, one["dtend"].dt) for one in Calendar.from_ical(answer.content).events
    }


# --- the calendar -----------------------------------------------------------------------------------------------------
def test_a_calendar_holds_every_moment_that_matters(client, cup):
    deadline = ENDS - timedelta(days=3)
    overwrite(entry_deadline=deadline, merge_deadline=deadline, objections_until=ENDS + timedelta(hours=1))
    assert events(client) == {
        "Cup starts": (STARTS, STARTS),
        "Cup: entry closes": (deadline, deadline),
        "Cup: last moment to merge teams": (deadline, deadline),
        "Cup ends": (ENDS, ENDS),
        "Cup: time for objections": (ENDS, ENDS + timedelta(hours=1)),
    }


def test_what_a_competition_has_not_stands_in_no_calendar(client, cup):
    assert set(events(client)) == {"Cup starts", "Cup ends"}


def test_each_phase_stands_in_it(client):
    cup = CompetitionFactory(title="Cup", slug="cup", hosts=[UserFactory()])
    add(cup)
    assert events(client) == {
        "Cup: #1 starts": (STARTS, STARTS),
        "Cup: #1 ends": (ENDS, ENDS),
        "Cup: Final starts": (ENDS, ENDS),
        "Cup: Final ends": (FINAL_ENDS, FINAL_ENDS),
    }


def test_moments_are_the_same_whatever_zone_the_competition_lives_in(client):
    """Nine in the evening of a summer's day in New York, and of a winter's."""
    zone = {"slug": "cup", "title": "Cup", "time_zone": "America/New_York"}
    CompetitionFactory(
        starts_at=datetime(2026, 7, 1, 1, tzinfo=UTC), ends_at=datetime(2026, 12, 1, 2, tzinfo=UTC), **zone
    )
    found = events(client)
    assert found["Cup starts"][0] == datetime(2026, 7, 1, 1, tzinfo=UTC)
    assert found["Cup ends"][0] == datetime(2026, 12, 1, 2, tzinfo=UTC)
    assert "X-WR-TIMEZONE:America/New_York" in client.get(CALENDAR).text


def test_an_event_keeps_its_identity_when_its_time_or_language_changes(client, cup):
    def identities(**options):
        return {str(one["uid"]) for one in Calendar.from_ical(client.get(CALENDAR, **options).content).events}

    before = identities()
    overwrite(ends_at=ENDS + timedelta(days=1))
    assert identities(headers={"Accept-Language": "ja"}) == before
    assert "Cup 終了" in events(client, headers={"Accept-Language": "ja"})


def test_a_title_can_not_add_a_line_of_its_own(client, cup):
    Competition.objects.update(title="Cup\r\nBEGIN:VALARM\r\n;,\\")
    found = Calendar.from_ical(client.get(CALENDAR).content)
    assert len(found.events) == 2
    assert not list(found.walk("VALARM"))


def test_a_draft_has_no_calendar(client, cup):
    Competition.objects.update(is_published=False)
    assert client.get(CALENDAR).status_code == 404


# --- the feed ---------------------------------------------------------------------------------------------------------
def start(cup, title, **fields):
    fields = {
        "author": UserFactory(display_name="Al\x0bice"),
        "created_at": NOON,
        "active_at": NOON,
        "body": "b",
        **fields,
    }
    return Discussion.objects.create(competition=cup, title=title, **fields)


def titles(client, query="?competition=cup") -> list[str]:
    answer = client.get(FEED + query)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("application/atom+xml")
    return [entry.findtext(f"{ATOM}title") for entry in ET.fromstring(answer.content).iter(f"{ATOM}entry")]


def test_a_feed_tells_the_newest_first_whatever_is_pinned(client, cup):
    start(cup, "old", is_pinned=True)
    start(cup, "new", created_at=NOON + timedelta(hours=1))
    start(None, "of the site")
    assert titles(client) == ["new", "old"]
    assert set(titles(client, "")) == {"new", "old", "of the site"}


def test_announcements_have_a_feed_of_their_own(client, cup):
    start(cup, "talk")
    start(cup, "announced later", announced_at=NOON + timedelta(hours=2))
    start(cup, "announced", created_at=NOON + timedelta(hours=1), announced_at=NOON + timedelta(hours=1))
    assert titles(client, "?competition=cup&announcements=true") == ["announced later", "announced"]
    assert titles(client, "?competition=cup&announcements=false") == ["talk"]


def test_what_no_one_may_read_stands_in_no_feed(client, cup):
    start(cup, "hidden", hidden_at=NOON)
    start(cup, "deleted", deleted_at=NOON, comment_count=1)
    assert titles(client) == []
    Competition.objects.update(visibility="invitation", invitation_code="x")
    assert client.get(f"{FEED}?competition=cup").status_code == 403
    start(cup, "closed")
    assert titles(client, "") == []


def test_a_post_with_a_character_that_xml_can_not_hold_breaks_no_feed(client, cup):
    start(cup, "a\x0b\x1f<b>&", body="\x01\ufffe`x`")
    assert titles(client) == ["a<b>&"]


def test_nor_does_a_reason_break_the_feed_of_the_log(client, cup):
    with freeze_time(NOON):
        record(cup, LogKind.CLOCK, by=UserFactory(display_name="\x0bAl"), at=NOON, reason="be\x0bcause")
    answer = client.get("/api/competitions/cup/log/feed/")
    assert "because" in ET.fromstring(answer.content).findtext(f".//{ATOM}summary")


def test_a_feed_is_bounded(client, cup, django_assert_max_num_queries):
    Discussion.objects.bulk_create(
        Discussion(competition=cup, title=str(n), body="b", created_at=NOON, active_at=NOON) for n in range(60)
    )
    with django_assert_max_num_queries(6):
        assert len(titles(client)) == 50


def test_a_word_can_be_followed(client, cup):
    start(cup, "other")
    assert titles(client, "?competition=cup&author=nobody") == []
