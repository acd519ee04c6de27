"""Rows made from models: they find faults of one float32 ulp that rows of users miss."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    Binarizer,
    FunctionTransformer,
    KBinsDiscretizer,
    OneHotEncoder,
    OrdinalEncoder,
    StandardScaler,
)
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

import skl2tflite
from skl2tflite import verify
from skl2tflite.conversion import Conversion
from skl2tflite.reports import MADE
from skl2tflite.verify.probe import Sample, probing_rows
from skl2tflite.verify.probe.critical_values import exact_number
from skl2tflite.verify.probe.probing import critical_values

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(60, 3)).astype(np.float32).astype(np.float64)
Y = (X[:, 0] + X[:, 1] > 0).astype(int)
HALVES = np.rint(2 * X) / 2


def one_ulp(value: float) -> float:
    return float(np.nextafter(np.float32(value), np.float32(np.inf)))


def moved_binarizer(estimator: Any) -> None:
    estimator.threshold = one_ulp(estimator.threshold)


def moved_threshold(estimator: Any) -> None:
    tree = estimator.tree_ if hasattr(estimator, "tree_") else estimator[-1].tree_
    node = np.flatnonzero(tree.feature >= 0)[-1]  # one that few rows reach
    at = tree.threshold[node]
    tree.threshold[node] = at + 4 * np.spacing(np.float32(abs(at)))


def moved_bin(estimator: Any) -> None:
    estimator.bin_edges_[1][2] = one_ulp(one_ulp(estimator.bin_edges_[1][2]))


def moved_category(estimator: Any) -> None:
    estimator.categories_[2][1] = one_ulp(estimator.categories_[2][1])


@pytest.mark.parametrize(
    ("estimator", "rows", "move"),
    [
        (Binarizer(threshold=0.7), X, moved_binarizer),
        (DecisionTreeClassifier(random_state=0), X, moved_threshold),
        (DecisionTreeRegressor(random_state=0), X, moved_threshold),
        (make_pipeline(StandardScaler(), DecisionTreeClassifier(random_state=0)), X, moved_threshold),
        (KBinsDiscretizer(5, encode="ordinal", subsample=None), X, moved_bin),
        (OneHotEncoder(handle_unknown="ignore"), HALVES[:40], moved_category),
        (OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), HALVES, moved_category),
    ],
    ids=["binarizer", "tree", "regression tree", "behind a scaler", "bins", "one-hot", "ordinal"],
)
def test_faults_of_few_ulps_are_found(estimator: Any, rows: Any, move: Any) -> None:
    """The model is of an estimator whose numbers are an ulp or few off; what rows show of it hangs on luck."""
    right = estimator.fit(rows, Y[: len(rows)])
    wrong = copy.deepcopy(right)
    move(wrong)
    given = rows[:5] + 0.0
    faulty = skl2tflite.convert(wrong)
    assert verify(skl2tflite.convert(right), right, given, probe=True).faithful
    report = verify(faulty, right, given, probe=True)
    assert not report.faithful
    assert any(method.is_made and method.n_wrong for method in report.methods)
    row = next(method for method in report.methods if method.is_made).differing[0]
    assert row.reason == "differs"
    assert row.inputs is not None
    assert len(row.inputs) == 3


def test_where_classes_meet_float32_cannot_tell() -> None:
    estimator = make_pipeline(StandardScaler(), LogisticRegression()).fit(X, Y)
    report = verify(skl2tflite.convert(estimator), estimator, X, probe=True)
    assert report.faithful
    made = [method for method in report.methods if method.is_made and method.method == "predict"]
    assert made[0].rows > 100
    batches = list(probing_rows(skl2tflite.convert(estimator), Conversion(estimator), seen(X)))
    scores = np.abs(estimator.decision_function(batches[-1]))
    assert scores.min() < 1e-6 < scores.max()
    labels = estimator.predict(batches[-1])
    assert set(labels) == {0, 1}


def seen(rows: Any) -> Sample:
    sample = Sample()
    list(sample.seen([rows]))
    return sample


def test_each_node_of_a_tree_is_reached_on_both_sides() -> None:
    tree = DecisionTreeClassifier(random_state=0).fit(X, Y)
    rows = np.concatenate(list(probing_rows(skl2tflite.convert(tree), Conversion(tree), seen(X))))
    passed = tree.decision_path(rows).toarray()
    inner = np.flatnonzero(tree.tree_.feature >= 0)
    assert passed.any(axis=0).all()
    for node in inner:
        feature, threshold = tree.tree_.feature[node], tree.tree_.threshold[node]
        there = rows[passed[:, node] == 1][:, feature]
        below, above = there[there <= threshold].max(), there[there > threshold].min()
        assert np.nextafter(np.float32(below), np.float32(np.inf)) == np.float32(above)


def test_columns_of_a_frame() -> None:
    """Text, integers, missing values: categories known and unknown, NaN where it is taken."""
    frame = pd.DataFrame({"size": X[:, 0], "count": np.arange(60) % 7, "city": ["Rom", "Oslo", "Bonn"] * 20})
    columns = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), ["city"]),
        (make_pipeline(SimpleImputer(), KBinsDiscretizer(4, subsample=None)), ["size", "count"]),
    )
    estimator = make_pipeline(columns, LogisticRegression()).fit(frame, Y)
    model = skl2tflite.convert(estimator, frame)
    rows = pd.concat(list(probing_rows(model, Conversion(estimator), seen(frame))))
    assert {"Rom", "Oslo", "Bonn", ""} <= set(rows["city"])
    assert rows["size"].isna().any()
    assert (rows["count"] % 1 == 0).all()
    for i, name in ((0, "size"), (1, "count")):
        edges = estimator[0].named_transformers_["pipeline"][-1].bin_edges_[i][1:-1]
        held = rows[name].to_numpy(dtype=np.float64)
        for edge in edges:
            assert ((held >= edge) & (held <= edge + 1)).any()
    assert verify(model, estimator, frame, probe=True).faithful


def test_categoricals_of_a_frame() -> None:
    frame = pd.DataFrame({"a": X[:, 0], "b": pd.Categorical(["x", "y", "z"] * 20)})
    estimator = HistGradientBoostingClassifier(max_iter=3, categorical_features="from_dtype").fit(frame, Y)
    model = skl2tflite.convert(estimator, frame)
    report = verify(model, estimator, frame, probe=True)
    assert report.faithful, str(report)
    assert report.made_rows > 50


def test_without_rows() -> None:
    tree = DecisionTreeClassifier(random_state=0).fit(X, Y)
    report = verify(skl2tflite.convert(tree), tree, probe=True)
    assert report.faithful
    assert report.rows == 0
    assert report.made_rows > 3 * (tree.tree_.feature >= 0).sum()
    with pytest.raises(skl2tflite.InvalidInputError, match="X is None"):
        verify(skl2tflite.convert(tree), tree)


def test_categories_that_float32_rounds_are_given_as_they_are() -> None:
    assert exact_number(float(np.float32(0.1))) == 0.1
    assert exact_number(0.5) == 0.5
    assert exact_number(float(np.float32(1 / 3))) is None
    assert exact_number(1 / 3) == 1 / 3
    assert exact_number(float(np.float32(1 / 3)), [0.25, 1 / 3]) == 1 / 3
    tenths = np.rint(10 * X) / 10
    encoder = OrdinalEncoder().fit(tenths)
    report = verify(skl2tflite.convert(encoder), encoder, tenths, probe=True)
    assert report.faithful, str(report)
    made = next(method for method in report.methods if method.is_made)
    assert made.refused == 0


def test_what_scikit_learn_refuses_a_model_must_not_answer() -> None:
    """NaN is no answer; a refusal of the model alone breaks nothing."""
    counts = np.abs(np.rint(4 * X))
    transformer = TfidfTransformer(sublinear_tf=True).fit(counts)
    report = verify(skl2tflite.convert(transformer), transformer, counts, probe=True)
    assert report.faithful, str(report)
    made = next(method for method in report.methods if method.is_made)
    assert made.no_answer > 0
    assert f"{made.no_answer} without an answer" in str(made)
    threshold = Binarizer(threshold=0.5).fit(X)
    model = skl2tflite.convert(threshold)
    threshold.n_features_in_ = 4  # so that it refuses all
    wrong = verify(model, threshold, probe=True)
    assert not wrong.faithful
    assert "has an answer, and scikit-learn refuses it" in str(wrong)


@pytest.mark.parametrize("threshold", [0.3, 0.7])
def test_what_depends_on_the_dtype_of_rows_is_left_out(threshold: float) -> None:
    """NumPy rounds a Python float to the dtype of the rows that it compares with it, and a file's rows are float32."""
    at = np.array([[np.float32(threshold)]])
    function = FunctionTransformer(lambda X: (X <= threshold) * 1.0).fit(X)
    assert function.transform(at) == 1.0
    assert function.transform(at.astype(np.float64)) == float(float(at[0, 0]) <= threshold)
    report = verify(skl2tflite.convert(function), function, X, probe=True)
    assert report.faithful, str(report)


