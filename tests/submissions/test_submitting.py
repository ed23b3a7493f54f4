"""The way of a submission: what is scored, what is kept, what moves."""

from __future__ import annotations

import gzip
import hashlib
import io
import zipfile

import pytest

from competitions.exceptions import CompetitionEnded, CompetitionNotStarted, NotTeamMember, RulesNotAccepted
from competitions.models import Standing
from competitions.teams.entries import accept_rules
from submissions import signals
from submissions.exceptions import (
    FileTooLarge,
    InvalidCvScore,
    InvalidFile,
    InvalidMemo,
    NothingToScoreWith,
    ScoringFailed,
)
from submissions.models import Submission
from submissions.services import submitting
from tests.factories import AFTER, ENDS, NOON, STARTS, CompetitionFactory, TeamFactory, UserFactory, give_solution
from tests.neighbour import ours
from tests.submissions.conftest import competition_with_solution, send
from tests.submissions.files import METRICS, csv_scoring, solution_csv, upload

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("score", [0.0, 0.3, 0.8, 1.0])
def test_public_score_is_exact(metric, score):
    team = TeamFactory(competition=competition_with_solution(metric))
    outcome = send(team, score, private=0.1)
    assert outcome.submission.status == Submission.Status.SCORED
    assert outcome.submission.public_score == score
    assert outcome.submission.private_score is None
    assert outcome.submission.solution == team.competition.solutions.get()


@pytest.mark.parametrize(("metric", "worse", "better"), [("rmse", 0.9, 0.2), ("auc", 0.2, 0.9)])
def test_a_better_score_is_the_new_best_and_moves_the_rank(metric, worse, better):
    competition = competition_with_solution(metric)
    first, second = TeamFactory(competition=competition), TeamFactory(competition=competition)
    send(first, 0.5, at=NOON)

    outcome = send(second, worse, at=NOON)
    assert (outcome.update.is_best, outcome.update.previous_best) == (True, None)
    assert (outcome.update.rank_before, outcome.update.rank_after, outcome.update.teams) == (None, 2, 2)

    outcome = send(second, better, at=NOON)
    assert (outcome.update.is_best, outcome.update.previous_best) == (True, worse)
    assert (outcome.update.rank_before, outcome.update.rank_after) == (2, 1)

    outcome = send(second, worse, at=NOON)
    assert (outcome.update.is_best, outcome.update.previous_best) == (False, better)
    assert Standing.objects.get(team=second).best_public_score == better


def test_equal_scores_earlier_submission_ranks_higher(competition):
    first, second = TeamFactory(competition=competition), TeamFactory(competition=competition)
    send(first, 0.5, at=NOON)
    assert send(second, 0.5, at=NOON.replace(second=1)).update.rank_after == 2


def test_file_is_kept_as_sent_with_its_digest_and_size(team):
    text = csv_scoring("rmse", 0.5).encode()
    submission = send(team, file=upload(text), filename="../my model\x00.csv").submission
    assert submission.filename == "my model.csv"
    assert submission.size == len(text)
    assert submission.sha256 == hashlib.sha256(text).hexdigest()
    with submission.file.open("rb") as stored:
        assert stored.read() == text


def test_aligned_values_are_kept_beside_the_file(team):
    from competitions.solution.services import prepared_solution
    from scoring import Predictions, private_score

    submission = send(team, 0.5, private=0.25).submission
    prepared = prepared_solution(submission.solution)
    with submission.aligned.open("rb") as stored:
        assert private_score(prepared, Predictions.load(stored, prepared)) == 0.25


@pytest.mark.parametrize("wrap", ["plain", "gz", "zip"])
def test_compressed_files_score_alike(team, wrap):
    text = csv_scoring("rmse", 0.5).encode()
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as members:
        members.writestr("submission.csv", text)
    content = {"plain": text, "gz": gzip.compress(text), "zip": archive.getvalue()}[wrap]
    assert send(team, file=upload(content)).submission.public_score == 0.5


def test_memo_and_cv_score_are_kept(team):
    submission = send(team, memo="  5 folds, 日本語 🌀\nsecond line ", cv_score=0.41).submission
    submission.refresh_from_db()
    assert (submission.memo, submission.cv_score) == ("5 folds, 日本語 🌀\nsecond line", 0.41)


