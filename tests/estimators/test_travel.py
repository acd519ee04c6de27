"""Models that have travelled: pickled, copied, fitted by workers, saved by their library; rows with any index.

A file made of what comes back has the bytes of the file made of the original, and those the sweep compares with
scikit-learn. Of each class of the sweep the first configuration travels.
"""

from __future__ import annotations

import copy
import pickle
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import StackingClassifier, VotingClassifier
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import MultiOutputClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    LabelBinarizer,
    LabelEncoder,
    MultiLabelBinarizer,
    OneHotEncoder,
    OrdinalEncoder,
    StandardScaler,
)

import skl2tflite
from skl2tflite.method_arguments import answer
from tests.comparing import as_arrays, dense
from tests.estimators.case import Case, data
from tests.estimators.table import CASES
from tests.estimators.test_sweep import fitted

xgboost = pytest.importorskip("xgboost")
lightgbm = pytest.importorskip("lightgbm")
catboost = pytest.importorskip("catboost")

ONE_OF_EACH: dict[str, Case] = {}
for _case in CASES:
    ONE_OF_EACH.setdefault(type(_case.estimator).__name__, _case)

Travel = Callable[[Any], Any]
PICKLED: Travel = lambda estimator: pickle.loads(pickle.dumps(estimator))  # noqa: E731


@contextmanager
def quietly() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def file_of(estimator: Any, rows: Any = None) -> bytes:
    """The bytes of an estimator's file without golden rows; rows are not compared, but known."""
    return bytes(skl2tflite.convert(estimator, rows, golden=None))


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_copies(name: str) -> None:
    """Pickled, and copied deeply."""
    case = ONE_OF_EACH[name]
    original = fitted(case)
    expected = file_of(original, case.rows)
    if not _is_made_here(original):  # functions of a test have no name to be pickled by
        assert file_of(PICKLED(original), case.rows) == expected
    assert file_of(copy.deepcopy(original), case.rows) == expected


def _is_made_here(estimator: Any) -> bool:
    try:
        pickle.dumps(estimator)
    except (AttributeError, pickle.PicklingError):
        return True
    return False


WORKED = [name for name, case in ONE_OF_EACH.items() if "n_jobs" in case.estimator.get_params(deep=False)]


@pytest.mark.parametrize("name", WORKED)
def test_fitted_by_workers(name: str) -> None:
    """Members that come back from other processes; the same numbers, where nothing is drawn."""
    case = ONE_OF_EACH[name]
    rows = data(case.data)
    with quietly():
        estimator = clone(case.estimator).set_params(n_jobs=2).fit(*(p for p in (rows.X, rows.y) if p is not None))
        model = skl2tflite.convert(estimator, case.rows)
        estimator.set_params(n_jobs=None)
        for method in model.methods:
            if method in ("apply", "radius_neighbors"):
                continue
            expected, actual = answer(estimator, method, rows.X_test[:9]), getattr(model, method)(rows.X_test[:9])
            for want, got in zip(as_arrays(expected), as_arrays(actual), strict=True):
                if want.dtype.kind == "f":
                    scale = np.abs(want[np.isfinite(want)]).max(initial=1.0)
                    np.testing.assert_allclose(got, want, rtol=0, atol=1e-4 * scale)


# --- boosting libraries -----------------------------------------------------------------------------

