"""Array-API functions that compute on NumPy arrays and record on tensors.

Names, arguments and meaning follow the Python array API standard (2024.12) and NumPy; what machine learning
adds to it (``linear``, ``softmax``, ``squared_distances``, …) follows the same pattern.
"""

from __future__ import annotations

import builtins
import math
from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np

from skl2tflite.graph import ops
from skl2tflite.graph.graph import Graph
from skl2tflite.graph.op import Op, apply, as_tensor, input_tensor, normalize_axes
from skl2tflite.graph.tensor import Array, DType, Shape, Tensor, refusal

Operand = Array | float | int | bool | Sequence[Any]

pi = np.pi
inf = np.inf
nan = np.nan
newaxis = None

GREATEST = float(np.finfo(np.float32).max)
"""The greatest number that a file holds."""
_ORDER = [DType.BOOL, DType.INT, DType.FLOAT]


# --- dtypes ---------------------------------------------------------------------------------------------


def dtype_of(x: Any) -> DType:
    """Return the kind of an array, tensor or scalar."""
    return x.dtype if isinstance(x, Tensor) else DType.of(np.asarray(x))


def astype(x: Operand, dtype: object, **_: object) -> Array:
    """Convert to another kind; a graph knows kinds, not widths."""
    kind = dtype if isinstance(dtype, DType) else DType.of(np.empty(0, dtype=dtype))  # type: ignore[call-overload]
    return _as(x, kind)


def _as(x: Any, kind: DType) -> Array:
    if dtype_of(x) == kind:
        return x if isinstance(x, Tensor) else np.asarray(x)
    result: Array = apply(ops.Cast(kind), x)
    return result


def _promote(*operands: Any, least: DType = DType.BOOL) -> list[Array]:
    """Bring operands to one kind: bool, then int, then float."""
    kinds = {dtype_of(x) for x in operands}
    if DType.STRING in kinds:
        if len(kinds) > 1:
            raise refusal("strings and numbers cannot be combined or compared")
        return [_as(x, DType.STRING) for x in operands]
    kind = builtins.max([least, *kinds], key=_ORDER.index)
    return [_as(x, kind) for x in operands]


def _float(op: Op, x: Any) -> Array:
    result: Array = apply(op, _as(x, DType.FLOAT))
    return result


def _number(op: Op, *operands: Any) -> Array:
    result: Array = apply(op, *_promote(*operands, least=DType.INT))
    return result


def _refuse_truths(symbol: str, *operands: Any) -> None:
    """Refuse what NumPy refuses between truth values only."""
    if {dtype_of(x) for x in operands} == {DType.BOOL}:
        raise refusal(f"{symbol} between truth values has no meaning, in NumPy neither; use ^ or ~")


# --- elementwise ----------------------------------------------------------------------------------------


def abs(x: Operand) -> Array:
    """Absolute value."""
    return _number(ops.Abs(), x)


def negative(x: Operand) -> Array:
    """Change the sign."""
    _refuse_truths("-", x)
    return _number(ops.Negative(), x)


def sign(x: Operand) -> Array:
    """-1, 0 or 1 by sign; NaN stays."""
    return _number(ops.Sign(), x)


def square(x: Operand) -> Array:
    """Square."""
    return multiply(x, x) if dtype_of(x) == DType.INT else _float(ops.Square(), x)


def sqrt(x: Operand) -> Array:
    """Square root; NaN below zero."""
    return _float(ops.Sqrt(), x)


def exp(x: Operand) -> Array:
    """Exponential."""
    return _float(ops.Exp(), x)


def expm1(x: Operand) -> Array:
    """``exp(x) - 1`` without loss near zero."""
    return _float(ops.Expm1(), x)


def log(x: Operand, *, absolute: bool = False) -> Array:
    """Natural logarithm; with ``absolute`` an error of 2e-7 will do (of normal numbers), which is much faster."""
    return _float(ops.Log(absolute), x)


def log1p(x: Operand) -> Array:
    """``log(1 + x)`` without loss near zero."""
    return _float(ops.Log1p(), x)


def log2(x: Operand) -> Array:
    """Binary logarithm."""
    return multiply(log(x), 1.0 / np.log(2.0))


def log10(x: Operand) -> Array:
    """Decimal logarithm."""
    return multiply(log(x), 1.0 / np.log(10.0))


def sin(x: Operand, *, absolute: bool = False) -> Array:
    """Sine of radians.

    With ``absolute`` an error of 4e-7 will do (of angles up to 1e5; less of small ones), which is much faster.
    """
    return _float(ops.Sin(absolute), x)


