"""Keeping standings: the only code that writes them.

There is a standing for each team and phase. Every change happens in the transaction of what caused it and raises the
competition's `leaderboard_version`, from which the public leaderboard's ETag is made. Private values are written by
`rebuild_standings` alone, which then leaves the version as it is: nobody can tell from outside that private scoring
ran. Once the private leaderboard is confirmed it is open, and its values raise the version as all others do.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q

from competitions.boards import board_of
from competitions.models import Competition, Phase, RankInterval, Standing, StandingChange, Team
from competitions.querysets import StandingQuerySet

BATCH = 1000


@dataclass(frozen=True, slots=True)
class StandingUpdate:
    """What one scored submission did. Ranks begin at 1; None: no rank, or a leaderboard that stands still.

    `teams`: how many teams have a rank now.
    """

    is_best: bool
    previous_best: float | None
    rank_before: int | None
    rank_after: int | None
    teams: int | None
    # The team's best by now, and when it was sent in.
    best: float | None = None
    best_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PublicStanding:
    """The public side of one team's standing. `improvements`: (score, at), oldest first, each better than the last."""

    team_id: int
    best_public_score: float | None
    best_submitted_at: datetime | None
    last_submitted_at: datetime | None
    total_submissions: int
    improvements: tuple[tuple[float, datetime], ...] = ()


@dataclass(frozen=True, slots=True)
class PrivateStanding:
    """The private side of one team's standing: the best of the submissions that count, and when it was sent in."""

    team_id: int
    best_private_score: float | None
    private_submitted_at: datetime | None


def leaderboard_changed(*, competition_id: int) -> None:
    """Something the public leaderboard shows changed, names and members included: polls must not get a 304."""
    Competition.objects.filter(pk=competition_id).update(leaderboard_version=F("leaderboard_version") + 1)


def count_submission(*, team: Team, phase: Phase, at: datetime) -> None:
    """A submission sent in at `at` took a slot. Call it inside a transaction with the team's row locked.

    On a leaderboard that stands still nothing moves.

    Raises:
        ValueError: a late submission, which must never move a standing.
    """
    _refuse_late(phase, at)
    if not board_of(phase).takes(at):
        return
    if not Standing.objects.filter(team=team, phase=phase).update(total_submissions=F("total_submissions") + 1):
        Standing.objects.create(
            team=team, phase=phase, competition_id=team.competition_id, is_ranked=team.is_ranking, total_submissions=1
        )
    leaderboard_changed(competition_id=team.competition_id)


def uncount_submission(*, team: Team, phase: Phase, at: datetime) -> None:
    """A counted submission, sent in at `at`, was refused or failed. As for `count_submission`."""
    if not board_of(phase).takes(at):
        return
    standing = _standing_of(team, phase)
    standing.total_submissions = max(0, standing.total_submissions - 1)
    standing.save(update_fields=["total_submissions"])
    leaderboard_changed(competition_id=team.competition_id)


def record_public_score(*, team: Team, phase: Phase, score: float, at: datetime) -> StandingUpdate | None:
    """A counted submission, sent in at `at`, got its public score. Call it in a transaction with the team's row locked.

    Equal scores: the earlier submission is the best one, in whichever order the two were scored. None: the leaderboard
    stands still, and nothing was moved.

    Raises:
        ValueError: a late submission, or a score that is no finite number.
    """
    _refuse_late(phase, at)
    if not math.isfinite(score):
        raise ValueError("a score must be a finite number")
    if not board_of(phase).takes(at):
        return None
    standing = _standing_of(team, phase)
    previous = standing.best_public_score
    is_best = phase.is_better(score, than=previous)
    key = phase.sort_key(score)
    teams, rank_before, rank_after = _places_before_and_after(standing, key, at)
    if is_best or (key == standing.public_key and at < (standing.best_submitted_at or at)):
        standing.best_public_score, standing.public_key, standing.best_submitted_at = score, key, at
    in_order = standing.last_submitted_at is None or at > standing.last_submitted_at
    standing.last_submitted_at = at if in_order else standing.last_submitted_at
    standing.save(update_fields=["best_public_score", "public_key", "best_submitted_at", "last_submitted_at"])
    if not in_order:
        _insert_improvement(team, phase, score, at)
    elif is_best:
        StandingChange.objects.create(competition_id=team.competition_id, phase=phase, team=team, score=score, at=at)
    leaderboard_changed(competition_id=team.competition_id)
    return StandingUpdate(
        is_best=is_best,
        previous_best=previous,
        rank_before=rank_before,
        rank_after=rank_after if is_best else rank_before,
        teams=teams,
        best=standing.best_public_score,
        best_at=standing.best_submitted_at,
    )


