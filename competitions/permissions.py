"""Who may do what, asked everywhere in the same words:

    from competitions import permissions as can

    if can.view_data(user, competition, at): ...          # a Verdict is true or false
    can.submit(user, team, phase, at).require()           # or raises the refusal that says why

Every question that the clock decides takes `at`. Superusers, and staff with Django's permission to change competitions,
may change what organisers (`hosts`) may; the end of the competition and the confirmation of its private leaderboard
bind them as everybody else.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from accounts.permissions import is_creator
from competitions import exceptions as no
from competitions.access import BOARD, FILE, PAGE, ROOM, is_editor, is_helper, is_host, is_participant
from competitions.getting_on import why_not_in
from competitions.models import (
    Competition,
    CrewInvitation,
    DataFile,
    Invitation,
    MergeRequest,
    OwnMetric,
    Phase,
    RulesAcceptance,
    Team,
)
from foundation.refusals import NotSignedIn, NotVisible
from foundation.verdict import YES, Verdict


# --- facts the questions rest on --------------------------------------------------------------------------------------
def is_member(user: Any, team: Team) -> bool:
    if not user.is_authenticated:
        return False
    if "memberships" in getattr(team, "_prefetched_objects_cache", {}):
        return any(membership.user_id == user.pk for membership in team.memberships.all())
    return team.memberships.filter(user=user).exists()


def is_owner(user: Any, team: Team) -> bool:
    return bool(user.is_authenticated) and team.owner_id == user.pk


def accepted_rules(user: Any, competition: Competition) -> bool:
    """Whether `user` accepted the rules in their present version, or the competition asks for none."""
    if not competition.rules_required:
        return True
    return (
        bool(user.is_authenticated)
        and RulesAcceptance.objects.filter(
            competition=competition, user=user, version=competition.rules_version
        ).exists()
    )


# --- the competition --------------------------------------------------------------------------------------------------
def view(user: Any, competition: Competition) -> Verdict:
    """Open the competition's page and read its description."""
    return PAGE.may(user, competition)


def edit(user: Any, competition: Competition) -> Verdict:
    """Change the competition, its pages, data and solution."""
    if is_host(user, competition) or is_editor(user):
        return YES
    return Verdict(no.NotHost() if competition.is_published else NotVisible())


def create_competition(user: Any) -> Verdict:
    """Make a new competition: staff, and whoever the site's settings name besides. Whoever makes one organises it."""
    return YES if is_creator(user) else Verdict(no.MayNotCreateCompetitions())


def send_competition_files(user: Any) -> Verdict:
    """Send large files before saying which competition they are for: whoever organises any."""
    if is_editor(user) or Competition.objects.hosted_by(user).exists():
        return YES
    return Verdict(no.NotHost())


def look_inside(user: Any, competition: Competition) -> Verdict:
    """See more than the description: leaderboard, teams, discussions. A closed room keeps these to its people."""
    return ROOM.may(user, competition)


def enter(user: Any, competition: Competition, at: datetime) -> Verdict:
    """Join; what the person has to bring (accepted rules, the code) is checked by the service. Hosts may take part,
    out of competition; helpers, who are no organisers, do not.
    """
    if not (visible := view(user, competition)):
        return visible
    if not user.is_authenticated:
        return Verdict(NotSignedIn())
    if is_participant(user, competition):
        return Verdict(no.AlreadyEntered())
    if not competition.can_still_enter(at):
        return Verdict(no.EntryClosed())
    return Verdict(no.HelperTakesPart()) if is_helper(user, competition) else YES


def answer_crew_invitation(user: Any, invitation: CrewInvitation) -> Verdict:
    """Accept or decline an invitation to organise or to help: only who was invited."""
    return YES if user.is_authenticated and invitation.user_id == user.pk else Verdict(no.NotInvited())


def view_data(user: Any, competition: Competition, at: datetime) -> Verdict:
    """Download data files, those they may know of: participants from the start of the first phase on, with the present
    rules accepted; hosts always.
    """
    if not (visible := view(user, competition)):
        return visible
    if is_host(user, competition):
        return YES
    if not is_participant(user, competition):
        return Verdict(no.NotEntered())
    if not competition.has_any_started(at):
        return Verdict(no.CompetitionNotStarted())
    if not accepted_rules(user, competition):
        return Verdict(no.RulesNotAccepted(version=competition.rules_version))
    return YES


def know_data_file(user: Any, data_file: DataFile, at: datetime) -> Verdict:
    """Learn that there is this data file, its name and size: not before its phase starts, but for organisers."""
    return FILE.may(user, data_file, at)


def see_submission_schema(user: Any, phase: Phase, at: datetime) -> Verdict:
    """What a submission to the phase has to hold: what its sample submission says, and so whoever may have that."""
    if not (opened := view_data(user, phase.competition, at)):
        return opened
    if phase.has_started(at) or is_host(user, phase.competition):
        return YES
    return Verdict(no.CompetitionNotStarted())


def see_solution_facts(user: Any, competition: Competition) -> Verdict:
    """Rows and columns of the solution. Its content is shown to nobody before `download_solution` lets it out."""
    return edit(user, competition)


def read_metric_source(user: Any, competition: Competition, metric: OwnMetric) -> Verdict:
    """The source of an own metric: organisers; everybody inside, where it scores and organisers show it."""
    if edit(user, competition):
        return YES
    if not (inside := look_inside(user, competition)):
        return inside
    return YES if metric.is_shown and metric.is_active else Verdict(no.SourceNotShown())


