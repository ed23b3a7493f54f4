"""Whatever goes wrong, the answer has one shape, and never more in it than the client may know."""

import json

import pytest
from django.core.exceptions import RequestDataTooBig, ValidationError
from django.db import DataError
from django.http import Http404
from django.test import RequestFactory
from django.utils import translation
from freezegun import freeze_time
from rest_framework import exceptions, serializers
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from competitions.exceptions import EndTooSoon, TeamFull
from foundation.refusals import Conflict, Refusal
from main import errors
from submissions.exceptions import TotalLimitReached


class TooMany(Conflict):
    code = "too_many"
    message = "At most %(limit)d."
    attr = "max_team_size"


class Slow(Refusal):
    code = "slow_down"
    status = 429
    message = "Wait."


class BadFile(Refusal):
    code = "invalid_submission"
    attr = "file"

    def __init__(self, problems):
        self.problems = problems
        super().__init__()


def answer(exc: Exception):
    """What a view that raises `exc` answers: status, body, response."""

    class View(APIView):
        authentication_classes = ()
        permission_classes = ()

        def get(self, request):
            raise exc

    response = View.as_view()(APIRequestFactory().get("/api/x/"))
    response.render()
    return response.status_code, json.loads(response.content), response


def only_error(exc: Exception):
    status, body, _response = answer(exc)
    assert len(body["errors"]) == 1
    return status, body["type"], body["errors"][0]


def test_a_refusal_keeps_its_code_its_words_and_the_data_of_them():
    assert only_error(TooMany(limit=5)) == (
        409,
        "client_error",
        {"code": "too_many", "detail": "At most 5.", "attr": "maxTeamSize", "params": {"limit": 5}},
    )


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (EndTooSoon(minutes=1), "at least 1 minute from now."),
        (EndTooSoon(minutes=60), "at least 60 minutes from now."),
        (TeamFull(limit=1, size=2), "at most 1 member;"),
        (TotalLimitReached(limit=1), "its 1 submission of"),
    ],
)
def test_a_refusal_that_counts_knows_one_from_several(refusal, words):
    assert words in only_error(refusal)[2]["detail"]
    assert words in str(refusal)


def test_a_refusal_of_status_400_is_a_validation_error():
    assert only_error(Refusal())[:2] == (400, "validation_error")


def test_a_refusal_that_knows_when_to_come_back_says_so():
    status, _body, response = answer(Slow(retry_after=41.2))
    assert (status, response.headers["Retry-After"]) == (429, "41")


def test_a_limit_that_ends_with_the_day_says_when_the_day_ends():
    with freeze_time("2026-06-05T23:59:00Z"):
        response = answer(Slow(resets_at="2026-06-06T00:00:00+00:00"))[2]
    assert response.headers["Retry-After"] == "60"


def test_a_fault_on_our_side_is_not_called_the_clients():
    class Broken(Refusal):
        status = 503

    assert only_error(Broken())[:2] == (503, "server_error")


def test_a_refused_file_has_one_entry_for_each_problem_with_its_place():
    problems = [
        {"code": "missing_ids", "detail": "17 ids are missing.", "params": {"n": 17}, "id": "x1", "more": 16},
        {"code": "not_a_number", "detail": "Not a number.", "row": 3, "column": "target", "found": "abc"},
    ]
    status, body, _response = answer(BadFile(problems))
    assert status == 400
    assert body["type"] == "validation_error"
    nowhere = {"row": None, "id": None, "column": None, "expected": None, "found": None}
    assert body["errors"] == [
        {"code": "missing_ids", "detail": "17 ids are missing.", "attr": "file", "params": {"n": 17}}
        | nowhere
        | {"id": "x1", "more": 16},
        {"code": "not_a_number", "detail": "Not a number.", "attr": "file", "params": {}}
        | nowhere
        | {"row": 3, "column": "target", "found": "abc", "more": 0},
    ]


def test_validation_names_the_field_as_the_client_writes_it():
    class Form(serializers.Serializer):
        display_name = serializers.CharField()
        links = serializers.ListField(child=serializers.URLField())

    form = Form(data={"links": ["http://ok.example", "no"]})
    form.is_valid()
    _status, body, _response = answer(exceptions.ValidationError(form.errors))
    assert {error["attr"] for error in body["errors"]} == {"displayName", "links.1"}
    assert body["type"] == "validation_error"


def test_validation_of_a_model_is_a_400_with_its_codes():
    _status, _type, error = only_error(
        ValidationError({"ends_at": [ValidationError("Ends before it starts.", code="ends_first")]})
    )
    assert error == {"code": "ends_first", "detail": "Ends before it starts.", "attr": "endsAt"}
    assert only_error(ValidationError("No.", code="no"))[2]["attr"] == "nonFieldErrors"


@pytest.mark.parametrize(
    "exc",
    [
        DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes"),
        DataError("integer out of range"),
        ValueError("A string literal cannot contain NUL (0x00) characters."),
        ValueError("embedded null byte"),
        OverflowError("Python int too large to convert to SQLite INTEGER"),
        UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed"),
        RecursionError(),
        ValueError("Exceeds the limit (4300 digits) for integer string conversion: value has 5000 digits"),
    ],
    ids=lambda exc: type(exc).__name__,
)
def test_a_value_that_nothing_can_hold_is_the_fault_of_who_sent_it(exc):
    status, kind, error = only_error(exc)
    assert (status, kind, error["code"]) == (400, "client_error", "invalid_value")


def test_too_large_a_body_is_413():
    assert only_error(RequestDataTooBig("…"))[0] == 413


def test_not_found_is_not_found():
    assert only_error(Http404("secret"))[2] == {"code": "not_found", "detail": "Not found.", "attr": None}


def test_the_unknown_is_a_500_that_tells_nothing(caplog):
    status, kind, error = only_error(ValueError("private score 0.123"))
    assert (status, kind) == (500, "server_error")
    assert "0.123" not in json.dumps(error)


def test_errors_speak_the_language_of_the_request():
    with translation.override("ja"):
        assert only_error(exceptions.NotAuthenticated())[2]["detail"] != "Authentication credentials were not provided."


@pytest.mark.parametrize(
    ("handler", "status"),
    [
        (errors.not_found, 404),
        (errors.permission_denied, 403),
        (errors.bad_request, 400),
        (errors.csrf_failure, 403),
    ],
)
def test_below_api_the_handlers_of_django_answer_in_json(handler, status):
    response = handler(RequestFactory().get("/api/nowhere"), Exception())
    assert response.status_code == status
    assert json.loads(response.content)["errors"][0]["code"]


def test_a_500_below_api_is_json_too():
    assert json.loads(errors.server_error(RequestFactory().get("/api/x")).content)["type"] == "server_error"
