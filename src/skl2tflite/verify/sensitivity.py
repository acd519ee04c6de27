"""How far an answer moves when what it is computed from moves by what float32 cannot hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.graph import Constant, Graph, Tensor, evaluate

DRAWS = 8
"""Perturbed evaluations; each moves every number by up to one float32 ulp, at random."""
_ULP = 2.0**-23


def perturbed_outputs(
    graph: Graph, inputs: Mapping[str, NDArray[Any]]
) -> tuple[dict[str, NDArray[Any]], list[dict[str, NDArray[Any]]]]:
    """Evaluate a graph in float64, plainly and with inputs and parameters moved by one float32 ulp.

    A float32 file cannot hold them closer than that, so an answer cannot be expected to be closer than what
    these moves do to it (backward error; Higham, Accuracy and Stability of Numerical Algorithms, 1.5). The
    formula is the estimator's own in float64: an unstable spelling of it in the file is not excused.

    Returns
    -------
    dict of str to ndarray
        The plain outputs.
    list of dict of str to ndarray
        The outputs of each perturbed evaluation.
    """
    generator = np.random.default_rng(0)

    def moved(values: NDArray[Any]) -> NDArray[Any]:
        if values.dtype.kind != "f":
            return values
        return values * (1 + _ULP * generator.uniform(-1, 1, values.shape))

    constants: dict[Tensor, NDArray[Any]] = {
        node.outputs[0]: node.op.value for node in graph.nodes() if isinstance(node.op, Constant)
    }
    plain = evaluate(graph, inputs)
    draws = []
    for _ in range(DRAWS):
        draws.append(
            evaluate(
                graph,
                {name: moved(np.asarray(x, dtype=np.float64)) for name, x in inputs.items()},
                constants={tensor: moved(value) for tensor, value in constants.items()},
            )
        )
    return plain, draws
