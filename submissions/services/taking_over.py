"""Beginning a phase with submissions of the former one: a durable job, which may be killed at any time.

For each team that gets on, files that counted in the former phase are copied, and scored as submissions of this one
like any others; they cost nothing. It begins once the phase has started, it is decided who gets on, and the former
phase is over with nothing left to score.

What is taken over shows by the new solution what is still closed by the former one, where both have rows in common. So
it waits for as long as the former leaderboard stands still or is hidden; and until the former result is confirmed,
where private rows of there are public ones here.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django_tasks import task

from competitions.ending import note_end
from competitions.exceptions import NoSolution
from competitions.getting_on import is_for_everybody, is_told
from competitions.leaderboards.standings import count_submission
from competitions.log.recording import record_in
from competitions.models import LogKind, Phase, Solution, TakesOver, Team
from competitions.solution.services import (
    active_solution,
    prepared_solution,
    solution_for_submission,
    used_solutions,
)
from foundation import leases
from foundation.faults import StorageUnavailable
from foundation.worker import stopping
from submissions.derivation import to_take_over
from submissions.models import Submission, Takeover
from submissions.services.holding import lease_end
from submissions.services.submitting import score_stored

logger = logging.getLogger(__name__)

# A team whose files can't be copied so often, or kill whoever tries, begins without them.
ATTEMPTS = 10

Clock = Callable[[], datetime]


class Interrupted(Exception):
    """Stop here; somebody goes on later."""


class LostLease(Exception):
    """Another worker goes on."""


# --- beginning --------------------------------------------------------------------------------------------------------
def take_over_due(at: datetime) -> int:
    """Begin what is due, and hand what has no sign of life to the workers; returns how many were handed out. A duty."""
    due = Phase.objects.exclude(takes_over=TakesOver.NONE).filter(
        takeover__isnull=True, starts_at__lte=at, ends_at__gt=at, ended_at__isnull=True
    )
    for phase in due.select_related("competition", "entry_phase").order_by("pk"):
        if _may_begin(phase, at) and not _tells_closed_rows(phase, at):
            _begin(phase, at)
    silent = at - timedelta(seconds=settings.SCORING_LEASE_SECONDS)
    waiting = Takeover.objects.filter(finished_at__isnull=True).filter(Q(lease="") | Q(heartbeat_at__lt=silent))
    free = waiting.filter(Q(handed_out_at__isnull=True) | Q(handed_out_at__lt=silent))
    handed_out = 0
    for pk in list(free.order_by("pk").values_list("pk", flat=True)):
        if free.filter(pk=pk).update(handed_out_at=at):
            work_on_takeover.enqueue(pk)
            handed_out += 1
    return handed_out


def take_over_again(phase: Phase) -> None:
    """Look through all teams once more, because more of them get on. What was taken over stays as it is."""
    Takeover.objects.filter(phase=phase).update(cursor=0, finished_at=None, handed_out_at=None)


def follow_merge(competition_id: int) -> None:
    """Look through all teams once more, where that has not ended: one that was done has those of another one now."""
    Takeover.objects.filter(phase__competition=competition_id, finished_at__isnull=True).update(cursor=0)


def _may_begin(phase: Phase, at: datetime) -> bool:
    former = phase.entry_phase
    if former is None or not phase.is_running(at) or phase.takes_over == TakesOver.NONE:
        return False
    is_decided = is_for_everybody(phase) or phase.entry_decided_at is not None
    former.competition = phase.competition
    if not is_decided or not former.has_ended(at) or not is_told(former, at):
        return False
    return not former.submissions.pending().filter(is_late=False).exists() and active_solution(phase) is not None


def _begin(phase: Phase, at: datetime) -> None:
    with transaction.atomic():
        phase = Phase.objects.lock(phase)
        if not _may_begin(phase, at) or Takeover.objects.filter(phase=phase).exists():
            return
        if phase.entry_phase is not None:
            note_end(phase.entry_phase, at)
        Takeover.objects.create(phase=phase, created_at=at)


def _tells_closed_rows(phase: Phase, at: datetime) -> bool:
    """Whether scores of this phase would tell what is private in one that the files come from, at first or at second
    hand, and whose result is not confirmed.
    """
    solution = active_solution(phase)
    if solution is None:
        return True
    closed: set[Solution] = set()
    former, seen = phase.entry_phase, {phase.pk}
    while former is not None and former.pk not in seen:
        if not former.is_confirmed(at):
            closed |= {*used_solutions(former), *filter(None, [active_solution(former)])}
        seen.add(former.pk)
        former = former.entry_phase
    return any(_shares_rows(*_named(one), *_named(solution)) for one in closed)


def _named(solution: Solution) -> tuple[int, str]:
    return solution.pk, solution.sha256


@lru_cache(maxsize=64)
def _shares_rows(closed: int, _closed_file: str, opened: int, _opened_file: str) -> bool:
    """Whether a row that is private alone in one version of a solution is public in the other. Both by id and file."""
    one, other = (prepared_solution(Solution.objects.select_related("phase").get(pk=pk)) for pk in (closed, opened))
    private = one.splits["private"].rows
    if private is None:  # every row is public as well
        return False
    public, seen = other.splits["public"].rows, one.splits["public"].rows
    alone = set(private.tolist()) - (set() if seen is None else set(seen.tolist()))
    ids, other_ids = one.ids, other.ids
    here = other_ids if public is None else [other_ids[row] for row in public.tolist()]
    return not {ids[row] for row in alone}.isdisjoint(here)


# --- working ----------------------------------------------------------------------------------------------------------
@task(queue_name="scoring")
def work_on_takeover(takeover_id: int) -> None:
    """Take over what a phase begins with."""
    work(takeover_id)


def work(takeover_id: int, *, now: Clock = timezone.now) -> bool:
    """Go on with it, team by team; whether it is finished. Safe to call twice."""
    silent = now() - timedelta(seconds=settings.SCORING_LEASE_SECONDS)
    open_ones = Takeover.objects.filter(pk=takeover_id, finished_at__isnull=True)
    takeover = leases.take(open_ones, at=now(), silent_since=silent)
    if takeover is None:
        return False
    try:
        _go_on(takeover, now)
    except Interrupted:
        takeover.give_back()
        return False
    except LostLease:
        return False
    except Exception:
        # Its lease runs out, and somebody tries again.
        logger.exception("takeover.interrupted", extra={"takeover": takeover.pk})
        return False
    return True


def _go_on(takeover: Takeover, now: Clock) -> None:
    phase = Phase.objects.select_related("competition", "entry_phase").get(pk=takeover.phase_id)
    if takeover.attempts > ATTEMPTS and (team := _next_team(phase, takeover.cursor)) is not None:
        logger.error("takeover.team_left_out", extra={"takeover": takeover.pk, "team": team})
        _move_on(takeover, team)
    while (team := _next_team(phase, takeover.cursor)) is not None and not phase.has_ended(now()):
        if stopping.is_set():
            raise Interrupted
        if phase.entry_phase is not None:
            for pk in to_take_over(phase.entry_phase, team, best=phase.takes_over == TakesOver.BEST):
                _take_over(takeover, phase, pk, now)
        _move_on(takeover, team)
    _finish(takeover, phase, now())


def _next_team(phase: Phase, after: int) -> int | None:
    teams = Team.objects.active().filter(competition=phase.competition_id, disqualified_at__isnull=True, pk__gt=after)
    if not is_for_everybody(phase):
        teams = teams.filter(standings__phase=phase, standings__gets_on=True)
    return teams.order_by("pk").values_list("pk", flat=True).first()


def _move_on(takeover: Takeover, team: int) -> None:
    """Go on behind the team; from the beginning, where somebody has asked for that meanwhile."""
    held = Takeover.objects.filter(pk=takeover.pk, lease=takeover.lease)
    if held.filter(cursor=takeover.cursor).update(cursor=team, attempts=0):
        takeover.cursor = team
        return
    moved = held.values_list("cursor", flat=True).first()
    if moved is None:
        raise LostLease
    takeover.cursor = moved


def _take_over(takeover: Takeover, phase: Phase, source_id: int, now: Clock) -> None:
    """Make a submission of one of the former phase and score it, unless that was done already."""
    if _made_of(phase, source_id).exists():
        return
    source = Submission.objects.get(pk=source_id)
    stored = _copy(source, phase)
    submission = _make(takeover, phase, source, stored, now())
    if submission is None:
        return
    scored = score_stored(submission.pk, now())
    if scored is not None and scored.status == Submission.Status.PENDING:
        raise Interrupted  # something is away: the sweeper scores this one, and the others wait too


def _made_of(phase: Phase, source_id: int) -> QuerySet[Submission]:
    return Submission.objects.filter(phase=phase, taken_over_from=source_id)


def _copy(source: Submission, phase: Phase) -> str:
    """Copy the file; returns where. Under a name of its own, so that what a crash left is found and replaced."""
    storage, name = source.file.storage, str(source.file.name)
    own = uuid5(NAMESPACE_URL, f"{phase.pk}/{source.pk}").hex
    target = f"competitions/{phase.competition_id}/submissions/{own}"
    if not storage.exists(name):
        raise StorageUnavailable
    if storage.exists(target):
        storage.delete(target)
    with storage.open(name) as content:
        return storage.save(target, content)


def _make(takeover: Takeover, phase: Phase, source: Submission, stored: str, at: datetime) -> Submission | None:
    """The pending submission; None: it is there already, or counts no more.

    Raises:
        LostLease: another worker goes on.
        Interrupted: there is no solution any more.
    """
    with transaction.atomic():
        team = Team.objects.lock(source.team_id)
        now_of = Submission.objects.values_list("team", flat=True).get(pk=source.pk)
        if now_of != team.pk:  # a merge came in between; it has all teams looked through again
            return None
        source = Submission.objects.get(pk=source.pk)
        phase = team.competition.phase_of(phase.pk)
        is_left_out = source.is_void or not team.is_active or team.is_disqualified
        if is_left_out or phase.has_ended(at) or _made_of(phase, source.pk).exists():
            return None
        if not takeover.renew(at):
            raise LostLease
        try:
            solution_for_submission(phase, at=at)
        except NoSolution:
            raise Interrupted from None
        submission = Submission(
            competition=team.competition,
            phase=phase,
            team=team,
            user_id=source.user_id,
            created_at=at,
            source=source.source,
            filename=source.filename,
            size=source.size,
            sha256=source.sha256,
            memo=source.memo,
            cv_score=source.cv_score,
            taken_over_from=source,
        )
        submission.file.name = stored
        submission.next_try_at = lease_end()
        submission.save(force_insert=True)
        count_submission(team=team, phase=phase, at=at)
    return submission


def _finish(takeover: Takeover, phase: Phase, at: datetime) -> None:
    made = Submission.objects.filter(phase=phase, taken_over_from__isnull=False)
    if made.pending().exists():
        raise Interrupted
    with transaction.atomic():
        phase = Phase.objects.lock(phase)
        held = Takeover.objects.filter(pk=takeover.pk, lease=takeover.lease, cursor=takeover.cursor)
        submissions = made.count()
        if not held.update(finished_at=at, lease="", told=submissions):
            raise Interrupted  # it is another one's now, or has to begin anew
        if takeover.told == submissions:
            return
        facts = {
            "from": None if phase.entry_phase is None else phase.entry_phase.number,
            "takesOver": str(phase.takes_over),
            "teams": made.values("team").distinct().count(),
            "submissions": submissions,
            "failed": made.filter(status__in=[Submission.Status.REFUSED, Submission.Status.FAILED]).count(),
        }
        record_in(phase, LogKind.TAKEN_OVER, by=None, at=at, facts=facts)
