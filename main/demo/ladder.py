"""Models of growing quality, the way a team finds them: from a first guess to an ensemble.

Each rung is a real model, fitted on the training table; different seeds and columns make different submissions of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
    VotingClassifier,
    VotingRegressor,
)
from sklearn.linear_model import BayesianRidge, LinearRegression, LogisticRegression, Ridge
from sklearn.model_selection import ShuffleSplit, cross_val_score
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVR
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from main.demo.problems import Problem

Make = Callable[[int], BaseEstimator]


@dataclass(frozen=True)
class Rung:
    """One kind of model: what its maker would write as memo, how to make it, and the share of columns it sees."""

    memo: str
    make: Make
    columns: float = 1.0


@dataclass(frozen=True)
class Attempt:
    """What one model predicted for the test table, and the score its maker saw in cross-validation."""

    memo: str
    predictions: np.ndarray
    cv_score: float


def scaled(*steps: BaseEstimator) -> BaseEstimator:
    return make_pipeline(StandardScaler(), *steps)


REGRESSION: Sequence[Rung] = (
    Rung("mean of the training data", lambda _: DummyRegressor()),
    Rung("one nearest neighbour", lambda _: scaled(KNeighborsRegressor(1)), 0.5),
    Rung("a tree of depth 2", lambda seed: DecisionTreeRegressor(max_depth=2, random_state=seed), 0.5),
    Rung("まずは線形回帰", lambda _: LinearRegression(), 0.4),
    Rung("k-NN, k=15", lambda _: scaled(KNeighborsRegressor(15)), 0.7),
    Rung("ランダムフォレスト 🌲", lambda seed: RandomForestRegressor(20, random_state=seed), 0.6),
    Rung("gradient boosting", lambda seed: GradientBoostingRegressor(n_estimators=60, max_depth=2, random_state=seed)),
    Rung("SVR with scaling", lambda _: scaled(SVR(C=60)), 0.8),
    Rung("ridge, all columns", lambda seed: scaled(Ridge(alpha=2 + seed % 7))),
    Rung("Bayesian ridge", lambda _: scaled(BayesianRidge())),
    Rung(
        "アンサンブル: ridge + SVR + forest",
        lambda seed: VotingRegressor(
            [
                ("ridge", scaled(Ridge(alpha=1 + seed % 5))),
                ("svr", scaled(SVR(C=30 + 10 * (seed % 5)))),
                ("forest", RandomForestRegressor(15, min_samples_leaf=4, random_state=seed)),
            ]
        ),
    ),
)

CLASSIFICATION: Sequence[Rung] = (
    Rung("constant, to see whether it works", lambda _: DummyClassifier()),
    Rung("a single split", lambda seed: DecisionTreeClassifier(max_depth=1, random_state=seed), 0.2),
    Rung("a tree of depth 3", lambda seed: DecisionTreeClassifier(max_depth=3, random_state=seed), 0.4),
    Rung("naive Bayes", lambda _: GaussianNB(), 0.3),
    Rung("k-NN, k=5", lambda _: scaled(KNeighborsClassifier(5)), 0.4),
    Rung("ロジスティック回帰、特徴量は少し", lambda _: scaled(LogisticRegression(C=0.3)), 0.2),
    Rung("random forest 🌲", lambda seed: RandomForestClassifier(20, random_state=seed), 0.5),
    Rung("extra trees", lambda seed: ExtraTreesClassifier(30, random_state=seed), 0.8),
    Rung("ロジスティック回帰、全特徴量", lambda seed: scaled(LogisticRegression(C=0.1 * (1 + seed % 9)))),
    Rung(
        "blend of logistic regression and extra trees",
        lambda seed: VotingClassifier(
            [
                ("logistic", scaled(LogisticRegression(C=0.5))),
                ("trees", ExtraTreesClassifier(30, random_state=seed)),
            ],
            voting="soft",
        ),
    ),
)


def hold_out(seed: int) -> ShuffleSplit:
    return ShuffleSplit(n_splits=1, test_size=0.3, random_state=seed)


def attempt(problem: Problem, rung: Rung, *, seed: int, scoring: str, sign: float) -> Attempt:
    """Fit one model and predict the test table. `scoring`, `sign`: scikit-learn's scorer and how to undo its sign."""
    random = np.random.default_rng(seed)
    wanted = max(1, round(rung.columns * len(problem.features)))
    columns = sorted(random.choice(problem.features, size=wanted, replace=False))
    # A single hold-out says a little less than the truth: as in life, and quick.
    x, y = problem.train[columns], problem.train[problem.label]
    model = rung.make(seed)
    cv_score = sign * float(cross_val_score(model, x, y, cv=hold_out(seed), scoring=scoring).mean())
    model.fit(x, y)
    if not hasattr(model, "predict_proba"):
        predictions = model.predict(problem.test[columns])
    elif len(problem.targets) == 1:
        predictions = model.predict_proba(problem.test[columns])[:, 1]
    else:
        predictions = model.predict_proba(problem.test[columns])
    return Attempt(memo=rung.memo, predictions=np.asarray(predictions, dtype=float), cv_score=round(cv_score, 5))
