"""Queries for competitions, teams, requests between teams, and standings: which rows, and for whom."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Prefetch, Q, Subquery, Value, When
from django.db.models.functions import Coalesce

# Models and their querysets need each other: this is read when a query is made.
from competitions import access, models as tables
from foundation.folding import fold
from foundation.languages import translations_of

if TYPE_CHECKING:
    from competitions.models import (  # noqa: F401 -- in types below
        Bracket,
        Competition,
        CrewInvitation,
        DataFile,
        Invitation,
        MergeRequest,
        Phase,
        Standing,
        Team,
    )


def count_of(rows: models.QuerySet, *, by: str = "competition") -> Coalesce:
    """How many of `rows` (which refer to the outer row's competition, or to what `by` names) there are."""
    return Coalesce(Subquery(rows.order_by().values(by).annotate(n=Count("pk")).values("n")), 0)


class CompetitionQuerySet(models.QuerySet["Competition"]):
    def hosted_by(self, user: Any) -> CompetitionQuerySet:
        """Competitions `user` organises; all of them for a superuser."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        return self.filter(Exists(self.model.hosts.through.objects.filter(competition=OuterRef("pk"), user=user)))

    def moderated_by(self, user: Any) -> CompetitionQuerySet:
        """Competitions whose discussions `user` looks after: those they organise, and those they help with."""
        hosted = self.hosted_by(user)
        return (
            hosted if not user.is_authenticated or user.is_superuser else hosted | self.filter(access.helped_by(user))
        )

    def entered_by(self, user: Any) -> CompetitionQuerySet:
        if not user.is_authenticated:
            return self.none()
        return self.filter(memberships__user=user)

    def visible_to(self, user: Any) -> CompetitionQuerySet:
        """Competitions whose page `user` may open, listed or not."""
        return self.filter(access.PAGE.rows(user))

    def open_to(self, user: Any) -> CompetitionQuerySet:
        """Competitions whose leaderboard, teams and discussions `user` may see."""
        return self.filter(access.ROOM.rows(user))

    def listed_for(self, user: Any) -> CompetitionQuerySet:
        """Competitions shown in the list: public ones, and those `user` entered, organises or helps with."""
        visible = self.visible_to(user)
        if user.is_authenticated and user.is_superuser:
            return visible
        public = Q(visibility=self.model.Visibility.PUBLIC)
        theirs = access.hosted_by(user) | access.entered_by(user) | access.helped_by(user)
        return visible.filter(public | theirs)

    def in_state(self, state: str, at: datetime) -> CompetitionQuerySet:
        """The clock's states, as `Phase.state` derives them for the phase that is meant where none is named."""
        return self.filter(current_phase__in=tables.Phase.objects.in_state(state, at))

    def by_slug_or_id(self, key: str) -> CompetitionQuerySet:
        # isascii: "²".isdigit() is true, and int("²") is not. 18 digits fit every database's bigint.
        if key.isascii() and key.isdigit():
            return self.filter(pk=int(key)) if len(key) <= 18 else self.none()
        return self.filter(slug=key)

    def lock(self, pk: int) -> Competition:
        """The competition's row, locked until the transaction ends: the lock for its phases too, which are read after
        it is taken. Whoever changes a phase holds it.
        """
        locked = self.select_related(None).select_for_update(of=("self",)).get(pk=pk)
        locked.current_phase = (
            None if locked.current_phase_id is None else tables.Phase.objects.get(pk=locked.current_phase_id)
        )
        return locked

    def with_has_brackets(self) -> CompetitionQuerySet:
        """With `has_brackets`: whether there are any, so that leaderboards look for those of teams only then."""
        return self.annotate(has_brackets=Exists(tables.Bracket.objects.filter(competition=OuterRef("pk"))))

    def with_facts_for(self, user: Any) -> CompetitionQuerySet:
        """With `team_count`, `participant_count`, `is_entered` and `is_host`, each a sub-query on an index."""
        memberships = tables.Membership.objects.filter(competition=OuterRef("pk"))
        teams = tables.Team.objects.competing().filter(competition=OuterRef("pk"))
        signed_in = user.is_authenticated
        hosts = self.model.hosts.through.objects.filter(competition=OuterRef("pk"), user=user.pk)
        return self.annotate(
            team_count=count_of(teams),
            participant_count=count_of(memberships),
            is_entered=Exists(memberships.filter(user=user.pk)) if signed_in else Value(value=False),
            is_host=Value(value=signed_in) if not signed_in or user.is_superuser else Exists(hosts),
        )

    def with_details_for(self, user: Any) -> CompetitionQuerySet:
        """`with_facts_for`, and what only the full view shows: pages without their text, and what is `user`'s own."""
        this = OuterRef("pk")
        acceptances = tables.RulesAcceptance.objects.filter(competition=this, user=user.pk)
        departures = tables.Departure.objects.filter(competition=this, user=user.pk)
        solutions = tables.Solution.objects.filter(phase=OuterRef("current_phase"), is_active=True)
        pages = tables.Page.objects.defer("body", *translations_of("body"))
        # Who has been in has given the code.
        knows_the_code = Q(is_entered=True) | Exists(departures)
        return (
            self.with_facts_for(user)
            .annotate(
                accepted_rules_version=Subquery(acceptances.order_by("-version").values("version")[:1]),
                has_solution=Exists(solutions),
                is_helper=Exists(tables.Helper.objects.filter(competition=this, user=user.pk)),
                needs_invitation_code=Case(
                    When(Q(visibility=self.model.Visibility.INVITATION) & ~knows_the_code, then=Value(value=True)),
                    default=Value(value=False),
                ),
            )
            .prefetch_related(
                "hosts",
                "brackets",
                Prefetch("pages", queryset=pages),
                "phases",
                Prefetch("teams", queryset=tables.Team.objects.active().of_user(user), to_attr="own_teams"),
            )
        )


class PhaseQuerySet(models.QuerySet["Phase"]):
    def lock(self, phase: Phase) -> Phase:
        """The phase as it is once its competition's row is locked, until the transaction ends: the lock of all phases.

        In the order that everybody locks in it comes after teams.
        """
        rows: Any = tables.Competition.objects.select_related(None)
        competition = rows.select_for_update(of=("self",)).get(pk=phase.competition_id)
        locked = self.get(pk=phase.pk)
        locked.competition = competition
        if competition.current_phase_id == locked.pk:
            competition.current_phase = locked
        return locked

    def in_state(self, state: str, at: datetime) -> PhaseQuerySet:
        """The clock's states, as `Phase.state` derives them."""
        ended = Q(ends_at__lte=at) | Q(ended_at__isnull=False)
        conditions = {
            "upcoming": Q(starts_at__gt=at) & ~ended,
            "running": Q(starts_at__lte=at) & ~ended,
            "finished": ended & Q(confirmed_at__isnull=True),
            "confirmed": ended & Q(confirmed_at__isnull=False),
        }
        return self.filter(conditions[state])


class DataFileQuerySet(models.QuerySet["DataFile"]):
    def shown_at(self, at: datetime) -> DataFileQuerySet:
        """Those that others than organisers may know of; see `DataFile.is_shown`."""
        return self.filter(access.shown_files(at))

    def known_to(self, user: Any, at: datetime) -> DataFileQuerySet:
        """Those whose names `user` may know."""
        return self.filter(access.FILE.rows(user, at))

    def sample_submission_of(self, phase: Phase) -> DataFile | None:
        """The sample submission for the phase: its own, else the competition's."""
        rows = self.filter(Q(phase=phase) | Q(phase__isnull=True), is_sample_submission=True)
        return rows.order_by(F("phase").asc(nulls_last=True)).first()


class TeamQuerySet(models.QuerySet["Team"]):
    def active(self) -> TeamQuerySet:
        return self.filter(merged_at__isnull=True, disbanded_at__isnull=True)

    def competing(self) -> TeamQuerySet:
        """Teams that count: those that go on, and are neither out of competition nor disqualified."""
        return self.active().filter(out_of_competition_at__isnull=True, disqualified_at__isnull=True)

    def emptied(self) -> TeamQuerySet:
        """Teams of the past: merged into another one, or left by everybody."""
        return self.exclude(merged_at__isnull=True, disbanded_at__isnull=True)

    def of_user(self, user: Any) -> TeamQuerySet:
        if not user.is_authenticated:
            return self.none()
        return self.filter(memberships__user=user)

    def visible_to(self, user: Any) -> TeamQuerySet:
        """Teams of the competitions `user` finds in the list, and those of closed rooms `user` is in or organises."""
        return self.filter(competition__in=tables.Competition.objects.listed_for(user).values("pk"))

    def named_like(self, text: str) -> TeamQuerySet:
        """Teams with `text` in their name or a member's."""
        return self.filter(search_name__text__contains=fold(text))

    def with_members(self) -> TeamQuerySet:
        entries = tables.BracketEntry.objects.select_related("bracket")
        return self.select_related("competition__current_phase", "owner").prefetch_related(
            "memberships__user", Prefetch("bracket_entries", queryset=entries)
        )

    def lock(self, pk: int) -> Team:
        """The team's row, locked until the transaction ends: the one lock that submissions and merges share."""
        return self.select_for_update(of=("self",)).select_related("competition__current_phase").get(pk=pk)

    def lock_all(self, pks: Iterable[int]) -> dict[int, Team]:
        """Several teams' rows, locked in the order of their keys so that two transactions never wait crosswise."""
        rows = (
            self.select_for_update(of=("self",))
            .select_related("competition__current_phase")
            .filter(pk__in=set(pks))
            .order_by("pk")
        )
        return {team.pk: team for team in rows}


class SearchNameQuerySet(models.QuerySet):
    def holding(self, text: str) -> SearchNameQuerySet:
        """Those with `text` in the team's name or a member's, whatever its width and capitals."""
        return self.filter(text__contains=fold(text))


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def pending(self) -> InvitationQuerySet:
        return self.filter(status="pending")

    def open_for(self, user: Any) -> InvitationQuerySet:
        """What `user` may still decide: pending, of a team that goes on, in a competition they may see."""
        mine = self.pending().filter(user=user, team__merged_at__isnull=True, team__disbanded_at__isnull=True)
        return mine.filter(team__competition__in=_visible_to(user))

    def of_concern_to(self, user: Any) -> InvitationQuerySet:
        """Those of `user`, and those of the teams `user` is in, in competitions they may see."""
        mine = self.filter(Q(user=user) | Q(team__in=_teams_of(user)))
        return mine.filter(team__competition__in=_visible_to(user))

    def for_display(self) -> InvitationQuerySet:
        return self.select_related("team__competition__current_phase", "user", "invited_by")


class CrewInvitationQuerySet(models.QuerySet["CrewInvitation"]):
    def pending(self) -> CrewInvitationQuerySet:
        return self.filter(status="pending")

    def for_display(self) -> CrewInvitationQuerySet:
        return self.select_related("competition__current_phase", "user", "invited_by")


class MergeRequestQuerySet(models.QuerySet["MergeRequest"]):
    def pending(self) -> MergeRequestQuerySet:
        return self.filter(status="pending")

    def of_team(self, team: Team) -> MergeRequestQuerySet:
        return self.filter(Q(from_team=team) | Q(to_team=team))

    def of_concern_to(self, user: Any) -> MergeRequestQuerySet:
        """Those from or to a team `user` is in, in competitions they may see."""
        teams = _teams_of(user)
        mine = self.filter(Q(from_team__in=teams) | Q(to_team__in=teams))
        return mine.filter(to_team__competition__in=_visible_to(user))

    def for_display(self) -> MergeRequestQuerySet:
        return self.select_related("from_team", "to_team", "requested_by")


def _teams_of(user: Any) -> models.QuerySet:
    return tables.Membership.objects.filter(user=user).values("team")


def _visible_to(user: Any) -> models.QuerySet:
    return tables.Competition.objects.visible_to(user).values("pk")


class StandingQuerySet(models.QuerySet["Standing"]):
    def of_current_phases(self) -> StandingQuerySet:
        """One for each team: that of the phase that is meant where none is named."""
        return self.filter(phase=F("competition__current_phase"))

    def ranked(self) -> StandingQuerySet:
        # Not `is_ranked=True`: SQLite reads a bare column as no equality and would leave the index there.
        return self.filter(is_ranked__in=[True])

    def outside(self) -> StandingQuerySet:
        """Those of teams that are shown, marked, and have no rank: out of competition, or disqualified."""
        return self.filter(self._marked(), is_ranked__in=[False])

    def shown(self) -> StandingQuerySet:
        """Those on leaderboards, with a rank or without."""
        return self.filter(Q(is_ranked=True) | self._marked())

    def in_bracket(self, bracket: Bracket | None, *, in_order: bool = False) -> StandingQuerySet:
        """Those of the teams that belong to the bracket; None: all.

        `in_order`: for the first of many in the order of an index, each of which is looked at in turn; otherwise all
        of them are looked up, and put in order then.
        """
        if bracket is None:
            return self
        entries = tables.BracketEntry.objects.filter(bracket=bracket).order_by()
        if in_order:
            return self.filter(Exists(entries.filter(team=OuterRef("team"))))
        return self.filter(team__in=entries.values("team"))

    def disqualified_last(self) -> StandingQuerySet:
        """In the order they have, but for disqualified teams, which come after all others."""
        excluded = Case(When(team__disqualified_at__isnull=True, then=0), default=1)
        return self.order_by(excluded, *self.query.order_by)

    @staticmethod
    def _marked() -> Q:
        goes_on = Q(team__merged_at__isnull=True, team__disbanded_at__isnull=True)
        return goes_on & (Q(team__out_of_competition_at__isnull=False) | Q(team__disqualified_at__isnull=False))

    def with_public_rank(self, *, seen_by: Any) -> StandingQuerySet:
        """With `public_rank`: 1 for the best; None without a score, and where `seen_by` may not see it.

        A count for each row: for a handful of rows.
        """
        whole = tables.Phase.objects.filter(access.BOARD.rows(seen_by)).values("pk")
        own = tables.Phase.objects.filter(access.BOARD.own_rows(seen_by)).values("pk")
        may_see = Q(phase__in=whole)
        if seen_by.is_authenticated:
            may_see |= Q(phase__in=own, team__in=seen_by.memberships.values("team"))
        has_rank = Q(is_ranked=True, public_key__isnull=False) & may_see
        better = self._better_by("public_key", "best_submitted_at")
        return self.annotate(public_rank=Case(When(has_rank, then=count_of(better, by="phase") + 1)))

    def with_confirmed_private_rank(self, at: datetime) -> StandingQuerySet:
        """With `private_rank`, which is None wherever the private leaderboard is not open to everybody at `at`."""
        is_open = Q(phase__ends_at__lte=at, phase__confirmed_at__isnull=False)
        has_rank = Q(is_ranked=True, private_key__isnull=False)
        better = self._better_by("private_key", "private_submitted_at")
        return self.annotate(private_rank=Case(When(is_open & has_rank, then=count_of(better, by="phase") + 1)))

    def _better_by(self, key: str, moment: str) -> StandingQuerySet:
        """Those of the same phase that stand before the outer row."""
        better = tables.Standing.objects.ranked().filter(**{"phase": OuterRef("phase"), f"{key}__lte": OuterRef(key)})
        return better.filter(
            Q(**{f"{key}__lt": OuterRef(key)})
            | Q(**{f"{moment}__lt": OuterRef(moment)})
            | Q(**{moment: OuterRef(moment), "team__lt": OuterRef("team")})
        )

    def in_public_order(self) -> StandingQuerySet:
        """Best first; equal scores: the earlier best submission first; teams without a score last."""
        return self.order_by(
            F("public_key").asc(nulls_last=True), F("best_submitted_at").asc(nulls_last=True), "team_id"
        )

    def in_private_order(self) -> StandingQuerySet:
        return self.order_by(
            F("private_key").asc(nulls_last=True), F("private_submitted_at").asc(nulls_last=True), "team_id"
        )
