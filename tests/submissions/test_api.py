"""The endpoints: shapes, statuses, and what one team can learn of another's."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.cache import cache
from freezegun import freeze_time
from rest_framework.throttling import ScopedRateThrottle

from competitions.models import Competition, Phase
from submissions.models import Submission
from tests.factories import AFTER, ENDS, NOON, SubmissionFactory, TeamFactory, UserFactory, submits
from tests.neighbour import ours
from tests.submissions.conftest import send
from tests.submissions.files import csv_scoring, upload

pytestmark = pytest.mark.django_db
URL = "/api/teams/submissions/"


@pytest.fixture(autouse=True)
def _noon():
    with freeze_time(NOON):
        yield


def post(api, team, text=None, **fields):
    file = upload(csv_scoring("rmse", 0.5) if text is None else text)
    return api.post(
        URL, {"team": team if isinstance(team, int) else team.pk, "file": file, **fields}, format="multipart"
    )


def only_error(answer):
    (error,) = answer.json()["errors"]
    return error


# --- submitting ---------------------------------------------------------------------------------------------------------
def test_answer_holds_all_the_celebration_needs(member, team):
    rival = TeamFactory(competition=team.competition)
    submits(rival, 0.75, at=NOON - timedelta(hours=1))
    answer = post(member, team, memo="first", cvScore="0.45")
    assert answer.status_code == 201
    body = answer.json()
    pk = body["submission"]["id"]
    assert answer.headers["Location"] == f"/api/submissions/{pk}/"
    assert body["result"] == {
        "score": 0.5,
        "isBest": True,
        "previousBest": None,
        "rankBefore": None,
        "rankAfter": 1,
        "teams": 2,
        "passed": 1,
    }
    assert body["submission"] == {
        "id": pk,
        "phase": 1,
        "team": team.pk,
        "createdAt": "2026-06-05T12:00:00Z",
        "filename": "submission.csv",
        "user": {"username": team.owner.username, "name": team.owner.username, "avatar": None},
        "size": len(csv_scoring("rmse", 0.5)),
        "status": "scored",
        "publicScore": 0.5,
        "formerPublicScore": None,
        "privateScore": None,
        "publicNumbers": [],
        "privateNumbers": [],
        "isBest": True,
        "isSelected": False,
        "isLate": False,
        "isVoid": False,
        "memo": "first",
        "cvScore": 0.45,
        "problems": [],
        "source": "web",
        "waiting": None,
        "fileDeletedAt": None,
        "experiment": None,
        "sharesExperiment": False,
        "takenOverFrom": None,
    }
    assert body["allowance"] == {
        "dailyLimit": 5,
        "usedToday": 1,
        "remainingToday": 4,
        "resetsAt": "2026-06-06T00:00:00Z",
        "totalLimit": None,
        "usedTotal": 1,
        "remainingTotal": None,
        "remaining": 4,
        "reason": None,
    }


def test_with_a_session_the_form_is_read_alike(client, team):
    client.force_login(team.owner)
    form = {"team": team.pk, "file": upload(csv_scoring("rmse", 0.5)), "cvScore": "0.45", "memo": "m"}
    body = client.post(URL, form).json()
    assert (body["submission"]["cvScore"], body["submission"]["memo"]) == (0.45, "m")


def test_refused_file_tells_every_problem_with_its_place(member, team):
    answer = post(member, team, "id,target\n1,x\n99,0\n1,0\n")
    assert answer.status_code == 400
    body = answer.json()
    assert body["type"] == "validation_error"
    assert {error["attr"] for error in body["errors"]} == {"file"}
    assert {"code", "detail", "attr", "params", "row", "id", "column", "expected", "found", "more"} <= set(
        body["errors"][0]
    )
    assert body["submission"]["status"] == "refused"
    assert [problem["code"] for problem in body["submission"]["problems"]] == [one["code"] for one in body["errors"]]


def test_refused_file_says_what_was_expected_in_the_readers_language(member, team):
    file = {"team": team.pk, "file": upload(b"id,target\n1,x\n")}
    answer = member.post(URL, file, format="multipart", headers={"Accept-Language": "ja"})
    errors = answer.json()["errors"]
    assert next(error["expected"] for error in errors if error["code"] == "not_a_number") == "数値"


def test_large_file_is_answered_with_202_and_a_place_to_watch(member, team, settings):
    settings.INLINE_SCORING_BYTES = 10
    answer = post(member, team)
    assert answer.status_code == 202
    assert answer.json()["result"] is None
    watched = member.get(answer.headers["Location"])
    assert watched.json()["status"] == "pending"


def test_limit_says_when_to_come_back(member, team):
    Phase.objects.update(daily_submission_limit=1)
    post(member, team)
    answer = post(member, team)
    assert answer.status_code == 429
    assert only_error(answer)["code"] == "daily_limit_reached"
    assert answer.headers["Retry-After"] == str(12 * 3600)


def test_late_submission_has_a_score_and_no_rank(member, team):
    with freeze_time(AFTER):
        body = post(member, team).json()
    assert body["submission"]["isLate"]
    assert body["result"] == {
        "score": 0.5,
        "isBest": False,
        "previousBest": None,
        "rankBefore": None,
        "rankAfter": None,
        "teams": None,
        "passed": 0,
    }


def test_announced_size_above_the_bound_is_refused_before_reading(member, team, settings):
    settings.MAX_UPLOAD_BYTES = 10
    big = upload(b"x" * (2 << 20))
    answer = member.post(URL, {"team": team.pk, "file": big}, format="multipart")
    assert (answer.status_code, only_error(answer)["code"]) == (413, "file_too_large")


def test_submitting_too_fast_is_slowed_down(member, team, monkeypatch):
    monkeypatch.setitem(ScopedRateThrottle.THROTTLE_RATES, "submissions", "2/min")
    cache.clear()
    assert [post(member, team, "").status_code for _ in range(3)] == [400, 400, 429]


# --- who ----------------------------------------------------------------------------------------------------------------
def test_visitors_are_asked_to_sign_in(api, team):
    assert post(api, team).status_code == 401
    assert api.get(f"/api/teams/{team.pk}/submissions/").status_code == 401


@pytest.mark.parametrize("role", ["participant", "outsider", "host", "superuser"])
def test_nobody_reads_or_touches_another_teams_submission(api, team, role):
    submission = send(team).submission
    user = {
        "participant": lambda: TeamFactory(competition=team.competition).owner,
        "outsider": UserFactory,
        "host": UserFactory,
        "superuser": lambda: UserFactory(is_superuser=True, is_staff=True),
    }[role]()
    if role == "host":
        team.competition.hosts.add(user)
    api.force_authenticate(user)
    one = f"/api/submissions/{submission.pk}/"
    for answer in [
        api.get(one),
        api.patch(one, {"memo": "mine"}),
        api.get(f"{one}file/"),
        api.put(f"{one}selection/"),
        api.delete(f"{one}selection/"),
    ]:
        assert (answer.status_code, only_error(answer)["code"]) == (404, "not_found")
    for answer in [
        api.get(f"/api/teams/{team.pk}/submissions/"),
        api.get(f"/api/teams/{team.pk}/allowance/"),
        post(api, team),
    ]:
        assert (answer.status_code, only_error(answer)["code"]) == (403, "not_a_team_member")
    submission.refresh_from_db()
    assert (submission.memo, submission.is_selected) == ("", False)


def test_team_of_a_closed_room_does_not_exist_for_outsiders(api, team):
    Competition.objects.update(visibility="invitation")
    api.force_authenticate(UserFactory())
    assert api.get(f"/api/teams/{team.pk}/submissions/").status_code in (403, 404)
    Competition.objects.update(is_published=False)
    for answer in [api.get(f"/api/teams/{team.pk}/submissions/"), post(api, team)]:
        assert (answer.status_code, only_error(answer)["code"]) == (404, "not_found")


# --- the list -----------------------------------------------------------------------------------------------------------
def pks(answer):
    assert answer.status_code == 200, answer.content
    return [one["id"] for one in answer.json()["results"]]


def test_list_shows_ones_own_newest_first(member, team):
    rival = TeamFactory(competition=team.competition)
    older, newer = submits(team, 0.5, at=NOON - timedelta(hours=1)), submits(team, 0.4)
    submits(rival, 0.3)
    url = f"/api/teams/{team.pk}/submissions/"
    assert pks(member.get(url)) == [newer.pk, older.pk]
    assert [one["isBest"] for one in member.get(url).json()["results"]] == [True, False]


def test_list_is_filtered_and_ordered(member, team):
    good = submits(team, 0.3, cv_score=0.9, at=NOON - timedelta(hours=2))
    worse = submits(team, 0.6, is_selected=True, at=NOON - timedelta(hours=1))
    refused = SubmissionFactory(team=team, status="refused", public_score=None, cv_score=0.1)
    url = f"/api/teams/{team.pk}/submissions/"
    assert pks(member.get(url, {"status": "refused"})) == [refused.pk]
    assert pks(member.get(url, {"selected": "true"})) == [worse.pk]
    assert pks(member.get(url, {"late": "true"})) == []
    assert pks(member.get(url, {"ordering": "publicScore"})) == [good.pk, worse.pk, refused.pk]
    assert pks(member.get(url, {"ordering": "-publicScore"})) == [worse.pk, good.pk, refused.pk]
    assert pks(member.get(url, {"ordering": "-cvScore"})) == [good.pk, refused.pk, worse.pk]
    assert pks(member.get(url, {"ordering": "createdAt"})) == [good.pk, worse.pk, refused.pk]
    assert member.get(url, {"status": "nonsense"}).status_code == 400


@pytest.mark.parametrize("name", ["privateScore", "-privateScore", "private_score"])
def test_nobody_orders_by_private_scores(member, team, name):
    assert member.get(f"/api/teams/{team.pk}/submissions/", {"ordering": name}).status_code == 400


def test_list_of_any_length_takes_as_many_queries(member, team, django_assert_max_num_queries):
    for _ in range(12):
        submits(team, 0.5)
    with django_assert_max_num_queries(6):
        assert len(pks(member.get(f"/api/teams/{team.pk}/submissions/", {"pageSize": 12}))) == 12


# --- private scores -----------------------------------------------------------------------------------------------------
def test_private_score_shows_only_once_the_leaderboard_is_confirmed(member, team):
    one = submits(team, 0.5, private_score=0.123456)
    for confirmed_at, at in [(None, NOON), (None, AFTER), (ENDS, AFTER)]:
        Phase.objects.update(confirmed_at=confirmed_at)
        with freeze_time(at):
            answers = [
                member.get(f"/api/submissions/{one.pk}/"),
                member.get(f"/api/teams/{team.pk}/submissions/"),
                member.patch(f"/api/submissions/{one.pk}/", {"memo": "x"}),
            ]
        for answer in answers:
            assert answer.status_code == 200
            assert (b"0.123456" in answer.content) == (confirmed_at is not None)


# --- one submission -----------------------------------------------------------------------------------------------------
def test_memo_and_cv_score_can_be_changed_and_nothing_else(member, team):
    one = submits(team, 0.5)
    url = f"/api/submissions/{one.pk}/"
    body = member.patch(url, {"memo": " new ", "cvScore": 0.5, "publicScore": 0, "isSelected": True}).json()
    assert (body["memo"], body["cvScore"], body["publicScore"], body["isSelected"]) == ("new", 0.5, 0.5, False)
    assert member.patch(url, {"cvScore": None}).json()["cvScore"] is None
    assert member.patch(url, {}).json()["memo"] == "new"


def test_own_file_can_be_downloaded_again(member, team):
    one = send(team, filename="モデル.csv").submission
    answer = member.get(f"/api/submissions/{one.pk}/file/")
    assert b"".join(answer.streaming_content) == csv_scoring("rmse", 0.5).encode()
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "%E3%83%A2%E3%83%87%E3%83%AB.csv" in answer.headers["Content-Disposition"]


def test_file_that_is_gone_is_not_found(member, team):
    answer = member.get(f"/api/submissions/{submits(team, 0.5).pk}/file/")
    assert (answer.status_code, only_error(answer)["code"]) == (404, "file_gone")


def test_selection_is_put_and_deleted(member, team):
    one = submits(team, 0.5)
    url = f"/api/submissions/{one.pk}/selection/"
    assert member.put(url).json()["isSelected"] is True
    assert member.delete(url).json()["isSelected"] is False
    with freeze_time(ENDS):
        assert (only_error(member.put(url))["code"]) == "competition_ended"


def test_allowance_is_told(member, team):
    submits(team, 0.5)
    body = member.get(f"/api/teams/{team.pk}/allowance/").json()
    assert (body["usedToday"], body["remaining"], body["reason"]) == (1, 4, None)


# --- bad input ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "fields",
    [
        {"team": ""},
        {"team": "x"},
        {"team": "1.5"},
        {"team": "-1"},
        {"team": "9" * 30},
        {"team": "9" * 2000},
        {"team": "\x00"},
        {"memo": "a\x00b"},
        {"memo": "x" * 501},
        {"cvScore": "nan"},
        {"cvScore": "inf"},
        {"cvScore": "1e999"},
        {"cvScore": "9" * 2000},
        {"cvScore": "x"},
        {"cvScore": "\x00"},
        {"file": "not a file"},
        {"file": ""},
    ],
)
def test_bad_fields_are_told(member, team, fields):
    form = {"team": team.pk, "file": upload(csv_scoring("rmse", 0.5)), **fields}
    answer = member.post(URL, form, format="multipart")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"]
    assert not ours(Submission).filter(status="scored").exists()


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b'{"team": 1}'),
        ("text/plain", b"hello"),
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=x", b""),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=file\r\n\r\n"),
        ("multipart/form-data; boundary=\x00", b"--x"),
        (
            "multipart/form-data; boundary=x; charset=nope",
            b'--x\r\nContent-Disposition: form-data; name="team"\r\n\r\n1\r\n--x--\r\n',
        ),
        ("", b"x"),
    ],
)
@pytest.mark.parametrize("signed_in", ["token", "session"])
def test_bad_bodies_are_told(api, team, content_type, body, signed_in):
    if signed_in == "token":
        api.force_authenticate(team.owner)
    else:
        api.force_login(team.owner)
    answer = api.generic("POST", URL, body, content_type=content_type)
    assert 400 <= answer.status_code < 500


@pytest.mark.parametrize("pk", ["0", "9" * 18, "9" * 30, "9" * 5000, "-1", "x", "%00"])
def test_bad_ids_are_not_found(member, pk):
    for url in [f"/api/submissions/{pk}/", f"/api/submissions/{pk}/file/", f"/api/teams/{pk}/allowance/"]:
        assert member.get(url).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        *('{"memo": "\\u0000"}', '{"memo": "\\ud800"}', '{"memo": 5.5}', '{"memo": []}', '{"memo": null}'),
        *('{"cvScore": NaN}', '{"cvScore": 1e999}', '{"cvScore": "x"}', '{"cvScore": true}', '{"cvScore": {}}'),
        *("[]", "5", "null", '"x"', "{", ""),
        json.dumps({"cvScore": 10**400}),
        "[" * 100000,
    ],
)
def test_bad_changes_are_told(member, team, body):
    one = submits(team, 0.5)
    answer = member.generic("PATCH", f"/api/submissions/{one.pk}/", body, content_type="application/json")
    assert answer.status_code in (200, 400)
    one.refresh_from_db()
    assert one.cv_score is None


@pytest.mark.parametrize(
    "query", ["page=0", "page=x", "page=99999999999999999999", "pageSize=-1", "ordering=%00", "selected=%00"]
)
def test_bad_queries_are_told(member, team, query):
    assert member.get(f"/api/teams/{team.pk}/submissions/?{query}").status_code in (200, 400, 404)
