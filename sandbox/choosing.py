"""Which kind of sandbox this machine can offer: the first that stands every attack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.attacks import Finding, self_test
from sandbox.runners.base import Runner
from sandbox.runners.bubblewrap import BubblewrapRunner
from sandbox.runners.landlock import LandlockRunner


@dataclass(frozen=True)
class Examined:
    """A runner and what came of every attack on it."""

    runner: Runner
    findings: tuple[Finding, ...]

    @property
    def held(self) -> bool:
        """Whether nothing got through."""
        return all(finding.held for finding in self.findings)

    def summary(self) -> str:
        """One line for those who run the platform; empty where all is well."""
        broken = [f"{f.attack}: {f.detail}" if f.detail else f.attack for f in self.findings if not f.held]
        return f"{self.runner.name}: {'; '.join(broken)}" if broken else ""


@dataclass(frozen=True)
class Choice:
    """The runner to use, or None, and what was examined on the way."""

    runner: Runner | None
    examined: tuple[Examined, ...]

    def summary(self) -> str:
        """Why others were passed over, one line each; empty where the first was taken."""
        return "\n".join(filter(None, (each.summary() for each in self.examined)))


def choose(candidates: Sequence[Runner] | None = None) -> Choice:
    """Examine runners in order of preference and take the first that stands everything. Takes some seconds.

    candidates: bubblewrap, then Landlock, by default. A runner for containers has to be asked for.
    """
    examined = []
    for runner in candidates if candidates is not None else (BubblewrapRunner(), LandlockRunner()):
        examined.append(Examined(runner, tuple(self_test(runner))))
        if examined[-1].held:
            return Choice(runner, tuple(examined))
    return Choice(None, tuple(examined))
