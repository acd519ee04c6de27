"""Spellings of operations that pick elements by position."""

from __future__ import annotations

from typing import Any

import numpy as np

from keras import ops as keras_ops
from skl2tflite.backends.keras.lowering.builder import Builder
from skl2tflite.backends.keras.lowering.registry import spells
from skl2tflite.backends.keras.subnormal import down, up
from skl2tflite.graph import ops


@spells(ops.Slice)
def spell_slice(build: Builder, op: ops.Slice, operands: list[Any], outputs: object) -> Any:
    """Basic slices."""
    return build.tensor(operands[0])[tuple(slice(*bounds) for bounds in op.slices)]


@spells(ops.Take)
def spell_take(build: Builder, op: ops.Take, operands: list[Any], outputs: object) -> Any:
    """A look-up in a table that a layer holds, or in a tensor."""
    x, positions = operands
    if not isinstance(x, np.ndarray):
        return keras_ops.take(x, build.tensor(positions), axis=op.axis)
    found = build.look_up(np.moveaxis(x, op.axis, 0), build.tensor(positions))
    if op.axis == 0:
        return found
    asked, rest = len(positions.shape), x.ndim - 1
    order = (*range(asked, asked + op.axis), *range(asked), *range(asked + op.axis, asked + rest))
    return keras_ops.transpose(found, order)


@spells(ops.TakeAlongAxis)
def spell_take_along_axis(build: Builder, op: ops.TakeAlongAxis, operands: list[Any], outputs: object) -> Any:
    """A look-up in each row."""
    return keras_ops.take_along_axis(*(build.tensor(x) for x in operands), axis=-1)


@spells(ops.SearchSorted)
def spell_search_sorted(build: Builder, op: ops.SearchSorted, operands: list[Any], outputs: object) -> Any:
    """Count the bounds that each value has passed; NaN has passed all.

    A bound is rounded so that float32 numbers are on the side of it on which they were.
    """
    x = keras_ops.expand_dims(build.tensor(operands[0]), -1)
    exact = np.asarray(op.bounds, np.float64)
    rounded = exact.astype(np.float32)
    if op.side == "left":
        beyond = np.where(rounded > exact, np.nextafter(rounded, np.float32(-np.inf)), rounded)
        is_before = keras_ops.less_equal(x, build.tensor(down(beyond).astype(np.float32)))
    else:
        beyond = np.where(rounded < exact, np.nextafter(rounded, np.float32(np.inf)), rounded)
        is_before = keras_ops.less(x, build.tensor(up(beyond).astype(np.float32)))
    return keras_ops.sum(keras_ops.cast(keras_ops.logical_not(is_before), "int32"), axis=-1)
