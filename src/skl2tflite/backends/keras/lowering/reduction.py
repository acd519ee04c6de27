"""Spellings of reductions over axes, and of operations along one axis."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from keras import ops as keras_ops
from skl2tflite.backends.keras.lowering.builder import Builder, is_float
from skl2tflite.backends.keras.lowering.registry import spells
from skl2tflite.graph import ops
from skl2tflite.graph.op import Op

FUNCTIONS: dict[type[Op], Callable[..., Any]] = {
    ops.Sum: keras_ops.sum,
    ops.Mean: keras_ops.mean,
    ops.Max: keras_ops.max,
    ops.Min: keras_ops.min,
    ops.Prod: keras_ops.prod,
    ops.Any: keras_ops.any,
    ops.All: keras_ops.all,
}


@spells(*FUNCTIONS)
def spell_reduction(build: Builder, op: Any, operands: list[Any], outputs: object) -> Any:
    """One operation, one function; NaN where a float is NaN, also for the extremes, which some backends pass over."""
    x = build.tensor(operands[0])
    result = FUNCTIONS[type(op)](x, axis=op.axes, keepdims=op.keepdims)
    if not isinstance(op, ops.Max | ops.Min) or op.nan_undefined or not is_float(x):
        return result
    return keras_ops.where(keras_ops.any(keras_ops.isnan(x), axis=op.axes, keepdims=op.keepdims), float("nan"), result)


@spells(ops.ArgMax, ops.ArgMin)
def spell_extreme_position(build: Builder, op: ops.ArgMax, operands: list[Any], outputs: object) -> Any:
    """The first position whose value equals the extreme one, or whose value is NaN where there is one.

    Keras's own ``argmax`` puts 0.0 above -0.0 and passes over NaN on TensorFlow, and TFLiteConverter has no builtin
    operators for it.
    """
    x = build.tensor(operands[0])
    extreme = keras_ops.min if isinstance(op, ops.ArgMin) else keras_ops.max
    is_found = keras_ops.equal(x, extreme(x, axis=op.axis, keepdims=True))
    if is_float(x):
        is_nan = keras_ops.isnan(x)
        is_found = keras_ops.where(keras_ops.any(is_nan, axis=op.axis, keepdims=True), is_nan, is_found)
    length = x.shape[op.axis]
    positions = np.arange(length, dtype=np.int32).reshape(length, *[1] * (len(x.shape) - op.axis - 1))
    return keras_ops.min(keras_ops.where(is_found, build.tensor(positions), length), axis=op.axis)


@spells(ops.CumulativeSum)
def spell_cumulative_sum(build: Builder, op: ops.CumulativeSum, operands: list[Any], outputs: object) -> Any:
    """The running sum; one that is exclusive begins with 0 and leaves out the last entry."""
    x = build.tensor(operands[0])
    if not op.exclusive:
        return keras_ops.cumsum(x, axis=op.axis)
    before = [slice(None)] * op.axis
    first = keras_ops.zeros_like(x[(*before, slice(0, 1))])
    return keras_ops.concatenate([first, keras_ops.cumsum(x[(*before, slice(0, -1))], axis=op.axis)], axis=op.axis)


@spells(ops.Softmax, ops.LogSoftmax)
def spell_softmax(build: Builder, op: Any, operands: list[Any], outputs: object) -> Any:
    """The function of the same name."""
    function = keras_ops.softmax if isinstance(op, ops.Softmax) else keras_ops.log_softmax
    return function(build.tensor(operands[0]), axis=op.axis)
