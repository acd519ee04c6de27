"""Differences between file and estimator that float32 explains: rounding, or another choice among equal numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skl2tflite.forest.op import TreeValues
from skl2tflite.graph import Graph, Node, evaluate
from skl2tflite.graph.evaluate import Values
from skl2tflite.verify.answers import judged, varying
from skl2tflite.verify.comparison import Comparison
from skl2tflite.verify.differences import Pairs, as_rows, beyond, errors, scale
from skl2tflite.verify.exact_decisions import ExactDecisions
from skl2tflite.verify.neighbor_ties import NeighborTies
from skl2tflite.verify.recorded import recorded
from skl2tflite.verify.sensitivity import CHOICES, FIRST, FURTHER, Effort, perturbed

DECISION = 1e-4
"""Fraction of a value's magnitude beyond which a difference that rounding explains makes the row a near tie: some
decision in the model fell the other way."""
ALLOWANCE = 8.0
"""Error allowed where the estimator amplifies rounding, in multiples of the change that one ulp makes in its answer."""
REACH = 2.0
"""How far scikit-learn's own choice among equals may be from the first choice, in multiples of the distance that random
choices reach."""


class Reasons(NamedTuple):
    """Which rows differ for a reason that float32 gives.

    Attributes
    ----------
    by_rounding : ndarray of bool
        The difference is within what rounding inputs and parameters to float32 changes in the answer.
    by_choice : ndarray of bool
        The difference is within what another choice among equally far neighbours changes in the answer.
    """

    by_rounding: NDArray[np.bool_]
    by_choice: NDArray[np.bool_]


def within_rounding(comparison: Comparison, pairs: Pairs, suspects: NDArray[np.intp]) -> Reasons:
    """Return what explains the difference of each suspect row.

    The graph is evaluated again and again, with numbers moved by their rounding, or with equal numbers ranked in random
    order. A label is explained if these evaluations give both the estimator's label and the file's. A value is
    explained by rounding if it differs no more than they move it. It is explained by a choice if one of them gives the
    file's value, and the estimator's is at most about twice as far off as they reach: there are more choices than are
    drawn.

    Parameters
    ----------
    comparison : Comparison
    pairs : list of pairs of ndarrays, each of shape (n_rows, ...)
        For each output the estimator's answer, and the file's.
    suspects : ndarray of int, of shape (n_suspects,)
        Rows that differ.

    Returns
    -------
    Reasons
        One boolean for each suspect.
    """
    features, converter = comparison.model.facts.features_of(comparison.method).as_strings, comparison.converter
    tensors = features.tensors(comparison.X)
    if comparison.method != "inverse_transform":
        converter.learn_rows(features.rows.seen_in(comparison.X))
    graph = recorded(comparison, folded=comparison.made)
    if features.reads_texts:
        alone = []
        for place, i in enumerate(suspects):
            row = {n: x[i] if isinstance(x, list) else x[i : i + 1] for n, x in tensors.items()}
            alone.append(_reasons(comparison, pairs, graph, row, suspects[place : place + 1], np.array([0])))
        return Reasons(*(np.concatenate(each) for each in zip(*alone, strict=True)))
    given, where = np.unique(suspects // comparison.each, return_inverse=True)
    rows = {name: np.asarray(x)[given] for name, x in tensors.items()}
    return _reasons(comparison, pairs, graph, rows, suspects, where * comparison.each + suspects % comparison.each)


def comes_from_trees(comparison: Comparison) -> bool:
    """Whether a method's answers come from trees, on whose thresholds rows may lie."""
    return any(isinstance(node.op, TreeValues) for node in recorded(comparison).all_nodes())


