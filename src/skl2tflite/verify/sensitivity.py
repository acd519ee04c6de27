"""How far an answer moves when inputs, parameters and sums move by float32's rounding."""

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
        Perturbed evaluations.
    ulps : float
        Units of float32's last place by which each number moves at most, at random.
    any_of_equals : bool
        Whether rankings take equal numbers in any order, at random, as a search for neighbours may.
    """

    draws: int
    ulps: float
    any_of_equals: bool = False


FIRST = Effort(8, 1.0)
CHOICES = Effort(64, 1.0, any_of_equals=True)
"""For rows that the first leaves unexplained, where the graph has rankings."""
FURTHER = Effort(56, 4.0)
"""For rows that both leave unexplained: where a loop stops, say, depends on the rounding of all operations."""
_ULP = 2.0**-23
LONG_SUM = 64
"""Numbers from which a sum loses more than others."""
LEAST_ROUNDED = 2.0**16
"""Magnitude from which sums of whole numbers may be rounded."""
TREE_SUMS = 16
"""How far sums over trees move, in multiples of their tolerance."""


def perturbed(
    graph: Graph,
    inputs: Mapping[str, NDArray[Any]],
    effort: Effort = FIRST,
    ties: NeighborTies | None = None,
    decisions: ExactDecisions | None = None,
) -> Iterator[dict[str, NDArray[Any]]]:
    """Evaluate a graph in float64, again and again, with all that float32 rounds moved by its ulps.

    A float32 file cannot hold inputs and parameters closer than that, nor add products closer than one ulp of
    the sum of their magnitudes, so an answer cannot be expected to be closer than what these moves do to it
    (backward error; Higham, Accuracy and Stability of Numerical Algorithms, 1.5 and 3.1). Whole numbers stay:
    float32 holds them, and categories are such. Equal magnitudes move alike wherever they stand: a number that
    is added and taken away again is one parameter, so what its cancellation costs is not excused.

    Parameters
    ----------
    graph : Graph
    inputs : mapping of str to ndarray
    effort : Effort
    ties : NeighborTies, optional
        The graph's rankings, to be watched.
    decisions : ExactDecisions, optional
        Comparisons of the inputs as they are, which move with nothing.

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
            # Trees' sums are closer than float32, but no closer than this: float64's own ties are decided by noise.
            return result + TREE_SUMS * node.op.tolerance * generator.uniform(-1, 1, result.shape)
        if isinstance(node.op, TreeValues):  # leaves' values are parameters too
            leaves, place = np.unique(result, return_inverse=True)
            factor = np.where(leaves == np.rint(leaves), 1.0, factors(leaves.shape))
            return result * factor[place].reshape(result.shape)
        magnitude = _accumulated_magnitude(node, operands)
        if magnitude is None:
            return result
        if node not in moves:  # a loop's node rounds alike every time: else the loop would never come to rest
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
    """Return the sum of the magnitudes that a node adds up, None where it adds no products or many numbers.

    Each of n additions rounds the sum so far, which is one after the other √n of its units at random. Sums of whole
    numbers are exact: bins, votes and the like are counted.
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
    """Whether float32 holds numbers, and sums of a few of them, exactly: whole ones that are not great."""
    with np.errstate(invalid="ignore"):
        return np.asarray((values == np.rint(values)) & (np.abs(values) < LEAST_ROUNDED))


def _growth(count: int) -> float:
    """How many units of the last place a sum of so many numbers may lose, beyond those that all sums are allowed."""
    return max(1.0, float(np.sqrt(count / LONG_SUM)))
