"""Verification: what is wrong is found and told in words, what float32 cannot tell is counted apart, no more."""

import os
import pickle

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from joblib import Parallel, delayed, effective_n_jobs
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, TransformerMixin
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import NMF
from sklearn.ensemble import RandomForestClassifier, VotingClassifier
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neighbors import KernelDensity
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler, TargetEncoder
from sklearn.tree import DecisionTreeClassifier

import skl2tflite
from skl2tflite import FidelityError, InvalidInputError
from skl2tflite.converters import converter_for
from skl2tflite.converters.core import registry
from skl2tflite.converters.core.method_graph import trace
from skl2tflite.errors import ConversionError
from skl2tflite.graph import Constant, evaluate
from skl2tflite.graph import functions as xp
from skl2tflite.verify import MethodReport, Report, verify
from skl2tflite.verify.sensitivity import perturbed

RANDOM = np.random.default_rng(1)
X = np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32).astype(np.float64)


class Shift(TransformerMixin, BaseEstimator):
    """Gives back what it takes, or what ``function`` makes of it."""

    def __init__(self, function=None):
        self.function = function

    def fit(self, X, y=None):
        self.n_features_in_ = X.shape[1]
        self.shift_ = np.full(X.shape[1], 1e4)
        return self

    def transform(self, X):
        return X if self.function is None else self.function(X)


class Labels(ClassifierMixin, BaseEstimator):
    """Labels by the greatest of scores."""

    def fit(self, X, y=None):
        self.n_features_in_ = X.shape[1]
        self.classes_ = np.array(["left", "right"])
        self.weights_ = np.array([[1.0, 1.0 + 1e-9], [2.0, 2.0], [-1.0, -1.0]])
        return self

    def decision_function(self, X):
        return np.asarray(X, dtype=np.float64) @ self.weights_

    def predict(self, X):
        return self.classes_[self.decision_function(X).argmax(axis=1)]


class Lists(RegressorMixin, BaseEstimator):
    """A method that gives a list."""

    def fit(self, X, y=None):
        self.n_features_in_ = X.shape[1]
        return self

    def predict_proba(self, X):
        return [np.abs(X[:, :2]), np.abs(X)]


@pytest.fixture
def register(monkeypatch):
    """Return a function that registers a converter for the length of a test."""
    monkeypatch.setattr(registry, "_CONVERTERS", dict(registry.registered()))

    def with_method(estimator, method, function, **members):
        base = skl2tflite.ClassifierConverter if estimator is Labels else skl2tflite.TransformerConverter
        members = {method: function, "default_methods": (method,), **members}
        skl2tflite.converts(estimator)(type("Converter", (base,), members))
        return estimator().fit(X)

    return with_method


def compared(estimator, rows=X, **options):
    return verify(skl2tflite.convert(estimator), estimator, rows, **options)


# --- what is wrong --------------------------------------------------------------------------------------


def test_a_wrong_value_is_found(register):
    estimator = register(Shift, "transform", lambda self, X: xp.where(X > 1.0, X + 0.25, X))
    wrong = np.flatnonzero((X > 1).any(axis=1))
    with pytest.raises(FidelityError) as error:
        skl2tflite.convert(estimator, X)
    text = str(error.value)
    assert text.startswith(f"the converted model is not faithful: transform: {len(wrong)} of 50 rows differ (rows ")
    assert ", ".join(map(str, wrong[:5])) in text
    method = error.value.report["transform"]
    np.testing.assert_array_equal(method.wrong, wrong)
    assert not method.faithful
    assert not error.value.report.faithful
    assert method.near_ties.size == 0
    assert method.largest_error == pytest.approx(0.25, rel=1e-5)
    assert method.scale == pytest.approx(np.abs(X).max())
    assert method.relative_error == pytest.approx(0.25 / np.abs(X).max(), rel=1e-5)
    assert method.agreement == pytest.approx(1 - len(wrong) / 50)
    assert isinstance(error.value, ConversionError)


def test_the_worst_row_is_told_in_words(register):
    def function(self, X):
        return xp.where(X == X.dtype.type(0) if isinstance(X, np.ndarray) else X == 0, 5.0, X)

    rows = X.copy()
    rows[7, 2] = 0
    report = compared(register(Shift, "transform", function), rows)
    assert report["transform"].example == "row 7, column 2 gives 5 instead of 0"
    assert report.summary() == "transform: 1 of 50 rows differ (rows 7); row 7, column 2 gives 5 instead of 0"