def note_scored(*, team: Team, phase: Phase, at: datetime) -> None:
    """A submission that was voided while it was being scored has its score: note when the team last submitted.

    It counts for nothing else. Call it in a transaction with the team's row locked.
    """
    if not board_of(phase).takes(at):
        return
    standing = _standing_of(team, phase)
    if standing.last_submitted_at is None or at > standing.last_submitted_at:
        standing.last_submitted_at = at
        standing.save(update_fields=["last_submitted_at"])
    leaderboard_changed(competition_id=team.competition_id)


def combine_standings(*, from_team: Team, to_team: Team) -> None:
    """Make `to_team` stand as if it had sent in the submissions of both; `from_team` leaves the ranking, emptied.

    Call it inside the merge's transaction with both team rows locked.
    """
    for phase in to_team.competition.phases.all():
        _combine(phase, from_team, to_team)
    leaderboard_changed(competition_id=to_team.competition_id)


def _combine(phase: Phase, from_team: Team, to_team: Team) -> None:
    source, target = _standing_of(from_team, phase), _standing_of(to_team, phase)
    scored = [row for row in (source, target) if row.public_key is not None]
    if scored:
        best = min(scored, key=lambda row: (row.public_key, row.best_submitted_at))
        target.best_public_score, target.public_key = best.best_public_score, best.public_key
        target.best_submitted_at = best.best_submitted_at
    target.last_submitted_at = max(
        (row.last_submitted_at for row in (source, target) if row.last_submitted_at is not None), default=None
    )
    target.total_submissions += source.total_submissions
    target.save()
    source.is_ranked = False
    source.best_public_score = source.public_key = source.best_submitted_at = source.last_submitted_at = None
    source.total_submissions = 0
    source.save()

    changes = StandingChange.objects.filter(phase=phase, team__in=[from_team, to_team])
    merged = improvements(phase, list(changes.values_list("score", "at")))
    changes.delete()
    StandingChange.objects.bulk_create(
        StandingChange(competition_id=phase.competition_id, phase=phase, team=to_team, score=score, at=at)
        for score, at in merged
    )


def leave_ranking(*, teams: Iterable[Team]) -> None:
    """Take the places of these teams from them; those behind close up. Call it with their rows locked.

    The competition's row is locked first: of two teams that leave at once, each moves the standing of the other.
    """
    for competition_id in sorted({team.competition_id for team in teams}):
        Competition.objects.lock(competition_id)
        theirs = [team for team in teams if team.competition_id == competition_id]
        Standing.objects.filter(competition=competition_id, team__in=theirs).update(is_ranked=False)
        _close_up_everywhere(competition_id)
        leaderboard_changed(competition_id=competition_id)


def return_to_ranking(*, team: Team) -> None:
    """Give the team its place back, if nothing else keeps it out; others move down. Call it with its row locked."""
    Standing.objects.filter(team=team).update(is_ranked=team.is_ranking)
    _close_up_everywhere(team.competition_id)
    leaderboard_changed(competition_id=team.competition_id)


def rebuild_standings(
    *,
    phase: Phase,
    rows: Iterable[PublicStanding | PrivateStanding],
    teams: Collection[int] | None = None,
) -> None:
    """Write the given sides of the given teams' standings, in one transaction; teams without a row stay as they are.

    `teams`: only these are looked at, and the public ranks that the private leaderboard compares with close up around
    them; None: all.

    Public rows replace the team's history too and make the public leaderboard new; private rows show nowhere outside.
    The caller derives `rows` under a lock that keeps submissions away (`lock_teams`).
    """
    public, private = _by_side(rows)
    with transaction.atomic():
        standings = Standing.objects.filter(phase=phase).select_related("team").order_by("pk")
        if teams is not None:
            standings = standings.filter(team__in=teams)
        changed = []
        for standing in standings:
            if (seen := public.get(standing.team_id)) is not None:
                _apply_public(standing, seen, phase)
            if (secret := private.get(standing.team_id)) is not None:
                _apply_private(standing, secret, phase)
            standing.is_ranked = standing.team.is_ranking
            changed.append(standing)
        if teams is None:
            _number_public_ranks(changed)
        fields = [
            *("is_ranked", "final_public_rank"),
            *(_PUBLIC_FIELDS if public else ()),
            *(_PRIVATE_FIELDS if private else ()),
        ]
        Standing.objects.bulk_update(changed, fields, batch_size=BATCH)
        if teams is not None:
            _close_up(phase.pk)
        forget_rank_intervals(phase)
        if public:
            StandingChange.objects.filter(phase=phase, team__in=public).delete()
            StandingChange.objects.bulk_create(
                (
                    StandingChange(
                        competition_id=phase.competition_id, phase=phase, team_id=row.team_id, score=score, at=at
                    )
                    for row in public.values()
                    for score, at in row.improvements
                ),
                batch_size=BATCH,
            )
        is_open = Phase.objects.filter(pk=phase.pk, confirmed_at__isnull=False).exists()
        if public or is_open:
            leaderboard_changed(competition_id=phase.competition_id)


