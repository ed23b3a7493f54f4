"""What the rules of a competition say no to, each with the data its message needs.

Messages never carry what the person asking may not know: no scores, no solution, no other team's inside.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.refusals import Conflict, Forbidden, Refusal


# --- who --------------------------------------------------------------------------------------------------------------
class NotSignedIn(Refusal):
    code = "not_authenticated"
    status = 401
    message = _("Sign in first.")


class NotVisible(Refusal):
    """Answered as if it did not exist."""

    code = "not_found"
    status = 404
    message = _("Not found.")


class NotHost(Forbidden):
    code = "not_a_host"
    message = _("Only the organisers of the competition may do this.")


class MayNotCreateCompetitions(Forbidden):
    code = "may_not_create_competitions"
    message = _("Only the staff of the site makes competitions.")


class NotEntered(Forbidden):
    code = "not_entered"
    message = _("Join the competition first.")


class NotTeamMember(Forbidden):
    code = "not_a_team_member"
    message = _("Only members of the team may do this.")


class NotTeamOwner(Forbidden):
    code = "not_the_team_owner"
    message = _("Only the owner of the team may do this.")


class NotInvited(Forbidden):
    code = "not_invited"
    message = _("This invitation is for somebody else.")


# --- the clock --------------------------------------------------------------------------------------------------------
class CompetitionNotStarted(Forbidden):
    code = "competition_not_started"
    message = _("The competition has not started yet.")


class CompetitionEnded(Forbidden):
    code = "competition_ended"
    message = _("The competition has ended.")


class CompetitionRunning(Forbidden):
    """For everything that touches the private side before the end."""

    code = "competition_running"
    message = _("The competition has not ended yet: the private side is closed to everybody, organisers included.")


class PrivateLeaderboardClosed(Forbidden):
    code = "private_leaderboard_closed"
    message = _("The private leaderboard opens when the competition has ended and an organiser has confirmed it.")


class EntryClosed(Forbidden):
    code = "entry_closed"
    message = _("The entry deadline has passed.")


class MergeDeadlinePassed(Forbidden):
    code = "merge_deadline_passed"
    message = _("The deadline for joining and merging teams has passed.")


class ClockFrozen(Conflict):
    code = "clock_frozen"
    message = _("The end of a competition that has ended can't move: private scores may be known by now.")
    attr = "ends_at"


class StartFrozen(Conflict):
    code = "start_frozen"
    message = _("The start can't move any more: there are submissions already.")
    attr = "starts_at"


class SelectionFrozen(Conflict):
    code = "selection_frozen"
    message = _(
        "How many submissions may be selected can't change any more: the competition has ended, and private scores may "
        "be known by now."
    )
    attr = "selectable_submissions"


class SlugFrozen(Conflict):
    code = "slug_frozen"
    message = _("The slug can't change any more: people take part, and their links and scripts name it.")
    attr = "slug"


class RulesVersionFalls(Refusal):
    code = "rules_version_falls"
    message = _("The version of the rules can only rise: people accepted version %(version)d.")
    attr = "rules_version"


class EndInThePast(Refusal):
    code = "end_in_the_past"
    message = _("A competition can't be ended in the past: choose a moment from now on.")
    attr = "ends_at"


# --- entering ---------------------------------------------------------------------------------------------------------
class AlreadyEntered(Conflict):
    code = "already_entered"
    message = _("You already take part in this competition.")


class RulesNotAccepted(Forbidden):
    code = "rules_not_accepted"
    message = _("Accept the rules of the competition first (version %(version)d).")
    attr = "accept_rules"


class RulesChanged(Conflict):
    """They rose between the reading and the yes: nobody accepts what they have not seen."""

    code = "rules_changed"
    message = _("The rules have changed meanwhile: this is version %(version)d. Read them again before you accept.")
    attr = "rules_version"


class WrongInvitationCode(Forbidden):
    code = "wrong_invitation_code"
    message = _("This is not the invitation code of the competition.")
    attr = "invitation_code"


class LeftWithSubmissions(Forbidden):
    code = "left_with_submissions"
    message = _(
        "You left “%(team)s”, which has submissions of your time in it. You may come back to it by an invitation of "
        "its owner, but not compete in another team."
    )


# --- teams ------------------------------------------------------------------------------------------------------------
class NameTaken(Refusal):
    code = "name_taken"
    message = _("Another team of this competition has this name.")
    attr = "name"


class InvalidName(Refusal):
    code = "invalid_name"
    message = _("A name needs something to see, and at most %(limit)d characters.")
    attr = "name"


class TeamNotActive(Conflict):
    code = "team_not_active"
    message = _("This team has been merged or disbanded.")


class OwnerMustHandOver(Conflict):
    code = "owner_must_hand_over"
    message = _("Hand the team over to another member before you leave it.")


class CannotRemoveOneself(Refusal):
    code = "cannot_remove_oneself"
    message = _("To go yourself, leave the team.")


class NoSuchMember(Refusal):
    code = "no_such_member"
    message = _("There is no member of this name in the team.")
    attr = "username"


class NoSuchUser(Refusal):
    code = "no_such_user"
    message = _("There is no user of this name.")
    attr = "username"


class TeamFull(Conflict):
    code = "team_full"
    message = _("A team of this competition has at most %(limit)d members; this would make %(size)d.")


# --- invitations and merges -------------------------------------------------------------------------------------------
class AlreadyInvited(Conflict):
    code = "already_invited"
    message = _("This user is invited already.")
    attr = "username"


class AlreadyMember(Conflict):
    code = "already_a_member"
    message = _("This user is in the team already.")
    attr = "username"


class NotPending(Conflict):
    code = "not_pending"
    message = _("This has been decided already.")


class MergeInstead(Conflict):
    code = "merge_instead"
    message = _(
        "Your own team has other members or submissions: it can't be left behind. Ask for a merge of the two teams."
    )


class AlreadyRequested(Conflict):
    code = "already_requested"
    message = _("A merge of these two teams has been asked for already.")


class SameTeam(Refusal):
    code = "same_team"
    message = _("A team can't merge with itself.")
    attr = "team"


class NoSuchTeam(Refusal):
    code = "no_such_team"
    message = _("There is no such team in this competition.")
    attr = "team"


class TooManySubmissionsTogether(Conflict):
    code = "too_many_submissions_together"
    message = _(
        "Together the teams have %(found)d submissions; one team could have made %(limit)d by now. "
        "Wait until the limit has grown, or do not submit until then."
    )


# --- data and solution ------------------------------------------------------------------------------------------------
class InvalidFileName(Refusal):
    code = "invalid_file_name"
    message = _("A file name is a relative path without “..”, backslashes or control characters.")
    attr = "name"


class FileNameTaken(Conflict):
    code = "file_name_taken"
    message = _("There is a data file of this name already; delete it first.")
    attr = "name"


class UploadNotOpen(Conflict):
    code = "upload_not_open"
    message = _("This upload has been completed, has failed or has expired.")


class PartNotExpected(Refusal):
    code = "part_not_expected"
    message = _("There is no part %(number)d: the upload has %(count)d, counted from 1.")
    attr = "number"


class WrongPartSize(Refusal):
    code = "wrong_part_size"
    message = _("Part %(number)d has to have %(expected)d bytes.")


class PartsMissing(Conflict):
    """`numbers`: the first of them."""

    code = "parts_missing"
    message = _("%(count)d parts have not arrived yet.")


class DataFileTooLarge(Refusal):
    code = "file_too_large"
    status = 413
    message = _("The file is larger than the %(limit)d bytes allowed.")
    attr = "file"


class FileGone(Refusal):
    code = "file_gone"
    status = 404
    message = _("The file is not in the storage any more.")


class ArchiveBuilding(Refusal):
    """Not yet: come back in a moment."""

    code = "archive_building"
    status = 503
    message = _("The archive of all files is being made. Try again in a moment.")
    retry_after = 3


class NoDataFiles(Refusal):
    code = "no_data_files"
    status = 404
    message = _("This competition has no data files yet.")


class NoSolution(Refusal):
    code = "no_solution"
    status = 404
    message = _("This competition has no solution yet.")


class SolutionRefused(Refusal):
    """`problems`: where and what, as dictionaries; never a value of the file."""

    code = "invalid_solution"
    message = _("The solution file can't be used.")
    attr = "file"

    def __init__(self, problems: list[dict[str, Any]]) -> None:
        self.problems = problems
        super().__init__()

    @property
    def detail(self) -> str:
        return " ".join(str(problem["detail"]) for problem in self.problems) or str(self.message)


class ChangedMeanwhile(Conflict):
    code = "changed_meanwhile"
    message = _("Somebody changed the competition in the same moment. Try again.")


class MetricInUse(Conflict):
    code = "metric_in_use"
    message = _("There are submissions already: change the metric in the admin, then rescore.")
    attr = "metric"


class PageSlugTaken(Conflict):
    code = "page_slug_taken"
    message = _("There is a page of this name already.")
    attr = "slug"
