"""Metrics that behave as published ones of Kaggle do, written from their descriptions, with a small competition each."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

HEAD = """
import json
from io import BytesIO

import numpy as np
import pandas as pd
import pandas.api.types

class ParticipantVisibleError(Exception):
    pass
"""
# By a helper of Kaggle's own module; ids are deleted in place.
LOG_LOSS = (
    HEAD
    + """
import kaggle_metric_utilities
import sklearn.metrics

def score(solution: pd.DataFrame, submission: pd.DataFrame, row_id_column_name: str) -> float:
    del solution[row_id_column_name]
    del submission[row_id_column_name]
    kaggle_metric_utilities.verify_valid_probabilities(submission, "submission")
    return kaggle_metric_utilities.safe_call_score(sklearn.metrics.log_loss, solution.values, submission.values)
"""
)
# Columns without both classes are left out of the mean.
MACRO_AUC = (
    HEAD
    + """
import sklearn.metrics

def score(solution: pd.DataFrame, submission: pd.DataFrame, row_id_column_name: str) -> float:
    del solution[row_id_column_name]
    del submission[row_id_column_name]
    if not pandas.api.types.is_numeric_dtype(submission.values):
        bad = [name for name in submission.columns if not pandas.api.types.is_numeric_dtype(submission[name])]
        raise ParticipantVisibleError(f"Invalid data types found: {bad}")
    sums = solution.sum(axis=0)
    scored = list(sums[sums > 0].index.values)
    return float(sklearn.metrics.roc_auc_score(solution[scored].values, submission[scored].values, average="macro"))
"""
)
# A daily rank correlation, its mean over its deviation.
SHARPE = (
    HEAD
    + """
def score(solution: pd.DataFrame, submission: pd.DataFrame, row_id_column_name: str, floor: float = 1e-9) -> float:
    both = solution.merge(submission, on=row_id_column_name, suffixes=("_true", "_pred"))
    daily = both.groupby("date_id").apply(
        lambda day: day["target_true"].rank().corr(day["target_pred"].rank()), include_groups=False
    )
    if daily.isna().any():
        raise ParticipantVisibleError("Predictions of a day are all the same")
    return float(daily.mean() / max(daily.std(ddof=0), floor))
"""
)
# Concordance by group: mean less deviation; pairs counted by hand.
STRATIFIED = (
    HEAD
    + """
def concordance(time, event, risk):
    good = pairs = 0.0
    for i in np.flatnonzero(event):
        later = time > time[i]
        pairs += later.sum()
        good += (risk[i] > risk[later]).sum() + 0.5 * (risk[i] == risk[later]).sum()
    return good / pairs

def score(solution: pd.DataFrame, submission: pd.DataFrame, row_id_column_name: str) -> float:
    if submission["prediction"].isna().any():
        raise ParticipantVisibleError("Every patient needs a risk")
    merged = pd.concat([solution, submission["prediction"]], axis=1).reset_index(drop=True)
    found = [
        concordance(rows["time"].values, rows["event"].values, rows["prediction"].values)
        for _, rows in merged.groupby("group")
    ]
    return float(np.mean(found) - np.sqrt(np.var(found)))
"""
)
# Sets of words in text cells; a blank cell is no words.
JACCARD = (
    HEAD
    + """
def score(solution: pd.DataFrame, submission: pd.DataFrame, row_id_column_name: str, lower: bool = True) -> float:
    def words(cell):
        text = "" if pd.isna(cell) else str(cell)
        return set((text.lower() if lower else text).split())
    if submission["text"].fillna("").str.len().max() > 200:
        raise ParticipantVisibleError("A text is longer than 200 characters")
    found = []
    for true, sent in zip(solution["text"], submission["text"]):
        a, b = words(true), words(sent)
        found.append(len(a & b) / len(a | b) if a | b else 1.0)
    return float(np.mean(found))
"""
)
# Mean average precision of at most k labels, the most likely first, where one is right.
MAP_AT_K = (
    HEAD
    + """
def score(solution: pd.DataFrame, submission: pd.DataFrame, row_id_column_name: str, k: int = 3) -> float:
    found = []
    for true, sent in zip(solution["label"].astype(str), submission["label"].fillna("").astype(str)):
        labels = sent.split()
        if len(labels) > k:
            raise ParticipantVisibleError(f"At most {k} labels a row")
        found.append(1 / (labels.index(true) + 1) if true in labels else 0.0)
    return float(np.mean(found))
"""
)
# Pinball loss of several quantiles, each in a column of its own named by it.
PINBALL = (
    HEAD
    + """
