"""What the rules of a competition say no to, each with the data its message needs.

Messages never carry what the person asking may not know: no scores, no solution, no other team's inside.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.utils.translation import gettext, gettext_lazy as _, ngettext_lazy

from foundation.refusals import Conflict, Forbidden, Problems, Refusal


# --- who --------------------------------------------------------------------------------------------------------------
class NotHost(Forbidden):
    code = "not_a_host"
    message = _("Only the organisers of the competition may do this.")


class MayNotCreateCompetitions(Forbidden):
    code = "may_not_create_competitions"
    message = _("You have not been given the permission to create competitions: ask the staff of the site.")


class TooManyDrafts(Conflict):
    code = "too_many_drafts"
    message = _("You have %(limit)d competitions that are not published: publish or delete one first.")


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
    """Refuses whatever would touch private scores before the competition has ended."""

    code = "competition_running"
    message = _("The competition has not ended yet: the private side is closed to everybody, organisers included.")


class PrivateLeaderboardClosed(Forbidden):
    code = "private_leaderboard_closed"
    message = _("The private leaderboard opens when the competition has ended and an organiser has confirmed it.")


class LeaderboardForParticipants(Forbidden):
    code = "leaderboard_for_participants"
    message = _("Only those who take part see the leaderboard, until the result is confirmed.")


class LeaderboardOwnRowOnly(Forbidden):
    code = "leaderboard_own_row_only"
    message = _("Each team sees its own row only, until the result is confirmed.")


class LeaderboardForHosts(Forbidden):
    code = "leaderboard_for_hosts"
    message = _("Only the organisers see the leaderboard, until the result is confirmed.")


class LeaderboardOpened(Conflict):
    """The result was confirmed once, and with it everybody has seen the leaderboard; `field` says what can't change."""

    code = "leaderboard_opened"
    message = _("The confirmation opened the leaderboard to everybody: this can't change any more.")
    attr = "board_audience"

    def __init__(self, *, field: str) -> None:
        super().__init__()
        self.attr = field  # type: ignore[misc]  # which of them it is, each time


class FreezeInThePast(Refusal):
    """The leaderboard would stand still from a moment that has passed. `field`: which of the two fields says so."""

    code = "freeze_in_the_past"
    message = _("The leaderboard can stand still from now on, not from a moment that has passed.")
    attr = "board_freezes_at"

    def __init__(self, *, field: str) -> None:
        super().__init__()
        self.attr = field  # type: ignore[misc]  # which of them it is, each time


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


class StartOpenedFiles(Conflict):
    code = "start_opened_files"
    message = _("The start can't move past this moment: the phase has begun, and participants may have its data files.")
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


class EndTooSoon(Refusal):
    code = "end_too_soon"
    message = ngettext_lazy(
        "A competition that runs can end earlier, but participants need notice: at least %(minutes)d minute from now.",
        "A competition that runs can end earlier, but participants need notice: at least %(minutes)d minutes from now.",
        "minutes",
    )
    attr = "ends_at"


class LimitsOnlyRise(Conflict):
    """A limit that participants rely on would become stricter; `field` says which."""

    code = "limits_only_rise"
    message = _("While the competition runs, limits change only in favour of those who take part.")
    attr = "daily_submission_limit"

    def __init__(self, *, field: str) -> None:
        super().__init__()
        self.attr = field  # type: ignore[misc]  # which of them it is, each time


class LimitsFrozen(LimitsOnlyRise):
    code = "limits_frozen"
    message = _("Limits can't change any more: the competition has ended.")


class MedalsFrozen(Conflict):
    code = "medals_frozen"
    message = _("Whether a competition counts for medals and points can't change any more: it has ended.")


class ObjectionsOpen(Conflict):
    """`until`: when the result may be confirmed, as ISO 8601."""

    code = "objections_open"
    message = _(
        "The solution was changed after the end: participants may object until %(until)s. The result can be confirmed "
        "from then on."
    )

    def __init__(self, *, until: datetime) -> None:
        super().__init__(until=until.isoformat())


