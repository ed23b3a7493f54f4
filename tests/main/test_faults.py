"""Every door, while something the server needs is away: reads go on where they can, and nothing answers 500."""

from __future__ import annotations

import builtins
import errno
import io
import json
import os
import smtplib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any
from unittest import mock

import pytest
from django.core.cache import cache
from django.db import InterfaceError, OperationalError, connection, transaction
from freezegun import freeze_time
from rest_framework.test import APIClient

from clients.kaggle.rpc import method_names
from foundation.faults import passing_fault
from tests.matrix import kaggle
from tests.matrix.scenario import ROLES, STAGES, Scenario
from tests.matrix.table import BODIES
from tests.test_matrix import ROWS, fill, is_for_scripts

RUNNING = [row for row in ROWS if row[2] == "running"]


# --- which faults pass ------------------------------------------------------------------------------------------------
def caused_by(error: Exception, cause: Exception, **facts: Any) -> Exception:
    for name, value in facts.items():
        setattr(cause, name, value)
    error.__cause__ = cause
    return error


def of_sqlite(text: str, code: int, name: str) -> Exception:
    cause = sqlite3.OperationalError(text)
    return caused_by(OperationalError(text), cause, sqlite_errorcode=code, sqlite_errorname=name)


def of_postgresql(text: str, sqlstate: str | None) -> Exception:
    return caused_by(OperationalError(text), Exception(text), sqlstate=sqlstate)


def of_redis(name: str) -> Exception:
    import redis.exceptions

    return getattr(redis.exceptions, name)("Error 111 connecting to redis://:hunter2@cache:6379")


def of_the_store(status: int) -> Exception:
    from botocore.exceptions import ClientError

    return ClientError({"Error": {}, "ResponseMetadata": {"HTTPStatusCode": status}}, "PutObject")


def of_botocore(name: str, **facts: Any) -> Exception:
    import botocore.exceptions

    return getattr(botocore.exceptions, name)(**facts)