def test_a_wrong_label_is_found(register):
    estimator = register(Labels, "predict", lambda self, X: xp.astype(X[:, 0] > 0.5, int))
    report = compared(estimator)
    expected = np.where(X[:, 0] > 0.5, "right", "left")
    wrong = np.flatnonzero(estimator.predict(X) != expected)
    assert wrong.size
    np.testing.assert_array_equal(np.union1d(report["predict"].wrong, report["predict"].near_ties), wrong)
    assert "instead of" in report["predict"].example


@pytest.mark.parametrize(
    "function",
    [lambda self, X: X[:, :2], lambda self, X: X[:, 0], lambda self, X: xp.stack([X, X], axis=1)],
)
def test_another_shape_is_found(register, function):
    estimator = register(Shift, "transform", function)
    with pytest.raises(FidelityError, match=r"shape \(50,.*\) instead of \(50, 3\)") as error:
        skl2tflite.convert(estimator, X)
    assert error.value.report["transform"].wrong.size == 50


def test_one_array_for_a_list_is_found(register):
    estimator = register(Lists, "predict_proba", lambda self, X: xp.abs(X))
    report = compared(estimator)
    assert report["predict_proba"].wrong.size == 50
    assert "1 array instead of a list of 2" in report.summary()


def test_lists_are_compared_one_by_one(register):
    estimator = register(Lists, "predict_proba", lambda self, X: [xp.abs(X[:, :2]), xp.abs(X)])
    model = skl2tflite.convert(estimator, X)
    assert [p.shape for p in model.predict_proba(X)] == [(50, 2), (50, 3)]
    estimator = register(Lists, "predict_proba", lambda self, X: [xp.abs(X[:, :2]), xp.abs(X) + 1.0])
    assert compared(estimator)["predict_proba"].wrong.size == 50
    estimator = register(Lists, "predict_proba", lambda self, X: [xp.abs(X)])
    assert "a list of 1 instead of a list of 2" in compared(estimator).summary()


# --- NaN and infinity -----------------------------------------------------------------------------------


def marked(value):
    """Return a function that puts a value where the first column is positive."""

    def function(X):
        X = np.array(X)
        X[X[:, 0] > 0, 1] = value
        return X

    return function


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_values_that_are_no_numbers(register, value):
    def same(self, X):
        return xp.stack([X[:, 0], xp.where(X[:, 0] > 0, value, X[:, 1]), X[:, 2]], axis=1)

    register(Shift, "transform", same)
    estimator = Shift(marked(value)).fit(X)
    report = compared(estimator)
    assert report.faithful
    assert report.largest_error == 0
    assert np.isfinite(report["transform"].scale)
    report = compared(Shift().fit(X))
    np.testing.assert_array_equal(report["transform"].wrong, np.flatnonzero(X[:, 0] > 0))
    assert report["transform"].largest_error == np.inf
    register(Shift, "transform", lambda self, X: X)
    report = compared(estimator)
    np.testing.assert_array_equal(report["transform"].wrong, np.flatnonzero(X[:, 0] > 0))


def test_infinity_beside_what_float32_cannot_tell(register):
    """A column that is infinite for good reason does not keep another from being excused."""

    def function(xp, X):
        return xp.stack([(X[:, 0] - X[:, 1]) * (1 / 3), xp.where(X[:, 0] > 0, np.inf, X[:, 1])], axis=1)

    rows = np.column_stack([X[:, 0] * 0.01 + 10, np.full(50, 10.0), X[:, 2]]).astype(np.float32).astype(float)
    register(Shift, "transform", lambda self, X: function(xp, X * (1 / 3)))
    assert compared(Shift(lambda X: function(np, np.asarray(X, dtype=np.float64) * (1 / 3))).fit(X), rows).faithful


def test_the_other_infinity_is_wrong(register):
    register(Shift, "transform", lambda self, X: xp.where(X > 0, np.inf, X))
    assert not compared(Shift(lambda X: np.where(X > 0, -np.inf, X)).fit(X)).faithful
    assert compared(Shift(lambda X: np.where(X > 0, np.inf, X)).fit(X)).faithful


# --- what float32 cannot tell ---------------------------------------------------------------------------


