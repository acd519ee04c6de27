"""What reports say: the worst value, rows of any kind, what is excused."""

import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import NMF
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neighbors import KernelDensity
from sklearn.preprocessing import MinMaxScaler, TargetEncoder

import skl2tflite
from skl2tflite import InvalidInputError
from skl2tflite.converters import converter_for
from skl2tflite.converters.core.method_graph import trace
from skl2tflite.graph import Constant, evaluate
from skl2tflite.graph import functions as xp
from skl2tflite.verify import MethodReport, Report, verify
from skl2tflite.verify.sensitivity import perturbed
from tests.verify.estimators import RANDOM, Lists, Shift, X, compared


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
    """Where a loop stops depends on numbers that it makes itself."""

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
    """A sum of integers is exact in float32: a bin that is counted stays an integer."""

    def count(self, X):
        above = xp.astype(X > 0.25, float)
        sums = [xp.linear(above, np.ones((3, 2))), xp.matmul(xp.expand_dims(above, 1), xp.expand_dims(above, 2))[:, 0]]
        return xp.concat([*sums, xp.sum(above, axis=1, keepdims=True)], axis=1)

    estimator = register(Shift, "transform", count)
    graph = trace(converter_for(estimator), "transform").graph
    for moved in perturbed(graph, {"X": X}):
        (values,) = moved.values()
        np.testing.assert_array_equal(values, np.rint(values))
