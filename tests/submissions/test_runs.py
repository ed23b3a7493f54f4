"""Private scoring, rescoring and the confirmation, with scores known beforehand."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.db.models import Max

from competitions import signals as competition_signals
from competitions.exceptions import CompetitionEnded, CompetitionRunning, NotHost, ObjectionsOpen
from competitions.models import Competition, LogKind, LogRow, Phase, Solution, Standing
from competitions.solution.services import replace_solution
from competitions.teams.merges import accept_merge, request_merge
from foundation.refusals import Refusal
from submissions import runs, signals
from submissions.checking import differences
from submissions.exceptions import InvalidFile, NothingToScoreWith
from submissions.models import ScoringPart, ScoringRun, Submission
from submissions.runs import working
from submissions.runs.exceptions import (
    InvalidReason,
    PrivateScoringMissing,
    PrivateScoringOutdated,
    ReasonMissing,
    ScoringRunActive,
)
from submissions.runs.working import work_on_run
from submissions.services import select
from tests.factories import AFTER, ENDS, NOON, CompetitionFactory, TeamFactory, UserFactory, give_solution
from tests.neighbour import ours
from tests.submissions.conftest import competition_with_solution, enqueued, send
from tests.submissions.files import METRICS, solution_csv, upload

pytestmark = pytest.mark.django_db

DIRECTIONS = pytest.mark.parametrize("metric", METRICS)
LATER = AFTER + timedelta(hours=1)


def at(hours: float):
    return NOON + timedelta(hours=hours)


def private_run(competition, *, by=None, moment=AFTER) -> ScoringRun:
    """Start private scoring and work on it to the end."""
    return work_out(runs.start_run(phase=competition.phase, kind="private", by=by, at=moment), moment)


def rescore(competition, moment=AFTER) -> ScoringRun:
    run = runs.start_run(phase=competition.phase, kind="rescore", by=None, at=moment, reason="A row was wrong.")
    return work_out(run, moment)


def work_out(run: ScoringRun, moment=AFTER) -> ScoringRun:
    assert runs.work(run.pk, now=lambda: moment) is runs.Outcome.DONE
    run.refresh_from_db()
    return run


def new_solution(competition, csv, moment=AFTER, **fields) -> Solution:
    return replace_solution(
        phase=competition.phase, file=upload(csv).file, filename="solution.csv", by=None, at=moment, **fields
    )


def private_ranking(competition) -> list[tuple[str, float | None]]:
    rows = ours(Standing).ranked().filter(competition=competition).in_private_order()
    return list(rows.values_list("team__name", "best_private_score"))


def as_wanted(metric: str, rank: int) -> float:
    """The rank-th best of a few scores, exact in both directions."""
    return rank / 8 if metric == "rmse" else (10 - rank) / 10


# --- who and when -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", ["host", "superuser", "server"])
@pytest.mark.parametrize("moment", [NOON, ENDS - timedelta(seconds=1)])
def test_nobody_starts_private_scoring_before_the_end(moment, role):
    host = UserFactory()
    competition = competition_with_solution("rmse", hosts=[host])
    by = {"host": host, "superuser": UserFactory(is_superuser=True), "server": None}[role]
    with pytest.raises(CompetitionRunning):
        runs.start_run(phase=competition.phase, kind="private", by=by, at=moment)
    assert not ours(ScoringRun).exists()
    assert runs.start_run(phase=competition.phase, kind="private", by=by, at=ENDS).status == "queued"


def test_only_organisers_start_runs_and_confirm(competition, team):
    for who in (team.owner, UserFactory(is_staff=True)):
        for kind in ("private", "rescore"):
            with pytest.raises(NotHost):
                runs.start_run(phase=competition.phase, kind=kind, by=who, at=AFTER, reason="x")
        for service in (runs.confirm_private_leaderboard, runs.unconfirm_private_leaderboard):
            with pytest.raises(NotHost):
                service(phase=competition.phase, by=who, at=AFTER)


def test_one_run_at_a_time(competition):
    first = runs.start_run(phase=competition.phase, kind="private", by=None, at=AFTER)
    for kind in ("private", "rescore"):
        with pytest.raises(ScoringRunActive):
            runs.start_run(phase=competition.phase, kind=kind, by=None, at=AFTER, reason="x")
    work_out(first)
    assert private_run(competition).status == "complete"


def test_a_run_needs_a_solution_and_a_rescoring_a_reason(competition):
    with pytest.raises(NothingToScoreWith):
        runs.start_run(phase=CompetitionFactory().phase, kind="private", by=None, at=AFTER)
    for reason, refusal in [("  ", ReasonMissing), ("x" * 501, InvalidReason), ("a\x00b", InvalidReason)]:
        with pytest.raises(refusal):
            runs.start_run(phase=competition.phase, kind="rescore", by=None, at=NOON, reason=reason)


def test_starting_hands_the_run_to_the_workers(competition, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        run = runs.start_run(phase=competition.phase, kind="private", by=None, at=AFTER)
    assert enqueued(work_on_run) == [run.pk]


def test_a_run_that_meets_a_running_competition_computes_nothing(team):
    """However it came there: the promise does not rest on the start alone."""
    send(team)
    run = ScoringRun.objects.create(
        competition=team.competition, phase=team.competition.phase, kind="private", created_at=NOON
    )
    work_out(run, NOON)
    assert run.status == "failed"
    assert not ours(Submission).filter(private_score__isnull=False).exists()


def test_the_clock_is_asked_again_when_scores_are_written_and_when_standings_are_rebuilt(team):
    send(team)
    run = runs.start_run(phase=team.competition.phase, kind="private", by=None, at=AFTER)
    moments = iter([AFTER, AFTER, *[NOON] * 9])
    assert runs.work(run.pk, now=lambda: next(moments)) is runs.Outcome.WAITING
    assert not ours(Submission).filter(private_score__isnull=False).exists()


# --- what is scored -----------------------------------------------------------------------------------------------------
@DIRECTIONS
def test_private_scores_and_ranks_are_exact(metric):
    competition = competition_with_solution(metric)
    a, b, c = (TeamFactory(competition=competition, name=name) for name in "abc")
    for place, (team, private) in enumerate([(a, 3), (b, 1), (c, 2)], start=1):
        send(team, as_wanted(metric, place), as_wanted(metric, private))
    TeamFactory(competition=competition, name="idle")
    run = private_run(competition)
    assert (run.status, run.total, run.done, run.failed) == ("complete", 3, 3, 0)
    assert private_ranking(competition) == [
        ("b", as_wanted(metric, 1)),
        ("c", as_wanted(metric, 2)),
        ("a", as_wanted(metric, 3)),
        ("idle", None),
    ]
    ranks = Standing.objects.filter(competition=competition).order_by("team__name")
    assert list(ranks.values_list("team__name", "final_public_rank")) == [("a", 1), ("b", 2), ("c", 3), ("idle", None)]
    assert sorted(ours(Submission).values_list("private_score", flat=True)) == sorted(
        as_wanted(metric, place) for place in (1, 2, 3)
    )


@DIRECTIONS
def test_of_more_selected_ones_than_may_be_by_now_the_best_public_ones_count(metric):
    competition = competition_with_solution(metric, selectable_submissions=3)
    team = TeamFactory(competition=competition)
    for hour, (public, private) in enumerate([(3, 1), (2, 2), (1, 4)]):
        sent = send(team, as_wanted(metric, public), as_wanted(metric, private), at=at(hour)).submission
        select(submission=sent, selected=True, by=team.owner, at=at(5))
    Phase.objects.update(selectable_submissions=2)
    private_run(competition)
    assert Standing.objects.get(team=team).best_private_score == as_wanted(metric, 2)


@DIRECTIONS
def test_after_a_merge_the_submissions_of_both_count_and_the_emptied_team_ranks_no_more(metric):
    competition = competition_with_solution(metric, daily_submission_limit=None)
    asking, asked, other = (TeamFactory(competition=competition, name=name) for name in ("asking", "asked", "other"))
    send(asking, as_wanted(metric, 1), as_wanted(metric, 1))
    send(asked, as_wanted(metric, 2), as_wanted(metric, 3))
    send(other, as_wanted(metric, 3), as_wanted(metric, 2))
    request = request_merge(from_team=asking, to_team_id=asked.pk, by=asking.owner, at=at(1))
    accept_merge(merge_request=request, by=asked.owner, at=at(2))
    private_run(competition)
    assert private_ranking(competition) == [("asked", as_wanted(metric, 1)), ("other", as_wanted(metric, 2))]
    assert Standing.objects.get(team=asking).best_private_score is None


def test_an_undefined_private_score_is_none_and_gives_no_rank(competition, team, monkeypatch):
    from scoring import batches
    from scoring.errors import InvalidSubmission, Problem

    def undefined(*_args):
        raise InvalidSubmission(Problem("undefined_score", {"metric": "RMSE"}))

    send(team)
    monkeypatch.setattr(batches, "private_score", undefined)
    run = private_run(competition)
    # How many there are is told to everybody before the confirmation, and would tell of private rows.
    assert (run.status, run.done, run.failed) == ("complete", 1, 0)
    assert LogRow.objects.get(kind=LogKind.PRIVATE_RUN).facts["failed"] == 0
    assert private_ranking(competition) == [(team.name, None)]


def test_late_refused_and_failed_submissions_are_left_alone(competition, team):
    send(team, 0.5, 0.5)
    late = send(team, 0.0, 0.0, at=AFTER).submission
    with pytest.raises(Refusal):
        send(team, file=upload("id,target\n1,2\n").file)
    run = private_run(competition, moment=LATER)
    late.refresh_from_db()
    assert (run.total, late.private_score) == (1, None)
    assert Standing.objects.get(team=team).best_private_score == 0.5


def test_without_its_aligned_file_the_original_is_read_again(competition, team):
    submission = send(team, 0.5, 0.25).submission
    submission.aligned.storage.delete(submission.aligned.name)
    private_run(competition)
    submission.refresh_from_db()
    assert submission.private_score == 0.25
    assert submission.aligned.storage.exists(submission.aligned.name)


def test_files_in_an_object_store_are_scored_too(settings):
    """A storage without paths: the bytes go to the scoring core."""
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": "tests.submissions.files.ObjectStore"}}
    competition = competition_with_solution("rmse")
    a, b, c = (TeamFactory(competition=competition, name=name) for name in "abc")
    send(a, 0.5, 0.25)
    realigned = send(b, 0.5, 0.125).submission
    lost = send(c, 0.5, 0.5).submission
    realigned.aligned.storage.delete(realigned.aligned.name)
    for file in (lost.aligned, lost.file):
        file.storage.delete(file.name)
    assert private_run(competition).failed == 1
    assert private_ranking(competition) == [("b", 0.125), ("a", 0.25), ("c", None)]


def test_a_submission_whose_files_are_gone_does_not_stop_the_others(competition, team):
    lost = send(team, 0.5, 0.25).submission
    send(TeamFactory(competition=competition, name="other"), 0.5, 0.5)
    lost.aligned.storage.delete(lost.aligned.name)
    lost.file.storage.delete(lost.file.name)
    run = private_run(competition)
    assert (run.status, run.done, run.failed) == ("complete", 2, 1)
    assert private_ranking(competition) == [("other", 0.5), (team.name, None)]


@pytest.mark.parametrize("kind", ["private", "rescore"])
def test_a_storage_that_is_not_mounted_loses_nothing(competition, team, tmp_path, kind):
    """Where it would be is an empty folder then: every file seems to be gone."""
    submission = send(team, 0.5, 0.25).submission
    run = runs.start_run(phase=competition.phase, kind=kind, by=None, at=AFTER, reason="A row was wrong.")
    (tmp_path / "private").rename(tmp_path / "elsewhere")
    (tmp_path / "private").mkdir()
    assert runs.work(run.pk, now=lambda: AFTER) is runs.Outcome.WAITING
    submission.refresh_from_db()
    run.refresh_from_db()
    assert (submission.status, submission.public_score, run.status, run.done) == ("scored", 0.5, "running", 0)
    (tmp_path / "private").rmdir()
    (tmp_path / "elsewhere").rename(tmp_path / "private")
    assert work_out(run).failed == 0
    submission.refresh_from_db()
    assert submission.status == "scored"


def test_private_scoring_waits_for_submissions_of_the_last_moment(competition, team):
    submission = send(team).submission
    Submission.objects.update(status="pending", public_score=None)
    run = runs.start_run(phase=competition.phase, kind="private", by=None, at=AFTER)
    assert runs.work(run.pk, now=lambda: AFTER) is runs.Outcome.WAITING
    Submission.objects.update(status="scored", public_score=0.5)
    work_out(run)
    submission.refresh_from_db()
    assert submission.private_score == 0.5


def test_private_scoring_shows_nowhere_on_the_public_side(competition, team, api):
    send(team, 0.5, 0.125)
    from freezegun import freeze_time

    url = f"/api/competitions/{competition.slug}/leaderboard/public/"
    with freeze_time(AFTER):
        before = api.get(url)
        private_run(competition)
        after = api.get(url)
        api.force_authenticate(team.owner)
        own = api.get(f"/api/teams/{team.pk}/submissions/")
    assert (before.content, before["ETag"]) == (after.content, after["ETag"])
    assert own.json()["results"][0]["privateScore"] is None
    assert b"0.125" not in after.content + own.content


# --- the work -----------------------------------------------------------------------------------------------------------
def many(team, count: int) -> list[Submission]:
    """Rows that share the files of one submission; scoring each gives 0.25."""
    first = send(team, 0.5, 0.25).submission
    Submission.objects.bulk_create(
        Submission(
            competition=team.competition,
            phase=team.competition.phase,
            team=team,
            user=team.owner,
            created_at=at(number / 1000),
            file=first.file.name,
            filename="submission.csv",
            size=first.size,
            aligned=first.aligned.name,
            status="scored",
            public_score=0.5,
            solution=first.solution,
            scored_at=NOON,
        )
        for number in range(1, count)
    )
    return list(team.submissions.order_by("pk"))


@pytest.fixture
def small_steps(monkeypatch):
    monkeypatch.setattr("submissions.runs.working.CHUNK", 3)
    monkeypatch.setattr("submissions.runs.planning.PART", 10)


@pytest.fixture
def counted_writes(monkeypatch):
    """How often each submission's private score was written."""
    written: dict[int, int] = {}
    write_chunk = working.write_chunk

    def counting(run, part, submissions, scores, **keywords):
        write_chunk(run, part, submissions, scores, **keywords)
        for submission in submissions:
            written[submission.pk] = written.get(submission.pk, 0) + 1

    monkeypatch.setattr("submissions.runs.working.write_chunk", counting)
    return written


