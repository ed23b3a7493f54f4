"""Private scoring over HTTP: organisers only, after the end, and nothing of it shows outside."""

from __future__ import annotations

import pytest
from freezegun import freeze_time
from rest_framework import throttling  # noqa: F401 -- keeps the clock it finds when it is first imported
from rest_framework.test import APIClient

from competitions.models import Competition, Standing
from foundation.management.commands.worker import Command as WorkerCommand
from submissions import runs
from submissions.models import ScoringRun
from tests.factories import AFTER, ENDS, NOON, STARTS, CompetitionFactory, TeamFactory, UserFactory
from tests.neighbour import ours
from tests.submissions.conftest import competition_with_solution, send

pytestmark = pytest.mark.django_db

PATHS = [
    ("get", "scoring-runs/"),
    ("post", "scoring-runs/"),
    ("get", "scoring-runs/1/"),
    ("post", "private-leaderboard/confirm/"),
    ("post", "private-leaderboard/unconfirm/"),
    ("get", "leaderboard/private/preview/"),
    ("get", "leaderboard/private/preview/csv/"),
]
AFTER_THE_END = [path for path in PATHS if "scoring-runs" not in path[1]] + [("post", "scoring-runs/")]


@pytest.fixture
def host(db):
    return UserFactory()


@pytest.fixture
def competition(host):
    return competition_with_solution("rmse", hosts=[host])


@pytest.fixture
def team(competition):
    return TeamFactory(competition=competition, name="a")


@pytest.fixture
def ask(competition):
    """`ask(user, method, path, ...)` at a moment: status and body."""

    def ask(user, method, path, data=None, *, at=AFTER):
        client = APIClient()
        client.force_authenticate(user)
        with freeze_time(at):
            answer = getattr(client, method)(f"/api/competitions/{competition.slug}/{path}", data)
        return answer.status_code, answer.json() if answer["Content-Type"] == "application/json" else answer

    return ask


def code(body) -> str:
    return body["errors"][0]["code"]


def score_privately(competition):
    run = runs.start_run(phase=competition.phase, kind="private", by=None, at=AFTER, reason="Once more.")
    assert runs.work(run.pk, now=lambda: AFTER) is runs.Outcome.DONE


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_it_is_for_organisers_only(ask, team, method, path):
    assert ask(None, method, path, {"kind": "private"})[0] in {401, 403}
    for user in (UserFactory(), team.owner, UserFactory(is_staff=True)):
        status, body = ask(user, method, path, {"kind": "private"})
        assert (status, code(body)) == (403, "not_a_host")


@pytest.mark.parametrize(("method", "path"), AFTER_THE_END)
@pytest.mark.parametrize("moment", [STARTS, NOON])
def test_before_the_end_it_is_refused_to_organisers_too(ask, host, method, path, moment):
    for user in (host, UserFactory(is_superuser=True)):
        status, body = ask(user, method, path, {"kind": "private"}, at=moment)
        assert (status, code(body)) == (403, "competition_running")


def test_an_organiser_scores_looks_and_confirms(ask, host, team, competition):
    send(team, 0.5, 0.25)
    status, run = ask(host, "post", "scoring-runs/", {"kind": "private"})
    assert (status, run["status"], run["kind"], run["startedBy"]["username"]) == (
        201,
        "queued",
        "private",
        host.username,
    )
    assert code(ask(host, "post", "scoring-runs/", {"kind": "private"})[1]) == "scoring_run_active"
    assert code(ask(host, "get", "leaderboard/private/preview/")[1]) == "scoring_run_active"
    assert code(ask(host, "post", "private-leaderboard/confirm/")[1]) == "scoring_run_active"

    runs.work(run["id"], now=lambda: AFTER)
    status, run = ask(host, "get", f"scoring-runs/{run['id']}/")
    assert (status, run["status"], run["done"], run["total"], run["progress"]) == (200, "complete", 1, 1, 1.0)
    assert [one["id"] for one in ask(host, "get", "scoring-runs/")[1]["results"]] == [run["id"]]

    status, preview = ask(host, "get", "leaderboard/private/preview/")
    assert (status, preview["results"][0]["score"], preview["results"][0]["change"]) == (200, 0.25, 0)
    status, text = ask(host, "get", "leaderboard/private/preview/csv/")
    assert b",0.25," in text.getvalue()
    assert ask(team.owner, "get", "leaderboard/private/")[0] == 403
    assert ask(host, "get", "leaderboard/private/")[0] == 403

    assert ask(host, "post", "private-leaderboard/confirm/") == (200, {"confirmedAt": "2026-06-11T00:00:01Z"})
    status, opened = ask(team.owner, "get", "leaderboard/private/")
    assert (status, opened["results"], opened["me"]["score"]) == (
        200,
        [{**preview["results"][0], "isMine": True}],
        0.25,
    )
    assert ours(Competition).get().phase.confirmed_by == host
    assert ask(host, "post", "private-leaderboard/unconfirm/", {"reason": "A row."}) == (200, {"confirmedAt": None})
    assert ask(team.owner, "get", "leaderboard/private/")[0] == 403


