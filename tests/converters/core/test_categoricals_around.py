"""Categoricals that come through pipelines and meta-estimators, and those of polars."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import VotingClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import FunctionTransformer, MaxAbsScaler

import skl2tflite
from skl2tflite.errors import InvalidInputError
from tests.converters.core.categoricals import (
    READERS,
    VALUES,
    assert_alike,
    fitted,
    in_another_order,
    lightgbm_classifier,
    made,
    needs_categories_in_the_model,
    target,
)


def scaled(**parameters: Any) -> Any:
    return ColumnTransformer([("numbers", MaxAbsScaler(), ["first", "second"])], remainder="passthrough", **parameters)


def around(estimator: Callable[[], Any]) -> dict[str, Any]:
    """What an estimator may stand in."""
    frames = scaled(verbose_feature_names_out=False).set_output(transform="pandas")
    union = FeatureUnion([("scaled", scaled()), ("as it is", FunctionTransformer(feature_names_out="one-to-one"))])
    return {
        "columns": make_pipeline(frames, estimator()),
        "union": make_pipeline(union.set_output(transform="pandas"), estimator()),
        "function": make_pipeline(FunctionTransformer(), estimator()),
        "calibrated": CalibratedClassifierCV(estimator(), cv=2),
        "search": GridSearchCV(make_pipeline(frames, estimator()), {}, cv=2),
        "voting": VotingClassifier([("a", estimator()), ("b", make_pipeline(frames, estimator()))], voting="soft"),
        "one against the rest": OneVsRestClassifier(estimator()),
    }


@pytest.mark.parametrize(
    ("kind", "place"),
    [
        *(("text", place) for place in around(lightgbm_classifier)),
        *(("whole", place) for place in ("columns", "union")),
    ],
)
@pytest.mark.parametrize("reader", READERS)
def test_columns_pass_through_what_stands_around(reader: str, kind: str, place: str) -> None:
    needs_categories_in_the_model(reader)
    frame = made(kind, 0)
    estimator = around(READERS[reader])[place].fit(frame, target(frame))
    rows = made(kind, 1)
    for model in (
        skl2tflite.convert(estimator, frame),
        skl2tflite.convert(estimator, methods=("predict_proba",), target="micro"),
        skl2tflite.convert(estimator),
    ):
        report = skl2tflite.verify(model, estimator, rows)
        assert report.faithful, report.summary()
        report = skl2tflite.verify(model, estimator, in_another_order(rows))
        assert report.faithful, report.summary()


@pytest.mark.parametrize("reader", ["LightGBM", "XGBoost"])
def test_arrays_between_steps_hold_values(reader: str) -> None:
    """A step that gives arrays gives the values of categories that are numbers."""
    frame = made("whole", 0).drop(columns="constant")
    estimator = make_pipeline(scaled(), READERS[reader]()).fit(frame, target(frame))
    for given in (frame, None):
        for form in ("matrix", "columns"):
            model = skl2tflite.convert(estimator, given, inputs=form)
            report = skl2tflite.verify(model, estimator, in_another_order(made("whole", 1).drop(columns="constant")))
            assert report.faithful, report.summary()


# --- polars -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("reader", ["XGBoost", "scikit-learn"])
def test_categoricals_of_polars(reader: str) -> None:
    pl = pytest.importorskip("polars")
    pytest.importorskip("pyarrow")
    needs_categories_in_the_model(reader)

    def rows(seed: int, dtype: Any) -> Any:
        frame = made("text", seed)
        place = pl.Series(frame["place"].tolist()).cast(dtype)
        return pl.DataFrame({"first": frame["first"].to_numpy(), "place": place})

    for dtype, other in ((pl.Categorical, pl.Categorical), (pl.Enum(VALUES["text"]), pl.Enum(VALUES["text"][::-1]))):
        frame = rows(0, dtype)
        estimator = READERS[reader]().fit(frame, target(made("text", 0)))
        for given in (frame, None):
            model = skl2tflite.convert(estimator, given)
            assert_alike(model, estimator, rows(1, other))
            assert_alike(model, estimator, rows(1, dtype).with_columns(place=pl.lit(None).cast(dtype)).vstack(frame))


def test_lightgbm_takes_no_categoricals_of_polars() -> None:
    """LightGBM 4.7 ends the whole process on them, so they are refused before it is asked."""
    pl = pytest.importorskip("polars")
    estimator = fitted("LightGBM", "text")
    rows = made("text", 1)
    frame = pl.DataFrame({name: rows[name].tolist() for name in rows}).with_columns(
        pl.col("place", "constant").cast(pl.Categorical)
    )
    with pytest.raises(InvalidInputError, match="categorical of polars, and LightGBM takes those of pandas only"):
        skl2tflite.convert(estimator, frame)
    numbers = lightgbm_classifier().fit(rows[["first", "second"]], target(rows))
    assert_alike(skl2tflite.convert(numbers), numbers, frame.select("first", "second"))


MADE: dict[str, Callable[[Any], Any]] = {
    "as a category": lambda X: X.astype({"kind": "category"})[["number", "kind"]],
    "of a dtype": lambda X: X.assign(kind=X.kind.astype(pd.CategoricalDtype(["b", "a", "c"]))).drop(columns="rest"),
    "set": lambda X: X.assign(kind=X.kind.astype("category").cat.set_categories(["a", "b", "c"]))[["number", "kind"]],
    "by pandas": lambda X: X.assign(kind=pd.Categorical(X.kind, categories=["c", "b", "a"]))[["number", "kind"]],
}


@pytest.mark.parametrize("name", MADE)
@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("with_rows", [False, True])
def test_categoricals_that_a_function_makes_are_plain_text_in_rows(reader: str, name: str, with_rows: bool) -> None:
    needs_categories_in_the_model(reader)
    random = np.random.default_rng(0)
    kinds = np.array(["a", "b", "c"], dtype=object)
    rows = pd.DataFrame(
        {"number": random.integers(0, 9, 200).astype(float), "kind": random.choice(kinds, 200), "rest": "text"}
    )
    y = (rows.kind.eq("b") ^ (rows.number > 4)).astype(int)
    estimator = READERS[reader]()
    pipeline = make_pipeline(FunctionTransformer(MADE[name]), estimator).fit(rows, y)
    model = skl2tflite.convert(pipeline, *[rows] * with_rows)
    method = "predict_proba" if hasattr(estimator, "predict_proba") else "predict"
    new = rows.sample(50, random_state=1)
    np.testing.assert_allclose(getattr(model, method)(new), getattr(pipeline, method)(new), atol=1e-5)
    if name == "set":
        new.iloc[:5, 1] = [None, "other", "", np.nan, "c"]  # what is no category is missing
        np.testing.assert_allclose(getattr(model, method)(new), getattr(pipeline, method)(new), atol=1e-5)
