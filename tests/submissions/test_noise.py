"""What is noise: the intervals of the final ranks once they are confirmed, and the wobble of a baseline before."""

from __future__ import annotations

import math
from datetime import timedelta
from io import BytesIO

import numpy as np
import pytest
from django.core.cache import cache
from freezegun import freeze_time

from competitions.exceptions import NotHost, PrivateLeaderboardClosed
from competitions.leaderboards.standings import leave_ranking
from competitions.models import Competition, LogRow, RankInterval, Team
from competitions.solution.services import active_solution, prepared_solution
from scoring.resampling import Resampling
from submissions import analyses, runs
from submissions.analyses import ranks
from submissions.analyses.exceptions import NoBaseline
from submissions.analyses.wobble import known_wobble, shown_deviation
from submissions.models import Analysis, Submission
from submissions.services import select
from submissions.trials.services import set_baseline, try_out
from tests.factories import AFTER, ENDS, NOON, TeamFactory, UserFactory, give_solution
from tests.submissions.analyses import IS_PUBLIC, ROWS, TRUTH, confirm, cup, model, sends, work_out

pytestmark = pytest.mark.django_db

LATER = AFTER + timedelta(hours=1)
FIELDS = ("rankLow", "rankHigh", "aboveNext", "isToldApart")


@pytest.fixture
def host(db):
    return UserFactory(username="host")


@pytest.fixture(params=["rmse"])
def competition(host, request):
    return cup(hosts=[host], metric=request.param)


def a_team(competition, name, *files, at=NOON):
    """A team with these files, an hour between them."""
    team = TeamFactory(competition=competition, name=name)
    for hour, values in enumerate(files):
        sends(team, values, at=at + timedelta(hours=hour))
    return team


@pytest.fixture
def field(competition):
    """Five teams, two of them with equal predictions, one with two files, and one out of competition."""
    teams = [
        a_team(competition, "good", model(1, noise=0.1)),
        a_team(competition, "twin", model(2, noise=0.4), at=NOON + timedelta(hours=3)),
        a_team(competition, "early twin", model(2, noise=0.4)),
        a_team(competition, "two files", model(3, noise=0.41), model(4, noise=0.42)),
        a_team(competition, "bad", model(5, noise=4)),
    ]
    outside = a_team(competition, "outside", model(6, noise=0.05))
    Team.objects.filter(pk=outside.pk).update(out_of_competition_at=NOON)
    return teams


def newest(competition) -> Analysis:
    return Analysis.objects.filter(competition=competition, kind="ranks").latest("pk")


def measured(competition, moment=AFTER) -> Analysis:
    """Confirm, and do the work that the confirmation hands out."""
    confirm(competition, moment)
    ranks.keep_ranks_measured(moment)
    return work_out(newest(competition), moment)


def board(api, user=None, path="private/"):
    cache.clear()
    if user is not None:
        api.force_authenticate(user)
    with freeze_time(LATER):
        return api.get(f"/api/competitions/cup/leaderboard/{path}")


# --- the intervals ------------------------------------------------------------------------------------------------------
def plain_bootstrap(competition, seed, resamples):
    """Ranks by the slow way: score every counting file on each resample and rank the teams by the rules."""
    prepared = prepared_solution(active_solution(competition.phase))
    rows = prepared.splits["private"].rows
    resampling = Resampling(prepared, "private", seed)
    teams = {}
    for sent in Submission.objects.filter(competition=competition, team__out_of_competition_at__isnull=True):
        values = np.loadtxt(sent.file.open(), delimiter=",", skiprows=1)[:, 1]
        teams.setdefault(sent.team_id, []).append((sent.created_at, values[rows] - TRUTH[rows]))
    found = {team: [] for team in teams}
    scores = {team: [] for team in teams}
    for number in range(resamples):
        drawn = np.repeat(np.arange(rows.size), resampling.draw(number))
        best = {
            team: min((round(math.sqrt(np.mean(np.square(error[drawn]))), 12), at) for at, error in files)
            for team, files in teams.items()
        }
        for rank, team in enumerate(sorted(best, key=lambda team: (*best[team], team)), 1):
            found[team].append(rank)
            scores[team].append(best[team][0])
    return found, scores


