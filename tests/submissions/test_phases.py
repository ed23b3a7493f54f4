"""A competition of two phases: which one is meant, what belongs to each, and who may change what."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from freezegun import freeze_time
from rest_framework.test import APIClient

from competitions.exceptions import (
    CompetitionEnded,
    CompetitionNotStarted,
    CompetitionRunning,
    EndInThePast,
    NotHost,
    OnlyPhase,
    PhaseInUse,
    ReasonMissing,
)
from competitions.models import Competition, LogRow, Phase, Standing
from competitions.organising.editing import edit_competition
from competitions.phases.services import add_phase, remove_phase
from competitions.solution.services import replace_solution
from competitions.teams.entries import enter
from competitions.teams.merges import accept_merge, request_merge
from competitions.turning import turn_phases
from submissions import runs
from submissions.checking import differences
from submissions.exceptions import DailyLimitReached
from submissions.services import select, submit
from tests.factories import AFTER, ENDS, NOON, STARTS, TeamFactory, UserFactory
from tests.phases import DAY, FINAL, FINAL_ENDS, add, confirm, phase_of
from tests.submissions.conftest import competition_with_solution
from tests.submissions.files import file_scoring, solution_csv, upload

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def host():
    return UserFactory(username="host")


@pytest.fixture
def cup(host):
    """A development phase, and after it a final with a solution of its own."""
    cup = competition_with_solution("rmse", slug="two", hosts=[host])
    final = add(cup, daily_submission_limit=2)
    give(final, shift=1.0)
    return Competition.objects.get(pk=cup.pk)


@pytest.fixture
def team(cup):
    return TeamFactory(competition=cup, name="ours")


def give(phase: Phase, *, shift: float = 0.0, at: datetime = STARTS):
    file = upload(solution_csv("rmse", shift=shift)).file
    return replace_solution(phase=phase, file=file, filename="s.csv", by=None, at=at)


def sends(team, phase: Phase, public: float = 0.5, private: float = 0.5, *, at: datetime):
    return submit(
        user=team.owner,
        team=team,
        phase=phase,
        file=file_scoring("rmse", public, private),
        filename="submission.csv",
        at=at,
    ).submission


def client(user=None) -> APIClient:
    found = APIClient()
    if user is not None:
        found.force_authenticate(user)
    return found


# --- which one is meant -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("at", "starts", "ends", "number"),
    [
        (STARTS - DAY, ENDS, FINAL_ENDS, 1),
        (NOON, ENDS, FINAL_ENDS, 1),
        (ENDS, ENDS, FINAL_ENDS, 2),
        (FINAL_ENDS + DAY, ENDS, FINAL_ENDS, 2),
        # With a pause between the two, the last that ended is meant in it.
        (ENDS + DAY, ENDS + 2 * DAY, FINAL_ENDS, 1),
        (ENDS + 2 * DAY, ENDS + 2 * DAY, FINAL_ENDS, 2),
        # Side by side: the latest started that runs.
        (NOON, NOON - DAY, NOON + DAY, 2),
        (NOON + DAY, NOON - DAY, NOON + DAY, 1),
        (ENDS, NOON - DAY, NOON + DAY, 1),
        # The added one comes first.
        (STARTS - DAY, STARTS - 2 * DAY, STARTS - MINUTE, 2),
    ],
)
def test_which_phase_is_meant_where_none_is_named(host, at, starts, ends, number):
    cup = competition_with_solution("rmse", slug="two", hosts=[host])
    add(cup, starts_at=starts, ends_at=ends, at=STARTS - 3 * DAY)
    with freeze_time(at):
        assert Competition.objects.get(pk=cup.pk).phase.number == number
        body = client().get("/api/competitions/two/").json()
        assert [one["number"] for one in body["phases"] if one["isCurrent"]] == [number]
        # What is asked of rows follows with the worker's next look.
        turn_phases(at)
        assert Competition.objects.get(pk=cup.pk).current_phase.number == number
        assert turn_phases(at) == 0


def test_lists_follow_the_clock(cup):
    with freeze_time(FINAL):
        turn_phases(FINAL)
        running = client().get("/api/competitions/?state=running").json()["results"]
    assert "two" in [one["slug"] for one in running]


def test_a_competition_of_one_phase_is_asked_for_no_other(host):
    alone = competition_with_solution("rmse", slug="one", hosts=[host])
    with freeze_time(NOON):
        assert Competition.objects.get(pk=alone.pk).phase_turns_at is None
        with CaptureQueriesContext(connection) as asked:
            found = Competition.objects.get(pk=alone.pk)
            assert (found.phase.number, found.can_still_enter(NOON), found.is_over(NOON)) == (1, True, False)
        assert len(asked) == 1


@pytest.mark.parametrize("address", ["leaderboard/public/", "leaderboard/history/", "", "phases/"])
def test_ten_phases_ask_a_constant_number_of_queries_more(host, address):
    counts = []
    for phases in (2, 10):
        cup = competition_with_solution("rmse", slug=f"of-{phases}", hosts=[host])
        for number in range(1, phases):
            add(cup, name=f"Track {number}", starts_at=STARTS, ends_at=ENDS)
        with freeze_time(NOON):
            client(host).get(f"/api/competitions/{cup.slug}/{address}")
            with CaptureQueriesContext(connection) as asked:
                assert client(host).get(f"/api/competitions/{cup.slug}/{address}").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


# --- adding, changing, taking away ------------------------------------------------------------------------------------
NEW = {"name": "Final", "startsAt": "2026-06-11T00:00:00Z", "endsAt": "2026-06-20T00:00:00Z"}


def test_a_phase_is_added_with_what_the_newest_one_has(host):
    competition_with_solution("rmse", slug="two", hosts=[host], selectable_submissions=3, score_digits=2)
    with freeze_time(NOON):
        answer = client(host).post("/api/competitions/two/phases/", NEW, format="json")
        body = answer.json()
        assert answer.status_code == 201, body
        told = {name: body[name] for name in ("number", "name", "state", "selectableSubmissions", "scoreDigits")}
        assert told == {
            "number": 2,
            "name": "Final",
            "state": "upcoming",
            "selectableSubmissions": 3,
            "scoreDigits": 2,
        }
        assert body["metric"]["name"] == "rmse"
        assert client(host).get("/api/competitions/two/phases/2/solution/").status_code == 404
        assert [one["number"] for one in client().get("/api/competitions/two/phases/").json()] == [1, 2]


@pytest.mark.parametrize(
    ("fields", "attr"),
    [
        ({"name": " "}, "name"),
        ({"startsAt": None}, "startsAt"),
        ({"endsAt": "2026-06-10T00:00:00Z"}, "nonFieldErrors"),
        ({"metric": "nothing"}, "metric"),
        ({"metricParams": {"alpha": 1}}, "metricParams"),
        ({"furtherMetrics": [{"metric": "rmse"}]}, "furtherMetrics"),
        ({"startsAt": "2026-06-01T00:00:00Z", "endsAt": "2026-06-02T00:00:00Z"}, "endsAt"),
    ],
    ids=str,
)
def test_what_does_not_fit_is_a_located_refusal(cup, host, fields, attr):
    with freeze_time(NOON):
        answer = client(host).post("/api/competitions/two/phases/", {**NEW, **fields}, format="json")
    assert answer.status_code == 400, answer.content
    assert answer.json()["errors"][0]["attr"] == attr


def test_only_organisers_add_change_and_take_away(cup, team):
    for who in (None, team.owner, UserFactory(is_staff=True)):
        with freeze_time(NOON):
            answers = [
                client(who).post("/api/competitions/two/phases/", NEW, format="json"),
                client(who).patch("/api/competitions/two/phases/2/", {"name": "Last"}, format="json"),
                client(who).delete("/api/competitions/two/phases/2/", {"reason": "Why."}, format="json"),
            ]
        assert {one.status_code for one in answers} <= {401, 403}
    with pytest.raises(NotHost):
        add_phase(competition=cup, fields={"name": "x"}, by=team.owner, at=NOON)
    with pytest.raises(NotHost):
        remove_phase(phase=phase_of(cup, 2), by=team.owner, at=NOON)


def test_organisers_alone_are_told_which_phase_has_a_solution(cup, team, host):
    add(cup, name="Evening")
    address = "/api/competitions/two/phases/"
    with freeze_time(NOON):
        told = {number: client(host).get(f"{address}{number}/").json()["hasSolution"] for number in (1, 2, 3)}
        listed = {one["number"]: one["hasSolution"] for one in client(host).get(address).json()}
        others = [one["hasSolution"] for who in (None, team.owner) for one in client(who).get(address).json()]
    assert told == listed == {1: True, 2: True, 3: False}
    assert set(others) == {None}


def test_each_phase_is_changed_by_its_own_clock(cup, host):
    """The end of what is over can't move, while that of what runs can."""
    later = {"endsAt": "2026-06-25T00:00:00Z", "reason": "An outage."}
    with freeze_time(FINAL):
        over = client(host).patch("/api/competitions/two/phases/1/", later, format="json")
        runs_on = client(host).patch("/api/competitions/two/phases/2/", later, format="json")
        earlier = client(host).patch(
            "/api/competitions/two/phases/2/", {"endsAt": "2026-06-12T00:10:00Z", "reason": "x"}, format="json"
        )
    assert [one["code"] for one in over.json()["errors"]] == ["clock_frozen"]
    assert (runs_on.status_code, runs_on.json()["endsAt"]) == (200, "2026-06-25T00:00:00Z")
    assert [one["code"] for one in earlier.json()["errors"]] == ["end_too_soon"]
    assert phase_of(cup, 1).ends_at == ENDS


