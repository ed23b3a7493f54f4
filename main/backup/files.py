"""The files of the storages, local or in an object store, into a folder and back: one by one, and never twice.

However many there are, no list of them is held in memory: the list of the backup is read line by line, and what was
copied already is looked up in an index on disk. Of a storage, the names of one folder at a time are.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from django.core.files.base import File
from django.core.files.storage import storages

from main.backup import FILE_LIST, FILES, BackupError

STORAGES = ("default", "public")
STEP = 1 << 20
# The list on disk is made sure of after so many files or bytes: what is lost of it is copied again.
SYNC_FILES, SYNC_BYTES = 200, 1 << 28
# While a backup is being made.
INDEX = "files.index"


def stored(storage: Any, folder: str = "") -> Iterator[str]:
    """The names of all files below a folder of a storage, one folder after the other."""
    try:
        folders, files = storage.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return
    for name in sorted(files):
        if name:
            yield f"{folder}/{name}" if folder else name
    for name in sorted(folders):
        yield from stored(storage, f"{folder}/{name}" if folder else name)


def listed(folder: Path) -> Iterator[dict[str, Any]]:
    """The files that were copied, line by line of the list; a last line that was cut off counts for nothing."""
    with suppress(FileNotFoundError), (folder / FILE_LIST).open(encoding="utf-8") as lines:
        for line in lines:
            try:
                one = json.loads(line)
            except ValueError:
                return
            yield one


class Index:
    """What was copied, by storage and name: a table on disk, made of the list at the start and thrown away at the end.

    The list is what counts; nothing is lost with the index.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / INDEX
        self.path.unlink(missing_ok=True)
        self.table = sqlite3.connect(self.path, isolation_level=None)
        self.table.execute("PRAGMA journal_mode = OFF")
        self.table.execute("PRAGMA synchronous = OFF")
        self.table.execute("CREATE TABLE files (storage, name, size, sha256, PRIMARY KEY (storage, name))")
        self.table.execute("BEGIN")
        for one in listed(folder):
            self.add(one)

    def add(self, one: dict[str, Any]) -> bool:
        """Note a file as it was copied last; whether it had been copied before."""
        again = self.get(one["storage"], one["name"]) is not None
        self.table.execute("INSERT OR REPLACE INTO files VALUES (:storage, :name, :size, :sha256)", one)
        return again

    def get(self, storage_name: str, name: str) -> dict[str, Any] | None:
        rows = self.table.execute("SELECT * FROM files WHERE storage = ? AND name = ?", [storage_name, name])
        return next(map(_as_dict, rows), None)

    def all(self) -> Iterator[dict[str, Any]]:
        """All files, in the order they were copied."""
        return map(_as_dict, self.table.execute("SELECT * FROM files ORDER BY rowid"))

    def totals(self) -> tuple[int, int]:
        """How many files, and their bytes."""
        count, size = self.table.execute("SELECT COUNT(*), COALESCE(SUM(size), 0) FROM files").fetchone()
        return count, size

    def close(self) -> None:
        self.table.close()
        self.path.unlink(missing_ok=True)


def _as_dict(row: tuple[Any, ...]) -> dict[str, Any]:
    return dict(zip(("storage", "name", "size", "sha256"), row, strict=True))


