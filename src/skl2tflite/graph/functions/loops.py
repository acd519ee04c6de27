"""Loops."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from skl2tflite.graph import ops
from skl2tflite.graph.functions.operands import Operand
from skl2tflite.graph.graph import Graph
from skl2tflite.graph.op import apply, as_tensor, input_tensor
from skl2tflite.graph.source import refusal
from skl2tflite.graph.tensor import Array, Tensor


def while_loop(
    condition: Callable[..., Array], body: Callable[..., Sequence[Array]], state: Sequence[Operand]
) -> tuple[Array, ...]:
    """Repeat ``body`` on a state as long as ``condition`` is true of it.

    Parameters
    ----------
    condition : callable
        Takes the arrays of the state and returns one boolean for the whole batch.
    body : callable
        Takes the arrays of the state and returns the next state, of the same dtypes and shapes. Tensors that
        ``condition`` or ``body`` use must be part of the state, apart from constants.
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