def cos(x: Operand, *, absolute: bool = False) -> Array:
    """Cosine of radians; ``absolute`` as in :func:`sin`."""
    return _float(ops.Cos(absolute), x)


def tanh(x: Operand) -> Array:
    """Hyperbolic tangent."""
    return _float(ops.Tanh(), x)


def floor(x: Operand) -> Array:
    """Greatest whole number not above."""
    return _float(ops.Floor(), x)


def ceil(x: Operand) -> Array:
    """Least whole number not below."""
    return _float(ops.Ceil(), x)


def round(x: Operand) -> Array:
    """Nearest whole number, halves to even."""
    return _float(ops.Round(), x)


def expit(x: Operand) -> Array:
    """Logistic function ``1 / (1 + exp(-x))`` (:func:`scipy.special.expit`)."""
    return _float(ops.Expit(), x)


def erf(x: Operand) -> Array:
    """Error function (:func:`scipy.special.erf`)."""
    return _float(ops.Erf(), x)


def digamma(x: Operand) -> Array:
    """Logarithmic derivative of the gamma function, for positive numbers, exactly as scikit-learn's ``psi``."""
    size, rest = digamma_parts(x)
    return where(less_equal(x, 1e-6), subtract(-np.euler_gamma, divide(1.0, x)), add(log(size), rest))


def digamma_parts(x: Operand) -> tuple[Array, Array]:
    """Return m and r with ``digamma(x) = log(m) + r``; r of great x is small, so that ``m · exp(r)`` keeps its digits.

    Recurrence up to 6, then the asymptotic series, as scikit-learn has it, which is right to 3e-9
    (J. Bernardo, Algorithm AS 103, 1976; ``sklearn.decomposition._online_lda_fast``).
    """
    start: Array = _promote(x, least=DType.FLOAT)[0]
    steps = add(expand_dims(start, -1), np.arange(6.0))
    rest: Array = negative(sum(where(less(steps, 6.0), divide(1.0, steps), 0.0), axis=-1))
    shifted: Array = add(start, relu(ceil(subtract(6.0, start))))
    inverse = divide(1.0, shifted)
    r = square(inverse)
    series = multiply(r, subtract(1 / 12, multiply(r, subtract(1 / 120, multiply(r, 1 / 252)))))
    return shifted, subtract(subtract(rest, multiply(0.5, inverse)), series)


def log_expit(x: Operand) -> Array:
    """Logarithm of the logistic function, without under- or overflow (:func:`scipy.special.log_expit`)."""
    return subtract(minimum(x, 0.0), log1p(exp(negative(abs(x)))))


def horner(x: Array, coefficients: Sequence[float]) -> Array:
    """Return a polynomial, coefficients from the constant one up."""
    result: Any = coefficients[-1]
    for coefficient in coefficients[-2::-1]:
        result = add(multiply(result, x), coefficient)
    return _promote(result)[0]


# W. Press et al., Numerical Recipes, 6.2: relative error below 1.2e-7.
_ERFC = (
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806,
    0.27886807, -1.13520398, 1.48851587, -0.82215223, 0.17087277,
)  # fmt: skip


def erfc(x: Operand) -> Array:
    """Complementary error function (:func:`scipy.special.erfc`); in a graph to a relative error of 1e-6."""
    if not isinstance(x, Tensor):
        from scipy import special

        return np.asarray(special.erfc(x))
    magnitude = abs(x)
    t = divide(1.0, add(multiply(magnitude, 0.5), 1.0))
    tail = multiply(t, exp(subtract(horner(t, _ERFC), square(magnitude))))
    return where(less(x, 0.0), subtract(2.0, tail), tail)


def ndtr(x: Operand) -> Array:
    """Distribution function of the normal distribution (:func:`scipy.special.ndtr`)."""
    return multiply(erfc(multiply(x, -1.0 / np.sqrt(2.0))), 0.5)


# M. Wichura, Algorithm AS 241, PPND7: relative error below 1e-7.
_CENTRAL = ((3.3871327179, 50.434271938, 159.29113202, 59.109374720), (1.0, 17.895169469, 78.757757664, 67.187563600))
_TAIL = ((1.4234372777, 2.7568153900, 1.3067284816, 0.17023821103), (1.0, 0.73700164250, 0.12021132975))


