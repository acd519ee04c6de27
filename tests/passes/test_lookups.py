"""Columns with many categories: what is computed from them is looked up, and stays scikit-learn's."""

import tracemalloc

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_selection import SelectKBest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.naive_bayes import BernoulliNB
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler, TargetEncoder
from sklearn.svm import SVC

import skl2tflite
from skl2tflite.conversion import Conversion
from skl2tflite.graph import DType, Graph, evaluate, input_tensor, ops
from skl2tflite.graph import functions as xp
from skl2tflite.options import ConversionOptions
from skl2tflite.passes.lookups import LOOK_UP
from skl2tflite.passes.lookups.cases import WIDE
from skl2tflite.plan import plan
from tests.backends.tflite.one_graph import run_graph

COUNT = 45
WORDS = np.array([f"word {i:02d}" for i in range(COUNT)], dtype=object)
RANDOM = np.random.default_rng(0)


def frame(n, **others):
    rows = np.arange(n)
    number = RANDOM.normal(size=n).astype(np.float32).astype(float)
    columns = {"text": WORDS[rows % COUNT], "number": number, "whole": rows * 7 % 40, "odd": (rows * 11 % 37) / 4}
    return pd.DataFrame(columns | others)


ROWS = frame(180)
TARGET = RANDOM.integers(0, 3, len(ROWS))
IGNORE = {"handle_unknown": "ignore"}


def encoded(encoder, *last):
    columns = ["text", "whole", "odd"]
    joined = ColumnTransformer([("hot", encoder, columns), ("scaled", StandardScaler(), ["number"])])
    return make_pipeline(joined, *last).fit(ROWS, TARGET)


ESTIMATORS = {
    "ignored": lambda: encoded(OneHotEncoder(**IGNORE), LogisticRegression()),
    "refused": lambda: encoded(OneHotEncoder(), LogisticRegression()),
    "dropped": lambda: encoded(OneHotEncoder(drop="first", **IGNORE), Ridge()),
    "infrequent": lambda: encoded(OneHotEncoder(max_categories=38, handle_unknown="infrequent_if_exist"), Ridge()),
    "scaled": lambda: encoded(OneHotEncoder(**IGNORE), StandardScaler(with_mean=False), Ridge()),
    "centered": lambda: encoded(OneHotEncoder(sparse_output=False, **IGNORE), PCA(4)),
    "selected": lambda: encoded(OneHotEncoder(**IGNORE), SelectKBest(k=50), LogisticRegression()),
    "network": lambda: encoded(OneHotEncoder(**IGNORE), MLPRegressor(hidden_layer_sizes=(5,), max_iter=3)),
    "machine": lambda: encoded(OneHotEncoder(**IGNORE), SVC(kernel="linear")),
    "kernel": lambda: encoded(OneHotEncoder(**IGNORE), SVC()),
    "bits": lambda: encoded(OneHotEncoder(**IGNORE), BernoulliNB()),
    "trees": lambda: encoded(OneHotEncoder(), RandomForestClassifier(4, max_depth=4, random_state=0)),
    "ordinal": lambda: encoded(OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), Ridge()),
    "means": lambda: encoded(TargetEncoder(), LogisticRegression()),
    "as output": lambda: encoded(OneHotEncoder(**IGNORE)),
    "as output, refused": lambda: encoded(OneHotEncoder()),
    "as integers": lambda: encoded(OneHotEncoder(dtype=np.int32, **IGNORE)),
}  # fmt: skip


def main_method(estimator):
    return next(name for name in ("predict_proba", "predict", "transform") if hasattr(estimator, name))


def answers(model, estimator, rows):
    method = main_method(estimator)
    return [np.asarray(x.toarray() if hasattr(x, "toarray") else x) for x in
            (getattr(model, method)(rows), getattr(estimator, method)(rows))]  # fmt: skip


@pytest.fixture(scope="module", params=ESTIMATORS)
def estimator(request):
    return ESTIMATORS[request.param]()


@pytest.mark.parametrize("options", [{}, {"categories": "strings"}, {"target": "micro"}], ids=str)
def test_answers_are_those_of_scikit_learn(estimator, options):
    if options.get("target") == "micro":
        pytest.importorskip("tflite_micro")
    method = main_method(estimator)
    model = skl2tflite.convert(estimator, ROWS, methods=(method,), **options)
    rows = ROWS[:60].copy()
    if "ignore" in str(estimator):
        rows.loc[3:9, "text"], rows.loc[9:12, "whole"], rows.loc[20:21, "odd"] = "unknown", 999, 0.1
        rows.loc[13, "text"] = None
    found, expected = answers(model, estimator, rows)
    np.testing.assert_allclose(found.astype(float), expected.astype(float), rtol=2e-6, atol=2e-6)


def rewritten(estimator):
    method = main_method(estimator)
    planned = plan(Conversion(estimator, None), ConversionOptions(methods=(method,)))
    return list(planned.graphs[method].operations())


@pytest.mark.parametrize("name", ["ignored", "refused", "dropped", "scaled", "centered", "selected", "network",
                                  "machine", "ordinal", "means"])  # fmt: skip
def test_no_step_in_front_of_a_product_is_as_wide_as_the_categories(name):
    for node in rewritten(ESTIMATORS[name]()):
        assert not isinstance(node.op, ops.OneHot)
        assert all((x.shape[-1] or 0) < WIDE or x.ndim == 1 for x in node.outputs if isinstance(node.op, ops.Equal))


