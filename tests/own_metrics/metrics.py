"""Metrics as organisers write them, and files for them."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO

from competitions.metrics.services import upload_metric, use_metric
from competitions.metrics.trying import start_trial, try_out
from competitions.models import Competition, OwnMetric, Solution
from competitions.solution.services import replace_solution
from tests.factories import STARTS, CompetitionFactory, UserFactory

MAE = '''
"""Mean absolute error, as a published metric has it."""
import pandas as pd
import pandas.api.types


class ParticipantVisibleError(Exception):
    pass


def score(solution: pd.DataFrame, submission: pd.DataFrame, row_id_column_name: str, power: float = 1.0) -> float:
    del solution[row_id_column_name]
    del submission[row_id_column_name]
    if not pandas.api.types.is_numeric_dtype(submission["target"]):
        raise ParticipantVisibleError("Predictions must be numbers")
    return ((solution["target"] - submission["target"]).abs() ** power).mean()
'''
SOLUTION = "id,target,Usage\n" + "".join(f"{n},{n},{'Public' if n % 2 else 'Private'}\n" for n in range(1, 41))


def submission_csv(public: float, private: float = 0.0) -> str:
    """A file whose mean absolute errors are these."""
    return "id,target\n" + "".join(f"{n},{n + (public if n % 2 else private)}\n" for n in range(1, 41))


def upload(
    competition: Competition,
    source: str = MAE,
    *,
    by=None,
    at: datetime = STARTS,
    direction: str = "smaller_is_better",
    **more,
) -> OwnMetric:
    by = by or competition.hosts.first()
    return upload_metric(
        phase=competition.phase,
        source=source.encode(),
        filename="metric.py",
        direction=direction,
        by=by,
        at=at,
        **more,
    )


def give(competition: Competition, csv: str = SOLUTION, *, at: datetime = STARTS, **more) -> Solution:
    more.setdefault("by", competition.hosts.first())
    return replace_solution(phase=competition.phase, file=BytesIO(csv.encode()), filename="solution.csv", at=at, **more)


def tried(metric: OwnMetric, *, by=None, at: datetime = STARTS) -> OwnMetric:
    """The version after its trial, which the job would have made."""
    start_trial(metric=metric, by=by or metric.competition.hosts.first(), at=at)
    found = try_out(metric.pk, at)
    assert found is not None
    return found


def passed(metric: OwnMetric) -> OwnMetric:
    """The version as if it had passed its trial: for what is not about trials."""
    solution = metric.competition.solutions.filter(is_active=True).first()
    metric.trial_status, metric.tried_with = OwnMetric.Trial.PASSED, solution and solution.pk
    metric.save()
    return metric


def competition_scoring_by(
    source: str = MAE, *, csv: str = SOLUTION, solution=None, metric=None, **fields
) -> Competition:
    """A competition whose own metric scores."""
    competition = CompetitionFactory(hosts=[UserFactory()], **fields)
    use_metric(metric=upload(competition, source, **(metric or {})), by=competition.hosts.first(), at=STARTS)
    competition.refresh_from_db()
    give(competition, csv, **(solution or {}))
    return competition
