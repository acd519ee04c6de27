"""Differences that are no more than what float32 cannot tell, or a choice among equals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skl2tflite.converters.core.method_graph import trace
from skl2tflite.converters.core.method_inputs import InputLayout
from skl2tflite.features import TableRows, column_types
from skl2tflite.flow.column import ColumnType
from skl2tflite.forest.op import TreeValues
from skl2tflite.graph import Graph, evaluate
from skl2tflite.verify.answers import judged, varying
from skl2tflite.verify.comparison import Question
from skl2tflite.verify.differences import Pairs, as_rows, beyond, errors, scale
from skl2tflite.verify.neighbor_ties import Choices
from skl2tflite.verify.sensitivity import CHOICES, FIRST, FURTHER, Effort, perturbed

TURNED = 1e-4
"""An explained error beyond this is no rounding but a decision that fell the other way: a near tie."""
ALLOWANCE = 8.0
"""Where the estimator itself amplifies rounding: error allowed, in multiples of what one ulp does to it."""
REACH = 2.0
"""How far scikit-learn's own choice among equals may lie from the first of them, in multiples of what draws reach."""


class Explained(NamedTuple):
    """Which of some rows differ by no more than there is a reason for.

    Attributes
    ----------
    by_rounding : ndarray of bool
        Float32 inputs and parameters explain the difference.
    by_choice : ndarray of bool
        It does by other neighbours, or scikit-learn takes other ones of those that are equally far.
    """

    by_rounding: NDArray[np.bool_]
    by_choice: NDArray[np.bool_]