def test_ties_within_float32_are_counted_apart(register):
    estimator = register(Labels, "predict", lambda self, X: xp.argmax(xp.linear(X, self.estimator.weights_, 0.0)))
    model = skl2tflite.convert(estimator)
    differ = np.flatnonzero(model.predict(X) != estimator.predict(X))
    agree = np.flatnonzero(model.predict(X) == estimator.predict(X))
    assert differ.size > 5
    rows = X[[*agree, *agree[:20], *differ[:4]]]
    report = verify(model, estimator, rows)["predict"]
    assert report.faithful
    np.testing.assert_array_equal(report.near_ties, np.arange(len(rows) - 4, len(rows)))
    assert report.agreement == pytest.approx(1 - 4 / len(rows))
    assert "4 near ties" in str(report)


def test_leaves_that_float32_cannot_tell_apart_are_near_ties():
    tree = DecisionTreeClassifier(max_depth=1).fit(X, X[:, 0] > 1.0)
    tree.tree_.value[1] = [1 / 3, np.nextafter(1 / 3, 1)]
    report = verify(skl2tflite.convert(tree, methods=("predict",)), tree, X)["predict"]
    np.testing.assert_array_equal(report.near_ties, np.flatnonzero(tree.apply(X) == 1))
    assert report.wrong.size == 0


def test_a_tie_of_others_excuses_no_label(register):
    estimator = register(Labels, "predict", lambda self, X: xp.argmax(xp.linear(X, self.estimator.weights_, 0.0)))
    estimator.classes_ = np.array(["left", "middle", "right"])
    tied = [[1.0, 1.0 + 1e-9], [2.0, 2.0], [3.0, 3.0]]
    estimator.weights_ = np.column_stack([tied, [9.0, 9.0, 9.0]])
    gives_right = skl2tflite.convert(estimator)
    estimator.weights_ = np.column_stack([tied, [-9.0, -9.0, -9.0]])
    report = verify(gives_right, estimator, np.abs(X))["predict"]
    assert report.wrong.size == 50
    assert report.near_ties.size == 0


def test_other_kinds_of_numbers_are_wrong(register):
    register(Shift, "transform", lambda self, X: xp.astype(X > 0, int))
    report = compared(Shift(lambda X: (X > 0).astype(float)).fit(X))
    assert "dtype int64 instead of float64" in report.summary()
    assert compared(Shift(lambda X: (X > 0).astype(np.int32)).fit(X)).faithful


def test_a_model_of_near_ties_is_refused(register):
    estimator = register(Labels, "predict", lambda self, X: xp.argmax(xp.linear(X, self.estimator.weights_, 0.0)))
    report = verify(skl2tflite.convert(estimator), estimator, X)["predict"]
    assert report.near_ties.size > 5
    assert not report.faithful
    assert "hang on less than float32 can tell" in str(report)


UNSTABLE = {
    "one number twice": lambda self, X: (X + 1e4) - 1e4,
    "a parameter twice": lambda self, X: (X + self.estimator.shift_) - self.estimator.shift_,
    "a parameter and its value": lambda self, X: (X + self.estimator.shift_) - 1e4,
    "a parameter and its negative": lambda self, X: (X + self.estimator.shift_) + (-self.estimator.shift_),
}


@pytest.mark.parametrize("spelling", UNSTABLE)
def test_an_unstable_formula_is_not_excused(register, spelling):
    estimator = register(Shift, "transform", UNSTABLE[spelling])
    report = compared(estimator)
    assert report["transform"].wrong.size == 50
    assert report["transform"].near_ties.size == 0


def test_what_the_estimator_amplifies_itself_is_excused(register):
    """The difference of two features far from 0: the rows themselves hold no more of it than float32 does."""

    def difference(X):
        return (X[:, :1] * np.float64(1 / 3) - X[:, 1:2] * np.float64(1 / 3)) * np.float64(3e3)

    rows = np.column_stack([X[:, 0] * 0.1 + 10, np.full(50, 10.0), X[:, 2]]).astype(np.float32).astype(float)
    register(Shift, "transform", lambda self, X: (X[:, :1] * (1 / 3) - X[:, 1:2] * (1 / 3)) * 3e3)
    report = compared(Shift(lambda X: difference(np.asarray(X, dtype=np.float64))).fit(X), rows)
    assert report.faithful
    assert report["transform"].relative_error > 1e-6


