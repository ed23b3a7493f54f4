"""Small files in the domain's words."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from scoring import PreparedSolution, SolutionSpec, prepare_solution, public_score, read_predictions


def csv_file(columns: Mapping[str, Sequence[Any]]) -> bytes:
    """A CSV with a header, values written so that reading gives them back exactly."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return out.getvalue().encode()


def usages(rows: int, pattern: Sequence[str] = ("Public", "Private")) -> list[str]:
    return [pattern[row % len(pattern)] for row in range(rows)]


def solution_of(
    metric: str,
    targets: Mapping[str, Sequence[Any]],
    *,
    ids: Sequence[Any] | None = None,
    usage: Sequence[str] | None = None,
    weight: Sequence[float] | None = None,
    everything_public: bool = False,
    **params: Any,
) -> PreparedSolution:
    rows = len(next(iter(targets.values())))
    columns: dict[str, Sequence[Any]] = {"id": ids if ids is not None else range(rows), **targets}
    if not everything_public:
        columns["Usage"] = usage if usage is not None else usages(rows)
    if weight is not None:
        columns["weight"] = weight
    spec = SolutionSpec(
        metric=metric,
        id_column="id",
        target_columns=tuple(targets),
        usage_column=None if everything_public else "Usage",
        weight_column=None if weight is None else "weight",
        metric_params=params,
    )
    return prepare_solution(csv_file(columns), spec)


def submission_of(predictions: Mapping[str, Sequence[Any]], ids: Sequence[Any] | None = None) -> bytes:
    rows = len(next(iter(predictions.values())))
    return csv_file({"id": ids if ids is not None else range(rows), **predictions})


def score_of(solution: PreparedSolution, predictions: Mapping[str, Sequence[Any]]) -> float:
    return public_score(solution, read_predictions(submission_of(predictions), solution))
