"""The lab book: what a team writes down of its submissions, who reads it, and what it never does."""

from __future__ import annotations

import json

import pytest
from freezegun import freeze_time

from competitions.leaderboards.standings import StandingUpdate
from competitions.models import Phase, Standing
from competitions.teams.merges import accept_merge, request_merge
from submissions.exceptions import (
    ExperimentTooDeep,
    ExperimentTooLarge,
    ExperimentTooMany,
    InvalidExperiment,
    UnknownInExperiment,
)
from submissions.models import Submission
from submissions.services.experiments import MOST_BYTES, MOST_VALUES, clean_experiment
from tests.factories import AFTER, ENDS, NOON, TeamFactory, UserFactory, overwrite, submits
from tests.submissions.conftest import send
from tests.submissions.files import csv_scoring, upload

WHOLE = {
    "run": "amazing-whale-12",
    "url": "https://mlflow.example.org/#/experiments/1/runs/12",
    "commit": "4f1c0f2a9b3d",
    "params": {"learning_rate": 0.05, "maxDepth": 7, "cv": {"n_folds": 5, "shuffle": True}, "seeds": [1, 2], "x": None},
    "metrics": {"valid_0.rmse": 0.123, "n_trees": 400},
    "tags": ["lgbm", "5 folds"],
}


@pytest.fixture(autouse=True)
def _noon():
    with freeze_time(NOON):
        yield


def only_error(answer):
    (error,) = answer.json()["errors"]
    return error


def post(api, team, experiment):
    form = {"team": team.pk, "file": upload(csv_scoring("rmse", 0.5)), "experiment": experiment}
    return api.post("/api/teams/submissions/", form, format="multipart")


# --- writing ------------------------------------------------------------------------------------------------------------
def test_it_comes_with_the_submission_and_every_name_stays_as_it_was_written(member, team):
    told = post(member, team, json.dumps(WHOLE)).json()["submission"]
    (listed,) = member.get(f"/api/teams/{team.pk}/submissions/").json()["results"]

    assert told["experiment"] == listed["experiment"] == WHOLE
    assert told["sharesExperiment"] is False


def test_it_comes_with_a_body_that_is_the_file_alone(member, team):
    url = f"/api/teams/submissions/?team={team.pk}&experiment=" + json.dumps({"tags": ["a"]})
    answer = member.post(url, csv_scoring("rmse", 0.5), content_type="text/csv")
    assert answer.json()["submission"]["experiment"] == {"tags": ["a"]}


def test_with_a_session_it_is_read_alike(client, team):
    client.force_login(team.owner)
    assert post(client, team, json.dumps(WHOLE)).json()["submission"]["experiment"] == WHOLE


@pytest.mark.parametrize("at", [NOON, AFTER])
def test_it_is_changed_later_and_taken_away(member, team, at):
    url = f"/api/submissions/{submits(team, 0.5, memo='ridge').pk}/"
    with freeze_time(at):
        changed = member.patch(url, {"experiment": WHOLE}, format="json").json()
        kept = member.patch(url, {"memo": "lasso"}, format="json").json()
        gone = member.patch(url, {"experiment": None}, format="json").json()

    assert (changed["experiment"], changed["memo"]) == (WHOLE, "ridge")
    assert kept["experiment"] == WHOLE
    assert gone["experiment"] is None


def test_a_refused_one_keeps_nothing_and_uses_no_submission(member, team):
    answer = post(member, team, json.dumps({"params": {"lr": "x" * 40_000}}))

    assert (answer.status_code, only_error(answer)["code"]) == (400, "invalid_experiment")
    assert only_error(answer)["params"]["where"] == "params.lr"
    assert only_error(answer)["attr"] == "experiment"
    assert not team.submissions.exists()


@pytest.mark.parametrize("text", ["{", "[" * 100_000, '{"a": 01}'])
def test_what_is_no_json_is_told(member, team, text):
    answer = post(member, team, text)
    assert (answer.status_code, only_error(answer)["attr"]) == (400, "experiment")


def nested(levels):
    return {"a": nested(levels - 1)} if levels else 1


