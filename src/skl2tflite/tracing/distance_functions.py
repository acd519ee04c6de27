"""SciPy's and scikit-learn's distances and kernels between two matrices, called by a function of the user's.

Their own code is compiled, so that no protocol sees what it does to a tensor.
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
from skl2tflite.tracing.numpy.writable import handled, plain
from skl2tflite.tracing.patches import Patch

METRICS = ("euclidean", "sqeuclidean", "cityblock", "chebyshev", "canberra", "minkowski")
"""Those of SciPy that are the same as scikit-learn's for all rows."""


def patches(function: Callable[..., Any]) -> tuple[Patch, ...]:
    """Return what lets distances take tensors wherever a function's code looks them up."""
    replacements = _known()
    names = {"scipy.spatial.distance", "sklearn.metrics.pairwise", "sklearn.gaussian_process.kernels"}
    modules = [sys.modules[name] for name in names.union(_modules(function)) if name in sys.modules]
    return tuple(
        (module, name, replacements[id(value)])
        for module in modules
        for name, value in list(vars(module).items())
        if id(value) in replacements
    )


def known(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return what stands for a function while tensors are about: itself, unless it is one of these."""
    return _known().get(id(function), function)


def _modules(function: object) -> Iterator[str]:
    """Yield the names of the modules in which a function, and what it is made of, were written."""
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
def _known() -> dict[int, Callable[..., Any]]:
    """Return what stands for each function while tensors are about, by the function's identity."""
    from scipy.spatial import distance
    from sklearn.metrics import pairwise

    pairs: dict[Callable[..., Any], Callable[..., Any]] = {
        distance.cdist: _cdist,
        pairwise._euclidean_distances: _euclidean_distances,
        pairwise.additive_chi2_kernel: additive_chi2_kernel,
    }
    return {id(original): _for_tensors(original, function) for original, function in pairs.items()}


def _for_tensors(original: Callable[..., Any], function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function of two matrices that computes of tensors what the original computes of arrays."""

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


def _points(Y: Any) -> Any:
    return np.asarray(Y, dtype=np.float64)


def _cdist(X: Any, Y: Any, metric: Any = "euclidean", **params: Any) -> Any:
    if metric not in METRICS or params.keys() - {"p"}:
        raise refusal(f"cdist with metric={metric!r} cannot be recorded; these can: {', '.join(METRICS)}")
    return metric_of(metric, params, Y.shape[1])(X, Y)


def _euclidean_distances(X: Any, Y: Any, *norms: Any, squared: bool = False) -> Any:
    # The norms of rows and points, and at last whether squares are wanted, as scikit-learn gives them.
    squares = squared_distances(X, Y)
    return squares if squared or (len(norms) == 3 and norms[2]) else xp.sqrt(squares)