@pytest.mark.usefixtures("small_steps")
def test_a_run_goes_on_slice_by_slice_and_writes_each_score_once(team, counted_writes):
    submissions = many(team, 25)
    run = runs.start_run(phase=team.competition.phase, kind="private", by=None, at=AFTER)
    slices = 1
    while runs.work(run.pk, now=lambda: AFTER, seconds=0) is runs.Outcome.MORE:
        slices += 1
        run.refresh_from_db()
        assert 0 < run.done <= run.total == 25
    run.refresh_from_db()
    assert slices > 3
    assert (run.status, run.done) == ("complete", 25)
    assert counted_writes == {submission.pk: 1 for submission in submissions}
    assert not ScoringPart.objects.exists()


@pytest.mark.usefixtures("small_steps")
@pytest.mark.parametrize("seconds", [0, 0.5, 1.5, 2.5])
def test_what_was_begun_when_the_time_is_over_is_written_and_not_scored_again(team, monkeypatch, seconds):
    submissions = many(team, 25)
    ticks = iter(range(1000))
    monkeypatch.setattr(working, "time", SimpleNamespace(monotonic=lambda: next(ticks)))
    begun: list[int] = []
    start = working.Cruncher.start

    def counting(cruncher, chunk):
        begun.extend(submission.pk for submission in chunk)
        return start(cruncher, chunk)

    monkeypatch.setattr(working.Cruncher, "start", counting)
    run = runs.start_run(phase=team.competition.phase, kind="private", by=None, at=AFTER)
    while runs.work(run.pk, now=lambda: AFTER, seconds=seconds) is runs.Outcome.MORE:
        pass
    assert sorted(begun) == [submission.pk for submission in submissions]