@pytest.mark.parametrize(
    ("experiment", "refusal", "params"),
    [
        ([], InvalidExperiment, {"where": "experiment", "expected": "object"}),
        ("run 7", InvalidExperiment, {"where": "experiment", "expected": "object"}),
        ({"score": 1}, UnknownInExperiment, {"name": "score"}),
        ({"run": ["a"]}, InvalidExperiment, {"where": "run", "expected": "text"}),
        ({"run": "x" * 201}, InvalidExperiment, {"where": "run", "expected": "text"}),
        ({"run": True}, InvalidExperiment, {"where": "run", "expected": "text"}),
        ({"commit": "a\x00b"}, InvalidExperiment, {"where": "commit", "expected": "text"}),
        ({"commit": "a\ud800"}, InvalidExperiment, {"where": "commit", "expected": "text"}),
        ({"url": "javascript:alert(1)"}, InvalidExperiment, {"where": "url", "expected": "url"}),
        ({"url": "file:///etc/passwd"}, InvalidExperiment, {"where": "url", "expected": "url"}),
        ({"url": "mlruns"}, InvalidExperiment, {"where": "url", "expected": "url"}),
        ({"url": "https://[::1/"}, InvalidExperiment, {"where": "url", "expected": "url"}),
        ({"params": ["a"]}, InvalidExperiment, {"where": "params", "expected": "object"}),
        ({"params": {"": 1}}, InvalidExperiment, {"where": "params", "expected": "name"}),
        ({"params": {"a": {"x" * 251: 1}}}, InvalidExperiment, {"where": "params.a", "expected": "name"}),
        ({"params": {"a": [1, float("nan")]}}, InvalidExperiment, {"where": "params.a.1", "expected": "number"}),
        ({"params": {"a": float("inf")}}, InvalidExperiment, {"where": "params.a", "expected": "number"}),
        ({"params": {"a": 10**400}}, InvalidExperiment, {"where": "params.a", "expected": "number"}),
        ({"params": nested(6)}, ExperimentTooDeep, {"limit": 5}),
        ({"metrics": {"a": "0.5"}}, InvalidExperiment, {"where": "metrics.a", "expected": "number"}),
        ({"metrics": {"a": None}}, InvalidExperiment, {"where": "metrics.a", "expected": "number"}),
        ({"metrics": {"a": True}}, InvalidExperiment, {"where": "metrics.a", "expected": "number"}),
        ({"tags": "lgbm"}, InvalidExperiment, {"where": "tags", "expected": "list"}),
        ({"tags": ["a", 1]}, InvalidExperiment, {"where": "tags.1", "expected": "text"}),
        ({"tags": ["x" * 101]}, InvalidExperiment, {"where": "tags.0", "expected": "text"}),
        ({"params": {f"p{n}": n for n in range(MOST_VALUES + 1)}}, ExperimentTooMany, {"limit": MOST_VALUES}),
        ({"params": {"a": [0] * MOST_VALUES}, "tags": ["x"]}, ExperimentTooMany, {"limit": MOST_VALUES}),
        ({"params": {"a": "渦" * (MOST_BYTES // 3)}}, ExperimentTooLarge, {"limit": MOST_BYTES}),
    ],
    ids=str,
)
def test_what_cannot_be_kept_is_refused_with_its_place(experiment, refusal, params):
    with pytest.raises(refusal) as refused:
        clean_experiment(experiment)
    assert params.items() <= refused.value.params.items()
    assert "%(" not in refused.value.detail


@pytest.mark.parametrize(
    ("experiment", "kept"),
    [
        (None, {}),
        ({}, {}),
        ({"run": " ", "url": "", "params": {}, "tags": ["", " "]}, {}),
        ({"run": 12}, {"run": "12"}),
        ({"tags": ["b", "a", "b "]}, {"tags": ["b", "a"]}),
        ({"params": nested(5)}, {"params": nested(5)}),
        ({"params": {"a": 2**64, "b": False, "c": "1\n2"}}, {"params": {"a": 2**64, "b": False, "c": "1\n2"}}),
        ({"url": "http://localhost:5000/#/run"}, {"url": "http://localhost:5000/#/run"}),
    ],
    ids=str,
)
def test_what_is_empty_is_left_out(experiment, kept):
    assert clean_experiment(experiment) == kept


def test_the_database_gives_back_what_was_kept(db, team):
    one = submits(team, 0.5, experiment=clean_experiment(WHOLE))
    assert Submission.objects.get(pk=one.pk).experiment == WHOLE


# --- reading ------------------------------------------------------------------------------------------------------------
@pytest.fixture
def written(team):
    return submits(team, 0.5, experiment=WHOLE, cv_score=0.77, memo="secret memo", private_score=0.987654)


def ask(api, user, submission):
    api.force_authenticate(user)
    return api.get(f"/api/submissions/{submission.pk}/experiment/")


@pytest.fixture(params=["visitor", "participant", "outsider", "host", "superuser"])
def stranger(request, team):
    if request.param == "visitor":
        return None
    if request.param == "participant":
        return TeamFactory(competition=team.competition).owner
    user = UserFactory(is_superuser=request.param == "superuser")
    if request.param == "host":
        team.competition.hosts.add(user)
    return user


@pytest.mark.parametrize("confirmed_at", [None, ENDS], ids=["running", "confirmed"])
def test_nobody_but_the_team_reads_it_unless_it_is_shared(api, team, written, stranger, confirmed_at):
    Phase.objects.update(confirmed_at=confirmed_at)
    with freeze_time(AFTER if confirmed_at else NOON):
        own, others = ask(api, team.owner, written), ask(api, stranger, written)
        missing = api.get(f"/api/submissions/{written.pk + 1000}/experiment/")

    assert own.json()["experiment"] == WHOLE
    assert (others.status_code, others.json()) == (404, missing.json())


def test_shared_it_is_read_by_everybody_and_tells_nothing_else(api, member, team, written, stranger):
    member.patch(f"/api/submissions/{written.pk}/", {"sharesExperiment": True}, format="json")
    shared = ask(api, stranger, written)
    assert shared.json() == {
        "id": written.pk,
        "competition": team.competition.slug,
        "team": {"id": team.pk, "name": team.name},
        "createdAt": "2026-06-05T12:00:00Z",
        "experiment": WHOLE,
    }

    api.force_authenticate(team.owner)
    api.patch(f"/api/submissions/{written.pk}/", {"sharesExperiment": False}, format="json")
    assert ask(api, stranger, written).status_code == 404


@pytest.mark.parametrize("fields", [{"visibility": "invitation"}, {"is_published": False}])
def test_shared_in_a_closed_room_it_stays_there(api, team, written, fields):
    Submission.objects.update(shares_experiment=True)
    overwrite(**fields)
    fellow = TeamFactory(competition=team.competition).owner

    assert ask(api, UserFactory(), written).status_code == 404
    assert ask(api, None, written).status_code == 404
    assert ask(api, fellow, written).status_code == (404 if "is_published" in fields else 200)


def test_nothing_of_it_is_in_what_organisers_get(api, team, written):
    host = UserFactory()
    team.competition.hosts.add(host)
    api.force_authenticate(host)
    listed = api.get(f"/api/competitions/{team.competition.slug}/submissions/")

    assert listed.status_code == 200
    assert "amazing-whale" not in listed.content.decode()


def test_no_score_or_rank_moves_by_it(member, team):
    rival = TeamFactory(competition=team.competition)
    submits(rival, 0.4)
    before = send(team, 0.5)
    standing = Standing.objects.values().get(team=team)
    member.patch(
        f"/api/submissions/{before.submission.pk}/", {"experiment": {"metrics": {"public_score": 0.0}}}, format="json"
    )

    assert isinstance(before.update, StandingUpdate)
    assert Standing.objects.values().get(team=team) == standing
    assert Submission.objects.get(pk=before.submission.pk).public_score == 0.5


def test_after_a_merge_both_read_what_either_wrote(api, team, written):
    other = TeamFactory(competition=team.competition)
    request = request_merge(from_team=team, to_team_id=other.pk, by=team.owner, at=NOON)
    accept_merge(merge_request=request, by=other.owner, at=NOON)

    assert ask(api, other.owner, written).json()["experiment"] == WHOLE
    assert ask(api, team.owner, written).json()["experiment"] == WHOLE
