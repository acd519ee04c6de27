"""Differences that are no more than what float32 cannot tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.converters.trace import trace
from skl2tflite.graph import Graph, evaluate
from skl2tflite.verify.answers import judged, varying
from skl2tflite.verify.differences import Pairs, as_rows, beyond, errors, scale
from skl2tflite.verify.question import Question
from skl2tflite.verify.sensitivity import FIRST, FURTHER, Effort, perturbed

TURNED = 1e-4
"""An explained error beyond this is no rounding but a decision that fell the other way: a near tie."""
ALLOWANCE = 8.0
"""Where the estimator itself amplifies rounding: error allowed, in multiples of what one ulp does to it."""


def explained(asked: Question, pairs: Pairs, suspects: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Whether each suspect row's difference is no more than float32 inputs and parameters explain.

    Of a label that both the right one and the one that the file gives come out once the row's numbers move.
    """
    features, converter = asked.model.facts.features_of(asked.method).as_strings, asked.converter
    tensors = features.tensors(asked.X)
    converter.learn_rows(features.rows)
    excused: NDArray[np.bool_] = np.zeros(len(suspects), dtype=bool)
    if features.reads_texts:
        graph = trace(converter, asked.method, 1, features.kinds, features.text_input).graph
        for place, i in enumerate(suspects):
            row = {n: x[i] if isinstance(x, list) else x[i : i + 1] for n, x in tensors.items()}
            excused[place] = _explained(asked, pairs, graph, row, suspects[place : place + 1], np.array([0]))[0]
        return excused
    graph = trace(converter, asked.method, kinds=features.kinds).graph
    given, where = np.unique(suspects // asked.each, return_inverse=True)
    rows = {name: np.asarray(x)[given] for name, x in tensors.items()}
    return _explained(asked, pairs, graph, rows, suspects, where * asked.each + suspects % asked.each)


def _explained(
    asked: Question,
    pairs: Pairs,
    graph: Graph,
    inputs: Mapping[str, NDArray[Any]],
    suspects: NDArray[np.intp],
    at: NDArray[np.intp],
) -> NDArray[np.bool_]:
    """Whether the suspects' differences are explained; ``at`` says in which rows of the graph's outputs they are."""
    tensors = list(graph.outputs)
    plain = _at(evaluate(graph, inputs), at)
    excused: NDArray[np.bool_] = np.zeros(len(suspects), dtype=bool)
    for effort in (FIRST, FURTHER):
        differences = [
            _Values(asked, i, want[suspects], got[suspects], scale(want, asked.method), plain[tensors[i]], effort)
            if want.dtype.kind == "f"
            else _Labels(want[suspects], got[suspects])
            for i, (want, got) in enumerate(pairs)
        ]
        _see(asked, differences, tensors, plain)
        for moved in perturbed(graph, inputs, effort):
            _see(asked, differences, tensors, _at(moved, at))
            found = np.logical_and.reduce([each.explained() for each in differences])
            if (excused | found).all():
                break
        excused |= found
        if excused.all():
            break
    return excused


def _at(outputs: Mapping[str, NDArray[Any]], at: NDArray[np.intp]) -> dict[str, NDArray[Any]]:
    return {name: values[at] for name, values in outputs.items()}


def _see(
    asked: Question, differences: list[_Values | _Labels], tensors: list[str], outputs: dict[str, NDArray[Any]]
) -> None:
    """Let each difference see one evaluation: values as the graph has them, labels as the model gives them."""
    answer: Any = None
    for i, each in enumerate(differences):
        if isinstance(each, _Values):
            each.see(outputs[tensors[i]])
            continue
        if answer is None:
            answer = varying(asked.method, asked.model.facts.methods[asked.method].decode(outputs))
        each.see(np.asarray(answer[i] if isinstance(answer, list) else answer))


class _Values:
    """Differences of values, and how far perturbed evaluations move them."""

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
        self.errors = errors(want, got)
        self.least = asked.tolerance * magnitudes
        self.lost = as_rows(np.broadcast_to(asked.converter.noise(asked.method, want), want.shape))
        self.plain = as_rows(judged(asked.method, output, plain))
        self.allowance = ALLOWANCE / effort.ulps
        self.reach: NDArray[np.float64] = np.zeros(self.plain.shape)

    def see(self, values: NDArray[Any]) -> None:
        """Take in one evaluation."""
        moved = as_rows(judged(self.method, self.output, values))
        with np.errstate(invalid="ignore"):
            distance = np.where(moved == self.plain, 0.0, np.abs(moved - self.plain))
        self.reach = np.maximum(self.reach, np.nan_to_num(distance, nan=0.0))

    def explained(self) -> NDArray[np.bool_]:
        """Whether values were moved as far as they differ."""
        allowed = np.maximum(self.allowance * self.reach, self.least) + self.lost
        return np.asarray((self.errors <= allowed).all(axis=1))


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
    lost = np.broadcast_to(asked.converter.noise(asked.method, want), want.shape)
    return np.where(differences <= as_rows(lost), 0.0, differences)
