"""The guruguru command line's five requests."""

from __future__ import annotations

import io
import threading
from urllib.parse import quote, urlencode

import pytest
from allauth.account.models import EmailAddress
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings as hypothesis, strategies as st
from rest_framework.test import APIClient

from accounts.tokens import create_token
from submissions.models import Submission
from submissions.services.submitting import score_stored
from tests.clients.conftest import OFF_BY_ONE, PERFECT
from tests.factories import AFTER, NOON, TeamFactory, UserFactory, overwrite, standing_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]


def with_password(user):
    user.set_password("correct horse")
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)


def jwt(user):
    return {"HTTP_AUTHORIZATION": "JWT " + create_token(user=user, name="guruguru", at=NOON)[1]}


def submit(api, team, user, content=PERFECT):
    file = io.BytesIO(content)
    file.name = "submission.csv"
    data = {"team": str(team.pk), "memo": "create from guruguru cli", "file": file}
    return api.post("/teams/submissions/", data, format="multipart", **jwt(user))


@pytest.mark.parametrize("login", ["alice", "ALICE", "alice@example.org"])
def test_sign_in_by_user_name_or_e_mail_gives_a_token(team, api, login):
    with_password(team.owner)

    answer = api.post("/auth/login/", {"username": login, "password": "correct horse"}, format="multipart")

    assert answer.status_code == 200
    assert answer.json()["user"]["username"] == "alice"
    header = {"HTTP_AUTHORIZATION": f"JWT {answer.json()['token']}"}
    assert api.get("/teams/?competition=demo-cup&engaged_in=alice", **header).json()["count"] == 1


def test_a_wrong_password_is_refused_shortly(team, api):
    answer = api.post("/auth/login/", {"username": "alice", "password": "guess"}, format="multipart")

    assert 400 <= answer.status_code < 500
    assert len(answer.content) < 300


def test_signing_in_again_and_again_never_runs_out_of_tokens(team, api, settings):
    with_password(team.owner)
    for _ in range(15):
        answer = api.post("/auth/login/", {"username": "alice", "password": "correct horse"}, format="multipart")
        assert answer.status_code == 200

    assert team.owner.api_tokens.valid(NOON).filter(name="guruguru").count() <= 10


def test_a_file_is_scored_in_the_answer(team, api):
    answer = submit(api, team, team.owner, OFF_BY_ONE)

    assert answer.status_code == 201
    assert (answer.json()["publicScore"], answer.json()["privateScore"]) == (1.0, None)


def test_a_bad_file_says_what_is_wrong(team, api):
    answer = submit(api, team, team.owner, b"id,target\n1,1.0\n")

    assert answer.status_code == 400
    assert answer.json()["errors"]


def test_nobody_submits_for_another_team(team, api):
    other = TeamFactory(competition=team.competition)

    assert submit(api, team, other.owner).status_code in (403, 404)
    assert not Submission.objects.exists()


def test_only_ones_own_team_is_found(team, api):
    other = TeamFactory(competition=team.competition).owner

    asked = api.get("/teams/?competition=demo-cup&engaged_in=alice", **jwt(other))

    assert asked.json()["results"] == []


@pytest.mark.parametrize("key", ["demo-cup", "id"])
def test_the_public_board(team, api, key):
    submit(api, team, team.owner, OFF_BY_ONE)
    TeamFactory(competition=team.competition, name="beta")
    key = team.competition.pk if key == "id" else key

    rows = api.get(f"/competitions/{key}/public/").json()["results"]

    assert rows == [
        {
            "name": "alpha",
            "bestPublicScore": 1.0,
            "lastSubmittedAt": "2026-06-05T12:00:00+00:00",
            "totalSubmissions": 1,
        },
        {"name": "beta", "bestPublicScore": None, "lastSubmittedAt": None, "totalSubmissions": 0},
    ]


