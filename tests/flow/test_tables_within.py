"""Tables of text behind every selector, and within meta-estimators that pass their columns on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, make_column_selector, make_column_transformer
from sklearn.ensemble import RandomForestClassifier, StackingClassifier, VotingClassifier
from sklearn.feature_selection import SelectKBest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import MultiOutputClassifier, MultiOutputRegressor
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

import skl2tflite

pytestmark = pytest.mark.filterwarnings("ignore")
RANDOM = np.random.default_rng(0)
FRAME = pd.DataFrame({
    "a": RANDOM.normal(size=150).astype(np.float32),
    "c": pd.Series(RANDOM.choice(["x", "y", "ž"], 150).tolist(), dtype=object),
    "d": pd.Series(RANDOM.choice(["k", ""], 150).tolist(), dtype=object), "f": RANDOM.random(150) < 0.5,
})  # fmt: skip
Y = np.array(["u", "v", "w"])[(FRAME["c"] == "x") * 1 + (FRAME["a"] > 0.2)]
ONE_HOT = OneHotEncoder(handle_unknown="ignore", sparse_output=False)


def encode(*steps: Any, remainder: Any = "passthrough", last: Any = None) -> Any:
    steps = steps or ((ONE_HOT, ["c", "d"]), (StandardScaler(), ["a"]))
    last = LogisticRegression(max_iter=500) if last is None else last
    return clone(make_pipeline(make_column_transformer(*steps, remainder=remainder), last))


WITHIN = {
    "search": GridSearchCV(encode(), {"logisticregression__C": [1, 2]}, cv=2),
    "voting": VotingClassifier([("a", encode()), ("b", encode(last=RandomForestClassifier(3)))], voting="soft"),
    "stacking": StackingClassifier([("a", encode()), ("b", encode(remainder="drop"))], cv=2),
    "calibrated": CalibratedClassifierCV(encode(), cv=2),
    "one against the rest": OneVsRestClassifier(encode()),
    "union": make_pipeline(
        make_union(encode()[0], make_column_transformer((OrdinalEncoder(), ["d"]))), LogisticRegression()
    ),
}
SELECTED = {
    "positions": encode((ONE_HOT, [1, -2]), (StandardScaler(), [0])),
    "slices": encode((ONE_HOT, slice("c", "d")), (StandardScaler(), slice(0, 1)), remainder="drop"),
    "masks": encode((ONE_HOT, [False, True, True, False])),
    "functions": encode(
        (ONE_HOT, make_column_selector(dtype_exclude=["number", "bool"])), (StandardScaler(), lambda X: ["a"])
    ),
    "empty": encode(
        (ONE_HOT, ["c"]), (OrdinalEncoder(), []), ("drop", ["a"]), ("passthrough", ["f"]), remainder="drop"
    ),
    "remainder": encode((ONE_HOT, ["c", "d"]), remainder=make_pipeline(SimpleImputer(), StandardScaler())),
    "nested": encode((make_column_transformer((ONE_HOT, [0]), remainder=OrdinalEncoder()), ["c", "d"])),
    "weights": make_pipeline(
        ColumnTransformer([("c", ONE_HOT, ["c"]), ("a", "passthrough", ["a"])], transformer_weights={"c": 2, "a": 0.5}),
        LogisticRegression(),
    ),
    "sparse": encode((OneHotEncoder(), ["c", "d"])),
    "pandas": encode((ONE_HOT, ["c", "d"]), last=make_pipeline(SelectKBest(k=3), LogisticRegression())).set_output(
        transform="pandas"
    ),
    "polars": encode((ONE_HOT, ["c", "d"])).set_output(transform="polars"),
}


@pytest.mark.parametrize("name", WITHIN)
def test_within_meta_estimators(name: str) -> None:
    estimator = WITHIN[name].fit(FRAME, Y)
    rows = FRAME[:50].assign(c=["unseen", "x"] * 25, more=0.0)[["more", "f", "d", "c", "a"]]
    if name != "union":
        rows.loc[3, "d"] = np.nan
    for X in (FRAME, None):
        model = skl2tflite.convert(estimator, X)
        np.testing.assert_array_equal(model.predict(rows), estimator.predict(rows))
    assert skl2tflite.verify(model, estimator, rows).faithful


@pytest.mark.parametrize("name", SELECTED)
def test_selected(name: str) -> None:
    if name == "polars":
        pytest.importorskip("polars")
    estimator = SELECTED[name].fit(FRAME, Y)
    for X in (FRAME, None):
        model = skl2tflite.convert(estimator, X)
        np.testing.assert_array_equal(model.predict(FRAME), estimator.predict(FRAME))
    codes = skl2tflite.convert(estimator, FRAME, methods=("predict",), categories="codes")
    np.testing.assert_array_equal(codes.predict(FRAME), estimator.predict(FRAME))


def test_several_outputs() -> None:
    both = np.column_stack([Y, Y[::-1]])
    classifier = MultiOutputClassifier(encode()).fit(FRAME, both)
    assert skl2tflite.verify(skl2tflite.convert(classifier, FRAME), classifier, FRAME).faithful
    values = np.column_stack([FRAME["a"], FRAME["f"]]).astype(float)
    regressor = MultiOutputRegressor(encode(last=LinearRegression())).fit(FRAME, values)
    assert skl2tflite.verify(skl2tflite.convert(regressor, FRAME), regressor, FRAME).faithful
