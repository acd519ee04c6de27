"""Write whole graphs into a program."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.backends.constants import rounded
from skl2tflite.backends.keras.lowering.builder import Builder
from skl2tflite.backends.keras.lowering.registry import has_spelling, spelling_of
from skl2tflite.backends.keras.program import KerasProgram
from skl2tflite.backends.keras.subnormal import with_normal_thresholds
from skl2tflite.choices import OptimizeFor
from skl2tflite.errors import ConversionError, UnsupportedOnTarget
from skl2tflite.graph import Graph, ops
from skl2tflite.graph.op import Constant, Input
from skl2tflite.graph.tensor import Node, Tensor
from skl2tflite.legalize import Capabilities, legalize


def lower(graph: Graph, program: KerasProgram, target: Capabilities, optimize_for: OptimizeFor = "latency") -> None:
    """Write a graph as the outputs of a method, which has the graph's name.

    Parameters
    ----------
    graph : Graph
    program : KerasProgram
    target : Capabilities
        What Keras has.
    optimize_for : {"latency", "throughput", "size"}, default="latency"
        Not looked at: forests have one spelling.

    Raises
    ------
    UnsupportedOnTarget
        Where an operation has no spelling in Keras; the message shows the converter's line.
    """
    legal = legalize(with_normal_thresholds(graph), target)
    held: dict[Tensor, Any] = {}
    for name, tensor in legal.inputs.items():
        held[tensor] = program.input(name, tensor)
    if not held:
        raise ConversionError(f"{graph.name} looks at no feature, and a Keras model needs an input")
    build = Builder(program, next(iter(held.values())))
    for node, origin in legal.origins.items():
        if isinstance(node.op, Input):
            continue
        if isinstance(node.op, Constant):
            held[node.outputs[0]] = rounded(node.op.value)
            continue
        if not has_spelling(node.op):
            lack = target.describe_lack(node.op, node.inputs)
            raise UnsupportedOnTarget(f"{lack} (needed by {origin.op.name}, {origin.source})")
        results = _spelt(build, node, [held[tensor] for tensor in node.inputs])
        held.update(zip(node.outputs, results, strict=True))
    program.inputs_of[graph.name] = tuple(graph.inputs)
    program.outputs_of[graph.name] = {name: build.tensor(held[tensor]) for name, tensor in legal.outputs.items()}


def _spelt(build: Builder, node: Node, operands: list[Any]) -> list[Any]:
    """Return what stands for the results of a node, constants where all operands are."""
    specs = [tensor.spec for tensor in node.outputs]
    if all(isinstance(x, np.ndarray) for x in operands):
        values: Any = node.op.evaluate(
            *(_wide(tensor.constant, x) for tensor, x in zip(node.inputs, operands, strict=True))
        )
        return [rounded(np.asarray(x)) for x in (values if isinstance(values, tuple) else (values,))]

    def make() -> Any:
        return spelling_of(node.op)(build, node.op, operands, specs)

    if isinstance(node.op, ops.Linear | ops.MatMul):  # layers tell themselves what they share
        results = make()
    else:
        key: Hashable = (node.op, *(_key(x) for x in operands))
        results = build.once(key, make)
    return list(results) if isinstance(results, tuple | list) else [results]


def _wide(exact: NDArray[Any] | None, rounded_: NDArray[Any]) -> NDArray[Any]:
    """Return a constant as the graph holds it, where it does."""
    return rounded_ if exact is None else exact


def _key(x: Any) -> Hashable:
    """Return what tells operands apart."""
    return (x.dtype.str, x.shape, x.tobytes()) if isinstance(x, np.ndarray) else id(x)