@pytest.mark.parametrize("moment", [NOON, AFTER])
@pytest.mark.parametrize("who", ["member", "host", "anonymous", "superuser"])
def test_the_private_board_is_closed_until_it_is_confirmed(team, host, api, now, moment, who):
    submit(api, team, team.owner)
    people = {"member": team.owner, "host": host, "superuser": UserFactory(is_superuser=True, is_staff=True)}
    now.move_to(moment)

    answer = api.get("/competitions/demo-cup/private/", **(jwt(people[who]) if who in people else {}))

    assert answer.status_code == 403


def test_the_confirmed_private_board_has_every_column(team, api, now):
    submit(api, team, team.owner, OFF_BY_ONE)
    now.move_to(AFTER)
    standing = standing_of(team)
    standing.best_private_score = standing.private_key = 1.0
    standing.private_submitted_at = NOON
    standing.save()
    team.competition.refresh_from_db()
    team.competition.phase.confirmed_at = AFTER
    team.competition.phase.save()

    (row,) = api.get("/competitions/demo-cup/private/", **jwt(team.owner)).json()["results"]

    assert (row["privateRank"], row["bestPrivateScore"], row["bestPublicScore"]) == (1, 1.0, 1.0)


def test_an_unknown_competition_is_not_found(api):
    assert api.get("/competitions/nothing/public/").status_code == 404


def test_an_invalid_token_is_told(team, api):
    assert (
        api.get("/teams/?competition=demo-cup&engaged_in=alice", HTTP_AUTHORIZATION="JWT uzu_wrong").status_code == 401
    )


@pytest.mark.parametrize("moment", [NOON, AFTER], ids=["running", "ended"])
def test_the_public_board_stays_right_after_the_end(team, api, now, moment):
    submit(api, team, team.owner, OFF_BY_ONE)
    now.move_to(moment)

    answer = api.get("/competitions/demo-cup/public/", **jwt(team.owner))

    assert [row["bestPublicScore"] for row in answer.json()["results"]] == [1.0]


def test_a_late_submission_is_scored_and_moves_nothing(team, api, now):
    submit(api, team, team.owner, OFF_BY_ONE)
    now.move_to(AFTER)

    late = submit(api, team, team.owner, PERFECT)

    assert (late.status_code, late.json()["publicScore"], late.json()["privateScore"]) == (201, 0.0, None)
    (row,) = api.get("/competitions/demo-cup/public/").json()["results"]
    assert row["bestPublicScore"] == 1.0


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"rules_required": True}, "rules_not_accepted"),
        ({"starts_at": AFTER, "ends_at": AFTER.replace(month=12)}, "competition_not_started"),
        ({"starts_at": NOON.replace(day=1), "ends_at": NOON, "allows_late_submissions": False}, "competition_ended"),
    ],
)
def test_a_refusal_says_why(team, api, change, code):
    overwrite(**change)

    refused = submit(api, team, team.owner)

    assert refused.status_code == 403
    assert refused.json()["errors"][0]["code"] == code
    assert refused.json()["errors"][0]["detail"]


def test_the_limit_of_the_day_is_told(team, api):
    for _ in range(3):
        assert submit(api, team, team.owner).status_code == 201
    refused = submit(api, team, team.owner)

    assert 400 <= refused.status_code < 500
    assert "3" in refused.json()["errors"][0]["detail"]


def test_one_person_does_not_submit_without_end(team, api, monkeypatch):
    rates = {"submissions": "1/min", "writes": "99/min"}
    monkeypatch.setattr("foundation.throttling.WriteThrottle.THROTTLE_RATES", rates)

    assert [submit(api, team, team.owner).status_code for _ in range(2)] == [201, 429]


@pytest.mark.parametrize(
    ("content", "seconds", "status", "score"),
    [(OFF_BY_ONE, 3, 201, 1.0), (OFF_BY_ONE, 10**6, 201, None), (b"id,target\n1,1.0\n", 2, 400, None)],
    ids=["scored in time", "too late", "refused"],
)
def test_a_queued_file_is_waited_for_a_while(team, api, settings, monkeypatch, content, seconds, status, score):
    settings.INLINE_SCORING_BYTES = 0
    waited = []

    def sleep(_seconds):
        waited.append(1)
        if len(waited) == seconds:
            score_stored(Submission.objects.get().pk, NOON)

    monkeypatch.setattr("clients.guruguru.views.time.sleep", sleep)

    answer = submit(api, team, team.owner, content)

    assert answer.status_code == status
    assert answer.json().get("publicScore") == score
    assert len(waited) <= 20
    if status == 201 and score is None:
        assert "being scored" in answer.json()["detail"]