def test_the_metric_is_fixed_phase_by_phase(cup, host, team):
    sends(team, phase_of(cup, 1), at=NOON)
    with freeze_time(NOON):
        changes = [
            client(host).patch(f"/api/competitions/two/phases/{number}/", {"metric": "mae"}, format="json")
            for number in (1, 2)
        ]
    assert [one.status_code for one in changes] == [409, 200]
    assert [phase_of(cup, number).metric for number in (1, 2)] == ["rmse", "mae"]
    assert phase_of(cup, 2).solutions.get(is_active=True).metric == "mae"


def test_a_moved_start_turns_the_phase_that_is_meant(cup, host):
    with freeze_time(NOON):
        answer = client(host).patch(
            "/api/competitions/two/phases/2/", {"startsAt": "2026-06-05T11:00:00Z"}, format="json"
        )
        assert answer.json()["isCurrent"] is True
    assert Competition.objects.get(pk=cup.pk).current_phase.number == 2


def test_a_phase_that_nothing_happened_in_is_taken_away(cup, host):
    with freeze_time(NOON):
        refused = client(host).delete("/api/competitions/two/phases/2/")
        assert [one["code"] for one in refused.json()["errors"]] == ["reason_missing"]
        gone = client(host).delete("/api/competitions/two/phases/2/", {"reason": "No time."}, format="json")
        assert gone.status_code == 204, gone.content
        assert client().get("/api/competitions/two/phases/2/").status_code == 404
    added = add(cup, at=NOON)
    assert added.number == 3  # entries of the log name the second
    kinds = list(LogRow.objects.filter(competition=cup, kind="phase").order_by("sequence"))
    assert [(one.facts["phase"], one.facts["added"]) for one in kinds] == [(2, True), (2, False), (3, True)]


