"""Estimators that read what a step gives, one of each family."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from catboost import CatBoostClassifier
from lightgbm import LGBMClassifier
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    IsolationForest,
    RandomForestClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier, OutputCodeClassifier
from sklearn.multioutput import ClassifierChain
from sklearn.naive_bayes import BernoulliNB, GaussianNB, MultinomialNB
from sklearn.neighbors import RadiusNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier
from xgboost import XGBClassifier, XGBRFClassifier


@dataclass(frozen=True)
class Reader:
    """An estimator behind a step.

    Attributes
    ----------
    name : str
    estimator : callable
        Makes it.
    refuses : frozenset of str
        What it does not take itself: ``"sparse"`` matrices or only ``"sparse integers"``, ``"negative"`` numbers.
    absent_is_missing : bool
        Whether it reads what a sparse matrix does not hold otherwise than 0.
    two_targets : bool
        Whether it is fitted on two.
    hands_on : bool
        Whether it hands what it is given on to other estimators; a few steps in front of such do.
    """

    name: str
    estimator: Callable[[], Any]
    refuses: frozenset[str] = frozenset()
    absent_is_missing: bool = False
    two_targets: bool = False
    hands_on: bool = False


def xgb(**parameters: Any) -> XGBClassifier:
    return XGBClassifier(n_estimators=6, max_depth=4, **parameters)


def lgbm() -> LGBMClassifier:
    return LGBMClassifier(n_estimators=6, min_child_samples=3, verbose=-1)


def tree() -> DecisionTreeClassifier:
    return DecisionTreeClassifier(max_depth=5, random_state=0)


def histogram_boosting() -> HistGradientBoostingClassifier:
    return HistGradientBoostingClassifier(max_iter=5, min_samples_leaf=3)


def bagged(estimator: Any) -> BaggingClassifier:
    return BaggingClassifier(estimator, 3, max_features=0.7, random_state=0)


def boosted(estimator: Any) -> AdaBoostClassifier:
    return AdaBoostClassifier(estimator, n_estimators=3, random_state=0)


LINEAR = LogisticRegression()
TAKE_MISSING = frozenset(
    {
        "tree", "forest", "extra trees", "histogram boosting", "bagging", "isolation forest", "XGBoost",
        "XGBoost, a forest", "XGBoost, missing=1", "LightGBM",
    }
)  # fmt: skip
"""Readers that take NaN and pandas.NA."""
READERS: tuple[Reader, ...] = (
    Reader("tree", tree),
    Reader("forest", lambda: RandomForestClassifier(5, random_state=0)),
    Reader("extra trees", lambda: ExtraTreesClassifier(5, random_state=0)),
    Reader("gradient boosting", lambda: GradientBoostingClassifier(n_estimators=5)),
    Reader(
        "histogram boosting",
        lambda: HistGradientBoostingClassifier(max_iter=5, min_samples_leaf=3),
        frozenset({"sparse"}),
    ),
    Reader("AdaBoost", lambda: boosted(tree())),
    Reader("bagging", lambda: bagged(tree())),
    Reader("isolation forest", lambda: IsolationForest(n_estimators=5, random_state=0)),
    Reader("XGBoost", xgb, absent_is_missing=True),
    Reader("XGBoost, a forest", lambda: XGBRFClassifier(n_estimators=4), absent_is_missing=True),
    Reader("XGBoost, missing=1", lambda: xgb(missing=1.0), absent_is_missing=True),
    Reader("LightGBM", lgbm, frozenset({"sparse integers"})),
    Reader("CatBoost", lambda: CatBoostClassifier(iterations=6, depth=3, verbose=False, allow_writing_files=False)),
    Reader("logistic regression", lambda: clone(LINEAR)),
    Reader("SGD", lambda: SGDClassifier(loss="log_loss", random_state=0)),
    Reader("SVC", SVC),
    Reader("linear SVC", LinearSVC),
    Reader("neighbours", lambda: RadiusNeighborsClassifier(1.1, outlier_label=0)),
    Reader("Gaussian NB", lambda: GaussianNB(var_smoothing=1e-2), frozenset({"sparse"})),
    Reader("Bernoulli NB", BernoulliNB),
    Reader("multinomial NB", MultinomialNB, frozenset({"negative"})),
    Reader("MLP", lambda: MLPClassifier((8,), max_iter=30, random_state=0)),
    Reader("calibrated XGBoost", lambda: CalibratedClassifierCV(xgb(), cv=2), absent_is_missing=True, hands_on=True),
    Reader(
        "voting",
        lambda: VotingClassifier([("x", xgb()), ("l", LINEAR)], voting="soft"),
        absent_is_missing=True,
        hands_on=True,
    ),
    Reader(
        "stacking",
        lambda: StackingClassifier([("l", LINEAR), ("t", tree())], xgb(), passthrough=True, cv=2),
        absent_is_missing=True,
        hands_on=True,
    ),
    Reader("bagged XGBoost", lambda: bagged(xgb()), absent_is_missing=True, hands_on=True),
    Reader("boosted XGBoost", lambda: boosted(xgb()), absent_is_missing=True, hands_on=True),
    Reader("one against the rest", lambda: OneVsRestClassifier(xgb()), absent_is_missing=True, hands_on=True),
    Reader("output codes", lambda: OutputCodeClassifier(xgb(), random_state=0), absent_is_missing=True, hands_on=True),
    Reader("chain", lambda: ClassifierChain(xgb()), absent_is_missing=True, hands_on=True, two_targets=True),
    Reader("search", lambda: GridSearchCV(xgb(), {"max_depth": [3]}, cv=2), absent_is_missing=True, hands_on=True),
)