@pytest.mark.usefixtures("small_steps")
def test_a_dead_workers_part_is_taken_over_where_it_stopped_once_its_lease_is_over(team, counted_writes, monkeypatch):
    many(team, 25)
    run = runs.start_run(phase=team.competition.phase, kind="private", by=None, at=AFTER)

    class Killed(BaseException):
        pass

    write_chunk = working.write_chunk

    def killed_in_the_fourth_chunk(*args, **keywords):
        if len(counted_writes) >= 9:
            raise Killed
        write_chunk(*args, **keywords)

    with monkeypatch.context() as patch:
        patch.setattr("submissions.runs.working.write_chunk", killed_in_the_fourth_chunk)
        with pytest.raises(Killed):
            runs.work(run.pk, now=lambda: AFTER)
    # Others take the rest; the dead one's part waits for its lease.
    assert runs.work(run.pk, now=lambda: AFTER) is runs.Outcome.WAITING
    run.refresh_from_db()
    assert (run.status, run.done) == ("running", 24)
    work_out(run, AFTER + timedelta(seconds=61))
    assert (run.status, run.done) == ("complete", 25)
    assert set(counted_writes.values()) == {1}
    assert ours(Submission).filter(private_score=0.25).count() == 25


@pytest.mark.usefixtures("small_steps")
def test_a_worker_that_was_taken_for_dead_writes_no_more(team, counted_writes):
    many(team, 9)
    run = runs.start_run(phase=team.competition.phase, kind="private", by=None, at=AFTER)
    begun = working.begin(run.pk, AFTER)
    slow = working.take_part(begun, AFTER)
    assert working.take_part(begun, AFTER) is None
    work_out(run, AFTER + timedelta(seconds=61))
    assert working._work_on(begun, slow, lambda: AFTER, 1e12)
    run.refresh_from_db()
    assert (run.done, set(counted_writes.values())) == (9, {1})


