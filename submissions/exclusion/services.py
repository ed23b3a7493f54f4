"""Disqualifying and reinstating teams, voiding and restoring submissions, and the team's answer.

Each act holds the rows of all teams, for ranks of all may move, and then the competition's. Submissions, merges and the
planning and completing of runs hold some of them too: whatever is under way comes wholly before an act or wholly after.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from competitions.exceptions import TeamNotActive
from competitions.leaderboards.standings import leave_ranking, lock_teams, rebuild_standings, return_to_ranking
from competitions.log.recording import clean_reason, record
from competitions.models import LogKind, Phase, Team
from competitions.teams.members import cancel_requests
from submissions import signals
from submissions.derivation import private_standings, public_standings
from submissions.exclusion import permissions as may
from submissions.exclusion.exceptions import (
    AlreadyAnswered,
    AlreadyExcluded,
    AlreadyLifted,
    InvalidAnswer,
    NothingToVoid,
)
from submissions.models import ANSWER_CHARACTERS, Exclusion, Submission
from submissions.runs.selecting import has_private_result

if TYPE_CHECKING:
    from accounts.models import User


def disqualify(*, team: Team, reason: str, is_reason_public: bool = True, by: User, at: datetime) -> Exclusion:
    """Take the team out of the ranking: it is shown last, marked; those behind it close up.

    Its submissions stay as they are. It can't submit, grow or merge meanwhile. A team that everybody left can be
    disqualified too, for they may come back to it.

    Raises:
        NotHost: `by` does not organise the competition.
        ReasonMissing, InvalidReason: the team is told why in any case.
        TeamNotActive: it went into another team.
        AlreadyExcluded: it is disqualified.
    """
    reason = clean_reason(reason, required=True)
    with transaction.atomic():
        lock_teams(team.competition)
        team = Team.objects.lock(team.pk)
        may.exclude(by, team.competition).require()
        if team.merged_at is not None:
            raise TeamNotActive
        if team.is_disqualified:
            raise AlreadyExcluded
        team.disqualified_at = at
        team.save(update_fields=["disqualified_at"])
        leave_ranking(teams=[team])
        cancel_requests(team, at)
        exclusion = Exclusion.objects.create(
            competition=team.competition, team=team, reason=reason, is_reason_public=is_reason_public, by=by, at=at
        )
        _record(exclusion, LogKind.DISQUALIFIED, by, at)
    return exclusion


def void(*, submission: Submission, reason: str, is_reason_public: bool = True, by: User, at: datetime) -> Exclusion:
    """Take one submission out of the ranking: the team stands by its others. The slot it used stays used.

    One that is still being scored gets its score and moves nothing. A selected one is selected no more; the team may
    select another one until the end.

    Raises:
        NotHost: `by` does not organise the competition.
        ReasonMissing, InvalidReason: the team is told why in any case.
        NothingToVoid: it was refused or failed.
        AlreadyExcluded: it is void.
    """
    reason = clean_reason(reason, required=True)
    with transaction.atomic():
        lock_teams(submission.competition)
        team, submission = _as_they_are(submission.pk)
        may.exclude(by, team.competition).require()
        if submission.is_void:
            raise AlreadyExcluded
        if submission.status != Submission.Status.PENDING and submission.scored_at is None:
            raise NothingToVoid
        was_selected = submission.is_selected
        submission.voided_at, submission.is_selected = at, False
        submission.save(update_fields=["voided_at", "is_selected"])
        _derive_anew(team, submission.phase)
        exclusion = Exclusion.objects.create(
            competition=team.competition,
            team=team,
            submission=submission,
            reason=reason,
            is_reason_public=is_reason_public,
            was_selected=was_selected,
            by=by,
            at=at,
        )
        _record(exclusion, LogKind.VOIDED, by, at)
    return exclusion


def lift(*, exclusion: Exclusion, reason: str, by: User, at: datetime) -> Exclusion:
    """Take an exclusion back: the team is reinstated, or the submission restored. The reason is public.

    Raises:
        NotHost: `by` does not organise the competition.
        ReasonMissing, InvalidReason: it is told why.
        AlreadyLifted: somebody did so before.
    """
    reason = clean_reason(reason, required=True)
    with transaction.atomic():
        lock_teams(exclusion.competition)
        if exclusion.submission_id is None:
            team, submission = Team.objects.lock(exclusion.team_id), None
        else:
            team, submission = _as_they_are(exclusion.submission_id)
        may.exclude(by, team.competition).require()
        exclusion = Exclusion.objects.select_for_update().get(pk=exclusion.pk)
        if exclusion.is_lifted:
            raise AlreadyLifted
        exclusion.team, exclusion.competition = team, team.competition
        exclusion.lifted_at, exclusion.lifted_by, exclusion.lifting_reason = at, by, reason
        exclusion.save(update_fields=["lifted_at", "lifted_by", "lifting_reason"])
        if submission is None:
            team.disqualified_at = None
            team.save(update_fields=["disqualified_at"])
            return_to_ranking(team=team)
            _record(exclusion, LogKind.REINSTATED, by, at)
        else:
            submission.voided_at = None
            submission.is_selected = exclusion.was_selected and _has_room_for_one_more(team, submission.phase)
            submission.save(update_fields=["voided_at", "is_selected"])
            _derive_anew(team, submission.phase)
            _record(exclusion, LogKind.RESTORED, by, at)
    return exclusion


def answer(*, exclusion: Exclusion, text: Any, by: User, at: datetime) -> Exclusion:
    """Keep what the team says, once, for the organisers.

    Raises:
        NotExcludedTeam: `by` is not in the team.
        InvalidAnswer: no text, or too long.
        AlreadyLifted, AlreadyAnswered: there is nothing to answer any more.
    """
    text = _clean_answer(text)
    with transaction.atomic():
        exclusion = Exclusion.objects.select_for_update(of=("self",)).select_related("team").get(pk=exclusion.pk)
        may.answer(by, exclusion).require()
        if exclusion.is_lifted:
            raise AlreadyLifted
        if exclusion.answered_at is not None:
            raise AlreadyAnswered
        exclusion.answer, exclusion.answered_by, exclusion.answered_at = text, by, at
        exclusion.save(update_fields=["answer", "answered_by", "answered_at"])
    transaction.on_commit(lambda: signals.exclusion_answered.send_robust(Exclusion, exclusion=exclusion, by=by, at=at))
    return exclusion


def _clean_answer(text: Any) -> str:
    if not isinstance(text, str):
        raise InvalidAnswer
    text = text.strip()
    harmful = "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text)
    if not text or len(text) > ANSWER_CHARACTERS or harmful:
        raise InvalidAnswer
    return text


def _as_they_are(pk: int) -> tuple[Team, Submission]:
    """The submission and its team, now that no merge can take it to another one."""
    submission = Submission.objects.get(pk=pk)
    submission.team = team = Team.objects.lock(submission.team_id)
    submission.competition, submission.phase = team.competition, team.competition.phase_of(submission.phase_id)
    return team, submission


def _derive_anew(team: Team, phase: Phase) -> None:
    """Let the team stand by the submissions that count now; on the private side too, once there is one."""
    rebuild_standings(phase=phase, rows=public_standings(phase, [team.pk]), teams=[team.pk])
    if has_private_result(phase):
        rebuild_standings(phase=phase, rows=private_standings(phase, [team.pk]), teams=[team.pk])


def _has_room_for_one_more(team: Team, phase: Phase) -> bool:
    return team.submissions.filter(phase=phase).selected().count() < phase.selectable_submissions


def _record(exclusion: Exclusion, kind: LogKind, by: User, at: datetime) -> None:
    """Tell the log, and the team. No name: who is called after somebody must be able to forget it; no score."""
    lifted = exclusion.is_lifted
    facts: dict[str, Any] = {"exclusion": exclusion.pk, "team": exclusion.team_id}
    if exclusion.submission_id is not None:
        facts["submission"] = exclusion.submission_id
    if not lifted:
        facts["reasonIsPublic"] = exclusion.is_reason_public
    told = exclusion.lifting_reason if lifted else exclusion.reason if exclusion.is_reason_public else ""
    record(exclusion.competition, kind, by=by, at=at, facts=facts, reason=told)
    transaction.on_commit(lambda: signals.exclusion_decided.send_robust(Exclusion, exclusion=exclusion, by=by, at=at))
