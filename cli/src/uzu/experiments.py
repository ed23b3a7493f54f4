"""The lab book of a submission: what is handed to the server of a run in MLflow, or of a JSON file."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from uzu.api import UzuError

# MLflow's own; what people tag themselves has other names.
SYSTEM = "mlflow."
COMMIT = "mlflow.source.git.commit"
# What the server keeps of a tag.
LONGEST_TAG = 100


def of_run(run: Any) -> dict[str, Any]:
    """The parameters, metrics and tags of a run in MLflow: a run, its id, or True for the one that is active.

    Where the runs are kept is MLflow's to know (`MLFLOW_TRACKING_URI`).

    Raises:
        UzuError: MLflow is not installed, or has no such run.
    """
    try:
        import mlflow  # noqa: PLC0415 -- optional
        from mlflow.exceptions import MlflowException  # noqa: PLC0415
    except ImportError as error:
        raise UzuError("The mlflow package is not installed here: pip install mlflow") from error
    if run is True:
        run = mlflow.active_run()
        if run is None:
            raise UzuError("No MLflow run is active: begin one, or name one by its id.")
    try:
        # What was logged since it began is only in the store.
        found = mlflow.MlflowClient().get_run(run if isinstance(run, str) else run.info.run_id)
    except MlflowException as error:
        raise UzuError(f"MLflow does not give the run {run}: {error}") from error
    experiment = {
        "run": found.info.run_name or found.info.run_id,
        "url": _address(mlflow.get_tracking_uri(), found),
        "commit": found.data.tags.get(COMMIT),
        "params": {name: _plain(value) for name, value in found.data.params.items()},
        "metrics": {name: value for name, value in found.data.metrics.items() if math.isfinite(value)},
        "tags": [_tag(name, value) for name, value in found.data.tags.items() if not name.startswith(SYSTEM)],
    }
    return {name: value for name, value in experiment.items() if value}


def _address(store: str, run: Any) -> str | None:
    """Where the run can be looked at; None for a store on this machine's disk."""
    if not store.startswith(("http://", "https://")):
        return None
    return f"{store.rstrip('/')}/#/experiments/{run.info.experiment_id}/runs/{run.info.run_id}"


def _plain(text: str) -> Any:
    """MLflow keeps parameters as texts: numbers and yes or no become what they were, all else stays."""
    if text in ("True", "False"):
        return text == "True"
    for kind in (int, float):
        try:
            value = kind(text)
        except ValueError:
            continue
        # What would be written in another way, 007 or 1e3, is a text; beyond 2^63 readers of JSON lose digits.
        return value if str(value) == text and math.isfinite(value) and abs(value) < 2**63 else text
    return text


def _tag(name: str, value: str) -> str:
    tag = f"{name}={value}" if value and value not in (name, "True", "true") else name
    return tag if len(tag) <= LONGEST_TAG else tag[: LONGEST_TAG - 1] + "…"


def of_file(path: Path) -> dict[str, Any]:
    """What stands in a JSON file.

    Raises:
        UzuError: no JSON object stands there.
    """
    try:
        experiment = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UzuError(f"{path} can't be read as JSON: {error}") from error
    if not isinstance(experiment, dict):
        raise UzuError(f"{path} holds no JSON object")
    return experiment
