"""How far an answer changes when inputs, parameters and sums change by as much as float32 rounds them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.forest.op import TreeSums, TreeValues
from skl2tflite.graph import Constant, Graph, Node, Tensor, evaluate, ops
from skl2tflite.verify.exact_decisions import ExactDecisions
from skl2tflite.verify.neighbor_ties import NeighborTies


@dataclass(frozen=True)
class Effort:
    """How thoroughly numbers are moved.

    Attributes
    ----------
    draws : int
        Number of evaluations.
    ulps : float
        Largest change of each number, in units of float32's last place (ulps); the change is random.
    any_of_equals : bool
        Whether rankings put equal numbers in random order, as a search for neighbours may.
    """

    draws: int
    ulps: float
    any_of_equals: bool = False


FIRST = Effort(8, 1.0)
CHOICES = Effort(64, 1.0, any_of_equals=True)
"""For rows that the first evaluations leave unexplained, if the graph has rankings."""
FURTHER = Effort(56, 4.0)
"""For rows that both leave unexplained. Where a loop stops, for example, depends on the rounding of all operations."""
_ULP = 2.0**-23
LONG_SUM = 64
"""Number of terms from which a sum is allowed more than one ulp."""
LEAST_ROUNDED = 2.0**16
"""Magnitude of integers from which float32 may round their sums."""
TREE_SUMS = 16
"""Largest change of sums over trees, in multiples of their tolerance."""


def perturbed(
    graph: Graph,
    inputs: Mapping[str, NDArray[Any]],
    effort: Effort = FIRST,
    ties: NeighborTies | None = None,
    decisions: ExactDecisions | None = None,
) -> Iterator[dict[str, NDArray[Any]]]:
    """Evaluate a graph in float64, again and again, with every number that float32 rounds changed by a few ulps.

    A float32 file cannot hold inputs and parameters more exactly than to an ulp, nor add products more exactly than to
    one ulp of the sum of their magnitudes. So its answer cannot be expected to be more exact than the change that this
    makes in the answer (backward error; Higham, Accuracy and Stability of Numerical Algorithms, 1.5 and 3.1). Whole
    numbers, such as categories, are not changed, as float32 holds them. Constants of equal magnitude are changed by
    the same factor wherever they occur. So if a number is added and then subtracted again, the digits that this costs
    are not excused.

    Parameters
    ----------
    graph : Graph
    inputs : mapping of str to ndarray
    effort : Effort
    ties : NeighborTies, optional
        Notes what the graph's rankings do.
    decisions : ExactDecisions, optional
        Comparisons of the inputs as they are, which stay as they fell.

    Yields
    ------
    dict of str to ndarray
        The outputs of a perturbed evaluation.
    """
    generator = np.random.default_rng(0)
    constants: dict[Tensor, NDArray[Any]] = {
        node.outputs[0]: node.op.value
        for node in graph.all_nodes()
        if isinstance(node.op, Constant) and node.op.value.dtype.kind == "f"
    }
    flat = np.concatenate([np.abs(value).ravel() for value in constants.values()] or [np.empty(0)])
    distinct, which = np.unique(flat, return_inverse=True)
    ends = np.cumsum([value.size for value in constants.values()])

    def factors(count: Any) -> NDArray[np.float64]:
        return np.asarray(1 + effort.ulps * _ULP * generator.uniform(-1, 1, count))

    def moved_constants() -> dict[Tensor, NDArray[Any]]:
        moves = np.where(distinct == np.rint(distinct), 1.0, factors(distinct.size))
        parts = np.split(moves[which], ends[:-1])
        return {
            tensor: value * part.reshape(value.shape)
            for (tensor, value), part in zip(constants.items(), parts, strict=False)
        }

    def moved_input(x: NDArray[Any]) -> NDArray[Any]:
        return np.where(x == np.rint(x), x, x * factors(x.shape)) if x.dtype.kind == "f" else x

    def rounded(
        moves: dict[Node, NDArray[Any]], node: Node, operands: Sequence[NDArray[Any]], results: Sequence[NDArray[Any]]
    ) -> Sequence[NDArray[Any]]:
        if decisions is not None:
            operands, results = decisions.corrected(node, operands, results)
        if ties is not None and effort.any_of_equals and isinstance(node.op, ops.TopK):
            return ties.any_of_equals(node, operands[0])
        if ties is not None:
            ties.watch(node, operands, results)
        if len(results) > 1:
            return results
        return [accumulated(moves, node, operands, results[0])]

    def accumulated(
        moves: dict[Node, NDArray[Any]], node: Node, operands: Sequence[NDArray[Any]], result: NDArray[Any]
    ) -> NDArray[Any]:
        if isinstance(node.op, TreeSums):
            # Files sum trees more exactly than float32 holds, but noise decides ties of float64 itself.
            return result + TREE_SUMS * node.op.tolerance * generator.uniform(-1, 1, result.shape)
        if isinstance(node.op, TreeValues):  # leaves' values are parameters too
            leaves, place = np.unique(result, return_inverse=True)
            factor = np.where(leaves == np.rint(leaves), 1.0, factors(leaves.shape))
            return result * factor[place].reshape(result.shape)
        magnitude = _accumulated_magnitude(node, operands)
        if magnitude is None:
            return result
        if node not in moves:  # the same at each iteration of a loop, or it would not converge
            moves[node] = factors(result.shape) - 1
        return np.asarray(result + magnitude * moves[node])

    for _ in range(effort.draws):
        if ties is not None:
            ties.draw()
        yield evaluate(
            graph,
            {name: moved_input(x) for name, x in inputs.items()},
            constants=moved_constants(),
            rounding=partial(rounded, {}),
        )
        if effort.any_of_equals and ties is not None and not ties.met:
            return


def _accumulated_magnitude(node: Node, operands: Sequence[NDArray[Any]]) -> NDArray[Any] | None:
    """Return the magnitude of which a node's sum may lose one ulp: that of its terms, and more for long sums.

    None for nodes that compute no sum. Each of n additions rounds the sum so far, and n random roundings add up to
    about √n ulps. Sums of integers (bins, votes) are exact, so the magnitude for them is 0.
    """
    if isinstance(node.op, ops.Linear):
        x, weights, bias = operands
        exact = np.logical_and(_whole(x).all(axis=-1, keepdims=True), _whole(weights).all(axis=0) & _whole(bias))
        return np.where(exact, 0.0, (np.abs(x) @ np.abs(weights) + np.abs(bias)) * _growth(len(weights)))
    if isinstance(node.op, ops.MatMul):
        x, y = operands
        exact = np.logical_and(_whole(x).all(axis=-1, keepdims=True), _whole(y).all(axis=-2, keepdims=True))
        return np.where(exact, 0.0, (np.abs(x) @ np.abs(y)) * _growth(x.shape[-1]))
    if isinstance(node.op, ops.Sum) and operands[0].dtype.kind == "f":
        (x,) = operands
        total = node.op.evaluate(np.abs(x))
        fractions = node.op.evaluate(np.where(_whole(x), 0.0, 1.0))
        return np.where(fractions == 0, 0.0, total * _growth(x.size // max(1, total.size)))
    return None


def _whole(values: NDArray[Any]) -> NDArray[np.bool_]:
    """Whether float32 holds each number, and sums of a few of them, exactly: integers of moderate size."""
    with np.errstate(invalid="ignore"):
        return np.asarray((values == np.rint(values)) & (np.abs(values) < LEAST_ROUNDED))


def _growth(count: int) -> float:
    """Return how many ulps a sum of ``count`` terms may lose, at least one."""
    return max(1.0, float(np.sqrt(count / LONG_SUM)))
