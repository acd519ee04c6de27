"""Weights of neighbours, and rows without neighbours or without an answer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import (
    KNeighborsClassifier,
    KNeighborsRegressor,
    NearestNeighbors,
    RadiusNeighborsClassifier,
    RadiusNeighborsRegressor,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

import skl2tflite
from skl2tflite.converters import converter_for
from skl2tflite.errors import InvalidInputError, NoAnswerError

RANDOM = np.random.default_rng(0)

GRID = RANDOM.integers(0, 4, (60, 3)).astype(float)

QUERIES = RANDOM.integers(0, 4, (40, 3)).astype(float)

LABELS = RANDOM.integers(0, 3, 60)


@pytest.mark.parametrize("function", [lambda d: 1.0 / d, lambda d: 1.0 - d, lambda d: (d - 1.0) ** 2])
def test_weights_by_a_function_may_be_infinite_negative_or_0(function: Any) -> None:
    """Whatever comes of them in scikit-learn."""
    points = np.array([[0.0], [1.0], [2.0], [3.5], [4.0], [9.0]])
    labels = np.array([1, 0, 2, 2, 0, 1])
    rows = np.array([[0.25], [1.0], [3.0], [4.0], [7.0], [8.0]])
    near = KNeighborsClassifier(3, weights=function).fit(points, labels)
    within = RadiusNeighborsClassifier(2.0, weights=function, outlier_label=2).fit(points, labels)
    for classifier in (near, within):
        model = skl2tflite.convert(classifier)
        for method in ("predict_proba", "predict"):
            with np.errstate(divide="ignore", invalid="ignore"):
                expected = getattr(classifier, method)(rows)
            np.testing.assert_allclose(getattr(model, method)(rows), expected, rtol=1e-6)
    regressor = KNeighborsRegressor(3, weights=function).fit(points, labels)
    with np.errstate(divide="ignore", invalid="ignore"):
        np.testing.assert_allclose(skl2tflite.convert(regressor).predict(rows), regressor.predict(rows), rtol=1e-5)


def test_neighbours_that_all_weigh_nothing() -> None:
    """scikit-learn raises errors of several kinds."""
    points, labels = np.array([[0.0], [1.0], [4.0], [9.0]]), np.array([0, 1, 1, 0])
    rows = np.array([[0.5], [2.5], [6.5]])
    for estimator, methods in (
        (KNeighborsClassifier(2, weights=lambda d: np.maximum(1.0 - d, 0.0)), ("predict", "predict_proba")),
        (RadiusNeighborsClassifier(2.6, weights=nothing_beyond), ("predict",)),
        (RadiusNeighborsRegressor(2.6, weights=nothing_beyond), ("predict",)),
    ):
        estimator.fit(points, labels * 1.0)
        model = skl2tflite.convert(estimator, rows[:1], methods=methods)
        for method in methods:
            with pytest.raises((ValueError, TypeError, ZeroDivisionError)):
                getattr(estimator, method)(rows)
            with pytest.raises(NoAnswerError, match=r"rows 1, 2: .* weighs all neighbours by 0"):
                getattr(model, method)(rows)


def test_a_regressor_without_neighbours_still_gives_nan() -> None:
    points, rows = np.array([[0.0], [1.0], [4.0]]), np.array([[0.5], [99.0]])
    regressor = RadiusNeighborsRegressor(2.6, weights=nothing_beyond).fit(points, [1.0, 2.0, 4.0])
    np.testing.assert_allclose(skl2tflite.convert(regressor).predict(rows), [1.5, np.nan])


def nothing_beyond(distances: Any) -> Any:
    weights = np.empty(len(distances), dtype=object)
    for i, row in enumerate(distances):
        weights[i] = np.where(row < 1.0, 1.0, 0.0)
    return weights


@pytest.mark.parametrize("algorithm", ["kd_tree", "brute"])
def test_a_point_on_the_radius_lies_within(algorithm: str) -> None:
    targets = RANDOM.normal(size=60)
    for radius in (1.0, np.sqrt(2), np.sqrt(5), np.nextafter(2, 0), np.nextafter(2, 3)):
        regressor = RadiusNeighborsRegressor(radius, algorithm=algorithm).fit(GRID, targets)
        model = skl2tflite.convert(regressor)
        np.testing.assert_allclose(model.predict(QUERIES), regressor.predict(QUERIES), rtol=0, atol=2e-6)


def test_rows_without_neighbours() -> None:
    far = np.vstack([QUERIES[:5], np.full((2, 3), 99.0)])
    regressor = RadiusNeighborsRegressor(1.0).fit(GRID, LABELS.astype(float))
    with pytest.warns(UserWarning, match="no neighbors"):
        np.testing.assert_allclose(skl2tflite.convert(regressor).predict(far), regressor.predict(far), rtol=1e-6)
    classifier = RadiusNeighborsClassifier(1.0, outlier_label=-7).fit(GRID, LABELS)
    model = skl2tflite.convert(classifier)
    with pytest.warns(UserWarning, match="not in training classes"):
        probabilities = classifier.predict_proba(far)
    with pytest.warns(UserWarning, match="not in training classes"):
        labels = classifier.predict(far)
    np.testing.assert_allclose(model.predict_proba(far), probabilities, rtol=1e-6)
    np.testing.assert_array_equal(model.predict(far), labels)
    assert model.predict(far)[-1] == -7


@pytest.mark.parametrize("labels", [[0, 1, 2], [-1, 0, 7], ["a", "b", "ü"], [[0, -1], [1, 2], [0, 2]]])
@pytest.mark.parametrize("algorithm", ["brute", "kd_tree"])
def test_rows_without_an_answer(labels: Any, algorithm: str) -> None:
    """Without an outlier label scikit-learn raises an error, and so does the model; the file marks the rows."""
    classifier = RadiusNeighborsClassifier(1.0, algorithm=algorithm).fit(GRID, np.array(labels)[LABELS])
    model = skl2tflite.TFLiteModel(bytes(skl2tflite.convert(classifier, QUERIES)))
    far = np.full((1, 3), 99.0)
    rows = np.vstack([QUERIES[:3], far, QUERIES[3:6], far])
    for method in ("predict", "predict_proba"):
        with pytest.raises(ValueError, match=r"[Nn]o neighbors"):
            getattr(classifier, method)(rows)
        with pytest.raises(NoAnswerError, match=r"rows 3, 7: RadiusNeighborsClassifier finds no neighbours.* outlier_"):
            getattr(model, method)(rows)
        with pytest.raises(NoAnswerError, match="row 3"):
            converter_for(classifier).method(method)(rows[:4])
        with pytest.raises(InvalidInputError, match="rows 3, 7"):
            skl2tflite.convert(classifier, rows, methods=(method,))
    mark = -1 if -1 not in np.array(labels).ravel() else -(2**31)
    assert f"predict gives {mark}: RadiusNeighborsClassifier finds" in str(model)
    assert "predict_proba gives nan" in str(model)


def test_what_is_made_of_rows_without_an_answer_has_none() -> None:
    """A member of an ensemble refuses a row for all of them."""
    radius = RadiusNeighborsClassifier(1.0).fit(GRID, LABELS)
    vote = VotingClassifier([("near", radius), ("line", LogisticRegression())], voting="soft").fit(GRID, LABELS)
    model = skl2tflite.convert(make_pipeline(MinMaxScaler((0, 3)), vote).fit(GRID, LABELS), QUERIES)
    far = np.full((1, 3), 99.0)
    for method in ("predict", "predict_proba"):
        with pytest.raises(NoAnswerError, match=r"row 1: .*\['votingclassifier'\].* finds no neighbours"):
            getattr(model, method)(np.vstack([QUERIES[:1], far]))


def test_a_file_that_marks_rows_which_have_answers_is_not_faithful() -> None:
    near, wide = (RadiusNeighborsClassifier(radius).fit(GRID, LABELS) for radius in (1.0, 200.0))
    rows = np.vstack([QUERIES[:1], np.full((1, 3), 99.0)])
    report = skl2tflite.verify(skl2tflite.convert(near, methods=("predict",)), wide, rows)
    assert not report.faithful
    assert "no answer for row 1" in report.summary()


@pytest.mark.parametrize("estimator", [NearestNeighbors(radius=1.5), RadiusNeighborsRegressor(1.5, algorithm="brute")])
def test_radius_neighbors_are_arrays_of_arrays(estimator: Any) -> None:
    """In the points' order; a row may have none."""
    estimator.fit(GRID, LABELS)
    rows = np.vstack([QUERIES, [[9.0, 9.0, 9.0]]])
    model = skl2tflite.TFLiteModel(bytes(skl2tflite.convert(estimator, rows, methods=("radius_neighbors",))))
    assert model.outputs == {"radius_neighbors": ("float32", (-1, 60))}
    result, expected = model.radius_neighbors(rows), estimator.radius_neighbors(rows, sort_results=True)
    assert isinstance(result, tuple)
    for each in result:
        assert each.dtype == object
        assert each.shape == (41,)
    for distances, positions, wanted, places in zip(*result, *expected, strict=True):
        assert distances.dtype == np.float64
        assert positions.dtype == np.int64
        np.testing.assert_array_equal(positions, np.sort(places))
        np.testing.assert_allclose(np.sort(distances), wanted, rtol=1e-6)
    assert len(result[0][-1]) == 0
    assert model.radius_neighbors(rows[:0])[0].shape == (0,)


def test_another_radius_is_another_answer() -> None:
    near, far = (NearestNeighbors(radius=radius).fit(GRID) for radius in (1.0, 1.5))
    model = skl2tflite.convert(near, methods=("radius_neighbors",))
    assert not skl2tflite.verify(model, far, QUERIES).faithful
