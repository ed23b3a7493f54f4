"""A backup of the whole site: of one moment, whole, resumable, and restored on whatever database there is."""

from __future__ import annotations

import gzip
import json
import os
import stat
import subprocess
import sys
import threading
import tracemalloc
from pathlib import Path

import boto3
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from freezegun import freeze_time
from moto import mock_aws

from accounts.models import User
from competitions.models import Competition, LogRow
from main.backup import BackupError, files, making, restoring, rows
from tests.databases import copy_migrated
from tests.factories import NOON, UserFactory
from tests.matrix.scenario import STAGES, build
from tests.neighbour import a_busy_competition

ROOT = Path(__file__).resolve().parents[2]
BOARDS = """
import django, json
django.setup()
from django.test import Client
from competitions.models import Competition
for one in Competition.objects.order_by("pk"):
    for board in ("public", "private"):
        answer = Client().get(f"/api/competitions/{one.slug}/leaderboard/{board}/", headers={"host": "testserver"})
        print(one.slug, board, answer.status_code, answer.content.decode())
"""


def quiet(_text):
    """Nobody listens."""


def make(folder):
    return making.make(folder, at=NOON, say=quiet)


def lines_of(folder, table):
    with gzip.open(folder / "database" / f"{table}.jsonl.gz", "rt") as lines:
        return [json.loads(line) for line in lines]


def known(folder):
    return {(one["storage"], one["name"]): one for one in files.listed(folder)}


