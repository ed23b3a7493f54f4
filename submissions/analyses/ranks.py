"""How sure the final ranks are, measured once they are confirmed: by drawing the private rows anew, many times."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from django.conf import settings
from django.db import transaction
from django.db.models import F, OuterRef, Q, Subquery
from numpy.typing import NDArray

from competitions.leaderboards.standings import forget_rank_intervals, keep_rank_intervals
from competitions.log.recording import record_in
from competitions.models import LogKind, Phase, RankInterval, Standing
from foundation.refusals import Refusal
from scoring.resampling import RankCounter, Resampling
from submissions.analyses.reading import Reader
from submissions.analyses.starting import start_ranks
from submissions.analyses.working import Changed, Job, NoResult
from submissions.derivation import Counting, counting_submissions
from submissions.models import Analysis, Submission

logger = logging.getLogger(__name__)

RESAMPLES = 1000
# Of fewer an interval of 95 % says nothing, and none is told.
FEWEST_RESAMPLES = 40
# Resamples of metrics that are no function of means: drawn one by one.
SLOW_BLOCK = 4
PROBABILITY_DIGITS = 3
READ_SHARE = 0.1


def measure_ranks(job: Job) -> None:
    """For each team the 95 % interval of its rank, and the probability of standing above the next one.

    All teams are scored on the same resamples, with their submissions that count, by the rules of the ranking.
    """
    analysis = job.analysis
    phase = Phase.objects.select_related("competition").get(pk=analysis.phase_id)
    if analysis.solution is None or not phase.is_confirmed(job.now()):
        raise NoResult(Analysis.Error.CLOSED)
    teams = ranked_teams(phase)
    ranking = fingerprint(teams)
    Analysis.objects.filter(pk=analysis.pk).update(ranking=ranking, board_version=phase.competition.leaderboard_version)
    if analysis.solution.own_metric_id is not None:
        raise NoResult(Analysis.Error.OWN_METRIC)
    if len(teams) < 2:
        raise NoResult(Analysis.Error.NOTHING)
    places = {team: place for place, team in enumerate(sorted(team for team, _key, _at in teams))}
    counting = [one for one in counting_submissions(phase) if one.team_id in places]
    if {one.team_id for one in counting} != set(places):
        raise NoResult(Analysis.Error.NOTHING)
    counter = RankCounter(
        teams=[places[one.team_id] for one in counting],
        times=_order_of_time(counting),
        ranking=[places[team] for team, _key, _at in teams],
        direction=phase.direction,
    )
    scores = _Scores(Reader(analysis.solution), counting, analysis.seed, job)
    for block in scores.blocks(counter.most_resamples):
        counter.add(block)
    _keep(job, ranking, counter, places, scores)


def ranked_teams(phase: Phase) -> list[tuple[int, float, datetime]]:
    """Team, key and time of the ranking's rows, by rank."""
    rows = Standing.objects.ranked().filter(phase=phase, private_key__isnull=False)
    order = ("private_key", "private_submitted_at", "team_id")
    found: Any = rows.order_by(*order).values_list("team_id", "private_key", "private_submitted_at")
    return list(found)


def fingerprint(teams: Sequence[tuple[int, float, datetime]]) -> str:
    """A checksum of the ranking: it tells whether intervals belong to the ranking there is now."""
    rows = [(team, repr(key), at.timestamp()) for team, key, at in teams]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def _order_of_time(counting: Sequence[Counting]) -> list[int]:
    """For each submission, the place of its time among all times; equal times have the same place."""
    order = {at: place for place, at in enumerate(sorted({one.created_at for one in counting}))}
    return [order[one.created_at] for one in counting]