# --- getting on into a phase ------------------------------------------------------------------------------------------
class EntryNotDecided(Forbidden):
    """Which teams get on into the phase is not decided yet. `awaited`: what for; `phase`: the one that decides."""

    code = "entry_not_decided"
    message = _("It is not decided yet which teams may take part in this phase.")
    awaiting: ClassVar[dict[str, Any]] = {
        "end": _("Which teams get on into this phase is decided when “%(phase)s” has ended."),
        "board": _(
            "Which teams get on into this phase is decided when everybody who takes part sees the whole leaderboard of "
            "“%(phase)s”: now it stands still or is hidden."
        ),
        "confirmation": _("Which teams get on into this phase is decided when the result of “%(phase)s” is confirmed."),
        "start": _("Which teams get on into this phase is decided when it starts."),
        "scoring": _(
            "Which teams get on into this phase is decided when everything that was sent to “%(phase)s” is scored."
        ),
        "baseline": _(
            "Which teams get on into this phase is decided when the baseline “%(baseline)s” of “%(phase)s” has its "
            "score."
        ),
        "moment": _("Which teams get on into this phase is decided in a moment."),
    }

    @property
    def detail(self) -> str:
        return str(self.awaiting.get(self.params["awaited"], self.message)) % self.params


class NotInPhase(Forbidden):
    """The team did not get on into the phase. `rule`, `phase`, `bound`: by what that was decided; `rank`: its place."""

    code = "not_in_phase"
    message = _("Your team did not get on into this phase.")
    by_rule: ClassVar[dict[str, Any]] = {
        "teams": _("Your team did not get on into this phase: it is for the teams that took part in “%(phase)s”."),
        "best": _("Your team did not get on into this phase: it is for the teams up to rank %(bound)s in “%(phase)s”."),
        "share": _("Your team did not get on into this phase: it is for the best %(bound)s %% of “%(phase)s”."),
        "baseline": _(
            "Your team did not get on into this phase: it is for the teams above “%(bound)s” in “%(phase)s”."
        ),
        "list": _("Your team did not get on into this phase: it is for the teams that the organisers named."),
    }

    @property
    def detail(self) -> str:
        said = str(self.by_rule.get(self.params["rule"], self.message)) % self.params
        if self.params["rank"] is None or self.params["rule"] in ("teams", "list"):
            return said
        place = gettext("Your rank there was %(rank)d.") % self.params
        return f"{said} {place}"


class EntryDecided(Conflict):
    """Who gets on has been decided, or people take part already: `field` says what can't change any more."""

    code = "entry_decided"
    message = _("Who takes part in this phase is decided: that can't change any more.")
    attr = "entry_rule"

    def __init__(self, *, field: str = "entry_rule") -> None:
        super().__init__()
        self.attr = field  # type: ignore[misc]  # which of them it is, each time


class PhaseDecidesEntry(Conflict):
    """Another phase goes by this one: it can't be taken away, nor end after that one does."""

    code = "phase_decides_entry"
    message = _("The phase “%(phase)s” goes by this one. Change first who gets on there.")


class EndsAfterNext(Conflict):
    """The end would come after that of the phase into which this one decides who gets on."""

    code = "ends_after_next"
    message = _("“%(phase)s” goes by the result of this phase, which must end before it does: move its end first.")
    attr = "ends_at"


class EntryNotByList(Conflict):
    code = "entry_not_by_list"
    message = _("Organisers name the teams only where the rule of the phase says so: set it to “list” first.")
    attr = "teams"


class UnlistedTooLate(Conflict):
    code = "unlisted_too_late"
    message = _("The phase has begun for the teams that were named: others can be added, and none taken off.")
    attr = "teams"


class EntriesDiffer(Conflict):
    code = "entries_differ"
    message = _("Only one of the two teams got on into “%(phase)s”: they can't become one any more.")


