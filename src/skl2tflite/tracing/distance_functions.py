"""SciPy's and scikit-learn's distances and kernels between two matrices, called by a user function.

Their code is compiled and does not go through NumPy's protocols. While a user function is recorded, functions of
tensors take their place.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import cache, partial, wraps
from inspect import getclosurevars, isfunction, unwrap
from typing import Any

import numpy as np

from skl2tflite.graph import Tensor
from skl2tflite.graph import functions as xp
from skl2tflite.graph.source import refusal
from skl2tflite.numerics.distances import squared_distances
from skl2tflite.numerics.kernels import additive_chi2_kernel
from skl2tflite.numerics.metrics import metric_of
from skl2tflite.tracing.domain import refuse_below
from skl2tflite.tracing.numpy.writable import handled, plain
from skl2tflite.tracing.patches import Patch

METRICS = ("euclidean", "sqeuclidean", "cityblock", "chebyshev", "canberra", "minkowski")
"""Metrics of ``scipy.spatial.distance.cdist`` that give what scikit-learn's metrics of the same name give."""


def patches(function: Callable[..., Any]) -> tuple[Patch, ...]:
    """Return patches that let distance functions take tensors in every module that the function's code is from."""
    replacements = _replacements()
    names = {"scipy.spatial.distance", "sklearn.metrics.pairwise", "sklearn.gaussian_process.kernels"}
    modules = [sys.modules[name] for name in names.union(_modules(function)) if name in sys.modules]
    return tuple(
        (module, name, replacements[id(value)])
        for module in modules
        for name, value in list(vars(module).items())
        if id(value) in replacements
    )


def replacement_of(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function of tensors that takes the place of a distance function; any other function as it is."""
    return _replacements().get(id(function), function)


def _modules(function: object) -> Iterator[str]:
    """Yield the modules of a function, of the function inside a partial or wrapper, and of those in its closure."""
    if isinstance(function, partial):
        for part in (function.func, *function.args, *function.keywords.values()):
            yield from _modules(part)
    elif callable(function):
        function = unwrap(function)
        yield getattr(function, "__module__", None) or ""
        if isfunction(function) and function.__closure__:
            for part in getclosurevars(function).nonlocals.values():
                yield from _modules(part)


@cache
def _replacements() -> dict[int, Callable[..., Any]]:
    """Return the functions that take the place of the originals, by the ``id`` of the original."""
    from scipy.spatial import distance
    from sklearn.metrics import pairwise

    pairs: dict[Callable[..., Any], Callable[..., Any]] = {
        distance.cdist: _cdist,
        pairwise._euclidean_distances: _euclidean_distances,
        pairwise.additive_chi2_kernel: _additive_chi2_kernel,
    }
    return {id(original): _for_tensors(original, function) for original, function in pairs.items()}


def _for_tensors(original: Callable[..., Any], function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function of two matrices that calls ``function`` where one is a tensor, and else the original."""

    @wraps(original)
    def call(X: Any, Y: Any = None, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(X, Tensor) and not isinstance(Y, Tensor):
            return original(X, Y, *args, **kwargs)
        if Y is None or (isinstance(X, Tensor) and isinstance(Y, Tensor)):
            raise refusal(f"{original.__name__} between rows that come together cannot be recorded")
        if isinstance(Y, Tensor):
            return handled(xp.matrix_transpose(function(plain(Y), _points(X), *args, **kwargs)), Y)
        return handled(function(plain(X), _points(Y), *args, **kwargs), X)

    return call


def _additive_chi2_kernel(X: Any, Y: Any) -> Any:
    refuse_below("additive_chi2_kernel", X, gives_nan=True)  # of estimators that divide by its sums
    return additive_chi2_kernel(X, Y)


def _points(Y: Any) -> Any:
    return np.asarray(Y, dtype=np.float64)


def _cdist(X: Any, Y: Any, metric: Any = "euclidean", **params: Any) -> Any:
    """Return ``scipy.spatial.distance.cdist`` between symbolic rows and constant points.

    Parameters
    ----------
    X : array of shape (n_rows, n_features)
    Y : ndarray of shape (n_points, n_features)
    metric, **params
        As of SciPy's function.
    """
    if metric not in METRICS or params.keys() - {"p"}:
        raise refusal(f"cdist with metric={metric!r} cannot be recorded; these can: {', '.join(METRICS)}")
    return metric_of(metric, params, Y.shape[1])(X, Y)


def _euclidean_distances(X: Any, Y: Any, *norms: Any, squared: bool = False) -> Any:
    # scikit-learn passes (X_norm_squared, Y_norm_squared, squared) by position.
    """Return scikit-learn's ``_euclidean_distances`` between symbolic rows and constant points.

    Parameters
    ----------
    X : array of shape (n_rows, n_features)
    Y : ndarray of shape (n_points, n_features)
    *norms
        Norms of both, which are not used, and whether squares are wanted.
    squared : bool, default=False
    """
    squares = squared_distances(X, Y)
    return squares if squared or (len(norms) == 3 and norms[2]) else xp.sqrt(squares)