def score(solution: pd.DataFrame, submission: pd.DataFrame, row_id_column_name: str, quantiles: list = [0.1, 0.5, 0.9]) -> float:
    sent = submission[[f"q{one:g}" for one in quantiles]].to_numpy(dtype=float)
    if (np.diff(sent, axis=1) < 0).any():
        raise ParticipantVisibleError("Quantiles must not cross")
    off = solution[["y"]].to_numpy(dtype=float) - sent
    levels = np.asarray(quantiles)
    return float(np.maximum(levels * off, (levels - 1) * off).mean())
"""
)
# Dice of masks in run lengths, counted from one down the columns; both empty is right.
RLE_DICE = (
    HEAD
    + """
def pixels(text, size):
    runs = [] if pd.isna(text) else [int(one) for one in str(text).split()]
    if len(runs) % 2:
        raise ParticipantVisibleError("Runs come in pairs: a start and a length")
    mask = np.zeros(size, dtype=bool)
    for start, length in zip(runs[::2], runs[1::2]):
        if start < 1 or length < 1 or start + length - 1 > size or mask[start - 1 : start + length - 1].any():
            raise ParticipantVisibleError("A run leaves the image, or meets another one")
        mask[start - 1 : start + length - 1] = True
    return mask

def score(solution: pd.DataFrame, submission: pd.DataFrame, row_id_column_name: str, height: int, width: int) -> float:
    found = []
    for true, sent in zip(solution["rle"], submission["rle"]):
        a, b = pixels(true, height * width), pixels(sent, height * width)
        found.append(2 * (a & b).sum() / (a.sum() + b.sum()) if a.any() or b.any() else 1.0)
    return float(np.mean(found))
"""
)
# Mean number of letters to change, add or take away.
LEVENSHTEIN = (
    HEAD
    + """
def distance(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (x != y))
    return row[-1]

def score(solution: pd.DataFrame, submission: pd.DataFrame, row_id_column_name: str) -> float:
    sent = submission["formula"].fillna("").astype(str)
    if not sent.str.startswith("InChI=").all():
        raise ParticipantVisibleError("Each formula begins with InChI=")
    return float(np.mean([distance(a, b) for a, b in zip(solution["formula"], sent)]))
"""
)
# F of probabilities: each counts as much as it says, for precision and for recall.
PROBABILISTIC_F1 = (
    HEAD
    + """
def score(solution: pd.DataFrame, submission: pd.DataFrame, row_id_column_name: str, beta: float = 1.0) -> float:
    true, sent = solution["cancer"].to_numpy(dtype=float), submission["cancer"].to_numpy(dtype=float)
    if not ((sent >= 0) & (sent <= 1)).all():
        raise ParticipantVisibleError("Probabilities lie between 0 and 1")
    right, wrong = (true * sent).sum(), ((1 - true) * sent).sum()
    if right == 0:
        return 0.0
    precision, recall = right / (right + wrong), right / true.sum()
    return float((1 + beta**2) * precision * recall / (beta**2 * precision + recall))
"""
)
# Gini coefficient of an order, over that of the right one; ties keep the order of the file.
GINI = (
    HEAD
    + """
def gini(true, sent):
    order = np.argsort(-sent, kind="stable")
    share = np.cumsum(true[order]) / true.sum()
    return (share - np.arange(1, len(true) + 1) / len(true)).sum() / len(true)

def score(solution: pd.DataFrame, submission: pd.DataFrame, row_id_column_name: str) -> float:
    true, sent = solution["claim"].to_numpy(dtype=float), submission["claim"].to_numpy(dtype=float)
    if np.isnan(sent).any():
        raise ParticipantVisibleError("Every row needs a prediction")
    return float(gini(true, sent) / gini(true, true))
"""
)
# Area under the curve in each group, weighted by how many rows it has; groups of one class are left out.
GROUP_AUC = (
    HEAD
    + """
import sklearn.metrics

def score(solution: pd.DataFrame, submission: pd.DataFrame, row_id_column_name: str) -> float:
    if not pandas.api.types.is_numeric_dtype(submission["click"]):
        raise ParticipantVisibleError("Clicks are numbers")
    both = solution.merge(submission, on=row_id_column_name, suffixes=("", "_sent"))
    total = size = 0.0
    for _, rows in both.groupby("user"):
        if rows["click"].nunique() == 2:
            total += len(rows) * sklearn.metrics.roc_auc_score(rows["click"], rows["click_sent"])
            size += len(rows)
    return total / size
