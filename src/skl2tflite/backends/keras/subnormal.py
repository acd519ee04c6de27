"""Comparisons with numbers nearer to 0 than float32's normal ones (1.2e-38), which TensorFlow and JAX read as 0.

"At least the least number above 0" is how a file says "more than 0". A backend that reads 0 for that number counts 0
in, so it is compared with the next number that is 0 or normal, on the side on which the answer stays the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.forest.op import TreeValues
from skl2tflite.forest.thresholds import round_down_to_float32
from skl2tflite.graph import Graph, Node, Tensor, ops
from skl2tflite.graph.op import apply

LEAST = float(np.finfo(np.float32).tiny)
"""Least normal number above 0."""

_UP, _DOWN = (ops.Less, ops.GreaterEqual), (ops.LessEqual, ops.Greater)


def up(values: NDArray[Any]) -> NDArray[Any]:
    """Return the least numbers that are 0 or normal and not less: for ``x < c`` and ``x >= c``."""
    return np.where((values > 0) & (values < LEAST), LEAST, np.where((values < 0) & (values > -LEAST), 0.0, values))


def down(values: NDArray[Any]) -> NDArray[Any]:
    """Return the greatest numbers that are 0 or normal and not greater: for ``x <= c`` and ``x > c``."""
    return -up(-values)


def compared(op: ops.Op, operands: Sequence[Any]) -> list[Any]:
    """Return the operands of a comparison, constants as what they are compared as.

    Parameters
    ----------
    op : Op
    operands : sequence of KerasTensor or ndarray
    """
    moved = []
    for position, x in enumerate(operands):
        if not isinstance(x, np.ndarray) or x.dtype.kind != "f":
            moved.append(x)
            continue
        if isinstance(op, _UP + _DOWN):
            upward = isinstance(op, _UP) == (position == 1)
            moved.append((up(x) if upward else down(x)).astype(np.float32))
        else:  # nothing equals it but itself
            moved.append(np.where((x != 0) & (np.abs(x) < LEAST), np.float32(np.nan), x).astype(np.float32))
    return moved


def with_normal_thresholds(graph: Graph) -> Graph:
    """Return a graph whose forests compare with numbers that are 0 or normal."""

    def rule(node: Node, inputs: tuple[Tensor, ...]) -> Sequence[Tensor] | None:
        if not isinstance(node.op, TreeValues):
            return None
        threshold = round_down_to_float32(node.op.forest.threshold).astype(np.float64)
        normal = down(threshold)
        if np.array_equal(normal, threshold, equal_nan=True):
            return None
        return (apply(replace(node.op, forest=replace(node.op.forest, threshold=normal)), *inputs),)

    return graph.rewrite(rule)
