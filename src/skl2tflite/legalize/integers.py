"""Integers and booleans where a target computes on them less than on floats.

Integers are moved and chosen as float32 where it holds them (:mod:`skl2tflite.legalize.magnitude` finds bounds on
the graph), else in two halves of 16 bits each, or by arithmetic, so that every decomposition is exact. All of this is
expressed with the kinds of elements that a graph knows. Narrower integers, in which a file may store constant tables,
it does not know: they are a matter of the backend.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from skl2tflite.graph import DType, Op, Tensor, ops
from skl2tflite.graph import functions as xp
from skl2tflite.graph.op import apply
from skl2tflite.graph.tensor import Array
from skl2tflite.legalize.magnitude import fits_float32
from skl2tflite.legalize.operands import as_float, is_negative
from skl2tflite.legalize.registry import NoDecompositionError, decomposes

HALF = 2**16


@decomposes(ops.Abs, dtype=DType.INT)
def absolute(x: Tensor) -> Array:
    """The greater of a number and its negative."""
    return xp.maximum(x, -x)


@decomposes(ops.Negative, dtype=DType.INT)
def negative(x: Tensor) -> Array:
    """0 less the number."""
    return 0 - x


@decomposes(ops.Sign, dtype=DType.INT)
def sign(x: Tensor) -> Array:
    """The number itself, but neither above 1 nor below -1."""
    return xp.clip(x, -1, 1)


@decomposes(ops.FloorDivide, dtype=DType.INT)
def floor_divide(x: Tensor, y: Tensor) -> Array:
    """The quotient rounded toward 0, less 1 where that was up."""
    quotient, _, step = _divided(x, y)
    return quotient - step


@decomposes(ops.Remainder, dtype=DType.INT)
def remainder(x: Tensor, y: Tensor) -> Array:
    """What the quotient rounded toward 0 leaves, and the divisor where that has the wrong sign."""
    _, rest, step = _divided(x, y)
    return rest + step * y


def _divided(x: Tensor, y: Tensor) -> tuple[Array, Array, Array]:
    """Return quotient and rest, rounded toward 0, and 1 where rounding down differs, else 0."""
    quotient: Array = apply(ops.TruncatedDivide(), x, y)
    rest = x - quotient * y
    have_opposite_signs = (rest < 0) != is_negative(y)
    return quotient, rest, xp.astype((rest != 0) & have_opposite_signs, DType.INT)


@decomposes(ops.Where, dtype=DType.BOOL)
def choose_truths(condition: Tensor, x: Tensor, y: Tensor) -> Array:
    """Choose by logic.

    Parameters
    ----------
    condition, x, y : Tensor
        Of shapes that broadcast; ``x`` and ``y`` of booleans.

    Returns
    -------
    Tensor
        ``x`` where the condition holds, ``y`` elsewhere.
    """
    chosen = condition & x
    return chosen | (~condition & y)


@decomposes(ops.Where, dtype=DType.INT)
def choose_numbers(condition: Tensor, x: Tensor, y: Tensor) -> Array:
    """Choose as float32 if it holds both alternatives, else by ``y + condition * (x - y)``.

    If the difference overflows, so does the sum, which brings it back to ``x``.

    Parameters
    ----------
    condition, x, y : Tensor
        Of shapes that broadcast; ``x`` and ``y`` of integers.

    Returns
    -------
    Tensor
        ``x`` where the condition holds, ``y`` elsewhere.
    """
    if fits_float32(x) and fits_float32(y):
        return xp.astype(xp.where(condition, as_float(x), as_float(y)), DType.INT)
    difference = x - y
    return xp.astype(condition, DType.INT) * difference + y


# --- what moves or picks elements ---------------------------------------------------------------------


def _moved(kind: type[Op], x: Tensor, *others: Tensor, **attributes: object) -> Array:
    """Move integers or booleans as float32, or each number in two halves."""

    def move(data: Tensor) -> Array:
        return xp.astype(apply(kind(**attributes), data, *others), x.dtype)

    if x.dtype == DType.BOOL or fits_float32(x):
        return move(as_float(x))
    high: Tensor = apply(ops.TruncatedDivide(), x, HALF)
    low = x - high * HALF
    moved_high, moved_low = move(as_float(high)), move(as_float(low))
    return moved_high * HALF + moved_low


def _picked(kind: type[Op], x: Tensor, **attributes: object) -> Array:
    """Compare integers as float32, which must hold them."""
    if not fits_float32(x):
        raise NoDecompositionError("it has it for float32, which may not hold these integers")
    if "nan_undefined" in attributes:
        attributes["nan_undefined"] = True
    return xp.astype(apply(kind(**attributes), as_float(x)), DType.INT)


def _register(decomposition: Callable[..., Array], kinds: tuple[type[Op], ...], *dtypes: DType) -> None:
    for kind in kinds:
        for dtype in dtypes:
            decomposes(kind, dtype=dtype)(partial(decomposition, kind))


_register(_moved, (ops.Take, ops.TakeAlongAxis, ops.PermuteDims), DType.INT, DType.BOOL)
_register(_picked, (ops.Max, ops.Min, ops.ArgMax, ops.ArgMin), DType.INT)