# --- entering ---------------------------------------------------------------------------------------------------------
class HostTakesPart(Conflict):
    """Nobody who takes part becomes an organiser: it would put their team out of the competition."""

    code = "host_takes_part"
    message = _("%(name)s takes part in the competition, and can organise it only after leaving it.")
    attr = "hosts"


class HelperTakesPart(Conflict):
    """Who looks after a competition's discussions is no participant, and the other way round."""

    code = "helper_takes_part"
    message = _("Who helps with a competition does not take part in it. Do one of the two.")


class AlreadyInCrew(Conflict):
    code = "already_in_crew"
    message = _("%(name)s has this role already.")
    attr = "username"


class LastOrganiser(Conflict):
    code = "last_organiser"
    message = _("A competition needs an organiser: add another one first.")


class AlreadyEntered(Conflict):
    code = "already_entered"
    message = _("You already take part in this competition.")


class RulesNotAccepted(Forbidden):
    code = "rules_not_accepted"
    message = _("Accept the rules of the competition first (version %(version)d).")
    attr = "accept_rules"


class RulesChanged(Conflict):
    """The rules got a new version after somebody read them and before they accepted them."""

    code = "rules_changed"
    message = _("The rules have changed meanwhile: this is version %(version)d. Read them again before you accept.")
    attr = "rules_version"


class WrongInvitationCode(Forbidden):
    code = "wrong_invitation_code"
    message = _("This is not the invitation code of the competition.")
    attr = "invitation_code"


class InvitationCodeTooShort(Refusal):
    code = "invitation_code_too_short"
    message = _("A short invitation code can be guessed: use at least %(least)d characters.")
    attr = "invitation_code"


class TooManyWrongCodes(Refusal):
    code = "too_many_wrong_codes"
    status = 429
    message = _("Too many wrong codes were tried for this competition. Wait an hour, then try again.")
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


class TeamDisqualified(Forbidden):
    code = "team_disqualified"
    message = _("The organisers have excluded this team from the competition.")


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
    message = ngettext_lazy(
        "A team of this competition has at most %(limit)d member; this would make %(size)d.",
        "A team of this competition has at most %(limit)d members; this would make %(size)d.",
        "limit",
    )


# --- brackets ---------------------------------------------------------------------------------------------------------
class NoSuchBracket(Refusal):
    """A leaderboard is asked for by a bracket that the competition does not have."""

    code = "no_such_bracket"
    status = 404
    message = _("This competition has no such bracket.")
    attr = "bracket"


class UnknownBracket(Refusal):
    """A team is to belong to a bracket that the competition does not have."""

    code = "unknown_bracket"
    message = _("This competition has no bracket “%(slug)s”.")
    attr = "brackets"


class BracketOfHosts(Refusal):
    code = "bracket_of_hosts"
    message = _("Only the organisers put teams into “%(name)s”.")
    attr = "brackets"


class BracketsFixed(Conflict):
    code = "brackets_fixed"
    message = _("A team can choose its brackets for as long as one can enter. The organisers can still change them.")
    attr = "brackets"


class BracketsFixedByPhase(Conflict):
    code = "brackets_fixed_by_phase"
    message = _(
        "Your team took part in a phase that has ended: it can't choose its brackets any more. The organisers can "
        "still change them."
    )
    attr = "brackets"


class BracketSlugTaken(Conflict):
    code = "bracket_slug_taken"
    message = _("There is a bracket of this slug already.")
    attr = "slug"


class TooManyBrackets(Conflict):
    code = "too_many_brackets"
    message = _("A competition has at most %(limit)d brackets.")


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
    message = ngettext_lazy(
        "Together the teams have %(found)d submission; one team could have made %(limit)d by now. "
        "Wait until the limit has grown, or do not submit until then.",
        "Together the teams have %(found)d submissions; one team could have made %(limit)d by now. "
        "Wait until the limit has grown, or do not submit until then.",
        "found",
    )


class TooManySubmissionsByTheEnd(Conflict):
    code = "too_many_submissions_by_the_end"
    message = ngettext_lazy(
        "Together the teams have %(found)d submission; one team can make no more than %(limit)d by the end of the "
        "competition.",
        "Together the teams have %(found)d submissions; one team can make no more than %(limit)d by the end of the "
        "competition.",
        "found",
    )


