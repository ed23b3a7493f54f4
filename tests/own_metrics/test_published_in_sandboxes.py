"""Each of the published metrics in a real sandbox: what a good file scores, and what the sender of a bad one reads."""

from __future__ import annotations

from io import BytesIO

import pytest

from competitions.metrics.running import scores_by
from competitions.solution.services import active_solution, prepared_solution
from scoring import read_predictions
from tests.own_metrics.metrics import competition_scoring_by
from tests.own_metrics.published import PUBLISHED, Published

pytestmark = pytest.mark.django_db


def test_there_are_ten_of_them_and_each_is_another_one() -> None:
    assert len({one.source for one in PUBLISHED.values()}) >= 10


@pytest.mark.parametrize("metric", PUBLISHED.values(), ids=PUBLISHED)
def test_it_runs_as_it_is(cold, metric: Published) -> None:
    direction = "larger_is_better" if metric.larger else "smaller_is_better"
    competition = competition_scoring_by(
        metric.source,
        csv=solution(metric.solution),
        solution={"submission_columns": metric.columns} if metric.columns else None,
        metric={"params": metric.params, "direction": direction},
    )
    active = active_solution(competition.phase)
    prepared = prepared_solution(active)
    files = [read_predictions(BytesIO(submission(text).encode()), prepared) for text in (metric.right, metric.bad)]
    right, bad = scores_by(active, prepared, files, "public")
    assert right.score == pytest.approx(metric.score), right
    assert (bad.score, bad.refusal) == (None, metric.refusal), bad


def solution(text: str) -> str:
    """The rows as public ones, and once more as private ones."""
    header, *rows = table(text)
    kept = [f"{n},{row},Public" for n, row in enumerate(rows)] + [f"x{n},{row},Private" for n, row in enumerate(rows)]
    return "\n".join([f"id,{header},Usage", *kept])


def submission(text: str) -> str:
    """The rows for the public ids, and once more for the private ones."""
    header, *rows = table(text)
    kept = [f"{n},{row}" for n, row in enumerate(rows)] + [f"x{n},{row}" for n, row in enumerate(rows)]
    return "\n".join([f"id,{header}", *kept])


def table(text: str) -> list[str]:
    return [row.replace("_", " ").strip() if "_id" not in row else row for row in text.split(" ")]
