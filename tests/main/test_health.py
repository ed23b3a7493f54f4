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
        "checks": {"database": True, "migrations": True, "cache": True, "files": True, "folders": True},
    }


@pytest.mark.django_db
def test_what_is_missing_is_named_and_its_secrets_are_not(client, monkeypatch):
    def refuse():
        raise ConnectionError("redis://:hunter2@cache:6379")

    monkeypatch.setitem(health.CHECKS, "files", refuse)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"]["files"] is False
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


@pytest.mark.django_db
def test_a_site_without_its_cache_is_served_on(client, monkeypatch):
    """Else every instance would be taken out of service at once, for something they can do without."""
    monkeypatch.setitem(health.CHECKS, "cache", lambda: False)
    response = client.get("/readyz")
    assert response.status_code == 200
    assert (response.json()["status"], response.json()["checks"]["cache"]) == ("degraded", False)


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
@pytest.mark.django_db
def test_whoever_asks_by_an_address_gets_an_answer(client, settings, address):
    """A container is asked by its own address, which is in no list of hosts."""
    settings.ALLOWED_HOSTS = ["uzu.example.org"]
    assert client.get(address, headers={"host": "10.2.3.4:8000"}).status_code == 200
    assert client.get("/robots.txt", headers={"host": "10.2.3.4:8000"}).status_code == 400


@pytest.mark.parametrize("setting", ["VAR_DIR", "INCOMING_DIR", "PREPARED_SOLUTIONS_DIR"])
@pytest.mark.django_db
def test_a_folder_that_cannot_be_written_is_not_ready(client, settings, tmp_path, setting):
    (tmp_path / "a file").touch()
    setattr(settings, setting, tmp_path / "a file" / "below")
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"]["folders"] is False
