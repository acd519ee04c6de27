"""Kernel densities where they are 0, and far from all points."""

from __future__ import annotations

import numpy as np
from sklearn.neighbors import (
    KernelDensity,
)

import skl2tflite
from skl2tflite.converters import converter_for


def test_density_is_0_where_compact_kernels_end() -> None:
    points = np.array([[0.0], [1.0], [4.0]])
    rows = np.array([[-1.5], [np.nextafter(np.float32(-1.5), 0)], [2.5], [5.0], [20.0]]).astype(np.float32)
    for kernel in ("tophat", "epanechnikov", "linear", "cosine"):
        density = KernelDensity(bandwidth=1.5, kernel=kernel).fit(points)
        actual, expected = skl2tflite.convert(density).score_samples(rows), density.score_samples(rows)
        np.testing.assert_array_equal(np.isinf(actual), np.isinf(expected))


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
