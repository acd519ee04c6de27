"""Metrics and kernels that are functions of two rows: recorded once, then computed for all pairs at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.errors import GraphError
from skl2tflite.graph import Array, DType, Graph, Tensor, apply, as_tensor, evaluate, input_tensor, ops
from skl2tflite.graph import functions as xp
from skl2tflite.tracing.distance_functions import METRICS
from skl2tflite.tracing.function_tracer import handle, record
from skl2tflite.tracing.same import difference
from skl2tflite.tracing.user_functions import check_clock

Pair = Callable[[Any, Any], Any]
"""A function of two rows of shape (n_features,) that returns a number."""
COMPARED_ROWS = 12
"""Number of points on which a recording is compared with the function itself."""


def scipy_metric_name(function: Pair, params: Mapping[str, Any]) -> str | None:
    """Return the name of the metric that a function of :mod:`scipy.spatial.distance` computes, or None for others."""
    from scipy.spatial import distance

    found = (name for name in METRICS if getattr(distance, name) is function)
    return next(found, None) if params.keys() <= {"p"} else None


def values_of_pairs(function: Pair, X: Array, points: NDArray[np.float64]) -> Array:
    """Return the user's function of each row and each point.

    Parameters
    ----------
    function : callable
    X : array of shape (n_rows, n_features)
    points : ndarray of shape (n_points, n_features)

    Returns
    -------
    array of shape (n_rows, n_points)

    Raises
    ------
    GraphError
        If the function cannot be recorded; the message shows the line of the user's code, if there is one.
    """
    if not isinstance(X, Tensor):
        return np.array([[float(function(row, point)) for point in points] for row in X])
    check_clock(function)
    (x, y, result), (*twins, again) = (_recording(function, points.shape[1]) for _ in range(2))
    if (node := difference(result, again, *zip((x, y), twins, strict=True))) is not None:
        raise GraphError(f"gives another answer at each call, as at random [{node.source}]")

    def of_all(X: Tensor, points: NDArray[np.float64]) -> Tensor:
        distances = _mapped(result, {x: xp.expand_dims(X, 1), y: as_tensor(points[np.newaxis])})
        return as_tensor(distances + np.zeros((1, len(points)))) if distances.shape[1] == 1 else distances

    _compare(function, of_all, points)
    return of_all(X, points)


def values_of_rows(function: Pair, X: Array) -> Array:
    """Return the user's function of each row and itself, of shape (n_rows,); otherwise as :func:`values_of_pairs`."""
    if not isinstance(X, Tensor):
        return np.array([float(function(row, row)) for row in X])
    x, y, result = _recording(function, int(X.shape[1] or 0))
    row = xp.expand_dims(X, 1)
    return xp.squeeze(_mapped(result, {x: row, y: row}), 1)


def _recording(function: Pair, n_features: int) -> tuple[Tensor, Tensor, Tensor]:
    """Record the function on two symbolic rows; return the rows and the result."""
    x, y = (input_tensor(name, DType.FLOAT, (n_features,)) for name in "xy")
    result = record(partial(_called, function, handle(y, "y")), handle(x, "x"), rows=lambda: x)
    if not isinstance(result, Tensor) and not hasattr(type(result), "__tensor__"):
        raise GraphError(f"gives a {type(result).__name__} that does not depend on its rows")
    result = as_tensor(result)
    if result.shape not in ((), (1,)):
        raise GraphError(f"gives an array of shape {result.shape}, not a number")
    return x, y, as_tensor(xp.astype(xp.reshape(result, ()), float))


def _called(function: Pair, y: Any, x: Any) -> Any:
    return function(x, y)


def _mapped(result: Tensor, inputs: dict[Tensor, Array]) -> Tensor:
    """Repeat the operations of a recording for all pairs, which are two more axes in front of its own.

    Parameters
    ----------
    result : Tensor
        Result of the recording.
    inputs : dict of Tensor to array
        The recording's inputs, and the arrays that replace them: rows on the first axis, points on the second.
    """
    mapped = {x: as_tensor(value) for x, value in inputs.items()}
    for node in Graph("pair", {}, {"result": result}).nodes():
        given = [mapped.get(tensor) for tensor in node.inputs]
        if all(value is None for value in given):
            continue  # an input, or computed from constants
        if len(node.outputs) > 1:
            raise GraphError(f"{node.op.name} in a function of two rows cannot be recorded for all pairs")
        output = node.outputs[0]
        mapped[output] = as_tensor(_of_all(node.op, node.inputs, given, output))
    if result not in mapped:
        raise GraphError("does not depend on its rows")
    return mapped[result]


