"""Strategies that draw estimators within estimators: any meta-estimator around any other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from sklearn import ensemble, multiclass, multioutput
from sklearn.base import BaseEstimator
from sklearn.calibration import CalibratedClassifierCV
from sklearn.cluster import KMeans
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.feature_selection import RFE, RFECV, SelectFromModel, SequentialFeatureSelector
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import HuberRegressor, LinearRegression, LogisticRegression, Ridge, RidgeClassifier
from sklearn.model_selection import (
    FixedThresholdClassifier,
    GridSearchCV,
    RandomizedSearchCV,
    TunedThresholdClassifierCV,
)
from sklearn.model_selection._search_successive_halving import HalvingGridSearchCV, HalvingRandomSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import (
    KBinsDiscretizer,
    MinMaxScaler,
    PolynomialFeatures,
    QuantileTransformer,
    StandardScaler,
)
from sklearn.semi_supervised import SelfTrainingClassifier
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from tests.estimators.case import SKLEARN

Strategy = st.SearchStrategy[BaseEstimator]

METHODS_OF_CALIBRATION = ["sigmoid", "isotonic", *(["temperature"] if SKLEARN >= (1, 8) else [])]
QUANTILES = {"quantile_method": "averaged_inverted_cdf"} if SKLEARN >= (1, 7) else {}
ORDERS = st.sampled_from([None, [2, 0, 1]])
SEED = {"random_state": 0}

# No neighbours: of points equally far, which discrete features make, scikit-learn takes what its search tree has first.
CLASSIFIERS = (
    LogisticRegression(max_iter=300),
    RidgeClassifier(),
    LinearSVC(**SEED),
    SVC(),
    GaussianNB(),
    LinearDiscriminantAnalysis(),
    DecisionTreeClassifier(max_depth=3, **SEED),
    ensemble.RandomForestClassifier(4, max_depth=3, **SEED),
    ensemble.HistGradientBoostingClassifier(max_iter=3, min_samples_leaf=3),
)
REGRESSORS = (
    LinearRegression(),
    Ridge(),
    HuberRegressor(max_iter=300),
    DecisionTreeRegressor(max_depth=4, **SEED),
    ensemble.RandomForestRegressor(4, max_depth=3, **SEED),
    ensemble.GradientBoostingRegressor(n_estimators=4, **SEED),
)
TRANSFORMERS = (
    StandardScaler(),
    MinMaxScaler(),
    PCA(3, **SEED),
    PolynomialFeatures(2, interaction_only=True),
    KBinsDiscretizer(3, encode="ordinal", **QUANTILES),
    QuantileTransformer(n_quantiles=10),
    KMeans(3, n_init=1, **SEED),
    ensemble.RandomTreesEmbedding(3, max_depth=2, **SEED),
    "passthrough",
)


class Frozen(BaseEstimator):
    """Stands for ``FrozenEstimator`` of an estimator that is yet to be fitted: see :func:`fit`."""

    def __init__(self, estimator: Any) -> None:
        self.estimator = estimator


def fit(estimator: Any, X: Any, y: Any) -> Any:
    """Fit an estimator once what is frozen in it has been."""
    return _thawed(estimator, X, y).fit(X, y)


def _thawed(estimator: Any, X: Any, y: Any) -> Any:
    if isinstance(estimator, Frozen):
        return FrozenEstimator(fit(estimator.estimator, X, y))
    params = estimator.get_params(deep=False)
    for name, value in params.items():
        if isinstance(value, Frozen):
            estimator.set_params(**{name: _thawed(value, X, y)})
        elif isinstance(value, BaseEstimator):
            _thawed(value, X, y)
        elif isinstance(value, list):
            parts = [
                (part[0], _thawed(part[1], X, y), *part[2:])
                if isinstance(part, tuple) and isinstance(part[1], BaseEstimator)
                else part
                for part in value
            ]
            setattr(estimator, name, parts)
    return estimator


def _named(estimators: list[Any]) -> list[tuple[str, Any]]:
    return [(f"part{i}", estimator) for i, estimator in enumerate(estimators)]


def _search(inner: Strategy) -> list[Strategy]:
    """Searches over a parameter that every estimator has: none at all."""
    grid: dict[str, list[Any]] = {}
    return [
        inner.map(lambda e: GridSearchCV(e, grid, cv=2)),
        inner.map(lambda e: RandomizedSearchCV(e, grid, n_iter=1, cv=2, **SEED)),
        inner.map(lambda e: HalvingGridSearchCV(e, grid, cv=2, **SEED)),
        inner.map(lambda e: HalvingRandomSearchCV(e, grid, cv=2, **SEED)),
    ]


def transformers(supervised: Strategy, depth: int) -> Strategy:
    """Transformers; ``supervised`` draws what selectors look at."""
    leaf: Strategy = st.sampled_from(TRANSFORMERS)
    if depth == 0:
        return leaf
    inner = transformers(supervised, depth - 1)
    several = st.lists(inner, min_size=1, max_size=2)
    columns = st.sampled_from([[0, 2, 4], slice(1, 5), [-1, 0], [True, False, True, True, False, True, False]])
    return st.one_of(
        leaf,
        several.map(lambda parts: Pipeline(_named(parts))),
        several.map(lambda parts: FeatureUnion(_named(parts))),
        st.builds(
            lambda parts, which, rest: ColumnTransformer(
                [(name, part, which) for name, part in _named(parts)], remainder=rest
            ),
            several,
            columns,
            st.sampled_from(["drop", "passthrough"]),
        ),
        supervised.map(lambda e: SelectFromModel(e)),
        supervised.map(lambda e: RFE(e, n_features_to_select=2)),
        supervised.map(lambda e: SequentialFeatureSelector(e, n_features_to_select=2, cv=2)),
    )


def _piped(before: Strategy, last: Strategy) -> Strategy:
    return st.builds(lambda *steps: Pipeline(_named(list(steps))), before, last)


def classifiers(depth: int) -> Strategy:
    """Classifiers of one label."""
    leaf: Strategy = st.sampled_from(CLASSIFIERS)
    if depth == 0:
        return leaf
    inner = classifiers(depth - 1)
    several = st.lists(inner, min_size=1, max_size=2).map(_named)
    response = st.sampled_from(["auto", "predict_proba", "decision_function"])
    return st.one_of(
        leaf,
        _piped(transformers(leaf, depth - 1), inner),
        st.builds(
            lambda parts, final, method, passthrough: ensemble.StackingClassifier(
                parts, final, stack_method=method, passthrough=passthrough, cv=2
            ),
            several,
            inner,
            st.sampled_from(["auto", "predict"]),
            st.booleans(),
        ),
        st.builds(
            lambda parts, voting: ensemble.VotingClassifier(parts, voting=voting),
            several,
            st.sampled_from(["hard", "soft"]),
        ),
        st.builds(
            lambda e, method, several: CalibratedClassifierCV(e, method=method, ensemble=several, cv=2),
            st.one_of(inner, inner.map(Frozen)),
            st.sampled_from(METHODS_OF_CALIBRATION),
            st.booleans(),
        ),
        inner.map(multiclass.OneVsRestClassifier),
        inner.map(multiclass.OneVsOneClassifier),
        inner.map(lambda e: multiclass.OutputCodeClassifier(e, code_size=2, **SEED)),
        st.builds(
            lambda e, how: FixedThresholdClassifier(e, threshold=0.37, response_method=how),
            st.one_of(inner, inner.map(Frozen)),
            response,
        ),
        st.builds(
            lambda e, how: TunedThresholdClassifierCV(e, cv=2, thresholds=5, response_method=how),
            inner,
            response,
        ),
        inner.map(SelfTrainingClassifier),
        inner.map(lambda e: RFE(e, n_features_to_select=3)),
        inner.map(lambda e: RFECV(e, cv=2, min_features_to_select=2)),
        st.builds(
            lambda e, features: ensemble.BaggingClassifier(e, n_estimators=3, max_features=features, **SEED),
            inner,
            st.sampled_from([1.0, 4]),
        ),
        inner.map(lambda e: ensemble.AdaBoostClassifier(e, n_estimators=3, **SEED)),
        *_search(inner),
    )


def regressors(depth: int) -> Strategy:
    """Regressors of one target or several."""
    leaf: Strategy = st.sampled_from(REGRESSORS)
    if depth == 0:
        return leaf
    inner = regressors(depth - 1)
    several = st.lists(inner, min_size=1, max_size=2).map(_named)
    return st.one_of(
        leaf,
        _piped(transformers(leaf, depth - 1), inner),
        st.builds(
            lambda parts, final, passthrough: ensemble.StackingRegressor(parts, final, passthrough=passthrough, cv=2),
            several,
            inner,
            st.booleans(),
        ),
        several.map(ensemble.VotingRegressor),
        st.builds(
            lambda e, transformer: TransformedTargetRegressor(e, transformer=transformer),
            inner,
            st.sampled_from([None, StandardScaler(), MinMaxScaler(), QuantileTransformer(n_quantiles=10)]),
        ),
        inner.map(multioutput.MultiOutputRegressor),
        st.builds(lambda e, order: multioutput.RegressorChain(e, order=order), inner, ORDERS),
        inner.map(lambda e: RFE(e, n_features_to_select=3)),
        inner.map(lambda e: ensemble.BaggingRegressor(e, n_estimators=3, max_features=4, **SEED)),
        inner.map(lambda e: ensemble.AdaBoostRegressor(e, n_estimators=3, **SEED)),
        *_search(inner),
    )


def multilabel(depth: int) -> Strategy:
    """Classifiers of several labels at once."""
    inner = classifiers(depth - 1)
    return st.one_of(
        inner.map(multioutput.MultiOutputClassifier),
        st.builds(
            lambda e, order, method: multioutput.ClassifierChain(
                e, order=order, **({"chain_method": method} if SKLEARN >= (1, 5) else {})
            ),
            inner,
            ORDERS,
            st.sampled_from(["predict", "predict_proba", "decision_function"]),
        ),
        inner.map(multiclass.OneVsRestClassifier),
        _piped(transformers(st.sampled_from(REGRESSORS[1:2]), depth - 1), inner.map(multioutput.MultiOutputClassifier)),
        inner.map(multioutput.MultiOutputClassifier).map(lambda e: GridSearchCV(e, {}, cv=2)),
    )


DRAWS: list[tuple[Callable[[int], Strategy], list[str]]] = [
    (
        classifiers,
        ["binary", "binary strings", "multiclass strings", "multiclass gaps", "partly labelled"],
    ),
    (regressors, ["regression", "multioutput regression"]),
    (multilabel, ["multilabel", "multioutput integers"]),
]
"""Kinds of estimators, and the data that they are fitted on."""


def draws(depth: int) -> st.SearchStrategy[tuple[BaseEstimator, str]]:
    """Return a strategy of estimators with the name of their data."""
    return st.one_of(*(st.tuples(kind(depth), st.sampled_from(data)) for kind, data in DRAWS))
