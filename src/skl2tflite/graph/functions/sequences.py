"""Sequences of a length known only at run time, and the bits of integers."""

from __future__ import annotations

from skl2tflite.graph import ops
from skl2tflite.graph.dtype import DType
from skl2tflite.graph.functions.operands import Operand, apply_to_numbers, as_kind, promote
from skl2tflite.graph.op import apply
from skl2tflite.graph.tensor import Array


def length(x: Operand) -> Array:
    """Length of the first axis as a tensor, computed at run time."""
    return apply(ops.Length(), x)  # type: ignore[no-any-return]


def arange(stop: Operand) -> Array:
    """Integers from 0 up to, and without, a computed one."""
    return apply(ops.Arange(), as_kind(stop, DType.INT))  # type: ignore[no-any-return]


def segment_sum(x: Operand, segments: Operand, count: Operand) -> Array:
    """Sum up the entries of each segment.

    Parameters
    ----------
    x : array of shape (n, ...)
    segments : array of int of shape (n,)
        The segment of each entry, from 0 to ``count - 1``.
    count : int or array of int
        Number of segments, a constant or computed.
    """
    (x,) = promote(x, least=DType.INT)
    if isinstance(count, int):
        return apply(ops.SegmentSum(count), x, segments)  # type: ignore[no-any-return]
    return apply(ops.SegmentSum(), x, segments, count)  # type: ignore[no-any-return]


def ahead(x: Operand, offset: int) -> Array:
    """Shift a sequence: entry i of the result is entry ``i + offset``, and 0 beyond the ends."""
    return as_kind(x, DType.INT) if offset == 0 else apply_to_numbers(ops.Ahead(offset), x)


def wrap(x: Operand) -> Array:
    """Keep the low 32 bits of integers, as int32 arithmetic does."""
    return apply(ops.Wrap(), x)  # type: ignore[no-any-return]


def bitwise_xor(x: Operand, y: Operand) -> Array:
    """Bitwise exclusive or."""
    return apply(ops.BitwiseXor(), x, y)  # type: ignore[no-any-return]


def bitwise_right_shift(x: Operand, y: Operand) -> Array:
    """``x // 2**y``."""
    return apply(ops.RightShift(), x, y)  # type: ignore[no-any-return]
