"""What stands for missing behind scalers: where scikit-learn's float64 is 0, or another number, and nowhere else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import StackingClassifier
from sklearn.feature_selection import VarianceThreshold
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MaxAbsScaler,
    MinMaxScaler,
    OneHotEncoder,
    PolynomialFeatures,
    PowerTransformer,
    StandardScaler,
)

import skl2tflite

lightgbm = pytest.importorskip("lightgbm")
xgboost = pytest.importorskip("xgboost")

NUMBERS = ["x", "w"]


def table(seed: int) -> tuple[pd.DataFrame, Any]:
    """Integers, which are values of thresholds, and a text."""
    random = np.random.default_rng(seed)
    count = int(random.integers(4, 40))
    x, w = random.integers(0, count, 300).astype(float), random.integers(-count, count, 300).astype(float)
    frame = pd.DataFrame({"x": x, "w": w, "c": random.choice(["a", "b"], 300)})
    return frame, np.sin(1.7 * x) + 0.2 * np.cos(w) + 0.1 * random.normal(size=300)


def trees(**options: Any) -> Any:
    return xgboost.XGBRegressor(n_estimators=10, max_depth=4, n_jobs=1, **options)


def beside_text(*steps: Any) -> Any:
    """Columns in a sparse matrix, which does not hold zeros."""
    parts = [("c", OneHotEncoder(), ["c"]), ("n", steps[0], NUMBERS)]
    return make_pipeline(ColumnTransformer(parts, sparse_threshold=1.0), *steps[1:])


def weighted() -> Any:
    parts = [("c", OneHotEncoder(), ["c"]), ("n", StandardScaler(), NUMBERS)]
    return make_pipeline(ColumnTransformer(parts, sparse_threshold=1.0, transformer_weights={"n": 3.0}), trees())


def wrong(pipeline: Any, rows: Any, method: str = "predict") -> int:
    expected, answer = getattr(pipeline, method)(rows), getattr(skl2tflite.convert(pipeline), method)(rows)
    error = np.abs(expected - answer).reshape(len(answer), -1).max(axis=1)
    return int((error > 1e-5 * np.abs(expected).max()).sum())


FRAMES = {
    "standard": lambda: beside_text(StandardScaler(), trees()),
    "imputed": lambda: beside_text(make_pipeline(SimpleImputer(), StandardScaler()), trees()),
    "scaled again": lambda: beside_text(StandardScaler(), MaxAbsScaler(), trees()),
    "selected": lambda: beside_text(StandardScaler(), VarianceThreshold(), trees()),
    "weighted": weighted,
    "DART": lambda: beside_text(StandardScaler(), trees(booster="dart", rate_drop=0.3)),
    "power": lambda: beside_text(PowerTransformer(), trees()),
    "exponentials": lambda: beside_text(FunctionTransformer(lambda X: np.exp(-8.0 * np.square(X / 8.0))), trees()),
    "decay": lambda: beside_text(FunctionTransformer(lambda X: np.exp((X + 40.0) * -10.0)), trees()),
}
ARRAYS = {
    "0 is missing": lambda: make_pipeline(StandardScaler(), trees(missing=0)),
    "-999 is missing": lambda: make_pipeline(StandardScaler(), trees(missing=-999)),
    "a sparse matrix": lambda: make_pipeline(StandardScaler(), FunctionTransformer(sp.csr_matrix), trees()),
    "products": lambda: make_pipeline(
        StandardScaler(), FunctionTransformer(sp.csr_matrix), PolynomialFeatures(2), trees()
    ),
}


@pytest.mark.parametrize("name", FRAMES)
def test_dense_columns_of_a_sparse_matrix(name: str) -> None:
    for seed in (100, 103, 104):
        frame, y = table(seed)
        assert not wrong(FRAMES[name]().fit(frame, y), frame)


@pytest.mark.parametrize("name", ARRAYS)
def test_numbers_that_stand_for_missing(name: str) -> None:
    for seed in (100, 103, 104):
        frame, y = table(seed)
        rows = frame[NUMBERS].to_numpy()
        assert not wrong(ARRAYS[name]().fit(rows, y), rows)


MIDPOINTS = {
    "XGBoost, 0 is missing": xgboost.XGBClassifier(n_estimators=8, missing=0, n_jobs=1),
    "LightGBM, 0 is missing": lightgbm.LGBMClassifier(n_estimators=6, min_child_samples=5, zero_as_missing=True),
    "XGBoost, a sparse matrix": make_pipeline(
        FunctionTransformer(sp.csr_matrix), xgboost.XGBClassifier(n_estimators=8, n_jobs=1)
    ),
}


@pytest.mark.parametrize("name", MIDPOINTS)
def test_what_is_not_quite_zero_is_not_missing(name: str) -> None:
    """The midpoint 1 is scaled to 2.8e-17 in float64, and to 0 in float32; so is -2 between -9 and 5."""
    random = np.random.default_rng(0)
    rows = np.stack([random.integers(-9, 12, 300), random.integers(-9, 6, 300)], axis=1).astype(float)
    rows[:2] = [[-9, -9], [11, 5]]
    labels = (rows[:, 0] > 1) ^ (random.random(300) < 0.1)
    labels[rows[:, 0] == 1], labels[rows[:, 1] == -2] = True, False
    pipeline = make_pipeline(MinMaxScaler((-1, 1)), clone(MIDPOINTS[name])).fit(rows, labels.astype(int))
    assert not wrong(pipeline, rows, "predict_proba")


@pytest.mark.parametrize("missing", [0, 1])
def test_nan_beside_numbers_that_stand_for_missing(missing: int) -> None:
    """An imputer in front makes a number of NaN, which is not missing; of one column in two ways."""
    frame, y = table(107)
    frame.loc[::7, "x"] = np.nan
    scaled = make_pipeline(SimpleImputer(), StandardScaler())
    union = ColumnTransformer([("s", scaled, NUMBERS), ("m", MinMaxScaler((-1, 1)), ["w"])])
    pipeline = make_pipeline(union, trees(missing=missing)).fit(frame, y)
    assert not wrong(pipeline, frame)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("member", [MultinomialNB(), LogisticRegression(C=1000.0)])
def test_probabilities_that_are_too_small_for_float32_are_stored(member: Any, dtype: type) -> None:
    random = np.random.default_rng(0)
    rows = sp.csr_matrix(random.poisson(0.7, (200, 5)).astype(dtype) * random.integers(1, 90, (200, 1)).astype(dtype))
    labels = (rows.toarray()[:, 0] > rows.toarray()[:, 1]).astype(int)
    final = xgboost.XGBClassifier(n_estimators=8, n_jobs=1)
    stacked = StackingClassifier([("m", member)], final, passthrough=True, cv=3).fit(rows, labels)
    expected, answer = stacked.predict_proba(rows), skl2tflite.convert(stacked, rows).predict_proba(rows)
    assert (np.abs(expected - answer).max(axis=1) > 1e-5).sum() == 0


def test_cuts_at_zero_keep_zeros_on_their_side() -> None:
    """A cut at a number so small that a few units in the last place reach beyond 0."""
    random = np.random.default_rng(0)
    x = np.float32(random.normal(0, 3, 300)).astype(float)[:, np.newaxis]
    bells = FunctionTransformer(lambda X: np.exp(-8.0 * np.square(X)))
    pipeline = make_pipeline(bells, trees()).fit(x, (np.abs(x[:, 0]) > 1) + 0.01 * random.normal(size=300))
    assert not wrong(pipeline, x)