X = data("missing").X_test
Y = (np.nan_to_num(X[:, 0]) > 0).astype(int)
THREE = Y + (np.nan_to_num(X[:, 1]) > 5)
FRAME = pd.DataFrame(X, columns=[f"column {i}" for i in range(7)])
CAT: dict[str, Any] = {"iterations": 5, "verbose": False, "allow_writing_files": False, "thread_count": 1}
LGB: dict[str, Any] = {"n_estimators": 5, "verbose": -1, "n_jobs": 1}
XGB: dict[str, Any] = {"n_estimators": 5, "n_jobs": 1}
BOOSTED: dict[str, tuple[Any, Any]] = {
    "XGBClassifier": (xgboost.XGBClassifier(**XGB), Y),
    "XGBClassifier of three": (xgboost.XGBClassifier(**XGB), THREE),
    "XGBClassifier, missing": (xgboost.XGBClassifier(**XGB, missing=0.0), Y),
    "XGBClassifier of labels": (xgboost.XGBClassifier(**XGB), np.column_stack([Y, 1 - Y, THREE > 1]).astype(int)),
    "XGBClassifier, softmax": (xgboost.XGBClassifier(**XGB, objective="multi:softmax"), THREE),
    "XGBClassifier, linear": (xgboost.XGBClassifier(**XGB, booster="gblinear"), Y),
    "XGBClassifier, dart": (xgboost.XGBClassifier(**XGB, booster="dart"), Y),
    "XGBRFClassifier": (xgboost.XGBRFClassifier(**XGB), Y),
    "XGBRegressor": (xgboost.XGBRegressor(**XGB, objective="count:poisson"), THREE),
    "XGBRegressor, target vectors": (
        xgboost.XGBRegressor(**XGB, multi_strategy="multi_output_tree"), np.column_stack([Y, THREE]),
    ),
    "XGBRFRegressor": (xgboost.XGBRFRegressor(**XGB), THREE),
    "LGBMClassifier": (lightgbm.LGBMClassifier(**LGB), np.array(["no", "yes"])[Y]),
    "LGBMClassifier of three": (lightgbm.LGBMClassifier(**LGB), THREE * 10 - 3),
    "LGBMRegressor": (lightgbm.LGBMRegressor(**LGB, objective="tweedie"), THREE),
    "CatBoostClassifier": (catboost.CatBoostClassifier(**CAT), np.array(["no", "yes"])[Y]),
    "CatBoostClassifier of three": (catboost.CatBoostClassifier(**CAT), THREE * 10 - 3),
    "CatBoostRegressor": (catboost.CatBoostRegressor(**CAT, loss_function="Poisson"), THREE),
    "CatBoost": (catboost.CatBoost({**CAT, "loss_function": "Logloss"}), Y),
}  # fmt: skip
EVERY_BOOSTED = pytest.mark.parametrize("name", BOOSTED)


@cache
def boosted(name: str, frame: bool) -> Any:
    estimator, y = BOOSTED[name]
    with quietly():
        return copy.deepcopy(estimator).fit(FRAME if frame else X, y)


@EVERY_BOOSTED
@pytest.mark.parametrize("frame", [False, True], ids=["array", "frame"])
@pytest.mark.parametrize("travel", [PICKLED, copy.deepcopy, copy.copy], ids=["pickled", "deep copy", "copy"])
def test_copies_of_boosted_models(name: str, frame: bool, travel: Travel) -> None:
    original = boosted(name, frame)
    came = travel(original)
    model = skl2tflite.convert(came, FRAME if frame else X, golden=None)  # which compares it
    assert bytes(model) == file_of(original)


@EVERY_BOOSTED
@pytest.mark.parametrize("frame", [False, True], ids=["array", "frame"])
def test_boosted_models_saved_by_their_library(name: str, frame: bool, tmp_path: Path) -> None:
    original = boosted(name, frame)
    if name.startswith("LGBM"):  # a booster that is no estimator: see tests/converters/third_party/test_boosters.py
        original.booster_.save_model(tmp_path / "model.txt")
        model = skl2tflite.convert(lightgbm.Booster(model_file=tmp_path / "model.txt"), FRAME if frame else X)
        assert model.methods == ("predict",)
        return
    for suffix in ("cbm", "json") if name.startswith("CatBoost") else ("ubj", "json"):
        path = str(tmp_path / f"model.{suffix}")
        came = type(original)()
        if name.startswith("CatBoost"):
            original.save_model(path, format=suffix)
            came.load_model(path, format=suffix)
        else:
            original.save_model(path)
            came.load_model(path)
        model = skl2tflite.convert(came, FRAME if frame else X, golden=None)
        if name != "XGBClassifier, missing":  # which the library forgets: then NaN is
            assert bytes(model) == file_of(original)


@pytest.mark.parametrize("name", ["XGBClassifier", "LGBMClassifier", "CatBoostClassifier"])
def test_boosted_models_within_others(name: str) -> None:
    """Parts that workers have fitted come back pickled, and so do those of a pickle of the whole."""
    estimator, y = BOOSTED[name][0], Y
    wholes = [
        make_pipeline(StandardScaler(), clone(estimator)),
        VotingClassifier([("a", clone(estimator)), ("b", clone(estimator))], voting="soft", n_jobs=2),
        GridSearchCV(clone(estimator), {"max_depth": [2]}, cv=2, n_jobs=2),
        MultiOutputClassifier(clone(estimator), n_jobs=2),
        CalibratedClassifierCV(clone(estimator), cv=2, n_jobs=2),
        OneVsRestClassifier(clone(estimator), n_jobs=2),
        StackingClassifier([("a", clone(estimator))], cv=2, n_jobs=2),
    ]
    for whole in wholes:
        with quietly():
            whole.fit(X, np.column_stack([y, 1 - y]) if isinstance(whole, MultiOutputClassifier) else y)
        if "n_jobs" in whole.get_params(deep=False):
            whole.set_params(n_jobs=None)
        skl2tflite.convert(whole, X)
        assert file_of(PICKLED(whole)) == file_of(whole)
        if not isinstance(whole, GridSearchCV):
            assert file_of(clone(whole).fit(X, np.column_stack([y, 1 - y]) if whole is wholes[3] else y)) == file_of(
                whole
            )