def test_the_preview_waits_for_private_scoring(ask, host, team):
    send(team)
    assert code(ask(host, "get", "leaderboard/private/preview/")[1]) == "private_scoring_missing"
    assert code(ask(host, "get", "leaderboard/private/preview/csv/")[1]) == "private_scoring_missing"


@pytest.mark.parametrize(
    ("data", "attr"),
    [
        ({}, "kind"),
        ({"kind": "public"}, "kind"),
        ({"kind": ["private"]}, "kind"),
        ({"kind": "rescore"}, "reason"),
        ({"kind": "rescore", "reason": "x" * 501}, "reason"),
        ({"kind": "rescore", "reason": "\x00"}, "reason"),
        ({"kind": "rescore", "reason": {"a": 1}}, "reason"),
    ],
)
def test_nonsense_is_refused(ask, host, data, attr):
    status, body = ask(host, "post", "scoring-runs/", data)
    assert (status, body["errors"][0]["attr"]) == (400, attr)
    assert not ours(ScoringRun).exists()


def test_a_run_of_another_competition_is_not_found_here(ask, host):
    elsewhere = CompetitionFactory(hosts=[host])
    other = ScoringRun.objects.create(competition=elsewhere, phase=elsewhere.phase, kind="private", created_at=AFTER)
    assert ask(host, "get", f"scoring-runs/{other.pk}/")[0] == 404
    assert ask(host, "get", f"scoring-runs/{10**18}/")[0] == 404


def test_while_confirmed_the_etag_of_the_private_leaderboard_changes_with_its_scores(ask, host, team, competition):
    send(team, 0.5, 0.25)
    score_privately(competition)
    runs.confirm_private_leaderboard(phase=competition.phase, by=host, at=AFTER)
    client = APIClient()
    url = f"/api/competitions/{competition.slug}/leaderboard/private/"
    with freeze_time(AFTER):
        seen = client.get(url)["ETag"]
        assert client.get(url, HTTP_IF_NONE_MATCH=seen).status_code == 304
        score_privately(competition)
        assert client.get(url, HTTP_IF_NONE_MATCH=seen).status_code == 200
        runs.unconfirm_private_leaderboard(phase=competition.phase, by=host, at=AFTER, reason="A row was wrong.")
        closed = client.get(url, HTTP_IF_NONE_MATCH=seen)
    assert (closed.status_code, "ETag" in closed) == (403, False)


def test_a_private_run_shows_nowhere_before_the_confirmation(host, team, competition):
    send(team, 0.5, 0.125)
    everybody = [None, UserFactory(), team.owner]
    paths = [
        "",
        "leaderboard/public/",
        "leaderboard/public/csv/",
        "leaderboard/history/",
        "leaderboard/private/",
        "scoring-runs/",
    ]

    def seen():
        answers = []
        for user in everybody:
            client = APIClient()
            client.force_authenticate(user)
            for path in paths:
                answer = client.get(f"/api/competitions/{competition.slug}/{path}")
                answers.append((answer.status_code, answer.getvalue(), answer.get("ETag")))
        return answers

    with freeze_time(AFTER):
        before = seen()
        score_privately(competition)
        assert ours(Standing).get().best_private_score == 0.125
        assert seen() == before


def test_the_end_itself_is_after_the_end(ask, host, team):
    assert ask(host, "post", "scoring-runs/", {"kind": "private"}, at=ENDS)[0] == 201


def test_there_is_one_worker_command():
    assert "kill -9" in WorkerCommand.help