class Site:
    """Another site, with a database, files and processes of its own."""

    def __init__(self, var: Path, database: str) -> None:
        self.environment = {**os.environ, "UZU_VAR_DIR": str(var), "DATABASE_URL": database, "REDIS_URL": ""}
        self.environment |= {"DJANGO_SETTINGS_MODULE": "main.settings", "UZU_LOG_LEVEL": "ERROR"}

    def run(self, *command: str) -> str:
        done = subprocess.run(
            [sys.executable, *command], cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def manage(self, *command: str) -> str:
        return self.run("manage.py", *command)


# --- whole, there and back --------------------------------------------------------------------------------------------
def a_site() -> None:
    """With a row of almost every kind, files, a log, and numbers given to rows that are gone."""
    with freeze_time(STAGES["confirmed"]):
        build("confirmed")
        a_busy_competition()
        for name in ("default", "public"):
            storages[name].save("some/folder/ファイル.bin", ContentFile(b"\x00\xff" * 1000))
        gone = UserFactory()
        User.objects.filter(pk=gone.pk).delete()


def sqlite_in(folder: Path) -> str:
    folder.mkdir()
    copy_migrated(folder / "db.sqlite3")
    return f"sqlite:///{folder / 'db.sqlite3'}"


@pytest.fixture
def other_databases(tmp_path):
    """Where the backup of the tests' database is restored, one after the other: on PostgreSQL there and back."""
    if connection.vendor == "sqlite":
        yield [sqlite_in(tmp_path / "other")]
        return
    settings = connection.settings_dict
    name = f"{settings['NAME']}_restored"
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        cursor.execute(f'CREATE DATABASE "{name}"')
    yield [sqlite_in(tmp_path / "other"), f"postgres://{settings['USER']}@{settings['HOST']}:{settings['PORT']}/{name}"]
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{name}"')


def same_backups(one: Path, other: Path) -> None:
    for path in sorted((one / "database").iterdir()):
        assert (other / "database" / path.name).read_bytes() == path.read_bytes(), path.name
    assert known(one) == known(other)
    mine, theirs = (restoring.read_manifest(folder) for folder in (one, other))
    assert mine["tables"] == theirs["tables"], "numbers of rows, checksums, and where numbering goes on"


@pytest.mark.django_db(transaction=True)
def test_what_is_restored_is_what_was_backed_up_on_every_database(tmp_path, other_databases):
    a_site()
    make(tmp_path / "backup")
    source, boards = tmp_path / "backup", None
    for place, database in enumerate(other_databases):
        site = Site(tmp_path / f"site{place}", database)
        said = site.manage("restore", str(source))
        assert "the log holds" in said
        assert "0 differences" in site.manage("check_standings")
        again = tmp_path / f"backup{place}"
        site.manage("backup", str(again))
        same_backups(source, again)
        shown = site.run("-c", BOARDS)
        assert '"bestPrivateScore"' in shown or "private 200" in shown
        assert boards in (None, shown)
        source, boards = again, shown
    assert restoring.check(source) == []


@pytest.mark.django_db(transaction=True)
def test_the_restored_log_is_protected_and_numbers_go_on(tmp_path):
    """In this database: emptied, as a new one would be."""
    a_site()
    last = rows.sequence_of(User, connection)
    entries = LogRow.objects.count()
    assert last > User.objects.order_by("pk").last().pk
    make(tmp_path / "backup")
    call_command("flush", interactive=False, verbosity=0)
    restoring.restore(tmp_path / "backup", say=quiet)
    assert LogRow.objects.count() == entries > 0
    with pytest.raises(Exception, match="append-only"), transaction.atomic():
        LogRow.objects.update(reason="changed")
    assert UserFactory().pk == last + 1


# --- one moment -------------------------------------------------------------------------------------------------------
@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_rows_written_meanwhile_are_not_in_it(tmp_path, monkeypatch):
    write_table = rows.write_table

    def and_somebody_writes(table, path, used):
        facts = write_table(table, path, used)
        if rows.label(table) == "accounts.user":
            thread = threading.Thread(target=somebody)
            thread.start()
            thread.join()
        return facts

    def somebody():
        a_busy_competition()
        connection.close()

    monkeypatch.setattr(rows, "write_table", and_somebody_writes)
    make(tmp_path / "backup")
    assert Competition.objects.count() == 1
    assert lines_of(tmp_path / "backup", "competitions.competition") == []
    assert lines_of(tmp_path / "backup", "competitions.team") == []


SNAPSHOT = """
import django, sqlite3, sys
django.setup()
from django.db import connection
from accounts.models import User
from main.backup import rows
User.objects.create(username="before")
with rows.snapshot(connection):
    assert User.objects.count() == 1
    somebody = sqlite3.connect(connection.settings_dict["NAME"], timeout=1)
    somebody.execute("UPDATE accounts_user SET username = 'after'")
    somebody.commit()
    assert User.objects.get().username == "before"
assert User.objects.get().username == "after"
assert connection.transaction_mode == "IMMEDIATE"
"""


@pytest.mark.django_db
def test_on_sqlite_nobody_who_writes_waits_for_it(tmp_path):
    database = sqlite_in(tmp_path / "site")
    site = Site(tmp_path / "site", database)
    site.manage("migrate", "-v0")
    site.run("-c", SNAPSHOT)


# --- interrupted ------------------------------------------------------------------------------------------------------
@pytest.fixture
def site(transactional_db):
    UserFactory(username="somebody")
    for number in range(5):
        storages["default"].save(f"a/{number}.bin", ContentFile(b"x" * number))


def killed_after(monkeypatch, number):
    """The process dies while it copies the next file."""
    pour, done = files.pour, []

    def pour_until(source, target):
        done.append(1)
        if len(done) > number:
            target.write(b"half")
            raise KeyboardInterrupt
        return pour(source, target)

    monkeypatch.setattr(files, "pour", pour_until)


def test_interrupted_it_goes_on_with_the_same_rows_and_the_other_files(site, tmp_path, monkeypatch):
    folder = tmp_path / "backup"
    with monkeypatch.context() as dying:
        killed_after(dying, 3)
        with pytest.raises(KeyboardInterrupt):
            make(folder)
    with pytest.raises(BackupError, match="no finished backup"):
        restoring.read_manifest(folder)
    # The last line of the list was not written whole either.
    with (folder / "files.jsonl").open("a") as unfinished:
        unfinished.write('{"name": "a/9')
    UserFactory(username="newcomer")
    said = []
    making.make(folder, at=NOON, say=said.append)
    assert "2 files copied, 3 were here already" in said
    assert {path.name for path in folder.iterdir()} == {"manifest.json", "files.jsonl", "database", "files"}
    assert [row["username"] for row in lines_of(folder, "accounts.user")] == ["somebody"]
    assert restoring.check(folder) == []


def test_a_restore_that_was_interrupted_goes_on(site, tmp_path, monkeypatch):
    folder = tmp_path / "backup"
    make(folder)
    call_command("flush", interactive=False, verbosity=0)
    for number in range(5):
        storages["default"].delete(f"a/{number}.bin")
    with monkeypatch.context() as dying:
        dying.setattr(rows, "reset_sequences", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            restoring.restore(folder, say=quiet)
    assert not User.objects.exists(), "all rows or none"
    said = []
    restoring.restore(folder, say=said.append)
    assert "0 files put back, 5 were there already" in said
    assert User.objects.get().username == "somebody"


def half(file):
    """What of a file was written when the machine lost its power."""
    for chunk in file.chunks():
        yield chunk[: len(chunk) // 2]
        raise KeyboardInterrupt


def test_a_restore_that_was_killed_while_it_wrote_a_file_puts_it_anew(site, tmp_path, monkeypatch):
    folder = tmp_path / "backup"
    make(folder)
    call_command("flush", interactive=False, verbosity=0)
    for number in range(5):
        storages["default"].delete(f"a/{number}.bin")
    with monkeypatch.context() as dying:

        class Dying(ContentFile):
            def __init__(self, source, name):
                super().__init__(source.read(), name)

            def chunks(self, chunk_size=None):
                return half(ContentFile(self.read())) if self.name == "a/3.bin" else super().chunks(chunk_size)

        dying.setattr(files, "File", Dying)
        with pytest.raises(KeyboardInterrupt):
            restoring.restore(folder, say=quiet)
    assert storages["default"].size("a/3.bin") == 1
    said = []
    restoring.restore(folder, say=said.append)
    assert "2 files put back, 3 were there already" in said
    make(tmp_path / "again")
    assert known(tmp_path / "again") == known(folder)


def test_a_copy_that_was_broken_meanwhile_is_made_anew_and_listed_once(site, tmp_path, monkeypatch):
    folder = tmp_path / "backup"
    with monkeypatch.context() as dying:
        killed_after(dying, 4)
        with pytest.raises(KeyboardInterrupt):
            make(folder)
    (folder / "files" / "default" / "a" / "2.bin").write_bytes(b"")
    make(folder)
    assert sorted(one["name"] for one in files.listed(folder)) == [f"a/{number}.bin" for number in range(5)]
    assert restoring.check(folder) == []


def test_a_long_list_of_files_is_not_held_in_memory(tmp_path):
    one = {"storage": "default", "name": "", "size": 1, "sha256": "0" * 64}
    lines = [files.line_of({**one, "name": f"competitions/1/submissions/{number:032}"}) for number in range(20_000)]
    (tmp_path / "files.jsonl").write_text("".join(lines))
    del lines
    tracemalloc.start()
    try:
        copier = files.Copier(tmp_path)
        assert copier.index.totals() == (20_000, 20_000)
        copier.close()
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # As a dictionary they take 12 MB.
    assert peak < 1_000_000


# --- refused ----------------------------------------------------------------------------------------------------------
def test_nothing_is_restored_over_a_site_in_use(site, tmp_path):
    make(tmp_path / "backup")
    with pytest.raises(CommandError, match="not empty"):
        call_command("restore", str(tmp_path / "backup"))


DAMAGE = {
    "a table": lambda folder: (folder / "database" / "accounts.user.jsonl.gz").write_bytes(b""),
    "a file": lambda folder: (folder / "files" / "default" / "a" / "3.bin").write_bytes(b"yyy"),
    "a missing file": lambda folder: (folder / "files" / "default" / "a" / "3.bin").unlink(),
    "the list of files": lambda folder: (folder / "files.jsonl").write_text(""),
}


@pytest.mark.parametrize("what", DAMAGE)
def test_a_damaged_backup_is_found_out(site, tmp_path, what, capsys):
    folder = tmp_path / "backup"
    make(folder)
    call_command("restore", str(folder), check=True)
    assert "whole" in capsys.readouterr().out
    DAMAGE[what](folder)
    with pytest.raises(CommandError):
        call_command("restore", str(folder), check=True)


def test_a_backup_of_another_version_says_so(site, tmp_path):
    folder = tmp_path / "backup"
    make(folder)
    manifest = restoring.read_manifest(folder)
    manifest["migrations"].append(["competitions", "0999_of_the_future"])
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(BackupError, match="0999_of_the_future"):
        restoring.restore(folder, say=quiet)


def test_another_file_in_the_place_of_one_is_left_alone(site, tmp_path):
    folder = tmp_path / "backup"
    make(folder)
    call_command("flush", interactive=False, verbosity=0)
    storages["default"].delete("a/3.bin")
    storages["default"].save("a/3.bin", ContentFile(b"mine"))
    with pytest.raises(BackupError, match=r"a/3\.bin"):
        restoring.restore(folder, say=quiet)
    with storages["default"].open("a/3.bin") as mine:
        assert mine.read() == b"mine"


@pytest.mark.parametrize("name", ["../../evil", "/etc/evil", "a/../../../evil"])
def test_no_name_leads_out_of_the_folder(tmp_path, name):
    with pytest.raises(BackupError):
        files.place_of(tmp_path, "default", name)


def test_a_folder_with_something_else_in_it_is_left_alone(site, tmp_path):
    (tmp_path / "photo.jpg").write_bytes(b"")
    with pytest.raises(BackupError, match="no backup"):
        make(tmp_path)
    make(tmp_path / "backup")
    with pytest.raises(BackupError, match="finished backup"):
        make(tmp_path / "backup")


# --- what is secret, what is gone, where files lie --------------------------------------------------------------------
def test_it_is_for_its_maker_alone(site, tmp_path):
    before = os.umask(0)
    try:
        call_command("backup", str(tmp_path / "backup"))
    finally:
        os.umask(before)
    for path in [tmp_path / "backup", *(tmp_path / "backup").rglob("*")]:
        assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path


def test_files_that_rows_name_and_nobody_has_are_told(site, tmp_path):
    user = User.objects.get()
    user.avatar.name = "avatars/lost.png"
    user.save()
    assert make(tmp_path / "backup")["missing"] == [["public", "avatars/lost.png"]]


def test_files_move_between_a_folder_and_an_object_store(site, tmp_path, settings, monkeypatch):
    folder = tmp_path / "backup"
    make(folder)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="uzu")
        options = {"bucket_name": "uzu", "region_name": "us-east-1", "file_overwrite": False, "location": "private"}
        store = {"BACKEND": "foundation.s3.RemoteStorage", "OPTIONS": options}
        settings.STORAGES = {**settings.STORAGES, "default": store}
        put, there = files.put_back(folder)
        assert (put, there) == (5, 0)
        assert files.put_back(folder) == (0, 5)
        make(tmp_path / "again")
    assert known(tmp_path / "again") == known(folder)
