"""Which kind of sandbox a machine offers."""

from __future__ import annotations

import pytest

from sandbox import Finding, choose, choosing
from sandbox.runners.base import Runner
from sandbox.runners.bubblewrap import BubblewrapRunner
from sandbox.runners.landlock import LandlockRunner

HELD = Finding("network_tcp", held=True)
BROKEN = Finding("network_tcp", held=False, detail="reached 127.0.0.1")


def examine(monkeypatch: pytest.MonkeyPatch, findings: dict[type[Runner], Finding]) -> choosing.Choice:
    monkeypatch.setattr(choosing, "self_test", lambda runner: [findings[type(runner)]])
    return choose()


def test_the_first_that_stands_everything_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    choice = examine(monkeypatch, {BubblewrapRunner: HELD, LandlockRunner: BROKEN})
    assert isinstance(choice.runner, BubblewrapRunner)
    assert choice.summary() == ""


def test_one_that_does_not_is_passed_over_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    choice = examine(monkeypatch, {BubblewrapRunner: BROKEN, LandlockRunner: HELD})
    assert isinstance(choice.runner, LandlockRunner)
    assert choice.summary() == "bubblewrap: network_tcp: reached 127.0.0.1"


def test_where_none_does_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    choice = examine(monkeypatch, {BubblewrapRunner: BROKEN, LandlockRunner: BROKEN})
    assert choice.runner is None
    assert len(choice.summary().splitlines()) == 2


def test_a_missing_package_is_named() -> None:
    choice = choose([BubblewrapRunner(program="/nowhere/bwrap")])
    assert (choice.runner, choice.summary()) == (None, "bubblewrap: sandbox: install the package `bubblewrap`")