def test_a_part_that_kills_its_workers_fails_the_run(team):
    send(team)
    run = runs.start_run(phase=team.competition.phase, kind="private", by=None, at=AFTER)
    moment = AFTER
    for _attempt in range(working.ATTEMPTS):
        assert working.take_part(working.begin(run.pk, moment), moment) is not None
        moment += timedelta(seconds=61)
    work_out(run, moment)
    assert run.status == "failed"
    assert run.error
    assert private_run(team.competition).status == "complete"


@pytest.mark.usefixtures("small_steps")
def test_a_fault_in_the_middle_is_tried_again(team, monkeypatch):
    many(team, 9)
    run = runs.start_run(phase=team.competition.phase, kind="private", by=None, at=AFTER)
    with monkeypatch.context() as patch:
        patch.setattr("submissions.runs.working.write_chunk", lambda *_a, **_k: 1 / 0)
        assert runs.work(run.pk, now=lambda: AFTER) is runs.Outcome.WAITING
    work_out(run, AFTER + timedelta(seconds=61))
    assert (run.status, run.done) == ("complete", 9)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("small_steps")
def test_several_workers_share_a_run_and_write_each_score_once(counted_writes):
    team = TeamFactory(competition=competition_with_solution("rmse"))
    submissions = many(team, 120)
    run = runs.start_run(phase=team.competition.phase, kind="private", by=None, at=AFTER)

    def worker(_number):
        try:
            return runs.work(run.pk, now=lambda: AFTER)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as workers:
        outcomes = list(workers.map(worker, range(4)))
    run.refresh_from_db()
    assert runs.Outcome.DONE in outcomes
    assert (run.status, run.done) == ("complete", 120)
    assert counted_writes == {submission.pk: 1 for submission in submissions}
    assert ours(Standing).get().best_private_score == 0.25


