"""Kernel density estimation (:mod:`sklearn.neighbors._kde`)."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import neighbors as sk

from skl2tflite.converters.core.base import Converter
from skl2tflite.converters.core.registry import converts
from skl2tflite.forest.thresholds import round_down_to_float32
from skl2tflite.graph import Array, Tensor
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.metrics import Metric, metric_of


@converts(sk.KernelDensity)
class KernelDensityConverter(Converter):
    """Logarithm of the density, which is a sum of kernels around the fitted rows."""

    default_methods = ("score_samples",)

    def check(self) -> None:
        _ = self.metric

    @cached_property
    def metric(self) -> Metric:
        """Metric of the distances from the fitted rows."""
        est = self.estimator
        try:
            return metric_of(est.metric, est.metric_params or {}, self.n_features)
        except ValueError as error:
            raise self.refuse(str(error)) from None

    @property
    def constant(self) -> float:
        """Logarithm of what a single fitted row adds to the density at its own position."""
        from sklearn.neighbors._ball_tree import kernel_norm

        est = self.estimator
        points = np.asarray(est.tree_.data)
        total = len(points) if est.tree_.sample_weight is None else np.sum(est.tree_.sample_weight)
        return float(kernel_norm(float(est.bandwidth_), points.shape[1], est.kernel, return_log=True) - np.log(total))

    def float64_error(self, method: str, answer: NDArray[Any]) -> NDArray[np.float64] | float:
        """scikit-learn's own rounding error far from all fitted rows.

        Its search tree starts from the greatest possible sum and subtracts bounds from it. Each node that it visits
        rounds the sum by float64's epsilon times the number of points, however small the sum becomes (measured: a few
        times that, up to 9 of 45).
        """
        points, nodes = len(self.estimator.tree_.data), len(self.estimator.tree_.node_data)
        with np.errstate(over="ignore", divide="ignore"):
            lost = (
                (nodes + 4.0)
                * points
                * np.finfo(np.float64).eps
                * np.exp(self.constant - np.asarray(answer, np.float64))
            )
            return np.asarray(-np.log1p(-np.minimum(lost, 1.0)))

    def score_samples(self, X: Array) -> Array:
        est = self.estimator
        points = np.asarray(est.tree_.data)
        width = float(est.bandwidth_)
        weights = np.ones(len(points)) if est.tree_.sample_weight is None else np.asarray(est.tree_.sample_weight)
        kept = weights > 0
        points, weights = points[kept], weights[kept]
        constant = self.constant
        ranks = self.metric.rank(X, points)
        if est.kernel in ("gaussian", "exponential"):
            if est.kernel == "exponential":
                exponents = self.metric.distance(ranks) * (-1.0 / width)
            elif self.metric.distance is xp.sqrt:
                exponents = ranks * (-0.5 / width**2)
            else:
                exponents = xp.square(self.metric.distance(ranks)) * (-0.5 / width**2)
            if np.any(weights != 1):
                exponents = exponents + np.log(weights)
            return xp.logsumexp(exponents, axis=1) + constant
        ratio = self.metric.distance(ranks) / width
        limit = float(self.metric.inverse(width))
        inside = ranks <= below_float32(limit) if isinstance(X, Tensor) else ranks < limit
        if est.kernel == "tophat":
            values = xp.astype(inside, float)
        else:
            shapes: dict[str, Callable[[], Array]] = {
                "epanechnikov": lambda: (1.0 - ratio) * (1.0 + ratio),
                "linear": lambda: 1.0 - ratio,
                "cosine": lambda: xp.cos(ratio * (np.pi / 2)),
            }
            values = xp.where(inside, xp.relu(shapes[est.kernel]()), 0.0)
        total = xp.sum(values if np.all(weights == 1) else values * weights, axis=1)
        return xp.log(total) + constant


def below_float32(limit: float) -> float:
    """Return the largest float32 number below a limit."""
    number = round_down_to_float32(limit)
    return float(np.nextafter(number, np.float32(-np.inf)) if number == limit else number)