@pytest.mark.parametrize("memo", ["a\x00b", "\ud800", "x" * 501, "\x1b[31m", 5])
def test_unfit_memo_is_refused_and_takes_no_slot(team, memo):
    with pytest.raises(InvalidMemo):
        send(team, memo=memo)
    assert not ours(Submission).exists()


@pytest.mark.parametrize("score", [float("nan"), float("inf"), 10**400, "x", True, [1]])
def test_cv_score_is_a_finite_number(team, score):
    with pytest.raises(InvalidCvScore):
        send(team, cv_score=score)
    assert not ours(Submission).exists()


def test_file_above_the_bound_is_refused_and_takes_no_slot(team, settings):
    settings.MAX_UPLOAD_BYTES = 20
    with pytest.raises(FileTooLarge):
        send(team)
    assert not ours(Submission).exists()


# --- who and when -------------------------------------------------------------------------------------------------------
def test_only_members_submit(team):
    with pytest.raises(NotTeamMember):
        send(team, user=UserFactory())


def test_nothing_before_the_start(team):
    before = STARTS.replace(year=2025)
    with pytest.raises(CompetitionNotStarted):
        send(team, at=before)


def test_the_start_itself_counts_and_the_end_does_not(competition):
    competition.phase.allows_late_submissions = False
    competition.phase.save()
    team = TeamFactory(competition=competition)
    assert send(team, at=STARTS).submission.public_score == 0.5
    with pytest.raises(CompetitionEnded):
        send(team, at=ENDS)


def test_new_rules_must_be_accepted_before_the_next_submission():
    competition = competition_with_solution("rmse", rules_required=True)
    team = TeamFactory(competition=competition)
    with pytest.raises(RulesNotAccepted):
        send(team)
    accept_rules(competition=competition, user=team.owner, at=NOON)
    assert send(team).submission.public_score == 0.5


def test_without_a_solution_nothing_is_taken():
    with pytest.raises(NothingToScoreWith):
        send(TeamFactory(competition=CompetitionFactory()))
    assert not ours(Submission).exists()


# --- refused files ------------------------------------------------------------------------------------------------------
def test_refused_file_is_kept_with_located_problems_and_does_not_count(team):
    text = csv_scoring("rmse", 0.5).replace("\n3,0.0", "\n3,oops", 1)
    with pytest.raises(InvalidFile) as caught:
        send(team, file=upload(text))
    submission = ours(Submission).get()
    assert caught.value.submission == submission
    assert submission.status == Submission.Status.REFUSED
    assert submission.public_score is None
    assert submission.sha256 == hashlib.sha256(text.encode()).hexdigest()
    (problem,) = submission.problems
    assert (problem["code"], problem["row"], problem["column"], problem["found"]) == (
        "not_a_number",
        3,
        "target",
        "oops",
    )
    assert problem["detail"] == "Row 3, column “target”: “oops” is not a number."
    assert Standing.objects.get(team=team).total_submissions == 0
    assert Standing.objects.get(team=team).best_public_score is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty_file"),
        ("id,target\n", "no_rows"),
        ("id,target\n1,0.5\n", "missing_ids"),
        (csv_scoring("rmse", 0.5) + "99,1\n", "unknown_ids"),
        (csv_scoring("rmse", 0.5) + "1,1\n", "duplicate_ids"),
        (csv_scoring("rmse", 0.5).replace("id,target", "id,guess"), "missing_columns"),
        (csv_scoring("rmse", 0.5).replace("\n3,0.0", "\n3,inf", 1), "not_finite"),
        (csv_scoring("rmse", 0.5).replace("\n3,0.0", "\n3,", 1), "missing_value"),
        (b"\x00\xff\xfe\x80" * 30, None),
        (b"PK\x03\x04 broken", None),
        (b"\x1f\x8b broken", None),
        (b"PAR1 broken PAR1", None),
    ],
)
def test_every_kind_of_bad_file_is_refused_with_a_code(team, text, code):
    with pytest.raises(InvalidFile) as caught:
        send(team, file=upload(text))
    codes = [problem["code"] for problem in caught.value.problems]
    assert all(problem["detail"] for problem in caught.value.problems)
    assert codes
    assert code is None or code in codes


