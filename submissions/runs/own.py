"""Handing submissions to the organisers' own metric, many of them to each sandbox."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from django.conf import settings

from competitions.metrics.running import Part, Said, keep_failures, numbers_of, score_of, scores_by
from competitions.metrics.sandboxes import most_at_once
from competitions.models import Solution
from competitions.solution.services import prepared_solution
from scoring.batches import Result, Scores, StoredSubmission, read_stored
from scoring.containers import ReadLimits
from scoring.errors import InvalidSubmission
from scoring.reading import Predictions
from submissions.runs.crunching import Cruncher, process_count

# Submissions that share the imports of one sandbox.
BATCH = 50
# Those whose files share one: two copies of each are in its memory.
FILES_BATCH = 2
# What their predictions may come to together: a sandbox holds a copy, and so does this process.
BATCH_VALUES = 20_000_000


class OwnCruncher(Cruncher):
    """Scores submissions by a version of the solution with an own metric. Nothing of it runs in this process."""

    in_processes = False

    def __init__(self, solution: Solution, *, public: bool, private: bool) -> None:
        # Its metric too: the threads have no connection to the database of their own, and shall have none.
        self.solution, self.prepared, self.metric = solution, prepared_solution(solution), solution.own_metric
        self.parts: list[Part] = [*(["public"] if public else []), *(["private"] if private else [])]  # type: ignore[list-item]
        self.limits = ReadLimits(
            max_bytes=settings.MAX_UPLOAD_BYTES, max_decompressed_bytes=settings.MAX_DECOMPRESSED_BYTES
        )
        values = self.prepared.rows * len(self.prepared.layout.columns)
        self.batch = max(1, min(BATCH, BATCH_VALUES // max(1, values)))
        if self.prepared.layout.are_files:
            self.batch = FILES_BATCH
        self.threads = ThreadPoolExecutor(min(process_count(), most_at_once()), thread_name_prefix="own-metric")
        self._failures: list[tuple[int | None, Part, Said]] = []
        self._lock = threading.Lock()

    def begin(self, batch: Sequence[StoredSubmission]) -> Future[list[Scores]] | Callable[[], list[Scores]]:
        return self.threads.submit(self._scores, batch)

    def settle(self) -> None:
        """Keep what went wrong: threads have no connection to the database of their own."""
        with self._lock:
            failures, self._failures = self._failures, []
        keep_failures(self.solution, failures)

    def close(self) -> None:
        self.threads.shutdown(wait=False, cancel_futures=True)

    def _scores(self, batch: Sequence[StoredSubmission]) -> list[Scores]:
        found: dict[int, Scores] = {}
        readable: list[tuple[int, Predictions, bytes | None]] = []
        for one in batch:
            try:
                predictions, aligned = read_stored(self.prepared, one, self.limits)
            except InvalidSubmission as invalid:
                found[one.key] = Scores(one.key, Result.REFUSED, problems=invalid.problems)
                continue
            if predictions is None:
                found[one.key] = Scores(one.key, Result.NEEDS_ORIGINAL)
            else:
                readable.append((one.key, predictions, aligned))
        said = {part: self._said([one for _key, one, _aligned in readable], part) for part in self.parts}
        for place, (key, _predictions, aligned) in enumerate(readable):
            found[key] = self._told(key, aligned, {part: answers[place] for part, answers in said.items()})
        with self._lock:
            self._failures += [
                (key, part, said[part][place]) for part in self.parts for place, (key, _one, _) in enumerate(readable)
            ]
        return list(found.values())

    def _said(self, several: Sequence[Predictions], part: Part) -> list[Said]:
        return scores_by(self.solution, self.prepared, several, part) if several else []

    def _told(self, key: int, aligned: bytes | None, said: dict[Part, Said]) -> Scores:
        """As the scoring core does it: a private score may be undefined, a public one may not."""
        try:
            public = score_of(said["public"], "public") if "public" in said else None
        except InvalidSubmission as invalid:
            return Scores(key, Result.REFUSED, problems=invalid.problems)
        assert self.metric is not None
        further = {part: numbers_of(self.metric, one) for part, one in said.items()}
        return Scores(
            key,
            Result.SCORED,
            public=public,
            private=said["private"].score if "private" in said else None,
            aligned=aligned,
            public_further=further.get("public", {}),
            private_further=further.get("private", {}),
        )