def test_only_a_few_wait_at_a_time(team, api, settings, monkeypatch):
    settings.INLINE_SCORING_BYTES = 0
    monkeypatch.setattr("clients.guruguru.views.waiting", threading.Semaphore(0))
    monkeypatch.setattr("clients.guruguru.views.time.sleep", lambda _seconds: pytest.fail("it waited"))

    assert submit(api, team, team.owner).json()["status"] == "pending"


# --- whatever is sent ---------------------------------------------------------------------------------------------------
ANY_TEXT = st.text(max_size=40)
FUZZ = hypothesis(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def told(answer):
    """Below 500, and where it is refused, in the API's own format."""
    assert answer.status_code < 500, answer.content
    if answer.status_code >= 400:
        assert answer.json()["errors"][0]["detail"]


@FUZZ
@given(
    fields=st.dictionaries(st.sampled_from(["username", "password", "email", "x"]), ANY_TEXT, max_size=4),
    kind=st.sampled_from(["multipart", "json"]),
)
@example(fields={"username": "alice\x00", "password": "\x00"}, kind="json")
def test_no_sign_in_is_a_server_error(team, fields, kind):
    told(APIClient().post("/auth/login/", fields, format=kind))


@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded", "text/plain", "multipart/x"])
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"username=a&password=%ff%00", b"[" * 5000])
def test_no_body_of_a_sign_in_is_a_server_error(api, body, kind):
    told(api.post("/auth/login/", body, content_type=kind))


@FUZZ
@given(
    team_id=ANY_TEXT | st.integers(-(2**70), 2**70).map(str),
    memo=st.text(max_size=600),
    content=st.binary(max_size=200),
)
@example(team_id="1\x00", memo="\x00", content=b"")
def test_no_submission_is_a_server_error(team, team_id, memo, content):
    file = io.BytesIO(content)
    file.name = "submission.csv"
    with transaction.atomic():
        told(
            APIClient().post(
                "/teams/submissions/",
                {"team": team_id, "memo": memo, "file": file},
                format="multipart",
                **jwt(team.owner),
            )
        )
        told(
            APIClient().post(
                "/teams/submissions/", {"team": team.pk, "memo": memo, "unknown": team_id}, **jwt(team.owner)
            )
        )
        transaction.set_rollback(True)


@FUZZ
@given(content=st.binary(max_size=200), name=ANY_TEXT.filter(lambda text: text.strip() and "\x00" not in text))
@example(content=b"\x1f\x8b", name="a.csv.gz")
@example(content=b"PK\x03\x04", name="a.zip")
@example(content=b"PAR1", name="a.parquet")
def test_no_file_is_a_server_error(team, content, name):
    file = io.BytesIO(content)
    file.name = name
    with transaction.atomic():
        told(
            APIClient().post(
                "/teams/submissions/",
                {"team": team.pk, "memo": "x", "file": file},
                format="multipart",
                **jwt(team.owner),
            )
        )
        transaction.set_rollback(True)


@FUZZ
@given(key=st.text(min_size=1, max_size=40), engaged_in=ANY_TEXT)
@example(key="9" * 30, engaged_in="")
@example(key="demo-cup\x00", engaged_in="\x00")
def test_no_address_is_a_server_error(team, key, engaged_in):
    asking = jwt(team.owner)
    for side in ("public", "private"):
        answer = APIClient().get(f"/competitions/{quote(key, safe='')}/{side}/", **asking)
        assert answer.status_code < 500
    query = urlencode({"competition": key, "engaged_in": engaged_in})
    found = APIClient().get(f"/teams/?{query}", **asking)
    assert (found.status_code, isinstance(found.json()["results"], list)) == (200, True)