@pytest.mark.usefixtures("small_steps")
def test_several_processes_give_the_same_scores(team, monkeypatch, settings):
    settings.SCORING_PROCESSES = 2
    monkeypatch.setattr("submissions.runs.crunching.ROWS_WORTH_PROCESSES", 0)
    many(team, 25)
    run = private_run(team.competition)
    assert (run.status, run.done) == ("complete", 25)
    assert ours(Submission).filter(private_score=0.25).count() == 25


def test_running_it_again_changes_nothing(competition, team):
    send(team, 0.5, 0.25)
    private_run(competition)
    before = list(ours(Standing).values())
    private_run(competition, moment=LATER)
    assert list(ours(Standing).values()) == before


def test_the_end_of_a_run_is_told(competition, team, django_capture_on_commit_callbacks):
    told = []

    def listen(scoring_run, **_):
        told.append((scoring_run.kind, scoring_run.status))

    signals.scoring_finished.connect(listen)
    send(team)
    with django_capture_on_commit_callbacks(execute=True):
        run = runs.start_run(phase=competition.phase, kind="private", by=None, at=AFTER)
        runs.work(run.pk, now=lambda: AFTER)
        runs.work(run.pk, now=lambda: AFTER)
    assert told == [("private", "complete")]


# --- rescoring ----------------------------------------------------------------------------------------------------------
def test_rescoring_while_it_runs_moves_the_public_side_alone(competition, team):
    other = TeamFactory(competition=competition, name="other")
    for hour, score in enumerate([0.5, 0.25]):
        send(team, score, at=at(hour))
    send(other, 0.375, at=at(2))
    new_solution(competition, solution_csv("rmse", shift=1.0), at(3))
    run = rescore(competition, at(4))
    assert (run.status, run.done, run.scores_private) == ("complete", 3, False)
    assert not ours(Submission).filter(private_score__isnull=False).exists()
    standing = Standing.objects.get(team=team)
    scores = list(team.submissions.order_by("created_at").values_list("public_score", flat=True))
    assert all(score is not None and score > 0.5 for score in scores)
    assert standing.best_public_score == min(scores)
    assert standing.total_submissions == 2
    assert [change.score for change in team.standing_changes.all()] == sorted(set(scores), reverse=True)[: len(scores)]