def ndtri(p: Operand) -> Array:
    """Value below which a share of the normal distribution lies, for shares from 1e-10 (:func:`scipy.special.ndtri`).

    A graph takes shares up to a little more than 1/2: those above lose digits in float32, take ``1 - p`` instead.
    """
    if not isinstance(p, Tensor):
        from scipy import special

        return np.asarray(special.ndtri(p))
    centered = subtract(p, 0.5)
    r = subtract(0.180625, square(centered))
    middle = multiply(centered, divide(horner(r, _CENTRAL[0]), horner(r, _CENTRAL[1])))
    r = subtract(sqrt(negative(log(p))), 1.6)
    tail = negative(divide(horner(r, _TAIL[0]), horner(r, _TAIL[1])))
    return where(less(centered, -0.425), tail, middle)


def relu(x: Operand) -> Array:
    """``x`` where positive, else 0; NaN stays."""
    return _float(ops.Relu(), x)


def isnan(x: Operand) -> Array:
    """Whether NaN."""
    return _float(ops.IsNan(), x)


def epsilon(like: Array) -> Array:
    """Return the spacing of floats above 1, in the width that they have where the graph runs.

    Parameters
    ----------
    like : array of shape (n_rows, n_columns)

    Returns
    -------
    array of shape (n_rows, 1)
        ``3 (4/3 - 1) - 1``, of which only rounding is left (Kahan). The magnitudes keep passes from adding it up.
    """
    one = astype(equal(like[:, :1], like[:, :1]), float)
    third = abs(subtract(abs(add(divide(one, 3.0), 1.0)), 1.0))
    return abs(subtract(multiply(third, 3.0), 1.0))


def logical_not(x: Operand) -> Array:
    """Negate truth."""
    return apply(ops.LogicalNot(), _as(x, DType.BOOL))  # type: ignore[no-any-return]


def add(x: Operand, y: Operand) -> Array:
    """Sum of two arrays; of truth values, as in NumPy, whether either is true."""
    if dtype_of(x) == dtype_of(y) == DType.BOOL:
        return logical_or(x, y)
    return _number(ops.Add(), x, y)


def subtract(x: Operand, y: Operand) -> Array:
    """Difference."""
    _refuse_truths("-", x, y)
    return _number(ops.Subtract(), x, y)


def multiply(x: Operand, y: Operand) -> Array:
    """Product; of truth values, as in NumPy, whether both are true."""
    if dtype_of(x) == dtype_of(y) == DType.BOOL:
        return logical_and(x, y)
    return _number(ops.Multiply(), x, y)


def squared_difference(x: Operand, y: Operand) -> Array:
    """``(x - y)²``."""
    return _number(ops.SquaredDifference(), x, y)


def divide(x: Operand, y: Operand) -> Array:
    """Quotient, always float."""
    return apply(ops.Divide(), *_promote(x, y, least=DType.FLOAT))  # type: ignore[no-any-return]


def floor_divide(x: Operand, y: Operand) -> Array:
    """Quotient rounded down."""
    return _number(ops.FloorDivide(), x, y)


def remainder(x: Operand, y: Operand) -> Array:
    """Remainder with the divisor's sign."""
    return _number(ops.Remainder(), x, y)


def pow(x: Operand, y: Operand) -> Array:
    """Power; small whole exponents become products, as they lose nothing."""
    if isinstance(y, int | float) and float(y) in (1.0, 2.0, 3.0, 0.5):
        if y == 1:
            return _promote(x, least=DType.INT)[0]
        if y == 0.5:
            return sqrt(x)
        return square(x) if y == 2 else multiply(square(x), x)
    return _number(ops.Power(), x, y)


def maximum(x: Operand, y: Operand) -> Array:
    """Greater of two; NaN where either is."""
    return _number(ops.Maximum(), x, y)


def minimum(x: Operand, y: Operand) -> Array:
    """Lesser of two; NaN where either is."""
    return _number(ops.Minimum(), x, y)


def clip(x: Operand, min: Operand | None = None, max: Operand | None = None) -> Array:
    """Limit to ``[min, max]``; NaN stays."""
    result: Any = x
    if min is not None:
        result = maximum(result, min)
    if max is not None:
        result = minimum(result, max)
    return _promote(result)[0]


def atan2(x: Operand, y: Operand) -> Array:
    """Angle of a point, in radians."""
    return apply(ops.Arctan2(), *_promote(x, y, least=DType.FLOAT))  # type: ignore[no-any-return]


def _compare(op: Op, x: Any, y: Any) -> Array:
    result: Array = apply(op, *_promote(x, y))
    return result


def equal(x: Operand, y: Operand) -> Array:
    """Whether equal; never for NaN."""
    return _compare(ops.Equal(), x, y)


