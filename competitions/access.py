"""Who gets at a competition at all: may open its page, and may look inside a closed room.

Each of the two rules answers three questions, which have to agree: may this person (`may`), which competitions for a
person (`rows`), and which people for a competition (`people`). Every room that shows something of a competition, lists
it or tells somebody of it asks one of these three.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db.models import Q

# Models and rules need each other: the former are read when a rule is asked.
from competitions import boards, models as tables
from competitions.boards import board_of
from competitions.exceptions import (
    LeaderboardForHosts,
    LeaderboardForParticipants,
    LeaderboardOwnRowOnly,
    NotEntered,
)
from foundation.refusals import NotVisible
from foundation.verdict import YES, Verdict

if TYPE_CHECKING:
    from competitions.models import Competition, DataFile, Phase

# Django's permission that makes staff of the site editors of every competition.
EDIT = "competitions.change_competition"


# --- facts the rules rest on ------------------------------------------------------------------------------------------
def is_host(user: Any, competition: Competition) -> bool:
    """Whether `user` organises the competition; a superuser organises all of them."""
    if not user.is_authenticated or not user.is_active:
        return False
    if user.is_superuser:
        return True
    if "hosts" in getattr(competition, "_prefetched_objects_cache", {}):
        return any(host.pk == user.pk for host in competition.hosts.all())
    return competition.hosts.filter(pk=user.pk).exists()


def is_editor(user: Any) -> bool:
    """Whether `user` is of the staff and has been given Django's permission to change competitions."""
    return bool(user.is_authenticated and user.is_staff) and user.has_perm(EDIT)


def is_helper(user: Any, competition: Competition) -> bool:
    """Whether `user` helps with the competition: sees what people inside see, and moderates its discussions."""
    if not user.is_authenticated or not user.is_active:
        return False
    if "helpers" in getattr(competition, "_prefetched_objects_cache", {}):
        return any(helper.user_id == user.pk for helper in competition.helpers.all())
    return competition.helpers.filter(user=user).exists()


def is_participant(user: Any, competition: Competition) -> bool:
    """Whether `user` is in a team of the competition."""
    if not user.is_authenticated:
        return False
    if "memberships" in getattr(competition, "_prefetched_objects_cache", {}):
        return any(membership.user_id == user.pk for membership in competition.memberships.all())
    return competition.memberships.filter(user=user).exists()


def runs_all(user: Any) -> bool:
    """Whether every competition is open to `user`: superusers and editors, while their account is in use."""
    return bool(user.is_authenticated and user.is_active) and (user.is_superuser or is_editor(user))


def everywhere() -> Q:
    """The people for whom `runs_all` holds, as a condition on users."""
    people: Any = get_user_model().objects
    backend = "django.contrib.auth.backends.ModelBackend"
    return Q(is_superuser=True) | Q(pk__in=people.with_perm(EDIT, backend=backend).filter(is_staff=True).values("pk"))


# --- the rules --------------------------------------------------------------------------------------------------------
class PageAccess:
    """Open the competition's page and read its description: everybody once it is published; before, who runs it."""

    def may(self, user: Any, competition: Competition) -> Verdict:
        """Whether `user` may; a hidden competition looks as if it did not exist."""
        if competition.is_published or is_host(user, competition) or runs_all(user):
            return YES
        return Verdict(NotVisible())

    def rows(self, user: Any) -> Q:
        """The competitions for which `user` may, as a condition on competitions."""
        if runs_all(user):
            return Q()
        return Q(is_published=True) | hosted_by(user)

    def people(self, competition: Competition) -> Q:
        """The accounts in use that may, as a condition on users."""
        return Q(is_active=True) if competition.is_published else _who_runs(competition)


class RoomAccess:
    """See more than the description: leaderboard, teams, discussions. A closed room keeps these to its people."""

    def may(self, user: Any, competition: Competition) -> Verdict:
        """As `PageAccess.may`; in a room by invitation only for those who have entered, who runs it, and who helps."""
        if not (visible := PAGE.may(user, competition)):
            return visible
        if competition.visibility != competition.Visibility.INVITATION:
            return YES
        if is_participant(user, competition) or is_host(user, competition) or runs_all(user):
            return YES
        return YES if is_helper(user, competition) else Verdict(NotEntered())

    def rows(self, user: Any) -> Q:
        """The competitions for which `user` may, as a condition on competitions."""
        if runs_all(user):
            return Q()
        theirs = entered_by(user) | helped_by(user)
        return (Q(is_published=True) & (~Q(visibility="invitation") | theirs)) | hosted_by(user)

    def people(self, competition: Competition) -> Q:
        """The accounts in use that may, as a condition on users."""
        if competition.visibility != competition.Visibility.INVITATION or not competition.is_published:
            return PAGE.people(competition)
        takes_part = Q(is_active=True, pk__in=competition.memberships.values("user"))
        helps = Q(is_active=True, pk__in=competition.helpers.values("user"))
        return takes_part | helps | _who_runs(competition)


