"""Making a backup: the rows of one moment, then the files. Called again after an interruption, it goes on."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from main.backup import DATABASE, FILE_LIST, FORMAT, MANIFEST, BackupError, rows
from main.backup.files import INDEX, Copier

Say = Callable[[str], object]
ROWS_DONE = "rows.json"
NAMED_FILES = "named.jsonl"


def make(folder: Path, *, at: datetime, say: Say) -> dict[str, Any]:
    """Write a backup into `folder`, or go on with one that was interrupted there; returns its manifest.

    Rows that were written whole are kept, with their moment; files that were copied are not copied again.

    Raises:
        BackupError: there is another backup, or something else.
    """
    begin(folder)
    try:
        facts = json.loads((folder / ROWS_DONE).read_text())
        say(f"the rows of {facts['at']} are here already")
    except FileNotFoundError:
        facts = write_rows(folder, at=at, say=say)
    copier = Copier(folder)
    try:
        copier.copy_all()
        missing = [[storage, name] for storage, name in named(folder) if copier.index.get(storage, name) is None]
        count, size = copier.index.totals()
    finally:
        copier.close()
    say(f"{copier.copied} files copied, {copier.skipped} were here already")
    for storage_name, name in missing:
        say(f"not in the storage any more: {name} ({storage_name})")
    manifest = {
        **facts,
        "files": count,
        "bytes": size,
        "file_list_sha256": rows.sha256_of(folder / FILE_LIST),
        "missing": missing,
    }
    write_json(folder / MANIFEST, manifest)
    for name in (ROWS_DONE, NAMED_FILES):
        (folder / name).unlink(missing_ok=True)
    return manifest


def begin(folder: Path) -> None:
    """The folder, new or with a backup that was interrupted."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if (folder / MANIFEST).exists():
        raise BackupError(f"There is a finished backup in {folder} already: name another folder.")
    ours = {ROWS_DONE, NAMED_FILES, DATABASE, FILE_LIST, FILE_LIST.replace(".jsonl", ".new"), INDEX, "files"}
    if any(path.name not in ours for path in folder.iterdir()):
        raise BackupError(f"{folder} holds something that is no backup: name another folder.")
    folder.chmod(0o700)


def write_rows(folder: Path, *, at: datetime, say: Say) -> dict[str, Any]:
    """All rows, as they were at one moment: after an interruption from the beginning, for that moment is over."""
    target = folder / DATABASE
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(mode=0o700)
    found: dict[str, Any] = {}
    with rows.snapshot(connection), (folder / NAMED_FILES).open("w", encoding="utf-8") as names:
        applied = rows.migrations(connection)
        for table in rows.tables():
            label = rows.label(table)
            found[label] = rows.write_table(table, target / f"{label}.jsonl.gz", connection)
            for name in rows.file_names(table, connection):
                names.write(json.dumps(name) + "\n")
    facts = {
        "format": FORMAT,
        "version": settings.VERSION,
        "at": at.isoformat(),
        "database": connection.vendor,
        "migrations": applied,
        "tables": found,
    }
    write_json(folder / ROWS_DONE, facts)
    say(f"{sum(one['rows'] for one in found.values())} rows of {len(found)} tables written")
    return facts


def named(folder: Path) -> Iterator[list[str]]:
    """The files that the rows name: storage and name."""
    with (folder / NAMED_FILES).open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Whole, or not at all."""
    new = path.with_suffix(".part")
    new.write_text(json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
    new.replace(path)
