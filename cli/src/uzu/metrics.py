"""Trying an organiser's own metric out on this machine, as the server does. It is run here as it is: it is your own."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from uzu.api import UzuError

MISSING = "Trying a metric needs pandas and the scoring package: pip install pandas {url}/uzu-scoring.zip"
WHY = {
    "perfect_has_no_score": "The solution's own values get no score.",
    "sample_has_no_score": "The sample submission gets no score.",
    "nothing_to_try": "There is nothing to try it with: the solution has not all columns of a submission, and there is "
    "no sample submission.",
    "not_deterministic": "Twice the same submission got two scores.",
    "perfect_is_worse": "The solution's own values score worse than the sample submission: is the direction right?",
    "private_rows_have_no_score": "The private rows of the solution get no score with their own values.",
}


@dataclass(frozen=True)
class Case:
    """What came of one submission: the score of the public rows, or why there is none. `seconds`: of the call."""

    name: str
    score: float | None
    said: str
    seconds: float
    traceback: str = ""


@dataclass(frozen=True)
class Trial:
    """What came of a trial. `why`: what forbids to use the metric, in sentences; none: it passes."""

    cases: Sequence[Case]
    why: Sequence[str]
    params: Mapping[str, Any] = field(default_factory=dict)


def read_params(given: Sequence[str]) -> dict[str, Any]:
    """`name=value` pairs; values as JSON has them, or as plain text.

    Raises:
        UzuError: one is no such pair.
    """
    found: dict[str, Any] = {}
    for pair in given:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise UzuError(f"{pair}: write a parameter as name=value")
        try:
            found[name] = json.loads(value)
        except ValueError:
            found[name] = value
    return found


def try_out(
    metric: Path,
    *,
    solution: Path,
    sample: Path | None,
    larger_is_better: bool,
    params: Mapping[str, Any],
    ranked: str = "",
    columns: Sequence[str] = (),
    id_column: str = "",
    usage_column: str = "Usage",
    url: str = "https://uzu.example.org",
) -> Trial:
    """Run a metric on submissions made of the solution, and on the sample submission.

    Raises:
        UzuError: a file can't be used, or a package is missing; the text says which and why.
    """
    try:
        import pandas  # noqa: F401, ICN001, PLC0415 - optional, as the next

        from scoring import (  # noqa: PLC0415  # noqa: PLC0415
            InvalidMetricParameters,
            InvalidSolution,
            InvalidSubmission,
            SolutionSpec,
            prepare_solution,
            read_predictions,
        )
        from scoring.own import InvalidMetricSource, frames, program, read_signature  # noqa: PLC0415
    except ImportError as error:
        raise UzuError(MISSING.format(url=url)) from error
    source = metric.read_bytes()
    try:
        cleaned = read_signature(source).clean(params)
        spec = SolutionSpec(
            metric="own_larger_is_better" if larger_is_better else "own_smaller_is_better",
            id_column=id_column,
            usage_column=usage_column or None,
            submission_columns=tuple(columns) or _columns_of(sample),
        )
        prepared = prepare_solution(solution, spec)
        given = None if sample is None else read_predictions(sample, prepared)
    except (InvalidMetricSource, InvalidMetricParameters) as error:
        raise UzuError(f"{metric.name}: {error}") from error
    except InvalidSolution as error:
        raise UzuError(f"{solution.name}: {error}") from error
    except InvalidSubmission as error:
        raise UzuError(f"{sample.name if sample else ''}: {error}") from error
    text = source.decode("utf-8-sig")
    row_id = prepared.layout.id_column
    keywords: dict[str, Any] = {"row_id": row_id, "params": cleaned, "ranked": ranked}

    def table(part: str) -> Any:
        return program.read_bytes(frames.solution_frame(prepared, part))

    truth = table("public")
    sent = None
    if given is not None:
        sent = program.read_bytes(frames.submission_frame(prepared, given.columns, "public"))
        sent.insert(0, row_id, truth[row_id])
    results: dict[str, dict[str, Any]] = {}
    for name in program.CASES:
        submission = program.case(name, truth, sent, list(prepared.layout.columns), row_id)
        if submission is not None:
            results[name] = program.call(text, *program.in_order_of(name, truth, submission), **keywords)
    why = program.verdict(results, larger_is_better=larger_is_better)
    private = table("private")
    perfect = program.case("perfect", private, None, list(prepared.layout.columns), row_id)
    if perfect is not None and "score" not in program.call(text, private, perfect, **keywords):
        why.append("private_rows_have_no_score")
    return Trial([_case(name, result) for name, result in results.items()], [WHY[code] for code in why], cleaned)


def _columns_of(sample: Path | None) -> tuple[str, ...]:
    """The columns of the sample submission beside the first."""
    if sample is None:
        return ()
    from scoring.errors import InvalidFile  # noqa: PLC0415 - optional
    from scoring.tables import open_table  # noqa: PLC0415

    try:
        return tuple(open_table(sample).names[1:])
    except InvalidFile as error:
        raise UzuError(f"{sample.name}: {error}") from error


def _case(name: str, result: Mapping[str, Any]) -> Case:
    failure = result.get("failure") or {}
    said = f"to participants: {result['refusal']}" if "refusal" in result else failure.get("type", "")
    return Case(name, result.get("score"), said, result["seconds"], failure.get("traceback", ""))