def test_intervals_are_those_of_the_plain_bootstrap(competition, field, monkeypatch):
    monkeypatch.setattr(ranks, "RESAMPLES", 200)
    analysis = measured(competition)
    assert analysis.status == "complete"
    result = analysis.result
    assert (result["resamples"], result["teams"], result["submissions"], result["is_quick"]) == (200, 5, 6, True)
    plain, scores = plain_bootstrap(competition, analysis.seed, 200)
    order = [team for team, _key, _at in ranks.ranked_teams(competition.phase)]
    assert [Team.objects.get(pk=team).name for team in order[:1] + order[-1:]] == ["good", "bad"]
    for rank, team in enumerate(order, 1):
        interval = RankInterval.objects.get(team=team)
        kept = sorted(plain[team])
        assert interval.low == min(kept[math.floor(0.025 * 199)], rank)
        assert interval.high == max(kept[math.ceil(0.975 * 199)], rank)
        if rank == len(order):
            assert interval.above_next is None
            continue
        mine, theirs = np.array(scores[team]), np.array(scores[order[rank]])
        assert interval.above_next == pytest.approx(np.mean(mine < theirs) + np.mean(mine == theirs) / 2, abs=0.001)
    twins = order.index(field[2].pk)
    assert order[twins + 1] == field[1].pk
    assert RankInterval.objects.get(team=order[twins]).above_next == 0.5
    assert not RankInterval.objects.filter(team__name="outside").exists()


@pytest.mark.parametrize("competition", ["rmse", "spearman", "r2"], indirect=True)
def test_every_direction_and_kind_of_metric(competition, field, monkeypatch):
    monkeypatch.setattr(ranks, "RESAMPLES", 48)
    analysis = measured(competition)
    assert (analysis.status, analysis.result["resamples"]) == ("complete", 48)
    good, bad = (RankInterval.objects.get(team=team) for team in (field[0], field[-1]))
    assert (good.low, good.high, bad.low, bad.high) == (1, 1, 5, 5)
    assert good.above_next == 1.0


def test_a_chosen_file_counts_alone(competition, monkeypatch):
    monkeypatch.setattr(ranks, "RESAMPLES", 48)
    team = a_team(competition, "chooses badly", model(1, noise=0.01), model(2, noise=4))
    other = a_team(competition, "other", model(3))
    bad = team.submissions.order_by("created_at").last()
    select(submission=bad, selected=True, by=team.owner, at=NOON + timedelta(hours=5))
    measured(competition)
    interval = RankInterval.objects.get(team=team)
    assert (interval.low, interval.high) == (2, 2)
    assert RankInterval.objects.get(team=other).above_next == 1.0


@pytest.mark.parametrize("competition", ["spearman"], indirect=True)
def test_a_slow_metric_gives_as_many_resamples_as_there_is_time(competition, field, settings):
    settings.NOISE_SECONDS = 0.0
    analysis = measured(competition)
    # None is told of so few.
    assert (analysis.status, analysis.result["is_enough"], analysis.result["is_quick"]) == ("complete", False, False)
    assert analysis.result["resamples"] < ranks.FEWEST_RESAMPLES
    assert not RankInterval.objects.exists()
    assert ranks.keep_ranks_measured(LATER) == 0


# --- when ---------------------------------------------------------------------------------------------------------------
def test_the_confirmation_begins_it_and_the_log_tells_of_it(
    competition, field, host, django_capture_on_commit_callbacks, monkeypatch
):
    monkeypatch.setattr(ranks, "RESAMPLES", 48)
    with django_capture_on_commit_callbacks(execute=True):
        confirm(competition)
    analysis = work_out(newest(competition))
    (entry,) = LogRow.objects.filter(competition=competition, kind="noise")
    assert entry.facts == {"of": "ranks", "seed": analysis.seed, "resamples": 48, "teams": 5, "submissions": 6}
    assert ranks.keep_ranks_measured(AFTER) == 0


