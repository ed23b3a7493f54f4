"""Dry runs of a rescoring: that they foresee what it does, change nothing, and know nothing of private rows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from rest_framework.throttling import SimpleRateThrottle

from competitions.exceptions import NotHost
from competitions.models import LogRow, Standing
from competitions.organising.editing import edit_competition
from competitions.solution.services import replace_solution
from foundation.worker import stopping
from notifications_api.models import Notification
from submissions import analyses, runs
from submissions.analyses import dry_runs, working
from submissions.analyses.exceptions import AnalysisActive, AnalysisOver
from submissions.analyses.working import work_on_analysis
from submissions.exceptions import NothingToScoreWith
from submissions.exclusion.services import void as exclude
from submissions.models import Analysis, ScoringRun, Submission
from submissions.runs.exceptions import RescoringWouldRefuse, ScoringRunActive
from tests.factories import AFTER, NOON, CompetitionFactory, TeamFactory, UserFactory
from tests.neighbour import ours
from tests.submissions.analyses import work_out
from tests.submissions.conftest import competition_with_solution, enqueued, send
from tests.submissions.files import METRICS, PUBLIC, solution_csv, upload

pytestmark = pytest.mark.django_db

HELD = {"refused": 0, "lost": 0, "scored_again": 0, "scores_changed": 0, "ranks_changed": 0, "teams_without_a_score": 0}


@pytest.fixture
def host(db):
    return UserFactory(username="host")


@pytest.fixture(params=METRICS)
def competition(request, host):
    return competition_with_solution(request.param, hosts=[host], slug="cup", daily_submission_limit=None)


@pytest.fixture
def teams(competition):
    return [TeamFactory(competition=competition, name=name) for name in ("first", "second", "third")]


def at(hours: float):
    return NOON + timedelta(hours=hours)


def asked(competition, moment=NOON) -> Analysis:
    host = competition.hosts.first()
    return work_out(analyses.start_dry_run(phase=competition.phase, by=host, at=moment), moment)


def counts(competition, moment=NOON) -> dict:
    analysis = asked(competition, moment)
    assert (analysis.status, analysis.progress, analysis.lease) == ("complete", 1.0, "")
    return analysis.result


def rescored(competition, moment=NOON, *, by=None) -> ScoringRun:
    run = runs.start_run(phase=competition.phase, kind="rescore", by=by, at=moment, reason="A row was wrong.")
    assert runs.work(run.pk, now=lambda: moment) is runs.Outcome.DONE
    return run


def places(competition) -> dict[str, int]:
    rows = ours(Standing).ranked().filter(competition=competition, public_key__isnull=False).in_public_order()
    return {row.team.name: place for place, row in enumerate(rows.select_related("team"), start=1)}


def scores(competition) -> dict[int, float | None]:
    return dict(ours(Submission).filter(competition=competition).values_list("pk", "public_score"))


def replaced(competition, csv, **fields):
    return replace_solution(
        phase=competition.phase, file=upload(csv).file, filename="s.csv", by=None, at=NOON, **fields
    )


def without_row(csv: str, one: int) -> str:
    """The solution that leaves out a row it had: files that hold the row are refused by it."""
    return "".join(line for line in csv.splitlines(keepends=True) if not line.startswith(f"{one},"))


def flipped(metric: str) -> str:
    """The same public rows with another truth."""
    lines = solution_csv(metric).splitlines()
    for one in list(PUBLIC)[:8]:
        _id, target, usage = lines[one].split(",")
        lines[one] = f"{one},{3.5 if metric == 'rmse' else 1 - int(target)},{usage}"
    return "\n".join(lines) + "\n"


# --- what it says -------------------------------------------------------------------------------------------------------
def test_where_nothing_is_new_nothing_would_change(competition, teams):
    for place, team in enumerate(teams):
        send(team, (place + 1) / 10, at=at(place))
    assert counts(competition) == {"submissions": 3, "teams": 3, **HELD}


def test_it_foresees_what_the_rescoring_does(competition, teams):
    """Scores and ranks, with equal ones, late and void files among them."""
    for place, team in enumerate([*teams, teams[0], teams[2]]):
        send(team, (place % 3 + 1) / 10, at=at(place))
    void = send(teams[1], 0.4, at=at(6)).submission
    exclude(submission=void, by=competition.hosts.first(), at=at(7), reason="Twice.")
    replaced(competition, flipped(competition.phase.metric))
    before, ranks_before = scores(competition), places(competition)
    foreseen = counts(competition, at(8))
    assert (scores(competition), places(competition)) == (before, ranks_before)
    rescored(competition, at(9))
    after, ranks_after = scores(competition), places(competition)
    assert foreseen["submissions"] == 6
    assert foreseen["scores_changed"] == sum(after[pk] != score for pk, score in before.items())
    assert foreseen["ranks_changed"] == sum(ranks_after.get(team) != place for team, place in ranks_before.items())
    assert foreseen["refused"] == 0


def test_it_foresees_what_would_be_refused(competition, teams):
    for place, team in enumerate(teams):
        send(team, (place + 1) / 10, at=at(place))
    csv = without_row(solution_csv(competition.phase.metric), 32)
    replaced(competition, csv, accept_refusals=True)
    foreseen = counts(competition, at(4))
    assert (foreseen["refused"], foreseen["ranks_changed"], foreseen["teams_without_a_score"]) == (3, 3, 3)
    # And how a mistake is made good.
    rescored(competition, at(5))
    assert ours(Submission).filter(status="refused").count() == 3
    replaced(competition, solution_csv(competition.phase.metric), accept_refusals=True)
    foreseen = counts(competition, at(6))
    assert (foreseen["refused"], foreseen["scored_again"], foreseen["ranks_changed"]) == (0, 3, 3)


def test_a_file_that_is_gone_is_lost_and_not_refused(competition, teams):
    gone, kept = send(teams[0], 0.1).submission, send(teams[1], 0.2).submission
    assert kept.pk > gone.pk
    for file in (gone.file, gone.aligned):
        file.storage.delete(file.name)
    foreseen = counts(competition)
    assert (foreseen["lost"], foreseen["refused"], foreseen["submissions"]) == (1, 0, 2)


def test_a_board_that_stands_still_moves_by_what_it_shows(competition, teams):
    send(teams[0], 0.1, at=at(0)), send(teams[1], 0.2, at=at(1))
    competition.phase.board_freezes_at = at(2)
    competition.phase.save()
    send(teams[2], 0.3, at=at(3))
    assert counts(competition, at(4)) == {"submissions": 3, "teams": 2, **HELD}


# --- that it knows nothing of private rows ------------------------------------------------------------------------------
@pytest.mark.parametrize("moment", [NOON, AFTER])
def test_what_changes_on_private_rows_alone_changes_nothing_of_it(competition, teams, moment):
    for place, team in enumerate(teams):
        send(team, (place + 1) / 10, at=at(place))
    metric = competition.phase.metric
    lines = solution_csv(metric).splitlines()
    private = [one for one in range(1, len(lines)) if lines[one].endswith("Private")]
    for one in private[1:9]:
        name, target, usage = lines[one].split(",")
        lines[one] = f"{name},{7.25 if metric == 'rmse' else 1 - int(target)},{usage}"
    replaced(competition, "\n".join(lines) + "\n")
    assert counts(competition, moment) == {"submissions": 3, "teams": 3, **HELD}


def test_no_private_score_is_computed_for_it(competition, teams, monkeypatch):
    send(teams[0], 0.1)

    def nobody(*_args, **_fields):
        raise AssertionError("a private score was asked for")

    monkeypatch.setattr("scoring.batches.private_score", nobody)
    for moment in (NOON, AFTER):
        assert counts(competition, moment)["submissions"] == 1


def test_it_changes_nothing_that_anybody_sees(competition, teams, host, api, django_capture_on_commit_callbacks):
    send(teams[0], 0.1)
    replaced(competition, flipped(competition.phase.metric))
    address = "/api/competitions/cup/leaderboard/public/"
    etag = api.get(address)["ETag"]
    told = [model.objects.count() for model in (Notification, LogRow, ScoringRun, Standing)]
    rows = list(Submission.objects.order_by("pk").values())
    competition.refresh_from_db()
    version = competition.leaderboard_version
    with django_capture_on_commit_callbacks(execute=True):
        counts(competition)
    assert [model.objects.count() for model in (Notification, LogRow, ScoringRun, Standing)] == told
    assert list(Submission.objects.order_by("pk").values()) == rows
    competition.refresh_from_db()
    assert (api.get(address)["ETag"], competition.leaderboard_version) == (etag, version)


# --- until when it holds ------------------------------------------------------------------------------------------------
def test_it_says_what_it_was_made_for_and_what_has_changed_since(competition, teams, host, ask):
    send(teams[0], 0.1)
    asked(competition)
    shown = ask(host, "get")[1]["results"][0]
    assert (shown["solutionVersion"], shown["metric"], shown["outdatedBy"]) == (1, competition.phase.metric, "")
    # A new name is shown on the leaderboard and moves nothing.
    edit_competition(competition=competition, changes={"title": "Another"}, by=host, at=NOON)
    assert ask(host, "get")[1]["results"][0]["outdatedBy"] == ""
    send(teams[1], 0.3, at=at(1))
    assert ask(host, "get")[1]["results"][0]["outdatedBy"] == "submissions"
    asked(competition, at(2))
    rescored(competition, at(3))
    assert ask(host, "get")[1]["results"][0]["outdatedBy"] == "rescored"
    asked(competition, at(4))
    replaced(competition, flipped(competition.phase.metric))
    assert [one["outdatedBy"] for one in ask(host, "get")[1]["results"]] == ["solution"] * 3


def test_a_solution_that_is_replaced_meanwhile_begins_it_anew(competition, teams, monkeypatch):
    send(teams[0], 0.1)
    analysis = analyses.start_dry_run(phase=competition.phase, by=competition.hosts.first(), at=NOON)
    ranks = dry_runs._ranks
    csv = [flipped(competition.phase.metric)]

    def replacing(*args):
        if csv:
            replaced(competition, csv.pop())
        return ranks(*args)

    monkeypatch.setattr(dry_runs, "_ranks", replacing)
    job = dry_runs._scored

    def scored(*args):
        yield from job(*args)
        if csv:
            replaced(competition, csv.pop())

    monkeypatch.setattr(dry_runs, "_scored", scored)
    assert work_out(analysis, NOON).status == "running"
    assert work_out(analysis, NOON).status == "complete"
    assert (analysis.solution.version, analysis.result["scores_changed"]) == (2, 1)


def test_a_rescoring_that_begins_meanwhile_ends_it(competition, teams, monkeypatch):
    send(teams[0], 0.1)
    analysis = analyses.start_dry_run(phase=competition.phase, by=competition.hosts.first(), at=NOON)
    job = dry_runs._scored

    def scored(*args):
        yield from job(*args)
        rescored(competition)

    monkeypatch.setattr(dry_runs, "_scored", scored)
    work_out(analysis, NOON)
    assert (analysis.status, analysis.error, analysis.result) == ("failed", "rescored", None)


# --- the explicit yes ---------------------------------------------------------------------------------------------------
def test_a_rescoring_that_would_refuse_files_takes_a_yes(competition, teams, host):
    send(teams[0], 0.1)
    replaced(competition, without_row(solution_csv(competition.phase.metric), 32), accept_refusals=True)
    asked(competition)
    ways = {"phase": competition.phase, "kind": "rescore", "at": NOON, "reason": "A row was wrong."}
    with pytest.raises(RescoringWouldRefuse) as refused:
        runs.start_run(by=host, **ways)
    assert refused.value.code == "submissions_would_be_refused"
    assert refused.value.params == {"submissions": 1}
    assert runs.start_run(by=host, accept_refusals=True, **ways).status == "queued"


def test_what_is_out_of_date_asks_for_no_yes(competition, teams, host):
    send(teams[0], 0.1)
    csv = solution_csv(competition.phase.metric)
    replaced(competition, without_row(csv, 32), accept_refusals=True)
    asked(competition)
    replaced(competition, csv, accept_refusals=True)
    assert rescored(competition, by=host).kind == "rescore"


# --- who, when and how often --------------------------------------------------------------------------------------------
def test_for_organisers_one_at_a_time_and_not_during_a_rescoring(competition, teams, host):
    for nobody in (teams[0].owner, UserFactory(is_staff=True), UserFactory()):
        with pytest.raises(NotHost):
            analyses.start_dry_run(phase=competition.phase, by=nobody, at=NOON)
    first = analyses.start_dry_run(phase=competition.phase, by=host, at=NOON)
    with pytest.raises(AnalysisActive):
        analyses.start_dry_run(phase=competition.phase, by=host, at=NOON)
    work_out(first)
    runs.start_run(phase=competition.phase, kind="rescore", by=host, at=NOON, reason="x")
    with pytest.raises(ScoringRunActive):
        analyses.start_dry_run(phase=competition.phase, by=host, at=NOON)
    with pytest.raises(NothingToScoreWith):
        analyses.start_dry_run(phase=CompetitionFactory(hosts=[host]).phase, by=host, at=NOON)


def test_it_uses_up_no_rescoring(competition, teams, host, settings):
    settings.RESCORINGS_WHILE_RUNNING = 1
    send(teams[0], 0.1)
    for hour in range(3):
        counts(competition, at(hour))
    assert rescored(competition, at(4), by=host).kind == "rescore"


def test_it_is_asked_of_the_worker_and_not_in_the_request(competition, teams, host, django_capture_on_commit_callbacks):
    send(teams[0], 0.1)
    with django_capture_on_commit_callbacks(execute=True):
        analysis = analyses.start_dry_run(phase=competition.phase, by=host, at=NOON)
    assert (analysis.status, enqueued(work_on_analysis)[-1]) == ("queued", analysis.pk)


def test_a_killed_worker_is_followed_by_another(competition, teams, host):
    send(teams[0], 0.1)
    analysis = analyses.start_dry_run(phase=competition.phase, by=host, at=NOON)
    assert working._take(analysis.pk, lambda: NOON) is not None
    later = NOON + timedelta(seconds=61)
    assert analyses.revive_analyses(later) == 1
    assert work_out(analysis, later).status == "complete"
    assert analyses.work(analysis.pk, now=lambda: later) is analyses.Outcome.WAITING
    assert ours(Analysis).filter(kind="dry_run").count() == 1


def test_a_worker_that_is_asked_to_end_leaves_it_to_the_next(competition, teams, host):
    send(teams[0], 0.1)
    analysis = analyses.start_dry_run(phase=competition.phase, by=host, at=NOON)
    stopping.set()
    try:
        assert work_out(analysis).status == "running"
    finally:
        stopping.clear()
    assert analysis.lease == ""
    assert work_out(analysis).status == "complete"


# --- over HTTP ----------------------------------------------------------------------------------------------------------
@pytest.fixture
def ask(api):
    def ask(user, method, path="", **body):
        api.force_authenticate(user)
        answer = getattr(api, method)(f"/api/competitions/cup/dry-runs/{path}", body, format="json")
        return answer.status_code, answer.json()

    return ask


def test_a_dry_run_over_http(competition, teams, host, ask):
    send(teams[0], 0.1)
    status, begun = ask(host, "post")
    assert (status, begun["status"], begun["counts"], begun["outdatedBy"]) == (201, "queued", None, "")
    work_out(Analysis.objects.get(pk=begun["id"]), NOON)
    status, listed = ask(host, "get")
    assert (status, listed["count"]) == (200, 1)
    assert listed["results"][0]["counts"] == {
        "submissions": 1,
        "refused": 0,
        "scoredAgain": 0,
        "lost": 0,
        "scoresChanged": 0,
        "teams": 1,
        "ranksChanged": 0,
        "teamsWithoutAScore": 0,
    }
    assert ask(host, "post", f"{begun['id']}/cancel/")[0] == 409
    again = ask(host, "post")[1]["id"]
    status, cancelled = ask(host, "post", f"{again}/cancel/")
    assert (status, cancelled["status"], cancelled["counts"]) == (200, "cancelled", None)
    with pytest.raises(AnalysisOver):
        analyses.cancel_analysis(analysis=Analysis.objects.get(pk=again), by=host, at=NOON)


def test_no_analysis_of_another_kind_or_competition_is_found(competition, teams, host, ask):
    desk = analyses.start_desk(phase=competition.phase, by=host, at=NOON)
    other = competition_with_solution("rmse", hosts=[host])
    foreign = analyses.start_dry_run(phase=other.phase, by=host, at=NOON)
    assert [ask(host, "post", f"{one.pk}/cancel/")[0] for one in (desk, foreign)] == [404, 404]
    assert ask(host, "get")[1]["results"] == []


def test_its_throttle_is_its_own(competition, teams, host, ask, monkeypatch):
    monkeypatch.setattr(SimpleRateThrottle, "THROTTLE_RATES", {"dry_runs": "1/min", "writes": "100/min"})
    assert ask(host, "post")[0] == 201
    assert ask(host, "post")[0] == 429
    assert ask(host, "get")[0] == 200
    newest = Analysis.objects.latest("pk").pk
    assert ask(host, "post", f"{newest}/cancel/")[0] == 200


def test_the_number_of_queries_does_not_grow_with_what_is_listed(
    competition, teams, host, ask, django_assert_max_num_queries
):
    for hour in range(4):
        asked(competition, at(hour))
    with django_assert_max_num_queries(25):
        ask(host, "get")
