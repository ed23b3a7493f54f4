"""Every kind of sandbox stands every attack; and the attacks get through where nothing holds them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from sandbox import syscalls
from sandbox.attacks import ATTACKS, PROBES, Attack, Finding, Surroundings, peek, self_test, strike
from sandbox.runners import bubblewrap as bubblewrap_module
from sandbox.runners.base import Runner
from sandbox.runners.landlock import LandlockRunner
from tests.sandbox.conftest import bubblewrap, landlock

PEEKED: dict[str, dict[str, Finding]] = {}


@pytest.mark.parametrize("name", PROBES)
def test_nothing_can_be_reached_from_inside(name: str, runner: Runner, around: Surroundings) -> None:
    if runner.name not in PEEKED:
        PEEKED[runner.name] = {finding.attack: finding for finding in peek(runner, around)}
    assert PEEKED[runner.name][name] == Finding(name, held=True)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_nothing_can_be_used_up_or_brought_out(attack: Attack, runner: Runner, around: Surroundings) -> None:
    finding = strike(runner, around, attack)
    assert finding.held, finding.detail


class Unconfined(LandlockRunner):
    """A supervisor that confines nothing, as another user: what an attack can do where nobody stops it."""

    def _plan(self, *given: Any) -> dict[str, Any]:
        return {**super()._plan(*given), "landlock": None, "filter": None}


# What the kernel or the other user id refuse anyway; where tests run as root or not, and on this kernel or that one.
HELD_ANYWAY = {
    "change_attributes",
    "network_dns",  # this machine need not have a name server
    "read_passwords",
    "write_system",
    "write_runtime",
    "write_kernel_settings",
    "open_by_number",
    "environment_of_the_server",
    "other_processes",
    "other_namespaces",
    "mounting",
    "kernel_programs",
    "kernel_measuring",
    "kernel_page_faults",
    "kernel_rings",
    "kernel_modules_and_clock",
    "network_other_families",
    "kernel_of_the_future",
    "user_namespace",
}


def test_the_attacks_get_through_where_nothing_holds_them(around: Surroundings) -> None:
    landlock()
    held = {finding.attack for finding in peek(Unconfined(), around) if finding.held}
    assert held <= HELD_ANYWAY


def test_without_the_filter_the_kernel_is_open(around: Surroundings, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that allows everything: what the namespaces leave open is found."""
    runner = bubblewrap()
    everything = syscalls._return(syscalls.ALLOW)
    monkeypatch.setattr(bubblewrap_module, "filter_program", lambda **_: everything)
    broken = {finding.attack for finding in peek(runner, around) if not finding.held}
    assert {"kernel_keys", "kernel_programs", "tracing", "network_other_families"} <= broken


@pytest.mark.parametrize("name", ["left_behind", "state_between_runs"])
def test_what_is_left_is_found_where_nobody_clears_it_away(
    name: str, around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    landlock()
    attack = next(attack for attack in ATTACKS if attack.name == name)
    if name == "left_behind":
        monkeypatch.setattr("sandbox.runners.landlock.LandlockBox.end", lambda box: box._started.kill())
    finding = strike(Unconfined(), around, attack)
    marker = f"{around.token}-{name}"
    for pid in around.left_behind(marker):
        os.kill(pid, 9)
    for folder in ("/tmp", "/dev/shm", "/var/tmp", "/dev/mqueue", "/run"):
        (Path(folder) / marker).unlink(missing_ok=True)
    assert not finding.held


def test_a_runner_that_cannot_start_fails_the_self_test_with_its_reason() -> None:
    runner = bubblewrap_module.BubblewrapRunner(program="/nowhere/bwrap")
    assert self_test(runner) == [Finding("sandbox", held=False, detail="install the package `bubblewrap`")]