LOCKED = of_sqlite("database is locked", 5, "SQLITE_BUSY")
DATABASE_FULL = of_sqlite("database or disk is full", 13, "SQLITE_FULL")
AWAY = of_postgresql("connection failed: Connection refused", None)
TOO_MANY = of_postgresql("FATAL: sorry, too many clients already", "53300")
PASSING = [
    (LOCKED, "database_unavailable"),
    (DATABASE_FULL, "storage_full"),
    (AWAY, "database_unavailable"),
    (TOO_MANY, "database_unavailable"),
    (of_postgresql("could not extend file: No space left on device", "53100"), "storage_full"),
    (InterfaceError("connection already closed"), "database_unavailable"),
    (OSError(errno.ENOSPC, "No space left on device"), "storage_full"),
    (OSError(errno.EDQUOT, "Disk quota exceeded"), "storage_full"),
    (OSError(errno.EROFS, "Read-only file system"), "storage_unavailable"),
    (OSError(errno.EMFILE, "Too many open files"), "storage_unavailable"),
    (of_redis("ConnectionError"), "cache_unavailable"),
    (of_redis("TimeoutError"), "cache_unavailable"),
    (of_the_store(500), "storage_unavailable"),
    (of_the_store(503), "storage_unavailable"),
    (of_the_store(403), "storage_unavailable"),
    (of_botocore("EndpointConnectionError", endpoint_url="http://s3"), "storage_unavailable"),
    (of_botocore("ReadTimeoutError", endpoint_url="http://s3"), "storage_unavailable"),
    (smtplib.SMTPServerDisconnected("gone"), "mail_unavailable"),
    (ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"), "network_unavailable"),
    (TimeoutError(), "network_unavailable"),
    (MemoryError(), "out_of_resources"),
    (RuntimeError("can't start new thread"), "out_of_resources"),
]
OURS = [
    of_sqlite("no such column: x", 1, "SQLITE_ERROR"),
    FileNotFoundError(errno.ENOENT, "No such file"),
    of_the_store(404),
    RuntimeError("dictionary changed size during iteration"),
    ValueError("score"),
    KeyError("id"),
]


@pytest.mark.parametrize(("exc", "code"), PASSING, ids=lambda one: str(one)[:40])
def test_a_fault_that_passes_has_its_answer(exc, code):
    answer = passing_fault(exc)
    assert (answer.code, answer.status) == (code, 503)
    assert answer.retry_after > 0
    assert "hunter2" not in answer.detail


@pytest.mark.parametrize("exc", OURS, ids=lambda one: str(one)[:40])
def test_a_mistake_of_ours_does_not_pass(exc):
    assert passing_fault(exc) is None


# --- bringing them about ----------------------------------------------------------------------------------------------
def database_says(error: Exception, *, reads: bool) -> AbstractContextManager[None]:
    def execute(run: Callable, sql: str, *arguments: Any) -> Any:
        first = sql.strip(" \n(").split(None, 1)[0].upper()
        is_read = first in ("SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK", "PRAGMA", "EXPLAIN")
        if reads or not is_read:
            raise type(error)(*error.args) from error.__cause__
        return run(sql, *arguments)

    return connection.execute_wrapper(execute)


@contextmanager
def full_disk() -> Iterator[None]:
    """Nothing can be written: files are not made, folders neither, and the database says the same of itself."""
    make, put = os.open, builtins.open

    def refuse(*_: Any, **__: Any) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    def os_open(path: Any, flags: int, *rest: Any, **options: Any) -> int:
        return refuse() if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) else make(path, flags, *rest, **options)

    def opened(path: Any, mode: str = "r", *rest: Any, **options: Any) -> Any:
        return refuse() if set(mode) & set("wax+") else put(path, mode, *rest, **options)

    with (
        mock.patch.object(os, "open", os_open),
        mock.patch.object(os, "mkdir", refuse),
        mock.patch.object(builtins, "open", opened),
        mock.patch.object(io, "open", opened),
        database_says(DATABASE_FULL, reads=False),
    ):
        yield


@contextmanager
def queue_away() -> Iterator[None]:
    def refuse(*_: Any, **__: Any) -> Any:
        raise of_redis("ConnectionError")

    with mock.patch("django_tasks_db.backend.DatabaseBackend.enqueue", refuse):
        yield


# What is away; whether reading goes on, and writing.
FAULTS = {
    "database-away": (lambda: database_says(AWAY, reads=True), False, False),
    "database-out-of-connections": (lambda: database_says(TOO_MANY, reads=True), False, False),
    "database-connection-lost": (
        lambda: database_says(InterfaceError("connection is closed"), reads=True),
        False,
        False,
    ),
    "database-locked": (lambda: database_says(LOCKED, reads=False), True, False),
    "disk-full": (full_disk, True, False),
    "redis-away": (nullcontext, True, True),
    "queue-away": (queue_away, True, False),
    "store-away": (nullcontext, False, False),
    "smtp-away": (nullcontext, True, True),
}
# What reads a file, or has one made: not there while the store or the queue is away, or the disk full.
NEEDS_MORE = {
    "store-away": ("/file/", "/download/", "/archive/", "/api/uploads/", "/media/", "/readiness/"),
    "queue-away": ("/archive/", "/data/{pk}/preview/"),
    # Where a password or a code can be guessed at.
    "redis-away": ("/me/delete/", "/enter/", "/invitations/", "/auth/login/"),
    # What is an email and nothing else.
    "smtp-away": ("/auth/",),
    "database-locked": ("/archive/", "/data/{pk}/preview/", "/admin/"),
    "disk-full": ("/archive/", "/data/{pk}/preview/", "/admin/", "/readyz"),
}


@pytest.fixture(params=list(FAULTS))
def fault(request, settings, monkeypatch):
    """A name of the table above, with the settings that go with it once the site is built."""
    return request.param