def test_problems_are_told_in_the_readers_language(team, monkeypatch):
    monkeypatch.setattr("submissions.messages.gettext", lambda text: f"訳 {text}")
    with pytest.raises(InvalidFile) as caught:
        send(team, file=upload(""))
    assert caught.value.detail.startswith("訳 ")
    assert not caught.value.submission.problems[0]["detail"].startswith("訳 訳")


# --- our own faults -----------------------------------------------------------------------------------------------------
def test_a_fault_of_ours_gives_the_slot_back(team, monkeypatch):
    def breaks(*_args, **_kwargs):
        raise RuntimeError("the disk is on fire")

    monkeypatch.setattr("competitions.metrics.running.public_score", breaks)
    with pytest.raises(ScoringFailed):
        send(team)
    assert ours(Submission).get().status == Submission.Status.FAILED
    assert Standing.objects.get(team=team).total_submissions == 0


def test_a_solution_replaced_meanwhile_scores_instead(team, monkeypatch):
    evaluate = submitting.evaluate
    calls = []

    def replaced_meanwhile(*args, **kwargs):
        result = evaluate(*args, **kwargs)
        if not calls:
            give_solution(team.competition, solution_csv("rmse", shift=0.25))
        calls.append(result)
        return result

    monkeypatch.setattr(submitting, "evaluate", replaced_meanwhile)
    submission = send(team, 0.0).submission
    assert len(calls) == 2
    assert (submission.public_score, submission.solution.version) == (0.25, 2)
    assert not submission.aligned.storage.exists(calls[0].aligned)


# --- what others hear ---------------------------------------------------------------------------------------------------
def test_signals_are_sent_on_commit(team, django_capture_on_commit_callbacks):
    heard = []

    def scored(sender, submission, is_best, rank_before, rank_after, **_):
        heard.append((submission.pk, is_best, rank_before, rank_after))

    def refused(sender, submission, **_):
        heard.append(submission.pk)

    signals.submission_scored.connect(scored)
    signals.submission_refused.connect(refused)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            good = send(team).submission
            assert heard == []
            with pytest.raises(InvalidFile) as caught:
                send(team, file=upload(""))
    finally:
        signals.submission_scored.disconnect(scored)
        signals.submission_refused.disconnect(refused)
    assert heard == [(good.pk, True, None, 1), caught.value.submission.pk]


@pytest.mark.parametrize(
    ("score", "at", "expected"),
    [(0.4, NOON, (True, 1, 1)), (0.7, NOON, (False, 1, 1)), (0.1, AFTER, (False, None, None))],
    ids=["better", "worse", "late"],
)
def test_listeners_hear_whether_it_is_the_best_and_what_it_did_to_the_rank(
    team, django_capture_on_commit_callbacks, score, at, expected
):
    send(team, 0.5)
    heard = []

    def scored(is_best, rank_before, rank_after, **_):
        heard.append((is_best, rank_before, rank_after))

    signals.submission_scored.connect(scored)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            send(team, score, at=at)
    finally:
        signals.submission_scored.disconnect(scored)
    assert heard == [expected]


# --- late ---------------------------------------------------------------------------------------------------------------
def test_late_submission_moves_no_ranking_and_overwrites_no_best(team):
    send(team, 0.5)
    before = ours(Standing).values().get(team=team)
    versions = type(team.competition).objects.values_list("leaderboard_version", flat=True)
    version = versions.get(pk=team.competition.pk)
    outcome = send(team, 0.1, at=AFTER)
    assert (outcome.submission.is_late, outcome.submission.public_score, outcome.update) == (True, 0.1, None)
    assert outcome.submission.private_score is None
    assert ours(Standing).values().get(team=team) == before
    assert version == versions.get(pk=team.competition.pk)


def test_a_late_file_that_is_refused_gives_back_nothing_of_the_competitions_time(team):
    send(team, 0.5)
    with pytest.raises(InvalidFile):
        send(team, file=upload(""), at=AFTER)
    assert Standing.objects.get(team=team).total_submissions == 1
