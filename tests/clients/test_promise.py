"""The promise, by command line: no private score and nothing of the solution in any answer before the rules allow it.

Every method and every route of both clients, by every role, recognised by its digits.
"""

from __future__ import annotations

import io
import zipfile

import pytest
from django.core.cache import cache

from clients.kaggle.rpc import method_names
from competitions.models import Phase, Standing
from competitions.solution.services import replace_solution
from submissions.models import Submission
from tests.clients.conftest import credentials
from tests.factories import AFTER, NOON, STARTS, CompetitionFactory, TeamFactory, UserFactory, submits

# In any way they may be rounded.
SECRETS = (b"0.3141", b"0.2718", b"81723", b"91827")
CSV = b"id,target,Usage\n1,5,Public\n2,81723.25,Private\n3,91827.75,Private\n"


@pytest.fixture
def cast(scenes, now, tmp_path):
    with scenes.set_up("secrets", two_teams_with_secrets, tmp_path) as cast:
        yield cast


def two_teams_with_secrets():
    host = UserFactory(username="host")
    cup = CompetitionFactory(slug="cup", hosts=[host])
    replace_solution(phase=cup.phase, file=io.BytesIO(CSV), filename="s.csv", by=host, at=STARTS)
    whales, ants = TeamFactory(competition=cup, name="whales"), TeamFactory(competition=cup, name="ants")
    # On the private side the order turns round: neither its scores nor its order may show.
    for team, score, secret in ((whales, 0.4, 0.31415926), (ants, 0.5, 0.27182818)):
        submission = submits(team, score)
        Submission.objects.filter(pk=submission.pk).update(private_score=secret)
        Standing.objects.filter(team=team).update(
            best_private_score=secret, private_key=secret, private_submitted_at=NOON
        )
    people = {
        "owner": whales.owner,
        "rival": ants.owner,
        "host": host,
        "outsider": UserFactory(),
        "superuser": UserFactory(is_superuser=True, is_staff=True),
    }
    return {"cup": cup, "team": whales, "people": people}


def everything(api, cast, who):
    """What each method and route answers, unpacked."""
    headers = credentials(cast["people"][who])
    ref = Submission.objects.get(team=cast["team"]).pk
    fields = {
        "competitionName": "cup",
        "ref": ref,
        "submissionId": ref,
        "teamId": cast["team"].pk,
        "pageSize": 200,
        "sortBy": "SUBMISSION_SORT_BY_PRIVATE_SCORE",
        "updateMask": "briefDescription",
        "fileName": "s.csv",
    }
    for name in method_names():
        for extra in ({}, {"sortBy": ""}, {"overridePublic": True}):
            cache.clear()
            answer = api.post(f"/api/v1/{name}", {**fields, **extra}, format="json", **headers)
            yield name, unpacked(answer.content) + str(dict(answer.headers)).encode()
    for path in (
        "/competitions/cup/public/",
        "/competitions/cup/private/",
        f"/competitions/{cast['cup'].pk}/private/",
        "/teams/?competition=cup",
    ):
        yield path, api.get(path, **headers).content


def unpacked(content):
    if not content.startswith(b"PK"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())


@pytest.mark.parametrize("moment", [NOON, AFTER], ids=["running", "ended"])
@pytest.mark.parametrize("who", ["owner", "rival", "host", "outsider", "superuser"])
def test_nothing_secret_is_told_before_it_is_confirmed(cast, api, now, moment, who):
    now.move_to(moment)

    told = [name for name, text in everything(api, cast, who) if any(secret in text for secret in SECRETS)]

    assert told == []


def test_the_digits_would_be_recognised(cast, api, now):
    now.move_to(AFTER)
    Phase.objects.update(confirmed_at=AFTER)

    told = {name.rsplit("/", 1)[-1] or name for name, text in everything(api, cast, "owner") if SECRETS[0] in text}

    assert told >= {"GetLeaderboard", "DownloadLeaderboard", "ListSubmissions", "GetSubmission"}
    assert "/competitions/cup/private/" in told


def test_the_order_of_the_board_tells_nothing_either(cast, api, now):
    now.move_to(AFTER)
    fields = {"competitionName": "cup", "sortBy": "privateScore"}
    headers = credentials(cast["people"]["owner"])

    rows = api.post("/api/v1/competitions.CompetitionApiService/GetLeaderboard", fields, format="json", **headers)

    assert [row["teamName"] for row in rows.json()["submissions"]] == ["whales", "ants"]