class BoardAccess:
    """See the whole public leaderboard of a phase: of those who may look inside, whom the organisers let see it.

    `own_row`, `own_rows`: the same for the row of one's own team.
    """

    def may(self, user: Any, phase: Phase) -> Verdict:
        """Whether `user` may see every row."""
        competition = phase.competition
        if not (inside := ROOM.may(user, competition)):
            return inside
        audience = board_of(phase).audience
        if audience == boards.EVERYBODY or is_host(user, competition) or runs_all(user):
            return YES
        if audience == boards.PARTICIPANTS:
            return YES if is_participant(user, competition) else Verdict(LeaderboardForParticipants())
        return Verdict(LeaderboardOwnRowOnly() if audience == boards.OWN_ROW else LeaderboardForHosts())

    def own_row(self, user: Any, phase: Phase) -> Verdict:
        """Whether `user` may see the row of the own team, and with it its rank."""
        if all_of_it := self.may(user, phase):
            return YES
        is_own = board_of(phase).audience == boards.OWN_ROW and is_participant(user, phase.competition)
        return YES if is_own else all_of_it

    def rows(self, user: Any) -> Q:
        """The phases for which `user` may see every row, as a condition on phases."""
        if runs_all(user):
            return Q()
        shown = Q(board_opened_at__isnull=False) | Q(board_audience=boards.EVERYBODY)
        entered = Q(board_audience=boards.PARTICIPANTS) & _in(entered_by(user))
        return (_in(ROOM.rows(user)) & (shown | entered)) | _in(hosted_by(user))

    def own_rows(self, user: Any) -> Q:
        """The phases for which `user` may see the own team's row, as a condition on phases."""
        if runs_all(user):
            return Q()
        return self.rows(user) | (_in(ROOM.rows(user)) & Q(board_audience=boards.OWN_ROW) & _in(entered_by(user)))

    def people(self, phase: Phase) -> Q:
        """The accounts in use that may see every row, as a condition on users."""
        audience, competition = board_of(phase).audience, phase.competition
        if audience == boards.EVERYBODY:
            return ROOM.people(competition)
        takes_part = Q(is_active=True, pk__in=competition.memberships.values("user"))
        takes_part &= Q() if competition.is_published else NOBODY
        return (takes_part | _who_runs(competition)) if audience == boards.PARTICIPANTS else _who_runs(competition)


class FileAccess:
    """Know of a data file: who may look inside, if it belongs to no phase or to one that has started; who runs it."""

    def may(self, user: Any, data_file: DataFile, at: datetime) -> Verdict:
        """Whether `user` may; a file that opens later looks as if it did not exist."""
        competition = data_file.competition
        if not (inside := ROOM.may(user, competition)):
            return inside
        if data_file.is_shown(at) or is_host(user, competition) or runs_all(user):
            return YES
        return Verdict(NotVisible())

    def rows(self, user: Any, at: datetime) -> Q:
        """The data files for which `user` may, as a condition on data files."""
        if runs_all(user):
            return Q()
        return (_in(ROOM.rows(user)) & shown_files(at)) | _in(hosted_by(user))


PAGE = PageAccess()
ROOM = RoomAccess()
BOARD = BoardAccess()
FILE = FileAccess()


# --- parts of conditions ----------------------------------------------------------------------------------------------
def hosted_by(user: Any) -> Q:
    """The competitions that `user` is named as organiser of, as a condition on competitions."""
    return Q(pk__in=user.hosted_competitions.values("pk")) if _is_in_use(user) else NOTHING


def entered_by(user: Any) -> Q:
    """The competitions that `user` is in a team of, as a condition on competitions."""
    return Q(pk__in=user.memberships.values("competition")) if user.is_authenticated else NOTHING


def helped_by(user: Any) -> Q:
    """The competitions that `user` helps with, as a condition on competitions."""
    return Q(pk__in=user.helps.values("competition")) if _is_in_use(user) else NOTHING


NOTHING = NOBODY = Q(pk__in=[])


def shown_files(at: datetime) -> Q:
    """Those that belong to no phase, or to one that has started, as a condition on data files."""
    return Q(phase__isnull=True) | Q(phase__starts_at__lte=at)


def _in(competitions: Q) -> Q:
    """What belongs to these competitions, as a condition on phases or data files."""
    return Q(competition__in=tables.Competition.objects.filter(competitions).values("pk"))


def _is_in_use(user: Any) -> bool:
    return bool(user.is_authenticated and user.is_active)


def _who_runs(competition: Competition) -> Q:
    return Q(is_active=True) & (Q(pk__in=competition.hosts.values("pk")) | everywhere())
