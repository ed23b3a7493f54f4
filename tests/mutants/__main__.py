"""How strong the tests are: make small wrong changes, one at a time, and see which of them no test notices.

    python -m tests.mutants                              the modules of `targets.py`, 20 mutants of each
    python -m tests.mutants --sample 0 competitions/access.py    every mutant of one module
    python -m tests.mutants --only "removed: raise"      all with this text, to see whether a new test kills them
    python -m tests.mutants --listed                     those that equivalents.toml lists: a killed one does not belong there
    DATABASE_URL=postgres://… python -m tests.mutants --locks    locks and transactions instead, on PostgreSQL

Each mutant runs in a process of its own, forked from one in which Django, the database and the tests are loaded; it
runs the tests that execute the changed line, until one fails. Prints the score by module and every mutant that
survived. Not a part of CI: what it says depends on the sample, and it takes its time.
"""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

import pytest

from tests.mutants.running import Plan, Runner
from tests.mutants.targets import TARGETS

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("modules", nargs="*", help="paths of modules; default: all of tests/mutants/targets.py")
    parser.add_argument("--sample", type=int, default=20, help="mutants of each module, drawn at random; 0: all")
    parser.add_argument("--seed", type=int, default=20, help="of the draw")
    parser.add_argument("--seconds", type=float, default=180, help="least time limit of one mutant")
    parser.add_argument("--only", action="append", help="all mutants that hold this text, no sample; repeatable")
    parser.add_argument("--tests", nargs="+", help="only these tests; default: those that `targets.py` names")
    parser.add_argument("--listed", action="store_true", help="judge those that equivalents.toml lists, and no others")
    parser.add_argument("--locks", action="store_true", help="remove locks and transactions; needs PostgreSQL")
    parser.add_argument("--fresh", action="store_true", help="find out anew which tests execute which lines")
    options = parser.parse_args(arguments)
    modules = options.modules or list(TARGETS)
    if unknown := [module for module in modules if module not in TARGETS]:
        parser.error(f"not in tests/mutants/targets.py: {', '.join(unknown)}")
    plan = Plan(
        root=ROOT,
        modules=modules,
        sample=options.sample,
        seed=options.seed,
        only=options.only or [],
        seconds=options.seconds,
        locks=options.locks,
        listed=options.listed,
        fresh=options.fresh,
    )
    folders = options.tests or sorted({folder for module in modules for folder in TARGETS[module]})
    # Ended by an exception, it takes the processes it has forked with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    runner = Runner(plan)
    chosen = ["-m", "not e2e", "-p", "no:cacheprovider", "-p", "no:randomly", "-p", "no:xdist", "-q", "--no-header"]
    code = pytest.main([*chosen, *folders], plugins=[runner])
    return 0 if code in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED) else int(code)


if __name__ == "__main__":
    sys.exit(main())
