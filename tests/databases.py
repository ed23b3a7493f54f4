"""A migrated SQLite database kept between runs of the tests, so that each run need not migrate anew."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import django
from django.apps import apps
from django.conf import settings
from django.core.management.commands import migrate
from django.db import connections

FIRST_PHASE = 100_001
FOLDER = Path(settings.BASE_DIR) / "var" / "test-databases"


@contextmanager
def migrated_once() -> Iterator[None]:
    """Meanwhile `migrate` fills an empty SQLite database from what an earlier run with the same migrations left."""
    run_migrations = migrate.Command.handle

    def handle(command: migrate.Command, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        kept = FOLDER / f"{_fingerprint()}.sqlite3"
        if connection.vendor != "sqlite" or options.get("app_label") or connection.introspection.table_names():
            run_migrations(command, *args, **options)
            return
        connection.ensure_connection()
        if kept.exists():
            with closing(sqlite3.connect(kept)) as source:
                source.backup(connection.connection)
            return
        run_migrations(command, *args, **options)
        _keep(connection.connection, kept)

    migrate.Command.handle = handle
    try:
        yield
    finally:
        migrate.Command.handle = run_migrations


def keep_ids_apart() -> None:
    """Let phases be numbered from far above competitions: who takes the id of the one for the other finds nothing.

    Both would begin at 1, and most competitions have one phase: the mistake would go unseen.
    """
    table = apps.get_model("competitions", "Phase")._meta.db_table
    connection = connections["default"]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, FIRST_PHASE - 1])
        else:
            cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, FIRST_PHASE - 1])


def copy_migrated(path: Path) -> bool:
    """Put a migrated SQLite database at `path`, if an earlier run left one; else whoever needs it migrates."""
    kept = FOLDER / f"{_fingerprint()}.sqlite3"
    if kept.exists():
        shutil.copy(kept, path)
    return kept.exists()


def _keep(database: sqlite3.Connection, kept: Path) -> None:
    """Write it under another name first: two processes may do so at once, and each must see a whole file."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in sorted(FOLDER.glob("*.sqlite3"), key=lambda path: path.stat().st_mtime)[:-3]:
        old.unlink(missing_ok=True)
    new = kept.with_suffix(f".{os.getpid()}")
    with closing(sqlite3.connect(new)) as target:
        database.backup(target)
    new.rename(kept)


def _fingerprint() -> str:
    """Of every migration of every app, of Django and of Python."""
    digest = hashlib.sha256(f"{django.VERSION} {sys.version}".encode())
    for app in apps.get_app_configs():
        name = settings.MIGRATION_MODULES.get(app.label, f"{app.name}.migrations")
        spec = find_spec(name) if name else None
        for folder in (spec and spec.submodule_search_locations) or ():
            for path in sorted(Path(folder).glob("*.py")):
                digest.update(f"{app.label}/{path.name}".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:32]