def test_trees_get_the_columns_that_they_test():
    estimator = ESTIMATORS["trees"]()
    (given,) = (node.inputs[0].shape[1] for node in rewritten(estimator) if node.op.name == "tree_sums")
    tested = {f for tree in estimator[-1] for f in tree.tree_.feature if f >= 0}
    assert given <= len(tested) + 1 < estimator[0].transform(ROWS[:1]).shape[1]


def test_texts_filled_in_are_looked_up_too():
    rows = frame(180)
    rows.loc[10:30, "text"] = np.nan
    filled = make_pipeline(SimpleImputer(strategy="constant", fill_value="none"), OneHotEncoder(**IGNORE), Ridge())
    estimator = filled.fit(rows[["text"]], rows["number"])
    model = skl2tflite.convert(estimator, rows[["text"]])
    np.testing.assert_allclose(*answers(model, estimator, rows[["text"]]), rtol=2e-6, atol=1e-6)
    assert not any(isinstance(node.op, ops.OneHot | ops.Equal) for node in rewritten(estimator))


def test_nan_is_a_category():
    X = np.append(np.arange(40.0), np.nan)[:, np.newaxis]
    estimator = make_pipeline(OneHotEncoder(**IGNORE), Ridge(0.1)).fit(X, np.arange(41.0))
    model = skl2tflite.convert(estimator, X)
    np.testing.assert_allclose(*answers(model, estimator, np.vstack([X, [[99.0], [0.5]]])), rtol=2e-6, atol=1e-5)


def graph_of(function, dtype=DType.FLOAT):
    x = input_tensor("x", dtype, (None,))
    return Graph("main", {"x": x}, {"y": function(x)})


X = np.array([0.0, 3.0, 3.5, -1.0, 39.0, 40.0, np.nan, -0.0])
FUNCTIONS = {
    "wide": lambda x: xp.astype(x[:, None] == np.arange(40.0), float),
    "twice the same": lambda x: xp.astype(x[:, None] == np.repeat(np.arange(40.0), 2), float),
    "in another order": lambda x: xp.linear(xp.astype(x[:, None] == np.arange(40.0)[::-1], float), np.eye(40)[:, :3]),
    "more than a table": lambda x: xp.astype(x[:, None] == np.arange(40.0), float) + x[:, None],
    "turned": lambda x: xp.linear(1.0 - xp.astype(x[:, None] == np.arange(40.0), float), np.arange(40.0), 1.0),
    "beside others": lambda x: xp.linear(
        xp.concat([x[:, None], xp.astype(x[:, None] == np.arange(40.0), float), x[:, None]], axis=1), np.arange(42.0)
    ),
    "any": lambda x: xp.astype((x[:, None] == np.arange(40.0)) | xp.isnan(x)[:, None], float),
    "all but": lambda x: xp.astype(~(x[:, None] == np.arange(40.0)), float),
    "less than": lambda x: xp.astype(x[:, None] < np.arange(40.0), float),
    "both": lambda x: (x[:, None] == np.arange(40.0)) & (x == 3.0)[:, None],
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_graphs_keep_their_answers(name):
    graph = graph_of(FUNCTIONS[name])
    after, _ = LOOK_UP.function(graph)
    np.testing.assert_allclose(evaluate(after, {"x": X})["y"], evaluate(graph, {"x": X})["y"], rtol=1e-14)


@pytest.mark.parametrize(
    "values", [np.arange(5, 60), np.arange(60)[::-1] - 30, np.arange(40) ** 3, 2**31 - 1 - np.arange(40)]
)
def test_integers(values):
    graph = graph_of(
        lambda x: xp.linear(xp.astype(x[:, None] == values, float), np.arange(len(values)), 0.5), DType.INT
    )
    after, _ = LOOK_UP.function(graph)
    x = np.array([*values, -1, -4, 10**6, 2**31 - 1, -(2**31)])
    np.testing.assert_array_equal(evaluate(after, {"x": x})["y"], evaluate(graph, {"x": x})["y"])


def test_numbers_are_compared_as_float32():
    tenths = np.append(np.arange(40), np.arange(40) + 1e-9) / 10
    graph = graph_of(lambda x: xp.linear(xp.astype(x[:, None] == tenths, float), np.arange(80.0)[:, None]))
    after, _ = LOOK_UP.function(graph)
    x = (np.arange(50) / 10).astype(np.float32)
    for plain, found in zip(run_graph(graph, x), run_graph(after, x), strict=True):
        np.testing.assert_array_equal(found, plain)
    assert not any(isinstance(node.op, ops.Linear) for node in after.operations())


def test_conversion_takes_no_table_of_all_pairs_of_categories():
    words = np.array([f"{i}" for i in range(8000)], dtype=object)[:, np.newaxis]
    estimator = make_pipeline(OneHotEncoder(**IGNORE), Ridge(solver="lsqr", max_iter=1)).fit(words, np.arange(8000.0))
    tracemalloc.start()
    try:
        skl2tflite.convert(estimator)
        assert tracemalloc.get_traced_memory()[1] < 60e6  # a table of all pairs takes 512 MB
    finally:
        tracemalloc.stop()
