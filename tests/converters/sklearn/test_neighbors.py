"""Neighbours: ties, radii met exactly, distances of 0, and what is refused."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from scipy import sparse
from sklearn.ensemble import VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import (
    KernelDensity,
    KNeighborsClassifier,
    KNeighborsRegressor,
    KNeighborsTransformer,
    LocalOutlierFactor,
    NearestNeighbors,
    RadiusNeighborsClassifier,
    RadiusNeighborsRegressor,
    RadiusNeighborsTransformer,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

import skl2tflite
from skl2tflite.converters import converter_for
from skl2tflite.errors import InvalidInputError, NoAnswerError, UnsupportedEstimatorError

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
    """Which of them scikit-learn names hangs on its sorting."""
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
        warnings.simplefilter("ignore")  # of numbers as truth values
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


def test_the_graph_holds_neighbours_at_distance_0() -> None:
    transformer = KNeighborsTransformer(n_neighbors=3, mode="connectivity").fit(GRID)
    graph = skl2tflite.convert(transformer).transform(QUERIES)
    assert (graph.sum(axis=1) == 3).all()


def test_density_is_0_where_compact_kernels_end() -> None:
    points = np.array([[0.0], [1.0], [4.0]])
    rows = np.array([[-1.5], [np.nextafter(np.float32(-1.5), 0)], [2.5], [5.0], [20.0]]).astype(np.float32)
    for kernel in ("tophat", "epanechnikov", "linear", "cosine"):
        density = KernelDensity(bandwidth=1.5, kernel=kernel).fit(points)
        actual, expected = skl2tflite.convert(density).score_samples(rows), density.score_samples(rows)
        np.testing.assert_array_equal(np.isinf(actual), np.isinf(expected))


def by_the_farthest(distances: Any) -> Any:
    weights = np.empty(len(distances), dtype=object)
    for i, row in enumerate(distances):
        weights[i] = 1.0 - row / (1.0 + row.max(axis=-1, keepdims=True))
    return weights


@pytest.mark.parametrize(
    ("estimator", "message"),
    [
        (KNeighborsClassifier(weights=lambda d: d / d.max()), "another answer beside other rows"),
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


def test_a_sparse_graph_of_distances_is_refused() -> None:
    graph = KNeighborsTransformer(n_neighbors=9).fit_transform(GRID)
    with pytest.raises(UnsupportedEstimatorError, match="sparse graph of distances"):
        skl2tflite.convert(KNeighborsClassifier(3, metric="precomputed").fit(graph, LABELS))


@pytest.mark.parametrize(
    ("transformer", "last"),
    [
        (KNeighborsTransformer(n_neighbors=9), KNeighborsClassifier(3, metric="precomputed")),
        (KNeighborsTransformer(n_neighbors=9), KNeighborsClassifier(10, metric="precomputed", weights="distance")),
        (KNeighborsTransformer(n_neighbors=9), RadiusNeighborsRegressor(1.3, metric="precomputed")),
        (RadiusNeighborsTransformer(radius=2.0), KNeighborsRegressor(3, metric="precomputed")),
        (RadiusNeighborsTransformer(radius=2.0), LocalOutlierFactor(3, metric="precomputed", novelty=True)),
    ],
)
def test_neighbours_of_a_graph_that_a_transformer_makes(transformer: Any, last: Any) -> None:
    """A distance of 0 is not the same as none."""
    random = np.random.default_rng(5)
    points = random.normal(size=(80, 3)).astype(np.float32).astype(float)
    rows = np.concatenate([points[:7], 0.7 * random.normal(size=(20, 3))])
    pipe = make_pipeline(transformer, last).fit(points, random.integers(0, 3, 80) * 1.0)
    report = skl2tflite.verify(skl2tflite.convert(pipe, rows), pipe, rows)
    assert report.faithful
    assert all(each.near_ties.size == 0 for each in report.methods)


def test_a_graph_with_too_few_neighbours() -> None:
    pipe = make_pipeline(RadiusNeighborsTransformer(radius=1.1), KNeighborsClassifier(3, metric="precomputed"))
    random = np.random.default_rng(9)
    points, rows = random.normal(size=(80, 3)), 0.5 * random.normal(size=(4, 3))
    rows[3] = 9.0
    model = skl2tflite.convert(pipe.fit(points, random.integers(0, 3, 80)), rows[:3])
    with pytest.raises(ValueError, match="3 neighbors per samples are required"):
        pipe.predict(rows)
    with pytest.raises(NoAnswerError, match=r"row 3: .* needs 3 neighbours"):
        model.predict(rows)


def test_density_far_from_many_points():
    """There scikit-learn's own sum, made of differences of greater ones, has lost digits."""
    random = np.random.default_rng(0)
    X = random.normal(scale=1.6, size=(1000, 12)).astype(np.float32)
    density = KernelDensity().fit(X)
    rows = random.normal(scale=2.0, size=(300, 12)).astype(np.float32)
    formula = converter_for(density).method("score_samples")(rows.astype(np.float64))
    lost = np.abs(density.score_samples(rows) - formula)
    assert lost.max() > 1e-5
    assert (lost <= converter_for(density).float64_error("score_samples", density.score_samples(rows)) + 1e-9).all()
    skl2tflite.convert(density, rows)


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
    """Of rows that all have no neighbours scikit-learn gives whole numbers, else floats."""
    X, y = GRID, LABELS
    regressor = RadiusNeighborsRegressor(radius=0.1).fit(X, y)
    for rows in (QUERIES + 0.5, np.vstack([QUERIES + 0.5, GRID])):
        skl2tflite.convert(regressor, rows)


@pytest.mark.parametrize("mode", ["distance", "connectivity"])
def test_a_graph_may_name_either_of_equally_far_points(mode):
    transformer = KNeighborsTransformer(n_neighbors=4, mode=mode).fit(GRID / 10)
    model = skl2tflite.convert(transformer, QUERIES / 10)
    wanted, given = transformer.transform(QUERIES / 10).toarray(), model.transform(QUERIES / 10)
    assert ((wanted != 0) != (given != 0)).any()
    assert skl2tflite.verify(model, transformer, QUERIES / 10)["transform"].largest_error < 1e-6
    right = converter_for(transformer).is_equivalent
    assert right("transform", QUERIES / 10, [(wanted, given)], 1e-6).all()
    assert not right("transform", QUERIES / 10, [(wanted, np.roll(given, 1, axis=1))], 1e-6).any()
    assert not right("transform", QUERIES / 10, [(wanted, 2 * given)], 1e-6).any()


# --- neighbours within a city ---------------------------------------------------------------------------


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
