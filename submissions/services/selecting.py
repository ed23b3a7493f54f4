"""Selecting submissions for the final ranking, and what a team writes beside them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from competitions import permissions as can
from competitions.ending import judge_as_received
from competitions.exceptions import CompetitionEnded, TeamNotActive
from competitions.models import Team
from submissions.exceptions import LateNotSelectable, NotScored, SubmissionVoid, TooManySelected
from submissions.models import Submission
from submissions.runs.selecting import is_scored_privately
from submissions.services import incoming
from submissions.services.experiments import clean_experiment

if TYPE_CHECKING:
    from accounts.models import User

KEEP: Any = object()


def select(*, submission: Submission, selected: bool, by: User, at: datetime) -> Submission:
    """Mark a submission for the final ranking, or take the mark back. Doing it twice changes nothing.

    Raises:
        NotTeamMember: `by` is not in the submission's team.
        CompetitionEnded: selection closes with the competition; the last moment is the one before the end.
        LateNotSelectable, NotScored, SubmissionVoid: it can't count.
        TooManySelected: the team already uses all its selections.
    """
    seen = submission.phase
    with transaction.atomic():
        team = Team.objects.lock(Submission.objects.values_list("team", flat=True).get(pk=submission.pk))
        can.see_team_internals(by, team).require()
        phase = team.competition.phase_of(seen.pk)
        judge_as_received(phase, seen=seen)
        submission = Submission.objects.for_display().get(pk=submission.pk)
        if not team.is_active:
            raise TeamNotActive
        # Known to be over by now, also to a request of the last moment that had to wait for the lock.
        if phase.has_ended(at) or is_scored_privately(phase):
            raise CompetitionEnded
        if selected:
            _check_selectable(submission, team)
        if submission.is_selected != selected:
            submission.is_selected = selected
            submission.save(update_fields=["is_selected"])
    return submission


def _check_selectable(submission: Submission, team: Team) -> None:
    if submission.is_late:
        raise LateNotSelectable
    if submission.status != Submission.Status.SCORED:
        raise NotScored
    if submission.is_void:
        raise SubmissionVoid
    limit = submission.phase.selectable_submissions
    others = team.submissions.filter(phase=submission.phase_id).exclude(pk=submission.pk)
    if others.selected().count() >= limit:
        raise TooManySelected(limit=limit)


def describe(
    *,
    submission: Submission,
    memo: Any = KEEP,
    cv_score: Any = KEEP,
    experiment: Any = KEEP,
    shares_experiment: Any = KEEP,
) -> Submission:
    """Write what the team says of its submission anew; at any time, the end included. The caller has asked who may.

    `shares_experiment`: whether everybody who sees the leaderboard may read the experiment; nothing else of the
    submission.

    Raises:
        InvalidMemo, InvalidCvScore: what can't be kept.
        InvalidExperiment, and the other refusals of `clean_experiment`: an experiment that can't be kept.
    """
    fields = []
    if memo is not KEEP:
        submission.memo = incoming.clean_memo(memo)
        fields.append("memo")
    if cv_score is not KEEP:
        submission.cv_score = incoming.clean_cv_score(cv_score)
        fields.append("cv_score")
    if experiment is not KEEP:
        submission.experiment = clean_experiment(experiment)
        fields.append("experiment")
    if shares_experiment is not KEEP:
        submission.shares_experiment = bool(shares_experiment)
        fields.append("shares_experiment")
    if fields:
        submission.save(update_fields=fields)
    return submission