class _Scores:
    """The scores of submissions on resamples of the private rows, block by block."""

    def __init__(self, reader: Reader, counting: Sequence[Counting], seed: int, job: Job) -> None:
        self.reader, self.job = reader, job
        self.resampling = Resampling(reader.prepared, "private", seed)
        wanted = [one.pk for one in counting]
        columns = ("competition_id", "team_id", "file", "filename", "aligned")
        rows = Submission.objects.filter(phase=job.analysis.phase_id).only(*columns).in_bulk(wanted)
        self.submissions = [rows.get(pk) for pk in wanted]
        self.unread = 0
        self.done = 0

    @property
    def size(self) -> int:
        """How many resamples a block holds."""
        return self.resampling.block_size if self.resampling.is_quick else SLOW_BLOCK

    def blocks(self, most: int) -> Iterator[NDArray[np.float64]]:
        """Blocks of scores, of shape (submissions, resamples), until there are enough or the time is over."""
        different = self._different()
        began = time.monotonic()
        wanted = min(RESAMPLES, most)
        while self.done < wanted:
            spent = time.monotonic() - began
            if spent > settings.NOISE_SECONDS and (self.done >= FEWEST_RESAMPLES or spent > 2 * settings.NOISE_SECONDS):
                return
            numbers = range(self.done, min(self.done + self.size, wanted))
            scores = self._block(numbers, list(different), wanted)
            self.done = numbers.stop
            yield scores[[place for _one, place in self._places(different)]]

    def _different(self) -> dict[bytes, int]:
        """The first submission with each set of predictions of the private rows, by a key made of these.

        Equal predictions are scored once, so that they are equal to the last bit.
        """
        self.keys: list[bytes] = []
        first: dict[bytes, int] = {}
        for number, submission in enumerate(self.submissions):
            predictions = None if submission is None else self.reader.read(submission)
            if predictions is None:
                self.unread += 1
                key = b"unread"
            else:
                digest = hashlib.blake2b(digest_size=16)
                for column in predictions.columns:
                    digest.update(np.ascontiguousarray(self.resampling.split.of(column)).data)
                key = digest.digest()
            self.keys.append(key)
            first.setdefault(key, number)
            self.job.beat(READ_SHARE * (number + 1) / len(self.submissions))
        return first

    def _places(self, different: dict[bytes, int]) -> Iterator[tuple[bytes, int]]:
        order = {key: place for place, key in enumerate(different)}
        return ((key, order[key]) for key in self.keys)

    def _block(self, numbers: range, keys: Sequence[bytes], wanted: int) -> NDArray[np.float64]:
        """A row for each of the different predictions; NaN for those that can't be read."""
        block = self.resampling.block(numbers)
        first = {key: number for number, key in reversed(list(enumerate(self.keys)))}
        found = np.full((len(keys), len(numbers)), np.nan)
        size = self.resampling.stack_size
        for start in range(0, len(keys), size):
            stack = keys[start : start + size]
            read = [(place, self._read(first[key])) for place, key in enumerate(stack, start) if key != b"unread"]
            several = [(place, predictions) for place, predictions in read if predictions is not None]
            share = (start + len(stack)) / len(keys)
            done = (self.done + share * len(numbers)) / wanted
            progress = READ_SHARE + (1 - READ_SHARE) * done
            if several:
                scores = block.scores([predictions for _place, predictions in several], lambda: self.job.beat(progress))  # noqa: B023 -- called at once
                found[[place for place, _predictions in several]] = scores
            self.job.beat(progress)
        return found

    def _read(self, number: int) -> Any:
        submission = self.submissions[number]
        return None if submission is None else self.reader.read(submission)


def _keep(job: Job, ranking: str, counter: RankCounter, places: dict[int, int], scores: _Scores) -> None:
    """Write the intervals, unless the ranking is another one by now, or not confirmed any more."""
    analysis, at = job.analysis, job.now()
    is_enough = counter.resamples >= FEWEST_RESAMPLES
    found = counter.result() if is_enough else []
    facts = {
        "seed": analysis.seed,
        "resamples": counter.resamples,
        "teams": len(places),
        "submissions": len(scores.submissions),
    }
    with transaction.atomic():
        phase = Phase.objects.lock(analysis.phase)
        if not phase.is_confirmed(at):
            raise NoResult(Analysis.Error.CLOSED)
        if fingerprint(ranked_teams(phase)) != ranking:
            raise Changed
        intervals = [_interval(phase, team, found[place]) for team, place in places.items()] if found else []
        keep_rank_intervals(phase=phase, intervals=intervals)
        phase.competition.refresh_from_db(fields=["leaderboard_version"])
        result = {**facts, "is_enough": is_enough, "unread": scores.unread, "is_quick": scores.resampling.is_quick}
        job.complete(result, board_version=phase.competition.leaderboard_version)
        record_in(phase, LogKind.NOISE, by=analysis.started_by, at=at, facts={"of": "ranks", **facts})


def _interval(phase: Phase, team: int, noise: Any) -> RankInterval:
    above = None if noise.above_next is None else round(noise.above_next, PROBABILITY_DIGITS)
    return RankInterval(
        competition_id=phase.competition_id, phase=phase, team_id=team, low=noise.low, high=noise.high, above_next=above
    )


# --- when -------------------------------------------------------------------------------------------------------------
def keep_ranks_measured(at: datetime) -> int:
    """Measure confirmed rankings that were not measured, or were changed since; returns how many were begun.

    A duty: it also sees to what a crash, or an act that does not know of intervals, left behind.
    """
    newest = Analysis.objects.filter(phase=OuterRef("pk"), kind=Analysis.Kind.RANKS).order_by("-pk")
    seen = Subquery(newest.values("board_version")[:1])
    unseen = Phase.objects.filter(confirmed_at__isnull=False, ends_at__lte=at).annotate(seen=seen)
    unseen = unseen.filter(Q(seen__isnull=True) | ~Q(seen=F("competition__leaderboard_version")))
    return sum(measure_ranks_anew(phase, at) for phase in unseen.select_related("competition"))


def measure_ranks_anew(phase: Phase, at: datetime) -> bool:
    """Begin to measure, unless this very ranking was measured or is being measured; whether it was begun."""
    newest = phase.analyses.filter(kind=Analysis.Kind.RANKS).order_by("-pk").first()
    if newest is not None and newest.is_active:
        return False
    with transaction.atomic():
        locked = Phase.objects.lock(phase)
        if newest is not None and newest.ranking == fingerprint(ranked_teams(locked)):
            has_intervals = RankInterval.objects.filter(phase=locked).exists()
            if has_intervals or newest.status != Analysis.Status.COMPLETE or not (newest.result or {}).get("is_enough"):
                Analysis.objects.filter(pk=newest.pk).update(board_version=locked.competition.leaderboard_version)
                return False
        forget_rank_intervals(locked)
        try:
            start_ranks(phase=locked, by=None, at=at)
        except Refusal as refusal:
            logger.info("ranks.not_measured", extra={"competition": locked.competition_id, "refusal": refusal.code})
            return False
    return True
