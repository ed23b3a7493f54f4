"""Trying out a file, and making one of them a baseline."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import Storage
from django.db import transaction

from competitions.leaderboards.standings import leaderboard_changed
from competitions.log.recording import record_in
from competitions.metrics.sandboxes import NoneReady
from competitions.models import Baseline, LogKind, Phase
from competitions.solution.services import active_solution
from scoring.errors import InvalidSubmission
from submissions.exceptions import NothingToScoreWith
from submissions.messages import kept
from submissions.models import Trial
from submissions.services import incoming
from submissions.services.admission import check_backlog, turns
from submissions.services.evaluation import evaluate
from submissions.trials import permissions as may
from submissions.trials.exceptions import (
    MOST_BASELINES,
    MOST_TRIALS,
    NAME_CHARACTERS,
    BaselineNameTaken,
    InvalidBaselineName,
    InvalidTrial,
    TooManyBaselines,
    TooManyTrials,
    TrialIsBaseline,
    TrialNotScored,
)
from submissions.trials.scoring import measure_wobble_of, put, score_trial

if TYPE_CHECKING:
    from accounts.models import User


def try_out(*, phase: Phase, file: File | IO[bytes], filename: str, by: User, at: datetime) -> Trial:
    """Check and score a file as a submission is, at any time, before the start too; it counts for nothing.

    It takes no slot and marks no version of the solution as used. A large one waits for the job queue.

    Raises:
        NotHost: `by` does not organise the competition.
        NothingToScoreWith: there is no solution.
        TooManyTrials: some have to be deleted first.
        FileTooLarge, Overloaded: nothing is kept.
        InvalidTrial: what is wrong with the file; nothing is kept.
    """
    may.try_out(by, phase.competition).require()
    if active_solution(phase) is None:
        raise NothingToScoreWith
    if phase.trials.count() >= MOST_TRIALS:
        raise TooManyTrials
    filename = incoming.clean_filename(filename)
    file = incoming.as_file(file, filename)
    check_backlog()
    trial = Trial(competition=phase.competition, phase=phase, user=by, created_at=at, filename=filename, size=file.size)
    with turns.turn() as granted:
        at_once = granted and file.size <= settings.INLINE_SCORING_BYTES
        if at_once:
            at_once = _score_trial(trial, incoming.content_of(file))
    file.seek(0)
    trial.file.save(filename, file, save=False)
    trial.save(force_insert=True)
    if not at_once:
        score_trial.enqueue(trial.pk)
    return trial


def _score_trial(trial: Trial, content: Any) -> bool:
    """Whether it could be scored at once."""
    try:
        with ThreadPoolExecutor(1) as background:
            put(evaluate(content, trial, trial.phase, background=background, at_once=True), trial)
    except InvalidSubmission as invalid:
        raise InvalidTrial(kept(invalid.problems)) from None
    except NoneReady:
        return False
    return True


def delete_trial(*, trial: Trial, by: User) -> None:
    """Forget a trial and its file.

    Raises:
        NotHost: `by` does not organise the competition.
        TrialIsBaseline: it stands on the leaderboard.
    """
    with transaction.atomic():
        phase = Phase.objects.lock(trial.phase)
        may.try_out(by, phase.competition).require()
        trial = Trial.objects.select_for_update().get(pk=trial.pk)
        if trial.baseline_id is not None:
            raise TrialIsBaseline
        files = [(one.storage, str(one.name)) for one in (trial.file, trial.aligned) if one.name]
        trial.delete()
        transaction.on_commit(lambda: _delete(files))


def _delete(files: list[tuple[Storage, str]]) -> None:
    for storage, name in files:
        storage.delete(name)


def set_baseline(*, trial: Trial, name: str, by: User, at: datetime) -> Baseline:
    """Let the trial stand on the leaderboards under a name, or give its line another one.

    Raises:
        NotHost: `by` does not organise the competition.
        TrialNotScored: it has no score by the solution that scores now.
        InvalidBaselineName, BaselineNameTaken, TooManyBaselines
    """
    name = _clean_name(name)
    with transaction.atomic():
        phase = Phase.objects.lock(trial.phase)
        may.try_out(by, phase.competition).require()
        trial = Trial.objects.select_for_update().get(pk=trial.pk)
        score = trial.public_score
        if trial.status != Trial.Status.SCORED or score is None or trial.solution != active_solution(phase):
            raise TrialNotScored
        others = phase.baselines.exclude(trial=trial)
        if others.filter(name=name).exists():
            raise BaselineNameTaken
        if trial.baseline_id is None and others.count() >= MOST_BASELINES:
            raise TooManyBaselines
        baseline = Baseline.objects.filter(trial=trial).first() or Baseline(
            competition=phase.competition, phase=phase, since=at
        )
        if baseline.name == name:
            return baseline
        baseline.name, baseline.public_score, baseline.public_key = name, score, phase.sort_key(score)
        baseline.save()
        trial.baseline = baseline
        trial.save(update_fields=["baseline"])
        record_in(phase, LogKind.BASELINE_SET, by=by, at=at, facts={"baseline": baseline.pk, "name": name})
        leaderboard_changed(competition_id=phase.competition_id)
        measure_wobble_of(trial, by=by, at=at)
    return baseline


def remove_baseline(*, trial: Trial, by: User, at: datetime) -> None:
    """Take the line off the leaderboards; the trial stays. Twice changes nothing.

    Raises:
        NotHost: `by` does not organise the competition.
    """
    with transaction.atomic():
        phase = Phase.objects.lock(trial.phase)
        may.try_out(by, phase.competition).require()
        baseline = Baseline.objects.filter(trial=trial.pk).first()
        if baseline is None:
            return
        facts = {"baseline": baseline.pk, "name": baseline.name}
        baseline.delete()
        record_in(phase, LogKind.BASELINE_REMOVED, by=by, at=at, facts=facts)
        leaderboard_changed(competition_id=phase.competition_id)


def _clean_name(name: Any) -> str:
    if not isinstance(name, str):
        raise InvalidBaselineName
    name = " ".join(name.split())
    if not name or len(name) > NAME_CHARACTERS or not name.isprintable():
        raise InvalidBaselineName
    return name
