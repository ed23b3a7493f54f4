"""Reading, checking and scoring of prediction files. Knows no Django: arrays in, numbers and located problems out."""

from scoring import cpu  # noqa: F401 -- before anything imports numpy
from scoring.containers import ReadLimits
from scoring.errors import (
    InvalidMetricParameters,
    InvalidSolution,
    InvalidSubmission,
    Problem,
    ScoringError,
    StalePredictionsError,
)
from scoring.expected import ExpectedFile, check_submission, expected_file, table_schema
from scoring.messages import MESSAGES
from scoring.metrics.registry import Direction, Metric, all_metrics, get, validate_params
from scoring.prepared import PreparedSolution, SolutionSpec
from scoring.reading import Predictions, read_predictions
from scoring.score import private_score, public_score
from scoring.solution import prepare_solution

__all__ = [
    "MESSAGES",
    "Direction",
    "ExpectedFile",
    "InvalidMetricParameters",
    "InvalidSolution",
    "InvalidSubmission",
    "Metric",
    "Predictions",
    "PreparedSolution",
    "Problem",
    "ReadLimits",
    "ScoringError",
    "SolutionSpec",
    "StalePredictionsError",
    "all_metrics",
    "check_submission",
    "expected_file",
    "get",
    "prepare_solution",
    "private_score",
    "public_score",
    "read_predictions",
    "table_schema",
    "validate_params",
]
