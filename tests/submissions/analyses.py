"""Competitions for comparing files and measuring noise: more rows than elsewhere, and files made of arrays."""

from __future__ import annotations

from io import BytesIO

import numpy as np

from competitions.models import Competition
from submissions import runs
from submissions.models import Analysis
from submissions.services import submit
from tests.factories import AFTER, NOON, CompetitionFactory, give_solution

ROWS = 120
# Every third row is public.
IS_PUBLIC = np.arange(ROWS) % 3 == 0
TRUTH = np.round(np.random.default_rng(11).normal(size=ROWS), 4)


def cup(**fields) -> Competition:
    competition = CompetitionFactory(daily_submission_limit=None, **{"slug": "cup", "metric": "rmse", **fields})
    lines = [f"{row},{TRUTH[row]},{'Public' if IS_PUBLIC[row] else 'Private'}" for row in range(ROWS)]
    give_solution(competition, "\n".join(["id,target,Usage", *lines]) + "\n")
    return competition


def csv_of(values) -> bytes:
    return "\n".join(["id,target", *(f"{row},{value!r}" for row, value in enumerate(values.tolist()))]).encode() + b"\n"


def sends(team, values, *, at=NOON, **fields):
    """The team's owner submits these predictions."""
    file = BytesIO(csv_of(np.asarray(values, dtype=float)))
    return submit(user=team.owner, team=team, file=file, filename="submission.csv", at=at, **fields).submission


def model(seed: int, *, noise: float = 0.5):
    """Predictions of an honest model."""
    return TRUTH + np.random.default_rng(seed).normal(scale=noise, size=ROWS)


def confirm(competition, moment=AFTER):
    """Score privately and confirm."""
    run = runs.start_run(phase=competition.phase, kind="private", by=None, at=moment, reason="Anew.")
    assert runs.work(run.pk, now=lambda: moment) is runs.Outcome.DONE
    runs.confirm_private_leaderboard(phase=competition.phase, by=None, at=moment)
    competition.refresh_from_db()


def work_out(analysis, moment=AFTER) -> Analysis:
    from submissions import analyses

    analyses.work(analysis.pk, now=lambda: moment)
    analysis.refresh_from_db()
    return analysis
