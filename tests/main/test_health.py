"""Whether the process lives, and whether it can do its work."""

import pytest

from main import health


def test_a_process_that_answers_lives(client):
    """Without a look at the database: a database that is away is no reason to restart the web server."""
    assert client.get("/healthz").json() == {"status": "ok"}


@pytest.mark.django_db
def test_a_process_is_ready_when_everything_it_needs_answers(client):
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {
        "status": "ok",
        "checks": {"database": True, "migrations": True, "cache": True, "files": True},
    }


@pytest.mark.django_db
def test_what_is_missing_is_named_and_its_secrets_are_not(client, monkeypatch):
    def refuse():
        raise ConnectionError("redis://:hunter2@cache:6379")

    monkeypatch.setitem(health.CHECKS, "cache", refuse)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"]["cache"] is False
    assert response.json()["checks"]["database"] is True
    assert "hunter2" not in response.text


@pytest.mark.django_db
def test_a_database_without_our_tables_is_not_ready(client, monkeypatch):
    monkeypatch.setattr(health._Seen, "migrated", False)
    monkeypatch.setattr(health.MigrationExecutor, "migration_plan", lambda *_: ["one to come"])
    assert client.get("/readyz").json()["checks"]["migrations"] is False


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
@pytest.mark.django_db
def test_answers_are_never_cached(client, address):
    assert "no-store" in client.get(address).headers["Cache-Control"]
