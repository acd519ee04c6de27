"""Whether numbers that are compared with thresholds may have been rounded: by float32 arithmetic, or as constants.

A float32 number of the rows is on the same side of a threshold in the file and in scikit-learn. A constant that the
file rounds to float32, or a result of float32 arithmetic, may be on the other side of a threshold that equals it in
scikit-learn's float64, and thresholds often are such values, as those of bins and trees come from the data.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skl2tflite.forest.thresholds import clear_of_rounding
from skl2tflite.forest.transformed import Transformed
from skl2tflite.graph import Constant, DType, Input, Node, Tensor, ops

_AS_THEY_ARE = (
    Constant, Input, Transformed, ops.BroadcastRows, ops.BroadcastTo, ops.Cast, ops.Concat, ops.Maximum, ops.Minimum,
    ops.Negative, ops.Abs, ops.PermuteDims, ops.Relu, ops.Reshape, ops.Round, ops.Floor, ops.Ceil, ops.Sign, ops.Slice,
    ops.Stack, ops.Take, ops.TakeAlongAxis, ops.Where,
)  # fmt: skip
"""Operations whose results are exact: numbers among their operands, their negatives, or whole numbers."""


def is_computed(x: Tensor) -> bool:
    """Return whether numbers of a tensor are results of float arithmetic, such as sums or products."""
    return any(not isinstance(node.op, _AS_THEY_ARE) for node in _sources(x))


def is_filled(x: Tensor) -> bool:
    """Return whether a tensor holds constants that are no float32 numbers, as an imputer fills them in."""
    constants = (node.op.value for node in _sources(x) if isinstance(node.op, Constant))
    with np.errstate(over="ignore"):
        return any(np.any(value.astype(np.float32) != value) for value in constants if not np.isnan(value).all())


def _sources(x: Tensor) -> Iterator[Node]:
    """Yield the nodes that the numbers of a tensor come from, back to the nodes that compute them."""
    seen: set[Node] = set()
    stack = [x]
    while stack:
        tensor = stack.pop()
        if tensor.node in seen or tensor.dtype != DType.FLOAT:
            continue
        seen.add(tensor.node)
        yield tensor.node
        if isinstance(tensor.node.op, _AS_THEY_ARE):
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
        The values themselves where x holds the rows as they are; float32 numbers around them otherwise.
    """
    exact = np.asarray(values, dtype=np.float64)
    with np.errstate(over="ignore"):
        rounded = exact.astype(np.float32).astype(np.float64)
    if is_computed(x):
        return clear_of_rounding(rounded, -1), clear_of_rounding(rounded, 1)
    return (rounded, rounded) if is_filled(x) else (exact, exact)
