"""Evaluation of graphs with NumPy: in float64 as the oracle of tests, in float32 as a model of the device."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from skl2tflite.graph.graph import Graph
from skl2tflite.graph.op import Constant, Input
from skl2tflite.graph.tensor import Node, Tensor

Values: TypeAlias = Sequence[NDArray[Any]]
Rounding: TypeAlias = Callable[[Node, Values, Values], Values]


def evaluate(
    graph: Graph,
    inputs: Mapping[str, NDArray[Any]],
    dtype: type[np.floating[Any]] = np.float64,
    constants: Mapping[Tensor, NDArray[Any]] | None = None,
    rounding: Rounding | None = None,
) -> dict[str, NDArray[Any]]:
    """Compute a graph's outputs.

    Parameters
    ----------
    graph : Graph
        What to compute.
    inputs : mapping of str to ndarray
        One array for each graph input.
    dtype : float type, default=numpy.float64
        The width in which floats are held and computed.
    constants : mapping of Tensor to ndarray, optional
        Other values for some constants, also of those within loops (to see how the result depends on them).
    rounding : callable, optional
        Called with each node, its operands and its results; what it returns replaces the results.

    Returns
    -------
    dict of str to ndarray
        One array for each graph output.
    """
    constants = constants or {}

    def as_width(value: NDArray[Any]) -> NDArray[Any]:
        return value.astype(dtype, copy=False) if value.dtype.kind == "f" else value

    def within(part: Graph, state: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        return evaluate(part, state, dtype, constants, rounding)

    values: dict[Tensor, NDArray[Any]] = {}
    for node in graph.nodes():
        if isinstance(node.op, Input):
            values[node.outputs[0]] = as_width(np.asarray(inputs[node.op.key]))
        elif isinstance(node.op, Constant):
            tensor = node.outputs[0]
            values[tensor] = as_width(constants.get(tensor, node.op.value))
        else:
            operands = [values[tensor] for tensor in node.inputs]
            op: Any = node.op
            results = op.run(operands, within) if op.graphs else op.evaluate(*operands)
            several: Values = [np.asarray(each) for each in (results if isinstance(results, tuple) else (results,))]
            if rounding is not None:
                several = rounding(node, operands, several)
            for tensor, result in zip(node.outputs, several, strict=True):
                values[tensor] = as_width(result)
    return {name: values[tensor] for name, tensor in graph.outputs.items()}
