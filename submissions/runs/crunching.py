"""Handing submissions to the scoring core, in this process or in as many as there are cores."""

from __future__ import annotations

import atexit
import multiprocessing
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from pathlib import Path

from django.conf import settings
from django.core.files.storage import Storage

from competitions.models import Solution
from foundation.cores import cores
from foundation.faults import StorageUnavailable
from scoring.batches import Result, Scores, StoredSubmission, begin_process, score_batch
from scoring.containers import ReadLimits
from scoring.further import Further
from submissions.models import Submission, Trial

# Submissions that one call of the core scores: short, so that signs of life are frequent.
BATCH = 8
# Below so many rows in a run, starting processes costs more than they save.
ROWS_WORTH_PROCESSES = 20_000_000
BEAT_SECONDS = 5.0
# Files that are looked for before one that is missing counts as lost.
PROBES = 20

Beat = Callable[[], None]

_pool: ProcessPoolExecutor | None = None
_pool_lock = threading.Lock()


class Cruncher:
    """Scores submissions by one prepared solution: `start`, and then `Pending.scores`."""

    batch = BATCH

    def __init__(
        self, folder: Path, *, public: bool, private: bool, rows: int, further: Sequence[Further] = ()
    ) -> None:
        """`rows`: how many the whole run has to score, all submissions together; `further`: shown beside the score."""
        limits = ReadLimits(max_bytes=settings.MAX_UPLOAD_BYTES, max_decompressed_bytes=settings.MAX_DECOMPRESSED_BYTES)
        beside = [one.as_dict() for one in further]
        self.call = partial(score_batch, str(folder), public=public, private=private, limits=limits, further=beside)
        self.in_processes = process_count() > 1 and rows >= ROWS_WORTH_PROCESSES

    def start(self, submissions: Sequence[Submission]) -> Pending:
        return Pending(self, submissions)

    def begin(self, batch: Sequence[StoredSubmission]) -> Future[list[Scores]] | Callable[[], list[Scores]]:
        if self.in_processes:
            return _processes().submit(self.call, batch)
        return partial(self.call, batch)

    def settle(self) -> None:
        """What is left to do in the caller's thread once scores are there."""

    def close(self) -> None:
        """No more submissions will come."""


class Pending:
    """Submissions that are being scored."""

    def __init__(self, cruncher: Cruncher, submissions: Sequence[Submission]) -> None:
        self.cruncher = cruncher
        self.submissions = list(submissions)
        aligned = [stored(submission) for submission in self.submissions]
        size = cruncher.batch
        self.begun = [cruncher.begin(aligned[start : start + size]) for start in range(0, len(aligned), size)]

    def scores(self, beat: Beat) -> dict[int, Scores | None]:
        """By submission; None where its files are gone. `beat` is called every few seconds.

        The original is read where the aligned predictions do not fit the solution.
        """
        found: dict[int, Scores | None] = {one.key: one for one in self._collect(self.begun, beat)}
        stale = {key for key, one in found.items() if one is not None and one.result is Result.NEEDS_ORIGINAL}
        again = [submission for submission in self.submissions if submission.pk in stale]
        originals = [with_original(submission) for submission in again]
        found.update({submission.pk: None for submission in again})
        begun = [self.cruncher.begin([one]) for one in originals if one is not None]
        found.update({one.key: one for one in self._collect(begun, beat)})
        self.cruncher.settle()
        return found

    def _collect(self, begun: list[Future[list[Scores]] | Callable[[], list[Scores]]], beat: Beat) -> list[Scores]:
        results: list[Scores] = []
        try:
            for one in begun:
                if isinstance(one, Future):
                    while not wait([one], timeout=BEAT_SECONDS).done:
                        beat()
                    results += one.result()
                else:
                    results += one()
                beat()
        except BrokenProcessPool:
            _forget_processes()
            raise
        return results


# --- where the predictions are ----------------------------------------------------------------------------------------
def stored(submission: Submission | Trial) -> StoredSubmission:
    """With the aligned predictions only: a path where storage is a folder of this machine, else the bytes."""
    return StoredSubmission(submission.pk, aligned=_readable(submission.aligned.storage, submission.aligned.name))


def with_original(submission: Submission | Trial) -> StoredSubmission | None:
    """With the file as it was submitted; None if it is gone."""
    source = _readable(submission.file.storage, submission.file.name)
    return None if source is None else StoredSubmission(submission.pk, original=source, filename=submission.filename)


def require_storage(solution: Solution) -> None:
    """Whether files that are missing are lost, and not the whole storage away: a folder that is not mounted is empty.

    Raises:
        StorageUnavailable: not even the solution is there, nor any of the newest submissions.
    """
    rows = Submission.objects.filter(phase=solution.phase_id).exclude(aligned="").order_by("-pk")
    names = [str(solution.file.name), *rows.values_list("aligned", flat=True)[:PROBES]]
    if not any(solution.file.storage.exists(name) for name in names):
        raise StorageUnavailable


def _readable(storage: Storage, name: str | None) -> str | bytes | None:
    if not name:
        return None
    try:
        path = storage.path(name)
    except NotImplementedError:
        try:
            with storage.open(name) as file:
                return file.read()
        except FileNotFoundError:
            return None
    return path if Path(path).exists() else None


# --- processes --------------------------------------------------------------------------------------------------------
def process_count() -> int:
    """How many processes one worker scores with."""
    if settings.SCORING_PROCESSES > 0:
        return settings.SCORING_PROCESSES
    return cores()


def _processes() -> ProcessPoolExecutor:
    """Started once and kept: they hold the solution in memory. Clean ones: no forked connections or locks."""
    global _pool  # noqa: PLW0603
    with _pool_lock:
        if _pool is None:
            methods = multiprocessing.get_all_start_methods()
            context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
            _pool = ProcessPoolExecutor(process_count(), mp_context=context, initializer=begin_process)
            atexit.register(_forget_processes)
        return _pool


def _forget_processes() -> None:
    global _pool
    with _pool_lock:
        pool, _pool = _pool, None
    if pool is not None:
        pool.shutdown(wait=False, cancel_futures=True)