def test_tolerance():
    estimator = LinearRegression().fit(X, X[:, 0] * 2)
    model = skl2tflite.convert(estimator)
    assert verify(model, estimator, X).faithful
    other = LinearRegression().fit(X, X[:, 0] * 2.001)
    assert not verify(model, other, X).faithful
    assert verify(model, other, X, tolerance=0.01).faithful


# --- rows as they are given -----------------------------------------------------------------------------


def contrast(X):
    return np.asarray((X[:, [0]] - X[:, [1]]) / (X[:, [0]] + X[:, [1]] + 1.0))


@pytest.mark.parametrize("dtype", [np.uint8, np.int8])
def test_rows_that_float32_holds_are_compared_as_they_are_given(register, dtype):
    """Arithmetic of narrow numbers wraps around, and so do the answers."""
    register(Shift, "transform", lambda self, X: contrast(X) if isinstance(X, np.ndarray) else contrast_of_tensors(X))
    rows = np.random.default_rng(0).integers(0, 120, (40, 3))
    estimator = Shift(contrast).fit(rows)
    for given in (rows, rows.astype(np.float32), rows.astype(np.uint32).astype(object)):
        report = compared(estimator, given)["transform"]
        assert report.faithful, str(report)
        assert report.reference == "as given"
    narrow = (rows * (2 if dtype == np.uint8 else 1)).astype(dtype)
    wrong = np.abs(estimator.transform(narrow) - contrast(narrow.astype(float))).max(axis=1) > 1e-5
    assert wrong.sum() > 10
    report = compared(estimator, narrow)["transform"]
    assert report.wrong.size > 10
    assert "of rows rounded" not in str(report)


def contrast_of_tensors(X):
    return (X[:, :1] - X[:, 1:2]) / (X[:, :1] + X[:, 1:2] + 1.0)


def test_rows_that_float32_rounds_may_be_read_either_way(register):
    register(Shift, "transform", lambda self, X: X + 1.0)
    rows = X + 1 / 3
    report = compared(Shift(lambda X: X + X.dtype.type(1)).fit(X), rows)["transform"]
    assert report.faithful
    assert report.reference == "float32"
    wrong = compared(Shift(lambda X: X + X.dtype.type(1.5)).fit(X), rows)["transform"]
    assert str(wrong).endswith("(of rows rounded to float32)")


def test_what_rows_the_estimator_does_not_take_as_given_is_asked_of_float32(register):
    def dense_only(X):
        return X.astype(np.float32) if isinstance(X, np.ndarray) else X.no_such_method()

    register(Shift, "transform", lambda self, X: X * 1.0)
    report = compared(Shift(dense_only).fit(X), scipy.sparse.csr_matrix(X))["transform"]
    assert report.faithful
    assert report.reference == "float32"


def test_rows_are_not_written_to():
    scaler = StandardScaler(copy=False).fit(X.copy())
    for rows in (X.copy(), X + 1 / 3):
        before = rows.copy()
        assert compared(scaler, rows).faithful
        np.testing.assert_array_equal(rows, before)


def test_whole_numbers_that_are_handed_on_are_numbers():
    """A passed column has the rows' dtype, and whole numbers beside it make all of them whole."""
    rows = pd.DataFrame({"city": ["London", "Paris", "Sallisaw", "Paris"] * 5, "rating": [5, 3, 4, 5] * 5})
    transformer = ColumnTransformer(
        [("city", OneHotEncoder(dtype="int", sparse_output=False), ["city"])], remainder="passthrough"
    ).fit(rows)
    assert transformer.transform(rows).dtype.kind == "i"
    skl2tflite.convert(transformer, rows)  # which compares
    skl2tflite.convert(SelectKBest(k=2).fit(np.rint(X).astype(int), X[:, 0] > 0), np.rint(X).astype(int))


def test_no_workers_are_started(register):
    """However many jobs an estimator has, its questions are a few rows; the user's settings stay."""
    seen = []

    def function(X):
        seen.extend(Parallel(n_jobs=2)(delayed(os.getpid)() for _ in range(4)))
        return X

    register(Shift, "transform", lambda self, X: X * 1.0)
    assert compared(Shift(function).fit(X)).faithful
    assert set(seen) == {os.getpid()}
    assert effective_n_jobs(2) == 2