def keep_rank_intervals(*, phase: Phase, intervals: Iterable[RankInterval]) -> None:
    """Replace the phase's rank intervals. Call it in a transaction that holds the ranking they belong to."""
    forget_rank_intervals(phase)
    RankInterval.objects.bulk_create(intervals, batch_size=BATCH)
    leaderboard_changed(competition_id=phase.competition_id)


def forget_rank_intervals(phase: Phase) -> None:
    """Delete the intervals of the final ranks, because the ranking they were computed for has changed."""
    RankInterval.objects.filter(phase=phase).delete()


def _by_side(
    rows: Iterable[PublicStanding | PrivateStanding],
) -> tuple[dict[int, PublicStanding], dict[int, PrivateStanding]]:
    public: dict[int, PublicStanding] = {}
    private: dict[int, PrivateStanding] = {}
    for row in rows:
        if isinstance(row, PublicStanding):
            public[row.team_id] = row
        else:
            private[row.team_id] = row
    return public, private


def lock_teams(competition: Competition) -> None:
    """Keep submissions and merges of every team waiting until the transaction ends."""
    list(Team.objects.select_for_update().filter(competition=competition).order_by("pk").values_list("pk", flat=True))


def public_rank(standing: Standing, *, among: StandingQuerySet | None = None) -> int | None:
    """1 for the best; None for a team that has no score or ranks no more. Two counts over an index.

    `among`: the ranked standings it is compared with; None: all of its phase.
    """
    return _rank(standing, key="public_key", moment="best_submitted_at", among=among)


def private_rank(standing: Standing, *, among: StandingQuerySet | None = None) -> int | None:
    """As `public_rank`, on the private side."""
    return _rank(standing, key="private_key", moment="private_submitted_at", among=among)


def improvements(phase: Phase, scores: Iterable[tuple[float, datetime]]) -> tuple[tuple[float, datetime], ...]:
    """Those of `scores` (score, at) that were better than everything before them, oldest first."""
    found: list[tuple[float, datetime]] = []
    for score, at in sorted(scores, key=lambda pair: (pair[1], phase.sort_key(pair[0]))):
        if phase.is_better(score, than=found[-1][0] if found else None):
            found.append((score, at))
    return tuple(found)


_PUBLIC_FIELDS = ("best_public_score", "public_key", "best_submitted_at", "last_submitted_at", "total_submissions")
_PRIVATE_FIELDS = ("best_private_score", "private_key", "private_submitted_at")


def _apply_public(standing: Standing, row: PublicStanding, phase: Phase) -> None:
    standing.best_public_score = row.best_public_score
    standing.public_key = None if row.best_public_score is None else phase.sort_key(row.best_public_score)
    standing.best_submitted_at = row.best_submitted_at
    standing.last_submitted_at = row.last_submitted_at
    standing.total_submissions = row.total_submissions


def _apply_private(standing: Standing, row: PrivateStanding, phase: Phase) -> None:
    standing.best_private_score = row.best_private_score
    standing.private_key = None if row.best_private_score is None else phase.sort_key(row.best_private_score)
    standing.private_submitted_at = row.private_submitted_at


def _close_up_everywhere(competition_id: int) -> None:
    """Close up in every phase, whose rankings have changed."""
    numbered = Standing.objects.filter(competition=competition_id, final_public_rank__isnull=False)
    for phase_id in sorted(set(numbered.values_list("phase", flat=True))):
        _close_up(phase_id)
    RankInterval.objects.filter(competition=competition_id).delete()


