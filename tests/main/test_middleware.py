"""What the API answers where no view is reached, and how its JSON travels."""

import gzip

import pytest
from django.conf import settings

from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client):
    client.force_login(UserFactory())
    return client


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("address", ["/api/discussions", "/api/teams/7", "/api/competitions/cup/enter"])
def test_what_changes_something_is_never_sent_on_to_the_address_with_a_slash(client, method, address):
    """A redirect would be followed with GET, and what was to be posted would be lost without a word."""
    answer = getattr(client, method)(address, {}, content_type="application/json")
    assert answer.status_code == 404
    (error,) = answer.json()["errors"]
    assert error["code"] == "not_found"
    assert f"{address}/" in error["detail"]


@pytest.mark.parametrize("address", ["/api/discussions", "/api/competitions"])
def test_reading_is_sent_on(client, address):
    assert client.get(address).headers["Location"] == f"{address}/"


def test_an_address_that_is_none_with_a_slash_either_is_not_named(client):
    answer = client.post("/api/nothing", {}, content_type="application/json")
    assert (answer.status_code, answer.json()["errors"][0]["detail"]) == (404, "Not found.")


@pytest.mark.parametrize(
    "address", ["/api/competitions/", "/api/auth/browser/v1/account/password/change", "/api/nothing/"]
)
def test_trace_is_refused_before_anything_looks_at_it(client, address):
    answer = client.generic("TRACE", address)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (405, "method_not_allowed")
    assert "GET" in answer.headers["Allow"]


def test_trace_is_refused_outside_the_api_too(client):
    assert client.generic("TRACE", "/").status_code == 405


def test_a_condition_that_does_not_hold_is_answered_in_the_format_of_errors(client):
    answer = client.get("/api/schema/", headers={"If-Match": '"another"'})
    assert answer.status_code == 412
    assert answer.json() == {
        "type": "client_error",
        "errors": [
            {
                "code": "precondition_failed",
                "detail": "It is no longer what the conditions of the request ask for.",
                "attr": None,
            }
        ],
    }


def test_json_of_some_length_is_compressed_where_that_is_asked_for(client):
    plain = client.get("/api/schema/")
    assert "Content-Encoding" not in plain.headers
    packed = client.get("/api/schema/", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert len(packed.content) < len(plain.content) / 5


def test_the_csrf_token_is_never_compressed(client):
    """The length of what is compressed tells of a secret that stands in it."""
    answer = client.get("/api/session/", headers={"Accept-Encoding": "gzip"})
    assert "csrfToken" in answer.text
    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize("encoding", ["gzip", ""])
def test_the_description_is_not_sent_again_unchanged(client, encoding):
    headers = {"Accept-Encoding": encoding}
    seen = client.get("/api/schema/", headers=headers).headers["ETag"]
    again = client.get("/api/schema/", headers={**headers, "If-None-Match": seen})
    assert (again.status_code, again.content) == (304, b"")


def test_the_description_has_no_spaces_to_fill_lines(client):
    assert b"\n" not in client.get("/api/schema/").content


def test_compression_stands_before_whatever_writes_an_answer():
    """What is compressed already can't be read by those between it and the view."""
    order = settings.MIDDLEWARE
    assert order.index("main.middleware.CompressedJsonMiddleware") < order.index("main.middleware.AddressMiddleware")