@pytest.mark.parametrize(
    "estimator",
    [
        RandomForestClassifier(3, n_jobs=2, random_state=0),
        VotingClassifier([("a", RandomForestClassifier(2, n_jobs=2, random_state=0))], voting="soft", n_jobs=2),
        make_pipeline(
            ColumnTransformer([("s", StandardScaler(), [0, 1])], n_jobs=2), RandomForestClassifier(2, n_jobs=-1)
        ),
    ],
    ids=["forest", "vote", "columns"],
)
def test_an_estimator_with_jobs_is_as_it_was(estimator):
    estimator.fit(X, X[:, 0] > 0)
    before = pickle.dumps(estimator)
    assert verify(skl2tflite.convert(estimator, X), estimator, X).faithful
    assert pickle.dumps(estimator) == before


# --- what the worst value is ----------------------------------------------------------------------------


def test_the_worst_value_is_that_beside_its_columns_magnitude(register):
    """Columns have scales of their own: 0.5 of thousands is less than 0.1 of ones; so have outputs."""
    scales = np.array([1e4, 1.0, 1e4])

    def off(self, X):
        wrong = np.abs(X * scales) if isinstance(X, np.ndarray) else xp.abs(X * scales)
        return [xp.abs(X[:, :2]), wrong]

    class Scaled(Lists):
        def predict_proba(self, X):
            answers = [np.abs(X[:, :2]), np.abs(X * scales)]
            answers[1][3, 0] += 5e3
            answers[1][4, 1] += 2.0
            return answers

    register(Scaled, "predict_proba", off)
    example = compared(Scaled().fit(X))["predict_proba"].example
    assert example.startswith("row 4, column 1 of output 1 gives "), example


def test_columns_that_happen_to_be_tiny():
    """Weights found together with others of 1 are no better than these let them be."""
    random = np.random.default_rng(0)
    rows = random.poisson(0.3, (300, 40)).astype(float)
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1)
    model = NMF(8, solver="mu", beta_loss="kullback-leibler", random_state=0, max_iter=100).fit(rows[:200])
    file = skl2tflite.convert(model)
    for i in range(200, 260, 2):
        report = verify(file, model, rows[i : i + 2])
        assert report.faithful, str(report)


# --- rows and reports -----------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [X, X[:1], X.astype(np.float32), X.tolist(), pd.DataFrame(X), X.astype(object)])
def test_rows_of_any_kind(rows):
    estimator = LogisticRegression().fit(X, X[:, 0] > 0)
    model = skl2tflite.convert(estimator)
    report = verify(model, estimator, rows)
    assert report.faithful
    assert report.rows == len(rows)


def test_rows_that_the_estimator_refuses():
    estimator = LogisticRegression().fit(X, X[:, 0] > 0)
    model = skl2tflite.convert(estimator)
    for rows in (X[:, :2], np.where(X > 1, np.nan, X), X[0], X[:0]):
        with pytest.raises(InvalidInputError):
            verify(model, estimator, rows)

    def refuse(X):
        raise ValueError("not today")

    estimator.predict_proba = refuse
    with pytest.raises(InvalidInputError, match=r"LogisticRegression\.predict_proba refuses X: not today"):
        verify(model, estimator, X)


def test_rows_are_compared_as_float32():
    """What float32 loses of the rows is not the model's fault: the estimator sees the rounded rows too."""
    estimator = LinearRegression().fit(X, X[:, 0])
    rows = np.array([[2**24 + 1, 1 / 3, 0.1]])
    assert verify(skl2tflite.convert(estimator), estimator, rows).faithful


def test_rows_as_given_are_a_reference_too():
    """A tenth is a category that float32 rounds: scikit-learn knows it only as it was given."""
    rows = RANDOM.integers(0, 5, (60, 2)) / 10
    encoder = TargetEncoder().fit(rows, rows[:, 0] + RANDOM.normal(size=60))
    model = skl2tflite.convert(encoder, rows)
    np.testing.assert_allclose(model.transform(rows), encoder.transform(rows), rtol=1e-6)
    assert not np.allclose(encoder.transform(rows.astype(np.float32)), encoder.transform(rows))
    other = TargetEncoder().fit(rows, rows[:, 1])
    assert not verify(model, other, rows).faithful


def test_a_column_of_rounding_errors_is_no_near_tie():
    """Of rows at the least value of a feature, what float32 leaves beside it is all there is."""
    values = np.column_stack([np.linspace(0, 1, 50), np.where(np.arange(50) < 3, 1.0, -0.1)])
    scaler = MinMaxScaler().fit(values)
    report = verify(skl2tflite.convert(scaler), scaler, values[3:])
    assert report.faithful
    assert report["transform"].near_ties.size == 0


