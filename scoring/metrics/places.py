"""Metrics of places and directions. y_true, y_pred: shape (n, 2). weight: shape (n,), >= 0, or None."""

from __future__ import annotations

import numpy as np

from scoring.metrics.registry import F64, Direction, Inputs, Parameter, Task, metric
from scoring.metrics.regression import mean

SMALLER = Direction.SMALLER_IS_BETTER
# The mean radius of the earth, in metres (IUGG).
EARTH = 6_371_008.8
STATISTIC = Parameter(
    "statistic",
    str,
    "mean",
    "What is told of the distances: their mean, median, 95th percentile (p95), or the mean of the last two.",
    choices=("mean", "median", "p95", "mean_of_median_and_p95"),
)


@metric(
    "haversine",
    label="Haversine distance",
    direction=SMALLER,
    task=Task.PLACES,
    inputs=Inputs.NUMBERS,
    pools_columns=True,
    fewest_targets=2,
    most_targets=2,
    params=(STATISTIC,),
    minimum=-360.0,
    maximum=360.0,
    source="sklearn.metrics.pairwise.haversine_distances times 6,371,008.8 m; percentiles as numpy.percentile",
)
def haversine(y_true: F64, y_pred: F64, weight: F64 | None = None, *, statistic: str = "mean") -> float:
    """Distance on the earth's surface in metres, the earth being a sphere.

    Two target columns: latitude, then longitude, in degrees.
    """
    true, pred = np.radians(y_true), np.radians(y_pred)
    half = np.square(np.sin((true - pred) / 2.0))
    chord = half[:, 0] + np.cos(true[:, 0]) * np.cos(pred[:, 0]) * half[:, 1]
    distances = 2.0 * EARTH * np.arcsin(np.sqrt(np.clip(chord, 0.0, 1.0)))
    if statistic == "mean":
        return float(distances.mean())
    wanted = {"median": [50], "p95": [95], "mean_of_median_and_p95": [50, 95]}[statistic]
    return float(np.mean(np.percentile(distances, wanted)))


@metric(
    "angular_error",
    label="Mean angular error",
    direction=SMALLER,
    task=Task.PLACES,
    inputs=Inputs.NUMBERS,
    weights=True,
    pools_columns=True,
    fewest_targets=2,
    most_targets=2,
    source="IceCube: Neutrinos in Deep Ice (2023)",
)
def angular_error(y_true: F64, y_pred: F64, weight: F64 | None = None) -> float:
    """Mean angle between the true and the predicted direction, in radians.

    Two target columns: azimuth, then zenith (the angle from straight up), in radians.
    """
    true, pred = _vectors(y_true), _vectors(y_pred)
    # Of small angles the cosine says little: their half has a sine that is exact.
    distance = np.sqrt(np.square(true - pred).sum(axis=1))
    return mean(2.0 * np.arcsin(np.clip(distance / 2.0, 0.0, 1.0)), weight)


def _vectors(angles: F64) -> F64:
    azimuth, zenith = angles[:, 0], angles[:, 1]
    return np.column_stack([np.cos(azimuth) * np.sin(zenith), np.sin(azimuth) * np.sin(zenith), np.cos(zenith)])
