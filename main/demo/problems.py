"""The data of the demo: tables that scikit-learn ships, split into what participants get and what stays hidden."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn import datasets

TEST_SHARE = 0.5
PUBLIC_SHARE = 0.4


@dataclass(frozen=True)
class Problem:
    """One data set, split. Frames share the column `id`; `targets` are the columns a submission brings."""

    train: pd.DataFrame
    test: pd.DataFrame
    answers: pd.DataFrame
    features: list[str]
    label: str
    targets: list[str]
    guess: np.ndarray

    def files(self) -> dict[str, bytes]:
        """What participants download, by name."""
        return {
            "train.csv": csv(self.train),
            "test.csv": csv(self.test),
            "sample_submission.csv": csv(self.submission(np.tile(self.guess, (len(self.test), 1)))),
        }

    def solution(self) -> bytes:
        """What stays on the server."""
        return csv(self.answers)

    def submission(self, predictions: np.ndarray) -> pd.DataFrame:
        """`predictions`, shape (rows,) or (rows, targets), as a table to submit."""
        columns = predictions.reshape(len(self.test), len(self.targets))
        return pd.DataFrame({"id": self.test["id"], **dict(zip(self.targets, columns.T, strict=True))})


def csv(frame: pd.DataFrame) -> bytes:
    buffer = io.StringIO()
    frame.to_csv(buffer, index=False, lineterminator="\n", float_format="%.6g")
    return buffer.getvalue().encode()


def diabetes() -> Problem:
    """442 people: how far the disease has gone a year after these measurements. Regression."""
    data = datasets.load_diabetes(as_frame=True, scaled=False)
    names = dict(zip(("s1", "s2", "s3", "s4", "s5", "s6"), ("tc", "ldl", "hdl", "tch", "ltg", "glu"), strict=True))
    frame = data.data.rename(columns=names).assign(progression=data.target)
    return _split(frame, label="progression", targets=["progression"], seed=11)


def breast_cancer() -> Problem:
    """569 tumours, measured under the microscope: malignant or not. Binary classification."""
    data = datasets.load_breast_cancer(as_frame=True)
    frame = data.data.rename(columns=lambda name: name.replace(" ", "_")).assign(malignant=1 - data.target)
    return _split(frame, label="malignant", targets=["malignant"], seed=12)


def digits() -> Problem:
    """1,797 handwritten digits of 8 by 8 pixels. Ten classes, a column of probabilities for each."""
    data = datasets.load_digits(as_frame=True)
    frame = data.data.astype(int).assign(digit=data.target)
    return _split(frame, label="digit", targets=[str(value) for value in range(10)], seed=13)


PROBLEMS: dict[str, Callable[[], Problem]] = {
    "diabetes": diabetes,
    "breast_cancer": breast_cancer,
    "digits": digits,
}


def _split(frame: pd.DataFrame, *, label: str, targets: list[str], seed: int) -> Problem:
    random = np.random.default_rng(seed)
    frame = frame.iloc[random.permutation(len(frame))].reset_index(drop=True)
    frame.insert(0, "id", np.arange(1, len(frame) + 1))
    rows = round(len(frame) * TEST_SHARE)
    test, train = frame.iloc[:rows], frame.iloc[rows:]
    usage = np.where(random.permutation(rows) < round(rows * PUBLIC_SHARE), "Public", "Private")
    several = len(targets) > 1
    return Problem(
        train=train,
        test=test.drop(columns=label),
        answers=test[["id", label]].assign(Usage=usage),
        features=[column for column in frame.columns if column not in ("id", label)],
        label=label,
        targets=targets,
        guess=np.full(len(targets), 1 / len(targets)) if several else np.array([train[label].mean()]),
    )