@pytest.mark.parametrize("what", ["started", "used", "alone"])
def test_a_phase_that_something_happened_in_stays(cup, host, team, what):
    if what == "used":
        sends(team, phase_of(cup, 2), at=FINAL)
    if what == "alone":
        remove_phase(phase=phase_of(cup, 2), by=host, at=NOON, reason="No time.")
    number, at = (1, STARTS - DAY) if what == "alone" else (2, FINAL if what == "started" else NOON)
    with pytest.raises(OnlyPhase if what == "alone" else PhaseInUse):
        remove_phase(phase=phase_of(cup, number), by=host, at=at, reason="Why.")


def test_taking_away_needs_a_reason_and_adding_an_end_to_come(cup, host):
    with pytest.raises(ReasonMissing):
        remove_phase(phase=phase_of(cup, 2), by=host, at=NOON)
    with pytest.raises(EndInThePast):
        add(cup, starts_at=STARTS, ends_at=NOON, at=NOON)


def test_once_all_have_ended_one_more_needs_a_reason_that_everybody_can_read(cup, host):
    """Whoever adds it then may know who won, and opens entering and merging again."""
    new = {**NEW, "startsAt": "2026-07-01T00:00:00Z", "endsAt": "2026-07-05T00:00:00Z"}
    answers = []
    for reason in ("", " ", "A tie."):
        with freeze_time(FINAL_ENDS):
            answers.append(client(host).post("/api/competitions/two/phases/", {**new, "reason": reason}, format="json"))
    assert [one.status_code for one in answers] == [400, 400, 201]
    assert [one["code"] for one in answers[0].json()["errors"]] == ["reason_missing"]
    newest = LogRow.objects.filter(competition=cup).order_by("-sequence").first()
    assert (newest.kind, newest.facts["phase"], newest.reason) == ("phase", 3, "A tie.")


