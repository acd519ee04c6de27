"""Searches for neighbours: ties, many points, radii met exactly, distances of 0, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import sparse
from sklearn.neighbors import (
    KNeighborsClassifier,
    KNeighborsRegressor,
    KNeighborsTransformer,
    LocalOutlierFactor,
    NearestNeighbors,
    RadiusNeighborsRegressor,
    RadiusNeighborsTransformer,
)

import skl2tflite
from skl2tflite.converters import converter_for
from skl2tflite.errors import InvalidInputError, UnsupportedEstimatorError

RANDOM = np.random.default_rng(0)

GRID = RANDOM.integers(0, 4, (60, 3)).astype(float)

QUERIES = RANDOM.integers(0, 4, (40, 3)).astype(float)

LABELS = RANDOM.integers(0, 3, 60)


def nearest(distances: Any, k: int) -> Any:
    """Positions of the nearest, the first of equals first."""
    return np.argsort(distances, axis=1, kind="stable")[:, :k]


@pytest.mark.parametrize(
    ("metric", "distance"),
    [
        ("euclidean", lambda d: np.sqrt((d**2).sum(-1))),
        ("manhattan", lambda d: np.abs(d).sum(-1)),
        ("chebyshev", lambda d: np.abs(d).max(-1)),
        ("hamming", lambda d: (d != 0).mean(-1)),
        ("sqeuclidean", lambda d: (d**2).sum(-1)),
    ],
)
def test_of_equally_near_points_the_first_come_first(metric: str, distance: Any) -> None:
    model = skl2tflite.convert(NearestNeighbors(n_neighbors=7, metric=metric).fit(GRID))
    expected = distance(QUERIES[:, None] - GRID)
    result = model.kneighbors(QUERIES)
    assert isinstance(result, tuple)
    distances, positions = result
    assert distances.dtype == np.float64
    assert positions.dtype == np.int64
    np.testing.assert_array_equal(positions, nearest(expected, 7))
    np.testing.assert_allclose(distances, np.take_along_axis(expected, positions, 1), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("kind", ["normal", "grid", "twins", "far", "float64"])
def test_few_candidates_of_many_points(kind: str) -> None:
    """Where a matrix product picks candidates, the neighbours are those of exact distances."""
    random = np.random.default_rng(1)
    points = random.normal(size=(2100, 16))
    if kind == "grid":
        points = random.integers(0, 2, (2100, 16)).astype(float)
    elif kind == "twins":
        points[:200] = points[0]
        points[200:400] = points[0] + 1e-4 * random.normal(size=(200, 16))
    elif kind == "far":
        points += 1e4
    if kind != "float64":
        points = points.astype(np.float32).astype(float)
    rows = (points[::40] + random.choice([0.0, 1e-5, 1.0], (53, 1)) * random.normal(size=(53, 16))).astype(np.float32)
    if kind == "grid":
        rows = np.round(rows)
    model = skl2tflite.convert(NearestNeighbors(n_neighbors=6).fit(points))
    assert "WHILE" in model.operators()
    exact = ((rows[:, None].astype(np.float64) - points) ** 2).sum(-1)
    distances, positions = model.kneighbors(rows)
    expected = nearest(exact, 6)
    found, wanted = (np.take_along_axis(exact, p, 1) for p in (positions, expected))
    if kind == "grid":
        np.testing.assert_array_equal(positions, expected)
    np.testing.assert_allclose(found, wanted, rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(distances, np.sqrt(wanted), rtol=1e-6, atol=2e-6 if kind == "float64" else 1e-12)
    alone = [model.kneighbors(rows[i : i + 1])[1][0] for i in range(10)]
    np.testing.assert_array_equal(alone, positions[:10])
    assert model.kneighbors(rows[:0])[1].shape == (0, 6)


def test_few_candidates_by_cosine() -> None:
    """Unit vectors take the same way; a row of zeros is as far from every point."""
    random = np.random.default_rng(2)
    points = random.normal(size=(2100, 16)).astype(np.float32)
    rows = random.normal(size=(50, 16)).astype(np.float32)
    rows[3] = 0.0
    rows[4:9] = points[4:9] * np.float32(3.0)
    estimator = NearestNeighbors(n_neighbors=6, metric="cosine").fit(points)
    model = skl2tflite.convert(estimator)
    assert "WHILE" in model.operators()
    units = (
        a / np.linalg.norm(a, axis=1, keepdims=True).clip(1e-30) for a in (rows.astype(float), points.astype(float))
    )
    exact = 1.0 - np.matmul(next(units), next(units).T)
    distances, positions = model.kneighbors(rows)
    wanted = np.sort(exact, axis=1)[:, :6]
    np.testing.assert_allclose(np.take_along_axis(exact, positions, 1), wanted, atol=1e-7)
    np.testing.assert_allclose(distances, wanted, atol=2e-7)
    np.testing.assert_array_equal(positions[3], np.arange(6))
    np.testing.assert_array_equal(distances[3], np.ones(6))


def test_votes_of_equally_near_points() -> None:
    model = skl2tflite.convert(KNeighborsClassifier(4).fit(GRID, LABELS))
    distances = ((QUERIES[:, None] - GRID) ** 2).sum(-1)
    votes = np.eye(3)[LABELS[nearest(distances, 4)]].sum(axis=1)
    np.testing.assert_array_equal(model.predict_proba(QUERIES), votes / 4)
    np.testing.assert_array_equal(model.predict(QUERIES), votes.argmax(axis=1))


@pytest.mark.parametrize("algorithm", ["brute", "kd_tree", "ball_tree"])
def test_of_points_that_are_equal_scikit_learn_s_is_the_nearest(algorithm: str) -> None:
    """A tree's order is not that of the points: it names the first of equals within its leaf."""
    random = np.random.default_rng(0)
    points, targets = random.integers(0, 4, (400, 3)).astype(float), random.normal(size=400)
    search = NearestNeighbors(n_neighbors=1, algorithm=algorithm).fit(points)
    (expected,) = search.kneighbors(points)[1].T
    np.testing.assert_array_equal(skl2tflite.convert(search).kneighbors(points)[1][:, 0], expected)
    first = nearest(((points[:, None] - points) ** 2).sum(-1), 1)[:, 0]
    assert (first == expected).all() == (algorithm == "brute")
    regressor = KNeighborsRegressor(1, algorithm=algorithm).fit(points, targets)
    model = skl2tflite.convert(regressor, points)
    np.testing.assert_allclose(model.predict(points), targets[expected], rtol=1e-6)
    gathers = skl2tflite.convert(KNeighborsRegressor(1, algorithm="brute").fit(points, targets)).operators()
    assert model.operators() == gathers  # for the targets are in the tree's order


