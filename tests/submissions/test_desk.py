"""The integrity desk: what it finds, who may look, and that nobody reads a private score from it."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import numpy as np
import pytest

from accounts.browsers import remember
from competitions.exceptions import NotHost
from competitions.models import Team
from foundation.worker import stopping
from submissions import analyses
from submissions.analyses import desk, working
from submissions.analyses.exceptions import AnalysisActive, AnalysisOver
from submissions.analyses.working import work_on_analysis
from submissions.exceptions import NothingToScoreWith
from submissions.models import Analysis, Submission
from submissions.services import select, submit
from tests.factories import AFTER, NOON, CompetitionFactory, TeamFactory, UserFactory, give_solution
from tests.submissions.analyses import IS_PUBLIC, ROWS, TRUTH, confirm, cup, model, sends, work_out
from tests.submissions.conftest import enqueued

pytestmark = pytest.mark.django_db


@pytest.fixture
def host(db):
    return UserFactory(username="host")


@pytest.fixture
def competition(host):
    return cup(hosts=[host])


@pytest.fixture
def teams(competition):
    return [TeamFactory(competition=competition, name=name) for name in ("first", "second", "third")]


def found(competition, moment=NOON) -> dict:
    analysis = work_out(analyses.start_desk(phase=competition.phase, by=None, at=moment), moment)
    assert (analysis.status, analysis.progress, analysis.lease) == ("complete", 1.0, "")
    return analysis.result


def at(hours: float):
    return NOON + timedelta(hours=hours)


# --- what it finds ------------------------------------------------------------------------------------------------------
def test_identical_files_of_different_teams(competition, teams):
    copied = sends(teams[0], model(1), at=at(0))
    copy = sends(teams[1], model(1), at=at(1))
    sends(teams[2], model(2), at=at(2))
    sends(teams[2], model(2), at=at(3))  # the same file twice by one team is nobody's copy
    (group,) = found(competition, at(4))["identical"]
    assert (group["teams"], group["count"], group["sha256"]) == (2, 2, copied.sha256)
    assert [(one["id"], one["number"]) for one in group["submissions"]] == [(copied.pk, 1), (copy.pk, 1)]


def test_near_copies_and_who_was_first(competition, teams):
    original = sends(teams[1], model(1), at=at(1))
    sends(teams[0], model(3), at=at(0))
    copy = sends(teams[0], model(1) * 0.99 + 0.001, at=at(2))
    select(submission=copy, selected=True, by=teams[0].owner, at=at(2))
    sends(teams[2], model(2), at=at(3))
    result = found(competition, at(4))
    (pair,) = result["similar"]
    assert (pair["first"]["id"], pair["second"]["id"]) == (original.pk, copy.pk)
    assert (pair["first"]["number"], pair["second"]["number"]) == (1, 2)
    assert (pair["correlation"], pair["equal"]) == (1.0, 0.0)
    assert result["identical"] == []
    # Of the copying team the best public file and the chosen one are compared.
    best = Submission.objects.filter(team=teams[0]).order_by("public_score").first()
    assert result["files"] == (3 if best == copy else 4)
    assert 0.3 < result["typical_correlation"] < 0.98


def test_probing_with_the_changes_of_the_score(competition, teams):
    guess = np.zeros(ROWS)
    files = [sends(teams[0], guess, at=at(0))]
    for step, row in enumerate(np.flatnonzero(IS_PUBLIC)[:4]):
        guess = guess.copy()
        guess[row] = 3.0
        files.append(sends(teams[0], guess, at=at(1 + step)))
    for step in range(5):
        sends(teams[1], model(step), at=at(step))
    (team,) = found(competition, at(9))["probing"]
    assert (team["team"], team["files"], team["single"], team["longest_walk"]) == (teams[0].pk, 5, 4, 4)
    assert [one["id"] for one in team["constants"]] == [files[0].pk]
    assert [(step["submission"]["number"], step["changed"]) for step in team["steps"]] == [(n, 1) for n in (2, 3, 4, 5)]
    scores = [one.public_score for one in files]
    assert [step["score_change"] for step in team["steps"]] == pytest.approx(np.diff(scores), abs=1e-5)


@pytest.mark.parametrize("kind", ["late", "refused", "outside"])
def test_what_does_not_count_is_not_compared(competition, teams, kind):
    sends(teams[0], model(1))
    other = sends(teams[1], model(1))
    if kind == "outside":
        Team.objects.filter(pk=teams[1].pk).update(out_of_competition_at=NOON)
    else:
        changed = {"is_late": True} if kind == "late" else {"status": "refused"}
        Submission.objects.filter(pk=other.pk).update(**changed)
    result = found(competition)
    assert (result["identical"], result["similar"], result["teams"]) == ([], [], 1)


def test_a_file_that_is_gone_is_said_and_the_rest_compared(competition, teams):
    sends(teams[0], model(1)), sends(teams[1], model(1) + 0.001)
    gone = sends(teams[2], model(2))
    for field in (gone.aligned, gone.file):
        field.storage.delete(field.name)
    result = found(competition)
    assert (result["unread"], result["files"], len(result["similar"])) == (1, 2, 1)


def test_labels_are_compared_by_equal_shares():
    competition = CompetitionFactory(metric="accuracy", slug="labels", daily_submission_limit=None)
    lines = [f"{row},{'ab'[row % 2]},{'Public' if row % 2 else 'Private'}" for row in range(80)]
    give_solution(competition, "\n".join(["id,target,Usage", *lines]) + "\n")
    for name in ("one", "other"):
        team = TeamFactory(competition=competition, name=name)
        letters = ["ab"[(row // 2) % 2] for row in range(80)]
        letters[1] = "a" if name == "one" else "b"
        text = "\n".join(["id,target", *(f"{row},{letter}" for row, letter in enumerate(letters))]) + "\n"
        submit(user=team.owner, team=team, file=BytesIO(text.encode()), filename="s.csv", at=NOON)
    (pair,) = found(competition)["similar"]
    assert (pair["correlation"], pair["equal"]) == (None, 39 / 40)


# --- the promise --------------------------------------------------------------------------------------------------------
def test_until_the_confirmation_private_rows_change_nothing(competition, teams):
    """An accomplice sends in the truth; what the desk says of others does not hang on their private rows."""
    results = []
    sends(teams[0], TRUTH)
    for private in (TRUTH, model(7), np.zeros(ROWS)):
        mine = sends(teams[1], np.where(IS_PUBLIC, TRUTH + 0.001, private))
        for moment in (NOON, AFTER):
            result = found(competition, moment)
            assert (result["scope"], result["rows"]) == ("public", IS_PUBLIC.sum())
            results.append([(pair["correlation"], pair["equal"]) for pair in result["similar"]])
        Submission.objects.filter(pk=mine.pk).delete()
    assert results == [results[0]] * 6
    assert len(results[0]) == 1


def test_steps_in_private_rows_are_not_told_either(competition, teams):
    guess = model(1)
    for step, row in enumerate(np.flatnonzero(~IS_PUBLIC)[:5]):
        guess = guess.copy()
        guess[row] += 1.0
        sends(teams[0], guess, at=at(step))
    assert found(competition, at(9))["probing"] == []
    confirm(competition)
    result = found(competition, AFTER)
    assert (result["scope"], result["rows"]) == ("all", ROWS)
    assert result["probing"][0]["single"] == 4


def test_no_private_score_and_no_truth_is_read_for_it(competition, teams, monkeypatch):
    sends(teams[0], model(1)), sends(teams[1], model(1) + 0.001)
    Submission.objects.update(private_score=0.86753091)

    def nobody(*_args, **_kwargs):
        raise AssertionError("the truth was asked for")

    monkeypatch.setattr("scoring.score._value", nobody)
    result = found(competition, AFTER)
    assert "8675" not in str(result)
    assert len(result["similar"]) == 1


# --- the job ------------------------------------------------------------------------------------------------------------
def test_one_at_a_time_for_organisers_and_with_a_solution(competition, teams, host):
    with pytest.raises(NotHost):
        analyses.start_desk(phase=competition.phase, by=teams[0].owner, at=NOON)
    first = analyses.start_desk(phase=competition.phase, by=host, at=NOON)
    with pytest.raises(AnalysisActive):
        analyses.start_desk(phase=competition.phase, by=host, at=NOON)
    work_out(first)
    assert analyses.start_desk(phase=competition.phase, by=host, at=NOON).status == "queued"
    with pytest.raises(NothingToScoreWith):
        analyses.start_desk(phase=CompetitionFactory().phase, by=None, at=NOON)


def test_without_submissions_it_finds_nothing(competition):
    result = found(competition)
    assert (result["teams"], result["files"], result["identical"], result["similar"]) == (0, 0, [], [])


def test_cancelling_stops_it_where_it_is(competition, teams, monkeypatch):
    for team in teams:
        sends(team, model(1))
    monkeypatch.setattr(working, "BEAT_SECONDS", 0)
    analysis = analyses.start_desk(phase=competition.phase, by=None, at=NOON)
    compare = desk.compare

    def cancelled(*args, **fields):
        analyses.cancel_analysis(analysis=analysis, by=None, at=NOON)
        return compare(*args, **fields)

    monkeypatch.setattr(desk, "compare", cancelled)
    work_out(analysis)
    assert (analysis.status, analysis.result, analysis.finished_at) == ("cancelled", None, NOON)
    with pytest.raises(AnalysisOver):
        analyses.cancel_analysis(analysis=analysis, by=None, at=NOON)
    assert analyses.work(analysis.pk, now=lambda: NOON) is analyses.Outcome.WAITING


def test_a_worker_that_is_asked_to_end_leaves_it_to_the_next(competition, teams):
    sends(teams[0], model(1))
    analysis = analyses.start_desk(phase=competition.phase, by=None, at=NOON)
    stopping.set()
    try:
        assert analyses.work(analysis.pk, now=lambda: NOON) is analyses.Outcome.WAITING
    finally:
        stopping.clear()
    analysis.refresh_from_db()
    assert (analysis.status, analysis.lease, analysis.attempts) == ("running", "", 0)
    before = len(enqueued(work_on_analysis))
    assert analyses.revive_analyses(NOON) == 1
    assert len(enqueued(work_on_analysis)) == before + 1
    assert work_out(analysis).status == "complete"


def test_a_killed_worker_is_followed_by_another_with_the_same_result(competition, teams):
    sends(teams[0], model(1)), sends(teams[1], model(1) + 0.001)
    analysis = analyses.start_desk(phase=competition.phase, by=None, at=NOON)
    # The first worker takes it and dies.
    assert working._take(analysis.pk, lambda: NOON) is not None
    assert analyses.work(analysis.pk, now=lambda: NOON + timedelta(seconds=59)) is analyses.Outcome.WAITING
    assert analyses.revive_analyses(NOON + timedelta(seconds=59)) == 0
    later = NOON + timedelta(seconds=61)
    assert analyses.revive_analyses(later) == 1
    assert analyses.revive_analyses(later) == 0
    assert work_out(analysis, later).status == "complete"
    again = work_out(analyses.start_desk(phase=competition.phase, by=None, at=later), later)
    assert again.result == analysis.result


def test_what_kills_its_workers_ends_as_failed(competition, teams):
    analysis = analyses.start_desk(phase=competition.phase, by=None, at=NOON)
    moment = NOON
    for _attempt in range(working.ATTEMPTS):
        assert working._take(analysis.pk, lambda moment=moment: moment) is not None
        moment += timedelta(minutes=2)
    work_out(analysis, moment)
    assert (analysis.status, analysis.error) == ("failed", "broke_down")


# --- over HTTP ----------------------------------------------------------------------------------------------------------
@pytest.fixture
def ask(api):
    def ask(user, method, path="", **body):
        if user is not None:
            api.force_authenticate(user)
        answer = getattr(api, method)(f"/api/competitions/cup/integrity/{path}", body, format="json")
        return answer.status_code, answer.json()

    return ask


def test_a_comparison_over_http(competition, teams, host, ask):
    original = sends(teams[0], model(1))
    sends(teams[1], model(1) + 0.001, at=at(1))
    status, begun = ask(host, "post")
    assert (status, begun["status"], begun["startedBy"]["username"]) == (201, "queued", "host")
    assert ask(host, "post")[1]["errors"][0]["code"] == "analysis_active"
    assert ask(host, "get", f"{begun['id']}/")[1]["findings"] is None
    work_out(Analysis.objects.get(pk=begun["id"]), at(2))
    Team.objects.filter(pk=teams[0].pk).update(name="renamed")
    status, done = ask(host, "get", f"{begun['id']}/")
    (pair,) = done["findings"]["similar"]
    assert pair["first"] == {
        "id": original.pk,
        "team": {"id": teams[0].pk, "name": "renamed"},
        "number": 1,
        "at": "2026-06-05T12:00:00Z",
    }
    assert (done["status"], done["findings"]["scope"], done["looksForSharedBrowsers"]) == ("complete", "public", False)
    assert [one["id"] for one in ask(host, "get")[1]["results"]] == [begun["id"]]
    assert ask(host, "post", f"{begun['id']}/cancel/")[1]["errors"][0]["code"] == "analysis_over"


@pytest.mark.parametrize("role", ["anonymous", "participant", "other host"])
def test_nobody_but_organisers_learns_of_it(competition, teams, ask, role):
    analysis = work_out(analyses.start_desk(phase=competition.phase, by=None, at=NOON), NOON)
    user = {"anonymous": None, "participant": teams[0].owner, "other host": UserFactory()}[role]
    if role == "other host":
        CompetitionFactory(hosts=[user])
    for method, path in [("get", ""), ("get", f"{analysis.pk}/"), ("post", ""), ("post", f"{analysis.pk}/cancel/")]:
        status, body = ask(user, method, path)
        assert status in (401, 403), (method, path)
        assert "findings" not in body


def test_no_analysis_of_another_competition_or_kind_is_found(competition, host, ask):
    elsewhere = work_out(analyses.start_desk(phase=cup(slug="elsewhere").phase, by=None, at=NOON), NOON)
    other_kind = Analysis.objects.create(
        competition=competition, phase=competition.phase, kind="wobble", seed=1, created_at=NOON
    )
    for pk in (elsewhere.pk, other_kind.pk, 10**9):
        assert ask(host, "get", f"{pk}/")[0] == 404
        assert ask(host, "post", f"{pk}/cancel/")[0] == 404


# --- shared browsers ----------------------------------------------------------------------------------------------------
def test_accounts_of_different_teams_that_share_a_browser(competition, teams, host, ask, settings):
    settings.SHARED_BROWSERS = True
    one, other, third = (team.owner for team in teams)
    stranger = UserFactory()
    for browser, people in {"a": (one, other, stranger), "b": (one, other), "c": (third,)}.items():
        for person in people:
            remember(browser, person, NOON)
    analysis = work_out(analyses.start_desk(phase=competition.phase, by=None, at=NOON), NOON)
    _status, done = ask(host, "get", f"{analysis.pk}/")
    (shared,) = done["sharedBrowsers"]
    assert [account["user"]["username"] for account in shared["accounts"]] == [one.username, other.username]
    assert [account["team"]["name"] for account in shared["accounts"]] == ["first", "second"]
    assert shared["browsers"] == 2
    settings.SHARED_BROWSERS = False
    assert ask(host, "get", f"{analysis.pk}/")[1]["sharedBrowsers"] == []