def test_rescoring_after_the_end_moves_both_sides(competition, team):
    send(team, 0.5, 0.25)
    private_run(competition)
    new_solution(competition, solution_csv("rmse", shift=1.0))
    assert rescore(competition).scores_private
    submission = team.submissions.get()
    standing = Standing.objects.get(team=team)
    assert submission.public_score > 0.5
    assert (standing.best_public_score, standing.best_private_score) == (
        submission.public_score,
        submission.private_score,
    )


def test_rescoring_raises_the_leaderboards_version(competition, team):
    send(team)
    before = ours(Competition).get().leaderboard_version
    rescore(competition, at(1))
    assert ours(Competition).get().leaderboard_version > before


def test_a_solution_in_another_order_is_rescored_from_the_original_files(competition, team):
    submission = send(team, 0.5, 0.25).submission
    header, *rows = solution_csv("rmse").splitlines()
    new_solution(competition, "\n".join([header, *reversed(rows)]) + "\n")
    aligned = submission.aligned.name
    rescore(competition)
    submission.refresh_from_db()
    assert (submission.public_score, submission.private_score) == (0.5, 0.25)
    assert submission.aligned.name != aligned


def test_what_the_new_solution_refuses_is_put_out_and_may_come_back(competition, team):
    submission = send(team, 0.5, 0.25).submission
    right = solution_csv("rmse")
    new_solution(competition, right + "33,0,Private\n", accept_refusals=True)
    run = rescore(competition)
    submission.refresh_from_db()
    assert (run.status, run.failed) == ("complete", 1)
    assert (submission.status, submission.public_score, submission.problems[0]["code"]) == (
        "refused",
        None,
        "missing_ids",
    )
    standing = Standing.objects.get(team=team)
    assert (standing.best_public_score, standing.best_private_score, standing.total_submissions) == (None, None, 0)
    new_solution(competition, right)
    rescore(competition)
    submission.refresh_from_db()
    assert (submission.status, submission.public_score, submission.private_score) == ("scored", 0.5, 0.25)
    assert Standing.objects.get(team=team).best_private_score == 0.25