@pytest.mark.parametrize("who", ["host", "superuser", "server"])
@pytest.mark.parametrize("moment", [NOON, ENDS, AFTER])
def test_nobody_measures_ranks_before_the_confirmation(competition, field, host, who, moment):
    by = {"host": host, "superuser": UserFactory(is_superuser=True, is_staff=True), "server": None}[who]
    if moment == AFTER:
        run = runs.start_run(phase=competition.phase, kind="private", by=None, at=AFTER)
        runs.work(run.pk, now=lambda: AFTER)
    with pytest.raises(PrivateLeaderboardClosed):
        analyses.start_ranks(phase=competition.phase, by=by, at=moment)
    # Nor where somebody wrote the row by hand.
    smuggled = Analysis.objects.create(
        competition=competition, phase=competition.phase, kind="ranks", seed=1, created_at=moment
    )
    assert work_out(smuggled, moment).error == "closed"
    assert not RankInterval.objects.exists()
    assert ranks.keep_ranks_measured(moment) == 0


def test_participants_measure_nothing(competition, field, api):
    confirm(competition)
    with pytest.raises(NotHost):
        analyses.start_ranks(phase=competition.phase, by=field[0].owner, at=AFTER)


def test_a_confirmation_taken_back_meanwhile_keeps_no_interval(competition, field, monkeypatch):
    confirm(competition)
    ranks.keep_ranks_measured(AFTER)
    keep = ranks._keep

    def unconfirmed(*args):
        runs.unconfirm_private_leaderboard(phase=competition.phase, by=None, at=AFTER, reason="A mistake.")
        keep(*args)

    monkeypatch.setattr(ranks, "_keep", unconfirmed)
    analysis = work_out(newest(competition))
    assert (analysis.status, analysis.error, analysis.result) == ("failed", "closed", None)
    assert not RankInterval.objects.exists()
    assert not LogRow.objects.filter(kind="noise").exists()


def test_a_ranking_that_changes_meanwhile_is_measured_anew(competition, field, monkeypatch):
    monkeypatch.setattr(ranks, "RESAMPLES", 48)
    confirm(competition)
    ranks.keep_ranks_measured(AFTER)
    keep = ranks._keep

    def closed_up(*args):
        monkeypatch.setattr(ranks, "_keep", keep)
        leave_ranking(teams=[field[0]])
        keep(*args)

    monkeypatch.setattr(ranks, "_keep", closed_up)
    analysis = work_out(newest(competition))
    assert (analysis.status, analysis.lease) == ("running", "")
    assert work_out(analysis).result["teams"] == 4


def test_ranks_that_close_up_take_the_intervals_with_them(competition, field, monkeypatch):
    monkeypatch.setattr(ranks, "RESAMPLES", 48)
    measured(competition)
    assert RankInterval.objects.count() == 5
    leave_ranking(teams=[field[0]])
    assert not RankInterval.objects.exists()
    assert ranks.keep_ranks_measured(AFTER) == 1
    assert ranks.keep_ranks_measured(AFTER) == 0
    work_out(newest(competition))
    assert RankInterval.objects.count() == 4


def test_other_changes_of_the_board_do_not(competition, field, monkeypatch):
    monkeypatch.setattr(ranks, "RESAMPLES", 48)
    measured(competition)
    Competition.objects.filter(pk=competition.pk).update(leaderboard_version=10**6)
    assert ranks.keep_ranks_measured(AFTER) == 0
    assert RankInterval.objects.count() == 5
    assert newest(competition).board_version == 10**6


def test_one_team_alone_has_no_interval(competition):
    a_team(competition, "alone", model(1))
    analysis = measured(competition)
    assert (analysis.status, analysis.error) == ("failed", "nothing")
    assert ranks.keep_ranks_measured(LATER) == 0