def not_equal(x: Operand, y: Operand) -> Array:
    """Whether different; always for NaN."""
    return _compare(ops.NotEqual(), x, y)


def less(x: Operand, y: Operand) -> Array:
    """Whether ``x < y``."""
    return _number(ops.Less(), x, y)


def less_equal(x: Operand, y: Operand) -> Array:
    """Whether ``x <= y``."""
    return _number(ops.LessEqual(), x, y)


def greater(x: Operand, y: Operand) -> Array:
    """Whether ``x > y``."""
    return _number(ops.Greater(), x, y)


def greater_equal(x: Operand, y: Operand) -> Array:
    """Whether ``x >= y``."""
    return _number(ops.GreaterEqual(), x, y)


def logical_and(x: Operand, y: Operand) -> Array:
    """Whether both are true."""
    return apply(ops.LogicalAnd(), _as(x, DType.BOOL), _as(y, DType.BOOL))  # type: ignore[no-any-return]


def logical_or(x: Operand, y: Operand) -> Array:
    """Whether either is true."""
    return apply(ops.LogicalOr(), _as(x, DType.BOOL), _as(y, DType.BOOL))  # type: ignore[no-any-return]


def where(condition: Operand, x: Operand, y: Operand) -> Array:
    """Elements of ``x`` where the condition holds, of ``y`` elsewhere."""
    return apply(ops.Where(), _as(condition, DType.BOOL), *_promote(x, y))  # type: ignore[no-any-return]


# --- reductions -----------------------------------------------------------------------------------------


def _rank(x: Any) -> int:
    return x.ndim if isinstance(x, Tensor) else np.ndim(x)


def _reduce(op: type[ops.Reduction], x: Any, axis: Any, keepdims: bool, least: DType) -> Array:
    (x,) = _promote(x, least=least)
    result: Array = apply(op(normalize_axes(axis, _rank(x)), keepdims), x)
    return result


