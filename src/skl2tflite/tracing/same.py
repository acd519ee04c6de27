"""Whether two recordings of a function are the same graph."""

from __future__ import annotations

from typing import Any

import numpy as np

from skl2tflite.graph.op import Constant
from skl2tflite.graph.tensor import Node, Tensor


def difference(first: Tensor, second: Tensor, *same: tuple[Tensor, Tensor]) -> Node | None:
    """Return a node in which two recordings of a function differ; None where they are the same.

    Recordings differ where a function draws random numbers or counts its calls.

    Parameters
    ----------
    first, second : Tensor
        The results of the two recordings.
    *same : pair of Tensor
        Tensors that correspond to each other, such as the inputs.
    """
    compared = set(same)
    pairs = [(first, second)]
    while pairs:
        a, b = pairs.pop()
        if a is b or (a, b) in compared:
            continue
        compared.add((a, b))
        if isinstance(a.node.op, Constant) and isinstance(b.node.op, Constant):
            if not _same(a.node.op.value, b.node.op.value):
                return b.node
        elif _form(a) != _form(b):
            return b.node
        else:
            pairs += zip(a.node.inputs, b.node.inputs, strict=True)
    return None


def _form(tensor: Tensor) -> tuple[object, ...]:
    """Return what two tensors must have in common to be the same, apart from their operands."""
    op = tensor.node.op
    return type(op), op.attributes, len(tensor.node.inputs), tensor.index, tensor.spec


def _same(a: Any, b: Any) -> bool:
    return a.dtype == b.dtype and np.array_equal(a, b, equal_nan=a.dtype.kind == "f")