class TooManySubmissionsUnseen(Conflict):
    """Two teams may not merge, and the one that asks is not told how many submissions the other has."""

    code = "too_many_submissions_unseen"
    message = _("Together the teams have more submissions than teams that merge may have here: %(limit)d.")


# --- data and solution ------------------------------------------------------------------------------------------------
class InvalidFileName(Refusal):
    code = "invalid_file_name"
    message = _("A file name is a relative path without “..”, backslashes or control characters.")
    attr = "name"


class FileNameTooLong(InvalidFileName):
    message = _(
        "This name is too long: a data file's name has at most %(limit)d characters, and each part between slashes at "
        "most %(bytes)d bytes."
    )


class UnportableFileName(InvalidFileName):
    """Some operating system can't store a file under this name; `name` is the part of the path at fault."""

    message = _(
        "Windows can't hold a file or folder called “%(name)s”: a name has none of < > : \" | ? *, does not end in a "
        "dot or a space, and is not that of a device such as con or nul."
    )


class FileNameTaken(Conflict):
    """Another file is in the way; `other` is its name, where it is not the very same one."""

    code = "file_name_taken"
    message = _("There is a data file of this name already; delete it first.")
    attr = "name"

    @property
    def detail(self) -> str:
        if "other" not in self.params:
            return super().detail
        return gettext(
            "The data file “%(other)s” is in the way: names that differ in case only, and a file that is a folder of "
            "another, can't lie beside each other on every system. Choose another name, or delete that file first."
        ) % {"other": self.params["other"]}


class DataFileOpen(Conflict):
    """It was open to participants, and would be closed again."""

    code = "data_file_open"
    message = _(
        "Participants may have this data file already: it can't wait for a phase that has not started. Add what opens "
        "later under another name."
    )
    attr = "phase"


class DataFileTooLarge(Refusal):
    code = "file_too_large"
    status = 413
    message = _("The file is larger than the %(limit)d bytes allowed.")
    attr = "file"


class ArchiveBuilding(Refusal):
    """The archive is still being made; it is there in a moment."""

    code = "archive_building"
    status = 503
    message = _("The archive of all files is being made. Try again in a moment.")
    retry_after = 3


class PreviewBuilding(Refusal):
    """The file is still being looked at; it is known in a moment."""

    code = "preview_building"
    status = 503
    message = _("The file is being looked at. Try again in a moment.")
    retry_after = 2


class NoPreview(Refusal):
    code = "no_preview"
    status = 404
    message = _("This file can't be shown as a table.")


class NoDataFiles(Refusal):
    code = "no_data_files"
    status = 404
    message = _("This competition has no data files yet.")


class NoSolution(Refusal):
    code = "no_solution"
    status = 404
    message = _("This competition has no solution yet.")


class SolutionNotReleased(Forbidden):
    code = "solution_not_released"
    message = _("The organisers keep the solution to themselves.")


class SolutionRefused(Problems):
    """`problems`: where and what, as dictionaries; never a value of the file."""

    code = "invalid_solution"
    message = _("The solution file can't be used.")
    attr = "file"


class BundleRefused(Problems):
    """Says what is wrong in a bundle, and in which file, line and field of it."""

    code = "invalid_bundle"
    message = _("The bundle can't be used.")
    attr = "bundle"

    @property
    def detail(self) -> str:
        return " ".join(self._told(problem) for problem in self.problems) or str(self.message)

    @staticmethod
    def _told(problem: dict[str, Any]) -> str:
        at = problem["params"]
        place = [str(at[name]) for name in ("file", "line", "field") if at[name]]
        return ": ".join([*place, str(problem["detail"])])


class SolutionNotYours(Forbidden):
    code = "solution_not_yours"
    message = _(
        "Somebody else put the solution in: a copy of the competition may hold it once the result is confirmed. Until "
        "then, copy it without."
    )
    attr = "with_solution"


