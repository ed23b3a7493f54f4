"""Runs an organiser's metric: inside a sandbox (see `sandbox.worker`), or on the organiser's own machine.

Each call works on tables of its own and on a freshly executed source, so that one call finds nothing of another. Where
many submissions come together, each is scored in a process of its own that is forked from one that never runs the
metric, and that cleans up behind it.

Stands alone: nothing of this package is there in a sandbox.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import shutil
import signal
import sys
import time
import traceback
import types
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

SOURCE_NAME = "metric.py"
TEXT_AT_MOST = 400
TRACEBACK_AT_MOST = 8_000
ANSWER_AT_MOST = 100_000
MOST_VALUES = 100

KIT = '''
"""What published metrics import of Kaggle's module of this name."""

import pandas.api.types as _types


class ParticipantVisibleError(Exception):
    """Its text is shown to the participant."""


class HostVisibleError(Exception):
    """Its text is shown to the organisers alone."""


def safe_call_score(metric_function, solution, submission, **keywords):
    """Call a metric. What it says to participants, or to hosts, goes on as it is; nothing else reaches participants."""
    try:
        return metric_function(solution, submission, **keywords)
    except Exception as error:
        kinds = {kind.__name__ for kind in type(error).__mro__}
        if "ParticipantVisibleError" in kinds:
            raise ParticipantVisibleError(str(error)) from None
        raise


def verify_valid_probabilities(df, df_name):
    """Refuse a table whose rows are no probabilities: numbers from 0 to 1 that add up to 1."""
    for name in df.columns:
        if not _types.is_numeric_dtype(df[name]):
            raise ParticipantVisibleError(f"All target values in {df_name} must be numeric")
    if df.isna().any(axis=None):
        raise ParticipantVisibleError(f"All target values in {df_name} must be given")
    if df.min(axis=None) < 0:
        raise ParticipantVisibleError(f"All target values in {df_name} must be at least zero")
    if df.max(axis=None) > 1:
        raise ParticipantVisibleError(f"All target values in {df_name} must be no greater than one")
    if ((df.sum(axis=1) - 1).abs() > 1e-6).any():
        raise ParticipantVisibleError(f"Target values in {df_name} do not add to one within all rows")
