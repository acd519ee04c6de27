"""Graphs of neighbours, and estimators that take them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.neighbors import (
    KNeighborsClassifier,
    KNeighborsRegressor,
    KNeighborsTransformer,
    LocalOutlierFactor,
    RadiusNeighborsRegressor,
    RadiusNeighborsTransformer,
)
from sklearn.pipeline import make_pipeline

import skl2tflite
from skl2tflite.converters import converter_for
from skl2tflite.errors import NoAnswerError, UnsupportedEstimatorError

RANDOM = np.random.default_rng(0)

GRID = RANDOM.integers(0, 4, (60, 3)).astype(float)

QUERIES = RANDOM.integers(0, 4, (40, 3)).astype(float)

LABELS = RANDOM.integers(0, 3, 60)


def test_the_graph_holds_neighbours_at_distance_0() -> None:
    transformer = KNeighborsTransformer(n_neighbors=3, mode="connectivity").fit(GRID)
    graph = skl2tflite.convert(transformer).transform(QUERIES)
    assert (graph.sum(axis=1) == 3).all()


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
