"""Trying a metric out before it scores, by a job: on submissions made of the solution, and on the sample submission.

On the public rows alone: what the sample scores on private rows is a private score. Of those nothing is told but
whether the metric gives the solution's own values a score at all.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from competitions import permissions as can
from competitions.columns import shown_numbers
from competitions.exceptions import MetricIsBeingTried, NoSolution, SolutionRefused
from competitions.metrics.running import Said, read, told
from competitions.metrics.sandboxes import SandboxUnavailable, sandboxes, versions
from competitions.metrics.services import columns_found
from competitions.models import OwnMetric, Phase, Solution
from competitions.solution.services import active_solution, is_in_use, prepared_for, prepared_solution
from foundation.faults import passing_fault
from scoring import InvalidSubmission, Predictions, PreparedSolution, ReadLimits, read_predictions
from scoring.metrics.registry import Direction
from scoring.own import frames
from scoring.own.program import CASES, verdict

if TYPE_CHECKING:
    from accounts.models import User

logger = logging.getLogger(__name__)

# One that is pending for longer lost its job.
LOST_AFTER = timedelta(minutes=10)


# What forbids to use a metric, by code; and what the cases are called, for people.
REASONS = {
    "perfect_has_no_score": _("The solution's own values get no score."),
    "sample_has_no_score": _("The sample submission gets no score."),
    "nothing_to_try": _(
        "There is nothing to try it with: the solution has not all columns of a submission, and there is no sample "
        "submission that can be read."
    ),
    "not_deterministic": _("Twice the same submission got two scores."),
    "perfect_is_worse": _("The solution's own values score worse than the sample submission: is the direction right?"),
    "private_rows_have_no_score": _("The private rows of the solution get no score with their own values."),
    "sample_refused": _("The sample submission can't be read as a submission."),
    "solution_refused": _("The metric can't be given this solution."),
    "no_solution": _("The version of the solution is gone."),
    "metric_sandbox_unavailable": _("No sandbox could be made on this machine: see the log of the server."),
    "broken": _("A fault on our side: try again."),
}
CASE_NAMES = {
    "perfect": _("the solution's own values"),
    "perfect_again": _("the same again"),
    "shuffled": _("those in other rows"),
    "reordered": _("the sample submission, or else the same, rows in another order"),
    "constant": _("one value everywhere"),
    "blanks": _("no values"),
    "sample": _("the sample submission"),
    "sample_again": _("the sample submission again"),
}


def start_trial(*, metric: OwnMetric, by: User, at: datetime) -> OwnMetric:
    """Have a version tried out with the solution that scores now, in the background.

    Of the private rows it is only asked, and only where `by` uploaded the solution, whether they have a score.

    Raises:
        NotHost: `by` does not organise the competition.
        NoSolution: there is nothing to try it with.
        MetricIsBeingTried
    """
    can.edit(by, metric.competition).require()
    solution = active_solution(metric.phase)
    if solution is None:
        raise NoSolution
    with transaction.atomic():
        metric = OwnMetric.objects.select_for_update().get(pk=metric.pk)
        if metric.trial_status == OwnMetric.Trial.PENDING:
            raise MetricIsBeingTried
        metric.trial_status, metric.trial, metric.tried_at = OwnMetric.Trial.PENDING, None, at
        metric.tried_with, metric.tried_by = solution.pk, by
        metric.save(update_fields=["trial_status", "trial", "tried_at", "tried_with", "tried_by"])
        transaction.on_commit(lambda: try_metric.enqueue(metric.pk), robust=True)
    return metric


@task(queue_name="scoring")
def try_metric(metric_id: int) -> None:
    """Try a version out with the solution that it was to be tried with."""
    try_out(metric_id, timezone.now())


def catch_up_with_trials_of_metrics(at: datetime) -> int:
    """Hand out again what lost its job; returns how many."""
    lost = OwnMetric.objects.filter(trial_status=OwnMetric.Trial.PENDING).filter(
        Q(tried_at__isnull=True) | Q(tried_at__lt=at - LOST_AFTER)
    )
    keys = list(lost.values_list("pk", flat=True))
    OwnMetric.objects.filter(pk__in=keys).update(tried_at=at)
    for key in keys:
        try_metric.enqueue(key)
    return len(keys)


def try_out(metric_id: int, at: datetime) -> OwnMetric | None:
    """Try a pending version out, and keep what came of it; safe to run twice."""
    metric = (
        OwnMetric.objects.select_related("competition", "phase").filter(pk=metric_id, trial_status="pending").first()
    )
    if metric is None:
        return None
    solution = metric.phase.solutions.filter(pk=metric.tried_with or 0).first()
    status: str = OwnMetric.Trial.BROKEN
    found: dict[str, Any] = {"why": ["no_solution"]}
    if solution is not None:
        try:
            found = findings(metric, solution, tell=partial(_note_step, metric))
            status = OwnMetric.Trial.FAILED if found["why"] else OwnMetric.Trial.PASSED
        except SolutionRefused as refused:
            found = {"why": ["solution_refused"], "problems": refused.problems}
        except SandboxUnavailable:
            found = {"why": [SandboxUnavailable.code]}
        except Exception as exc:
            if passing_fault(exc) is not None:
                raise
            logger.exception("metric.not_tried", extra={"own_metric": metric_id})
            found = {"why": ["broken"]}
    more = {"columns": _columns(metric, found)} if status == OwnMetric.Trial.PASSED and metric.columns is None else {}
    OwnMetric.objects.filter(pk=metric_id, trial_status="pending", tried_with=metric.tried_with).update(
        trial_status=status, trial={**found, "libraries": versions()}, tried_at=at, **more
    )
    return OwnMetric.objects.get(pk=metric_id)


def _note_step(metric: OwnMetric, step: str) -> None:
    """Write on the row which step a trial has come to, for the page that shows it."""
    rows = OwnMetric.objects.filter(pk=metric.pk, trial_status="pending", tried_with=metric.tried_with)
    rows.update(trial={"why": [], "step": step})


def _columns(metric: OwnMetric, found: Mapping[str, Any]) -> list[str] | None:
    """Which of the numbers that a trial found are shown beside the score; None: it scores already, without them."""
    if metric.is_active and is_in_use(metric.phase):
        return None
    values: list[Any] = next((one["values"] for one in found["cases"] if one["values"]), [])
    return columns_found(metric, dict(values))


def findings(metric: OwnMetric, solution: Solution, *, tell: Callable[[str], None]) -> dict[str, Any]:
    """What came of each case on the public rows, and codes of what forbids to use the metric. `tell`: what comes next.

    Raises:
        SolutionRefused: the metric can't be given this solution.
        SandboxUnavailable: it can't be tried at the moment.
    """
    is_same = solution.own_metric is not None and solution.own_metric.takes_files == metric.takes_files
    prepared = prepared_solution(solution) if is_same else prepared_for(solution, metric)
    sample, problems = _sample(metric.phase, prepared)
    request: dict[str, Any] = {
        "source": metric.source,
        "row_id": prepared.layout.id_column,
        "params": metric.params,
        "ranked": metric.ranked,
        "files": prepared.layout.are_files,
        "columns": list(prepared.layout.columns),
        "seconds": settings.METRIC_SECONDS,
    }
    once = {**request, "cases": [name for name in CASES if not name.endswith("_again")]}
    again = {**request, "cases": ["perfect", "sample"]}
    tell("cases")
    results = _results(once, prepared, sample, "public")
    tell("again")
    # In another sandbox: what a metric makes of the moment, or of chance, shows between two of them.
    results |= {f"{name}_again": one for name, one in _results(again, prepared, sample, "public").items()}
    raw = {name: _as_raw(one) for name, one in results.items()}
    larger = Direction(metric.direction) is Direction.LARGER_IS_BETTER
    why = verdict(raw, larger_is_better=larger)
    if _has_the_answers(metric, solution):
        tell("private")
        private = _results({**request, "cases": ["perfect"]}, prepared, None, "private").get("perfect")
        if private is not None and private.score is None:
            why.append("private_rows_have_no_score")
    if problems:
        why.append("sample_refused")
    return {
        "why": why,
        "cases": [{"name": name, **_shown(results[name], metric.phase)} for name in CASES if name in results],
        "sample_problems": problems,
        "has_sample": sample is not None,
    }


def _has_the_answers(metric: OwnMetric, solution: Solution) -> bool:
    """Whether the trial was asked for by whoever uploaded the solution, and wrote the metric too.

    A metric could be written to fail by what a private row says: one answer for each version of it. Another organiser,
    who never had the file, is not told even that; neither of a metric they gave to whoever has it, and which is tried
    out anew with each version of the solution.
    """
    uploader = solution.uploaded_by_id
    return uploader is not None and uploader == metric.tried_by_id == metric.created_by_id


def _results(
    request: Mapping[str, Any], prepared: PreparedSolution, sample: Predictions | None, part: Any
) -> dict[str, Said]:
    files = {"solution": frames.solution_frame(prepared, part)}
    if sample is not None:
        files["sample"] = frames.submission_frame(prepared, sample.columns, part)
    answer = sandboxes.alone(request, files, seconds=len(request["cases"]) * settings.METRIC_SECONDS)
    if isinstance(answer.value, Mapping):
        return {str(name): read(one) for name, one in answer.value.items() if name in request["cases"]}
    # It took the whole sandbox with it.
    said = told(answer)
    return {name: said for name in request["cases"] if name != "sample" or sample is not None}


def _as_raw(said: Said) -> dict[str, Any]:
    if said.score is not None:
        return {"score": said.score, "values": dict(said.values)}
    return {"refusal": said.refusal} if said.refusal else {"failure": said.error}


def _shown(said: Said, phase: Phase) -> dict[str, Any]:
    """One case for organisers: public rows alone, with no more digits than scores have."""
    return {
        "score": None if said.score is None else phase.shown_score(said.score),
        # Lists, because names are anybody's to choose.
        "values": [list(one) for one in shown_numbers(phase, said.values).items()],
        "refusal": said.refusal,
        "error": said.error or said.reason,
        "traceback": said.traceback,
        "seconds": round(said.seconds, 3),
    }


def _sample(phase: Phase, prepared: PreparedSolution) -> tuple[Predictions | None, list[dict[str, Any]]]:
    """The sample submission for the phase, read as a submission is; and what is wrong with it."""
    file = phase.competition.data_files.sample_submission_of(phase)
    if file is None or not file.file.storage.exists(str(file.file.name)):
        return None, []
    limits = ReadLimits(max_bytes=settings.MAX_UPLOAD_BYTES, max_decompressed_bytes=settings.MAX_DECOMPRESSED_BYTES)
    try:
        with file.file.storage.open(str(file.file.name)) as stored:
            return read_predictions(stored, prepared, filename=file.name, limits=limits), []
    except InvalidSubmission as invalid:
        return None, [{**problem.as_dict(), "detail": problem.text()} for problem in invalid.problems]
