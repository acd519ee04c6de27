"""How a constant table of integers lies in a file: as narrow as the target can look its entries up.

A graph knows integers, not their widths, so this is no decomposition of operations. TFLM gathers float32 and int8
only: numbers that int8 does not hold are looked up as float32 or, where that does not hold them, in two halves.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from skl2tflite.backends.tflite.lowering.emitter import Emitter, Value, constant

Gather: TypeAlias = Callable[[Value], Value]

LARGE_TABLE = 1024
"""Integers in a table, from which on an operator more for each look-up is worth the bytes."""
HALF = 2**16


def look_up(emit: Emitter, table: Value, gather: Gather) -> Value:
    """Write look-ups in a table.

    Parameters
    ----------
    emit : Emitter
    table : Value
        A constant, or a tensor of a dtype that GATHER has.
    gather : callable
        Writes the GATHER from the table that it is given, which may have another dtype.

    Returns
    -------
    Value
        Of the dtype of `table`.
    """
    if table.array is None or table.dtype not in ("int32", "bool"):
        return gather(table)
    if emit.target.supports("GATHER", table.dtype):
        return emit.cast(gather(_narrowed(emit, table)), table.dtype)
    return _as_float32(emit, table.array.astype(np.int64), table.dtype, gather)


def _narrowed(emit: Emitter, table: Value) -> Value:
    """Return a large table of integers in the narrowest dtype that holds them."""
    assert table.array is not None
    if table.dtype == "int32" and table.array.size >= LARGE_TABLE:
        for name in ("int8", "int16"):
            if _fits(table.array, np.iinfo(name)) and emit.target.supports("GATHER", name):
                return constant(table.array.astype(name))
    return table


def _as_float32(emit: Emitter, numbers: NDArray[np.int64], dtype: str, gather: Gather) -> Value:
    if _fits(numbers, np.iinfo(np.int8)):
        return emit.cast(gather(constant(numbers.astype(np.int8))), dtype)
    if np.all(numbers.astype(np.float32) == numbers):
        return emit.cast(gather(constant(numbers.astype(np.float32))), dtype)
    halves = np.divmod(numbers, HALF)
    high, low = (emit.cast(gather(constant(half.astype(np.float32))), dtype) for half in halves)
    scaled = emit.op("MUL", [high, np.array(HALF, np.int32)], high.shape, dtype)
    return emit.op("ADD", [scaled, low], low.shape, dtype)


def _fits(numbers: NDArray[np.generic], bounds: np.iinfo[np.signedinteger]) -> bool:
    return bool(bounds.min <= numbers.min(initial=0) and numbers.max(initial=0) <= bounds.max)
