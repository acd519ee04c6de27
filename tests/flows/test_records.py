"""Rows that are dicts: what a row lacks is 0, or missing where XGBoost reads it out of a sparse matrix."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import RandomForestClassifier, RandomTreesEmbedding, StackingClassifier, VotingClassifier
from sklearn.feature_extraction import DictVectorizer, FeatureHasher
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier, OutputCodeClassifier
from sklearn.multioutput import MultiOutputClassifier
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import MaxAbsScaler
from xgboost import XGBClassifier

import skl2tflite
from skl2tflite.errors import ConversionError, InvalidInputError, NoAnswerError
from skl2tflite.features import RecordRows


def _rows() -> list[dict[str, Any]]:
    """Features that are 0 in some rows and lacking in others."""
    random = np.random.default_rng(0)
    rows = []
    for _ in range(160):
        row: dict[str, Any] = {"city": ("Rome", "Oslo", "Bonn")[random.integers(3)]}
        row |= {name: float(random.integers(0, 4)) for name in "xyz" if random.random() < 0.6}
        rows.append(row)
    return rows


ROWS = _rows()
LABELS = np.array([int(row.get("x", 2) > 1) for row in ROWS])


def xgb() -> XGBClassifier:
    return XGBClassifier(n_estimators=8)


BEHIND: dict[str, tuple[Any, ...]] = {
    "sparse": (DictVectorizer(), xgb()),
    "dense": (DictVectorizer(sparse=False), xgb()),
    "scaled": (DictVectorizer(), MaxAbsScaler(), xgb()),
    "voting": (DictVectorizer(), VotingClassifier([("x", xgb()), ("l", LogisticRegression())], voting="soft")),
    "forest": (DictVectorizer(), RandomForestClassifier(5, random_state=0)),
    "leaves": (DictVectorizer(), RandomTreesEmbedding(3, max_depth=3, random_state=0), xgb()),
}


@pytest.mark.parametrize("name", BEHIND)
@pytest.mark.parametrize("target", ["litert", "micro"])
def test_features_that_rows_lack(name: str, target: str) -> None:
    pipeline = make_pipeline(*BEHIND[name]).fit(ROWS[:100], LABELS[:100])
    for rows in ((ROWS[100:],), ()):
        model = skl2tflite.TFLiteModel(bytes(skl2tflite.convert(pipeline, *rows, target=target)))
        expected = pipeline.predict_proba(ROWS[100:])
        np.testing.assert_allclose(model.predict_proba(ROWS[100:]), expected, rtol=0, atol=1e-6)
        kind = model.facts.features.rows
        assert isinstance(kind, RecordRows)
        assert kind.absent_is_nan == (name in ("sparse", "scaled", "voting"))


def test_nan_is_not_told_from_what_a_row_lacks() -> None:
    model = skl2tflite.convert(make_pipeline(*BEHIND["voting"]).fit(ROWS[:100], LABELS[:100]))
    with pytest.raises(InvalidInputError, match="cannot distinguish from a feature that the row lacks"):
        model.predict([{"city": "Rome", "x": np.nan}])


def test_hashes_that_cancel_out_are_held() -> None:
    """Of two features in one column with opposite signs the sum is 0, which is there, and not missing."""
    numbers = [{name: value for name, value in row.items() if name != "city"} | {"w": 1.0, "v": 1.0} for row in ROWS]
    pipeline = make_pipeline(FeatureHasher(3), xgb()).fit(numbers[:100], LABELS[:100])
    held = pipeline[0].transform(numbers)
    assert (held.data == 0).any()
    model = skl2tflite.convert(pipeline, numbers[100:])
    expected = pipeline.predict_proba(numbers[100:])
    np.testing.assert_allclose(model.predict_proba(numbers[100:]), expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("dtype", [int, np.int8, np.uint16, bool, np.float32])
@pytest.mark.parametrize("sparse", [True, False])
def test_numbers_of_dicts_become_the_dtype_of_the_vectorizer(dtype: Any, sparse: bool) -> None:
    """Integers lose their fractions, booleans their sizes: in rows that convert has not seen, too."""
    seen = [{"a": 1, "b": 2, "c": "x"}, {"a": 3}, {"b": 4, "c": "y"}]
    rows = [{"a": 0.75, "b": 2.5, "c": "x"}, {"a": 0.0}, {"b": 99.5}, {}]
    if np.dtype(dtype).kind == "i":
        rows.append({"a": -0.75, "b": -7.5})
    pipeline = make_pipeline(DictVectorizer(dtype=dtype, sparse=sparse), LinearRegression()).fit(seen, [0.0, 1.0, 2.0])
    for X in ((seen,), ()):
        model = skl2tflite.convert(pipeline, *X)
        np.testing.assert_allclose(model.predict(rows), pipeline.predict(rows), rtol=1e-6, atol=1e-6)
        if np.dtype(dtype).kind in "iu":
            with pytest.raises(InvalidInputError, match="NaN"):
                model.predict([{"a": np.nan}])
    if dtype == np.int8:
        with pytest.raises(NoAnswerError, match="beyond the range of dtype=int8"):
            model.predict([{"a": 200}])


@pytest.mark.parametrize("dtype", [np.int32, np.int64])
def test_hashed_numbers_lose_their_fractions(dtype: Any) -> None:
    rows = [{"a": 0.75, "b": 2.5, "w": -3.5}, {"a": 1.0, "w": -0.25}, {"b": 4.0}]
    hasher = FeatureHasher(3, dtype=dtype)
    np.testing.assert_array_equal(skl2tflite.convert(hasher, rows).transform(rows), hasher.transform(rows).toarray())


def numbers() -> Any:
    return make_pipeline(DictVectorizer(), LogisticRegression())


AROUND: dict[str, Any] = {
    "voting": lambda: VotingClassifier(
        [("a", numbers()), ("b", make_pipeline(DictVectorizer(), xgb()))], voting="soft"
    ),
    "stacking": lambda: StackingClassifier([("a", numbers())], cv=2),
    "calibrated": lambda: CalibratedClassifierCV(numbers(), cv=2),
    "one against the rest": lambda: OneVsRestClassifier(numbers()),
    "codes": lambda: OutputCodeClassifier(numbers(), random_state=0),
    "search": lambda: GridSearchCV(numbers(), {"logisticregression__C": [1.0, 2.0]}, cv=2),
    "union": lambda: make_pipeline(FeatureUnion([("a", DictVectorizer()), ("b", DictVectorizer())]), xgb()),
    "target": lambda: TransformedTargetRegressor(make_pipeline(DictVectorizer(), LinearRegression())),
    "targets": lambda: MultiOutputClassifier(numbers()),
}


@pytest.mark.parametrize("name", AROUND)
@pytest.mark.parametrize("told", [True, False], ids=["with X", "without X"])
def test_dicts_reach_the_members_of_meta_estimators(name: str, told: bool) -> None:
    """Members may have seen other features than each other: each takes its own."""
    y = np.stack([LABELS, 1 - LABELS], axis=1) if name == "targets" else LABELS
    estimator = AROUND[name]().fit(ROWS[:100], y[:100])
    for target in ("litert", "micro"):
        model = skl2tflite.convert(estimator, *((ROWS[100:],) if told else ()), target=target)
        for method in model.methods:
            got, want = getattr(model, method)(ROWS[100:]), getattr(estimator, method)(ROWS[100:])
            for actual, expected in zip(np.atleast_2d(got), np.atleast_2d(want), strict=True):
                np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-6)


def test_dicts_and_hashed_dicts_are_read_in_different_ways() -> None:
    rows = [{"x": 1.0}, {"x": 2.0}]
    union = FeatureUnion([("a", DictVectorizer()), ("b", FeatureHasher(4))]).fit(rows)
    with pytest.raises(ConversionError, match="read the same rows in different ways"):
        skl2tflite.convert(union, rows)
