"""Loops."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from skl2tflite.errors import GraphError
from skl2tflite.graph.dtype import DType, Spec
from skl2tflite.graph.op import Op, Value

if TYPE_CHECKING:
    from skl2tflite.graph.graph import Graph


@dataclass(frozen=True, eq=False)
class WhileLoop(Op):
    """Repeat ``body`` on a state of tensors as long as ``condition`` is true of it.

    Both are graphs whose inputs are the tensors of the state.
    """

    condition: Graph
    body: Graph

    def infer(self, *inputs: Spec) -> tuple[Spec, ...]:
        """Return dtypes and shapes of the state, which the body must keep."""
        kept = [tensor.spec for tensor in self.body.outputs.values()]
        if list(inputs) != kept:
            raise GraphError(f"the body turns {[*map(str, inputs)]} into {[*map(str, kept)]}")
        tests = list(self.condition.outputs.values())
        if len(tests) != 1 or tests[0].dtype != DType.BOOL or tests[0].shape not in ((), (1,)):
            raise GraphError("the condition must be one boolean for the whole batch")
        return inputs

    def evaluate(self, *inputs: Value) -> tuple[Value, ...]:
        """Run the loop with NumPy, in the width of its state."""
        from skl2tflite.graph.evaluate import evaluate

        width = next((x.dtype.type for x in inputs if x.dtype.kind == "f"), np.float64)
        return self.run(inputs, lambda graph, state: evaluate(graph, state, width))

    def run(
        self, inputs: Sequence[Value], compute: Callable[[Graph, dict[str, Value]], dict[str, Value]]
    ) -> tuple[Value, ...]:
        """Run the loop with a function that computes the outputs of a graph."""
        state, keys = list(inputs), list(self.body.inputs)
        while bool(next(iter(compute(self.condition, dict(zip(keys, state, strict=True))).values()))):
            state = list(compute(self.body, dict(zip(keys, state, strict=True))).values())
        return tuple(state)

    @property
    def graphs(self) -> tuple[Graph, ...]:
        """The condition and the body."""
        return self.condition, self.body

    @property
    def foldable(self) -> bool:
        """A loop is never run at conversion."""
        return False
