"""Two teams become one: the owner of one asks, the owner of the other decides.

The asking team is emptied into the one that was asked. Together they may not have more members than a team may have,
nor more submissions than one team could have made by then.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from competitions import permissions as can, signals
from competitions.exceptions import AlreadyRequested, NoSuchTeam, NotPending, SameTeam, TooManySubmissionsTogether
from competitions.models import Competition, MergeRequest, RequestStatus, Standing, Team
from competitions.services.search import index_names
from competitions.services.teams import cancel_requests, require_active, require_room
from competitions.standings import combine_standings

if TYPE_CHECKING:
    from accounts.models import User


def request_merge(*, from_team: Team, to_team_id: int, by: User, at: datetime) -> MergeRequest:
    """Ask another team of the competition to merge.

    Raises:
        NotTeamOwner, TeamNotActive: `by` may not.
        CompetitionEnded, MergeDeadlinePassed: too late.
        SameTeam, NoSuchTeam, AlreadyRequested: not this team.
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
        either_way = Q(from_team=from_team, to_team=to_team) | Q(from_team=to_team, to_team=from_team)
        if MergeRequest.objects.pending().filter(either_way).exists():
            raise AlreadyRequested
        check_together(from_team, to_team, at)
        merge_request = MergeRequest.objects.create(
            from_team=from_team, to_team=to_team, requested_by=by, created_at=at
        )
    transaction.on_commit(lambda: signals.merge_requested.send_robust(MergeRequest, merge_request=merge_request, at=at))
    return merge_request


def accept_merge(*, merge_request: MergeRequest, by: User, at: datetime) -> Team:
    """Make the two teams one and return it: the team that was asked.

    Submissions, the best public score with its time and the history become those of both; `teams_merging` lets the
    room of submissions move its rows in the same transaction. Invitations into the team of those who are in it by this
    are off.

    Raises:
        NotTeamOwner: only the owner of the team that was asked.
        NotPending, TeamNotActive: there is nothing to accept any more.
        CompetitionEnded, MergeDeadlinePassed: too late.
        TeamFull, TooManySubmissionsTogether: together they are too many, or too far ahead.
    """
    with transaction.atomic():
        merge_request = _locked(merge_request)
        from_team, to_team = merge_request.from_team, merge_request.to_team
        can.accept_merge(by, merge_request).require()
        _require_pending(merge_request)
        require_active(from_team)
        require_active(to_team)
        can.grow_team(to_team.competition, at).require()
        check_together(from_team, to_team, at)
        signals.teams_merging.send(Team, from_team=from_team, to_team=to_team, at=at)
        combine_standings(from_team=from_team, to_team=to_team)
        newcomers = from_team.memberships.values("user")
        to_team.invitations.pending().filter(user__in=newcomers).update(status=RequestStatus.CANCELLED, decided_at=at)
        from_team.memberships.update(team=to_team)
        index_names([from_team.pk, to_team.pk])
        from_team.merged_into, from_team.merged_at = to_team, at
        from_team.save(update_fields=["merged_into", "merged_at"])
        _decide(merge_request, RequestStatus.ACCEPTED, by, at)
        cancel_requests(from_team, at)
    transaction.on_commit(lambda: _tell(merge_request, at, merged=True))
    return to_team


def refuse_merge(*, merge_request: MergeRequest, by: User, at: datetime) -> MergeRequest:
    """Say no.

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


def check_together(from_team: Team, to_team: Team, at: datetime) -> None:
    """Whether both may be one team by their sizes and their submissions.

    Raises:
        TeamFull, TooManySubmissionsTogether
    """
    require_room(to_team, newcomers=from_team.memberships.count())
    found = sum(Standing.objects.filter(team__in=[from_team, to_team]).values_list("total_submissions", flat=True))
    limit = most_submissions(to_team.competition, at)
    if limit is not None and found > limit:
        raise TooManySubmissionsTogether(found=found, limit=limit)


def most_submissions(competition: Competition, at: datetime) -> int | None:
    """How many submissions one team could have made by `at`; None: as many as it liked."""
    limits = [competition.total_submission_limit]
    if competition.daily_submission_limit is not None:
        limits.append(competition.daily_submission_limit * competition.days_begun(at))
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
