"""Restoring a backup into an empty site: the files one by one, then all rows in one transaction.

Called again after an interruption, it goes on: files that are there are not put again, and of the rows all are there or
none.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db import connection, transaction

from main.backup import DATABASE, FILE_LIST, FORMAT, MANIFEST, BackupError, files, rows

Say = Callable[[str], object]


def restore(folder: Path, *, say: Say) -> dict[str, Any]:
    """Put the backup into the site, whose database has all its tables and no rows; returns the manifest.

    Raises:
        BackupError: the backup is broken or of another version, or the site is not empty.
    """
    manifest = read_manifest(folder)
    require_fitting(manifest)
    rows.require_empty(connection)
    faults = check_rows(folder, manifest)
    if faults:
        raise BackupError("\n".join(faults))
    put, there = files.put_back(folder)
    say(f"{put} files put back, {there} were there already")
    with transaction.atomic():
        # Once more, now that nobody else can come between.
        rows.require_empty(connection)
        rows.empty(connection)
        for table in rows.tables():
            label = rows.label(table)
            count = rows.read_table(table, folder / DATABASE / f"{label}.jsonl.gz", connection)
            if count != manifest["tables"][label]["rows"]:
                raise BackupError(f"{label}: {count} rows instead of {manifest['tables'][label]['rows']}.")
        rows.reset_sequences({name: one["sequence"] for name, one in manifest["tables"].items()}, connection)
        connection.check_constraints()
    # What was remembered of the empty site, here and in a cache that outlived the one before.
    ContentType.objects.clear_cache()
    cache.clear()
    say(f"{sum(one['rows'] for one in manifest['tables'].values())} rows written")
    return manifest


def check(folder: Path) -> list[str]:
    """Everything that is wrong with a backup; nothing is written."""
    manifest = read_manifest(folder)
    return [*check_rows(folder, manifest), *files.check(folder)]


def read_manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BackupError(f"There is no finished backup in {folder}: make it again to finish it.") from None
    if manifest.get("format") != FORMAT:
        raise BackupError(f"The backup has the format {manifest.get('format')}, and this is {FORMAT}.")
    return manifest


def require_fitting(manifest: dict[str, Any]) -> None:
    """The tables of this version are those of the backup.

    Raises:
        BackupError: they are others: restore with the version that made it, and upgrade then.
    """
    present = rows.migrations(connection)
    if present == manifest["migrations"]:
        return
    only_there = [one for one in manifest["migrations"] if one not in present]
    only_here = [one for one in present if one not in manifest["migrations"]]
    differing = ", ".join(".".join(one) for one in [*only_there, *only_here][:5])
    raise BackupError(
        f"The backup was made by version {manifest['version']} with other migrations ({differing}): restore it with "
        "that version, and upgrade then."
    )


def check_rows(folder: Path, manifest: dict[str, Any]) -> list[str]:
    """What is wrong with the tables and with the list of files."""
    faults = []
    ours = {rows.label(table) for table in rows.tables()}
    if ours != set(manifest["tables"]):
        faults.append(f"other tables: {', '.join(sorted(ours ^ set(manifest['tables'])))}")
    for label, facts in manifest["tables"].items():
        path = folder / DATABASE / f"{label}.jsonl.gz"
        if not path.exists() or rows.sha256_of(path) != facts["sha256"]:
            faults.append(f"{path.name} is not the file that was written")
    path = folder / FILE_LIST
    if not path.exists() or rows.sha256_of(path) != manifest["file_list_sha256"]:
        faults.append(f"{path.name} is not the list that was written")
    return faults