def _close_up(phase_id: int) -> None:
    """Number the final public ranks anew, where they are numbered."""
    standings = Standing.objects.filter(phase=phase_id)
    if not standings.filter(final_public_rank__isnull=False).exists():
        return
    numbered = list(standings.order_by("pk"))
    before = {standing.pk: standing.final_public_rank for standing in numbered}
    _number_public_ranks(numbered)
    moved = [standing for standing in numbered if standing.final_public_rank != before[standing.pk]]
    Standing.objects.bulk_update(moved, ["final_public_rank"], batch_size=BATCH)


def _number_public_ranks(standings: list[Standing]) -> None:
    for standing in standings:
        standing.final_public_rank = None
    ranked = [standing for standing in standings if standing.is_ranked and standing.public_key is not None]
    ranked.sort(key=lambda row: (row.public_key, row.best_submitted_at, row.team_id))
    for rank, standing in enumerate(ranked, start=1):
        standing.final_public_rank = rank


def _rank(standing: Standing, *, key: str, moment: str, among: StandingQuerySet | None) -> int | None:
    """One more than the teams with a better score, and those with the same one that were earlier.

    Counted apart: the many better ones are a range of the index, and only the equal ones are looked at one by one.
    """
    score, at = getattr(standing, key), getattr(standing, moment)
    if not standing.is_ranked or score is None:
        return None
    others = Standing.objects.ranked().filter(phase=standing.phase_id) if among is None else among
    equal = others.filter(**{key: score})
    earlier = equal.filter(Q(**{f"{moment}__lt": at}) | Q(**{moment: at, "team_id__lt": standing.team_id}))
    return 1 + others.filter(**{f"{key}__lt": score}).count() + earlier.count()


# Each part is a range of the index, as in `_rank`.
_COUNT = "(SELECT COUNT(*) FROM competitions_standing WHERE phase_id = %s AND is_ranked = %s AND {})"
_BETTER = "public_key < %s"
_EARLIER = "public_key = %s AND (best_submitted_at < %s OR (best_submitted_at = %s AND team_id < %s))"
_TEAMS_AND_TWO_PLACES = "SELECT " + ", ".join(
    _COUNT.format(part) for part in ("public_key IS NOT NULL", _BETTER, _EARLIER, _BETTER, _EARLIER)
)


def _places_before_and_after(standing: Standing, key: float, at: datetime) -> tuple[int, int | None, int | None]:
    """How many teams have a rank once this one has the better score `key` of `at`; its rank before, and then.

    What `public_rank` says before and after, in one query instead of five: every submission asks it. Call it while
    the standing is as it was.
    """
    moment = connection.ops.adapt_datetimefield_value
    ranked, team = [standing.phase_id, True], standing.team_id
    parameters: list[Any] = [*ranked]
    for its_key, its_at in ((standing.public_key, moment(standing.best_submitted_at)), (key, moment(at))):
        parameters += [*ranked, its_key, *ranked, its_key, its_at, its_at, team]
    with connection.cursor() as cursor:
        cursor.execute(_TEAMS_AND_TWO_PLACES, parameters)
        teams, better_before, earlier_before, better, earlier = cursor.fetchone()
    if not standing.is_ranked:
        return teams, None, None
    if standing.public_key is None:
        return teams + 1, None, 1 + better + earlier
    return teams, 1 + better_before + earlier_before, 1 + better + earlier


def _standing_of(team: Team, phase: Phase) -> Standing:
    found = {"competition_id": team.competition_id, "is_ranked": team.is_ranking}
    return Standing.objects.get_or_create(team=team, phase=phase, defaults=found)[0]


def _refuse_late(phase: Phase, at: datetime) -> None:
    if phase.is_past_end(at):
        raise ValueError("a late submission moves no standing")


def _insert_improvement(team: Team, phase: Phase, score: float, at: datetime) -> None:
    """Put a score that became known out of order into the team's history."""
    changes = StandingChange.objects.filter(team=team, phase=phase)
    known = list(changes.values_list("score", "at"))
    right = improvements(phase, [*known, (score, at)])
    if set(right) != set(known):
        changes.delete()
        StandingChange.objects.bulk_create(
            StandingChange(competition_id=team.competition_id, phase=phase, team=team, score=score, at=at)
            for score, at in right
        )
