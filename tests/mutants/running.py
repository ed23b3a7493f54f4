"""Runs mutants inside a loaded pytest: which tests execute a line, one forked process for each mutant, the report."""

from __future__ import annotations

import gc
import hashlib
import json
import os
import random
import resource
import signal
import sys
import time
import tomllib
import traceback
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from tests.mutants.mutations import Mutant, mutants_of, mutate
from tests.mutants.targets import TARGETS

EQUIVALENTS = Path(__file__).with_name("equivalents.toml")
KILLED, SURVIVED, ENDLESS, TIMED_OUT = "killed", "survived", "endless", "timed out"
NOT_REACHED, NOT_RUN, EQUIVALENT = "not reached", "not run", "equivalent"
# What no test run would have got past.
NOTICED = (KILLED, ENDLESS)


@dataclass(frozen=True)
class Plan:
    root: Path
    modules: list[str]
    sample: int
    seed: int
    only: list[str]
    seconds: float
    locks: bool
    fresh: bool
    listed: bool = False


@dataclass
class Lines:
    """What one run without a mutant showed: who executes a line, how long each test takes (s), which ones fail."""

    tests: dict[str, dict[int, list[str]]]
    durations: dict[str, float]
    failed: list[str] = field(default_factory=list)

    def of(self, mutant: Mutant) -> list[str]:
        first, last = mutant.lines
        known = self.tests.get(mutant.module, {})
        found = {test for line in range(first, last + 1) for test in known.get(line, ())}
        return sorted(found - set(self.failed), key=lambda test: self.durations.get(test, 0))