def download_solution(user: Any, phase: Phase, at: datetime) -> Verdict:
    """The file of the solution: everybody inside, where the organisers want it so, once the result is confirmed."""
    if not (opened := view_private_leaderboard(user, phase, at)):
        return opened
    return YES if phase.releases_solution else Verdict(no.SolutionNotReleased())


# --- submitting -------------------------------------------------------------------------------------------------------
def submit(user: Any, team: Team, phase: Phase, at: datetime) -> Verdict:  # noqa: PLR0911 -- one answer for each reason
    """Submit to the phase for `team`, late submissions included. The limits are the submission service's to count."""
    competition = team.competition
    if not user.is_authenticated:
        return Verdict(NotSignedIn())
    if not is_member(user, team):
        return Verdict(no.NotTeamMember())
    if not team.is_active:
        return Verdict(no.TeamNotActive())
    if not (visible := view(user, competition)):
        return visible
    if team.is_disqualified:
        return Verdict(no.TeamDisqualified())
    if not phase.has_started(at):
        return Verdict(no.CompetitionNotStarted())
    if phase.has_ended(at) and not phase.allows_late_submissions:
        return Verdict(no.CompetitionEnded())
    if not accepted_rules(user, competition):
        return Verdict(no.RulesNotAccepted(version=competition.rules_version))
    return Verdict(refusal) if (refusal := why_not_in(team, phase, at)) is not None else YES


# --- leaderboards and the private side --------------------------------------------------------------------------------
def view_public_leaderboard(user: Any, phase: Phase) -> Verdict:
    """Every row of it: of those who may look inside, whom the organisers let see it before the confirmation."""
    return BOARD.may(user, phase)


def view_own_row(user: Any, phase: Phase) -> Verdict:
    """The row of one's own team on the public leaderboard, and its rank."""
    return BOARD.own_row(user, phase)


def view_private_leaderboard(user: Any, phase: Phase, at: datetime) -> Verdict:
    """Everybody who may look inside, once the end has passed and an organiser confirmed it; before, nobody."""
    if not (inside := look_inside(user, phase.competition)):  # the confirmation opens the public one to all of these
        return inside
    return YES if phase.is_confirmed(at) else Verdict(no.PrivateLeaderboardClosed())


def view_combined_leaderboard(user: Any, competition: Competition) -> Verdict:
    """Everybody who may look inside: it is made of what `view_private_leaderboard` opens to all of these."""
    return look_inside(user, competition)


def preview_private_leaderboard(user: Any, phase: Phase, at: datetime) -> Verdict:
    """Hosts, after the end: what they look at before they confirm."""
    if not (host := edit(user, phase.competition)):
        return host
    return YES if phase.is_past_end(at) else Verdict(no.CompetitionRunning())


# --- teams ------------------------------------------------------------------------------------------------------------
def see_team(user: Any, team: Team) -> Verdict:
    """The team's name and members, as the leaderboard shows them."""
    return YES if is_member(user, team) else look_inside(user, team.competition)


def see_team_internals(user: Any, team: Team) -> Verdict:
    """Submissions, invitations and merge requests of a team: its members and nobody else, organisers included."""
    return YES if is_member(user, team) else Verdict(no.NotTeamMember())


def manage_team(user: Any, team: Team) -> Verdict:
    """Rename, invite, remove, hand over, ask for merges."""
    if not is_owner(user, team):
        return Verdict(no.NotTeamOwner())
    return YES if team.is_active else Verdict(no.TeamNotActive())


def choose_brackets(user: Any, team: Team, at: datetime) -> Verdict:
    """Choose the brackets of one's team; organisers set those of all teams (`edit`)."""
    if not (owner := manage_team(user, team)):
        return owner
    return brackets_still_open(team, at)


def brackets_still_open(team: Team, at: datetime) -> Verdict:
    """Whether the team's choice of brackets is still its own: for as long as one can enter, and until a phase ends that
    it took part in. From then on it may know where it would stand.
    """
    if not team.competition.can_still_enter(at):
        return Verdict(no.BracketsFixed())
    return Verdict(no.BracketsFixedByPhase()) if _took_part_in_what_has_ended(team, at) else YES


def _took_part_in_what_has_ended(team: Team, at: datetime) -> bool:
    if team.competition.last_phase_number == 1:  # the one that is there goes on, or nobody could enter
        return False
    standings = team.standings.filter(total_submissions__gt=0).select_related("phase")
    return any(one.phase.has_ended(at) for one in standings)


def decide_invitation(user: Any, invitation: Invitation) -> Verdict:
    return YES if user.is_authenticated and invitation.user_id == user.pk else Verdict(no.NotInvited())


def cancel_invitation(user: Any, invitation: Invitation) -> Verdict:
    return YES if is_owner(user, invitation.team) else Verdict(no.NotTeamOwner())


def accept_merge(user: Any, merge_request: MergeRequest) -> Verdict:
    """Accept or refuse: the owner of the team that was asked, nobody else."""
    return YES if is_owner(user, merge_request.to_team) else Verdict(no.NotTeamOwner())


def cancel_merge(user: Any, merge_request: MergeRequest) -> Verdict:
    """Whoever owns the asking team now; it may have been handed over since."""
    return YES if is_owner(user, merge_request.from_team) else Verdict(no.NotTeamOwner())


def change_team_members(competition: Competition, at: datetime) -> Verdict:
    """Whether teams may still gain or lose members: until the end, when the result is theirs for good."""
    return YES if not competition.is_over(at) else Verdict(no.CompetitionEnded())


def grow_team(competition: Competition, at: datetime) -> Verdict:
    """Whether people may still join a team or teams merge."""
    if competition.is_over(at):
        return Verdict(no.CompetitionEnded())
    return YES if competition.can_still_merge(at) else Verdict(no.MergeDeadlinePassed())