@pytest.mark.usefixtures("small_steps")
def test_a_solution_replaced_in_the_middle_makes_the_run_start_over(competition, team):
    many(team, 9)
    run = runs.start_run(phase=competition.phase, kind="rescore", by=None, at=AFTER, reason="x")
    assert runs.work(run.pk, now=lambda: AFTER, seconds=0) is runs.Outcome.MORE
    last = new_solution(competition, solution_csv("rmse", shift=1.0))
    work_out(run)
    assert (run.status, run.done, run.solution) == ("complete", 9, last)
    assert ours(Submission).filter(solution=last).count() == 9
    assert ours(Submission).aggregate(worst=Max("public_score"))["worst"] > 0.5


def test_late_submissions_are_rescored_and_keep_their_private_side_closed_until_the_confirmation(competition, team):
    send(team)
    late = send(team, 0.25, 0.125, at=AFTER).submission
    rescore(competition, LATER)
    late.refresh_from_db()
    assert (late.public_score, late.private_score) == (0.25, None)
    runs.confirm_private_leaderboard(phase=competition.phase, by=None, at=LATER)
    rescore(competition, LATER)
    late.refresh_from_db()
    assert (late.public_score, late.private_score) == (0.25, 0.125)
    assert Standing.objects.get(team=team).best_private_score == 0.5


# --- the confirmation ---------------------------------------------------------------------------------------------------
def confirm(competition, moment=AFTER):
    return runs.confirm_private_leaderboard(phase=competition.phase, by=None, at=moment)


def test_the_private_leaderboard_opens_only_when_it_is_complete(competition, team):
    send(team)
    with pytest.raises(CompetitionRunning):
        confirm(competition, ENDS - timedelta(seconds=1))
    with pytest.raises(PrivateScoringMissing):
        confirm(competition)
    run = runs.start_run(phase=competition.phase, kind="private", by=None, at=AFTER)
    with pytest.raises(ScoringRunActive):
        confirm(competition)
    work_out(run)
    assert confirm(competition).is_confirmed(AFTER)


