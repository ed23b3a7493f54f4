"""Drafts that the worker publishes at a moment: when, for whom, what stops it, and that nothing is done twice."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest

from competitions.exceptions import (
    AlreadyPublished,
    NotHost,
    NotReadyToPublish,
    PublishInThePast,
    StartBeforePublishing,
)
from competitions.models import Competition, LogRow, PlannedPublication
from competitions.organising import publishing
from competitions.organising.creating import delete_draft
from competitions.organising.editing import edit_competition
from competitions.organising.hosts import add_host, remove_host
from competitions.organising.publishing import plan_publication, publish_due, take_back_publication
from competitions.solution.services import replace_solution
from foundation.duties import DUTIES
from foundation.refusals import NotVisible
from notifications_api.models import Mail, Notification
from tests.factories import STARTS, CompetitionFactory, UserFactory, give_solution
from tests.phases import add, phase_of

pytestmark = pytest.mark.django_db
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
NOW = STARTS - 10 * DAY
MOMENT = STARTS - DAY
CSV = "id,target,Usage\n1,1,Public\n2,2,Public\n3,3,Private\n4,4,Private\n"
EVERY_ROW = "id,target\n1,1\n2,2\n3,3\n"


@pytest.fixture
def host(db):
    return UserFactory(username="host")


@pytest.fixture
def draft(host):
    competition = CompetitionFactory(slug="cup", title="Cup", hosts=[host], is_published=False)
    give_solution(competition, CSV)
    return competition


def plan(draft, host, moment=MOMENT, at=NOW, **fields):
    return plan_publication(competition=draft, publish_at=moment, by=host, at=at, **fields)


def is_published(draft) -> bool:
    return Competition.objects.get(pk=draft.pk).is_published


def problems() -> list[str]:
    return [one["code"] for one in PlannedPublication.objects.get().problems["en"]]


def kinds_of_log() -> list[str]:
    return list(LogRow.objects.values_list("kind", flat=True))


# --- at the moment ------------------------------------------------------------------------------------------------------
def test_it_is_published_at_the_moment_and_not_before(draft, host):
    plan(draft, host)
    assert publish_due(MOMENT - timedelta(seconds=1)) == 0
    assert not is_published(draft)
    assert publish_due(MOMENT) == 1
    assert is_published(draft)
    published = LogRow.objects.get(kind="published")
    assert (published.actor, published.at) == (host, MOMENT)
    assert not PlannedPublication.objects.exists()


def test_it_is_a_duty():
    assert publish_due in {duty.run for duty in DUTIES}


def test_a_worker_that_was_away_publishes_when_it_is_back(draft, host):
    plan(draft, host)
    assert publish_due(MOMENT + 2 * DAY) == 1  # after the start
    assert is_published(draft)


def test_nothing_is_done_twice(draft, host):
    plan(draft, host)
    assert [publish_due(MOMENT), publish_due(MOMENT), publish_due(MOMENT + DAY)] == [1, 0, 0]
    assert kinds_of_log().count("published") == 1


def test_two_workers_at_once_publish_once(draft, host, monkeypatch):
    """The second one comes when the first has read the plan, and published."""
    plan(draft, host)
    edit = publishing.edit_competition

    def late(**fields):
        edit(**{**fields, "meanwhile": lambda: None})
        return edit(**fields)

    monkeypatch.setattr(publishing, "edit_competition", late)
    assert publish_due(MOMENT) == 0
    assert is_published(draft)
    assert kinds_of_log().count("published") == 1
    assert not PlannedPublication.objects.exists()


def test_a_worker_that_is_killed_in_the_middle_leaves_the_draft_and_the_plan(draft, host, monkeypatch):
    plan(draft, host)

    def dies(*_args, **_fields):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("competitions.organising.editing.leaderboard_changed", dies)
        with pytest.raises(KeyboardInterrupt):
            publish_due(MOMENT)
    assert not is_published(draft)
    assert (PlannedPublication.objects.count(), kinds_of_log()) == (
        1,
        [one for one in kinds_of_log() if one != "published"],
    )
    assert publish_due(MOMENT + MINUTE) == 1
    assert kinds_of_log().count("published") == 1


def test_a_fault_of_one_is_no_fault_of_the_next_time(draft, host, monkeypatch):
    plan(draft, host)
    other = CompetitionFactory(hosts=[host], is_published=False)
    give_solution(other, CSV)
    plan(other, host)
    look = publishing.readiness

    def away(competition):
        if competition == draft:
            raise OSError("away")
        return look(competition)

    with monkeypatch.context() as patched:
        patched.setattr(publishing, "readiness", away)
        assert publish_due(MOMENT) == 1
    assert is_published(other)
    assert PlannedPublication.objects.get().stopped_at is None
    assert publish_due(MOMENT + MINUTE) == 1


# --- moved and taken back -----------------------------------------------------------------------------------------------
def test_it_is_moved_and_taken_back_until_then(draft, host):
    plan(draft, host)
    plan(draft, host, MOMENT - DAY, at=NOW + MINUTE)
    assert PlannedPublication.objects.get().publish_at == MOMENT - DAY
    plan(draft, host, MOMENT, at=NOW + 2 * MINUTE)
    assert publish_due(MOMENT - DAY) == 0
    for _twice in range(2):
        take_back_publication(competition=draft, by=host)
    assert publish_due(MOMENT) == 0
    assert not is_published(draft)


@pytest.mark.parametrize("how", ["taken back", "moved"])
def test_what_is_changed_while_the_worker_looks_is_not_published(draft, host, monkeypatch, how):
    plan(draft, host)
    look = publishing.readiness

    def changing(competition):
        monkeypatch.setattr(publishing, "readiness", look)
        if how == "moved":
            plan(draft, host, MOMENT + MINUTE, at=MOMENT - MINUTE)
        else:
            take_back_publication(competition=draft, by=host)
        return look(competition)

    monkeypatch.setattr(publishing, "readiness", changing)
    assert publish_due(MOMENT) == 0
    assert not is_published(draft)
    assert publish_due(MOMENT + MINUTE) == (how == "moved")


def test_publishing_by_hand_ends_the_plan_for_good(draft, host):
    """Taken off the site again, it is not published by what was planned before."""
    plan(draft, host)
    edit_competition(competition=draft, changes={"is_published": True}, by=host, at=NOW)
    assert not PlannedPublication.objects.exists()
    draft.refresh_from_db()
    edit_competition(competition=draft, changes={"is_published": False}, by=host, at=NOW, reason="Not yet.")
    assert publish_due(MOMENT) == 0
    assert not is_published(draft)


def test_a_draft_that_is_deleted_takes_its_plan_with_it(draft, host):
    plan(draft, host)
    delete_draft(competition=draft, by=host)
    assert (PlannedPublication.objects.count(), publish_due(MOMENT)) == (0, 0)


# --- beforehand ---------------------------------------------------------------------------------------------------------
def test_what_makes_no_sense_is_refused_beforehand(draft, host):
    with pytest.raises(PublishInThePast):
        plan(draft, host, NOW)
    with pytest.raises(StartBeforePublishing):
        plan(draft, host, STARTS + MINUTE)
    assert plan(draft, host, STARTS).publish_at == STARTS
    with pytest.raises(AlreadyPublished):
        plan(CompetitionFactory(hosts=[host]), host)


def test_the_start_of_every_phase_counts(draft, host):
    edit_competition(
        competition=draft, changes={"starts_at": STARTS + 5 * DAY, "ends_at": STARTS + 9 * DAY}, by=host, at=NOW
    )
    add(draft, at=NOW, starts_at=STARTS, ends_at=STARTS + 3 * DAY)
    with pytest.raises(StartBeforePublishing):
        plan(draft, host, STARTS + DAY)


def test_what_speaks_against_it_now_is_told_now(host):
    empty = CompetitionFactory(hosts=[host], is_published=False)
    with pytest.raises(NotReadyToPublish) as refused:
        plan(empty, host)
    assert [one["code"] for one in refused.value.problems] == ["no_solution"]
    assert plan(empty, host, publish_anyway=True).accepted == ["no_solution"]


def test_organisers_alone_plan(draft, host):
    plan(draft, host)
    for nobody in (UserFactory(), UserFactory(is_staff=True)):
        with pytest.raises((NotHost, NotVisible)):
            plan(draft, nobody)
        with pytest.raises((NotHost, NotVisible)):
            take_back_publication(competition=draft, by=nobody)
    assert PlannedPublication.objects.count() == 1


# --- what stops it ------------------------------------------------------------------------------------------------------
def test_a_check_that_is_red_by_then_stops_it(draft, host):
    plan(draft, host)
    draft.phase.solutions.all().delete()
    assert publish_due(MOMENT) == 0
    assert (is_published(draft), problems()) == (False, ["no_solution"])
    assert publish_due(MOMENT + MINUTE) == 0, "it is not tried again by itself"
    # Chosen anew, it is.
    give_solution(draft, CSV)
    plan(draft, host, MOMENT + 2 * MINUTE, at=MOMENT + MINUTE)
    assert publish_due(MOMENT + 2 * MINUTE) == 1


def test_a_yes_is_for_what_was_known(draft, host):
    """What asks for a yes later, and had none, stops it as well."""
    draft.phase.solutions.all().delete()
    plan(draft, host, publish_anyway=True)
    ways = {"by": None, "at": NOW, "filename": "s.csv", "usage_column": ""}
    replace_solution(phase=draft.phase, file=BytesIO(EVERY_ROW.encode()), **ways)
    assert publish_due(MOMENT) == 0
    assert problems() == ["rows_public_and_private"]


@pytest.mark.parametrize("how", ["not an organiser", "deactivated", "deleted"])
def test_it_is_published_for_an_organiser_of_that_moment(draft, host, how):
    other = UserFactory(username="other")
    add_host(competition=draft, user=other, by=host, at=NOW)
    plan(draft, other)
    if how == "not an organiser":
        remove_host(competition=draft, user=other, by=host, at=NOW)
    elif how == "deactivated":
        type(other).objects.filter(pk=other.pk).update(is_active=False)
    else:
        remove_host(competition=draft, user=other, by=host, at=NOW)
        other.delete()
    assert publish_due(MOMENT) == 0
    assert not is_published(draft)
    assert problems() == ["nobody_to_publish"]


def test_a_start_that_was_moved_before_the_moment_stops_it(draft, host):
    plan(draft, host)
    edit_competition(competition=draft, changes={"starts_at": MOMENT - MINUTE}, by=host, at=NOW)
    assert publish_due(MOMENT) == 0
    assert problems() == ["start_before_publishing"]


def test_what_is_over_is_not_published(draft, host):
    plan(draft, host)
    assert publish_due(phase_of(draft, 1).ends_at) == 0
    assert problems() == ["ended_before_publishing"]


def test_one_that_is_stopped_keeps_no_other_back(draft, host):
    plan(draft, host)
    draft.phase.solutions.all().delete()
    other = CompetitionFactory(hosts=[host], is_published=False)
    give_solution(other, CSV)
    plan(other, host)
    assert publish_due(MOMENT) == 1
    assert (is_published(draft), is_published(other)) == (False, True)


def test_organisers_are_told_why_each_in_their_language(draft, host, django_capture_on_commit_callbacks, settings):
    settings.TASKS = {
        "default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend", "QUEUES": ["default", "scoring"]}
    }
    other = UserFactory(username="other")
    add_host(competition=draft, user=other, by=host, at=NOW)
    plan(draft, host)
    draft.phase.solutions.all().delete()
    for _twice in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            publish_due(MOMENT)
    told = Notification.objects.filter(kind="publication_stopped")
    assert set(told.values_list("recipient__username", flat=True)) == {"host", "other"}
    assert told.count() == Mail.objects.filter(kind="publication_stopped").count() == 2
    one = told.first()
    assert one.excerpt.startswith("There is no solution yet")
    assert one.excerpt_ja
    assert one.excerpt_ja != one.excerpt
    assert one.url == "/competitions/cup/studio"


# --- over HTTP ----------------------------------------------------------------------------------------------------------
ADDRESS = "/api/competitions/cup/publication/"
NONE = {"publishAt": None, "plannedBy": None, "startsBefore": False, "stoppedAt": None, "problems": []}


def test_over_http(draft, host, api, time_machine_at):
    api.force_authenticate(host)
    with time_machine_at(NOW):
        assert api.get(ADDRESS).json() == NONE
        answer = api.put(ADDRESS, {"publishAt": MOMENT.isoformat()}, format="json")
        assert (answer.status_code, answer.json()["plannedBy"]["username"]) == (200, "host")
        for body, code in (
            ({"publishAt": NOW.isoformat()}, "publish_in_the_past"),
            ({"publishAt": (STARTS + DAY).isoformat()}, "start_before_publishing"),
            ({}, "required"),
            ({"publishAt": "soon"}, "invalid"),
            ({"publishAt": None}, "null"),
        ):
            refused = api.put(ADDRESS, body, format="json")
            assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, code)
            assert refused.json()["errors"][0]["attr"] == "publishAt"
        edit_competition(competition=draft, changes={"starts_at": MOMENT - MINUTE}, by=host, at=NOW)
        assert api.get(ADDRESS).json()["startsBefore"] is True
    publish_due(MOMENT)
    stopped = api.get(ADDRESS, headers={"Accept-Language": "en"}).json()
    assert [one["code"] for one in stopped["problems"]] == ["start_before_publishing"]
    japanese = api.get(ADDRESS, headers={"Accept-Language": "ja"}).json()
    assert japanese["problems"][0]["detail"] != stopped["problems"][0]["detail"]
    assert api.delete(ADDRESS).status_code == 204
    assert api.get(ADDRESS).json() == NONE


def test_nobody_else_learns_of_it(draft, host, api):
    plan(draft, host)
    for user in (UserFactory(), None):
        api.force_authenticate(user)
        assert api.get(ADDRESS).status_code == 404
        assert api.get("/api/competitions/cup/").status_code == 404


def test_a_moment_without_an_offset_is_of_the_competitions_clock(draft, host, api, time_machine_at):
    Competition.objects.filter(pk=draft.pk).update(time_zone="Asia/Tokyo")
    api.force_authenticate(host)
    with time_machine_at(NOW):
        naive = (MOMENT + timedelta(hours=9)).replace(tzinfo=None).isoformat()
        assert api.put(ADDRESS, {"publishAt": naive}, format="json").status_code == 200
    assert PlannedPublication.objects.get().publish_at == MOMENT


@pytest.fixture
def time_machine_at():
    from freezegun import freeze_time

    return freeze_time