def _reasons(
    comparison: Comparison,
    pairs: Pairs,
    graph: Graph,
    inputs: Mapping[str, NDArray[Any]],
    suspects: NDArray[np.intp],
    at: NDArray[np.intp],
) -> Reasons:
    """Return what explains the suspects' differences.

    Parameters
    ----------
    comparison : Comparison
    pairs : list of pairs of ndarrays
    graph : Graph
        The method's, before any pass.
    inputs : mapping of str to ndarray
        The suspects' rows, as the graph takes them.
    suspects : ndarray of int, of shape (n_suspects,)
        Rows of the pairs.
    at : ndarray of int, of shape (n_suspects,)
        Where they are in the graph's outputs.
    """
    tensors = list(graph.outputs)
    ties = NeighborTies(graph)
    # Rows made to lie on thresholds are float32 numbers: what compares them as they are decides exactly.
    features = comparison.model.facts.features_of(comparison.method)
    decisions = ExactDecisions(graph, features) if comparison.made else None

    def watched(node: Node, operands: Values, results: Values) -> Values:
        if decisions is not None:
            decisions.note(node, operands)
        return ties.watch(node, operands, results)

    evaluated = evaluate(graph, inputs, rounding=watched)
    plain, rows = _at(evaluated, at), len(evaluated[tensors[0]])
    by_rounding, by_choice = np.zeros((2, len(suspects)), dtype=bool)
    for effort in (FIRST, FURTHER):
        differences = [
            _Values(
                comparison, i, want[suspects], got[suspects], scale(want, comparison.method), plain[tensors[i]], effort
            )
            if want.dtype.kind == "f"
            else _Labels(want[suspects], got[suspects])
            for i, (want, got) in enumerate(pairs)
        ]
        _observe(comparison, differences, tensors, plain)
        for moved in perturbed(graph, inputs, effort, ties, decisions):
            _observe(comparison, differences, tensors, _at(moved, at))
            found = np.logical_and.reduce([each.is_within() for each in differences])
            if (by_rounding | by_choice | found).all():
                break
        by_rounding |= found & ~by_choice
        if effort is FIRST and not by_rounding.all() and ties.any:
            _observe(comparison, differences, tensors, plain, chosen=True)
            for moved in perturbed(graph, inputs, CHOICES, ties, decisions):
                _observe(comparison, differences, tensors, _at(moved, at), chosen=True)
                found = np.logical_and.reduce([each.is_choice() for each in differences])
                if (by_rounding | found).all():
                    break
            by_choice = found & ~by_rounding
        if (by_rounding | by_choice).all():
            break
    # If rounding changes which neighbours are nearest, they count as equally far.
    chosen = by_choice | (by_rounding & ties.rows(rows)[at])
    return Reasons(by_rounding & ~chosen, chosen)


def _at(outputs: Mapping[str, NDArray[Any]], at: NDArray[np.intp]) -> dict[str, NDArray[Any]]:
    return {name: values[at] for name, values in outputs.items()}


def _observe(
    comparison: Comparison,
    differences: list[_Values | _Labels],
    tensors: list[str],
    outputs: dict[str, NDArray[Any]],
    chosen: bool = False,
) -> None:
    """Show each difference the results of one evaluation: values of the graph, or labels decoded from them.

    Parameters
    ----------
    comparison : Comparison
    differences : list of differences
        One for each output.
    tensors : list of str
        Names of the graph's outputs.
    outputs : dict of str to ndarray
        Results of the evaluation.
    chosen : bool, default=False
        Whether rankings took equal numbers in an order drawn at random.
    """
    answer: Any = None
    for i, each in enumerate(differences):
        if isinstance(each, _Values):
            (each.observe_choice if chosen else each.observe)(outputs[tensors[i]])
            continue
        if answer is None:
            answer = varying(comparison.method, comparison.model.facts.methods[comparison.method].decode(outputs))
        each.observe(np.asarray(answer[i] if isinstance(answer, list) else answer))


