"""What the suite promises of itself, in every process that runs a part of it."""

from __future__ import annotations

import gc
from pathlib import Path

from _pytest import timing
from freezegun import freeze_time

from tests.conftest import LONGEST, ROOT
from tests.factories import NOON
from tests.mutants import targets
from tests.mutants.mutations import mutants_of, mutate
from tests.mutants.running import patch


def test_a_frozen_clock_does_not_freeze_the_measurement_of_tests():
    with freeze_time(NOON):
        start = timing.Instant()
        assert sum(range(10_000)) > 0
        assert 0 < start.elapsed().seconds < 60


def test_the_files_that_are_run_first_are_there():
    assert [name for name in LONGEST if not (ROOT / name).is_file()] == []


def test_a_mutant_takes_the_place_of_a_function_that_was_loaded_long_ago():
    """Though the garbage collector has been told to forget it (`pytest_collection_finish`)."""
    path = Path(targets.__file__)
    source = path.read_text()
    mutant = next(one for one in mutants_of(source, "targets") if (one.function, one.kind) == ("_in", "return"))
    right = targets._in.__code__
    try:
        assert patch(path, "_in", compile(mutate(source, mutant), str(path), "exec"))
        assert targets._in("room", "subject") is None
    finally:
        targets._in.__code__ = right
        gc.freeze()
