"""Distances that are functions of two rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.spatial import distance
from sklearn.neighbors import KNeighborsRegressor, NearestNeighbors
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import skl2tflite
from skl2tflite.errors import UnsupportedEstimatorError

RANDOM = np.random.default_rng(0)
POINTS = RANDOM.normal(size=(60, 4))
ROWS = RANDOM.normal(size=(20, 4))
WEIGHTS = np.array([1.0, 2.0, 0.5, 3.0])
MATRIX = np.diag(WEIGHTS) + 0.1


def number_by_number(x: Any, y: Any) -> Any:
    total = 0.0
    for i in range(len(x)):
        total += WEIGHTS[i] * abs(x[i] - y[i])
    return total


def great_circle(x: Any, y: Any) -> Any:
    a = np.sin((x[0] - y[0]) / 2) ** 2 + np.cos(x[0]) * np.cos(y[0]) * np.sin((x[1] - y[1]) / 2) ** 2
    return 2 * np.arctan2(np.sqrt(a), np.sqrt(1 - a))


METRICS = {
    "sum": lambda x, y: np.abs(x - y).sum(),
    "norm": lambda x, y: np.linalg.norm(x - y),
    "product": lambda x, y: 1 - x @ y / (np.linalg.norm(x) * np.linalg.norm(y)),
    "matrix": lambda x, y: np.sqrt((x - y) @ MATRIX @ (x - y)),
    "transposed": lambda x, y: np.sqrt((x - y).T.dot(MATRIX).dot(x - y)),
    "matrix of the point": lambda x, y: np.abs(x @ (MATRIX @ y)),
    "parts": lambda x, y: np.abs(x[:2] - y[:2]).max() + (x[3] - y[3]) ** 2,
    "choice": lambda x, y: np.where(x > y, x - y, 2 * (y - x)).mean(),
    "zip": lambda x, y: sum((a - b) ** 2 for a, b in zip(x, y)),  # noqa: B905
    "loop": number_by_number,
    "great circle": great_circle,
    "SciPy's": distance.euclidean,
    "of SciPy's": lambda x, y: 2.0 * distance.cityblock(x, y),
}


@pytest.mark.parametrize("name", METRICS)
def test_functions_of_two_rows(name: str) -> None:
    neighbors = NearestNeighbors(n_neighbors=5, metric=METRICS[name], algorithm="brute").fit(POINTS)
    rows = ROWS.astype(np.float32)
    distances, positions = skl2tflite.convert(neighbors, ROWS).kneighbors(rows)
    expected, wanted = neighbors.kneighbors(rows.astype(np.float64))
    np.testing.assert_array_equal(positions, wanted)
    np.testing.assert_allclose(distances, expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", ["matrix", "parts", "loop"])
def test_on_microcontrollers(name: str) -> None:
    neighbors = NearestNeighbors(n_neighbors=5, metric=METRICS[name], algorithm="brute").fit(POINTS)
    _, positions = skl2tflite.convert(neighbors, target="micro").kneighbors(ROWS[:3])
    np.testing.assert_array_equal(positions, neighbors.kneighbors(ROWS[:3])[1])


def test_pairs_without_a_distance_come_last() -> None:
    points = np.array([[1.0, 2.0], [0.0, 0.0], [3.0, 1.0], [0.5, 5.0], [7.0, 1.0]])
    neighbors = NearestNeighbors(
        n_neighbors=5, metric=lambda x, y: np.abs(x - y).sum() * y.sum() / y.sum(), algorithm="brute"
    ).fit(points)
    with np.errstate(invalid="ignore"):
        expected, positions = neighbors.kneighbors(points[[0, 2]])
    distances, places = skl2tflite.convert(neighbors).kneighbors(points[[0, 2]])
    np.testing.assert_allclose(distances, expected, rtol=1e-6)
    assert np.isnan(distances[:, -1]).all()
    np.testing.assert_array_equal(places, positions)


def test_behind_a_scaler() -> None:
    regressor = KNeighborsRegressor(3, metric=METRICS["sum"], weights="distance")
    pipe = make_pipeline(StandardScaler(), regressor).fit(POINTS, POINTS[:, 0])
    report = skl2tflite.verify(skl2tflite.convert(pipe, ROWS), pipe, ROWS)
    assert report.faithful


@pytest.mark.parametrize(
    ("metric", "message"),
    [
        (lambda x, y: np.abs(x - y).sum() + RANDOM.random(), "as at random"),
        (lambda x, y: np.abs(x - y).sum() if x[0] > 0 else 0.0, "a condition on values"),
        (lambda x, y: np.abs(y).sum(), "does not depend on its first row"),
        (lambda x, y: float(np.abs(x - y).sum()), "cannot be recorded"),
        (lambda x, y: np.sort(x - y)[0], "cannot be recorded"),
    ],
)
def test_refusals(metric: Any, message: str) -> None:
    neighbors = NearestNeighbors(metric=metric, algorithm="brute").fit(POINTS)
    with pytest.raises(UnsupportedEstimatorError, match=f"NearestNeighbors: metric=<lambda> .*{message}"):
        skl2tflite.convert(neighbors)


def positive_only(x: Any, y: Any) -> Any:
    if isinstance(x, np.ndarray) and (x < 0).any():
        raise ValueError("no negative numbers")
    return np.abs(x - y).sum()


def shares_only(x: Any, y: Any) -> Any:
    with np.errstate(all="raise"):
        return np.abs(np.log(x / y)).sum()


@pytest.mark.parametrize("metric", [positive_only, shares_only])
def test_rows_that_a_function_does_not_take(metric: Any) -> None:
    """Rows it is tried on may be negative or rounded to zeros; that it refuses them says nothing of its recording."""
    points, rows = np.abs(POINTS) / 2 + 0.01, np.abs(ROWS) / 2 + 0.01
    neighbors = NearestNeighbors(metric=metric, algorithm="brute").fit(points)
    skl2tflite.convert(neighbors, rows)


def test_a_function_that_takes_no_row() -> None:
    def three_only(x: Any, y: Any) -> Any:
        if len(x) != 3:
            raise ValueError("not three numbers")
        return np.abs(x - y).sum()

    neighbors = NearestNeighbors(metric=three_only, algorithm="brute").fit(POINTS)
    message = r"metric=three_only cannot be recorded \(.*not three numbers.*\)"
    with pytest.raises(UnsupportedEstimatorError, match=message) as refused:
        skl2tflite.convert(neighbors)
    assert "\n" not in str(refused.value)


def test_a_function_that_takes_tensors_only() -> None:
    def never(x: Any, y: Any) -> Any:
        if isinstance(x, np.ndarray):
            raise ValueError("no arrays")
        return np.abs(x - y).sum()

    neighbors = NearestNeighbors(metric=never, algorithm="brute").fit(POINTS)
    with pytest.raises(UnsupportedEstimatorError, match=r"metric=never .*raises ValueError on .* fitted on: no arrays"):
        skl2tflite.convert(neighbors)


def test_a_function_that_looks_at_dtypes_is_still_found() -> None:
    def metric(x: Any, y: Any) -> Any:
        return positive_only(x, y) * (2.0 if isinstance(x, np.ndarray) else 1.0)

    neighbors = NearestNeighbors(metric=metric, algorithm="brute").fit(np.abs(POINTS))
    with pytest.raises(UnsupportedEstimatorError, match="computes otherwise when it is recorded"):
        skl2tflite.convert(neighbors)
