"""Which numbers are 0 in scikit-learn's float64, though float32 may tell otherwise, and NaN in place of a number."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from scipy.special import expit

from skl2tflite.graph import Array, Tensor, apply, as_tensor, ops
from skl2tflite.graph import functions as xp

Width = type[np.float32] | type[np.float64]


def _least(function: Callable[..., Any], dtype: Width) -> float:
    """Return the least number for which a rising function gives more than 0, computed in a dtype."""
    below, above = -1000.0, 0.0
    with np.errstate(all="ignore"):
        for _ in range(40):
            middle = (below + above) / 2
            below, above = (below, middle) if function(dtype(middle)) > 0 else (middle, above)
    return above


LEAST_EXPONENT, LEAST_LOGIT = (
    {dtype: _least(function, dtype) for dtype in (np.float32, np.float64)} for function in (np.exp, expit)
)
"""Numbers below which the exponential, and SciPy's logistic function, are 0, for each dtype."""

_MOVES = (ops.Reshape, ops.Slice, ops.Take, ops.BroadcastTo, ops.PermuteDims)
_KEEPS_ZERO = (ops.Abs, ops.Negative, ops.Sqrt)


def without(x: Array, number: float, narrow: bool = False, width: Width = np.float64) -> Array:
    """Return rows with NaN in place of a number.

    Columns that transformers compute one by one are compared apart from others, so that the pass ``fold_thresholds``
    can make these comparisons of what the transformers are given.

    Parameters
    ----------
    x : array of float of shape (n_rows, n_columns)
    number : float
    narrow : bool, default=False
        Whether scikit-learn's numbers are rounded to float32 before they are compared.
    width : {numpy.float64, numpy.float32}
        Dtype in which scikit-learn computes them.
    """
    if not isinstance(x, Tensor):
        return np.where(np.equal(x, number), np.nan, x)
    parts: list[list[Tensor]] = [[]]
    for part in _side_by_side(as_tensor(x)):
        if _is_apart(part) or may_underflow(part):
            parts += [[part], []]
        else:
            parts[-1].append(part)
    return xp.concat([_without(xp.concat(group, axis=1), number, narrow, width) for group in parts if group], axis=1)


def _without(x: Array, number: float, narrow: bool, width: Width) -> Array:
    held = (x == number) if narrow or number != 0 else is_zero(x, width)
    return xp.where(xp.within(x, number, number, held, narrow), np.nan, x)


def _side_by_side(x: Tensor) -> Iterator[Tensor]:
    """Yield the tensors of which a tensor is made by joining columns."""
    op, inputs = x.node.op, x.node.inputs
    if isinstance(op, ops.Note) and not op.by_column:
        yield from _side_by_side(inputs[1])
    elif isinstance(op, ops.Concat) and op.axis == 1 and x.ndim == 2:
        for part in inputs:
            yield from _side_by_side(part)
    else:
        yield x


def _is_apart(x: Tensor) -> bool:
    """Return whether a transformer computes each of a tensor's columns from one column."""
    while isinstance(x.node.op, (*_MOVES, ops.Cast)):
        x = x.node.inputs[0]
    return isinstance(x.node.op, ops.Note) and x.node.op.by_column


def may_underflow(x: Tensor) -> bool:
    """Return whether numbers of a tensor may be 0 in float32 though they are not in float64."""
    return _Zeros(np.float64).present(x) is not None


def is_zero(x: Array, width: Width = np.float64) -> Array:
    """Return which numbers are 0 in scikit-learn's dtype: not those that are merely too small for float32."""
    present = _Zeros(width).present(x) if isinstance(x, Tensor) else None
    return (x == 0.0) if present is None else xp.logical_not(present)


class _Zeros:
    """Tells which numbers are not 0 from the operands that they are computed from."""

    def __init__(self, width: Width) -> None:
        self.width = width
        self._known: dict[Tensor, Array | None] = {}

    def present(self, x: Tensor) -> Array | None:
        """Return which numbers are not 0, None where float32 tells that by itself."""
        if x not in self._known:
            self._known[x] = self._find(x)
        return self._known[x]

    def _nonzero(self, x: Tensor) -> Array:
        present = self.present(x)
        return (x != 0.0) if present is None else present

    def _find(self, x: Tensor) -> Array | None:
        op, inputs, is_wide = x.node.op, x.node.inputs, self.width is np.float64
        if isinstance(op, ops.Note):
            return self.present(inputs[1])
        if isinstance(op, ops.Exp):
            return inputs[0] >= LEAST_EXPONENT[self.width]
        if isinstance(op, ops.Expit):
            return inputs[0] >= LEAST_LOGIT[self.width]
        if isinstance(op, ops.Softmax):
            scores = inputs[0] - xp.max(inputs[0], axis=op.axis, keepdims=True)
            return scores >= LEAST_EXPONENT[self.width]
        if isinstance(op, ops.Square):
            return self._nonzero(inputs[0]) if is_wide else None
        if isinstance(op, ops.Multiply) and op.activation is None:
            return self._of_product(inputs[0], inputs[1]) if is_wide else None
        if isinstance(op, (*_KEEPS_ZERO, ops.Divide)):
            return self.present(inputs[0]) if inputs[0].shape == x.shape else None
        if isinstance(op, _MOVES):
            inner = self.present(inputs[0])
            return None if inner is None else apply(op, inner, *inputs[1:])
        if isinstance(op, ops.Concat):
            if all(self.present(part) is None for part in inputs):
                return None
            return xp.concat([self._nonzero(part) for part in inputs], axis=op.axis)
        return None

    def _of_product(self, x: Tensor, y: Tensor) -> Array | None:
        """Return where neither factor is 0; for a product with a constant, where the other factor is not 0."""
        if x.constant is not None:
            x, y = y, x
        if y.constant is None:
            return self._nonzero(x) & self._nonzero(y)
        present = self.present(x)
        if present is None or np.all(y.constant != 0):
            return present
        nonzero: Array = present & (y.constant != 0)
        return nonzero