"""
)


@dataclass(frozen=True)
class Published:
    """One of them with a small competition: the public rows of the solution, a file with its score, and a bad file.

    `columns`: those of a submission, where they are not the solution's. `refusal`: what the sender of `bad` reads.
    """

    source: str
    solution: str
    right: str
    score: float
    bad: str
    refusal: str
    larger: bool = True
    columns: tuple[str, ...] = ()
    params: Mapping[str, Any] = field(default_factory=dict)


# Rows are separated by spaces, cells by commas; an underscore is a blank within a cell. Ids are put before them.
PUBLISHED = {
    "log loss": Published(
        LOG_LOSS,
        "a,b,c 1,0,0 0,1,0 0,0,1",
        "a,b,c .5,.25,.25 .25,.5,.25 .25,.25,.5",
        math.log(2),
        "a,b,c 1,1,0 1,0,0 1,0,0",
        "Target values in submission do not add to one within all rows",
        larger=False,
    ),
    "mean AUC": Published(
        MACRO_AUC,
        "a,b 1,0 0,0 0,0 1,0",
        "a,b .9,.1 .1,.1 .8,.1 .8,.1",
        # Of the four pairs one is a tie.
        3.5 / 4,
        "a,b w,.1 x,.1 y,.1 z,.1",
        "Invalid data types found: ['a']",
    ),
    "daily rank correlation": Published(
        SHARPE,
        "date_id,target 1,1 1,2 1,3 2,1 2,2 2,3",
        "target 1 2 3 1 3 2",
        # A correlation of one on the first day and of a half on the second.
        0.75 / 0.25,
        "target 1 1 1 1 1 1",
        "Predictions of a day are all the same",
        columns=("target",),
    ),
    "stratified concordance": Published(
        STRATIFIED,
        "time,event,group 1,1,x 2,1,x 3,0,x 1,1,y 2,1,y 3,0,y",
        "prediction 3 2 1 1 2 3",
        0.5 - 0.5,
        "prediction _ 2 1 1 2 3",
        "Every patient needs a risk",
        columns=("prediction",),
    ),
    "words of texts": Published(
        JACCARD,
        "text a_cat dog one_two_three",
        "text a_CAT dogs one_two",
        (1 + 0 + 2 / 3) / 3,
        f"text {'x' * 201} dog cat",
        "A text is longer than 200 characters",
    ),
    "average precision at k": Published(
        MAP_AT_K,
        "label whale dolphin seal",
        "label whale whale_dolphin whale_dolphin",
        (1 + 1 / 2 + 0) / 3,
        "label a_b_c_d whale seal",
        "At most 3 labels a row",
    ),
    "quantiles": Published(
        PINBALL,
        "y 10 20",
        "q0.1,q0.5,q0.9 8,10,13 20,20,20",
        (0.1 * 2 + 0.1 * 3) / 6,
        "q0.1,q0.5,q0.9 10,8,13 20,20,20",
        "Quantiles must not cross",
        larger=False,
        columns=("q0.1", "q0.5", "q0.9"),
    ),
    "masks": Published(
        RLE_DICE,
        "rle 1_4 _ 5_2",
        "rle 3_4 _ 1_2",
        (2 * 2 / 8 + 1 + 0) / 3,
        "rle 1_4_3_2 _ 5_2",
        "A run leaves the image, or meets another one",
        params={"height": 4, "width": 4},
    ),
    "edit distance": Published(
        LEVENSHTEIN,
        "formula InChI=abc InChI=kitten InChI=x",
        "formula InChI=abc InChI=sitting InChI=",
        (0 + 3 + 1) / 3,
        "formula abc InChI=sitting InChI=",
        "Each formula begins with InChI=",
        larger=False,
    ),
    "probabilistic F1": Published(
        PROBABILISTIC_F1,
        "cancer 1 0 1 0",
        "cancer .5 .5 1 0",
        # Precision and recall are both 1.5 of 2.
        0.75,
        "cancer 1.5 0 1 0",
        "Probabilities lie between 0 and 1",
    ),
    "Gini": Published(
        GINI,
        "claim 0 1 0 1",
        "claim .1 .9 .8 .7",
        # Shares of 1/2, 1/2, 1, 1 against 1/2, 1, 1, 1.
        (0.25 + 0 + 0.25 + 0) / (0.25 + 0.5 + 0.25 + 0),
        "claim _ .9 .8 .7",
        "Every row needs a prediction",
    ),
    "AUC by group": Published(
        GROUP_AUC,
        "user,click a,1 a,0 b,1 b,0 b,0 b,1 c,1",
        "click .9 .1 .9 .1 .5 .3 .2",
        # All of two rows, three of four pairs of four rows, and a group of one class.
        (2 * 1 + 4 * 0.75) / 6,
        "click high .1 .9 .1 .5 .3 .2",
        "Clicks are numbers",
        columns=("click",),
    ),
}