def break_settings(fault: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    if fault == "redis-away":
        settings.CACHES = {
            "default": {"BACKEND": "foundation.caches.ForgivingRedisCache", "LOCATION": "redis://127.0.0.1:1"}
        }
    if fault == "smtp-away":
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    if fault == "store-away":
        from botocore.config import Config

        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(name, "testing")
        options = {
            "bucket_name": "uzu",
            "endpoint_url": "http://127.0.0.1:1",
            "region_name": "us-east-1",
            "client_config": Config(retries={"max_attempts": 0}, connect_timeout=1),
        }
        remote = {"BACKEND": "foundation.s3.RemoteStorage", "OPTIONS": options}
        public = {"BACKEND": "foundation.s3.PublicS3Storage", "OPTIONS": options}
        settings.STORAGES = {**settings.STORAGES, "default": remote, "public": public}


def clients_of(scenario: Scenario, *, scripts: bool) -> dict[str, APIClient]:
    clients = {}
    for role in ROLES:
        client = clients[role] = APIClient(raise_request_exception=False)
        if scenario.people[role] is None:
            continue
        if scripts:
            client.credentials(HTTP_AUTHORIZATION=f"Bearer {scenario.things['tokens'][role]}")
        else:
            client.force_login(scenario.people[role])
    return clients


def under(fault: str, ask: Callable[[], Any]) -> Any:
    """The answer while the fault lasts; what was written is taken back."""
    cache.clear() if fault != "redis-away" else None
    with transaction.atomic():
        with FAULTS[fault][0]():
            answer = ask()
        transaction.set_rollback(True)
    return answer


def complaints(fault: str, name: str, answer: Any, *, expected: int, reads: bool) -> list[str]:  # noqa: PLR0911
    """What is wrong with an answer that a fault may have changed."""
    _inject, reads_go_on, writes_go_on = FAULTS[fault]
    goes_on = reads_go_on if reads else writes_go_on
    if any(part in name for part in NEEDS_MORE.get(fault, ())):
        goes_on = False
    if fault == "store-away" and reads and not any(part in name for part in NEEDS_MORE[fault]):
        goes_on = "/readyz" not in name
    if answer.status_code == expected:
        return []
    if goes_on:
        return [f"{name}: {answer.status_code} instead of {expected}"]
    if answer.status_code != 503:
        return [f"{name}: {answer.status_code}"]
    if not answer.headers.get("Retry-After", "").isdecimal():
        return [f"{name}: 503 without Retry-After"]
    if "/api/v1/" in name or name.startswith("kaggle "):
        body = json.loads(answer.content)
        return [] if set(body) == {"code", "message"} and body["message"] else [f"{name}: {body}"]
    if name.split(" ")[1].startswith("/api/"):
        errors = json.loads(answer.content)["errors"]
        return [] if errors and all(one["code"] for one in errors) else [f"{name}: {errors}"]
    return []


def test_no_route_answers_500(scene, fault, settings, monkeypatch):
    """Each by somebody who may do it, so that it gets as far as it can."""
    with scene("running") as scenario, freeze_time(STAGES["running"]):
        sessions, tokens = clients_of(scenario, scripts=False), clients_of(scenario, scripts=True)
        break_settings(fault, settings, monkeypatch)
        wrong = []
        for method, route, _stage, expected in RUNNING:
            place = min(range(len(ROLES)), key=lambda index: (expected[index] >= 300, -index))
            client = (tokens if is_for_scripts(route) else sessions)[ROLES[place]]
            body = BODIES.get((method, route), {})
            body = body(scenario) if callable(body) else body
            files = any(hasattr(value, "read") for value in body.values())
            options = {} if method == "GET" else {"data": body, "format": "multipart" if files else "json"}
            address = fill(route, scenario)
            ask = getattr(client, method.lower())
            cookies = client.cookies.copy()
            answer = under(fault, lambda ask=ask, address=address, options=options: ask(address, **options))
            client.cookies = cookies  # who left is back
            wrong += complaints(fault, f"{method} {route}", answer, expected=expected[place], reads=method == "GET")
    assert "\n".join(wrong) == ""


def test_no_method_of_the_kaggle_command_line_answers_500(scene, fault, settings, monkeypatch):
    rows = {name: expected for name, stage, expected in kaggle.rows() if stage == "running"}
    with scene("running") as scenario, freeze_time(STAGES["running"]):
        clients = clients_of(scenario, scripts=True)
        asked = []
        for name in method_names():
            place = min(range(len(ROLES)), key=lambda index: (rows[name][index] >= 300, -index))
            scenario.asking = ROLES[place]
            asked.append((name, ROLES[place], rows[name][place], kaggle.body_of(name, scenario)))
        break_settings(fault, settings, monkeypatch)
        wrong = []
        for name, role, expected, body in asked:
            client = clients[role]
            answer = under(
                fault, lambda client=client, name=name, body=body: client.post(f"/api/v1/{name}", body, format="json")
            )
            wrong += complaints(fault, f"kaggle {name}", answer, expected=expected, reads=False)
    assert "\n".join(wrong) == ""


SIGN_IN = [
    ("get", "/api/auth/browser/v1/config", None),
    ("get", "/api/auth/browser/v1/auth/session", None),
    ("post", "/api/auth/browser/v1/auth/login", {"username": "owner", "password": "a good password"}),
    (
        "post",
        "/api/auth/browser/v1/auth/signup",
        {"username": "newcomer", "email": "new@example.org", "password": "a very good password"},
    ),
    ("post", "/api/auth/browser/v1/auth/password/request", {"email": "new@example.org"}),
    ("get", "/admin/", None),
    ("get", "/admin/login/", None),
    ("get", "/admin/competitions/competition/", None),
]


def test_neither_sign_in_nor_the_admin_answers_500(scene, fault, settings, monkeypatch):
    with scene("running") as scenario, freeze_time(STAGES["running"]):
        clients = clients_of(scenario, scripts=False)
        break_settings(fault, settings, monkeypatch)
        wrong = []
        for method, address, body in SIGN_IN:
            client = clients["staff" if "/admin/" in address else "anonymous"]
            options = {} if body is None else {"data": body, "format": "json"}
            answer = under(
                fault,
                lambda client=client, method=method, address=address, options=options: getattr(client, method)(
                    address, **options
                ),
            )
            if answer.status_code == 503:
                if not answer.headers.get("Retry-After", "").isdecimal():
                    wrong.append(f"{address}: 503 without Retry-After")
                elif address.startswith("/api/auth/"):
                    shape = json.loads(answer.content)
                    if shape["status"] != 503 or not shape["errors"][0]["code"]:
                        wrong.append(f"{address}: {shape}")
            elif answer.status_code >= 500:
                wrong.append(f"{address}: {answer.status_code}")
    assert "\n".join(wrong) == ""


def test_the_app_is_there_for_who_is_signed_in_while_the_database_is_away(scene, client, settings, tmp_path):
    settings.FRONTEND_DIST = tmp_path
    (tmp_path / "index.html").write_text("<html></html>")
    client.cookies[settings.SESSION_COOKIE_NAME] = "a-session"
    with scene("running"), database_says(AWAY, reads=True):
        pages = ("", "ranking", "competitions/cup", "discussions/1", "users/somebody")
        assert [client.get(f"/{page}").status_code for page in pages] == [200] * len(pages)


def test_without_counts_nobody_may_guess_passwords_or_codes(scene, settings):
    """Of all that is kept in the cache, what brakes guessing is not done without."""
    settings.CACHES = {
        "default": {"BACKEND": "foundation.caches.ForgivingRedisCache", "LOCATION": "redis://127.0.0.1:1"}
    }
    with scene("running"):
        client = APIClient(raise_request_exception=False)
        guess = {"username": "owner", "password": "guess"}
        answer = client.post("/api/auth/browser/v1/auth/login", guess, format="json")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (503, "cache_unavailable")