def test_while_one_goes_on_or_nobody_has_seen_it_one_more_needs_none(cup, host):
    add(cup, starts_at=FINAL_ENDS, ends_at=FINAL_ENDS + DAY, at=FINAL)
    draft = competition_with_solution("rmse", slug="draft", hosts=[host], is_published=False)
    add(draft, starts_at=FINAL_ENDS, ends_at=FINAL_ENDS + DAY, at=FINAL)
    assert draft.phases.count() == 2


def test_medals_can_not_be_decided_once_any_phase_has_ended(cup, host):
    with freeze_time(FINAL):
        answer = client(host).patch("/api/competitions/two/", {"awardsMedals": False}, format="json")
    assert [one["code"] for one in answer.json()["errors"]] == ["medals_frozen"]


def test_a_competition_goes_on_until_its_last_phase_ends(cup):
    with freeze_time(FINAL):
        late_comer = enter(competition=Competition.objects.get(pk=cup.pk), user=UserFactory(), at=FINAL)
        assert Standing.objects.filter(team=late_comer).count() == 2
    with freeze_time(FINAL_ENDS):
        assert not Competition.objects.get(pk=cup.pk).can_still_enter(FINAL_ENDS)


# --- what belongs to each ---------------------------------------------------------------------------------------------
def test_each_phase_has_a_board_of_its_own(cup, team):
    sends(team, phase_of(cup, 1), 0.25, at=NOON)
    with freeze_time(FINAL):
        # The final's solution is another one: what scores 0.25 by the first does not there.
        sent = sends(team, phase_of(cup, 2), 0.25, at=FINAL)
        boards = {
            place: client().get(f"/api/competitions/two/{place}leaderboard/public/").json()["results"][0]["score"]
            for place in ("", "phases/1/", "phases/2/")
        }
    assert boards == {"": sent.public_score, "phases/1/": 0.25, "phases/2/": sent.public_score}
    assert sent.public_score != 0.25
    assert [list(differences(phase_of(cup, number))) for number in (1, 2)] == [[], []]


@pytest.mark.parametrize("address", ["leaderboard/public/", "leaderboard/public/csv/", "submission-schema/", "noise/"])
def test_there_is_nothing_below_a_phase_that_is_not_there(cup, address):
    with freeze_time(NOON):
        for number in (0, 3, 40_000, 10**17):
            assert client().get(f"/api/competitions/two/phases/{number}/{address}").status_code == 404


def test_submissions_are_sent_to_the_phase_that_is_named(cup, team):
    member = client(team.owner)
    with freeze_time(FINAL):
        for number, late in ((1, True), (2, False), ("", False)):
            file = upload(file_scoring("rmse", 0.5).read())
            body = {"team": team.pk, "phase": number, "file": file}
            answer = member.post("/api/teams/submissions/", body, format="multipart")
            assert answer.status_code == 201, answer.content
            sent = answer.json()
            assert (sent["submission"]["phase"], sent["submission"]["isLate"]) == (number or 2, late)
            assert sent["receipt"]["receipt"]["phase"] == (number or 2)
        listed = {
            query: [one["phase"] for one in member.get(f"/api/teams/{team.pk}/submissions/{query}").json()["results"]]
            for query in ("", "?phase=1", "?phase=2")
        }
        left = {
            number: member.get(f"/api/teams/{team.pk}/allowance/?phase={number}").json()["usedToday"]
            for number in (1, 2)
        }
        assert member.get(f"/api/teams/{team.pk}/submissions/?phase=3").status_code == 404
        assert member.get(f"/api/teams/{team.pk}/submissions/?phase=x").status_code == 400
    assert listed == {"": [2, 2], "?phase=1": [1], "?phase=2": [2, 2]}
    assert left == {1: 1, 2: 2}


