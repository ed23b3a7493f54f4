"""To whom an announcement is written: everybody, or some of those who take part in the competition.

Who they are is decided once, when it is sent: it is theirs and the organisers' to read, and nobody's who comes to
belong to them later.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User
from competitions.access import ROOM
from competitions.getting_on import is_for_everybody
from competitions.models import Competition, Membership, Standing, Team
from discussions.exceptions import AudienceOfAnnouncement, NobodyReached, NoSuchAudience
from discussions.models import Discussion, Recipient
from submissions.models import Submission

Audience = Discussion.Audience
# Those that are of something that has a name.
NAMED = (Audience.BRACKET, Audience.PHASE)
BATCH = 1000


def those(competition: Competition | None, audience: str, of: str = "") -> QuerySet[User]:
    """The people who take part in the competition and belong to the audience now.

    `of`: the slug of the bracket, or the number of the phase.

    Raises:
        AudienceOfAnnouncement: of the whole site's discussions there is none but everybody.
        NoSuchAudience: the competition has no such bracket or phase.
    """
    if competition is None:
        raise AudienceOfAnnouncement
    teams = Team.objects.active().filter(competition=competition)
    theirs = Membership.objects.filter(
        user=OuterRef("pk"), team__in=_teams(competition, teams, audience, of).values("pk")
    )
    return User.objects.living().filter(Exists(theirs))


def _teams(competition: Competition, teams: QuerySet[Team], audience: str, of: str) -> QuerySet[Team]:
    match audience:
        case Audience.NEVER_SUBMITTED:
            # Refused files are tries, too; what was taken over from a former phase was sent in that one.
            return teams.exclude(Exists(Submission.objects.filter(team=OuterRef("pk"))))
        case Audience.BRACKET:
            bracket = competition.brackets.filter(slug=of).first()
            if bracket is None:
                raise NoSuchAudience
            return teams.filter(bracket_entries__bracket=bracket)
        case Audience.PHASE:
            number = int(of) if of.isascii() and of.isdigit() and len(of) <= 4 else 0
            phase = competition.phases.filter(number=number).first()
            if phase is None:
                raise NoSuchAudience
            if is_for_everybody(phase):
                return teams
            return teams.filter(Exists(Standing.objects.filter(team=OuterRef("pk"), phase=phase, gets_on=True)))
        case _:
            return teams


def address(discussion: Discussion, *, by: User) -> None:
    """Write down who an announcement is for. Call it in the transaction that saves it.

    Raises:
        AudienceOfAnnouncement, NoSuchAudience: as `those`.
        NobodyReached: nobody belongs to the audience.
    """
    if not discussion.is_restricted:
        return
    found = those(discussion.competition, discussion.audience, discussion.audience_of).exclude(pk=by.pk)
    ids = list(found.order_by("pk").values_list("pk", flat=True))
    if not ids:
        raise NobodyReached
    Recipient.objects.bulk_create(
        [Recipient(discussion=discussion, user_id=pk) for pk in ids], batch_size=BATCH, ignore_conflicts=True
    )


def told(discussion: Discussion) -> QuerySet[User]:
    """Whom an announcement to some is told to: its recipients, as far as they may still look inside."""
    if discussion.competition is None or not discussion.competition.is_published:
        return User.objects.none()
    mine = User.objects.living().filter(pk__in=Recipient.objects.filter(discussion=discussion).values("user"))
    return mine.filter(ROOM.people(discussion.competition))


def readers_of(discussion: Discussion) -> Q:
    """The accounts that an announcement to some is for, and who moderate, as a condition on users."""
    if not discussion.is_restricted or discussion.competition is None:
        return Q()
    hosts, helpers = discussion.competition.hosts.values("pk"), discussion.competition.helpers.values("user")
    theirs = Recipient.objects.filter(discussion=discussion).values("user")
    return Q(pk__in=theirs) | Q(pk__in=hosts) | Q(pk__in=helpers)
