"""The one door to a score: by a built-in metric in this process, by an organiser's own in a sandbox.

Public and private rows are two calls in two sandboxes: what a call of the public rows is given holds no private one. A
participant is told what the metric says to them on purpose, and of anything else a neutral sentence; what went wrong is
kept for the organisers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from django.conf import settings
from django.utils import timezone

from competitions.columns import further_metrics
from competitions.metrics.sandboxes import sandboxes
from competitions.models import MetricFailure, OwnMetric, Solution
from sandbox import Answer, Reason
from scoring import InvalidSubmission, Predictions, PreparedSolution, Problem, private_score, public_score
from scoring.further import further_scores
from scoring.own import frames
from scoring.own.program import MOST_VALUES, NAME_AT_MOST, TEXT_AT_MOST, TRACEBACK_AT_MOST

Part = Literal["public", "private"]
# Failures kept of one competition: enough to see what is wrong.
KEPT = 100


@dataclass(frozen=True)
class Said:
    """What a metric said of one submission: a score, a refusal in its own words, or neither, and then why.

    `reason` names a limit or an exception; `error` and `traceback` are for organisers.
    """

    score: float | None = None
    refusal: str = ""
    reason: str = ""
    error: str = ""
    traceback: str = ""
    seconds: float = 0.0
    # All numbers that it gave, by name, where it gave several.
    values: Mapping[str, float | None] = field(default_factory=dict)

    @property
    def is_failure(self) -> bool:
        return self.score is None and not self.refusal


@dataclass(frozen=True)
class Scored:
    """A score, and the numbers shown beside it, by the keys of the competition's columns."""

    score: float
    numbers: Mapping[str, float | None] = field(default_factory=dict)


def score_by(
    solution: Solution,
    prepared: PreparedSolution,
    predictions: Predictions,
    part: Part,
    *,
    submission: int | None = None,
    at_once: bool = False,
) -> Scored:
    """The score of the public or the private rows, with its further numbers.

    Who may ask for the private one, and when, is for the caller.

    `at_once`: somebody waits for it. `submission`: whose it is, for what is kept of a failure.

    Raises:
        InvalidSubmission: there is none.
        NoneReady: it would have to be waited for.
        SandboxUnavailable: it can't be had at the moment.
    """
    if solution.own_metric is None:
        score = public_score(prepared, predictions) if part == "public" else private_score(prepared, predictions)
        beside = further_metrics(solution.phase)
        return Scored(score, further_scores(prepared, predictions, part, beside) if beside else {})
    metric = solution.own_metric
    request = {"source": metric.source, **_how(metric, prepared)}
    files = {
        "solution": frames.solution_frame(prepared, part),
        "submission": frames.submission_frame(prepared, predictions.columns, part),
    }
    ask = sandboxes.now if at_once else sandboxes.soon
    said = told(ask(request, files))
    keep_failures(solution, [(submission, part, said)])
    return Scored(score_of(said, part), numbers_of(metric, said))


def numbers_of(metric: OwnMetric, said: Said) -> dict[str, float | None]:
    """What an own metric said besides the score, as far as its organisers show it."""
    return {name: said.values.get(name) for name in metric.columns or []}


def scores_by(solution: Solution, prepared: PreparedSolution, several: Sequence[Predictions], part: Part) -> list[Said]:
    """What the own metric says of several submissions, in one sandbox where each has a process of its own.

    Whatever ends the sandbox ends it for all of them: then each is asked about by itself.

    Raises:
        SandboxUnavailable: it can't be had at the moment.
    """
    metric = solution.own_metric
    assert metric is not None
    request = {"source": metric.source, **_how(metric, prepared)}
    frame = frames.solution_frame(prepared, part)
    columns = [frames.submission_frame(prepared, one.columns, part) for one in several]
    seconds = settings.METRIC_SECONDS
    files = {"solution": frame, **{str(place): one for place, one in enumerate(columns)}}
    if len(several) > 1:
        many = {**request, "submissions": len(several), "seconds": seconds}
        answer = sandboxes.alone(many, files, seconds=seconds * len(several))
        found = answer.value
        if answer.outcome.reason is Reason.FINISHED and isinstance(found, list) and len(found) == len(several):
            return [read(one) for one in found]
    return [told(sandboxes.soon(request, {"solution": frame, "submission": one})) for one in columns]


