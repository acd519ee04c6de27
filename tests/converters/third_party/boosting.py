"""Data and comparisons for the converters of boosting libraries."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

import skl2tflite
from skl2tflite.converters import converter_for
from skl2tflite.forest.trees import Forest

CATEGORICAL = (4, 5)
HARD = [np.nan, np.inf, -np.inf, 0.0, -0.0, 1e-38, -1e-36, 1e-35, -1.0, -0.5, 0.5, 1.7, 5.2, 2.0**24, 1e20, -1e20]


def rows(n: int = 240, missing: float = 0.1, seed: int = 0) -> NDArray[np.float32]:
    """Four numeric columns, then two of categories (12 and 4 of them), with holes."""
    random = np.random.default_rng(seed)
    X = random.normal(size=(n, 6))
    X[:, 4], X[:, 5] = random.integers(0, 12, n), random.integers(0, 4, n)
    X[random.random(X.shape) < missing] = np.nan
    return X.astype(np.float32)


def target(X: NDArray[np.float32]) -> NDArray[np.float64]:
    """A target that depends on all columns but one."""
    X = np.nan_to_num(X.astype(np.float64))
    return 3 * X[:, 0] + X[:, 1] ** 2 + np.sin(3 * X[:, 2]) + 2 * np.sin(5 * X[:, 4]) + (X[:, 5] == 2)


X = rows()
Y = target(X)
BINARY = (Y > 1).astype(int)
CLASSES = np.digitize(Y, [-1, 1, 4])
POSITIVE = np.exp(Y / 3)


@dataclass(frozen=True)
class Case:
    """An estimator of a boosting library, and what it is fitted on."""

    name: str
    estimator: Any
    y: Any
    X: Any = field(default_factory=lambda: X)
    fit: dict[str, Any] = field(default_factory=dict)
    tolerance: float = 1e-6
    exact: tuple[str, ...] = ("apply",)

    def fitted(self) -> Any:
        return self.estimator.fit(self.X, self.y, **self.fit)


def edges(forest: Forest, n_features: int, n: int = 300) -> NDArray[np.float32]:
    """Rows of the trees' thresholds, one ulp to each side of them, and what else is hard."""
    random = np.random.default_rng(1)
    columns = []
    for feature in range(n_features):
        with np.errstate(over="ignore"):
            at = forest.threshold[forest.feature == feature].astype(np.float32)
        near = [np.nextafter(at, np.float32(end)) for end in (-np.inf, np.inf)]
        further = [np.nextafter(near[0], np.float32(-np.inf)), np.nextafter(near[1], np.float32(np.inf))]
        values = np.concatenate([at, *near, *further, np.arange(-2, 14), HARD]).astype(np.float32)
        columns.append(random.choice(values, n))
    return np.stack(columns, axis=1)


def answer(estimator: Any, method: str, X: Any) -> NDArray[Any]:
    """What the library gives."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return np.asarray(getattr(estimator, method)(X))


def oracle(estimator: Any, method: str, X: Any) -> NDArray[Any]:
    """What the converter computes on float64 arrays."""
    converter = converter_for(estimator)
    result = np.asarray(converter.method(method)(np.asarray(X, dtype=np.float64)))
    labels = converter.labels(method)
    return result if labels is None else np.asarray(labels[0])[result]


def assert_faithful(estimator: Any, X: Any, exact: tuple[str, ...] = (), tolerance: float = 1e-6) -> None:
    """LiteRT equals the library on finite rows, those of some methods to the bit, and no row is excused."""
    X = np.where(np.isinf(X), 1.0, X).astype(np.float32)
    methods = converter_for(estimator).methods
    model = skl2tflite.convert(estimator, methods=methods)
    report = skl2tflite.verify(model, estimator, X, tolerance=tolerance)
    assert report.faithful, report.summary()
    for compared in report.methods:
        assert compared.near_ties.size == 0
        if compared.method in exact:
            assert compared.largest_error == 0.0