# --- on the board -------------------------------------------------------------------------------------------------------
def test_the_private_leaderboard_tells_them_once_they_are_there(competition, field, api, monkeypatch):
    monkeypatch.setattr(ranks, "RESAMPLES", 48)
    confirm(competition)
    before = board(api, field[0].owner)
    assert {tuple(row[name] for name in FIELDS) for row in before.json()["results"]} == {(None,) * 4}
    ranks.keep_ranks_measured(AFTER)
    work_out(newest(competition))
    after = board(api)
    assert after["ETag"] != before["ETag"]
    rows = after.json()["results"]
    assert [row[name] for name in FIELDS for row in rows[:1]] == [1, 1, 1.0, True]
    twin = next(row for row in rows if row["team"]["name"] == "early twin")
    assert (twin["aboveNext"], twin["isToldApart"]) == (0.5, False)
    assert [tuple(row[name] for name in FIELDS) for row in rows if row["outOfCompetition"]] == [(None,) * 4]
    assert after.json()["me"]["rankLow"] == 1
    lines = board(api, field[0].owner, "private/csv/").getvalue().decode().splitlines()
    assert lines[0].endswith("rank_low,rank_high,above_next")
    assert lines[1].endswith(",1,1,1.0")


def test_no_other_board_tells_them(competition, field, host, api, monkeypatch):
    monkeypatch.setattr(ranks, "RESAMPLES", 48)
    measured(competition)
    assert "rankLow" not in board(api, host, "public/").content.decode()
    runs.unconfirm_private_leaderboard(phase=competition.phase, by=None, at=AFTER, reason="A mistake.")
    assert board(api, host).status_code == 403
    assert not RankInterval.objects.exists()
    # Nor where some were left.
    RankInterval.objects.create(
        team=field[0], competition=competition, phase=competition.phase, low=1, high=2, above_next=0.5
    )
    preview = board(api, host, "private/preview/").json()["results"]
    assert {tuple(row[name] for name in FIELDS) for row in preview} == {(None,) * 4}
    with freeze_time(LATER):
        assert api.get("/api/competitions/cup/noise/").json()["ranks"] is None


def test_noise_over_http(competition, field, host, api, monkeypatch):
    monkeypatch.setattr(ranks, "RESAMPLES", 48)
    confirm(competition)
    with freeze_time(LATER):
        assert api.post("/api/competitions/cup/noise/ranks/").status_code == 401
        api.force_authenticate(field[0].owner)
        assert api.post("/api/competitions/cup/noise/ranks/").json()["errors"][0]["code"] == "not_a_host"
        api.force_authenticate(host)
        assert api.post("/api/competitions/cup/noise/ranks/").status_code == 201
        work_out(newest(competition), LATER)
        api.force_authenticate(None)
        told = api.get("/api/competitions/cup/noise/").json()["ranks"]
    assert (told["status"], told["resamples"], told["isEnough"], told["teams"]) == ("complete", 48, True, 5)
    assert told["seed"] == newest(competition).seed


# --- the wobble of a baseline -------------------------------------------------------------------------------------------
@pytest.fixture
def baseline(competition, host):
    team = TeamFactory(competition=competition, owner=host, name="baseline")
    sent = sends(team, np.zeros(ROWS))
    Team.objects.filter(pk=team.pk).update(out_of_competition_at=NOON)
    return sent


def wobble(baseline, moment=NOON) -> Analysis:
    return work_out(analyses.start_wobble(submission=baseline, by=None, at=moment), moment)


def test_the_wobble_is_the_bootstrap_on_public_rows(competition, baseline):
    analysis = wobble(baseline)
    generator = np.random.default_rng(analysis.seed)
    errors = TRUTH[IS_PUBLIC]
    plain = [math.sqrt(np.mean(np.square(generator.choice(errors, errors.size)))) for _one in range(4000)]
    assert analysis.result["deviation"] == pytest.approx(np.std(plain), rel=0.12)
    assert analysis.result["resamples"] == 1000
    (entry,) = LogRow.objects.filter(competition=competition, kind="noise")
    assert entry.facts == {"of": "baseline", "seed": analysis.seed, "resamples": 1000, "submission": baseline.pk}