def _of_all(op: Any, inputs: tuple[Tensor, ...], given: list[Tensor | None], output: Tensor) -> Any:
    """Apply an operation of a recording to all pairs.

    Parameters
    ----------
    op : Op
    inputs : tuple of Tensor
        Its operands in the recording.
    given : list of Tensor or None
        The same operands for all pairs; None for those that are constants of the recording.
    output : Tensor
        Its result in the recording.
    """
    if isinstance(op, ops.Unary | ops.Binary | ops.Where | ops.Cast):
        operands = [
            x if value is None else _with_axes(value, output.ndim + 2)
            for x, value in zip(inputs, given, strict=True)
        ]  # fmt: skip
        return apply(op, *operands)
    if isinstance(op, ops.MatMul):
        return _product(inputs, given)
    first, *others = given
    if first is None or any(value is not None for value in others):
        raise GraphError(f"{op.name} of two rows cannot be recorded for all pairs")
    if isinstance(op, ops.Reduction):
        return apply(replace(op, axes=tuple(axis + 2 for axis in op.axes)), first)
    if isinstance(op, ops.Slice):
        return apply(replace(op, slices=((None, None, None),) * 2 + op.slices), first)
    if isinstance(op, ops.Take | ops.CumulativeSum):
        return apply(replace(op, axis=op.axis + 2), first, *inputs[1:])
    if isinstance(op, ops.PermuteDims):
        return apply(replace(op, axes=(0, 1, *(axis + 2 for axis in op.axes))), first)
    if isinstance(op, ops.Reshape):
        return xp.reshape(first, (-1, first.shape[1], *output.shape))
    raise GraphError(f"{op.name} in a function of two rows cannot be recorded for all pairs")


def _with_axes(value: Tensor, count: int) -> Array:
    """Add axes behind the two of the pairs, where broadcasting would add axes in front of the recording's."""
    return xp.reshape(value, (-1, value.shape[1], *[1] * (count - value.ndim), *value.shape[2:]))


def _product(inputs: tuple[Tensor, ...], given: list[Tensor | None]) -> Array:
    """Return a matrix product in which each side is a single row or column, or one side is a constant."""
    a, b = given
    if a is not None and b is not None and inputs[0].shape[0] == 1 and inputs[1].shape[-1] == 1:
        column = xp.reshape(b, (-1, b.shape[1], 1, inputs[1].shape[0]))
        return xp.sum(a * column, axis=-1, keepdims=True)
    if a is not None and b is None and inputs[1].constant is not None:
        return xp.linear(a, inputs[1].constant)
    if b is not None and a is None and inputs[0].constant is not None and inputs[1].shape[-1] == 1:
        row = xp.linear(xp.reshape(b, (-1, b.shape[1], inputs[1].shape[0])), inputs[0].constant.T)
        return xp.expand_dims(row, -1)
    raise GraphError("a product of matrices cannot be recorded for all pairs")


def _compare(function: Pair, of_all: Callable[..., Tensor], points: NDArray[np.float64]) -> None:
    """Compare a function with its recording on several kinds of rows, and refuse it if they differ.

    Parameters
    ----------
    function : callable
    of_all : callable
        Computes the recording for all pairs of rows and points.
    points : ndarray of shape (n_points, n_features)
    """
    random = np.random.default_rng(0)
    few = points[:: -(-len(points) // COMPARED_ROWS)]
    tried = np.concatenate([few, few + random.normal(size=few.shape) * np.nanstd(points), -few, np.round(few)])
    rows, expected = _answered(function, tried, few)
    X = input_tensor("X", DType.FLOAT, (None, points.shape[1]))
    distances = of_all(X, few)
    if distances.shape[0] is not None:
        raise GraphError("does not depend on its first row")
    computed = evaluate(Graph("pairs", {"X": X}, {"distances": distances}), {"X": rows})["distances"]
    scale = np.abs(expected[np.isfinite(expected)]).max(initial=0.0)
    if not np.allclose(computed, expected, rtol=1e-6, atol=1e-9 * scale, equal_nan=True):
        raise GraphError(
            "computes otherwise when it is recorded: it looks at values, dtypes or types of its rows, or writes to them"
        )


def _answered(
    function: Pair, rows: NDArray[np.float64], points: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the rows on which a function raises no error (it may want positive ones), and its values for each point.

    Parameters
    ----------
    function : callable
    rows : ndarray of shape (n_rows, n_features)
    points : ndarray of shape (n_points, n_features)

    Returns
    -------
    ndarray of shape (n_taken, n_features)
    ndarray of shape (n_taken, n_points)
    """
    taken, expected = [], []
    for row in rows:
        try:
            with np.errstate(all="ignore"):
                expected.append([float(function(row, point)) for point in points])
        except Exception as raised:
            error = raised
        else:
            taken.append(row)
    if not taken:
        said = " ".join(str(error).split())
        raise GraphError(f"raises {type(error).__name__} on the rows it was fitted on: {said}") from error
    return np.array(taken), np.array(expected)
