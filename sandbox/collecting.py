"""Taking files out of a folder that somebody hostile filled, measuring it, and removing it.

Everything goes through handles of folders, never through paths, and follows no link. Nothing runs in the sandbox any
more when files are taken; while it does, only sizes are asked.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field

from sandbox.outcome import RefusedFile
from sandbox.spec import Outputs

NAMES_SHOWN = 50
PATH_BYTES = 1024
# Folders deeper than this are only there to do harm.
DEEPEST = 64


@dataclass
class Collected:
    """Contents by path, what was refused, and some names of what was there."""

    files: dict[str, bytes] = field(default_factory=dict)
    refused: list[RefusedFile] = field(default_factory=list)
    present: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Entry:
    """Something in the folder: the open handle of the folder that holds it is valid while it is looked at."""

    path: str
    name: str
    within: int
    status: os.stat_result
    depth: int
    # Whether it is a folder that can't be looked into.
    is_closed: bool = False


def collect(folder: int, wanted: Outputs, *, owner: int, most_entries: int) -> Collected:
    """Take the wanted files.

    folder: a handle of it. owner: the user id that everything has to belong to. most_entries: how many names are looked
    at before the rest is left.
    """
    found = Collected()
    total = 0
    for number, entry in enumerate(walk(folder, deepest=wanted.max_depth + 1)):
        if number >= most_entries:
            found.refused.append(RefusedFile("", "too_many"))
            break
        is_wanted = wanted.all_files or entry.path in wanted.required
        is_folder = stat.S_ISDIR(entry.status.st_mode)
        shown = entry.path.encode("utf-8", "replace").decode()
        if len(found.present) < NAMES_SHOWN and not is_folder:
            found.present.append(shown[:200])
        if is_folder and (entry.path not in wanted.required):
            continue
        if not is_wanted:
            continue
        why = _objection(entry, wanted, owner)
        if why is None and (
            len(found.files) >= wanted.max_files or total + entry.status.st_size > wanted.max_total_bytes
        ):
            why = "too_many" if len(found.files) >= wanted.max_files else "too_large"
        content = None if why else _read(entry, wanted.max_bytes, owner)
        if content is None:
            if len(found.refused) < NAMES_SHOWN or entry.path in wanted.required:
                found.refused.append(RefusedFile(shown[:200], why or "unreadable"))
        else:
            total += len(content)
            found.files[entry.path] = content
    return found


def _objection(entry: Entry, wanted: Outputs, owner: int) -> str | None:
    status = entry.status
    is_plain = stat.S_ISREG(status.st_mode)
    printable = all(character.isprintable() and not "\udc80" <= character <= "\udcff" for character in entry.path)
    objections = {
        "link": stat.S_ISLNK(status.st_mode),
        "special": not is_plain,
        "owner": status.st_uid != owner,
        "hard_link": status.st_nlink != 1,
        "too_deep": entry.depth >= wanted.max_depth,
        "too_large": status.st_size > wanted.max_bytes,
        "name": not printable or len(entry.path) > PATH_BYTES,
    }
    return next((why for why, is_so in objections.items() if is_so), None)


def _read(entry: Entry, most: int, owner: int) -> bytes | None:
    """The content, if it is still the file that was looked at."""
    try:
        handle = os.open(
            entry.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY, dir_fd=entry.within
        )
    except OSError:
        return None
    with open(handle, "rb") as file:  # noqa: PTH123 - a handle, not a path
        now = os.fstat(handle)
        same = (now.st_dev, now.st_ino) == (entry.status.st_dev, entry.status.st_ino)
        if not same or not stat.S_ISREG(now.st_mode) or now.st_uid != owner or now.st_nlink != 1:
            return None
        content = file.read(most + 1)
    return content if len(content) <= most else None


def walk(folder: int, *, deepest: int = DEEPEST) -> Iterator[Entry]:
    """Everything below a folder, in no order; without following links, and no deeper than said.

    No more handles are open at a time than folders are deep.
    """
    device = os.fstat(folder).st_dev
    path: list[tuple[str, int, Iterator[os.DirEntry[str]]]] = []
    _enter(path, "", os.dup(folder))
    try:
        while path:
            prefix, handle, entries = path[-1]
            found = next(entries, None)
            if found is None:
                os.close(path.pop()[1])
                continue
            try:
                status = os.stat(found.name, dir_fd=handle, follow_symlinks=False)
            except OSError:
                continue
            depth = len(path) - 1
            inner, closed = -1, False
            if stat.S_ISDIR(status.st_mode) and status.st_dev == device and depth + 1 < deepest:
                inner, closed = _open_within(handle, found.name)
            try:
                yield Entry(f"{prefix}{found.name}", found.name, handle, status, depth, closed)
            except BaseException:
                if inner >= 0:
                    os.close(inner)
                raise
            if inner >= 0:
                _enter(path, f"{prefix}{found.name}/", inner)
    finally:
        for _, handle, _ in path:
            os.close(handle)


def _open_within(handle: int, name: str) -> tuple[int, bool]:
    """A handle of a folder in a folder, or -1; and whether it is there but closed to us."""
    try:
        return os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=handle), False
    except PermissionError:
        return -1, True
    except OSError:
        return -1, False


def _enter(path: list[tuple[str, int, Iterator[os.DirEntry[str]]]], prefix: str, handle: int) -> None:
    try:
        path.append((prefix, handle, os.scandir(handle)))
    except OSError:
        os.close(handle)


def size_of(folder: int, *, most_entries: int) -> tuple[int, int]:
    """Bytes really used below a folder, and the count of files and folders; counting stops above `most_entries`.

    A hierarchy that is too deep, and a folder that is closed to us, count as too many: anything may be in there.
    """
    used = count = 0
    for entry in walk(folder):
        used += entry.status.st_blocks * 512
        count += 1
        if count > most_entries or entry.depth >= DEEPEST - 1 or entry.is_closed:
            return used, most_entries + 1
    return used, count


def remove_all(folder: int) -> None:
    """Remove everything in a folder, however deep, with little memory and no recursion.

    What lies in a folder is moved up beside it until everything is flat.
    """
    number = 0
    os.fchmod(folder, 0o700)
    while True:
        with os.scandir(folder) as entries:
            names = [entry.name for _, entry in zip(range(1000), entries, strict=False)]
        if not names:
            return
        progress = False
        for name in names:
            try:
                os.unlink(name, dir_fd=folder)
                progress = True
                continue
            except IsADirectoryError:
                os.chmod(name, 0o700, dir_fd=folder)
            except OSError:
                continue
            with contextlib.suppress(OSError):
                os.rmdir(name, dir_fd=folder)
                progress = True
                continue
            try:
                inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
            except OSError:
                continue
            try:
                with os.scandir(inner) as entries:
                    for entry in entries:
                        is_folder = entry.is_dir(follow_symlinks=False)
                        with contextlib.suppress(OSError):
                            if is_folder:
                                number += 1
                                os.chmod(entry.name, 0o700, dir_fd=inner)
                                os.rename(entry.name, f".moved-{number}", src_dir_fd=inner, dst_dir_fd=folder)
                            else:
                                os.unlink(entry.name, dir_fd=inner)
                            progress = True
                with contextlib.suppress(OSError):
                    os.rmdir(name, dir_fd=folder)
                    progress = True
            finally:
                os.close(inner)
        if not progress:
            raise OSError("a folder of a sandbox could not be emptied")
