"""Metrics of neighbours: booleans, correlations, integers, angles, features far from 0."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from sklearn.neighbors import (
    KNeighborsClassifier,
    KNeighborsRegressor,
    NearestNeighbors,
)

import skl2tflite

RANDOM = np.random.default_rng(0)

QUERIES = RANDOM.integers(0, 4, (40, 3)).astype(float)

WEIGHTS = np.array([1.0, 2.0, 0.5, 4.0, 1.5])

TRUTH_VALUES = ("dice", "jaccard", "rogerstanimoto", "russellrao", "sokalsneath", "hamming")


@pytest.mark.parametrize(
    ("metric", "algorithm"),
    [
        *((metric, algorithm) for metric in (*TRUTH_VALUES, "yule") for algorithm in ("brute", "weighted")),
        *((metric, "ball_tree") for metric in (*TRUTH_VALUES, "sokalmichener")),
    ],
)
def test_distances_of_truth_values(metric: str, algorithm: str) -> None:
    """Which are those of numbers that are not 0, but for Hamming's."""
    random = np.random.default_rng(6)
    points = random.integers(0, 2, (25, 5)) * random.normal(size=(25, 5)).astype(np.float32)
    rows = random.integers(0, 2, (30, 5)) * random.normal(size=(30, 5)).astype(np.float32)
    rows[:5], points[3], rows[5] = points[:5], 0.0, 0.0
    params = {"w": WEIGHTS} if algorithm == "weighted" else None
    algorithm = "brute" if algorithm == "weighted" else algorithm
    neighbors = NearestNeighbors(n_neighbors=24, metric=metric, algorithm=algorithm, metric_params=params, radius=0.61)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of numbers as booleans
        expected = neighbors.fit(points).kneighbors(rows)[0], neighbors.radius_neighbors(rows)[1]
    model = skl2tflite.convert(neighbors, methods=("kneighbors", "radius_neighbors"))
    np.testing.assert_allclose(model.kneighbors(rows)[0], expected[0], rtol=1e-6, atol=1e-7)
    for actual, wanted in zip(model.radius_neighbors(rows)[1], expected[1], strict=True):
        np.testing.assert_array_equal(actual, np.sort(wanted))


@pytest.mark.parametrize("metric", ["jaccard", "rogerstanimoto", "russellrao", "hamming"])
def test_ratios_on_the_radius_lie_within(metric: str) -> None:
    random = np.random.default_rng(8)
    points, rows = random.random((60, 10)) < 0.5, random.random((20, 10)) < 0.5
    for radius in (0.3, 0.4, 0.7, 2 / 3, np.nextafter(0.4, 0)):
        neighbors = NearestNeighbors(radius=radius, metric=metric).fit(points)
        model = skl2tflite.convert(neighbors, methods=("radius_neighbors",))
        for actual, wanted in zip(model.radius_neighbors(rows)[1], neighbors.radius_neighbors(rows)[1], strict=True):
            np.testing.assert_array_equal(actual, np.sort(wanted))


def test_distances_of_correlation() -> None:
    random = np.random.default_rng(7)
    points, rows = (random.normal(size=(n, 6)).astype(np.float32) for n in (40, 20))
    points[3], rows[5] = 0.1, 7.3
    neighbors = NearestNeighbors(n_neighbors=40, metric="correlation").fit(points)
    model = skl2tflite.convert(neighbors)
    np.testing.assert_allclose(model.kneighbors(rows)[0], neighbors.kneighbors(rows)[0], rtol=1e-5, atol=1e-6)
    assert np.isnan(model.kneighbors(rows)[0][5]).all()


def test_mahalanobis_of_fewer_dimensions() -> None:
    direction = np.array([[1.0, -2.0, 0.5]])
    neighbors = NearestNeighbors(
        n_neighbors=5, metric="mahalanobis", algorithm="brute", metric_params={"VI": direction.T @ direction}
    ).fit(RANDOM.normal(size=(50, 3)))
    report = skl2tflite.verify(skl2tflite.convert(neighbors), neighbors, QUERIES + 0.25)
    assert report.faithful


def test_braycurtis_of_whole_numbers_is_scipys() -> None:
    points = np.array([[1, -1], [0, 0], [2, 3], [-1, 1], [-2, 2], [3, -1]])
    rows = np.array([[1.0, -1.0], [2.0, 3.5], [0.0, 0.0], [0.5, -3.0]])
    neighbors = NearestNeighbors(n_neighbors=6, metric="braycurtis", algorithm="brute").fit(points)
    expected, _ = neighbors.kneighbors(rows)
    assert np.isinf(expected).any()
    assert np.isnan(expected).any()
    np.testing.assert_allclose(skl2tflite.convert(neighbors).kneighbors(rows)[0], expected, rtol=1e-6)


def test_braycurtis_of_fractions_is_the_trees() -> None:
    random = np.random.default_rng(4)
    points, rows = random.normal(size=(40, 3)), random.normal(size=(20, 3)).astype(np.float32).astype(float)
    brute, tree = (
        NearestNeighbors(n_neighbors=5, metric="braycurtis", algorithm=algorithm).fit(points)
        for algorithm in ("brute", "ball_tree")
    )
    distances, positions = skl2tflite.convert(brute, rows).kneighbors(rows)
    for neighbors in (brute, tree):
        np.testing.assert_array_equal(positions, neighbors.kneighbors(rows)[1])
        np.testing.assert_allclose(distances, neighbors.kneighbors(rows)[0], rtol=1e-6)


@pytest.mark.parametrize("spread", [0.1, 0.005], ids=["city", "street"])
def test_radians_within_a_city(spread: float) -> None:
    """They share four digits and more, and cannot be scaled."""
    random = np.random.default_rng(0)
    center, extent = np.array([48.13, 11.57]), spread * np.array([1.0, 1.5])
    points, rows = (np.radians(center + extent * random.normal(size=(n, 2))) for n in (500, 100))
    y = random.integers(0, 3, 500)
    for estimator, method in (
        (NearestNeighbors(n_neighbors=5, metric="haversine"), "kneighbors"),
        (NearestNeighbors(radius=spread / 200, metric="haversine"), "radius_neighbors"),
        (KNeighborsClassifier(metric="haversine"), "predict"),
        (KNeighborsRegressor(metric="haversine", weights="distance"), "predict"),
    ):
        model = skl2tflite.convert(estimator.fit(points, y), methods=(method,))
        for given in (rows, rows.astype(np.float32)):
            report = skl2tflite.verify(model, estimator, given)[method]
            assert report.faithful, str(report)
            assert report.near_ties.size == 0


@pytest.mark.parametrize("metric", ["manhattan", "chebyshev", "minkowski", "seuclidean"])
def test_features_far_from_zero(metric: str) -> None:
    random = np.random.default_rng(0)
    points, rows = (4813.0 + random.normal(size=(n, 3)) * 0.01 for n in (300, 60))
    params = {"minkowski": {"p": 3}, "seuclidean": {"V": np.array([1.0, 2.0, 3.0])}}.get(metric)
    estimator = NearestNeighbors(n_neighbors=4, metric=metric, metric_params=params, p=3).fit(points)
    report = skl2tflite.verify(skl2tflite.convert(estimator), estimator, rows)["kneighbors"]
    assert report.faithful, str(report)
    assert report.near_ties.size == 0