def explained(asked: Question, pairs: Pairs, suspects: NDArray[np.intp]) -> Explained:
    """Say of each suspect row what explains its difference.

    Of a label that both the right one and the one that the file gives come out once the row's numbers move, or once
    rankings take equal numbers in any order. Of values the file's must come out so, and the right ones lie within
    reach of that: of what many equals add up to, few draws show few sums.
    """
    features, converter = asked.model.facts.features_of(asked.method).as_strings, asked.converter
    tensors = features.tensors(asked.X)
    if asked.method != "inverse_transform":
        rows_kind = features.rows
        converter.learn_rows(rows_kind.seen_in(asked.X) if isinstance(rows_kind, TableRows) else rows_kind)
    graph = _traced(asked)
    if features.reads_texts:
        alone = []
        for place, i in enumerate(suspects):
            row = {n: x[i] if isinstance(x, list) else x[i : i + 1] for n, x in tensors.items()}
            alone.append(_explained(asked, pairs, graph, row, suspects[place : place + 1], np.array([0])))
        return Explained(*(np.concatenate(each) for each in zip(*alone, strict=True)))
    given, where = np.unique(suspects // asked.each, return_inverse=True)
    rows = {name: np.asarray(x)[given] for name, x in tensors.items()}
    return _explained(asked, pairs, graph, rows, suspects, where * asked.each + suspects % asked.each)


def tests_thresholds(asked: Question) -> bool:
    """Whether a method's answers hang on trees."""
    return any(isinstance(node.op, TreeValues) for node in _traced(asked).all_nodes())


def _traced(asked: Question) -> Graph:
    """Return the graph that says what is computed, before any pass."""
    features, converter = asked.model.facts.features_of(asked.method).as_strings, asked.converter
    if features.reads_texts:
        return trace(converter, asked.method, InputLayout(1, features.kinds, features.text_input)).graph
    layout = InputLayout(
        kinds=features.kinds,
        sparse=features.is_sparse,
        absent_is_missing=features.absent_is_nan,
        types=column_types(asked.X) | {i: ColumnType(None, each) for i, each in features.categories.items()},
    )
    return trace(converter, asked.method, layout).graph


def _explained(
    asked: Question,
    pairs: Pairs,
    graph: Graph,
    inputs: Mapping[str, NDArray[Any]],
    suspects: NDArray[np.intp],
    at: NDArray[np.intp],
) -> Explained:
    """Say what explains the suspects' differences; ``at`` says in which rows of the graph's outputs they are."""
    tensors = list(graph.outputs)
    choices = Choices(graph)
    evaluated = evaluate(graph, inputs, rounding=choices.watch)
    plain, rows = _at(evaluated, at), len(evaluated[tensors[0]])
    by_rounding, by_choice = np.zeros((2, len(suspects)), dtype=bool)
    for effort in (FIRST, FURTHER):
        differences = [
            _Values(asked, i, want[suspects], got[suspects], scale(want, asked.method), plain[tensors[i]], effort)
            if want.dtype.kind == "f"
            else _Labels(want[suspects], got[suspects])
            for i, (want, got) in enumerate(pairs)
        ]
        _see(asked, differences, tensors, plain)
        for moved in perturbed(graph, inputs, effort, choices):
            _see(asked, differences, tensors, _at(moved, at))
            found = np.logical_and.reduce([each.explained() for each in differences])
            if (by_rounding | by_choice | found).all():
                break
        by_rounding |= found & ~by_choice
        if effort is FIRST and not by_rounding.all() and choices.any:
            _see(asked, differences, tensors, plain, chosen=True)
            for moved in perturbed(graph, inputs, CHOICES, choices):
                _see(asked, differences, tensors, _at(moved, at), chosen=True)
                found = np.logical_and.reduce([each.chosen() for each in differences])
                if (by_rounding | found).all():
                    break
            by_choice = found & ~by_rounding
        if (by_rounding | by_choice).all():
            break
    # Where rounding changes which are nearest, they are equally far.
    chosen = by_choice | (by_rounding & choices.rows(rows)[at])
    return Explained(by_rounding & ~chosen, chosen)


def _at(outputs: Mapping[str, NDArray[Any]], at: NDArray[np.intp]) -> dict[str, NDArray[Any]]:
    return {name: values[at] for name, values in outputs.items()}


def _see(
    asked: Question,
    differences: list[_Values | _Labels],
    tensors: list[str],
    outputs: dict[str, NDArray[Any]],
    chosen: bool = False,
) -> None:
    """Let each difference see one evaluation: values as the graph has them, labels as the model gives them."""
    answer: Any = None
    for i, each in enumerate(differences):
        if isinstance(each, _Values):
            (each.see_choice if chosen else each.see)(outputs[tensors[i]])
            continue
        if answer is None:
            answer = varying(asked.method, asked.model.facts.methods[asked.method].decode(outputs))
        each.see(np.asarray(answer[i] if isinstance(answer, list) else answer))


class _Values:
    """Differences of values, how far perturbed evaluations move them, and what choices among equals make of them."""

    def __init__(
        self,
        asked: Question,
        output: int,
        want: NDArray[Any],
        got: NDArray[Any],
        magnitudes: NDArray[np.float64],
        plain: NDArray[Any],
        effort: Effort,
    ) -> None:
        self.method, self.output = asked.method, output
        self.want, self.got, self.errors = want, got, errors(want, got)
        self.least = asked.tolerance * magnitudes
        self.lost = as_rows(np.broadcast_to(asked.converter.contract.float64_error(asked.method, want), want.shape))
        self.plain = as_rows(judged(asked.method, output, plain))
        self.allowance = ALLOWANCE / effort.ulps
        self.reach: NDArray[np.float64] = np.zeros(self.plain.shape)
        self.choices: NDArray[np.float64] = np.zeros(self.plain.shape)
        self.given: NDArray[np.bool_] = np.zeros(len(want), dtype=bool)

    def see(self, values: NDArray[Any]) -> None:
        """Take in one evaluation."""
        moved = as_rows(judged(self.method, self.output, values))
        with np.errstate(invalid="ignore"):
            distance = np.where(moved == self.plain, 0.0, np.abs(moved - self.plain))
        self.reach = np.maximum(self.reach, np.nan_to_num(distance, nan=0.0))

    def explained(self) -> NDArray[np.bool_]:
        """Whether values were moved as far as they differ."""
        return np.asarray((self.errors <= self._allowed + self.lost).all(axis=1))

    @property
    def _allowed(self) -> NDArray[np.float64]:
        return np.maximum(self.allowance * self.reach, self.least)

    def see_choice(self, values: NDArray[Any]) -> None:
        """Take in an evaluation that chooses among equals at random."""
        moved = as_rows(judged(self.method, self.output, values))
        self.given |= (errors(moved, self.got) <= self._allowed).all(axis=1)
        self.choices = np.maximum(self.choices, errors(self.plain, moved))

    def chosen(self) -> NDArray[np.bool_]:
        """Whether a choice gives what the file gives, and where it matters choices reach as far as what is right."""
        allowed = self._allowed
        matters = REACH * self.choices > allowed
        reached = matters & (errors(self.plain, self.want) <= REACH * self.choices + allowed + self.lost)
        return np.asarray(self.given & (reached | (self.errors <= allowed + self.lost)).all(axis=1))


class _Labels:
    """Differences of labels, and which of the two evaluations gave."""

    def __init__(self, want: NDArray[Any], got: NDArray[Any]) -> None:
        self.sides = as_rows(want), as_rows(got)
        self.seen = [np.zeros(side.shape, dtype=bool) for side in self.sides]

    def see(self, labels: NDArray[Any]) -> None:
        """Take in one evaluation."""
        for side, seen in zip(self.sides, self.seen, strict=True):
            seen |= as_rows(labels) == side

    def explained(self) -> NDArray[np.bool_]:
        """Whether labels are the same, or both came out."""
        want, got = self.sides
        return np.asarray(((want == got) | np.logical_and(*self.seen)).all(axis=1))

    chosen = explained


def turned(asked: Question, pairs: Pairs) -> NDArray[np.bool_]:
    """Rows in which some decision fell the other way; rounding errors beside great values are none."""
    rows = np.zeros(len(pairs[0][0]), dtype=bool)
    for want, got in pairs:
        differs = beyond(want, got, TURNED, asked.method)
        if want.dtype.kind == "f":
            greatest = asked.tolerance * scale(want, asked.method).max(initial=0.0)
            differs &= (own_errors(asked, want, got) > greatest).any(axis=1)
        rows |= differs
    return rows


def own_errors(asked: Question, want: NDArray[Any], got: NDArray[Any]) -> NDArray[np.float64]:
    """Differences that are not what the estimator's own arithmetic loses."""
    differences = errors(want, got)
    lost = np.broadcast_to(asked.converter.contract.float64_error(asked.method, want), want.shape)
    return np.where(differences <= as_rows(lost), 0.0, differences)
