"""Agreement of ordered ratings."""

from __future__ import annotations

from scoring.metrics.registry import F64, Direction, Inputs, Requirement, Task, metric
from scoring.metrics.regression import mean, mean_square

LARGEST_RATING = 1e9


@metric(
    "quadratic_weighted_kappa",
    label="Quadratic weighted kappa",
    direction=Direction.LARGER_IS_BETTER,
    task=Task.MULTICLASS,
    inputs=Inputs.INTEGERS,
    weights=True,
    minimum=-LARGEST_RATING,
    maximum=LARGEST_RATING,
    requires={Requirement.NOT_CONSTANT},
    source="sklearn.metrics.cohen_kappa_score(weights='quadratic') with every whole number from the lowest to the "
    "highest rating as a label",
)
def quadratic_weighted_kappa(y_true: F64, y_pred: F64, weight: F64 | None = None) -> float:
    """Agreement of whole-number ratings, 1 for perfect, 0 for chance. A disagreement costs its squared distance.

    Ratings nobody gives count as steps too: 1 and 3 are two apart even if there is no 2.
    """
    # The costs of the confusion matrix and of the matrix expected by chance are sums of (t - p)^2 over pairs of rows:
    # neither matrix is needed.
    observed = mean_square(y_true - y_pred, weight)
    true_mean, pred_mean = mean(y_true, weight), mean(y_pred, weight)
    spread = mean_square(y_true - true_mean, weight) + mean_square(y_pred - pred_mean, weight)
    return 1.0 - observed / (spread + (true_mean - pred_mean) ** 2)
