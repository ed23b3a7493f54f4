"""What a rescoring would do, worked out before it is done: how many files it would refuse, and how many ranks change.

Every file is scored by the solution and the metric of now as a rescoring scores it, on the public rows alone, and
compared with what stands. Nothing of it is kept but the counts: no score, no rank, no failure of an own metric. What a
rescoring does on the private side is not looked at, before the end or after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.db import transaction

from competitions.boards import Board, board_of
from competitions.models import Phase, Solution, Standing
from competitions.solution.services import active_solution, prepared_folder
from scoring.batches import Result, Scores
from scoring.standings import sort_key
from submissions.analyses.working import Changed, Job, NoResult
from submissions.models import Analysis, Submission
from submissions.runs.crunching import Cruncher, require_storage
from submissions.runs.foreseen import Present, rescored_since
from submissions.runs.own import OwnCruncher
from submissions.runs.selecting import to_rescore

# Submissions between two signs of how far it is.
CHUNK = 100
SCORED = Submission.Status.SCORED


@dataclass(frozen=True, slots=True)
class _Tried:
    """A submission with its public score as it stands and as it would be; None: none."""

    team_id: int
    pk: int
    created_at: datetime
    may_rank: bool
    now: float | None
    then: float | None


class _SilentCruncher(OwnCruncher):
    """An own metric's failures are not kept: everybody who organises would read them."""

    def settle(self) -> None:
        self._failures.clear()


def try_rescoring(job: Job) -> None:
    """Score everything as a rescoring would, on the public rows alone, and keep how much of it would be otherwise.

    Raises:
        Changed: another version of the solution scores by now.
        NoResult: a rescoring began meanwhile.
        Interrupted, LostLease: stop here.
    """
    analysis = job.analysis
    assert analysis.solution is not None
    phase = Phase.objects.select_related("competition").get(pk=analysis.phase_id)
    present = Present(phase)
    Analysis.objects.filter(pk=analysis.pk).update(ranking=present.standings, board_version=present.version)
    tried: list[_Tried] = []
    counts = {"refused": 0, "lost": 0, "scored_again": 0, "scores_changed": 0}
    for submission, scores in _scored(phase, analysis.solution, job):
        found = None if scores is None or scores.result is not Result.SCORED else scores.public
        then = None if found is None else phase.shown_score(found)
        now = submission.public_score if submission.status == SCORED else None
        counts["lost"] += scores is None
        counts["refused"] += scores is not None and now is not None and then is None
        counts["scored_again"] += now is None and then is not None
        counts["scores_changed"] += now is not None and then is not None and now != then
        may_rank = not submission.is_late and not submission.is_void
        tried.append(_Tried(submission.team_id, submission.pk, submission.created_at, may_rank, now, then))
    with transaction.atomic():
        locked = Phase.objects.lock(phase)
        if active_solution(locked) != analysis.solution:
            raise Changed
        # Whatever began before this did has ended: none starts while another one is under way.
        if rescored_since(analysis):
            raise NoResult(Analysis.Error.RESCORED)
        job.complete({"submissions": len(tried), **counts, **_ranks(locked, tried)})


def _scored(phase: Phase, solution: Solution, job: Job) -> Iterator[tuple[Submission, Scores | None]]:
    """Every submission that a rescoring takes up, with what its public rows come to; None: its files are gone."""
    rows = to_rescore(Submission.objects.filter(phase=phase)).order_by("pk")
    total = rows.count()
    cruncher = (
        Cruncher(prepared_folder(solution), public=True, private=False, rows=total * solution.rows)
        if solution.own_metric_id is None
        else _SilentCruncher(solution, public=True, private=False)
    )
    done = last = 0
    try:
        while chunk := list(rows.filter(pk__gt=last)[:CHUNK]):
            share = done / max(total, done + len(chunk))
            scores = cruncher.start(chunk).scores(lambda share=share: job.beat(share))  # type: ignore[misc]
            if None in scores.values():
                require_storage(solution)
            yield from ((one, scores[one.pk]) for one in chunk)
            done, last = done + len(chunk), chunk[-1].pk
            job.beat(done / max(total, done))
    finally:
        cruncher.close()


def _ranks(phase: Phase, tried: Iterable[_Tried]) -> dict[str, int]:
    """How many of the teams with a rank would have another one, or none, and how many have one now."""
    ranked = set(Standing.objects.ranked().filter(phase=phase).values_list("team", flat=True))
    board = board_of(phase)
    teams = {
        team: list(several)
        for team, several in groupby(sorted(tried, key=lambda one: one.team_id), key=lambda one: one.team_id)
        if team in ranked
    }
    now, then = (_places(phase, board, teams, name) for name in ("now", "then"))
    return {
        "teams": len(now),
        "ranks_changed": sum(then.get(team) != place for team, place in now.items()) + len(then.keys() - now.keys()),
        "teams_without_a_score": len(now.keys() - then.keys()),
    }


def _places(phase: Phase, board: Board, teams: dict[int, list[_Tried]], name: str) -> dict[int, int]:
    """The rank of each team with a score, by the rules of the public leaderboard."""
    best: list[tuple[float, datetime, int]] = []
    for team, several in teams.items():
        counting = [one for one in several if one.may_rank and board.takes(one.created_at)]
        scores = [(getattr(one, name), one.created_at) for one in counting]
        keys = [(sort_key(score, phase.direction), at) for score, at in scores if score is not None]
        if keys:
            best.append((*min(keys), team))
    return {team: place for place, (_key, _at, team) in enumerate(sorted(best), start=1)}
