"""Whether operators give tensors of the shapes that a file declares, and point to what there is.

LiteRT computes shapes anew; TensorFlow Lite Micro believes what is declared, and neither looks at constant positions
before it runs. Where an operand that decides a shape is itself computed, nothing can be said beforehand.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from skl2tflite.backends.tflite.constants import Constants
from skl2tflite.backends.tflite.program import DYNAMIC, OperatorDef, Subgraph

Shape: TypeAlias = tuple[int, ...]
MOST_NUMBERS = 64
"""Of a constant that says shapes or axes: there are no more than twice eight axes."""


class Misfit(Exception):  # noqa: N818 - it never leaves this package
    """What an operator asks for does not exist; the message says it, as the end of a sentence about the operator."""


class Use:
    """One operator: the shapes of its operands, and those of their numbers that are known.

    Parameters
    ----------
    operator : OperatorDef
    subgraph : Subgraph
    constants : Constants
    """

    def __init__(self, operator: OperatorDef, subgraph: Subgraph, constants: Constants) -> None:
        self.operator, self.subgraph, self.constants = operator, subgraph, constants
        self.shapes: list[Shape] = [() if i == -1 else subgraph.tensors[i].shape for i in operator.inputs]
        self.n_results = len(operator.outputs)

    def option(self, name: str) -> int:
        """Return an option that is a number, 0 where there is none."""
        value = self.operator.options.get(name, 0)
        return int(value) if isinstance(value, int) else 0

    def options(self, name: str) -> list[int]:
        """Return an option that is a list of numbers."""
        value = self.operator.options.get(name)
        return [] if value is None else np.asarray(value).astype(int).ravel().tolist()

    def numbers(self, operand: int) -> NDArray[Any] | None:
        """Return the integers of a constant operand that says shapes or axes, None where they are computed."""
        indices = self.operator.inputs
        if operand >= len(indices) or indices[operand] == -1:
            return None
        numbers = self.constants.numbers(self.subgraph, indices[operand])
        if numbers is not None and numbers.size > MOST_NUMBERS + self.n_results:
            raise Misfit(f"has {numbers.size} numbers as operand {operand}")
        return numbers

    def vector(self, operand: int) -> list[int] | None:
        """Return such numbers in a list."""
        numbers = self.numbers(operand)
        return None if numbers is None else [int(n) for n in numbers.ravel()]

    def check_positions(self, operand: int, lengths: Sequence[int], least: int = 0) -> None:
        """Raise where constant positions, rows of one for each of some axes, are beyond these.

        Parameters
        ----------
        operand : int
        lengths : sequence of int
            Of the axes.
        least : int, default=0
            The least position.
        """
        ends = self.constants.ends(self.subgraph, self.operator.inputs[operand], len(lengths))
        for (low, high), length in zip(ends or (), lengths, strict=False):
            if length != DYNAMIC and (low < least or high >= length):
                raise Misfit(f"looks up position {low if low < least else high} of {length}")

    def number(self, operand: int) -> int | None:
        """Return the number of a constant operand, None where it is computed."""
        numbers = self.vector(operand)
        if numbers is not None and len(numbers) != 1:
            raise Misfit(f"has {len(numbers)} numbers as operand {operand}, expected one")
        return None if numbers is None else numbers[0]


Rule: TypeAlias = Callable[[Use], Sequence[Shape | None]]
"""Gives the shapes of an operator's results; None where they are not known."""
RULES: dict[str, Rule] = {}


def rule(*names: str) -> Callable[[Rule], Rule]:
    """Register the rule of some operators."""

    def register(function: Rule) -> Rule:
        RULES.update(dict.fromkeys(names, function))
        return function

    return register


def shape_fault(operator: OperatorDef, subgraph: Subgraph, constants: Constants) -> str:
    """Say what is wrong with the shapes of an operator whose operands are as many as it takes; nothing where all fits.

    Parameters
    ----------
    operator : OperatorDef
    subgraph : Subgraph
    constants : Constants
    """
    use = Use(operator, subgraph, constants)
    if operator.name not in RULES or any(n < DYNAMIC for shape in use.shapes for n in shape):
        return ""
    try:
        results = RULES[operator.name](use)
    except Misfit as misfit:
        return str(misfit)
    for index, shape in zip(operator.outputs, results, strict=True):
        declared = subgraph.tensors[index].shape
        if shape is not None and not alike(shape, declared):
            return f"gives shape {shape}, and {subgraph.tensors[index].name!r} has {declared}"
    return ""


def alike(one: Shape, other: Shape) -> bool:
    """Whether two shapes may be of one tensor: lengths that are not known may be any."""
    return len(one) == len(other) and all(a == b or DYNAMIC in (a, b) for a, b in zip(one, other, strict=True))


def axis_of(axis: int, rank: int) -> int:
    """Return an axis as a position among axes."""
    if not -rank <= axis < rank:
        raise Misfit(f"names axis {axis} of {rank}")
    return axis % rank if rank else 0


def size(shape: Sequence[int]) -> int:
    """Return the number of elements, DYNAMIC where it is not known."""
    return DYNAMIC if DYNAMIC in shape else math.prod(shape)


def broadcast(shapes: Sequence[Shape]) -> Shape:
    """Return the shape that several shapes are broadcast to."""
    rank = max(map(len, shapes))
    result = []
    for lengths in zip(*((1,) * (rank - len(shape)) + shape for shape in shapes), strict=True):
        known = {n for n in lengths if n not in (1, DYNAMIC)}
        if len(known) > 1:
            raise Misfit(f"joins shapes {', '.join(map(str, shapes))}, which do not fit together")
        result.append(known.pop() if known else DYNAMIC if DYNAMIC in lengths else 1)
    return tuple(result)