def test_rows_among_the_points_take_their_targets() -> None:
    points = RANDOM.normal(size=(50, 4)).astype(np.float32).astype(float)
    points[7] = points[8]
    targets = RANDOM.normal(size=50)
    regressor = KNeighborsRegressor(3, weights="distance", algorithm="kd_tree").fit(points, targets)
    np.testing.assert_allclose(skl2tflite.convert(regressor, points).predict(points), regressor.predict(points), 1e-6)


HOLES = np.where(RANDOM.random(GRID.shape) < 0.3, np.nan, GRID + RANDOM.random(GRID.shape))


@pytest.mark.parametrize("labels", [[2, 2, 2, 2, 1, 1, 0], [0, 0, 0, 0, 1, 2, 1], [1, 1, 1, 1, 0, 2, 2]])
@pytest.mark.parametrize("weights", ["uniform", "distance"])
def test_rows_that_few_points_can_be_compared_with(weights: str, labels: list[int]) -> None:
    """Points without a common feature come last; their distance is NaN, and so are weights by it."""
    points = np.full((7, 3), np.nan)
    points[:4, 0], points[4:, 1] = [1.0, 2.0, 4.0, 7.0], [1.0, 2.0, 3.0]
    rows = np.array([[2.5, np.nan, np.nan], [1.0, np.nan, 3.0], [np.nan, 2.25, np.nan], [1.0, 3.0, np.nan]])
    classifier = KNeighborsClassifier(4, metric="nan_euclidean", weights=weights).fit(points, labels)
    model = skl2tflite.convert(classifier, methods=("predict_proba", "predict", "kneighbors"))
    distances, positions = model.kneighbors(rows)
    np.testing.assert_allclose(distances, classifier.kneighbors(rows)[0], rtol=1e-6)
    np.testing.assert_array_equal(positions[2], [5, 6, 4, 0])  # 0 cannot be compared; scikit-learn takes any such
    np.testing.assert_allclose(model.predict_proba(rows), classifier.predict_proba(rows), rtol=1e-6)
    np.testing.assert_array_equal(model.predict(rows), classifier.predict(rows))
    assert np.isnan(model.predict_proba(rows)[2]).all() == (weights == "distance")


def test_an_infinite_radius_leaves_out_what_cannot_be_compared() -> None:
    transformer = RadiusNeighborsTransformer(mode="connectivity", radius=np.inf, metric="nan_euclidean").fit(HOLES)
    rows = np.array([[1.0, np.nan, np.nan], [np.nan, 2.0, 3.0]])
    expected = transformer.transform(rows).toarray()
    assert 0 < expected.sum() < expected.size
    np.testing.assert_array_equal(skl2tflite.convert(transformer).transform(rows), expected)


