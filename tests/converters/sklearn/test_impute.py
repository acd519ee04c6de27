"""Imputers fitted on what the sweep does not hold."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.impute import KNNImputer, MissingIndicator, SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

import skl2tflite
from skl2tflite.errors import ConversionError, InvalidInputError

HOLES = np.array([[1.0, np.nan, 3.0], [np.nan, np.nan, 4.0], [2.0, np.nan, np.nan], [2.0, np.nan, 9.5]])


def test_text_as_output_is_refused() -> None:
    imputer = SimpleImputer(strategy="most_frequent").fit(pd.DataFrame({"a": ["x", "y", None], "b": ["u", "u", "v"]}))
    with pytest.raises(ConversionError, match=r"transform has no numbers to give: column 'a' holds strings"):
        skl2tflite.convert(imputer)


def test_pandas_na_is_nan() -> None:
    frame = pd.DataFrame({"a": pd.array([1, None, 4], dtype="Int64"), "b": pd.array([None, 2.5, 3.5], dtype="Float64")})
    imputer = SimpleImputer(missing_values=pd.NA).fit(frame)
    np.testing.assert_array_equal(skl2tflite.convert(imputer).transform(frame), imputer.transform(frame))


@pytest.mark.parametrize("hole", [None, pd.NA, "?"])
@pytest.mark.parametrize("as_frame", [True, False])
@pytest.mark.parametrize("text", [True, False])
def test_objects_without_a_value(hole: object, as_frame: bool, text: bool) -> None:
    random = np.random.default_rng(0)
    X = np.stack([random.choice(np.array([1.5, 2, -7, hole], object), 40) for _ in range(3)], axis=1)
    if text:
        X[:, 1] = random.choice(np.array(["b", "", hole], object), 40)
    rows = pd.DataFrame(X, columns=list("abc"), dtype=object) if as_frame else X
    imputer = SimpleImputer(missing_values=hole, strategy="most_frequent", add_indicator=hole is None)
    pipeline = make_pipeline(imputer, OneHotEncoder(handle_unknown="ignore"), LogisticRegression())
    pipeline.fit(rows, np.arange(40) % 2)
    model = skl2tflite.TFLiteModel(bytes(skl2tflite.convert(pipeline, rows)))
    assert skl2tflite.verify(model, pipeline, rows[:1]).faithful
    np.testing.assert_array_equal(model.predict(rows), pipeline.predict(rows))
    if text and hole is None:
        holed = rows.copy()
        holed[:1] = np.array([[1.5, np.nan, 2]], dtype=object)
        with pytest.raises(InvalidInputError, match="NaN"):  # as scikit-learn has it
            model.predict(holed)


def test_none_is_indicated() -> None:
    X = np.array([[1.0, "a"], [None, "b"], [2.0, None]], dtype=object)
    indicator = MissingIndicator(missing_values=None).fit(X)
    np.testing.assert_array_equal(skl2tflite.convert(indicator, X).transform(X), indicator.transform(X))


def test_nothing_is_missing_where_no_number_is() -> None:
    X = np.array([[1.0, 2.0], [3.0, 5.0], [4.0, 4.0]])
    imputer = KNNImputer(missing_values=None).fit(X)
    model = skl2tflite.convert(imputer, X)
    np.testing.assert_array_equal(model.transform(X), imputer.transform(X))
    with pytest.raises(InvalidInputError, match="NaN"):
        model.transform([[np.nan, 1.0]])


@pytest.mark.parametrize("strategy", ["most_frequent", "constant"])
def test_statistics_of_integers_stay_integers(strategy: str) -> None:
    X = np.array([[1, 7], [1, -1], [-1, 7]])
    imputer = SimpleImputer(missing_values=-1, strategy=strategy, fill_value=5).fit(X)
    np.testing.assert_array_equal(skl2tflite.convert(imputer, X).transform(X), imputer.transform(X))


def test_a_number_for_what_is_missing_allows_no_nan() -> None:
    X = np.array([[1.0, -1.0], [2.0, 3.0]])
    for estimator in (SimpleImputer(missing_values=-1), MissingIndicator(missing_values=-1)):
        with pytest.raises(InvalidInputError, match="contains NaN"):
            skl2tflite.convert(estimator.fit(X)).transform([[np.nan, 1.0]])


def test_columns_missing_at_fit_are_dropped_and_still_indicated() -> None:
    imputer = SimpleImputer(add_indicator=True).fit(HOLES)
    model = skl2tflite.convert(imputer)
    assert model.transform(HOLES).shape == (4, 5)
    with pytest.warns(UserWarning, match="Skipping features"):
        np.testing.assert_array_equal(model.transform(HOLES), imputer.transform(HOLES.astype(np.float32)))


def test_one_row_and_values_missing_only_at_run_time() -> None:
    X = np.arange(12.0).reshape(4, 3)
    imputer = SimpleImputer(strategy="median").fit(X)
    row = np.array([[np.nan, 1.0, np.nan]])
    np.testing.assert_array_equal(skl2tflite.convert(imputer).transform(row), imputer.transform(row))


@pytest.mark.parametrize("weights", ["uniform", "distance"])
def test_donors_of_many_features_from_one_ranking(weights: str) -> None:
    """Where the nearest rows have too few values, each feature is ranked by itself."""
    random = np.random.default_rng(0)
    X = random.normal(size=(400, 6))
    X[random.random(X.shape) < 0.1] = np.nan
    crowd = np.arange(400) % 4 == 1  # not among the rows that tell how deep to look
    X[crowd, :2] += 30.0
    X[crowd, 5] = np.where(np.arange(100) < 3, X[crowd, 5], np.nan)
    X = X.astype(np.float32).astype(float)
    rows = np.where(random.random((60, 6)) < 0.2, np.nan, random.normal(size=(60, 6))).astype(np.float32)
    imputer = KNNImputer(n_neighbors=4, weights=weights).fit(X)
    model = skl2tflite.convert(imputer, rows)
    assert model.operators()["TOPK_V2"] == 2
    far = rows.copy()
    far[:, :2] += 30.0
    far[::2, 5] = np.nan
    far[7] = np.nan
    for given in (far, far[:1], far[7:8], rows):
        expected = imputer.transform(given.astype(float))
        np.testing.assert_allclose(model.transform(given), expected, rtol=1e-5, atol=1e-5)


KNOWN = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 9.0], [7.0, 1.0]])


@pytest.mark.parametrize(
    "weights",
    [
        lambda d: d * 0.0,
        lambda d: 1.0 / d,
        lambda d: np.where(d > 3, 0.0, 1.0),
        lambda d: 1.0 / (1.0 + d) / np.nansum(1.0 / (1.0 + d), axis=1, keepdims=True),
    ],
)
def test_weights_of_donors_by_a_function(weights):
    """Whose sum may be 0, infinite or NaN."""
    rows = np.array([[np.nan, 3.0], [np.nan, 2.0], [np.nan, np.nan], [np.nan, 90.0], [5.0, np.nan]])
    imputer = KNNImputer(n_neighbors=2, weights=weights).fit(KNOWN)
    with np.errstate(divide="ignore"):
        np.testing.assert_allclose(skl2tflite.convert(imputer).transform(rows), imputer.transform(rows), rtol=1e-6)


def test_donors_that_cannot_be_compared_may_count():
    """Where the function gives them a weight, and of few donors all are taken."""
    known = np.array([[1.0, 2.0], [3.0, np.nan], [5.0, 9.0], [np.nan, 3.0]])
    rows = np.array([[np.nan, 3.0], [np.nan, np.nan]])
    imputer = KNNImputer(n_neighbors=3, weights=lambda d: np.where(d < 3, 0.5, 1.0)).fit(known)
    np.testing.assert_allclose(skl2tflite.convert(imputer).transform(rows), imputer.transform(rows), rtol=1e-6)
    assert imputer.transform(rows)[0, 0] == (0.5 + 3.0 + 5.0) / 2.5


def city_block(x, y, *, missing_values):
    there = ~(np.isnan(x) | np.isnan(y))
    return np.where(there.any(), np.where(there, np.abs(x - y), 0.0).sum(), np.nan)


@pytest.mark.parametrize(
    ("weights", "missing"),
    [("uniform", np.nan), ("distance", np.nan), (lambda d: 1 / (1 + d), np.nan), ("uniform", -1.0)],
)
def test_distances_by_a_function(weights, missing):
    random = np.random.default_rng(3)
    known, rows = (random.normal(size=(n, 4)).astype(np.float32).astype(float) for n in (50, 30))
    for X in (known, rows):
        X[random.random(X.shape) < 0.3] = missing
    metric = city_block if np.isnan(missing) else lambda x, y, missing_values: np.abs(x - y).sum() + missing_values
    imputer = KNNImputer(n_neighbors=3, metric=metric, weights=weights, missing_values=missing).fit(known)
    model = skl2tflite.convert(imputer)
    np.testing.assert_allclose(model.transform(rows), imputer.transform(rows), rtol=1e-5, atol=1e-6)
    alone = np.full((1, 4), missing)
    np.testing.assert_allclose(model.transform(alone), imputer.transform(alone), rtol=1e-6)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"weights": lambda d: np.arange(d.shape[1]) + 0 * d}, "depend on the order"),
        ({"weights": lambda d: d / d.max()}, "change with the other rows"),
        ({"metric": lambda x, y, **_: 0.0}, "does not depend on its rows"),
    ],
)
def test_functions_that_cannot_be_had(parameters, message):
    with pytest.raises(ConversionError, match=message):
        skl2tflite.convert(KNNImputer(n_neighbors=2, **parameters).fit(KNOWN))
