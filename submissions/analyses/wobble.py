"""How much the public score of a baseline wobbles: what a difference on the public leaderboard is worth."""

from __future__ import annotations

import math
from typing import Any

from django.db import transaction

from competitions.log.recording import record_in
from competitions.models import LogKind, Phase
from competitions.solution.services import active_solution
from scoring.resampling import Resampling
from submissions.analyses.reading import Reader
from submissions.analyses.starting import is_baseline
from submissions.analyses.working import Changed, Job, NoResult
from submissions.models import Analysis, Submission, Trial

RESAMPLES = 1000
# More would be more than the number of resamples gives, and more than anybody needs.
DIGITS = 2


def measure_wobble(job: Job) -> None:
    """The standard deviation of the baseline's public score when the public rows are drawn anew."""
    analysis = job.analysis
    submission: Submission | Trial | None = analysis.submission or analysis.trial
    if analysis.solution is None or submission is None or not is_baseline(submission):
        raise NoResult(Analysis.Error.NOTHING)
    if analysis.solution.own_metric_id is not None:
        raise NoResult(Analysis.Error.OWN_METRIC)
    reader = Reader(analysis.solution)
    predictions = reader.read(submission)
    if predictions is None:
        raise NoResult(Analysis.Error.NOTHING)
    resampling = Resampling(reader.prepared, "public", analysis.seed)
    deviation = resampling.deviation(predictions, range(RESAMPLES), job.beat)
    if not math.isfinite(deviation):
        raise NoResult(Analysis.Error.NOTHING)
    facts: dict[str, Any] = {"seed": analysis.seed, "resamples": RESAMPLES}
    if isinstance(submission, Trial):
        facts |= {"baseline": submission.baseline_id}
    else:
        facts |= {"submission": submission.pk}
    with transaction.atomic():
        phase = Phase.objects.lock(analysis.phase)
        if active_solution(phase) != analysis.solution:
            raise Changed
        job.complete({"deviation": shown_deviation(phase, deviation), **facts})
        record_in(phase, LogKind.NOISE, by=analysis.started_by, at=job.now(), facts={"of": "baseline", **facts})


def shown_deviation(phase: Phase, deviation: float) -> float:
    """Rounded to two digits, and to no more decimals than scores have: it is told while the competition runs."""
    return phase.shown_score(float(f"{deviation:.{DIGITS}g}"))


def known_wobble(phase: Phase) -> dict[str, Any] | None:
    """The newest that was measured with the solution that scores."""
    solution = active_solution(phase)
    if solution is None:
        return None
    complete = phase.analyses.filter(kind=Analysis.Kind.WOBBLE, status=Analysis.Status.COMPLETE)
    found = complete.filter(solution=solution).order_by("-pk").first()
    if found is None:
        return None
    return {"submission": None, "baseline": None, **(found.result or {}), "measured_at": found.finished_at}