def test_what_a_model_compares_with() -> None:
    bins = KBinsDiscretizer(3, encode="ordinal", subsample=None).fit(X)
    found = critical_values(skl2tflite.convert(bins), Conversion(bins), seen(X))
    assert [len(found.bounds[i]) >= 2 for i in range(3)] == [True] * 3
    trees = make_pipeline(StandardScaler(), DecisionTreeClassifier(random_state=0)).fit(X, Y)
    (forest, *_) = critical_values(skl2tflite.convert(trees), Conversion(trees), seen(X)).forests
    assert forest.features.tolist() == [0, 1, 2]


def test_every_runtime_is_compared() -> None:
    estimator = KNeighborsClassifier(3).fit(X, Y)
    report = verify(skl2tflite.convert(estimator, methods=("predict",)), estimator, X, probe=True)
    assert [(method.origin, method.runtime) for method in report.methods] == [
        ("given", ""),
        ("given", "without XNNPACK"),
        (MADE, ""),
        (MADE, "without XNNPACK"),
    ]
    assert "predict (made from the model, without XNNPACK): " in str(report)


def test_microcontrollers_too() -> None:
    pytest.importorskip("tflite_micro")
    tree = DecisionTreeClassifier(random_state=0, max_depth=3).fit(X, Y)
    model = skl2tflite.convert(tree, methods=("predict",), target="micro")
    assert model.runtimes == ("TFLM", "LiteRT", "without XNNPACK")
    report = verify(model, tree, X[:10], probe=True)
    assert report.faithful, str(report)
    assert [method.runtime for method in report.methods] == 2 * ["", "LiteRT", "without XNNPACK"]


def test_a_runtime_that_there_is_not() -> None:
    model = skl2tflite.convert(Binarizer().fit(X))
    with pytest.raises(skl2tflite.InvalidInputError, match="runtime is 'LiteRT' or 'without XNNPACK', not 'TFLM'"):
        model.on("TFLM")
    assert model.on("without XNNPACK") == model
