"""What organisers try out counts for nothing and freezes nothing; baselines are lines that nothing counts."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from freezegun import freeze_time

from competitions.exceptions import NotHost
from competitions.models import Baseline, Competition, Standing
from competitions.organising.editing import edit_competition
from competitions.solution.services import is_in_use, replace_solution
from notifications_api.models import Notification
from submissions import runs
from submissions.exceptions import NothingToScoreWith
from submissions.models import Submission, Trial
from submissions.trials.exceptions import (
    BaselineNameTaken,
    InvalidBaselineName,
    InvalidTrial,
    TooManyBaselines,
    TrialIsBaseline,
    TrialNotScored,
)
from submissions.trials.scoring import catch_up_with_trials, score_baselines_of
from submissions.trials.services import delete_trial, remove_baseline, set_baseline, try_out
from tests.competitions.test_log import newest, work_out
from tests.factories import AFTER, NOON, STARTS, CompetitionFactory, TeamFactory, UserFactory, give_solution
from tests.submissions.conftest import send
from tests.submissions.files import csv_scoring, solution_csv

pytestmark = pytest.mark.django_db
BEFORE = STARTS - timedelta(days=3)


@pytest.fixture(params=["rmse", "auc"])
def metric(request):
    return request.param


@pytest.fixture
def host():
    return UserFactory(username="host")


@pytest.fixture
def cup(host, metric):
    cup = CompetitionFactory(slug="cup", hosts=[host], metric=metric)
    give_solution(cup, solution_csv(metric))
    return cup


# Public and private scores, best first.
SCORES = {"rmse": (0.125, 0.25, 0.5), "auc": (0.9, 0.8, 0.7)}


def tries(cup, host, public, private=0.5, *, at=BEFORE):
    content = csv_scoring(cup.phase.metric, public, private).encode()
    return try_out(phase=cup.phase, file=BytesIO(content), filename="mean.csv", by=host, at=at)


def board(api, path="public/", at=NOON):
    with freeze_time(at):
        return api.get(f"/api/competitions/cup/leaderboard/{path}").json()


def lines(answer):
    return [(line["name"], line["score"], line["after"]) for line in answer["baselines"]]


# --- trying out -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("published", [True, False])
def test_a_trial_before_the_start_is_scored_as_a_submission_would_be(cup, host, metric, published):
    Competition.objects.filter(pk=cup.pk).update(is_published=published)
    trial = tries(cup, host, SCORES[metric][0])
    assert (trial.status, trial.public_score) == ("scored", SCORES[metric][0])
    Competition.objects.filter(pk=cup.pk).update(is_published=True)
    later = send(TeamFactory(competition=cup), file=BytesIO(csv_scoring(metric, SCORES[metric][0]).encode()))
    assert later.submission.public_score == trial.public_score


def test_it_freezes_nothing(cup, host):
    tries(cup, host, 0.5)
    assert not is_in_use(cup.phase)
    assert cup.solutions.get().first_used_at is None
    assert not Submission.objects.filter(competition=cup).exists()
    # What is private may become public still, the metric change, and limits fall.
    swapped = solution_csv(cup.phase.metric).replace("Public", "?").replace("Private", "Public").replace("?", "Private")
    other = {"rmse": "mae", "auc": "log_loss"}[cup.phase.metric]
    replace_solution(phase=cup.phase, file=BytesIO(swapped.encode()), filename="s.csv", by=host, at=BEFORE)
    edit_competition(competition=cup, changes={"metric": other}, by=host, at=BEFORE)
    edit_competition(
        competition=cup, changes={"daily_submission_limit": 1, "selectable_submissions": 1}, by=host, at=BEFORE
    )


def test_it_moves_nothing_and_is_told_to_nobody(cup, host, api, django_capture_on_commit_callbacks):
    team = TeamFactory(competition=cup)
    before, told = board(api), Notification.objects.count()
    with django_capture_on_commit_callbacks(execute=True):
        trial = tries(cup, host, 0.5, at=NOON)
    assert board(api) == before
    assert Standing.objects.get(team=team).total_submissions == 0
    assert Notification.objects.count() == told
    assert not cup.log.filter(kind__startswith="baseline").exists()
    assert trial.solution.first_used_at is None


@pytest.mark.parametrize("stage", ["before", "running", "ended"])
def test_only_the_public_score_is_told(cup, host, api, stage, metric):
    at = {"before": BEFORE, "running": NOON, "ended": AFTER}[stage]
    good, bad = SCORES[metric][0], SCORES[metric][2]
    private = {"rmse": 0.84375, "auc": 0.6}[metric]
    api.force_authenticate(host)
    content = csv_scoring(metric, good, private).encode()
    with freeze_time(at):
        made = api.post(
            "/api/competitions/cup/trials/", {"file": SimpleUploadedFile("a.csv", content)}, format="multipart"
        )
        assert made.status_code == 201
        listed = api.get("/api/competitions/cup/trials/")
    assert made.json()["publicScore"] == good != bad
    for answer in (made, listed):
        assert str(private) not in answer.content.decode()
        assert "private" not in answer.content.decode().lower()
    assert not hasattr(Trial.objects.get(), "private_score")


def test_what_is_wrong_with_the_file_is_said_and_nothing_kept(cup, host, api):
    api.force_authenticate(host)
    with freeze_time(BEFORE):
        answer = api.post(
            "/api/competitions/cup/trials/",
            {"file": SimpleUploadedFile("a.csv", b"id,target\n1,x\n")},
            format="multipart",
        )
    assert answer.status_code == 400
    assert {"missing_ids", "not_a_number"} & {error["code"] for error in answer.json()["errors"]}
    assert not Trial.objects.exists()
    with pytest.raises(InvalidTrial):
        try_out(phase=cup.phase, file=BytesIO(b""), filename="a.csv", by=host, at=BEFORE)


def test_not_for_participants_nor_without_a_solution(cup, host):
    with pytest.raises(NotHost):
        tries(cup, TeamFactory(competition=cup).owner, 0.5)
    empty = CompetitionFactory(hosts=[host])
    with pytest.raises(NothingToScoreWith):
        tries(empty, host, 0.5)


def test_a_large_one_waits_for_the_queue(cup, host, settings, metric):
    settings.INLINE_SCORING_BYTES = 1
    trial = tries(cup, host, SCORES[metric][1])
    assert trial.status == "pending"
    assert catch_up_with_trials(BEFORE) == 1
    trial.refresh_from_db()
    assert (trial.status, trial.public_score) == ("scored", SCORES[metric][1])


def test_deleted_it_leaves_no_file(cup, host, django_capture_on_commit_callbacks):
    trial = tries(cup, host, 0.5)
    names = [trial.file.name, trial.aligned.name]
    assert all(default_storage.exists(name) for name in names)
    with django_capture_on_commit_callbacks(execute=True):
        delete_trial(trial=trial, by=host)
    assert not any(default_storage.exists(name) for name in names)


# --- baselines --------------------------------------------------------------------------------------------------------
def test_a_baseline_is_a_line_at_its_place_and_counts_nowhere(cup, host, api, metric):
    best, middle, worst = SCORES[metric]
    first, last = TeamFactory(competition=cup, name="first"), TeamFactory(competition=cup, name="last")
    send(first, best)
    send(last, worst)
    before = board(api)
    set_baseline(trial=tries(cup, host, middle), name=" The  mean ", by=host, at=NOON)
    after = board(api)
    assert lines(after) == [("The mean", middle, 1)]
    for same in ("count", "teams", "results", "me"):
        assert after[same] == before[same]
    assert after["version"] > before["version"]
    with freeze_time(NOON):
        history = api.get("/api/competitions/cup/leaderboard/history/").json()
        text = b"".join(api.get("/api/competitions/cup/leaderboard/public/csv/").streaming_content).decode()
        guruguru = api.get("/competitions/cup/public/").json()["results"]
    assert [row["name"] for row in guruguru] == [team["name"] for team in history["teams"]] == ["first", "last"]
    assert [line.split(",")[:2] for line in text.splitlines()[1:]] == [["1", "first"], ["", "The mean"], ["2", "last"]]
    assert (newest(cup).kind, newest(cup).facts["name"]) == ("baseline_set", "The mean")


def test_an_equal_team_has_not_beaten_it_and_one_worse_than_all_stands_last(cup, host, api, metric):
    _best, middle, worst = SCORES[metric]
    send(TeamFactory(competition=cup), middle)
    set_baseline(trial=tries(cup, host, middle), name="equal", by=host, at=NOON)
    set_baseline(trial=tries(cup, host, worst), name="last", by=host, at=NOON)
    assert lines(board(api)) == [("equal", middle, 0), ("last", worst, 1)]


def test_its_private_score_is_there_after_the_confirmation_and_goes_with_it(cup, host, api, metric):
    best, middle, worst = SCORES[metric]
    send(TeamFactory(competition=cup), best, worst)
    set_baseline(trial=tries(cup, host, best, middle), name="mean", by=host, at=NOON)
    work_out(runs.start_run(phase=cup.phase, kind="private", by=host, at=AFTER), AFTER)
    # Neither a job nor a duty computes it before.
    score_baselines_of(cup.phase.pk, AFTER)
    catch_up_with_trials(AFTER)
    assert Baseline.objects.get().private_score is None
    runs.confirm_private_leaderboard(phase=cup.phase, by=host, at=AFTER)
    score_baselines_of(cup.phase.pk, AFTER)
    assert lines(board(api, "private/", AFTER)) == [("mean", middle, 0)]
    runs.unconfirm_private_leaderboard(phase=cup.phase, by=host, at=AFTER, reason="A mistake.")
    score_baselines_of(cup.phase.pk, AFTER)
    catch_up_with_trials(AFTER)
    Competition.objects.get(pk=cup.pk)
    with freeze_time(AFTER):
        assert api.get("/api/competitions/cup/leaderboard/private/").status_code == 403


def test_taking_the_confirmation_back_forgets_it(cup, host, metric, django_capture_on_commit_callbacks):
    send(TeamFactory(competition=cup), *SCORES[metric][:2])
    set_baseline(trial=tries(cup, host, SCORES[metric][0]), name="mean", by=host, at=NOON)
    work_out(runs.start_run(phase=cup.phase, kind="private", by=host, at=AFTER), AFTER)
    runs.confirm_private_leaderboard(phase=cup.phase, by=host, at=AFTER)
    score_baselines_of(cup.phase.pk, AFTER)
    assert Baseline.objects.get().private_score is not None
    with django_capture_on_commit_callbacks(execute=True):
        runs.unconfirm_private_leaderboard(phase=cup.phase, by=host, at=AFTER, reason="A mistake.")
    assert Baseline.objects.get().private_score is None


def test_another_version_of_the_solution_scores_it_anew(host, api, django_capture_on_commit_callbacks):
    cup = CompetitionFactory(slug="cup", hosts=[host])
    give_solution(cup, solution_csv("rmse"))
    trial = tries(cup, host, 0.0)
    set_baseline(trial=trial, name="zero", by=host, at=NOON)
    with django_capture_on_commit_callbacks(execute=True):
        give_solution(cup, solution_csv("rmse", shift=1.0), at=NOON)
    assert lines(board(api)) == []  # not where the former version put it
    catch_up_with_trials(NOON)
    assert lines(board(api)) == [("zero", 1.0, 0)]
    trial.refresh_from_db()
    assert trial.solution.version == 2


def test_names_are_unique_said_and_few(cup, host, metric, monkeypatch):
    one, two = tries(cup, host, SCORES[metric][0]), tries(cup, host, SCORES[metric][1])
    set_baseline(trial=one, name="mean", by=host, at=NOON)
    for wrong in ("", "  ", "x" * 81, "a\0b", 3):
        with pytest.raises(InvalidBaselineName):
            set_baseline(trial=two, name=wrong, by=host, at=NOON)
    with pytest.raises(BaselineNameTaken):
        set_baseline(trial=two, name="mean", by=host, at=NOON)
    set_baseline(trial=one, name="average", by=host, at=NOON)
    assert list(cup.baselines.values_list("name", flat=True)) == ["average"]
    with pytest.raises(TrialIsBaseline):
        delete_trial(trial=one, by=host)
    monkeypatch.setattr("submissions.trials.services.MOST_BASELINES", 1)
    with pytest.raises(TooManyBaselines):
        set_baseline(trial=two, name="other", by=host, at=NOON)
    remove_baseline(trial=one, by=host, at=NOON)
    assert newest(cup).kind == "baseline_removed"
    remove_baseline(trial=one, by=host, at=NOON)
    assert cup.log.filter(kind="baseline_removed").count() == 1
    assert not cup.baselines.exists()
    Trial.objects.filter(pk=two.pk).update(status="refused")
    with pytest.raises(TrialNotScored):
        set_baseline(trial=two, name="other", by=host, at=NOON)


def test_however_many_lines_there_are_the_board_asks_as_often(cup, host, api, metric):
    def queries():
        with CaptureQueriesContext(connection) as seen:
            board(api)
        return len(seen)

    send(TeamFactory(competition=cup), SCORES[metric][0])
    before = queries()
    for name in ("a", "b", "c"):
        set_baseline(trial=tries(cup, host, SCORES[metric][1]), name=name, by=host, at=NOON)
    assert queries() == before


def test_a_formula_in_a_name_is_none_in_the_csv(cup, host, api, metric):
    set_baseline(trial=tries(cup, host, SCORES[metric][0]), name="=1+1", by=host, at=NOON)
    with freeze_time(NOON):
        text = b"".join(api.get("/api/competitions/cup/leaderboard/public/csv/").streaming_content).decode()
    assert ",'=1+1," in text
