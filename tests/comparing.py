"""What a model and its estimator answer, as arrays side by side."""

from __future__ import annotations

from typing import Any

import numpy as np


def dense(values: Any) -> np.ndarray:
    """Return what a method gives as a dense array."""
    return np.asarray(values.toarray() if hasattr(values, "toarray") else values)


def as_arrays(results: Any) -> list[np.ndarray]:
    """Return what a method gives, one array or several, as dense arrays."""
    return [dense(each) for each in (results if isinstance(results, list | tuple) else [results])]


def spread(pair: tuple[np.ndarray, np.ndarray], columns: int) -> np.ndarray:
    """Return distances and positions, arrays of arrays, as a matrix that is infinite elsewhere."""
    matrix = np.full((len(pair[0]), columns), np.inf)
    for i, (distances, positions) in enumerate(zip(*pair, strict=True)):
        matrix[i, positions] = distances
    return matrix


def unequal(actual: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Return where two arrays differ; NaN equals NaN."""
    return (actual != expected) & ~((actual != actual) & (expected != expected))


def assert_close(actual: np.ndarray, expected: np.ndarray, tolerance: float) -> None:
    """Numbers within a fraction of the greatest finite one, all else equal."""
    assert actual.shape == expected.shape
    if "O" in (actual.dtype.kind, expected.dtype.kind) or expected.dtype.kind != "f":
        differs = unequal(actual, expected)
        assert not differs.any(), (actual[differs], expected[differs])
        return
    scale = np.abs(expected[np.isfinite(expected)]).max(initial=1e-30)
    np.testing.assert_allclose(actual, expected, rtol=0, atol=tolerance * scale)


def largest_error(actual: np.ndarray, expected: np.ndarray, least_scale: float = 0.0) -> float:
    """Return the largest difference as a fraction of its column's greatest finite magnitude.

    Infinite where anything but a float differs at all, or an infinity or NaN from what it should be. A column's
    scale is at least ``least_scale``, as 1 of probabilities.
    """
    assert actual.shape == expected.shape
    assert "O" in (actual.dtype.kind, expected.dtype.kind) or (actual.dtype.kind == "f") == (expected.dtype.kind == "f")
    differs = unequal(actual, expected)
    if not differs.any():
        return 0.0
    if expected.dtype.kind != "f":
        return np.inf
    got, want = (values.reshape(len(values), -1).astype(np.float64) for values in (actual, expected))
    scale = np.where(np.isfinite(want), np.abs(want), 0.0).max(axis=0, initial=least_scale)
    with np.errstate(invalid="ignore", divide="ignore"):
        errors = np.abs(got - want) / scale
    return float(np.nan_to_num(errors, nan=np.inf)[unequal(got, want)].max())