def test_each_phase_has_its_own_limits_and_its_own_clock(cup, team):
    with pytest.raises(CompetitionNotStarted):
        sends(team, phase_of(cup, 2), at=NOON)
    for _ in range(5):
        sends(team, phase_of(cup, 1), at=NOON)
    with pytest.raises(DailyLimitReached):
        sends(team, phase_of(cup, 1), at=NOON)
    for _ in range(2):
        sends(team, phase_of(cup, 2), at=FINAL)
    with pytest.raises(DailyLimitReached):
        sends(team, phase_of(cup, 2), at=FINAL)


def test_a_file_that_is_here_before_the_end_counts_for_its_phase_when_the_next_has_begun(cup, team):
    """The phase is taken from when the file was here, not from when its turn came."""
    first = Competition.objects.get(pk=cup.pk).phase_of(phase_of(cup, 1).pk)
    with freeze_time(FINAL):
        sent = sends(team, first, at=ENDS - MINUTE)
    assert (sent.phase.number, sent.is_late) == (1, False)


def test_each_phase_has_its_own_selection(cup, team):
    first = [sends(team, phase_of(cup, 1), at=NOON) for _ in range(2)]
    second = [sends(team, phase_of(cup, 2), at=FINAL) for _ in range(2)]
    for one in first:
        select(submission=one, selected=True, by=team.owner, at=NOON)
    with pytest.raises(CompetitionEnded):
        select(submission=first[0], selected=False, by=team.owner, at=FINAL)
    for one in second:
        select(submission=one, selected=True, by=team.owner, at=FINAL)


# --- private scoring and the confirmation, phase by phase -------------------------------------------------------------
def test_one_phase_is_confirmed_while_another_runs(cup, team, host):
    sends(team, phase_of(cup, 1), 0.5, 0.125, at=NOON)
    running = sends(team, phase_of(cup, 2), 0.5, 0.375, at=FINAL)
    confirm(phase_of(cup, 1), FINAL)
    with pytest.raises(CompetitionRunning):
        runs.start_run(phase=phase_of(cup, 2), kind="private", by=host, at=FINAL)
    with pytest.raises(CompetitionRunning):
        runs.confirm_private_leaderboard(phase=phase_of(cup, 2), by=host, at=FINAL)
    with freeze_time(FINAL):
        opened = client().get("/api/competitions/two/phases/1/leaderboard/private/")
        assert opened.json()["results"][0]["score"] == 0.125
        for who in (None, team.owner, host):
            for place in ("", "phases/2/"):
                for door in ("leaderboard/private/", "leaderboard/private/csv/", "solution/file/"):
                    assert client(who).get(f"/api/competitions/two/{place}{door}").status_code == 403
        mine = client(team.owner)
        by_phase = {
            number: mine.get(f"/api/teams/{team.pk}/submissions/?phase={number}").json()["results"][0]["privateScore"]
            for number in (1, 2)
        }
        assert by_phase == {1: 0.125, 2: None}
        assert mine.get(f"/api/submissions/{running.pk}/").json()["privateScore"] is None
    running.refresh_from_db()
    assert running.private_score is None


def test_the_runs_of_one_phase_score_nothing_of_another(cup, team):
    first, second = sends(team, phase_of(cup, 1), at=NOON), sends(team, phase_of(cup, 2), at=FINAL)
    confirm(phase_of(cup, 1), FINAL)
    rescoring = runs.start_run(phase=phase_of(cup, 1), kind="rescore", by=None, at=FINAL, reason="Why.")
    assert runs.work(rescoring.pk, now=lambda: FINAL) is runs.Outcome.DONE
    for one in (first, second):
        one.refresh_from_db()
    assert (first.private_score is None, second.private_score) == (False, None)
    assert second.solution.phase == phase_of(cup, 2)


