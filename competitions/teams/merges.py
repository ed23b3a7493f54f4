"""Two teams become one: the owner of one asks, the owner of the other decides.

The asking team is emptied into the one that was asked. Together they may not have more members than a team may have,
nor more submissions than one team could have made by then, or can make by the end, or any number: organisers choose.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q, Sum

from competitions import permissions as can, signals
from competitions.boards import board_of
from competitions.brackets.services import combine_brackets
from competitions.exceptions import (
    AlreadyRequested,
    EntriesDiffer,
    NoSuchTeam,
    NotPending,
    SameTeam,
    TooManySubmissionsByTheEnd,
    TooManySubmissionsTogether,
    TooManySubmissionsUnseen,
)
from competitions.getting_on import name_of
from competitions.leaderboards.standings import combine_standings
from competitions.models import EntryRule, MergeBound, MergeRequest, Phase, RequestStatus, Standing, Team
from competitions.teams.conflicts import take_out
from competitions.teams.members import cancel_requests, require_active, require_in_good_standing, require_room
from competitions.teams.searching import index_names
from foundation.refusals import Refusal

if TYPE_CHECKING:
    from accounts.models import User


def request_merge(*, from_team: Team, to_team_id: int, by: User, at: datetime) -> MergeRequest:
    """Ask another team of the competition to merge.

    Raises:
        NotTeamOwner, TeamNotActive: `by` may not.
        CompetitionEnded, MergeDeadlinePassed: too late.
        SameTeam, NoSuchTeam, AlreadyRequested: not this team.
        TeamDisqualified: one of the two is excluded from the competition.
        TeamFull, TooManySubmissionsTogether: together they would be too many, or too far ahead.
    """
    if from_team.pk == to_team_id:
        raise SameTeam
    with transaction.atomic():
        teams = Team.objects.lock_all([from_team.pk, to_team_id])
        from_team = teams[from_team.pk]
        can.manage_team(by, from_team).require()
        can.grow_team(from_team.competition, at).require()
        to_team = teams.get(to_team_id)
        if to_team is None or to_team.competition_id != from_team.competition_id or not to_team.is_active:
            raise NoSuchTeam
        _require_askable(from_team, to_team, by=by, at=at)
        merge_request = MergeRequest.objects.create(
            from_team=from_team, to_team=to_team, requested_by=by, created_at=at
        )
    transaction.on_commit(lambda: signals.merge_requested.send_robust(MergeRequest, merge_request=merge_request, at=at))
    return merge_request


@dataclass(frozen=True, slots=True)
class Together:
    """What two teams would be as one. `theirs` is None where the leaderboard does not tell it.

    `limit`: how many submissions they may have made together; None: any number. `refusal`: why they can't merge now.
    """

    members: int
    member_limit: int
    ours: int
    theirs: int | None
    limit: int | None
    refusal: Refusal | None

    @property
    def total(self) -> int | None:
        return None if self.theirs is None else self.ours + self.theirs


def preview_merge(*, from_team: Team, to_team_id: int, by: User, at: datetime) -> Together:
    """What asking that team to merge would come to. Nothing is kept, and nobody is told.

    Raises:
        NotTeamOwner, TeamNotActive: `by` may not ask.
        SameTeam, NoSuchTeam: there is nobody to ask.
    """
    can.manage_team(by, from_team).require()
    if from_team.pk == to_team_id:
        raise SameTeam
    to_team = Team.objects.active().filter(pk=to_team_id, competition=from_team.competition_id).first()
    if to_team is None:
        raise NoSuchTeam
    phase = from_team.competition.phase
    refusal: Refusal | None = None
    try:
        can.grow_team(from_team.competition, at).require()
        _require_askable(from_team, to_team, by=by, at=at)
    except Refusal as why:
        refusal = why
    return Together(
        members=from_team.memberships.count() + to_team.memberships.count(),
        member_limit=from_team.competition.max_team_size,
        ours=_submissions_of(from_team, phase),
        theirs=_submissions_of(to_team, phase) if _tells_numbers(phase, by, at) else None,
        limit=_limit_of(phase, from_team, to_team, at),
        refusal=refusal,
    )


def _require_askable(from_team: Team, to_team: Team, *, by: User, at: datetime) -> None:
    """Whether nothing about the two teams speaks against a request of one to the other. Raises as `request_merge`."""
    require_in_good_standing(from_team)
    require_in_good_standing(to_team)
    check_together(from_team, to_team, by=by, at=at)
    either_way = Q(from_team=from_team, to_team=to_team) | Q(from_team=to_team, to_team=from_team)
    if MergeRequest.objects.pending().filter(either_way).exists():
        raise AlreadyRequested


def accept_merge(*, merge_request: MergeRequest, by: User, at: datetime) -> Team:
    """Make the two teams one and return it: the team that was asked.

    Submissions, the best public score with its time and the history become those of both; `teams_merging` lets the
    room of submissions move its rows in the same transaction. Invitations into the team of those who are in it by this
    are off. A team that takes in one that is out of competition is out of it too. It keeps the brackets of both.

    Raises:
        NotTeamOwner: only the owner of the team that was asked.
        NotPending, TeamNotActive: there is nothing to accept any more.
        TeamDisqualified: one of the two is excluded from the competition.
        CompetitionEnded, MergeDeadlinePassed: too late.
        TeamFull, TooManySubmissionsTogether: together they are too many, or too far ahead.
    """
    with transaction.atomic():
        merge_request = _locked(merge_request)
        from_team, to_team = merge_request.from_team, merge_request.to_team
        can.accept_merge(by, merge_request).require()
        _require_pending(merge_request)
        for team in (from_team, to_team):
            require_active(team)
            require_in_good_standing(team)
        can.grow_team(to_team.competition, at).require()
        check_together(from_team, to_team, by=by, at=at)
        signals.teams_merging.send(Team, from_team=from_team, to_team=to_team, at=at)
        combine_standings(from_team=from_team, to_team=to_team)
        combine_brackets(from_team=from_team, to_team=to_team)
        newcomers = from_team.memberships.values("user")
        to_team.invitations.pending().filter(user__in=newcomers).update(status=RequestStatus.CANCELLED, decided_at=at)
        from_team.memberships.update(team=to_team)
        index_names([from_team.pk, to_team.pk])
        if from_team.is_out_of_competition and not to_team.is_out_of_competition:
            take_out(to_team, at)
        from_team.merged_into, from_team.merged_at = to_team, at
        from_team.save(update_fields=["merged_into", "merged_at"])
        _decide(merge_request, RequestStatus.ACCEPTED, by, at)
        cancel_requests(from_team, at)
    transaction.on_commit(lambda: _tell(merge_request, at, merged=True))
    return to_team


def refuse_merge(*, merge_request: MergeRequest, by: User, at: datetime) -> MergeRequest:
    """Refuse the request of another team to merge.

    Raises:
        NotTeamOwner: only the owner of the team that was asked.
        NotPending: it is decided already.
    """
    with transaction.atomic():
        merge_request = _locked(merge_request)
        can.accept_merge(by, merge_request).require()
        _require_pending(merge_request)
        _decide(merge_request, RequestStatus.REFUSED, by, at)
    transaction.on_commit(lambda: _tell(merge_request, at, merged=False))
    return merge_request


def cancel_merge(*, merge_request: MergeRequest, by: User, at: datetime) -> MergeRequest:
    """Take the request back.

    Raises:
        NotTeamOwner: only the owner of the team that asked.
        NotPending: it is decided already.
    """
    with transaction.atomic():
        merge_request = _locked(merge_request)
        can.cancel_merge(by, merge_request).require()
        _require_pending(merge_request)
        _decide(merge_request, RequestStatus.CANCELLED, by, at)
    return merge_request


def check_together(from_team: Team, to_team: Team, *, by: User, at: datetime) -> None:
    """Whether both may be one team by their sizes and their submissions.

    Raises:
        TeamFull, TooManySubmissionsTogether, TooManySubmissionsByTheEnd, TooManySubmissionsUnseen
        EntriesDiffer: only one of them got on into a phase.
    """
    require_room(to_team, newcomers=from_team.memberships.count())
    _require_same_entries(from_team, to_team)
    for phase in to_team.competition.phases.all():
        _require_few(phase, from_team, to_team, by, at)


def _require_same_entries(from_team: Team, to_team: Team) -> None:
    """Whether both got on into the same phases: to merge is no way into one."""
    got_on = Standing.objects.filter(team__in=[from_team, to_team], gets_on=True)
    of_both: dict[int, int] = {}
    for phase_id in got_on.exclude(phase__entry_rule=EntryRule.EVERYBODY).values_list("phase", flat=True):
        of_both[phase_id] = of_both.get(phase_id, 0) + 1
    if differing := [phase_id for phase_id, teams in of_both.items() if teams == 1]:
        raise EntriesDiffer(phase=name_of(Phase.objects.filter(pk__in=differing).order_by("number").first()))


def _require_few(phase: Phase, from_team: Team, to_team: Team, by: User, at: datetime) -> None:
    found = _submissions_of(from_team, phase) + _submissions_of(to_team, phase)
    limit = _limit_of(phase, from_team, to_team, at)
    if limit is None or found <= limit:
        return
    competition = phase.competition
    if not _tells_numbers(phase, by, at):
        raise TooManySubmissionsUnseen(limit=limit)
    if competition.merge_bound == MergeBound.BY_END:
        raise TooManySubmissionsByTheEnd(found=found, limit=limit)
    raise TooManySubmissionsTogether(found=found, limit=limit)


def _submissions_of(team: Team, phase: Phase) -> int:
    """How many submissions the team has made in the phase, all that used up its limits.

    The standings may count fewer: a rescoring may have put some out of these.
    """
    return team.submissions.filter(phase=phase).using_slots(late=False).count()


def _tells_numbers(phase: Phase, by: User, at: datetime) -> bool:
    """Whether the leaderboard tells `by` how many submissions other teams have by now."""
    return bool(can.view_public_leaderboard(by, phase)) and not board_of(phase).is_frozen(at)


def _limit_of(phase: Phase, from_team: Team, to_team: Team, at: datetime) -> int | None:
    """How many submissions the two may have together; None: any number."""
    limit = most_submissions(phase, at)
    if limit is None:
        return None
    # What organisers gave one of the two is no reason to refuse.
    extra = [team.extra_submissions.filter(phase=phase) for team in (from_team, to_team)]
    given = [rows.aggregate(given=Sum("count"))["given"] or 0 for rows in extra]
    return limit + sum(given)


def most_submissions(phase: Phase, at: datetime) -> int | None:
    """How many submissions teams that merge at `at` may have made together; None: as many as they liked.

    What one team could have made by then, or can make by the end, as the organisers chose.
    """
    bound = phase.competition.merge_bound
    if bound == MergeBound.NONE:
        return None
    until = phase.last_moment if bound == MergeBound.BY_END else at
    limits = [phase.total_submission_limit]
    if phase.daily_submission_limit is not None:
        limits.append(phase.daily_submission_limit * phase.days_begun(until))
    return min((limit for limit in limits if limit is not None), default=None)


def _locked(merge_request: MergeRequest) -> MergeRequest:
    """The request as it is now, with both teams' rows locked: first the teams, in the order of their keys."""
    teams = Team.objects.lock_all([merge_request.from_team_id, merge_request.to_team_id])
    locked = MergeRequest.objects.select_for_update(of=("self",)).get(pk=merge_request.pk)
    locked.from_team, locked.to_team = teams[locked.from_team_id], teams[locked.to_team_id]
    return locked


def _require_pending(merge_request: MergeRequest) -> None:
    if merge_request.status != RequestStatus.PENDING:
        raise NotPending


def _decide(merge_request: MergeRequest, status: RequestStatus, by: User, at: datetime) -> None:
    merge_request.status, merge_request.decided_by, merge_request.decided_at = status, by, at
    merge_request.save(update_fields=["status", "decided_by", "decided_at"])


def _tell(merge_request: MergeRequest, at: datetime, *, merged: bool) -> None:
    signals.merge_request_decided.send_robust(MergeRequest, merge_request=merge_request, at=at)
    if merged:
        signals.teams_merged.send_robust(Team, from_team=merge_request.from_team, to_team=merge_request.to_team, at=at)