class Copier:
    """Copies files into a backup, and keeps the list of them."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.index = folder, Index(folder)
        self.copied = self.skipped = self.gone = 0
        self._since_sync = [0, 0]
        self._has_doubles = False
        # Written anew from what was understood: behind half a line nothing could be added.
        self.write_list()
        self.list: IO[str] = (folder / FILE_LIST).open("a", encoding="utf-8")

    def write_list(self) -> None:
        """Write the list of the copied files, each once. It is written whole, or not at all."""
        path = self.folder / FILE_LIST
        new = path.with_suffix(".new")
        with new.open("w", encoding="utf-8") as lines:
            lines.writelines(line_of(one) for one in self.index.all())
        new.replace(path)

    def copy_all(self) -> None:
        """Copy what lies in the storages and is not in the backup yet."""
        for storage_name in STORAGES:
            storage = storages[storage_name]
            for name in stored(storage):
                self.copy(storage_name, storage, name)
        self.sync()
        if self._has_doubles:
            self.write_list()

    def copy(self, storage_name: str, storage: Any, name: str) -> None:
        """Copy one file, unless it is here already: what lies under a name never changes, sizes tell a broken copy."""
        target = place_of(self.folder, storage_name, name)
        one = self.index.get(storage_name, name)
        if one is not None and target.exists() and target.stat().st_size == one["size"]:
            self.skipped += 1
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(target.name + ".part")
        try:
            with storage.open(name) as source, part.open("wb") as copy:
                size, sha256 = pour(source, copy)
        except FileNotFoundError:
            # Deleted since it was listed: a file that was replaced, say.
            part.unlink(missing_ok=True)
            self.gone += 1
            return
        part.replace(target)
        one = {"storage": storage_name, "name": name, "size": size, "sha256": sha256}
        self._has_doubles |= self.index.add(one)
        self.list.write(line_of(one))
        self.copied += 1
        self._since_sync[0] += 1
        self._since_sync[1] += size
        if self._since_sync[0] >= SYNC_FILES or self._since_sync[1] >= SYNC_BYTES:
            self.sync()

    def sync(self) -> None:
        self.list.flush()
        os.fsync(self.list.fileno())
        self._since_sync = [0, 0]

    def close(self) -> None:
        self.list.close()
        self.index.close()


def put_back(folder: Path) -> tuple[int, int]:
    """Put the files of a backup into the storages; returns how many were put, and how many were there already.

    Raises:
        BackupError: a file is not the one that was backed up, or another lies in its place.
    """
    put = there = 0
    for one in listed(folder):
        storage, name = storages[one["storage"]], one["name"]
        path = place_of(folder, one["storage"], name)
        if storage.exists(name):
            if is_there(storage, path, one):
                there += 1
                continue
            # A restore that was killed while it wrote this one.
            storage.delete(name)
        with path.open("rb") as source:
            if pour(source, None) != (one["size"], one["sha256"]):
                raise BackupError(f"The file {name} of the backup is not the one that was copied.")
            source.seek(0)
            kept = storage.save(name, File(source, name=name))
        if kept != name:
            storage.delete(kept)
            raise BackupError(f"The storage “{one['storage']}” does not keep {name} under this name.")
        put += 1
    return put, there


def is_there(storage: Any, path: Path, one: dict[str, Any]) -> bool:
    """Whether the file of the backup lies in its storage: whole (true), or the beginning of it (false).

    Raises:
        BackupError: something else does.
    """
    with storage.open(one["name"]) as present:
        found = pour(present, None)
    if found == (one["size"], one["sha256"]):
        return True
    if found[0] < one["size"] and path.is_file() and found == beginning_of(path, found[0]):
        return False
    raise BackupError(f"Another file lies at {one['name']} in the storage “{one['storage']}”.")


def beginning_of(path: Path, size: int) -> tuple[int, str]:
    """Size and SHA-256 of the first `size` bytes of a file, as `pour` tells them of a whole one."""
    digest, left = hashlib.sha256(), size
    with path.open("rb") as source:
        while left and (chunk := source.read(min(STEP, left))):
            digest.update(chunk)
            left -= len(chunk)
    return size - left, digest.hexdigest()


def check(folder: Path) -> Iterator[str]:
    """What is wrong with the files of a backup."""
    for one in listed(folder):
        path = place_of(folder, one["storage"], one["name"])
        if not path.exists():
            yield f"{one['name']} is missing"
            continue
        with path.open("rb") as source:
            if pour(source, None) != (one["size"], one["sha256"]):
                yield f"{one['name']} is not the file that was copied"


def place_of(folder: Path, storage_name: str, name: str) -> Path:
    """Where the backup keeps a file.

    Raises:
        BackupError: the name leads out of the folder.
    """
    base = (folder / FILES / storage_name).resolve()
    path = (base / name).resolve()
    if base not in path.parents:
        raise BackupError(f"“{name}” is no name of a file in a storage.")
    return path


def pour(source: Any, target: IO[bytes] | None) -> tuple[int, str]:
    """Read everything, and write it if there is a target; returns the size and the SHA-256."""
    digest, size = hashlib.sha256(), 0
    while chunk := source.read(STEP):
        digest.update(chunk)
        size += len(chunk)
        if target is not None:
            target.write(chunk)
    if target is not None:
        target.flush()
        os.fsync(target.fileno())
    return size, digest.hexdigest()


def line_of(one: dict[str, Any]) -> str:
    return json.dumps(one, ensure_ascii=False, sort_keys=True) + "\n"
