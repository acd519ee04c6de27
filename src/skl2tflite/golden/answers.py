"""What a model answers for golden rows: its graphs in float64, rounded, so that every machine finds the same."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.examples import as_values, column_scales
from skl2tflite.features.texts import Rows
from skl2tflite.graph import Graph, evaluate

DIGITS = 7
"""Decimal digits that are kept of the greatest value of a column, behind the first: more than the tolerance needs."""


def size_of(graph: Graph) -> int | None:
    """Return how many numbers a row's answer has; None where that is known at run time only."""
    shapes = [output.shape[1:] for output in graph.outputs.values()]
    if any(n is None for shape in shapes for n in shape):
        return None
    return sum(math.prod(n for n in shape if n is not None) for shape in shapes)


def answers_of(method: str, graph: Graph, tensors: Mapping[str, Rows]) -> dict[str, NDArray[Any]]:
    """Return the outputs for some rows, each of shape (n_rows, n_values).

    Parameters
    ----------
    method : str
        Name of the method.
    graph : Graph
        Its graph.
    tensors : mapping of str to ndarray
        What the file's inputs hold of the rows.
    """
    held = {name: tensors[name] for name in graph.inputs}
    count = max((len(rows) for rows in held.values()), default=0)
    batches = {x.shape[0] for x in graph.inputs.values()}
    with np.errstate(all="ignore"):
        if batches == {None}:
            found = evaluate(graph, {name: np.asarray(rows) for name, rows in held.items()})
        else:
            parts = [_of_one(graph, held, row) for row in range(count)]
            found = {name: np.concatenate([part[name] for part in parts]) for name in graph.outputs}
    return {name: _rounded(method, as_values(values)) for name, values in found.items()}


def _of_one(graph: Graph, tensors: Mapping[str, Rows], row: int) -> dict[str, NDArray[Any]]:
    """Return the outputs for one row, by graphs that take a fixed number of rows: all of them this one.

    Parameters
    ----------
    graph : Graph
    tensors : mapping of str to ndarray
    row : int
    """
    fed = {}
    for name, x in graph.inputs.items():
        rows = tensors[name]
        one = rows[row] if isinstance(rows, list) else rows[row : row + 1]
        fed[name] = np.repeat(one, x.shape[0] or 1, axis=0)
    return {name: values[:1] for name, values in evaluate(graph, fed).items()}


def _rounded(method: str, values: NDArray[Any]) -> NDArray[Any]:
    """Return values with as many digits as a comparison needs: arithmetic differs in the last ones by the machine."""
    if values.dtype.kind != "f":
        return values.astype(np.bool_ if values.dtype.kind == "b" else np.int32)
    rounded = values.astype(np.float64)
    for column, scale in enumerate(column_scales(method, values)):
        rounded[:, column] = np.round(rounded[:, column], DIGITS - math.floor(math.log10(scale)))
    return np.asarray(rounded + 0.0)
