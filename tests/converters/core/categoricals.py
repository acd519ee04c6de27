"""Tables with categoricals, and the estimators that take them."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

lightgbm = pytest.importorskip("lightgbm")
xgboost = pytest.importorskip("xgboost")
pd = pytest.importorskip("pandas")

LIGHT: dict[str, Any] = {"verbose": -1, "n_jobs": 1}
RECODES = tuple(map(int, xgboost.__version__.split(".")[:2])) >= (3, 1)
"""Whether XGBoost keeps the categories in its models."""
VALUES: dict[str, list[Any]] = {
    "text": ["Wien", "Graz", "", "Bad Aussee"],
    "whole": [8010, -7, 1010, 99999],
    "beyond float32": [2**24 + 1, 2**24 + 3, 5, 2**31 - 1],
    "float": [0.5, 2.25, -1.5, 3.0],
    "truth": [True, False],
}
ROWS = 300


def needs_categories_in_the_model(reader: str) -> None:
    """Skip where XGBoost keeps none: then it takes the codes of columns as they come."""
    if reader == "XGBoost" and not RECODES:
        pytest.skip("before 3.1 XGBoost kept no categories")


def made(kind: str, seed: int, values: list[Any] | None = None) -> Any:
    """Rows of a number, a column of categories of a kind, one that no tree needs, and another number."""
    random = np.random.default_rng(seed)
    numbers = random.normal(size=(2, ROWS)).astype(np.float32).astype(np.float64)
    cells = pd.Series(random.choice(np.array(values or VALUES[kind]), ROWS))
    dtype = pd.CategoricalDtype(sorted(values or VALUES[kind]))
    return pd.DataFrame(
        {
            "first": numbers[0],
            "place": cells.astype(dtype),
            "constant": pd.Categorical(["a" if kind == "text" else 7] * ROWS),
            "second": numbers[1],
        }
    )


def target(frame: Any) -> Any:
    """Classes that depend on the category and the first number."""
    return ((frame["place"].cat.codes % 2 == 1) ^ (frame["first"] > 0)).to_numpy().astype(int)


def lightgbm_classifier() -> Any:
    return lightgbm.LGBMClassifier(
        n_estimators=6,
        min_child_samples=2,
        min_data_per_group=2,
        cat_smooth=1,
        max_cat_to_onehot=1,
        verbose=-1,
        n_jobs=1,
    )


def xgboost_classifier(**parameters: Any) -> Any:
    return xgboost.XGBClassifier(n_estimators=6, enable_categorical=True, max_cat_to_onehot=1, n_jobs=1, **parameters)


def histogram_classifier() -> Any:
    return HistGradientBoostingClassifier(max_iter=6, min_samples_leaf=2, categorical_features="from_dtype")


READERS: dict[str, Callable[[], Any]] = {
    "LightGBM": lightgbm_classifier,
    "XGBoost": xgboost_classifier,
    "scikit-learn": histogram_classifier,
}


def takes(reader: str, kind: str) -> bool:
    """Whether a library can be fitted on categories of a kind."""
    return not (reader == "XGBoost" and RECODES and kind in ("float", "truth"))


PAIRS = [(reader, kind) for reader in READERS for kind in VALUES if takes(reader, kind)]


@cache
def fitted(reader: str, kind: str) -> Any:
    """An estimator, fitted on rows of which some have no category: every eleventh."""
    frame = made(kind, 0)
    y = target(frame)
    if kind != "beyond float32":
        frame.loc[::11, "place"] = None
    return READERS[reader]().fit(frame, y)


def answer(estimator: Any, X: Any, method: str = "predict_proba") -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return np.asarray(getattr(estimator, method)(X))


def assert_alike(model: Any, estimator: Any, X: Any, method: str = "predict_proba") -> None:
    np.testing.assert_allclose(getattr(model, method)(X), answer(estimator, X, method), rtol=0, atol=1e-6)


def in_another_order(frame: Any) -> Any:
    return frame.assign(place=frame["place"].cat.reorder_categories(list(frame["place"].cat.categories)[::-1]))


def missing(frame: Any) -> Any:
    place = frame["place"].copy()
    place[::3] = None
    return frame.assign(place=place)


def fewer(frame: Any) -> Any:
    kept = frame["place"].cat.categories[1]
    return frame.assign(place=pd.Categorical([kept, None] * (ROWS // 2), categories=[kept]))
