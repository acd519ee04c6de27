"""Spellings of matrix products."""

from __future__ import annotations

from typing import Any

import numpy as np

from keras import ops as keras_ops
from skl2tflite.backends.keras.lowering.builder import Builder
from skl2tflite.backends.keras.lowering.registry import spells
from skl2tflite.graph import ops


@spells(ops.Linear)
def spell_linear(build: Builder, op: ops.Linear, operands: list[Any], outputs: object) -> Any:
    """A Dense layer, with the estimator's coefficients as its weights."""
    x, weights, bias = operands
    is_needed = build.program.trainable or bool(np.any(bias))
    return build.dense(build.tensor(x), weights, bias if is_needed else None, op.activation)


@spells(ops.MatMul)
def spell_matmul(build: Builder, op: ops.MatMul, operands: list[Any], outputs: object) -> Any:
    """A Dense layer without bias where the right side is one constant matrix."""
    a, b = operands
    if isinstance(b, np.ndarray) and b.ndim == 2 and not isinstance(a, np.ndarray):
        return build.dense(a, b, None)
    return keras_ops.matmul(build.tensor(a), build.tensor(b))
