"""Where a stored standing differs from what the submissions say. Names teams and fields, never a score."""

from __future__ import annotations

from collections.abc import Iterator

from competitions.models import Competition, Phase, SearchName, Standing, StandingChange
from competitions.teams.searching import derived_names
from submissions.derivation import private_standings, public_standings
from submissions.models import ScoringRun

PUBLIC_FIELDS = ("best_public_score", "best_submitted_at", "last_submitted_at", "total_submissions")
PRIVATE_FIELDS = ("best_private_score", "private_submitted_at")


def differences(phase: Phase) -> Iterator[str]:
    """One sentence for each. Meaningful while no submission or run is being written."""
    standings = {standing.team_id: standing for standing in Standing.objects.filter(phase=phase).select_related("team")}
    without = phase.competition.teams.exclude(pk__in=standings).order_by("pk")
    yield from (f"team {pk} has no standing" for pk in without.values_list("pk", flat=True))
    yield from _names(phase.competition)
    yield from _public(phase, standings)
    yield from _private(phase, standings)


def _public(phase: Phase, standings: dict[int, Standing]) -> Iterator[str]:
    history: dict[int, list[tuple]] = {}
    changes = StandingChange.objects.filter(phase=phase).order_by("at", "id")
    for team, score, at in changes.values_list("team_id", "score", "at"):
        history.setdefault(team, []).append((score, at))
    for derived in public_standings(phase):
        standing = standings[derived.team_id]
        yield from _differing(standing, derived, PUBLIC_FIELDS)
        yield from _key(phase, standing, "public_key", standing.best_public_score)
        if tuple(history.get(derived.team_id, ())) != derived.improvements:
            yield f"team {derived.team_id}: history"
        if standing.is_ranked != standing.team.is_ranking:
            yield f"team {derived.team_id}: is_ranked"


def _names(competition: Competition) -> Iterator[str]:
    kept = dict(SearchName.objects.filter(competition=competition).values_list("team_id", "text"))
    for derived in derived_names(competition.teams.values_list("pk", flat=True)):
        if kept.get(derived.team_id) != derived.text:
            yield f"team {derived.team_id}: what a search looks through"


def _private(phase: Phase, standings: dict[int, Standing]) -> Iterator[str]:
    scored = phase.scoring_runs.filter(scores_private=True, status=ScoringRun.Status.COMPLETE).exists()
    if not scored:
        for standing in standings.values():
            if standing.best_private_score is not None or standing.private_key is not None:
                yield f"team {standing.team_id}: has a private side without private scoring"
        return
    for derived in private_standings(phase):
        standing = standings[derived.team_id]
        yield from _differing(standing, derived, PRIVATE_FIELDS)
        yield from _key(phase, standing, "private_key", standing.best_private_score)


def _differing(standing: Standing, derived: object, fields: tuple[str, ...]) -> Iterator[str]:
    for field in fields:
        if getattr(standing, field) != getattr(derived, field):
            yield f"team {standing.team_id}: {field}"


def _key(phase: Phase, standing: Standing, name: str, score: float | None) -> Iterator[str]:
    if getattr(standing, name) != (None if score is None else phase.sort_key(score)):
        yield f"team {standing.team_id}: {name}"
