"""The predictions of stored submissions, one after the other."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from django.conf import settings

from competitions.models import Solution
from competitions.solution.services import prepared_solution
from scoring.containers import ReadLimits
from scoring.errors import InvalidSubmission, ScoringError
from scoring.reading import Predictions, read_predictions
from submissions.models import Submission, Trial
from submissions.runs.crunching import stored, with_original


class Reader:
    """Reads predictions in the row order of one version of the solution."""

    def __init__(self, solution: Solution) -> None:
        self.prepared = prepared_solution(solution)

    def read(self, submission: Submission | Trial) -> Predictions | None:
        """Memory-mapped where storage is a folder of this machine; None: the files are gone or do not fit.

        The file as it was submitted is read where the stored values belong to another layout of the solution.
        """
        aligned = stored(submission).aligned
        if aligned is not None:
            try:
                return Predictions.load(BytesIO(aligned) if isinstance(aligned, bytes) else aligned, self.prepared)
            except ScoringError:
                pass
        found = with_original(submission)
        if found is None or found.original is None:
            return None
        source = found.original if isinstance(found.original, bytes) else Path(found.original)
        limits = ReadLimits(max_bytes=settings.MAX_UPLOAD_BYTES, max_decompressed_bytes=settings.MAX_DECOMPRESSED_BYTES)
        try:
            return read_predictions(source, self.prepared, filename=found.filename, limits=limits)
        except InvalidSubmission:
            return None