def test_a_replaced_solution_or_a_failed_run_must_be_scored_before_it_opens(competition, team):
    send(team)
    private_run(competition)
    new_solution(competition, solution_csv("rmse", shift=1.0))
    with pytest.raises(PrivateScoringOutdated):
        confirm(competition)
    rescore(competition)
    ScoringRun.objects.create(
        competition=competition, phase=competition.phase, kind="rescore", status="failed", created_at=AFTER
    )
    with pytest.raises(PrivateScoringOutdated):
        confirm(competition)
    private_run(competition)
    with pytest.raises(ObjectionsOpen):
        confirm(competition)
    over = AFTER + timedelta(hours=1)
    assert confirm(competition, over).confirmed_at == over


@pytest.mark.parametrize("score", [private_run, rescore])
def test_what_was_received_in_the_last_moment_and_stored_later_is_not_left_out(competition, team, score):
    """Its request waited while the organiser was quick: the ranking without it must not open."""
    send(team, 0.5, 0.5)
    score(competition)
    send(team, 0.25, 0.125, at=ENDS - timedelta(microseconds=1))
    with pytest.raises(PrivateScoringOutdated):
        confirm(competition)
    score(competition)
    confirm(competition)
    assert private_ranking(competition) == [(team.name, 0.125)]


def test_what_counts_is_settled_once_private_scoring_has_begun(competition, team):
    """A request of the last second may wait for its lock until the run has looked at what is selected."""
    other = TeamFactory(competition=competition)
    chosen, better = send(team, 0.5, 0.2).submission, send(team, 0.4, 0.1).submission
    send(other, 0.3)
    last_second = ENDS - timedelta(seconds=1)
    select(submission=chosen, selected=True, by=team.owner, at=last_second)
    asked = request_merge(from_team=other, to_team_id=team.pk, by=other.owner, at=last_second)
    private_run(competition)
    with pytest.raises(CompetitionEnded):
        select(submission=better, selected=True, by=team.owner, at=last_second)
    with pytest.raises(CompetitionEnded):
        accept_merge(merge_request=asked, by=team.owner, at=last_second)
    assert not list(differences(competition.phase))


def test_late_submissions_and_refused_files_do_not_call_for_another_run(competition, team):
    private_run(competition)
    send(team, at=AFTER)
    with pytest.raises(InvalidFile):
        send(team, file=upload("id,target\n1,2\n"), at=ENDS - timedelta(microseconds=1))
    assert confirm(competition).is_confirmed(AFTER)


def test_confirming_and_taking_it_back_is_told_once(competition, team, django_capture_on_commit_callbacks):
    told = []

    def confirmed(**_):
        told.append("open")

    def unconfirmed(**_):
        told.append("closed")

    competition_signals.private_leaderboard_confirmed.connect(confirmed)
    competition_signals.private_leaderboard_unconfirmed.connect(unconfirmed)
    private_run(competition)
    with django_capture_on_commit_callbacks(execute=True):
        confirm(competition)
        assert confirm(competition, LATER).confirmed_at == AFTER
        for _twice in range(2):
            closed = runs.unconfirm_private_leaderboard(phase=competition.phase, by=None, at=LATER)
            assert closed.confirmed_at is None
    assert told == ["open", "closed"]


def test_a_late_submission_gets_its_private_score_once_confirmed_and_moves_nothing(
    competition, team, django_capture_on_commit_callbacks
):
    from submissions.services.late import score_late_privately

    send(team, 0.5, 0.5)
    late = send(team, 0.0, 0.0, at=AFTER).submission
    private_run(competition)
    before = list(ours(Standing).values())
    with django_capture_on_commit_callbacks(execute=True):
        confirm(competition)
    score_late_privately(competition.phase.pk, LATER)
    late.refresh_from_db()
    assert (late.public_score, late.private_score) == (0.0, 0.0)
    assert list(ours(Standing).values()) == before


def test_private_scoring_of_a_solution_given_again_uses_the_new_one(competition, team):
    send(team, 0.5, 0.25)
    give_solution(competition, solution_csv("rmse", shift=1.0), at=AFTER)
    run = private_run(competition)
    assert run.solution.version == 2
    assert team.submissions.get().private_score != 0.25
