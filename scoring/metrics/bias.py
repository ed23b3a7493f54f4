"""Metrics of unintended bias. y_true: shape (n, 1 + subgroups), the target and who belongs to which subgroup.

y_pred: shape (n,).
"""

from __future__ import annotations

import numpy as np

from scoring.metrics.orders import one_prediction
from scoring.metrics.probability import binary_auc
from scoring.metrics.registry import F64, Direction, Inputs, Parameter, Requirement, Task, metric

POWER = Parameter(
    "power",
    float,
    -5.0,
    "The power of the mean of the subgroups: the lower, the more the worst one counts.",
    -50.0,
    1.0,
)
OVERALL = Parameter(
    "overall_weight", float, 0.25, "How much the AUC of all rows counts; the rest is shared out evenly.", 0.0, 1.0
)
YES = 0.5


@metric(
    "bias_auc",
    label="AUC with subgroups (bias)",
    direction=Direction.LARGER_IS_BETTER,
    task=Task.BINARY,
    inputs=Inputs.NUMBERS,
    pools_columns=True,
    fewest_targets=2,
    columns=one_prediction,
    params=(POWER, OVERALL),
    requires={Requirement.SUBGROUPS},
    source="Borkan et al. (2019); the metric of Kaggle's Jigsaw Unintended Bias in Toxicity Classification",
)
def auc_of_subgroups(
    y_true: F64, y_pred: F64, weight: F64 | None = None, *, power: float = -5.0, overall_weight: float = 0.25
) -> float:
    """AUC of all rows, together with how the subgroups fare: whom the model takes for positive by their subgroup alone.

    The first target column is the class (0.5 and more is positive), each further one says who belongs to a subgroup
    (0.5 and more). A submission has one column, named like the first. Of each subgroup three AUCs count: within it; its
    negative rows against the positive ones outside; its positive rows against the negative ones outside. Each kind is
    averaged over the subgroups by a power mean.
    """
    positive = y_true[:, 0] >= YES
    whole = binary_auc(positive, y_pred)
    kinds: list[list[float]] = [[], [], []]
    for column in range(1, y_true.shape[1]):
        inside = y_true[:, column] >= YES
        for scores, rows in zip(kinds, (inside, inside != positive, inside == positive), strict=True):
            scores.append(binary_auc(positive[rows], y_pred[rows]))
    with np.errstate(divide="ignore"):
        means = [power_mean(np.array(scores), power) for scores in kinds]
    return overall_weight * whole + (1.0 - overall_weight) * float(np.mean(means))


def power_mean(values: F64, power: float) -> float:
    """The mean of this power: the geometric one for 0."""
    if power == 0.0:
        return float(np.exp(np.log(values).mean()))
    if power > 0.0:
        return float(np.power(np.power(values, power).mean(), 1.0 / power))
    # As shares of the smallest, so that no power overflows.
    least = float(values.min())
    return least * float(np.power(np.power(values / least, power).mean(), 1.0 / power)) if least else 0.0
