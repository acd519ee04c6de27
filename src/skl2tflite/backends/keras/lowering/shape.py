"""Spellings of operations that move elements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from keras import ops as keras_ops
from skl2tflite.backends.keras.lowering.builder import Builder
from skl2tflite.backends.keras.lowering.registry import spells
from skl2tflite.graph import ops
from skl2tflite.graph.dtype import Spec


@spells(ops.Reshape)
def spell_reshape(build: Builder, op: ops.Reshape, operands: list[Any], outputs: object) -> Any:
    """The function of the same name."""
    return keras_ops.reshape(build.tensor(operands[0]), op.shape)


@spells(ops.PermuteDims)
def spell_permute_dims(build: Builder, op: ops.PermuteDims, operands: list[Any], outputs: object) -> Any:
    """The axes in another order."""
    return keras_ops.transpose(build.tensor(operands[0]), op.axes)


@spells(ops.Concat)
def spell_concat(build: Builder, op: ops.Concat, operands: list[Any], outputs: object) -> Any:
    """Arrays one after another."""
    return keras_ops.concatenate([build.tensor(x) for x in operands], axis=op.axis)


@spells(ops.Stack)
def spell_stack(build: Builder, op: ops.Stack, operands: list[Any], outputs: object) -> Any:
    """Arrays along a new axis."""
    return keras_ops.stack([build.tensor(x) for x in operands], axis=op.axis)


@spells(ops.BroadcastTo)
def spell_broadcast_to(build: Builder, op: ops.BroadcastTo, operands: list[Any], outputs: Sequence[Spec]) -> Any:
    """Axes of length 1 repeated; ``broadcast_to`` needs to know how many rows there are."""
    x = build.tensor(operands[0])
    held = (*[1] * (len(op.shape) - len(x.shape)), *x.shape)
    x = keras_ops.reshape(x, tuple(-1 if n is None else n for n in held))
    return keras_ops.tile(x, [1 if n is None or n == old else n for n, old in zip(op.shape, held, strict=True)])


@spells(ops.BroadcastRows)
def spell_broadcast_rows(build: Builder, op: ops.BroadcastRows, operands: list[Any], outputs: Sequence[Spec]) -> Any:
    """The row taken once for every row of the other operand."""
    row, like = operands
    zeros = build.zeros(like)
    if not isinstance(row, np.ndarray):
        return keras_ops.take(keras_ops.expand_dims(row, 0), zeros, axis=0)
    return build.look_up(row[None], zeros)