def test_points_that_cannot_be_compared_are_equally_far() -> None:
    """Which of them scikit-learn names depends on its sorting."""
    points = np.where(RANDOM.random((90, 2)) < 0.3, np.nan, RANDOM.normal(size=(90, 2)))
    rows = np.array([[0.5, np.nan], [np.nan, np.nan], [np.nan, -0.25]])
    neighbors = NearestNeighbors(n_neighbors=80, metric="nan_euclidean").fit(points)
    distances, _ = skl2tflite.convert(neighbors, rows).kneighbors(rows)
    np.testing.assert_array_equal(np.isnan(distances), np.isnan(neighbors.kneighbors(rows)[0]))
    assert np.isnan(distances[1]).all()


def test_rows_with_holes_have_no_outlier_factor() -> None:
    """scikit-learn refuses them, though not the points."""
    detector = LocalOutlierFactor(5, novelty=True, metric="nan_euclidean").fit(HOLES)
    model = skl2tflite.convert(detector, QUERIES)
    with pytest.raises(InvalidInputError, match="NaN"):
        model.predict(HOLES)


@pytest.mark.parametrize(
    "estimator",
    [
        KNeighborsClassifier(3, weights="distance"),
        KNeighborsClassifier(3, metric="cosine"),
        KNeighborsTransformer(n_neighbors=3, metric="manhattan"),
        RadiusNeighborsRegressor(2.0),
        LocalOutlierFactor(novelty=True, n_neighbors=5),
    ],
)
def test_points_of_a_sparse_matrix(estimator: Any) -> None:
    random = np.random.default_rng(3)
    points = np.where(random.random((80, 6)) < 0.2, 0.0, random.normal(size=(80, 6))).astype(np.float32)
    rows = np.where(random.random((40, 6)) < 0.2, 0.0, random.normal(size=(40, 6)))
    estimator.fit(sparse.csr_matrix(points), random.integers(0, 3, 80))
    model = skl2tflite.convert(estimator, rows)
    report = skl2tflite.verify(model, estimator, rows)
    assert report.faithful
    assert all(each.near_ties.size == 0 for each in report.methods)


def by_the_farthest(distances: Any) -> Any:
    weights = np.empty(len(distances), dtype=object)
    for i, row in enumerate(distances):
        weights[i] = 1.0 - row / (1.0 + row.max(axis=-1, keepdims=True))
    return weights


@pytest.mark.parametrize(
    ("estimator", "message"),
    [
        (KNeighborsClassifier(weights=lambda d: d / d.max()), "change with the other rows"),
        (KNeighborsClassifier(weights=lambda d: d.sum(axis=1)), "one weight for each distance"),
        (
            RadiusNeighborsRegressor(weights=lambda d: d / 2 if d[0].max() > 1 else d),
            "weights=<lambda> cannot be recorded",
        ),
        (RadiusNeighborsRegressor(weights=by_the_farthest), "other neighbours' distances"),
        (LocalOutlierFactor(), "novelty=True"),
    ],
)
def test_refusals(estimator: Any, message: str) -> None:
    estimator.fit(GRID, LABELS)
    with pytest.raises(UnsupportedEstimatorError, match=message):
        skl2tflite.convert(estimator)


def test_of_equally_far_points_either_is_right():
    """Tenths on a grid: which of equally far points scikit-learn names is a matter of its search and rounding."""
    search = NearestNeighbors(n_neighbors=4).fit(GRID / 10)
    model = skl2tflite.convert(search, QUERIES / 10)
    assert (model.kneighbors(QUERIES / 10)[1] != search.kneighbors(QUERIES / 10)[1]).any()
    distances, positions = search.kneighbors(QUERIES / 10)
    right = converter_for(search).is_equivalent
    answers = [(distances, distances), (positions, np.roll(positions, 1, axis=1))]
    rows = QUERIES / 10
    far_apart = np.ptp(distances, axis=1) > 1e-6
    np.testing.assert_array_equal(right("kneighbors", rows, answers, 1e-6), ~far_apart)
    twice = [(distances, distances), (positions, positions[:, [0, 0, 2, 3]])]
    assert not right("kneighbors", rows, twice, 1e-6).any()
    assert not right("predict", rows, answers, 1e-6).any()


def test_whole_targets_without_neighbours():
    """Of rows that all have no neighbours scikit-learn gives integers, else floats."""
    X, y = GRID, LABELS
    regressor = RadiusNeighborsRegressor(radius=0.1).fit(X, y)
    for rows in (QUERIES + 0.5, np.vstack([QUERIES + 0.5, GRID])):
        skl2tflite.convert(regressor, rows)