'''

Score = Callable[..., Any]


class NoNumberError(Exception):
    """A metric returned something by which nothing can be ranked."""

    __module__ = "builtins"  # named without a module in what organisers read


# --- one call ---------------------------------------------------------------------------------------------------------
def load(source: str) -> Score:
    """The function `score` of a source text, which is executed."""
    kit = types.ModuleType("kaggle_metric_utilities")
    exec(compile(KIT, "kaggle_metric_utilities.py", "exec"), kit.__dict__)  # noqa: S102 - ours
    sys.modules["kaggle_metric_utilities"] = kit
    module = types.ModuleType("metric")
    module.__file__ = SOURCE_NAME
    # Dataclasses and the like look for their module by its name.
    sys.modules["metric"] = module
    exec(compile(source, SOURCE_NAME, "exec"), module.__dict__)  # noqa: S102 - it is what this is for
    found: Score = module.__dict__["score"]
    return found


def call(
    source: str, solution: Any, submission: Any, *, row_id: str, params: Mapping[str, Any], ranked: str
) -> dict[str, Any]:
    """What the metric says of one submission: `score` with all `values` it gave, or `refusal`, or `failure`; `seconds`.

    A refusal is what the metric says to the participant; a failure, with `type` and `traceback`, is for organisers.
    """
    began = time.perf_counter()
    try:
        answer = numbers_of(load(source)(solution.copy(), submission.copy(), row_id, **params), ranked)
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is told
        if any(kind.__name__ == "ParticipantVisibleError" for kind in type(error).__mro__):
            answer = {"refusal": plain(error)}
        else:
            answer = {"failure": described(error)}
    answer["seconds"] = time.perf_counter() - began
    return answer


def numbers_of(value: Any, ranked: str) -> dict[str, Any]:
    """What a metric returned, as numbers.

    Raises:
        NoNumberError: it is no finite number, nor a mapping of names to numbers with the one that ranks.
    """
    if not isinstance(value, Mapping):
        if ranked:
            raise NoNumberError(f"the metric is to return a mapping with “{ranked}”, and returned {_kind(value)}")
        score = number(value)
        if score is None:
            raise NoNumberError(f"the metric returned {_kind(value)}, which is no finite number")
        return {"score": score, "values": {}}
    if not ranked or ranked not in value:
        raise NoNumberError(f"the metric returned a mapping without the name that ranks (“{ranked}”)")
    if len(value) > MOST_VALUES:
        raise NoNumberError(f"the metric returned more than {MOST_VALUES} values")
    score = number(value[ranked])
    if score is None:
        raise NoNumberError(f"“{ranked}” is {_kind(value[ranked])}, which is no finite number")
    return {"score": score, "values": {str(name)[:100]: number(one) for name, one in value.items()}}


def number(value: Any) -> float | None:
    """A finite float, or None."""
    if isinstance(value, str | bytes | bool) or value is None:
        return None
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def plain(error: BaseException) -> str:
    """The text of an error in one short printable line."""
    try:
        text = str(error)
    except Exception:  # noqa: BLE001 - the text is somebody else's code too
        text = ""
    text = " ".join(text[: 10 * TEXT_AT_MOST].split())
    text = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
    return text if len(text) <= TEXT_AT_MOST else text[: TEXT_AT_MOST - 1] + "…"


def described(error: BaseException) -> dict[str, str]:
    """An error for organisers: where in the metric it came from, without our own frames."""
    steps = traceback.extract_tb(error.__traceback__)
    own = next((place for place, step in enumerate(steps) if step.filename == SOURCE_NAME), len(steps))
    lines = ["Traceback (most recent call last):\n", *traceback.format_list(steps[own:])] if steps[own:] else []
    try:
        lines += traceback.format_exception_only(type(error), error)
    except Exception:  # noqa: BLE001 - see above
        lines += [type(error).__name__]
    return {"type": type(error).__name__[:100], "traceback": "".join(lines)[-TRACEBACK_AT_MOST:]}


def _kind(value: Any) -> str:
    found = number_or_nan(value)
    return f"{found}" if found is not None else type(value).__name__


def number_or_nan(value: Any) -> float | None:
    """A float that need not be finite, or None."""
    try:
        return None if isinstance(value, str | bytes | bool) or value is None else float(value)
    except (TypeError, ValueError, OverflowError):
        return None


# --- trying a metric out ----------------------------------------------------------------------------------------------
# In this order. Those of the second line need a sample submission to be made of.
CASES = ("perfect", "perfect_again", "shuffled", "reordered", "constant", "blanks", "sample", "sample_again")


def case(name: str, solution: Any, sample: Any, columns: list[str], row_id: str) -> Any | None:
    """The submission of one case; None where there is nothing to make it of.

    perfect: the solution's own values, where it has all columns of a submission. shuffled: those, each column's rows
    moved. reordered: the sample, or else the shuffled ones, for `in_order_of`.
    constant: the first value everywhere. blanks: no values at all.
    """
    import pandas as pd  # noqa: PLC0415 - loaded in advance where time counts

    if name == "reordered":
        return case("shuffled", solution, None, columns, row_id) if sample is None else sample
    if name.startswith("sample"):
        return sample
    has_answers = all(column in solution.columns for column in columns)
    base = solution[[row_id, *columns]] if has_answers else sample
    if base is None or (name.startswith(("perfect", "shuffled")) and not has_answers):
        return None
    made = base.copy()
    for column in columns:
        values = base[column]
        if name == "shuffled":
            # By a fixed step, which is the same wherever and whenever it is tried.
            step = max(1, len(values) // 3)
            made[column] = pd.concat([values.iloc[step:], values.iloc[:step]]).set_axis(values.index)
        elif name == "constant":
            made[column] = pd.Series([values.iloc[0]] * len(values), index=values.index, dtype=values.dtype)
        elif name == "blanks":
            is_number = pd.api.types.is_numeric_dtype(values)
            made[column] = pd.Series([None] * len(values), index=values.index, dtype="float64" if is_number else "str")
    return made


def in_order_of(name: str, solution: Any, submission: Any) -> tuple[Any, Any]:
    """Both tables as a case has them: the last row first where it is about the order of rows."""
    if name != "reordered":
        return solution, submission
    return solution.iloc[::-1].reset_index(drop=True), submission.iloc[::-1].reset_index(drop=True)


def verdict(results: Mapping[str, Mapping[str, Any]], *, larger_is_better: bool) -> list[str]:
    """Codes of what forbids to use a metric, by what came of the cases."""
    found = []
    perfect, sample = results.get("perfect"), results.get("sample")
    if perfect is not None and "score" not in perfect:
        found.append("perfect_has_no_score")
    if sample is not None and "score" not in sample:
        found.append("sample_has_no_score")
    if perfect is None and sample is None:
        found.append("nothing_to_try")
    for name in ("perfect", "sample"):
        again = results.get(f"{name}_again")
        if again is not None and _said(again) != _said(results[name]):
            found.append("not_deterministic")
            break
    if perfect is not None and sample is not None and "score" in perfect and "score" in sample:
        worse = perfect["score"] < sample["score"] if larger_is_better else perfect["score"] > sample["score"]
        if worse:
            found.append("perfect_is_worse")
    return found


def _said(result: Mapping[str, Any]) -> Any:
    return {name: result[name] for name in ("score", "values", "refusal") if name in result}


# --- in a sandbox -----------------------------------------------------------------------------------------------------
def work(request: Mapping[str, Any], given: Path, made: Path) -> Any:
    """`request`: source, row_id, params, ranked, and either nothing more (one submission), `submissions` (how many), or
    `columns` (those of a submission, to try the metric out). The files: `solution`, and `submission`, or `0`, `1`, ...,
    or `sample`."""
    row_id = request["row_id"]
    source, keywords = request["source"], {name: request[name] for name in ("row_id", "params", "ranked")}
    solution = read(given / "solution")
    if "columns" in request:
        sample = with_ids(given / "sample", solution, row_id) if (given / "sample").exists() else None
        return try_out(request, solution, sample, made)
    if "submissions" not in request:
        (given / "solution").unlink()
        return call(source, solution, with_ids(given / "submission", solution, row_id), **keywords)
    (given / "solution").unlink()
    answers = []
    for place in range(request["submissions"]):
        submission = with_ids(given / str(place), solution, row_id)
        (given / str(place)).unlink()
        answers.append(apart(partial(call, source, solution, submission, **keywords), request["seconds"], made))
    return answers


def try_out(request: Mapping[str, Any], solution: Any, sample: Any, made: Path) -> dict[str, Any]:
    """What came of each case, by its name."""
    keywords = {name: request[name] for name in ("row_id", "params", "ranked")}
    results = {}
    for name in request["cases"]:
        submission = case(name, solution, sample, request["columns"], request["row_id"])
        if submission is not None:
            one = partial(call, request["source"], *in_order_of(name, solution, submission), **keywords)
            results[name] = apart(one, request["seconds"], made)
    return results


def read(path: Path) -> Any:
    """A table in Arrow's form, as pandas has it."""
    return read_bytes(path.read_bytes())


def read_bytes(content: bytes) -> Any:
    """As `read`."""
    import pyarrow as pa  # noqa: PLC0415 - see above

    return pa.ipc.open_file(pa.BufferReader(content)).read_all().to_pandas(use_threads=False)


def with_ids(path: Path, solution: Any, row_id: str) -> Any:
    """A submission in the solution's order of rows, with the same ids."""
    submission = read(path)
    submission.insert(0, row_id, solution[row_id].copy())
    return submission


def apart(function: Callable[[], dict[str, Any]], seconds: float, made: Path) -> dict[str, Any]:
    """What the function returns in a process of its own, which is ended after so many seconds with all it left."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            os.setsid()
            os.close(reader)
            answer = json.dumps(function()).encode()[:ANSWER_AT_MOST]
            while answer:
                answer = answer[os.write(writer, answer) :]
        os._exit(0)
    os.close(writer)
    try:
        text, ended = _read_until(reader, time.monotonic() + seconds)
    finally:
        os.close(reader)
        _end_all_but_me(child)
    for folder in (made, Path(os.environ.get("TMPDIR", str(made)))):
        _clean(folder)
    if not ended:
        return {"failure": {"type": "TimeoutError", "traceback": f"It took longer than {seconds:g} seconds.\n"}}
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        return {"failure": {"type": "ProcessLost", "traceback": "Its process ended before it had an answer.\n"}}
    return found


def _read_until(reader: int, until: float) -> tuple[bytes, bool]:
    import select  # noqa: PLC0415 - not needed for a single submission

    text = b""
    while (left := until - time.monotonic()) > 0 and len(text) <= ANSWER_AT_MOST:
        if not select.select([reader], [], [], left)[0]:
            continue
        piece = os.read(reader, 65536)
        if not piece:
            return text, True
        text += piece
    return text, False


def _end_all_but_me(child: int) -> None:
    """End a child and whatever it started; where processes of others can be seen, only its own group."""
    with contextlib.suppress(OSError):
        os.killpg(child, signal.SIGKILL)
    with contextlib.suppress(OSError):
        os.kill(child, signal.SIGKILL)
    with contextlib.suppress(OSError):
        os.waitpid(child, 0)


def _clean(folder: Path) -> None:
    """Take away what a call left in a folder, but not what is still to be read."""
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            if path.name == "given":
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