def test_loops_are_perturbed_within(register):
    """Where a loop stops hangs on numbers that it makes itself."""

    def halved(state):
        return xp.greater(xp.max(state), 1.0)

    def iterate(self, X):
        step = np.float64(1 / 3)
        return xp.while_loop(halved, lambda state: [xp.linear(state, np.eye(3) * step)], [xp.abs(X) * 81.0])[0]

    estimator = register(Shift, "transform", iterate)
    graph = trace(converter_for(estimator), "transform").graph
    constants = [node for node in graph.all_nodes() if isinstance(node.op, Constant)]
    assert len(constants) > len([node for node in graph.nodes() if isinstance(node.op, Constant)])
    inputs = {"X": np.array([[1.0, 0.5, 0.25]])}
    plain, draws = evaluate(graph, inputs), list(perturbed(graph, inputs))
    (name,) = plain
    assert max(np.abs(draw[name] / plain[name] - 1).max() for draw in draws) > 2.0**-23


def test_reports():
    good = MethodReport("predict", 10, np.arange(0), np.array([3]), 1e-8, 2.0, 0.9)
    bad = MethodReport("transform", 10, np.arange(7), np.arange(0), 0.5, 0.0, 0.3, "row 1 gives 2 instead of 3")
    assert str(good) == "predict: 10 rows agree (largest error 1e-08, 1 near ties)"
    assert str(bad) == "transform: 7 of 10 rows differ (rows 0, 1, 2, 3, 4, …); row 1 gives 2 instead of 3"
    report = Report((good, bad))
    assert not report.faithful
    assert Report((good,)).faithful
    assert report.summary() == str(bad)
    assert str(report) == f"{good}\n{bad}"
    assert (report.rows, report.largest_error) == (10, 0.5)
    assert report["predict"] is good
    assert bad.relative_error == 0.5
    with pytest.raises(KeyError):
        report["apply"]
    assert (Report(()).rows, Report(()).largest_error) == (0, 0.0)


def test_sums_that_float64_tells_apart_by_its_rounding_are_near_ties():
    """Weights of samples leave 1 - 2**-53 in a pure leaf, which makes the first of two equal sums the smaller one."""
    stump = np.repeat([[0.0], [1.0]], 20, axis=0)
    forest = RandomForestClassifier(2, random_state=0).fit(stump, stump[:, 0] > 0)
    for tree, left in zip(forest.estimators_, ([1 - 2.0**-53, 0.0], [0.0, 1.0]), strict=True):
        tree.tree_.value[1, 0] = left
    rows = stump[19:]
    assert forest.predict(rows[:1]) == [True]
    model = skl2tflite.convert(forest, methods=("predict",))
    assert model.predict(rows[:1]) == [False]
    (report,) = verify(model, forest, rows).methods
    assert (len(report.wrong), len(report.near_ties)) == (0, 1)


def test_what_the_estimator_loses_itself_is_no_near_tie():
    """Far from all points scikit-learn's densities are rounding errors of its tree, where there are none."""
    points = RANDOM.normal(size=(300, 8))
    density = KernelDensity(kernel="epanechnikov").fit(points)
    rows = RANDOM.normal(size=(60, 8)) * 1.4
    expected, model = density.score_samples(rows), skl2tflite.convert(density, rows)
    noise = np.isneginf(model.score_samples(rows)) & np.isfinite(expected)
    assert noise.sum() > 5
    report = verify(model, density, rows)["score_samples"]
    assert report.near_ties.size == 0
    assert report.largest_error < 1e-3


def test_counts_are_not_moved(register):
    """A sum of whole numbers is exact in float32: a bin that is counted stays a whole number."""

    def count(self, X):
        above = xp.astype(X > 0.25, float)
        sums = [xp.linear(above, np.ones((3, 2))), xp.matmul(xp.expand_dims(above, 1), xp.expand_dims(above, 2))[:, 0]]
        return xp.concat([*sums, xp.sum(above, axis=1, keepdims=True)], axis=1)

    estimator = register(Shift, "transform", count)
    graph = trace(converter_for(estimator), "transform").graph
    for moved in perturbed(graph, {"X": X}):
        (values,) = moved.values()
        np.testing.assert_array_equal(values, np.rint(values))
