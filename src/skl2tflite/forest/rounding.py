"""Whether numbers that are compared with thresholds may have been rounded: by float32 arithmetic, or as constants.

A float32 number of the rows is on the same side of a threshold in the file and in scikit-learn. A constant that the
file rounds to float32, or a result of float32 arithmetic, may be on the other side of a threshold that equals it in
scikit-learn's float64, and thresholds often are such values, as those of bins and trees come from the data.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skl2tflite.forest.thresholds import ULPS, clear_of_rounding
from skl2tflite.forest.transformed import Transformed
from skl2tflite.graph import Constant, DType, Input, Node, Op, Tensor, ops

_AS_THEY_ARE = (
    Constant, Input, Transformed, ops.BroadcastRows, ops.BroadcastTo, ops.Cast, ops.Concat, ops.Maximum, ops.Minimum,
    ops.Negative, ops.Abs, ops.PermuteDims, ops.Relu, ops.Reshape, ops.Round, ops.Floor, ops.Ceil, ops.Sign, ops.Slice,
    ops.Stack, ops.Take, ops.TakeAlongAxis, ops.Where,
)  # fmt: skip
"""Operations whose results are exact: numbers among their operands, their negatives, or integers."""
_PROBABILITIES = (ops.Expit, ops.Softmax)


def is_computed(x: Tensor) -> bool:
    """Return whether numbers of a tensor are results of float arithmetic, such as sums or products."""
    return any(not isinstance(node.op, _AS_THEY_ARE) for node in _sources(x))


def is_filled(x: Tensor) -> bool:
    """Return whether a tensor holds constants that float32 rounds, such as those that an imputer fills in."""
    constants = (node.op.value for node in _sources(x) if isinstance(node.op, Constant))
    with np.errstate(over="ignore"):
        return any(np.any(value.astype(np.float32) != value) for value in constants if not np.isnan(value).all())


class Growth(IntEnum):
    """Functions that make rounding errors greater, or smaller, than a few float32 operations do."""

    NONE = 0
    EXPONENTIAL = 1  # the absolute error of an exponent becomes a relative error of the result
    PROBABILITY = 2  # likewise; for a probability near 1 it is only a share of what is missing to 1


def growth(x: Tensor) -> Growth:
    """Return which of these functions computes the numbers of a tensor."""
    through = (*_AS_THEY_ARE, ops.Multiply, ops.Divide)
    if not any(isinstance(node.op, (ops.Exp, *_PROBABILITIES)) for node in _sources(x, through)):
        return Growth.NONE
    computed = [node for node in _sources(x) if not isinstance(node.op, _AS_THEY_ARE)]
    only = all(isinstance(node.op, _PROBABILITIES) for node in computed)
    return Growth.PROBABILITY if only else Growth.EXPONENTIAL


def units(threshold: NDArray[np.float64], grown: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return how many times greater than usual rounding errors are near each threshold.

    Parameters
    ----------
    threshold : ndarray of float64
    grown : ndarray of int
        The :class:`Growth` of the numbers that are compared with each.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        exponent = 1.0 + np.abs(np.log(np.abs(threshold)))
    exponent = np.where(np.isfinite(exponent), exponent, 1.0)
    lacking = exponent * np.clip(1.0 - threshold, 0.0, 1.0) + 1.0 / ULPS
    return np.select([grown == Growth.EXPONENTIAL, grown == Growth.PROBABILITY], [exponent, lacking], 1.0)


def _sources(x: Tensor, through: tuple[type[Op], ...] = _AS_THEY_ARE) -> Iterator[Node]:
    """Yield the nodes that give the numbers of a tensor, back to where these are computed."""
    seen: set[Node] = set()
    stack = [x]
    while stack:
        tensor = stack.pop()
        if tensor.node in seen or tensor.dtype != DType.FLOAT:
            continue
        seen.add(tensor.node)
        yield tensor.node
        if isinstance(tensor.node.op, through):
            stack += tensor.node.inputs


def around(values: ArrayLike, x: Tensor) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the least and greatest number that each of some values may be rounded to in a tensor.

    Parameters
    ----------
    values : array_like of float64
        Numbers as scikit-learn computes them.
    x : Tensor
        Holds such numbers in the file.

    Returns
    -------
    least, greatest : ndarray of float64
        The values themselves if x holds numbers of the rows; float32 numbers around them otherwise.
    """
    exact = np.asarray(values, dtype=np.float64)
    with np.errstate(over="ignore"):
        rounded = exact.astype(np.float32).astype(np.float64)
    if is_computed(x):
        return clear_of_rounding(rounded, -1), clear_of_rounding(rounded, 1)
    return (rounded, rounded) if is_filled(x) else (exact, exact)
