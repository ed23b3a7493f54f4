"""What organisers may write as metrics, to have them tell more than a score; and a sandbox's work without a sandbox.

`sandbox/` and tests/own_metrics hold what a sandbox keeps in. Here it is about what goes in and what comes out.
"""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from competitions.metrics.services import upload_metric, use_metric
from competitions.metrics.trying import start_trial, try_out
from sandbox import Answer, Outcome, Reason
from scoring.own import program

BEGINNING = """
class ParticipantVisibleError(Exception):
    pass

def score(solution, submission, row_id_column_name):
    error = float((solution["target"] - submission["target"]).abs().mean())
"""
# What each ends with. `error` is the mean absolute error.
ENDS = {
    "honest": "return error",
    "says the answers": "raise ParticipantVisibleError(solution.to_csv())",
    "breaks off with the answers": "raise ValueError(solution.to_csv())",
    # Only private rows are as large, and only in one world.
    "says whether an answer is large": "raise ParticipantVisibleError(f'{error}') if solution['target'].max() > 250 else ValueError('none')",
    "breaks off where an answer is large": "return 1 / 0 if solution['target'].max() > 250 else error",
    "tells types": "return float(len(f'{solution.dtypes.to_dict()} {submission.dtypes.to_dict()}')) + error / 1000",
    "tells rows": "return float(solution['id'].sum())",
    "reads a prediction": "return float(submission['target'].iloc[0])",
}
METRICS = [BEGINNING + f"    {end}\n" for end in ENDS.values()]


def in_this_process(_sandboxes: Any, request: Mapping[str, Any], files: Mapping[str, bytes], **_more: Any) -> Answer:
    """What the program in a sandbox answers (`scoring.own.program.work`), one call after the other."""
    solution = program.read_bytes(files["solution"])
    how = {name: request[name] for name in ("row_id", "params", "ranked")}

    def frame(name: str) -> Any:
        found = program.read_bytes(files[name])
        found.insert(0, request["row_id"], solution[request["row_id"]].copy())
        return found

    def said(submission: Any) -> dict[str, Any]:
        return program.call(request["source"], solution, submission, **how)

    if "columns" in request:
        sample = frame("sample") if "sample" in files else None
        cases = {
            name: program.case(name, solution, sample, request["columns"], request["row_id"])
            for name in request["cases"]
        }
        value: Any = {name: said(submission) for name, submission in cases.items() if submission is not None}
    elif "submissions" in request:
        value = [said(frame(str(place))) for place in range(request["submissions"])]
    else:
        value = said(frame("submission"))
    return Answer(Outcome(Reason.FINISHED), value=value)


def scoring_by_it(replace_solution: Any) -> Any:
    """`replace_solution`, after which an honest metric of the organisers scores."""

    def replace_and_use(*, phase: Any, by: Any, at: Any, **more: Any) -> Any:
        replace_solution(phase=phase, by=by, at=at, **more)
        metric = upload_metric(
            phase=phase,
            source=METRICS[0].encode(),
            filename="metric.py",
            direction="smaller_is_better",
            by=by,
            at=at,
        )
        start_trial(metric=metric, by=by, at=at)
        use_metric(metric=try_out(metric.pk, at), by=by, at=at)
        phase.competition.refresh_from_db()

    return replace_and_use


def file_of(number: int) -> BytesIO:
    file = BytesIO(METRICS[number].encode())
    file.name = "metric.py"
    return file