class Runner:
    """A pytest plugin that takes the place of the loop over the tests."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.session: pytest.Session
        self.durations: dict[str, float] = {}
        self.results: list[tuple[Mutant, str, str]] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.session = session
        self.items = {item.nodeid: item for item in session.items}
        os.environ.pop("PYTEST_CURRENT_TEST", None)
        self._warm_up()
        lines = self._lines()
        self.durations = lines.durations
        if lines.failed:
            self._say(
                f"{len(lines.failed)} tests fail without a mutant and are left out: {', '.join(lines.failed[:5])}"
            )
        self.equivalents: dict[str, dict[str, str]] = tomllib.loads(EQUIVALENTS.read_text())
        killers: dict[str, list[str]] = defaultdict(list)
        log = _folder(self.plan) / "results.jsonl"
        for mutant, source in self._drawn():
            if not self.plan.listed and mutant.key in self.equivalents.get(mutant.module, {}):
                outcome, killer, took = EQUIVALENT, "", 0.0
            else:
                started = time.monotonic()
                first = [test for test in killers[mutant.module] if test in self.items]
                outcome, killer = self._judge(mutant, source, lines.of(mutant), first)
                took = time.monotonic() - started
            if killer and killer in killers[mutant.module]:
                killers[mutant.module].remove(killer)
            if killer:
                killers[mutant.module].insert(0, killer)
            self.results.append((mutant, outcome, killer))
            with log.open("a") as file:
                file.write(
                    json.dumps([mutant.module, mutant.lines[0], mutant.kind, mutant.key, outcome, killer]) + "\n"
                )
            self._say(f"{outcome:12} {took:5.1f} s  {mutant.module}:{mutant.lines[0]}  {mutant.key}")
        self._report()
        return True

    # --- the draw ------------------------------------------------------------------------------------------------------
    def _drawn(self) -> Iterator[tuple[Mutant, str]]:
        for module in self.plan.modules:
            source = (self.plan.root / module).read_text()
            every = mutants_of(source, module)
            for key in self.equivalents.get(module, {}).keys() - {one.key for one in every}:
                self._say(f"equivalents.toml names a mutant of {module} that there is no more: {key}")
            found = [one for one in every if one.is_lock == self.plan.locks]
            if self.plan.listed:
                found = [one for one in found if one.key in self.equivalents.get(module, {})]
            elif self.plan.only:
                found = [one for one in found if any(text in one.key for text in self.plan.only)]
            elif self.plan.sample and not self.plan.locks:
                draw = random.Random(f"{self.plan.seed} {module}")
                found = sorted(draw.sample(found, min(self.plan.sample, len(found))), key=lambda one: one.number)
            for mutant in found:
                yield mutant, source

    # --- one mutant ----------------------------------------------------------------------------------------------------
    def _judge(self, mutant: Mutant, source: str, tests: list[str], first: list[str]) -> tuple[str, str]:
        if self.plan.locks:  # only a transaction of its own shows what a lock does
            tests = [test for test in tests if _is_transactional(self.items.get(test))]
        if not tests:
            return NOT_REACHED, ""
        ahead = [test for test in first if test in tests]
        order = [*ahead, *(test for test in tests if test not in ahead)]
        # Those with transactions of their own empty the database at their end.
        order.sort(key=lambda test: _is_transactional(self.items.get(test)))

        def act(tell: Callable[[str], None]) -> int:
            code = compile(mutate(source, mutant), str(self.plan.root / mutant.module), "exec")
            if not patch(self.plan.root / mutant.module, mutant.function, code):
                return 3
            for test in order:
                if self._fails(self.items[test]):
                    tell(test)
                    return 1
            return 0

        # The processor's time tells an endless loop from a busy machine; the clock is for what waits for ever.
        usual = sum(self.durations.get(test, 1.0) for test in order)
        status, said = _forked(act, max(self.plan.seconds, 5 * usual), processor_seconds=int(20 + 3 * usual))
        outcomes = {0: SURVIVED, 3: NOT_RUN, None: TIMED_OUT, -signal.SIGXCPU: ENDLESS}
        return outcomes.get(status, KILLED), said

    def _fails(self, item: pytest.Item) -> bool:
        reports = runtestprotocol(item, nextitem=_Between(self.session), log=False)
        return any(report.failed for report in reports)

    # --- the process the mutants are forked from -----------------------------------------------------------------------
    def _warm_up(self) -> None:
        """Make the test database and load what tests load, by running one of them; no connection may be shared."""
        for item in self.session.items:
            if item.get_closest_marker("django_db") and not _is_transactional(item):
                if self._fails(item):
                    raise pytest.UsageError(f"{item.nodeid} fails without a mutant")
                break
        if "django" in sys.modules:
            from django.db import connections

            for connection in connections.all(initialized_only=True):
                if connection.vendor != "sqlite":
                    connection.close()

    def _lines(self) -> Lines:
        """What is known from earlier runs over the same modules, and for each new or changed test by running it once.

        Only the test's own file is looked at: where a fixture elsewhere changed what tests execute, ask for `fresh`.
        """
        kept = _folder(self.plan) / f"lines-{self._fingerprint()}.json"
        if self.plan.fresh or not kept.exists():
            kept.write_text(json.dumps({}))
        known = json.loads(kept.read_text())
        texts = {path: _digest(path.read_bytes()) for path in {item.path for item in self.items.values()}}
        new = [
            name
            for name, item in self.items.items()
            if name not in known or known[name]["failed"] or known[name]["text"] != texts[item.path]
        ]
        if new:
            self._say(f"running {len(new)} tests to see which lines each executes")
            status, said = _forked(lambda _tell: self._trace(new, texts, known, kept), seconds=3 * 3600)
            if status != 0:
                raise pytest.UsageError(f"the run without a mutant came to nothing: {said or status}")
            known = json.loads(kept.read_text())
        tests: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
        for name in self.items:
            for module, lines in known[name]["lines"].items():
                for line in lines:
                    tests[module][line].append(name)
        durations = {name: known[name]["seconds"] for name in self.items}
        return Lines(tests, durations, [name for name in self.items if known[name]["failed"]])

    def _trace(self, names: list[str], texts: dict[Path, str], known: dict[str, Any], kept: Path) -> int:
        from coverage import Coverage

        files = {module: str(self.plan.root / module) for module in TARGETS}
        coverage = Coverage(include=list(files.values()), data_file=None, config_file=False)
        coverage.start()
        for number, name in enumerate(names, start=1):
            coverage.switch_context(name)
            started = time.perf_counter()
            failed = self._fails(self.items[name])
            seconds = round(time.perf_counter() - started, 3)
            known[name] = {"text": texts[self.items[name].path], "seconds": seconds, "failed": failed, "lines": {}}
            if number % 100 and number < len(names):
                continue
            # Written every now and then: who breaks off goes on from there.
            for module, file in files.items():
                for line, found in coverage.get_data().contexts_by_lineno(file).items():
                    for one in set(found) & set(names[number - 1 - (number - 1) % 100 : number]):
                        known[one]["lines"].setdefault(module, []).append(line)
            kept.write_text(json.dumps(known))
            self._say(f"{number} tests")
        coverage.stop()
        return 0

    def _fingerprint(self) -> str:
        """Of all modules that may be changed, and of the database."""
        sources = [(self.plan.root / module).read_bytes() for module in TARGETS]
        return _digest(b"".join([*sources, os.environ.get("DATABASE_URL", "").encode()]))

    # --- what is said --------------------------------------------------------------------------------------------------
    def _report(self) -> None:
        self._say(f"\n{self._what_was_drawn()}\n")
        self._say("| module | mutants | killed | survived | equivalent | not judged | killed % |")
        self._say("| --- | --- | --- | --- | --- | --- | --- |")
        for module in self.plan.modules:
            outcomes = Counter(outcome for mutant, outcome, _killer in self.results if mutant.module == module)
            killed = sum(outcomes[one] for one in NOTICED)
            survived = outcomes[SURVIVED] + outcomes[NOT_REACHED]
            share = f"{100 * killed / (killed + survived):.0f}" if killed + survived else ""
            not_judged = outcomes[NOT_RUN] + outcomes[TIMED_OUT]
            figures = (outcomes.total(), killed, survived, outcomes[EQUIVALENT], not_judged, share)
            self._say(f"| {module} | {' | '.join(str(figure) for figure in figures)} |")
        for mutant, outcome, _killer in self.results:
            if outcome not in (*NOTICED, EQUIVALENT):
                self._say(f"{outcome}: {mutant.module}:{mutant.lines[0]}  {mutant.key}")

    def _what_was_drawn(self) -> str:
        if self.plan.listed:
            return "all that equivalents.toml lists"
        if self.plan.locks:
            return "all locks and transactions"
        if self.plan.sample:
            return f"{self.plan.sample} mutants of each module, seed {self.plan.seed}"
        return "all mutants"

    def _say(self, line: str) -> None:
        sys.__stdout__.write(line + "\n")
        sys.__stdout__.flush()


class _Between:
    """Stands for the next test where the next one isn't known: everything but the session is taken down."""

    def __init__(self, session: pytest.Session) -> None:
        self.session = session

    def listchain(self) -> list[pytest.Session]:
        return [self.session]


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def _folder(plan: Plan) -> Path:
    folder = plan.root / "var" / "mutants"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _is_transactional(item: pytest.Item | None) -> bool:
    marker = item.get_closest_marker("django_db") if item is not None else None
    return bool(marker and marker.kwargs.get("transaction"))