# --- rows with an index of their own ----------------------------------------------------------------

SIZE = 30
RANDOM = np.random.default_rng(0)
INDICES: dict[str, Any] = {
    "shuffled": RANDOM.permutation(np.arange(1, SIZE + 1)),
    "text": [f"row {i}" for i in range(SIZE)],
    "one for all": [5] * SIZE,
    "dates": pd.date_range("2026-01-01", periods=SIZE),
    "two levels": pd.MultiIndex.from_arrays([[1] * SIZE, list(range(SIZE))]),
    "fractions": np.arange(SIZE) + 0.5,
}
TABLE = pd.DataFrame({"a": RANDOM.normal(size=SIZE), "b": RANDOM.normal(size=SIZE), "t": ["x", "y", "z"] * 10})
NUMBERS = pd.Series((TABLE["a"] > 0).astype(int))
WORDS = pd.Series(np.array(["no", "yes"])[NUMBERS])
TEXTS = pd.Series(["the cat sat", "a dog ran", "the dog sat"] * 10)
INDEXED: dict[str, tuple[Any, Any]] = {
    "LabelEncoder": (LabelEncoder(), NUMBERS),
    "LabelEncoder of truth": (LabelEncoder(), NUMBERS.astype(bool)),
    "LabelEncoder of text": (LabelEncoder(), WORDS),
    "LabelEncoder of categories": (LabelEncoder(), WORDS.astype("category")),
    "LabelEncoder of strings": (LabelEncoder(), WORDS.astype("string")),
    "LabelBinarizer": (LabelBinarizer(), NUMBERS),
    "LabelBinarizer of text": (LabelBinarizer(), WORDS),
    "MultiLabelBinarizer": (MultiLabelBinarizer(), pd.Series([("a", "b"), ("b",)] * 15)),
    "CountVectorizer": (CountVectorizer(), TEXTS),
    "a pipeline of texts": (make_pipeline(TfidfVectorizer(), LogisticRegression()), TEXTS),
    "StandardScaler": (StandardScaler(), TABLE[["a", "b"]]),
    "LogisticRegression": (LogisticRegression(), TABLE[["a", "b"]]),
    "IsotonicRegression": (IsotonicRegression(out_of_bounds="clip"), TABLE[["a"]]),
    "OrdinalEncoder": (OrdinalEncoder(), TABLE[["t"]]),
    "FunctionTransformer": (FunctionTransformer(lambda X: X.assign(d=X["a"] * 2)), TABLE[["a", "b"]]),
    "a pipeline of columns": (
        make_pipeline(
            ColumnTransformer([("t", OneHotEncoder(), ["t"]), ("a", StandardScaler(), ["a"])]), LogisticRegression()
        ),
        TABLE,
    ),
    "XGBClassifier": (xgboost.XGBClassifier(**XGB), TABLE[["a", "b"]]),
    "LGBMClassifier": (lightgbm.LGBMClassifier(**LGB), TABLE[["a", "b"]]),
    "CatBoostClassifier": (catboost.CatBoostClassifier(**CAT), TABLE[["a", "b"]]),
}


@pytest.mark.parametrize("name", INDEXED)
def test_rows_of_any_index(name: str) -> None:
    """An index is no place: rows are taken in their order, for fitting, comparing and running."""
    estimator, rows = INDEXED[name]
    plain, last = None, name != "FunctionTransformer" and hasattr(estimator, "predict")
    for index in INDICES.values():
        moved, y = rows.set_axis(index), NUMBERS.set_axis(index)
        with quietly():
            fitted_here = clone(estimator).fit(moved, y) if last else clone(estimator).fit(moved)
        model = skl2tflite.convert(fitted_here, moved)
        plain = plain or bytes(model)
        assert bytes(model) == plain
        assert skl2tflite.verify(model, fitted_here, moved[::-1]).faithful
        method = model.methods[-1]
        expected = dense(answer(fitted_here, method, moved))
        actual = np.asarray(getattr(model, method)(moved))
        if expected.dtype.kind == "f":
            np.testing.assert_allclose(actual, expected, atol=1e-5)
        else:
            np.testing.assert_array_equal(actual, expected)