def score_of(said: Said, part: Part) -> float:
    """Raises InvalidSubmission: the metric gave none. Of private rows nothing is told but that."""
    if said.score is not None:
        return said.score
    if said.refusal and part == "public":
        raise InvalidSubmission(Problem("metric_says", {"text": said.refusal}))
    raise InvalidSubmission(Problem("metric_failed"))


def _how(metric: OwnMetric, prepared: PreparedSolution) -> dict[str, Any]:
    return {
        "row_id": prepared.layout.id_column,
        "params": metric.params,
        "ranked": metric.ranked,
        "files": prepared.layout.are_files,
    }


# --- what came out of a sandbox: nothing of it is trusted to have any form --------------------------------------------
def told(answer: Answer) -> Said:
    """What one call gave."""
    outcome = answer.outcome
    if outcome.reason is not Reason.FINISHED:
        used = f"{outcome.reason.value}: {outcome.wall:.1f} s, at most {outcome.peak_memory >> 20} MiB\n"
        return Said(reason=outcome.reason.value, traceback=used + outcome.printed("stderr")[-2000:])
    if answer.error is not None:
        return Said(reason="exception", error=answer.error["type"][:100], traceback=_text(answer.error["traceback"]))
    return read(answer.value)


def read(value: Any) -> Said:
    """What the program in the sandbox wrote of one call."""
    if not isinstance(value, Mapping):
        return Said(reason=Reason.INVALID_OUTPUT.value)
    seconds = _number(value.get("seconds")) or 0.0
    if (score := _number(value.get("score"))) is not None:
        return Said(score=score, seconds=seconds, values=_values(value.get("values")))
    if isinstance(value.get("refusal"), str):
        text = "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in value["refusal"])
        return Said(refusal=text[:TEXT_AT_MOST].strip() or "–", seconds=seconds)
    failure = value.get("failure")
    if isinstance(failure, Mapping):
        kind = _text(failure.get("type"))[:100]
        reason = "timed_out" if kind == "TimeoutError" else "exception"
        return Said(reason=reason, error=kind, traceback=_text(failure.get("traceback")), seconds=seconds)
    return Said(reason=Reason.INVALID_OUTPUT.value)


def _values(value: Any) -> dict[str, float | None]:
    """Numbers by name, under names that every database takes and people can read."""
    if not isinstance(value, Mapping):
        return {}
    named = [(name, one) for name, one in value.items() if isinstance(name, str) and name.isprintable()]
    return {name[:NAME_AT_MOST]: _number(one) for name, one in named[:MOST_VALUES]}


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


def _text(value: Any) -> str:
    """Text that every database takes."""
    return (
        str(value or "")[-TRACEBACK_AT_MOST:]
        .replace("\0", "\N{REPLACEMENT CHARACTER}")
        .encode("utf-8", "replace")
        .decode("utf-8")
    )


# --- what organisers may read -----------------------------------------------------------------------------------------
def keep_failures(solution: Solution, said: Sequence[tuple[int | None, Part, Said]]) -> None:
    """Keep what went wrong, for the organisers; a refusal of private rows is one too, which nobody else hears of."""
    assert solution.own_metric_id is not None
    rows = [
        MetricFailure(
            competition_id=solution.competition_id,
            own_metric_id=solution.own_metric_id,
            submission=submission,
            is_private=part == "private",
            reason=one.reason or "refusal",
            error=one.error,
            traceback=one.traceback or one.refusal,
            at=timezone.now(),
        )
        for submission, part, one in said
        if one.is_failure or (one.refusal and part == "private")
    ][-KEPT:]
    if not rows:
        return
    MetricFailure.objects.bulk_create(rows)
    kept = MetricFailure.objects.filter(competition=solution.competition_id).order_by("-pk")
    if (oldest := kept.values_list("pk", flat=True)[KEPT : KEPT + 1].first()) is not None:
        MetricFailure.objects.filter(competition=solution.competition_id, pk__lte=oldest).delete()
