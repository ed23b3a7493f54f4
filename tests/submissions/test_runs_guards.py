"""What a run must not touch, and what keeps it from ending wrongly: each guard by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from competitions.exceptions import CompetitionRunning, ReasonMissing
from competitions.leaderboards.standings import (
    PublicStanding,
    count_submission,
    leaderboard_changed,
    rebuild_standings,
    record_public_score,
)
from competitions.models import Competition, Phase, Standing
from submissions import runs
from submissions.checking import differences
from submissions.exceptions import InvalidFile
from submissions.models import ScoringRun, Submission
from submissions.runs.completing import complete
from submissions.runs.exceptions import PrivateScoringMissing, PrivateScoringOutdated, ScoringRunActive
from submissions.runs.starting import why_not
from submissions.runs.writing import SolutionReplaced
from submissions.services import select
from tests.factories import AFTER, ENDS, NOON, STARTS, CompetitionFactory, TeamFactory, UserFactory, give_solution
from tests.submissions.conftest import competition_with_solution, send
from tests.submissions.files import solution_csv, upload

pytestmark = pytest.mark.django_db


def run_to_the_end(competition, kind, at):
    run = runs.start_run(phase=competition.phase, kind=kind, by=None, at=at, reason="A row was wrong.")
    assert runs.work(run.pk, now=lambda: at) is runs.Outcome.DONE
    run.refresh_from_db()
    return run


def all_scored(competition, at=AFTER, **fields):
    """A run whose last part is done, and which only has to be completed."""
    fields = {"kind": "private", "scores_private": True, **fields}
    return ScoringRun.objects.create(
        competition=competition,
        phase=competition.phase,
        status="running",
        solution=competition.solutions.get(is_active=True),
        created_at=at,
        **fields,
    )


# --- what a run scores ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("kind", "at"), [("private", AFTER), ("rescore", AFTER), ("rescore", NOON)])
def test_a_run_changes_nothing_of_any_other_competition(team, busy_neighbour, kind, at):
    other = TeamFactory(competition=competition_with_solution("rmse"))
    for one in (team, other):
        send(one, 0.5, 0.25)

    def all_of_the_others():
        rows = (Submission, Standing)
        return [list(model.objects.exclude(competition=team.competition).order_by("pk").values()) for model in rows]

    before = all_of_the_others()
    run = run_to_the_end(team.competition, kind, at)
    assert (run.total, run.done) == (1, 1)
    assert all_of_the_others() == before


def test_a_rescoring_in_the_middle_of_the_competition_settles_nothing(team):
    """Only private scoring does: until then members go on selecting."""
    submission = send(team).submission
    run = run_to_the_end(team.competition, "rescore", NOON)
    assert not run.scores_private
    assert select(submission=submission, selected=True, by=team.owner, at=NOON).is_selected


@pytest.mark.parametrize("at", [NOON, AFTER])
def test_a_file_refused_at_the_door_is_not_rescored(competition, team, at):
    """It took no slot; a later solution that it would fit must not put it on the board."""
    send(team, 0.5)
    with pytest.raises(InvalidFile):
        send(team, file=upload("id,target\n1,2\n"))
    give_solution(competition, solution_csv("rmse", shift=1.0))
    run = run_to_the_end(competition, "rescore", at)
    assert run.total == 1
    assert list(team.submissions.order_by("pk").values_list("status", flat=True)) == ["scored", "refused"]


# --- completing -------------------------------------------------------------------------------------------------------
def test_a_run_whose_solution_was_replaced_after_its_last_part_is_not_completed(team):
    send(team, 0.5, 0.25)
    run = all_scored(team.competition)
    give_solution(team.competition, solution_csv("rmse", shift=1.0), at=AFTER)
    before = list(Standing.objects.order_by("pk").values())
    with pytest.raises(SolutionReplaced):
        complete(run.pk, AFTER)
    run.refresh_from_db()
    assert run.status == "running"
    assert list(Standing.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("at", [NOON, ENDS - timedelta(microseconds=1)])
def test_private_standings_are_never_written_before_the_end(team, at):
    send(team)
    team.submissions.update(private_score=0.25)
    run = all_scored(team.competition)
    with pytest.raises(CompetitionRunning):
        complete(run.pk, at)
    assert Standing.objects.get(team=team).best_private_score is None
    assert complete(run.pk, ENDS)
    assert Standing.objects.get(team=team).best_private_score == 0.25


def test_a_public_rescoring_is_completed_before_the_end(team):
    send(team)
    run = all_scored(team.competition, NOON, kind="rescore", scores_private=False)
    assert complete(run.pk, NOON)
    run.refresh_from_db()
    assert (run.status, run.finished_at) == ("complete", NOON)


def test_a_public_rescoring_writes_no_private_side_whatever_lies_in_the_database(team):
    send(team)
    team.submissions.update(private_score=0.25)
    assert complete(all_scored(team.competition, NOON, kind="rescore", scores_private=False).pk, NOON)
    assert Standing.objects.get(team=team).best_private_score is None


def test_completing_a_run_repairs_every_column_of_a_standing(team):
    send(team)
    Standing.objects.filter(team=team).update(
        is_ranked=False,
        best_public_score=9.0,
        public_key=9.0,
        best_submitted_at=STARTS,
        last_submitted_at=STARTS,
        total_submissions=7,
    )
    assert complete(all_scored(team.competition, NOON, kind="rescore", scores_private=False).pk, NOON)
    assert list(differences(team.competition.phase)) == []


def test_private_scoring_moves_no_version_where_another_competition_is_confirmed(team, busy_neighbour):
    Phase.objects.filter(competition=busy_neighbour.pk).update(confirmed_at=AFTER)
    send(team)
    versions = Competition.objects.filter(pk=team.competition_id).values_list("leaderboard_version", flat=True)
    before = versions.get()
    assert complete(all_scored(team.competition).pk, AFTER)
    assert versions.get() == before


def test_a_run_is_completed_once_and_not_while_others_hold_parts_of_it(team):
    send(team)
    run = all_scored(team.competition)
    part = run.parts.create(first=1, last=1)
    assert not complete(run.pk, AFTER)
    part.finished_at = AFTER
    part.save()
    assert complete(run.pk, AFTER)
    later = AFTER + timedelta(hours=1)
    assert complete(run.pk, later)
    run.refresh_from_db()
    assert run.finished_at == AFTER


# --- confirming -------------------------------------------------------------------------------------------------------
def test_what_is_missing_is_told_apart(competition, team):
    """Never scored privately, or scored and no longer true: the organiser does something else about each."""

    def missing():
        found = runs.what_is_missing(competition.phase)
        return found and found.code

    assert missing() == PrivateScoringMissing.code
    send(team)
    run_to_the_end(competition, "rescore", NOON)
    assert missing() == PrivateScoringMissing.code, "a rescoring before the end brings no private side"
    run_to_the_end(competition, "private", AFTER)
    assert missing() is None
    competition.solutions.update(is_active=False)
    assert missing() == PrivateScoringOutdated.code


def test_the_newest_run_is_the_one_started_last_whatever_the_clock_said(competition, team):
    """A clock that was put back between the two must not let an older result pass for the present one."""
    send(team)
    run_to_the_end(competition, "private", AFTER)
    later = all_scored(competition, at=AFTER - timedelta(minutes=5))
    assert runs.what_is_missing(competition.phase).code == ScoringRunActive.code
    ScoringRun.objects.filter(pk=later.pk).update(status="failed")
    assert runs.what_is_missing(competition.phase).code == PrivateScoringOutdated.code


def test_a_run_that_was_not_told_which_submission_was_the_newest_can_still_be_confirmed(competition, team):
    """Runs of earlier versions did not write it down."""
    send(team)
    run_to_the_end(competition, "private", AFTER)
    competition.scoring_runs.update(newest_submission=None)
    assert runs.what_is_missing(competition.phase) is None


def test_the_server_scores_again_without_a_reason_and_an_organiser_does_not(competition, team):
    host = UserFactory()
    competition.hosts.add(host)
    send(team)
    run_to_the_end(competition, "private", AFTER)
    again = {"phase": competition.phase, "kind": "private", "at": AFTER}
    with pytest.raises(ReasonMissing):
        runs.start_run(by=host, **again)
    assert runs.start_run(by=None, **again).reason == ""


@pytest.mark.parametrize(
    "earlier",
    [
        {"kind": "rescore", "status": "complete", "scores_private": False},
        {"kind": "private", "status": "failed", "scores_private": True},
    ],
    ids=["a public rescoring", "a private run that failed"],
)
def test_the_first_private_result_takes_no_reason_whatever_was_run_before(competition, team, earlier):
    host = UserFactory()
    competition.hosts.add(host)
    ScoringRun.objects.create(competition=competition, phase=competition.phase, created_at=NOON, **earlier)
    assert runs.start_run(phase=competition.phase, kind="private", by=host, at=AFTER).reason == ""


def test_whoever_asks_whether_private_scoring_may_start_is_told_of_the_end_first(competition):
    assert why_not(competition.phase, "private", NOON).code == CompetitionRunning.code
    assert why_not(competition.phase, "private", AFTER) is None


def test_confirming_twice_and_closing_twice_is_doing_it_once(competition, team):
    send(team)
    run_to_the_end(competition, "private", AFTER)
    later = AFTER + timedelta(hours=1)
    confirm = {"phase": competition.phase, "by": None}
    for at in (AFTER, later):
        assert runs.confirm_private_leaderboard(at=at, **confirm).confirmed_at == AFTER
    for at in (AFTER, later):
        assert runs.unconfirm_private_leaderboard(at=at, **confirm).confirmed_at is None
    assert list(competition.log.values_list("kind", flat=True)).count("unconfirmed") == 1


def test_two_that_start_a_run_in_the_same_moment_start_one(competition, team, monkeypatch):
    """Both had found that there is none under way."""
    send(team)
    runs.start_run(phase=competition.phase, kind="private", by=None, at=AFTER)
    monkeypatch.setattr("submissions.runs.starting.why_not", lambda *_: None)
    with pytest.raises(ScoringRunActive):
        runs.start_run(phase=competition.phase, kind="private", by=None, at=AFTER)
    assert competition.scoring_runs.count() == 1


# --- standings --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("at", [ENDS, AFTER])
def test_no_late_submission_moves_a_standing_whoever_calls(team, at):
    before = Standing.objects.filter(team=team).values().get()
    with pytest.raises(ValueError, match="late"):
        count_submission(team=team, phase=team.competition.phase, at=at)
    with pytest.raises(ValueError, match="late"):
        record_public_score(team=team, phase=team.competition.phase, score=0.5, at=at)
    assert Standing.objects.filter(team=team).values().get() == before


@pytest.mark.parametrize("score", [float("nan"), float("inf")])
def test_only_a_finite_number_is_a_score(team, score):
    with pytest.raises(ValueError, match="finite"):
        record_public_score(team=team, phase=team.competition.phase, score=score, at=NOON)


def test_the_public_ranks_kept_at_the_end_are_by_score_then_by_time_then_by_team():
    """Not by the order in which teams were made."""
    competition = CompetitionFactory()
    hour = timedelta(hours=1)
    scores = [("last", 0.9, 0), ("later", 0.5, 2), ("tied", 0.5, 1), ("tied too", 0.5, 1), ("best", 0.1, 3)]
    teams = {name: TeamFactory(competition=competition, name=name) for name, _score, _hours in scores}
    TeamFactory(competition=competition, name="idle")
    gone = TeamFactory(competition=competition, name="gone", disbanded_at=NOON)
    rows = [
        PublicStanding(
            team_id=team.pk,
            best_public_score=score,
            best_submitted_at=NOON + hours * hour,
            last_submitted_at=NOON,
            total_submissions=1,
        )
        for (_name, score, hours), team in zip([*scores, ("gone", 0.0, 0)], [*teams.values(), gone], strict=True)
    ]
    rebuild_standings(phase=competition.phase, rows=rows)
    ranks = dict(Standing.objects.filter(competition=competition).values_list("team__name", "final_public_rank"))
    assert ranks == {"best": 1, "tied": 2, "tied too": 3, "later": 4, "last": 5, "idle": None, "gone": None}


def test_a_change_of_one_leaderboard_leaves_the_polls_of_others_alone(team, busy_neighbour):
    leaderboard_changed(competition_id=team.competition_id)
    versions = dict(Competition.objects.values_list("pk", "leaderboard_version"))
    assert versions[team.competition_id] == busy_neighbour.leaderboard_version + 1
    assert versions[busy_neighbour.pk] == busy_neighbour.leaderboard_version


def test_a_score_that_becomes_known_late_takes_its_place_in_the_history(team):
    """Sent in before a better one, scored after it: an improvement of its time, and not the last submission."""
    for score, at in ((0.25, NOON), (0.5, STARTS + timedelta(hours=1)), (0.75, STARTS + timedelta(hours=2))):
        record_public_score(team=team, phase=team.competition.phase, score=score, at=at)
    assert list(team.standing_changes.values_list("score", flat=True)) == [0.5, 0.25]
    standing = Standing.objects.get(team=team)
    assert (standing.best_public_score, standing.last_submitted_at) == (0.25, NOON)


def test_standings_rebuilt_for_some_teams_leave_the_rows_of_others_as_they_are(team):
    """Only the rows of those teams are locked: somebody else may be writing the others at the moment."""
    other = TeamFactory(competition=team.competition)
    Standing.objects.filter(team=other).update(is_ranked=False)
    rebuild_standings(phase=team.competition.phase, rows=[], teams=[team.pk])
    assert not Standing.objects.get(team=other).is_ranked


def test_standings_rebuilt_for_one_team_leave_the_history_of_the_others(team):
    other = TeamFactory(competition=team.competition)
    for one in (team, other):
        one.submits(0.5)
    row = PublicStanding(
        team_id=team.pk,
        best_public_score=0.25,
        best_submitted_at=NOON,
        last_submitted_at=NOON,
        total_submissions=1,
        improvements=((0.25, NOON),),
    )
    rebuild_standings(phase=team.competition.phase, rows=[row])
    assert list(team.standing_changes.values_list("score", flat=True)) == [0.25]
    assert list(other.standing_changes.values_list("score", flat=True)) == [0.5]
