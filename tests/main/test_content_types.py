"""A content type that nobody can read is passed over: through the real WSGI entry point, where it used to break."""

from __future__ import annotations

import io
from wsgiref.util import setup_testing_defaults

import pytest
from django.conf import settings

from main.content_types import readable
from main.wsgi import application
from tests.factories import UserFactory

FORM = b'--x\r\nContent-Disposition: form-data; name="body"\r\n\r\na\r\n--x--\r\n'
FILE = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nid,a\r\n1,2\r\n--x--\r\n'
BODIES = {
    "application/json": b'{"body": "a"}',
    "multipart/form-data; boundary=x": FORM,
    "application/x-www-form-urlencoded": b"body=%41",
}
CSRF = "c" * 32


ODDITIES = [
    *("charset=rot13", "charset=hex", "charset=zlib", "charset=klingon", "charset=\xff", "charset=utf-16"),
    *("charset=idna", "charset=", "charset=a\x00b", "x*=klingon'en'%41"),
]
PATHS = ["/admin/login/", "/api/markdown/", "/auth/login/", "/api/auth/browser/v1/auth/login"]


@pytest.fixture
def post(client, connection_kept):
    """Send a body as somebody who is signed in; the status of the answer."""
    client.force_login(UserFactory())
    session = client.cookies[settings.SESSION_COOKIE_NAME].value

    def send(path: str, content_type: str, body: bytes) -> int:
        environ = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": path,
            "QUERY_STRING": "search=a",
            "CONTENT_TYPE": content_type,
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
            "HTTP_COOKIE": f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={CSRF}",
            "HTTP_X_CSRFTOKEN": CSRF,
        }
        setup_testing_defaults(environ)
        statuses = []
        for _part in application(environ, lambda status, headers: statuses.append(int(status.split()[0]))):
            pass
        return statuses[0]

    return send


@pytest.mark.django_db
@pytest.mark.parametrize("path", PATHS)
def test_an_odd_content_type_is_no_fault_of_the_server(post, path):
    answers = {
        content_type: post(path, content_type, body)
        for kind, body in BODIES.items()
        for content_type in (kind, *(f"{kind}; {oddity}" for oddity in ODDITIES))
    }
    assert {content_type: status for content_type, status in answers.items() if status >= 500} == {}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "kind", "body", "status"),
    [
        ("/api/markdown/", "application/json", BODIES["application/json"], 200),
        ("/api/uploads/", "multipart/form-data; boundary=x", FILE, 201),
    ],
)
def test_the_body_is_read_as_if_there_were_no_charset(post, path, kind, body, status):
    assert post(path, f"{kind}; charset=rot13", body) == post(path, kind, body) == status


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "application/x-www-form-urlencoded"])
def test_a_form_is_no_json(post, kind):
    assert post("/api/markdown/", kind, BODIES[kind]) == 415


@pytest.mark.parametrize("content_type", ["", "text/csv", "text/csv; charset=UTF-8", "a/b; charset=utf-8; c=d"])
def test_what_can_be_read_stays_as_it_is(content_type):
    assert readable(content_type) == content_type