def sum(x: Operand, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Array:
    """Sum over axes."""
    return _reduce(ops.Sum, x, axis, keepdims, DType.INT)


def mean(x: Operand, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Array:
    """Mean over axes."""
    return _reduce(ops.Mean, x, axis, keepdims, DType.FLOAT)


def max(x: Operand, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Array:
    """Greatest value over axes."""
    return _reduce(ops.Max, x, axis, keepdims, DType.INT)


def min(x: Operand, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Array:
    """Least value over axes."""
    return _reduce(ops.Min, x, axis, keepdims, DType.INT)


def prod(x: Operand, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Array:
    """Product over axes."""
    return _reduce(ops.Prod, x, axis, keepdims, DType.INT)


def any(x: Operand, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Array:
    """Whether any is true."""
    x = _as(x, DType.BOOL)
    return apply(ops.Any(normalize_axes(axis, _rank(x)), keepdims), x)  # type: ignore[no-any-return]


def all(x: Operand, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Array:
    """Whether all are true."""
    x = _as(x, DType.BOOL)
    return apply(ops.All(normalize_axes(axis, _rank(x)), keepdims), x)  # type: ignore[no-any-return]


def _axis(x: Any, axis: int) -> int:
    return normalize_axes(axis, _rank(x))[0]


def argmax(x: Operand, axis: int = -1) -> Array:
    """Position of the greatest value along an axis; the first of equals."""
    return _number(ops.ArgMax(_axis(x, axis)), x)


def argmin(x: Operand, axis: int = -1) -> Array:
    """Position of the least value along an axis; the first of equals."""
    return _number(ops.ArgMin(_axis(x, axis)), x)


def cumulative_sum(x: Operand, axis: int = -1, exclusive: bool = False) -> Array:
    """Running sum along an axis; if ``exclusive``, without each entry itself."""
    return _number(ops.CumulativeSum(_axis(x, axis), exclusive=exclusive), x)


def softmax(x: Operand, axis: int = -1) -> Array:
    """``exp(x)`` divided by its sum along an axis (:func:`scipy.special.softmax`)."""
    return _float(ops.Softmax(_axis(x, axis)), x)


def log_softmax(x: Operand, axis: int = -1) -> Array:
    """Logarithm of the softmax (:func:`scipy.special.log_softmax`)."""
    return _float(ops.LogSoftmax(_axis(x, axis)), x)


def logsumexp(x: Operand, axis: int = -1, keepdims: bool = False) -> Array:
    """Logarithm of the sum of exponentials along an axis, the maximum taken out (:func:`scipy.special.logsumexp`)."""
    # Of nothing but infinities the sum is one too: their difference would be NaN.
    greatest = clip(max(x, axis=axis, keepdims=True), -GREATEST, GREATEST)
    total = add(log(sum(exp(subtract(x, greatest)), axis=axis, keepdims=True)), greatest)
    return total if keepdims else squeeze(total, axis)


# --- shape ----------------------------------------------------------------------------------------------


def _shape(x: Any) -> Shape:
    return x.shape if isinstance(x, Tensor) else np.shape(x)


def reshape(x: Operand, shape: Sequence[int | None]) -> Array:
    """Give another shape; ``-1`` or ``None`` is the length that follows from the others (the batch)."""
    if isinstance(x, Tensor) and None in shape and -1 in shape and x.shape.count(None) == 1:
        # As in X.reshape(X.shape[0], -1): the batch stays, the rest of each row follows from the lengths known.
        known = math.prod(n for n in shape if n not in (None, -1))
        rest, remainder = divmod(math.prod(n for n in x.shape if n is not None), known or 1)
        if remainder or not known:
            raise refusal(f"rows of shape {x.shape} do not fit shape {tuple(shape)}")
        shape = [rest if n == -1 else n for n in shape]
    target = tuple(-1 if n is None else int(n) for n in shape)
    if isinstance(x, Tensor) and target == tuple(-1 if n is None else n for n in x.shape):
        return x
    return apply(ops.Reshape(target), x)  # type: ignore[no-any-return]


def expand_dims(x: Operand, axis: int = 0) -> Array:
    """Insert an axis of length 1."""
    shape = list(_shape(x))
    shape.insert(axis if axis >= 0 else len(shape) + 1 + axis, 1)
    return reshape(x, shape)


def squeeze(x: Operand, axis: int | tuple[int, ...] | None = None) -> Array:
    """Drop axes of length 1."""
    shape = _shape(x)
    axes = [a for a, n in enumerate(shape) if n == 1] if axis is None else normalize_axes(axis, len(shape))
    if [a for a in axes if shape[a] != 1]:
        raise refusal(f"cannot drop an axis of shape {shape} that is longer than 1")
    return reshape(x, [n for a, n in enumerate(shape) if a not in axes])


def permute_dims(x: Operand, axes: Sequence[int]) -> Array:
    """Reorder the axes."""
    rank = _rank(x)
    return apply(ops.PermuteDims(tuple(a % rank for a in axes)), x)  # type: ignore[no-any-return]


def matrix_transpose(x: Operand) -> Array:
    """Swap the last two axes."""
    rank = _rank(x)
    return permute_dims(x, [*range(rank - 2), rank - 1, rank - 2])


def concat(arrays: Sequence[Operand], axis: int = 0) -> Array:
    """Join arrays along an axis."""
    promoted = _promote(*arrays)
    place = _axis(promoted[0], axis)
    promoted = [x for x in promoted if _shape(x)[place] != 0] or promoted[:1]  # runtimes take no empty operands
    if len(promoted) == 1:
        return promoted[0]
    return apply(ops.Concat(place), *promoted)  # type: ignore[no-any-return]


def stack(arrays: Sequence[Operand], axis: int = 0) -> Array:
    """Join arrays along a new axis."""
    promoted = _promote(*arrays)
    rank = _rank(promoted[0]) + 1
    return apply(ops.Stack(axis % rank), *promoted)  # type: ignore[no-any-return]


def column_stack(arrays: Sequence[Operand]) -> Array:
    """Join columns, one-dimensional ones included, side by side."""
    return concat([expand_dims(a, 1) if _rank(a) == 1 else a for a in arrays], axis=1)


def broadcast_to(x: Operand, shape: Shape) -> Array:
    """Repeat axes of length 1 up to a shape."""
    return apply(ops.BroadcastTo(tuple(shape)), x)  # type: ignore[no-any-return]


def broadcast_rows(row: Operand, like: Array) -> Array:
    """Repeat one constant row for every row of ``like``."""
    return apply(ops.BroadcastRows(), row, like)  # type: ignore[no-any-return]


# --- indexing -------------------------------------------------------------------------------------------


def getitem(x: Array, key: Any) -> Array:
    """Index like NumPy: integers, slices, ``None``, ``...``, and one constant list or mask of positions."""
    if not isinstance(x, Tensor):
        result: Array = np.asarray(x)[key]
        return result
    keys = [_index(k) for k in (key if isinstance(key, tuple) else (key,))]
    taken = builtins.sum(k is not None and k is not Ellipsis for k in keys)
    if taken > x.ndim:
        raise refusal(f"too many indices for {x.ndim} axes")
    rest = [slice(None)] * (x.ndim - taken)
    at = next((i for i, k in enumerate(keys) if k is Ellipsis), len(keys))
    keys[at : at + 1] = rest
    if builtins.any(k is Ellipsis for k in keys):
        raise refusal("an index holds ... more than once")

    slices: list[tuple[int | None, int | None, int | None]] = []  # of each axis of the operand
    shape: list[int | None] = []  # of the result, before positions are taken
    picked: tuple[int, Any] | None = None  # axis of the result, positions
    for k in keys:
        if k is None:
            shape.append(1)
            continue
        length = x.shape[len(slices)]
        if isinstance(k, slice):
            slices.append((k.start, k.stop, k.step))
            shape.append(length if length is None else len(range(*k.indices(length))))
        elif isinstance(k, int):
            if length is None or not -length <= k < length:
                raise refusal(f"index {k} is out of range for an axis of length {length or 'unknown'}")
            slices.append((k % length, k % length + 1, None))
        else:
            if picked is not None:
                raise refusal("only one list of positions can be used in one index")
            picked = (len(shape), k if isinstance(k, Tensor) else _positions(k, length))
            slices.append((None, None, None))
            shape.append(length)
    whole = [
        (None, None, None) if n is not None and range(*slice(*bounds).indices(n)) == range(n) else bounds
        for n, bounds in zip(x.shape, slices, strict=True)
    ]
    result = x
    if builtins.any(bounds != (None, None, None) for bounds in whole):
        result = apply(ops.Slice(tuple(whole)), result)
    result = reshape(result, shape)
    if picked is None:
        return result
    axis, positions = picked
    result = apply(ops.Take(axis), result, positions)
    # Beside positions integers count as such too; where slices lie between them, NumPy puts their axes first.
    places = [i for i, k in enumerate(keys) if k is not None and not isinstance(k, slice)]
    if axis and places[-1] - places[0] >= len(places):
        moved = list(range(axis, axis + _rank(positions)))
        result = permute_dims(result, [*moved, *(a for a in range(_rank(result)) if a not in moved)])
    return result


def _index(key: Any) -> Any:
    """Return one index as None, ``...``, int, slice, array of positions or mask, or tensor of positions."""
    if key is None or key is Ellipsis or isinstance(key, slice):
        return key
    if isinstance(key, Tensor):
        if key.dtype != DType.INT:
            raise refusal(f"an index of {key.dtype} values cannot be recorded; numpy.where keeps the shape")
        return key
    array = np.asarray(key) if np.size(key) else np.asarray(key, dtype=np.int64)
    if array.ndim == 0 and array.dtype.kind in "iu":
        return int(array)
    if array.dtype.kind not in "iub" or (array.dtype.kind == "b" and array.ndim != 1):
        raise refusal(f"{key!r} cannot be used as an index; give positions or a mask of one axis")
    return array


def _positions(key: Any, length: int | None) -> Any:
    """Return constant positions along an axis, negative ones counted from its end."""
    positions = np.asarray(key)
    if positions.dtype == bool:
        if len(positions) != length:
            raise refusal(f"a mask of {len(positions)} values does not fit an axis of length {length or 'unknown'}")
        return np.flatnonzero(positions)
    if positions.dtype.kind not in "iu":
        if positions.size:
            raise refusal(f"positions are {positions.dtype}, not int")
        positions = positions.astype(np.int64)
    if positions.size and (length is None and positions.min() < 0):
        raise refusal("positions from the end of an axis whose length is known only at run time")
    if length is None or not positions.size:
        return positions
    if not (-length <= positions.min() and positions.max() < length):
        raise refusal(f"positions {positions.min()} to {positions.max()} leave an axis of length {length}")
    return positions % length


def take(x: Operand, indices: Operand, axis: int = 0) -> Array:
    """Entries along an axis at integer positions."""
    axis = _axis(x, axis)
    positions = indices if isinstance(indices, Tensor) else _as_positions(indices, _shape(x)[axis])
    return apply(ops.Take(axis), x, _as(positions, DType.INT))  # type: ignore[no-any-return]


def _as_positions(indices: Any, length: int | None) -> Any:
    """Return constant positions; truth values are the positions 0 and 1 here, not a mask."""
    array = np.asarray(indices)
    return _positions(array.astype(np.int64) if array.dtype == bool else array, length)


def take_along_axis(x: Operand, indices: Operand, axis: int = -1) -> Array:
    """Entries of each row at that row's own positions."""
    if _axis(x, axis) != _rank(x) - 1:
        raise refusal("take_along_axis works on the last axis; move it there first")
    positions = indices if isinstance(indices, Tensor) else _as_positions(indices, _shape(x)[-1])
    return apply(ops.TakeAlongAxis(), x, _as(positions, DType.INT))  # type: ignore[no-any-return]


def topk(x: Operand, k: int) -> tuple[Array, Array]:
    """Return the k greatest along the last axis, descending, and their positions."""
    return apply(ops.TopK(k), _as(x, DType.FLOAT))  # type: ignore[no-any-return]


def searchsorted(bounds: Sequence[float], x: Operand, side: Literal["left", "right"] = "right") -> Array:
    """Count the sorted constant bounds at or below (``right``), or below (``left``), each value."""
    return _float(ops.SearchSorted(tuple(np.asarray(bounds, dtype=np.float64).tolist()), side), x)


def interp(
    x: Operand, xp: Sequence[float], fp: Sequence[float], left: float | None = None, right: float | None = None
) -> Array:
    """Interpolate linearly between constant knots, constant outside (:func:`numpy.interp`).

    Each segment is a row of tables: the knot that it starts from, its slope and its first value. A knot
    that float32 cannot hold is taken off in two parts, so that steep segments keep their place.

    Parameters
    ----------
    x : array
    xp, fp : constants of shape (n_knots,)
        Knots, ascending, and values there.
    left, right : float, optional
        Values below the first and above the last knot, where not those at them.
    """
    knots, values = np.asarray(xp, dtype=np.float64), np.asarray(fp, dtype=np.float64)
    widths = np.diff(knots)
    slopes = np.divide(np.diff(values), widths, out=np.zeros_like(widths), where=widths > 0)
    bounds = [*knots, *([] if right is None else [np.nextafter(knots[-1], np.inf)])]
    # Below the first knot, the segments, at the last knot and (where that differs) above it.
    starts = np.array([knots[0], *knots, *([] if right is None else [knots[-1]])])
    slopes = np.array([0.0, *slopes, 0.0, *([] if right is None else [0.0])])
    values = np.array([values[0] if left is None else left, *values, *([] if right is None else [right])])
    segment = searchsorted(bounds, x, side="right")
    near = starts.astype(np.float32).astype(np.float64)
    offset = subtract(x, take(near, segment))
    if np.any(near != starts):
        offset = subtract(offset, take(starts - near, segment))
    return add(multiply(take(slopes, segment), offset), take(values, segment))


def one_hot(x: Operand, depth: int, dtype: DType = DType.FLOAT) -> Array:
    """Return a last axis that is 1 at each integer and 0 elsewhere."""
    return apply(ops.OneHot(depth, dtype), _as(x, DType.INT))  # type: ignore[no-any-return]


# --- sequences and bits ---------------------------------------------------------------------------------


def length(x: Operand) -> Array:
    """Number of entries along the first axis, as a value that a graph computes."""
    return apply(ops.Length(), x)  # type: ignore[no-any-return]


def arange(stop: Operand) -> Array:
    """Whole numbers from 0 up to a computed one."""
    return apply(ops.Arange(), _as(stop, DType.INT))  # type: ignore[no-any-return]


def segment_sum(x: Operand, segments: Operand, count: Operand) -> Array:
    """Sum up the entries of each segment.

    Parameters
    ----------
    x : array of shape (n, ...)
    segments : array of int of shape (n,)
        The segment of each entry, from 0 to ``count - 1``.
    count : int or array of int
        Number of segments, known now or computed.
    """
    (x,) = _promote(x, least=DType.INT)
    if isinstance(count, int):
        return apply(ops.SegmentSum(count), x, segments)  # type: ignore[no-any-return]
    return apply(ops.SegmentSum(), x, segments, count)  # type: ignore[no-any-return]


def ahead(x: Operand, offset: int) -> Array:
    """Each entry's successor ``offset`` places on along the one axis (back, where negative), 0 beyond the ends."""
    return _as(x, DType.INT) if offset == 0 else _number(ops.Ahead(offset), x)


def wrap(x: Operand) -> Array:
    """Keep the low 32 bits of whole numbers, as int32 arithmetic does."""
    return apply(ops.Wrap(), x)  # type: ignore[no-any-return]


def bitwise_xor(x: Operand, y: Operand) -> Array:
    """Bits that differ."""
    return apply(ops.BitwiseXor(), x, y)  # type: ignore[no-any-return]


def bitwise_right_shift(x: Operand, y: Operand) -> Array:
    """``x // 2**y``."""
    return apply(ops.RightShift(), x, y)  # type: ignore[no-any-return]


# --- products -------------------------------------------------------------------------------------------


def matmul(x: Operand, y: Operand) -> Array:
    """Matrix product by NumPy's rule, vectors included."""
    a, b = _promote(x, y, least=DType.FLOAT)
    vector_a, vector_b = _rank(a) == 1, _rank(b) == 1
    result: Array = apply(ops.MatMul(), expand_dims(a, 0) if vector_a else a, expand_dims(b, 1) if vector_b else b)
    if vector_a:
        result = squeeze(result, -2)
    return squeeze(result, -1) if vector_b else result


def linear(x: Array, weights: Operand, bias: Operand | None = None) -> Array:
    """``x @ weights + bias`` in one operation.

    Parameters
    ----------
    x : array of shape (..., n_inputs)
    weights : constant of shape (n_inputs, n_outputs) or (n_inputs,)
    bias : constant of shape (n_outputs,) or scalar, optional

    Returns
    -------
    array of shape (..., n_outputs), or (...) where ``weights`` has one axis
    """
    matrix = np.asarray(weights, dtype=np.float64)
    columns = matrix[:, np.newaxis] if matrix.ndim == 1 else matrix
    offset = np.broadcast_to(np.asarray(0.0 if bias is None else bias, dtype=np.float64), (columns.shape[1],))
    result: Array = apply(ops.Linear(), _as(x, DType.FLOAT), columns, offset)
    return squeeze(result, -1) if matrix.ndim == 1 else result


def squared_norm(x: Array) -> Array:
    """Sum of squares along the last axis, which is kept with length 1."""
    return sum(square(x), axis=-1, keepdims=True)


def squared_distances(x: Array, points: Operand) -> Array:
    """Squared euclidean distance of each row to each constant point, from differences: no cancellation.

    Many points are compared feature by feature, so that no array has three axes: measured on 2000 points of 20
    features, 6 times faster for one row, 3 times for 200, in a twentieth of the memory. Few points of many
    features are compared at once.

    Parameters
    ----------
    x : array of shape (n_rows, n_features)
    points : constant of shape (n_points, n_features)

    Returns
    -------
    array of shape (n_rows, n_points)
    """
    matrix = np.asarray(points, dtype=np.float64)
    n_points, n_features = matrix.shape
    if n_features == 0 or (n_points < 4 * n_features and matrix.size < 2**20):
        return sum(squared_difference(expand_dims(x, 1), matrix), axis=-1)
    x = _as(x, DType.FLOAT)
    distances = squared_difference(x[:, :1], matrix[:, 0])
    for i in range(1, n_features):
        distances = add(distances, squared_difference(x[:, i : i + 1], matrix[:, i]))
    return distances


# --- loops ----------------------------------------------------------------------------------------------


def while_loop(
    condition: Callable[..., Array], body: Callable[..., Sequence[Array]], state: Sequence[Operand]
) -> tuple[Array, ...]:
    """Repeat ``body`` on a state as long as ``condition`` holds of it.

    Parameters
    ----------
    condition : callable
        Takes the state, returns one truth value for the whole batch.
    body : callable
        Takes the state, returns the next one, of the same dtypes and shapes. Whatever both need from
        outside must be part of the state, constants apart.
    state : sequence of arrays

    Returns
    -------
    tuple of arrays
    """
    if not builtins.any(isinstance(x, Tensor) for x in state):
        current = [np.asarray(x) for x in state]
        while bool(np.all(condition(*current))):
            current = [np.asarray(x) for x in body(*current)]
        return tuple(current)
    initial = [as_tensor(x) for x in state]

    def traced(name: str, function: Callable[..., Any]) -> Graph:
        inputs = {f"s{i}": input_tensor(f"s{i}", t.dtype, t.shape) for i, t in enumerate(initial)}
        results = function(*inputs.values())
        results = results if isinstance(results, tuple | list) else (results,)
        graph = Graph(name, inputs, {f"r{i}": as_tensor(r) for i, r in enumerate(results)})
        known = {t.node for t in inputs.values()}
        for node in graph.nodes():
            if isinstance(node.op, ops.Input) and node not in known:
                raise refusal(f"a loop's {name} uses {node.op.name!r} from outside; add it to the state")
        return graph

    loop = ops.WhileLoop(traced("condition", condition), traced("body", body))
    results = apply(loop, *initial)
    return results if isinstance(results, tuple) else (results,)
