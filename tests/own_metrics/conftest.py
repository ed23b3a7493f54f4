"""Sandboxes for organisers' metrics, made once for all tests of this folder, and competitions that score by them."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from competitions.metrics import sandboxes as place
from competitions.metrics.sandboxes import Sandboxes, sandboxes
from sandbox import Answer, Outcome, Reason, Runner, WarmPool, pool, worker
from sandbox.runners.bubblewrap import BubblewrapRunner
from sandbox.runners.landlock import LandlockRunner, landlock_version
from scoring.own import program


@pytest.fixture(scope="session")
def runner() -> Runner:
    """bubblewrap where it is, else Landlock."""
    if shutil.which("bwrap") is not None:
        return BubblewrapRunner()
    if landlock_version() >= 1:
        return LandlockRunner()
    pytest.skip("needs the package bubblewrap, or a kernel with Landlock")


# What the metrics of these tests import: the whole list takes seconds more for each sandbox.
MODULES = ("pandas", "pyarrow")


@pytest.fixture(scope="session")
def _pool(runner: Runner) -> Iterator[WarmPool]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(place, "MODULES", MODULES)
        pool = sandboxes.begin(runner, 1)
    yield pool
    sandboxes.close()


@pytest.fixture
def sandboxed(_pool: WarmPool, runner: Runner, monkeypatch: pytest.MonkeyPatch) -> WarmPool:
    """A sandbox waits for work."""
    monkeypatch.setattr(place, "find_runner", lambda: runner)
    monkeypatch.setattr(place, "MODULES", MODULES)
    assert _pool.wait_until_ready(seconds=120), _pool.problem
    return _pool


@pytest.fixture
def cold(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> Runner:
    """There are sandboxes, but none waits."""
    monkeypatch.setattr(place, "find_runner", lambda: runner)
    monkeypatch.setattr(place, "MODULES", MODULES)
    monkeypatch.setattr(sandboxes, "warm_up", lambda: None)
    return runner


@pytest.fixture
def forked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What runs in a sandbox runs in a fork of this process instead, which has its libraries already: quick, and not
    closed at all. For what the program does; what a sandbox holds is asked with real ones."""

    def work(_self: Sandboxes, request: Any, files: Any, **_: Any) -> Answer:
        folder = Path(tempfile.mkdtemp(dir=tmp_path))
        (folder / "made").mkdir()
        (folder / "tmp" / "given").mkdir(parents=True)
        for name, content in files.items():
            (folder / "tmp" / "given" / name).write_bytes(content)
        child = os.fork()
        if child == 0:
            _do(folder, dict(request))
        os.waitpid(child, 0)
        return _told(folder / "made" / worker.RESULT)

    for name in ("now", "soon", "alone"):
        monkeypatch.setattr(Sandboxes, name, work)


def _do(folder: Path, request: dict[str, Any]) -> None:
    os.chdir(folder / "made")
    os.environ["TMPDIR"] = str(folder / "tmp")
    try:
        result = json.dumps(
            {"value": program.work(json.loads(json.dumps(request)), folder / "tmp" / "given", folder / "made")}
        )
        (folder / "made" / worker.RESULT).write_text(result)
    finally:
        os._exit(0)


def _told(path: Path) -> Answer:
    if path.is_symlink() or not path.exists():
        return Answer(Outcome(Reason.MISSING_OUTPUT if not path.is_symlink() else Reason.INVALID_OUTPUT))
    return pool._answer(Outcome(Reason.FINISHED, files={worker.RESULT: path.read_bytes()}))