class PhaseInUse(Conflict):
    code = "phase_in_use"
    message = _("Only a phase that has not started, and that nothing was sent to, can be taken away.")


class PhaseHasFiles(Conflict):
    """Without the phase its data files would be the competition's, and open to everybody who takes part."""

    code = "phase_has_files"
    message = _("The phase has data files: delete them, or let them open with another phase, and then take it away.")


class OnlyPhase(Conflict):
    code = "only_phase"
    message = _("A competition has one phase at least.")


class TooManyPhases(Conflict):
    code = "too_many_phases"
    message = _("A competition has at most %(limit)d phases.")


class NoCombinedLeaderboard(Refusal):
    code = "no_combined_leaderboard"
    status = 404
    message = _("This competition has no combined leaderboard: it needs a rule for it, and two phases at least.")


class DirectionsDiffer(Conflict):
    """The scores of the phases have no mean that says anything."""

    code = "directions_differ"
    message = _(
        "The weighted mean of scores needs phases of one direction: the larger score is better in all of them, or the "
        "smaller one."
    )
    attr = "combined_rule"


class CombinedWeightsMissing(Conflict):
    code = "combined_weights_missing"
    message = _("The weighted mean of scores needs a phase with a weight above 0.")
    attr = "combined_weight"


class InvalidCombinedWeight(Refusal):
    code = "invalid_combined_weight"
    message = _("A weight is a number from 0 to %(most)d.")
    attr = "combined_weight"


class InvalidCombinedPoints(Refusal):
    code = "invalid_combined_points"
    message = _(
        "The points of the places are at most %(places)d numbers from 0 to %(most)d with at most %(digits)d decimals, "
        "and no place is worth more than the one before it."
    )
    attr = "combined_points"


class NoDraft(Conflict):
    code = "no_draft"
    message = _("Only a draft can be deleted: one that was never published, and that nobody takes part in.")


class ChangedMeanwhile(Conflict):
    code = "changed_meanwhile"
    message = _("Somebody changed the competition in the same moment. Try again.")


class ReasonMissing(Refusal):
    """A change that can move the ranking needs a reason once people have relied on the ranking."""

    code = "reason_missing"
    message = _("Say why: it can change the ranking, and participants are told.")
    attr = "reason"


class InvalidReason(Refusal):
    code = "invalid_reason"
    message = _("A reason is text of at most %(limit)d characters.")
    attr = "reason"


class SubmissionsWouldBeRefused(Conflict):
    """A new solution would refuse submissions that are scored: sent again with `acceptRefusals`, it is accepted."""

    code = "submissions_would_be_refused"
    message = _(
        "This version asks for other ids or columns than the submissions made so far have: a rescoring would refuse "
        "%(submissions)d of them. Say so explicitly if that is what you want."
    )
    attr = "file"


class StorageQuotaReached(Conflict):
    """`quota`, `size`: bytes. Nothing was stored."""

    code = "storage_quota_reached"
    message = _(
        "The files of this competition may come to %(quota)d bytes, and with this one of %(size)d bytes they would "
        "come to more. The organisers can ask whoever runs the site for more."
    )
    attr = "file"


class NotReadyToPublish(Problems, Conflict):
    """`problems`: what speaks against it. What is only asked goes through with `publishAnyway`."""

    code = "not_ready_to_publish"
    message = _("The competition is not ready to be published.")
    attr = "is_published"


class AlreadyPublished(Conflict):
    code = "already_published"
    message = _("The competition is published already.")


class PublishInThePast(Refusal):
    code = "publish_in_the_past"
    message = _("Choose a moment to come.")
    attr = "publish_at"


class StartBeforePublishing(Refusal):
    code = "start_before_publishing"
    message = _("The competition, or a phase of it, would start before it is published: move one of the two.")
    attr = "publish_at"


class EndedBeforePublishing(Conflict):
    code = "ended_before_publishing"
    message = _("The competition was over before it could be published.")


