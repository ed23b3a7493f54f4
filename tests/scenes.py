"""What many tests of a file start from, built once for all of them: each finds it as new, and leaves it so."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any

from django.db import connection, transaction

# Where a test has its files (tests/conftest.py).
FOLDERS = ("private", "media", "incoming", "prepared")


class Scenes:
    """One scene stands at a time, in a transaction that is never committed; `files` keeps the files it wrote."""

    def __init__(self, files: Path) -> None:
        self._files = files
        self._name: str | None = None
        self._made: Any = None
        self._transaction: transaction.Atomic | None = None

    @contextmanager
    def set_up(self, name: str, build: Callable[[], Any], folder: Path) -> Iterator[Any]:
        """What `build` returned, for one test with its files in `folder`; what the test writes is taken back."""
        if name == self._name:
            copy_folders(self._files / name, folder)
        else:
            self.strike()
            self._build(name, build, folder)
        test = begin()
        try:
            yield deepcopy(self._made)
        finally:
            roll_back(test)

    def _build(self, name: str, build: Callable[[], Any], folder: Path) -> None:
        self._transaction = begin()
        self._made = build()
        connection.check_constraints()
        copy_folders(folder, self._files / name)
        self._name = name

    def strike(self) -> None:
        """Take the scene down: the database is as empty as before."""
        if self._transaction is not None:
            roll_back(self._transaction)
        self._name = self._made = self._transaction = None


def begin() -> transaction.Atomic:
    atomic = transaction.atomic()
    atomic._from_testcase = True  # as those of Django's own test cases: what wants to be the outermost may be inside
    atomic.__enter__()
    return atomic


def roll_back(atomic: transaction.Atomic) -> None:
    transaction.set_rollback(True)
    atomic.__exit__(None, None, None)


def copy_folders(source: Path, target: Path) -> None:
    for name in FOLDERS:
        if (source / name).exists():
            shutil.copytree(source / name, target / name, dirs_exist_ok=True)