class _Values:
    """Differences of values, with how far moved numbers and other choices among equals change these values."""

    def __init__(
        self,
        comparison: Comparison,
        output: int,
        want: NDArray[Any],
        got: NDArray[Any],
        magnitudes: NDArray[np.float64],
        plain: NDArray[Any],
        effort: Effort,
    ) -> None:
        self.method, self.output = comparison.method, output
        self.want, self.got, self.errors = want, got, errors(want, got)
        self.least = comparison.tolerance * magnitudes
        self.lost = comparison.float64_error(want)
        self.plain = as_rows(judged(comparison.method, output, plain))
        self.allowance = ALLOWANCE / effort.ulps
        self.reach: NDArray[np.float64] = np.zeros(self.plain.shape)
        self.choices: NDArray[np.float64] = np.zeros(self.plain.shape)
        self.given: NDArray[np.bool_] = np.zeros(len(want), dtype=bool)

    def observe(self, values: NDArray[Any]) -> None:
        """Take in one evaluation."""
        moved = as_rows(judged(self.method, self.output, values))
        with np.errstate(invalid="ignore"):
            distance = np.where(moved == self.plain, 0.0, np.abs(moved - self.plain))
        self.reach = np.maximum(self.reach, np.nan_to_num(distance, nan=0.0))

    def is_within(self) -> NDArray[np.bool_]:
        """Whether values differ no more than they were moved, or may differ anyway."""
        return np.asarray((self.errors <= self._allowed + self.lost).all(axis=1))

    @property
    def _allowed(self) -> NDArray[np.float64]:
        return np.maximum(self.allowance * self.reach, self.least)

    def observe_choice(self, values: NDArray[Any]) -> None:
        """Take in an evaluation that chooses among equals at random."""
        moved = as_rows(judged(self.method, self.output, values))
        self.given |= (errors(moved, self.got) <= self._allowed).all(axis=1)
        self.choices = np.maximum(self.choices, errors(self.plain, moved))

    def is_choice(self) -> NDArray[np.bool_]:
        """Whether some choice gives the file's values, and choices change values as far as to the estimator's."""
        allowed = self._allowed
        matters = REACH * self.choices > allowed
        reached = matters & (errors(self.plain, self.want) <= REACH * self.choices + allowed + self.lost)
        return np.asarray(self.given & (reached | (self.errors <= allowed + self.lost)).all(axis=1))


class _Labels:
    """Differences of labels, with which of the two labels some evaluation has given."""

    def __init__(self, want: NDArray[Any], got: NDArray[Any]) -> None:
        self.sides = as_rows(want), as_rows(got)
        self.seen = [np.zeros(side.shape, dtype=bool) for side in self.sides]

    def observe(self, labels: NDArray[Any]) -> None:
        """Take in one evaluation."""
        for side, seen in zip(self.sides, self.seen, strict=True):
            seen |= as_rows(labels) == side

    def is_within(self) -> NDArray[np.bool_]:
        """Whether labels are the same, or evaluations have given both."""
        want, got = self.sides
        return np.asarray(((want == got) | np.logical_and(*self.seen)).all(axis=1))

    is_choice = is_within


def decided_otherwise(comparison: Comparison, pairs: Pairs) -> NDArray[np.bool_]:
    """Return the rows in which a decision fell the other way. Small errors beside a column's large values do not count.

    Parameters
    ----------
    comparison : Comparison
    pairs : list of pairs of ndarrays, each of shape (n_rows, ...)
        For each output the estimator's answer, and the file's.
    """
    rows = np.zeros(len(pairs[0][0]), dtype=bool)
    for want, got in pairs:
        differs = beyond(want, got, DECISION, comparison.method)
        if want.dtype.kind == "f":
            greatest = comparison.tolerance * scale(want, comparison.method).max(initial=0.0)
            differs &= (own_errors(comparison, want, got) > greatest).any(axis=1)
        rows |= differs
    return rows


def own_errors(comparison: Comparison, want: NDArray[Any], got: NDArray[Any]) -> NDArray[np.float64]:
    """Return the differences of values, 0 where the estimator's own float64 arithmetic may have made them.

    Parameters
    ----------
    comparison : Comparison
    want, got : ndarray of shape (n_rows, ...)
        The estimator's answer, and the file's.
    """
    differences = errors(want, got)
    return np.where(differences <= comparison.float64_error(want), 0.0, differences)