def test_private_rows_do_not_move_it(competition, baseline, monkeypatch):
    first = wobble(baseline)
    other = sends(baseline.team, np.where(IS_PUBLIC, 0.0, 9.0), at=NOON + timedelta(hours=1))
    second = analyses.start_wobble(submission=other, by=None, at=NOON)
    Analysis.objects.filter(pk=second.pk).update(seed=first.seed)
    assert work_out(second, NOON).result["deviation"] == first.result["deviation"]


@pytest.mark.parametrize(("digits", "deviation", "shown"), [(5, 0.0123456, 0.012), (2, 0.0123456, 0.01), (1, 0.012, 0)])
def test_it_has_two_digits_and_no_more_decimals_than_scores(competition, digits, deviation, shown):
    competition.phase.score_digits = digits
    assert shown_deviation(competition.phase, deviation) == shown


def test_of_participants_files_no_wobble_is_told(competition, field, host, api):
    theirs = field[0].submissions.first()
    with pytest.raises(NoBaseline):
        analyses.start_wobble(submission=theirs, by=host, at=NOON)
    api.force_authenticate(host)
    with freeze_time(NOON):
        for pk in (theirs.pk, 10**9):
            answer = api.post("/api/competitions/cup/noise/wobble/", {"submission": pk}, format="json")
            assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "no_baseline")


def test_the_wobble_over_http(competition, baseline, host, api):
    api.force_authenticate(host)
    with freeze_time(NOON):
        assert api.get("/api/competitions/cup/noise/").json() == {"wobble": None, "ranks": None}
        answer = api.post("/api/competitions/cup/noise/wobble/", {"submission": baseline.pk}, format="json")
        assert (answer.status_code, answer.json()["kind"]) == (201, "wobble")
        analysis = work_out(Analysis.objects.get(pk=answer.json()["id"]), NOON)
        api.force_authenticate(None)
        told = api.get("/api/competitions/cup/noise/").json()["wobble"]
    assert (told["deviation"], told["submission"]) == (analysis.result["deviation"], baseline.pk)


def test_of_a_baseline_on_the_leaderboard_it_is_measured_by_itself(competition, host, api):
    lines = ["id,target", *(f"{row},0" for row in range(ROWS))]
    trial = try_out(
        phase=competition.phase, file=BytesIO("\n".join(lines).encode()), filename="mean.csv", by=host, at=NOON
    )
    assert not Analysis.objects.exists()
    line = set_baseline(trial=trial, name="Mean", by=host, at=NOON)
    (analysis,) = Analysis.objects.all()
    work_out(analysis, NOON)
    with freeze_time(NOON):
        told = api.get("/api/competitions/cup/noise/").json()["wobble"]
    assert (told["submission"], told["baseline"]) == (None, line.pk)
    assert told["deviation"] > 0
    set_baseline(trial=trial, name="Mean of the training data", by=host, at=NOON)
    assert Analysis.objects.count() == 1


def test_what_is_no_line_on_the_leaderboard_is_not_measured(competition, host):
    lines = ["id,target", *(f"{row},0" for row in range(ROWS))]
    trial = try_out(
        phase=competition.phase, file=BytesIO("\n".join(lines).encode()), filename="mean.csv", by=host, at=NOON
    )
    with pytest.raises(NoBaseline):
        analyses.start_wobble(submission=trial, by=host, at=NOON)


def test_a_new_solution_makes_it_unknown(competition, baseline):
    wobble(baseline)
    assert known_wobble(competition.phase) is not None
    lines = [f"{row},{TRUTH[row] + 1},{'Public' if IS_PUBLIC[row] else 'Private'}" for row in range(ROWS)]
    give_solution(competition, "\n".join(["id,target,Usage", *lines]) + "\n")
    assert known_wobble(competition.phase) is None