def test_doors_name_the_phase_they_open(cup, team, host):
    """An organiser scores and confirms by the address of the phase; the address without one means what runs."""
    sends(team, phase_of(cup, 1), at=NOON)
    organiser = client(host)
    with freeze_time(FINAL):
        refused = organiser.post("/api/competitions/two/scoring-runs/", {"kind": "private"}, format="json")
        assert refused.json()["errors"][0]["code"] == "competition_running"
        started = organiser.post("/api/competitions/two/phases/1/scoring-runs/", {"kind": "private"}, format="json")
        assert started.status_code == 201, started.content
        assert runs.work(started.json()["id"], now=lambda: FINAL) is runs.Outcome.DONE
        assert organiser.get("/api/competitions/two/scoring-runs/").json()["count"] == 0
        assert organiser.get(f"/api/competitions/two/scoring-runs/{started.json()['id']}/").status_code == 404
        assert organiser.get("/api/competitions/two/phases/1/leaderboard/private/preview/").status_code == 200
        assert organiser.get("/api/competitions/two/phases/2/leaderboard/private/preview/").status_code == 403
        confirmed = organiser.post("/api/competitions/two/phases/1/private-leaderboard/confirm/")
        assert confirmed.json()["confirmedAt"] is not None
    assert [phase_of(cup, number).confirmed_at is None for number in (1, 2)] == [False, True]
    entries = LogRow.objects.filter(competition=cup, kind__in=["previewed", "confirmed", "private_run"])
    assert {one.kind: "phase" in one.facts for one in entries} == {
        "previewed": False,
        "confirmed": False,
        "private_run": False,
    }


def test_entries_of_the_log_name_the_phase_they_are_about(cup, team, host):
    sends(team, phase_of(cup, 2), at=FINAL)
    confirm(phase_of(cup, 2), FINAL_ENDS)
    assert LogRow.objects.get(competition=cup, kind="confirmed").facts["phase"] == 2
    with freeze_time(NOON):
        edit_competition(
            competition=cup, phase=phase_of(cup, 1), changes={"daily_submission_limit": 9}, by=host, at=NOON
        )
    entry = LogRow.objects.filter(competition=cup, kind="limits").get()
    assert "phase" not in entry.facts


def test_a_new_end_closes_no_phase_but_its_own(cup, team, host):
    """What rests on the end of one says nothing of the other."""
    sends(team, phase_of(cup, 1), at=AFTER)  # late: the end is written down
    assert (phase_of(cup, 1).ended_at, phase_of(cup, 2).ended_at) == (AFTER, None)


def test_teams_that_merge_are_one_in_every_phase(cup, team):
    other = TeamFactory(competition=cup, name="theirs")
    sends(team, phase_of(cup, 2), 0.5, at=FINAL)
    sends(other, phase_of(cup, 1), 0.25, at=NOON)
    sends(other, phase_of(cup, 2), 0.125, at=FINAL)
    with freeze_time(FINAL):
        asked = request_merge(from_team=other, to_team_id=team.pk, by=other.owner, at=FINAL)
        accept_merge(merge_request=asked, by=team.owner, at=FINAL)
    for number in (1, 2):
        assert list(differences(phase_of(cup, number))) == []
    assert Standing.objects.get(team=team, phase=phase_of(cup, 1)).best_public_score == 0.25


def test_nothing_is_merged_that_was_scored_privately(cup, team):
    other = TeamFactory(competition=cup, name="theirs")
    for one in (team, other):
        sends(one, phase_of(cup, 1), at=NOON)
    confirm(phase_of(cup, 1), FINAL)
    with freeze_time(FINAL):
        asked = request_merge(from_team=other, to_team_id=team.pk, by=other.owner, at=FINAL)
        with pytest.raises(CompetitionEnded):
            accept_merge(merge_request=asked, by=team.owner, at=FINAL)
