"""Neighbours equally far: scikit-learn's choice among them is excused, counted apart and bounded, and nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import BaggingClassifier, BaggingRegressor, StackingClassifier
from sklearn.impute import KNNImputer
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import (
    KNeighborsClassifier,
    KNeighborsRegressor,
    LocalOutlierFactor,
    NearestNeighbors,
    RadiusNeighborsClassifier,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.semi_supervised import LabelPropagation

import skl2tflite
from skl2tflite import FidelityError
from skl2tflite.converters import converter_for
from skl2tflite.converters.core.method_graph import trace
from skl2tflite.graph import DType, Graph, evaluate, input_tensor
from skl2tflite.graph import functions as xp
from skl2tflite.verify import MethodReport, verify
from skl2tflite.verify.neighbor_ties import NeighborTies
from skl2tflite.verify.sensitivity import CHOICES, FIRST, perturbed

RANDOM = np.random.default_rng(0)
COUNTS = RANDOM.poisson(2, (400, 5)).astype(float)
ROWS = RANDOM.poisson(2, (300, 5)).astype(float)
LABELS = (COUNTS.sum(axis=1) + RANDOM.normal(scale=2.0, size=400)).astype(int) // 4
TARGETS = RANDOM.normal(size=400)


ESTIMATORS = {
    "votes": (KNeighborsClassifier(5, algorithm="kd_tree"), "predict_proba", LABELS),
    "labels": (KNeighborsClassifier(8, algorithm="ball_tree"), "predict", LABELS),
    "weighted votes": (KNeighborsClassifier(5, weights="distance", algorithm="kd_tree"), "predict_proba", LABELS),
    "means": (KNeighborsRegressor(7, algorithm="kd_tree"), "predict", TARGETS),
    "means of several": (KNeighborsRegressor(7, algorithm="kd_tree"), "predict", np.column_stack([TARGETS, LABELS])),
    "densities": (LocalOutlierFactor(10, novelty=True, algorithm="kd_tree"), "decision_function", None),
    "behind a scaler": (make_pipeline(StandardScaler(), KNeighborsRegressor(7)), "predict", TARGETS),
    "bagged": (BaggingClassifier(KNeighborsClassifier(5), 10, random_state=0), "predict_proba", LABELS),
    "bagged means": (BaggingRegressor(KNeighborsRegressor(5), 10, random_state=0), "predict", TARGETS),
    "stacked": (
        StackingClassifier([("near", KNeighborsClassifier(5)), ("linear", LogisticRegression(max_iter=1000))], cv=2),
        "predict_proba",
        LABELS,
    ),
    "spread": (LabelPropagation(kernel="knn", n_neighbors=7), "predict_proba", np.where(TARGETS > 1, -1, LABELS)),
}


def fitted(name: str) -> Any:
    estimator, method, y = ESTIMATORS[name]
    estimator = estimator.fit(COUNTS) if y is None else estimator.fit(COUNTS, y)
    return skl2tflite.convert(estimator, methods=(method,)), estimator


@pytest.mark.parametrize("name", ESTIMATORS)
def test_scikit_learn_s_own_choice_is_no_fault(name: str) -> None:
    model, estimator = fitted(name)
    (report,) = verify(model, estimator, ROWS).methods
    assert report.wrong.size == 0
    assert report.equally_far.size > 0


def test_few_are_counted_apart() -> None:
    model, estimator = fitted("votes")
    (report,) = verify(model, estimator, ROWS).methods
    assert not report.faithful
    assert report.undecided
    text = "rows depend on which of equally far neighbours scikit-learn's search finds first; fit on rows with a"
    assert f"predict_proba: {report.equally_far.size} of 300 {text} little noise" in str(report)
    assert str(report).endswith("; or convert predict alone, methods=('predict',)")
    with pytest.raises(FidelityError, match=text):
        skl2tflite.convert(estimator, ROWS, methods=("predict_proba",))
    others = np.setdiff1d(np.arange(300), report.equally_far)
    rows = ROWS[[*others, *report.equally_far[:9]]]
    (report,) = verify(model, estimator, rows).methods
    assert report.faithful
    np.testing.assert_array_equal(report.equally_far, np.arange(len(others), len(rows)))
    assert report.agreement == pytest.approx(1 - 9 / len(rows))
    assert report.largest_error < 1e-6
    assert "9 with neighbours equally far" in str(report)


def test_distances_that_differ_by_rounding() -> None:
    """Tenths: what float32 cannot tell is which are nearest, so that scaling does not help, and noise does."""
    regressor = KNeighborsRegressor(5, metric="manhattan", algorithm="kd_tree").fit(COUNTS / 10, TARGETS)
    report = verify(skl2tflite.convert(regressor), regressor, ROWS / 10)["predict"]
    assert (report.wrong.size, report.near_ties.size) == (0, 0)
    assert report.undecided


def test_what_helps() -> None:
    """The two ways that the refusal names."""
    noise = RANDOM.normal(scale=1e-3, size=COUNTS.shape)
    for estimator in (
        KNeighborsClassifier(5).fit(COUNTS + noise, LABELS),
        KNeighborsRegressor(7, algorithm="brute").fit(COUNTS + noise, TARGETS),
        RadiusNeighborsClassifier(2.0, outlier_label="most_frequent").fit(COUNTS, LABELS),
    ):
        model = skl2tflite.convert(estimator, ROWS)
        assert all(not report.equally_far.size for report in verify(model, estimator, ROWS).methods)


# --- what no choice gives stays wrong ---------------------------------------------------------------------


@pytest.mark.parametrize(("first", "right"), [(0, True), (1, True), (2, False)])
def test_a_label_that_no_choice_gives(first: int, right: bool) -> None:
    """Four points around the row, of two labels: a file that gives the label of the fifth is wrong."""
    points, row = np.array([[1, 0], [-1, 0], [0, 1], [0, -1], [9, 9]]), np.zeros((1, 2))
    estimator = KNeighborsClassifier(1, algorithm="brute").fit(points, [0, 0, 1, 1, 2])
    other = KNeighborsClassifier(1, algorithm="brute").fit(points, [first, 0, 1, 1, 2])
    model = skl2tflite.convert(other, methods=("predict",))
    assert model.predict(row) == first
    report = verify(model, estimator, row)["predict"]
    assert report.wrong.size == (not right)
    assert report.equally_far.size == (first == 1)


@pytest.mark.parametrize("name", ["votes", "means", "bagged", "stacked", "densities"])
def test_values_that_no_choice_gives(name: str) -> None:
    """Off by little, but by more than rounding: between what choices give, and the others within their reach."""
    model, estimator = fitted(name)
    (report,) = verify(model, estimator, ROWS[:100]).methods
    tied = ROWS[report.equally_far[:10]]

    class Off(skl2tflite.TFLiteModel):
        """The model, but for its answers."""

        def run(self, method: str, X: Any) -> Any:
            answers = model.run(method, X)
            return answers + 1e-3 * np.abs(answers).max()

    (report,) = verify(Off(bytes(model)), estimator, tied).methods
    np.testing.assert_array_equal(report.wrong, np.arange(len(tied)))


def test_weights_that_are_others() -> None:
    """A file that counts neighbours alike is wrong where they weigh by distance, equally far or not."""
    uniform = KNeighborsRegressor(7, algorithm="kd_tree").fit(COUNTS, TARGETS)
    weighted = KNeighborsRegressor(7, algorithm="kd_tree", weights="distance").fit(COUNTS, TARGETS)
    model = skl2tflite.convert(uniform)
    tied = ROWS[verify(model, uniform, ROWS)["predict"].equally_far]
    apart = np.abs(uniform.predict(tied) - weighted.predict(tied)) > 1e-3
    assert verify(model, weighted, tied)["predict"].wrong.size > 0.9 * apart.sum()


def test_points_that_are_not_equally_far_excuse_nothing() -> None:
    points, rows = RANDOM.normal(size=(100, 4)), RANDOM.normal(size=(40, 4))
    model = skl2tflite.convert(KNeighborsRegressor(3).fit(points, np.arange(100.0)))
    other = KNeighborsRegressor(3).fit(points, np.arange(100.0) + 1e-3)
    assert verify(model, other, rows)["predict"].wrong.size == 40


def test_a_ranking_of_all_chooses_none() -> None:
    for k, far in ((3, [True, False]), (4, [False, False])):
        x = input_tensor("x", DType.FLOAT, (None, 4))
        graph = Graph("g", {"x": x}, {"y": xp.topk(x, k)[0]})
        choices = NeighborTies(graph)
        rows = np.array([[1.1, 1.1 + 1e-9, 2.3, 3.1], [0.3, 1.1, 2.3, 3.1]])
        list(perturbed(graph, {"x": rows}, FIRST, choices))
        np.testing.assert_array_equal(choices.rows(2), far)
        np.testing.assert_array_equal(choices.rows(7), np.zeros(7))


# --- draws ------------------------------------------------------------------------------------------------


def outcomes(function: Any, row: Any) -> Any:
    x = input_tensor("x", DType.FLOAT, (None, len(row)))
    graph = Graph("g", {"x": x}, {"y": function(x)})
    return [moved["y"][0] for moved in perturbed(graph, {"x": np.array([row])}, CHOICES, NeighborTies(graph))]


def test_equals_come_in_any_order_and_others_in_theirs() -> None:
    drawn = outcomes(lambda x: xp.topk(x, 3)[1], [5.0, 7.0, 5.0, 5.0, 1.0])
    assert {tuple(sorted(each[1:])) for each in drawn} == {(0, 2), (0, 3), (2, 3)}
    assert all(each[0] == 1 for each in drawn)
    assert len({tuple(each) for each in drawn}) == 6
    values = outcomes(lambda x: xp.topk(x, 3)[0], [5.0, 7.0, 5.0, 5.0, 1.0])
    np.testing.assert_array_equal(values, np.broadcast_to([7.0, 5.0, 5.0], (64, 3)))


def test_what_rounding_cannot_tell_is_equal() -> None:
    """But not integers, which float32 holds."""
    row = [0.3, 2.7, 0.3 + 1e-7, 0.3 - 1e-7, 0.3 - 1e-5]
    drawn = outcomes(lambda x: xp.topk(x, 2)[1], row)
    assert {tuple(each) for each in drawn} == {(1, 0), (1, 2), (1, 3)}
    values = outcomes(lambda x: xp.topk(x, 2)[0], row)
    assert len({each[1] for each in values}) > 3  # each its own, and moved as all numbers are
    assert len(outcomes(lambda x: xp.topk(x, 1)[1], [2.0**23, 2.0**23 + 1])) == 1


def test_without_equals_one_draw_does() -> None:
    assert len(outcomes(lambda x: xp.topk(x, 2)[1], [3.0, 1.0, 2.0])) == 1
    assert len(outcomes(lambda x: xp.topk(x, 2)[1], [3.0, 1.0, 1.0])) == 64


def test_members_choose_alike_in_some_draws() -> None:
    """Ten rankings of forty equals, of which two stand for 1: at random, all do with a chance of 20**-10."""
    labels, order = np.array([0] * 38 + [1] * 2), np.arange(40)[::-1]

    def votes(x: Any) -> Any:
        shuffled = [np.roll(labels, i) for i in range(9)]
        direct = [xp.take(each, xp.topk(x, 1)[1]) for each in shuffled]
        through = xp.take(labels, xp.take(order, xp.reshape(xp.topk(x, 3)[1][:, :1], (-1, 1))))
        return xp.concat([*direct, through], axis=1)

    drawn = outcomes(votes, [1.0] * 40)
    assert any(each.all() for each in drawn)
    assert not all(each.all() for each in drawn)


def test_targets_are_drawn_to_their_extremes() -> None:
    targets = RANDOM.normal(size=(200, 2))
    drawn = outcomes(lambda x: xp.mean(xp.take(targets, xp.topk(x, 5)[1], axis=0), axis=1), [1.0] * 200)
    for column in (0, 1):
        extremes = np.sort(targets[:, column])
        found = [each[column] for each in drawn]
        np.testing.assert_allclose([min(found), max(found)], [extremes[:5].mean(), extremes[-5:].mean()], rtol=1e-6)


def test_rankings_within_loops() -> None:
    """Many points on a grid are ranked within a loop: any of them may come."""
    points = RANDOM.integers(0, 2, (2100, 16)).astype(float)
    search = NearestNeighbors(n_neighbors=3, algorithm="brute").fit(points)
    graph = trace(converter_for(search), "kneighbors").graph
    rows = {"X": points[:5]}
    plain = evaluate(graph, rows)
    name = next(name for name, values in plain.items() if values.dtype.kind == "i")
    drawn = [moved[name] for moved in perturbed(graph, rows, CHOICES, NeighborTies(graph))]
    far = ((rows["X"][:, None] - points) ** 2).sum(-1)
    for each in drawn[:8]:
        np.testing.assert_array_equal(np.take_along_axis(far, each, 1), np.take_along_axis(far, plain[name], 1))
    assert any((each != plain[name]).any() for each in drawn[:8])


def test_imputers() -> None:
    holes = np.where(RANDOM.random(COUNTS.shape) < 0.1, np.nan, COUNTS)
    imputer = KNNImputer(n_neighbors=2).fit(holes)
    rows = np.where(RANDOM.random((40, 5)) < 0.2, np.nan, ROWS[:40])
    report = verify(skl2tflite.convert(imputer), imputer, rows)["transform"]
    assert report.wrong.size == 0


def test_reports() -> None:
    none = np.arange(0)
    report = MethodReport("predict", 10, none, np.array([3]), 0.0, 2.0, 0.8, equally_far=np.array([4]))
    assert report.faithful
    assert str(report) == "predict: 10 rows agree (largest error 0, 1 near ties, 1 with neighbours equally far)"
    assert MethodReport("predict", 10, none, none, 0.0, 2.0, 0.8, equally_far=none).faithful
    assert not MethodReport("predict", 10, none, none, 0.0, 2.0, 0.8, equally_far=np.arange(2)).faithful
    wrong = MethodReport("predict", 10, np.array([1]), none, 0.0, 2.0, 0.7, "row 1 is", equally_far=np.arange(2, 5))
    assert str(wrong) == "predict: 1 of 10 rows differ (rows 1); row 1 is, 3 with neighbours equally far"