class NobodyToPublish(Conflict):
    code = "nobody_to_publish"
    message = _("Whoever had planned the publication is no organiser any more.")


class DataFileIsSolution(Conflict):
    """Refuses the file while the competition is published and its result is not confirmed."""

    code = "data_file_is_solution"
    message = _("This file holds the answers of the solution: it can't be published before the result is confirmed.")
    attr = "file"


class MetricInUse(Conflict):
    code = "metric_in_use"
    message = _("Submissions have been received: the metric, its parameters and the digits of scores are fixed.")
    attr = "metric"


# --- metrics that organisers write ------------------------------------------------------------------------------------
class MetricRefused(Problems):
    """An own metric can't be kept: its source, or a value for one of its parameters, is wrong."""

    code = "metric_refused"
    message = _("The metric can't be used.")
    attr = "file"


class NoOwnMetric(Refusal):
    code = "no_own_metric"
    message = _("Upload a metric of your own, and let it score: there is none of this direction that does.")
    attr = "metric"


class MetricNotTried(Conflict):
    """A version may score only after it was tried out, except in a competition that has no solution yet."""

    code = "metric_not_tried"
    message = _("Try this version out first: it has not passed with the solution that scores now.")


class MetricIsBeingTried(Conflict):
    code = "metric_is_being_tried"
    message = _("This version is being tried out.")


class DirectionFixed(Conflict):
    code = "direction_fixed"
    message = _("Submissions have been received: whether larger or smaller scores are better is fixed.")
    attr = "direction"


class TooManyMetrics(Conflict):
    code = "too_many_metrics"
    message = _("A competition keeps at most %(limit)d versions of its own metric.")


class SourceNotShown(Forbidden):
    code = "metric_source_not_shown"
    message = _("The organisers do not show the source of their metric.")


class PageSlugTaken(Conflict):
    code = "page_slug_taken"
    message = _("There is a page of this name already.")
    attr = "slug"


# --- the roster of a class --------------------------------------------------------------------------------------------
class RosterRefused(Problems):
    """Says what is wrong in the list, and in which line and field of it. Nothing of it was taken over."""

    code = "invalid_roster"
    message = _("The list can't be used.")
    attr = "csv"


class RosterChanged(Conflict):
    code = "roster_changed"
    message = _("Somebody changed the roster in the same moment: try again.")


class RosterLinkUnknown(Refusal):
    """The link was never given out, was replaced by a newer one or taken back; the answer does not tell which."""

    code = "roster_link_unknown"
    status = 404
    message = _("This link does not work, or no more. Ask whoever gave it to you for a new one.")


class RosterLinkExpired(Conflict):
    code = "roster_link_expired"
    message = _("This link has run out. Ask whoever gave it to you for a new one.")


class RosterLinkUsed(Conflict):
    code = "roster_link_used"
    message = _("This link was used already. If it was you, sign in; if not, tell whoever gave it to you.")


class RosterNotOpen(Conflict):
    code = "roster_not_open"
    message = _("The competition is not published yet: keep the link, and come back.")


class RosterJoined(Conflict):
    code = "roster_joined"
    message = _("This person has joined already.")


class AlreadyOnRoster(Conflict):
    code = "already_on_the_roster"
    message = _("Your account is on the roster already, as somebody else. Sign in with your own account.")


class NotOnRoster(Refusal):
    code = "not_on_the_roster"
    status = 404
    message = _("No invitation waits for a confirmed email address of yours.")


class RosterAccountsClosed(Forbidden):
    code = "roster_accounts_closed"
    message = _("Links make no accounts on this site: sign in with yours.")


# --- grades -----------------------------------------------------------------------------------------------------------
class NoGradeRule(Conflict):
    code = "no_grade_rule"
    message = _("Say first which score gives which grade.")


class SameScoreTwice(Refusal):
    code = "same_score_twice"
    message = _("Two lines have the same score.")
    attr = "lines"


class GradesFall(Refusal):
    code = "grades_fall"
    message = _("A better score must not give a lower grade.")
    attr = "lines"
