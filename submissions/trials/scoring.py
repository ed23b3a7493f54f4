"""Scores of trials and baselines: the public one at once, a baseline's private one once the result is confirmed."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django_tasks import task

from competitions.leaderboards.standings import leaderboard_changed
from competitions.metrics.running import score_by
from competitions.models import Baseline, Phase, Solution
from competitions.solution.services import active_solution, prepared_solution
from foundation.faults import passing_fault
from scoring.errors import InvalidSubmission
from scoring.reading import Predictions
from submissions.analyses.exceptions import AnalysisActive
from submissions.analyses.starting import start_wobble
from submissions.analyses.wobble import known_wobble
from submissions.messages import kept
from submissions.models import Trial
from submissions.services import incoming
from submissions.services.evaluation import Evaluation, evaluate

if TYPE_CHECKING:
    from accounts.models import User

logger = logging.getLogger(__name__)

# A file that kills the process which reads it is given up.
ATTEMPTS = 3


def score_stored_trial(pk: int) -> Trial | None:
    """Score a trial from its stored file by the solution that scores now; safe to run twice. None: it is gone."""
    trial = Trial.objects.select_related("competition", "phase__competition").filter(pk=pk).first()
    if trial is None:
        return None
    Trial.objects.filter(pk=pk).update(attempts=F("attempts") + 1)
    fields = ["status", "problems", "public_score", "solution", "aligned", "attempts"]
    former = str(trial.aligned.name or "")
    try:
        with trial.file.storage.open(str(trial.file.name)) as stored, ThreadPoolExecutor(1) as background:
            found = evaluate(incoming.content_of(stored), trial, trial.phase, background=background)
    except InvalidSubmission as invalid:
        trial.status, trial.problems, trial.public_score = Trial.Status.REFUSED, kept(invalid.problems), None
        trial.solution = active_solution(trial.phase)
    except Exception as exc:
        if passing_fault(exc) is not None:
            Trial.objects.filter(pk=pk).update(attempts=0)  # it did not kill anybody
            raise
        logger.exception("trial.failed", extra={"trial": pk})
        trial.status, trial.public_score = Trial.Status.FAILED, None
    else:
        put(found, trial)
    trial.attempts = 0
    with transaction.atomic():
        phase = Phase.objects.lock(trial.phase)
        # Replaced meanwhile: the job of the new version comes after this one.
        outdated = trial.status == Trial.Status.SCORED and trial.solution != active_solution(phase)
        is_kept = not outdated and Trial.objects.filter(pk=pk).exists()
        if is_kept:
            trial.save(update_fields=fields)
            _show(trial, phase)
    useless = former if is_kept else str(trial.aligned.name or "")
    if useless and former != trial.aligned.name:
        trial.aligned.storage.delete(useless)
    return trial if is_kept else None


def put(found: Evaluation, trial: Trial) -> None:
    """Write the result on the row, without saving it, with no more digits than everybody is shown."""
    trial.status, trial.problems = Trial.Status.SCORED, []
    trial.public_score = trial.phase.shown_score(found.public.score)
    trial.solution, trial.aligned.name = found.solution, found.aligned


def _show(trial: Trial, phase: Phase) -> None:
    """Give the baseline that was made of the trial the trial's present score."""
    baseline = Baseline.objects.filter(trial=trial).first()
    if baseline is None:
        return
    baseline.public_score = trial.public_score
    baseline.public_key = None if trial.public_score is None else phase.sort_key(trial.public_score)
    baseline.save(update_fields=["public_score", "public_key"])
    leaderboard_changed(competition_id=phase.competition_id)


def score_baselines_of(phase_id: int, at: datetime) -> None:
    """Score the baselines by the solution that scores now; on the private side too, but after the confirmation only."""
    for trial in Trial.objects.filter(phase=phase_id, baseline__isnull=False).select_related("solution"):
        phase = Phase.objects.get(pk=phase_id)
        solution = active_solution(phase)
        if solution is None:
            return
        scored: Trial | None = trial
        if trial.solution_id != solution.pk or trial.baseline is None or trial.baseline.public_key is None:
            scored = score_stored_trial(trial.pk)
        if scored is None or scored.status != Trial.Status.SCORED:
            continue
        measure_wobble_of(scored, by=None, at=at)
        if phase.is_confirmed(at):
            _score_privately(scored, solution, at)


def measure_wobble_of(trial: Trial, *, by: User | None, at: datetime) -> None:
    """Start to measure how much the trial's public score wobbles, unless that is known or being measured."""
    if known_wobble(trial.phase) is None:
        with suppress(AnalysisActive):
            start_wobble(submission=trial, by=by, at=at)


def _score_privately(trial: Trial, solution: Solution, at: datetime) -> None:
    prepared = prepared_solution(solution)
    try:
        with trial.aligned.storage.open(str(trial.aligned.name)) as stored:
            predictions = Predictions.load(stored, prepared)
        score = score_by(solution, prepared, predictions, "private").score
    except InvalidSubmission:  # undefined on the private rows alone
        return
    with transaction.atomic():
        phase = Phase.objects.lock(trial.phase)
        # Asked again under the lock that taking the confirmation back needs: what was open may be closed by now.
        if not phase.is_confirmed(at) or active_solution(phase) != solution:
            return
        shown = phase.shown_score(score)
        Baseline.objects.filter(trial=trial).update(private_score=shown, private_key=phase.sort_key(shown))
        leaderboard_changed(competition_id=phase.competition_id)


def forget_private_side(phase: Phase) -> None:
    """Delete the private scores of baselines, because the private leaderboard was closed again."""
    phase.baselines.update(private_score=None, private_key=None)


def forget_scores(phase: Phase) -> None:
    """Delete the scores of baselines, because another version of the solution scores now."""
    phase.baselines.update(public_score=None, public_key=None, private_score=None, private_key=None)
    leaderboard_changed(competition_id=phase.competition_id)


def catch_up_with_trials(at: datetime) -> int:
    """Score what lost its job: trials that are pending, and baselines without a score. Returns how many trials."""
    waiting = Trial.objects.filter(status=Trial.Status.PENDING, attempts__lt=ATTEMPTS).values_list("pk", flat=True)
    done = sum(score_stored_trial(pk) is not None for pk in list(waiting))
    Trial.objects.filter(status=Trial.Status.PENDING, attempts__gte=ATTEMPTS).update(status=Trial.Status.FAILED)
    unscored = Baseline.objects.filter(public_key__isnull=True) | Baseline.objects.filter(
        private_key__isnull=True,
        phase__confirmed_at__isnull=False,
        phase__ends_at__lte=at,
    )
    ready = unscored.filter(trial__status=Trial.Status.SCORED)
    for phase_id in set(ready.values_list("phase", flat=True)):
        score_baselines_of(phase_id, at)
    return done


@task(queue_name="scoring")
def score_trial(trial_id: int) -> None:
    """Score a trial whose file was too large to be scored while its sender waited."""
    score_stored_trial(trial_id)


@task(queue_name="scoring")
def score_baselines(phase_id: int) -> None:
    """Score the baselines of a phase anew, after another version of the solution or the confirmation."""
    score_baselines_of(phase_id, timezone.now())
