"""The numbers and texts that a model compares its columns with, read off its graphs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.features import Features
from skl2tflite.flow.column import RESERVED
from skl2tflite.forest.op import TreeValues
from skl2tflite.forest.thresholds import round_down_to_float32
from skl2tflite.forest.trees import Forest
from skl2tflite.graph import Graph, ops
from skl2tflite.verify.direct_inputs import DirectInputs

MOST_DIGITS = 6
"""Most digits of a decimal number that a float32 category is taken for."""


@dataclass
class DirectForest:
    """Trees that test columns of the rows as they are.

    Attributes
    ----------
    forest : Forest
    features : ndarray of int, of shape (n_columns,)
        The feature that each of its columns is, -1 where it is computed.
    """

    forest: Forest
    features: NDArray[np.int64]


@dataclass
class CriticalValues:
    """What a model compares its features with.

    Attributes
    ----------
    bounds : dict of int to set of float
        For each feature, float32 numbers that are the last on their side of a threshold or bin edge.
    categories : dict of int to set of float
        For each feature, the numbers that it may equal, as float32 holds them.
    undecided : dict of int to set of float
        For each feature, the float32 numbers next to constants that float32 does not hold. NumPy compares them with a
        Python float in the dtype of the rows: 0.3 is less than ``np.float32(0.3)`` for rows of float64 alone.
    texts : dict of int to set of str
        For each feature, the texts that it may equal.
    forests : list of DirectForest
    """

    bounds: dict[int, set[float]] = field(default_factory=lambda: defaultdict(set))
    categories: dict[int, set[float]] = field(default_factory=lambda: defaultdict(set))
    undecided: dict[int, set[float]] = field(default_factory=lambda: defaultdict(set))
    texts: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    forests: list[DirectForest] = field(default_factory=list)

    def add_known(self, features: Features) -> None:
        """Take in the categories that the model's features name."""
        for known in features.known:
            self._equal(np.full(1, known.feature), np.array(known.values, dtype=object))
        for column in features.columns or ():
            if column.holds_text:
                self._equal(np.full(1, column.feature), np.array(column.categories or (), dtype=object))
        for feature, categories in features.categories.items():
            self._equal(np.full(1, feature), np.array(categories, dtype=object))

    def add_graph(self, graph: Graph, features: Features, folded: bool) -> None:
        """Take in what a graph compares.

        Parameters
        ----------
        graph : Graph
        features : Features
            What its inputs hold.
        folded : bool
            Whether passes have moved comparisons in front of transformers. Categories are those of the graph before: a
            file knows a tenth as the float32 number next to it, which no encoder knows.
        """
        direct = DirectInputs(graph, features)
        for node in graph.nodes():
            places = [direct.of(tensor) for tensor in node.inputs]
            op = node.op
            if isinstance(op, TreeValues) and folded and places[0] is not None:
                self.forests.append(DirectForest(op.forest, places[0][0].astype(np.int64)))
            elif isinstance(op, ops.SearchSorted) and places[0] is not None:
                for bound in op.bounds:
                    # An ordinal encoder looks its categories up like bin edges.
                    is_category = not folded and exact_number(bound) != bound and _held(bound) == bound
                    (self._equal if is_category else self._bound)(places[0], np.asarray(bound))
            elif isinstance(op, ops.Comparison | ops.Maximum | ops.Minimum):
                for x, other in ((0, 1), (1, 0)):
                    constant, found = node.inputs[other].constant, places[x]
                    if constant is None or found is None:
                        continue
                    if isinstance(op, ops.Equal | ops.NotEqual):
                        self._equal(found, constant)
                    else:
                        self._bound(found, constant)
                        self._undecided(found, constant)

    def _bound(self, places: NDArray[Any], values: NDArray[Any]) -> None:
        for feature, value in _pairs(places, values):
            if isinstance(value, int | float) and np.isfinite(value):
                self.bounds[feature].add(float(round_down_to_float32(float(value))))

    def _undecided(self, places: NDArray[Any], values: NDArray[Any]) -> None:
        for feature, value in _pairs(places, values):
            if isinstance(value, float) and np.isfinite(value) and _held(value) != value:
                self.undecided[feature].add(_held(value))

    def _equal(self, places: NDArray[Any], values: NDArray[Any]) -> None:
        for feature, value in _pairs(places, values):
            if isinstance(value, str):
                if not value.startswith(RESERVED):
                    self.texts[feature].add(value)
            elif isinstance(value, int | float) and np.isfinite(value):
                self.categories[feature].add(float(value))


def exact_number(value: float, given: Iterable[float] = ()) -> float | None:
    """Return the number that float32 may have rounded to a category, None where nothing tells it.

    A file knows a tenth as the float32 number next to it, which no encoder knows.

    Parameters
    ----------
    value : float
        The category in the graph.
    given : iterable of float
        Numbers of the column, of which one may be it.
    """
    rounded = _held(value)
    if rounded != value:
        return value
    shortest = np.format_float_scientific(np.float32(rounded), unique=True, trim="-")
    if float(shortest) == value:
        return value
    found = next((number for number in given if _held(number) == rounded), None)
    if found is not None:
        return found
    return float(shortest) if len(shortest.split("e")[0].replace(".", "").strip("-")) <= MOST_DIGITS else None


def _held(value: float) -> float:
    """Return a number as float32 holds it, as a Python float: NumPy would round it to compare it with a float32."""
    with np.errstate(over="ignore"):
        return float(np.float32(value))


def _pairs(places: NDArray[Any], values: NDArray[Any]) -> list[tuple[int, Any]]:
    """Return the features of elements beside the constants that they are compared with, each pair once."""
    found, constants = np.broadcast_arrays(places, values)
    at = found >= 0
    return list(dict.fromkeys(zip(found[at].astype(int).tolist(), constants[at].tolist(), strict=True)))