def _forked(
    act: Callable[[Callable[[str], None]], int], seconds: float, processor_seconds: int | None = None
) -> tuple[int | None, str]:
    """Run `act` in a forked process; its exit code (None: killed after `seconds`), and the last it told."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        code = 2
        try:
            os.setpgid(0, 0)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            os.close(reading)
            if processor_seconds is not None:
                resource.setrlimit(resource.RLIMIT_CPU, (processor_seconds, resource.RLIM_INFINITY))
            with Path(os.devnull).open("w") as nowhere:
                os.dup2(nowhere.fileno(), 2)
                code = act(lambda text: os.write(writing, text.encode()) and None)
        except BaseException:  # noqa: BLE001 -- nothing may run on in the child
            os.write(writing, traceback.format_exc()[-2000:].encode())
        finally:
            os._exit(code)
    os.close(writing)
    end = time.monotonic() + seconds
    status = None
    try:
        while status is None and time.monotonic() < end:
            done, raw = os.waitpid(pid, os.WNOHANG)
            if done:
                status = os.waitstatus_to_exitcode(raw)
            else:
                time.sleep(0.01)
    finally:
        # What the tests started goes with them, also where somebody breaks off.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
    if status is None:
        os.waitpid(pid, 0)
    with os.fdopen(reading, "rb") as told:
        return status, told.read(4096).decode(errors="replace")


def patch(path: Path, function: str, module: CodeType) -> bool:
    """Let every function of this name that was made from the file at `path` run the new code."""
    new = _code_of(module, function)
    changed = False
    gc.unfreeze()  # what tests/conftest.py put out of the collector's sight is to be found too
    for found in gc.get_objects():
        if type(found) is not FunctionType or found.__code__.co_filename != str(path):
            continue
        if found.__code__.co_qualname == function and found.__code__.co_firstlineno == new.co_firstlineno:
            if found.__code__.co_freevars != new.co_freevars:
                return False
            found.__code__ = new
            changed = True
    return changed


def _code_of(code: CodeType, function: str) -> CodeType:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            if constant.co_qualname == function:
                return constant
            with suppress(LookupError):
                return _code_of(constant, function)
    raise LookupError(function)
