"""Mean absolute error over all columns of predictions. Write your own instead."""

import numpy as np
import pandas as pd
import pandas.api.types


class ParticipantVisibleError(Exception):
    """Its text is shown to the participant; any other error is shown to organisers only."""


def score(solution: pd.DataFrame, submission: pd.DataFrame, row_id_column_name: str, power: float = 1.0) -> float:
    # Both tables have the same ids in the same order. What follows the name of the id column are parameters of yours.
    truth = solution.drop(columns=row_id_column_name)
    sent = submission.drop(columns=row_id_column_name)

    distances = []
    for name in sent.columns:
        if not pandas.api.types.is_numeric_dtype(sent[name]):
            raise ParticipantVisibleError("Predictions must be numbers: column " + name)
        if sent[name].isna().any():
            raise ParticipantVisibleError("Every row needs a prediction: column " + name)
        distances.append(np.abs(truth[name] - sent[name]) ** power)
    return float(np.mean(distances))
