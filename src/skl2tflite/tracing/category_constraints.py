"""Values that scikit-learn refuses as unknown categories.

A file cannot raise. Where a model's feature reaches an encoder unchanged, the metadata list the values that the encoder
knows, and the model checks rows before it runs the file.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.features import Known
from skl2tflite.features.columns import INT32
from skl2tflite.flow.column import FOREIGN, NA, NAN, NONE
from skl2tflite.forest.transformed import Transformed
from skl2tflite.graph import Constant, DType, Graph, Input, Tensor, evaluate, ops
from skl2tflite.tracing.tracing_context import Collector

_CHOOSING = (
    ops.Slice, ops.Take, ops.Reshape, ops.Stack, ops.Concat, ops.Where, ops.Cast, ops.Equal, ops.NotEqual, ops.IsNan,
    ops.LogicalAnd, ops.LogicalOr, ops.LogicalNot, Transformed, Constant, Input,
)  # fmt: skip
"""Operations that give values back as they are, apart from values that equal a constant of the graph or are missing."""


@dataclass(frozen=True, eq=False)
class CategoryConstraint:
    """A column whose values must be among an encoder's categories.

    Attributes
    ----------
    column : Tensor of shape (n_rows,)
    categories : ndarray
        As the tensor holds them.
    """

    column: Tensor
    categories: NDArray[Any]


category_constraints: Collector[CategoryConstraint] = Collector("category_constraints")
"""Collects the constraints of encoders while a method is recorded."""


def constrain_categories(column: Any, categories: NDArray[Any]) -> None:
    """Add the constraint that each value of a column is one of the categories: scikit-learn refuses any other row."""
    if isinstance(column, Tensor):
        category_constraints.add(CategoryConstraint(column, categories))


def allowed_values(constraints: Iterable[CategoryConstraint], names: list[str]) -> tuple[Known, ...]:
    """Return the values of each feature that meet all constraints, for features that reach the encoders unchanged.

    Parameters
    ----------
    constraints : iterable of CategoryConstraint
    names : list of str
        Names of the features' tensors, in the order of the features.

    Returns
    -------
    tuple of Known
        One for each constrained feature.
    """
    allowed: dict[int, set[Any]] = {}
    for each in constraints:
        found = _meets(each, names)
        if found is not None:
            feature, values = found
            allowed[feature] = allowed[feature] & values if feature in allowed else values
    return tuple(Known(feature, tuple(sorted(values, key=_order))) for feature, values in sorted(allowed.items()))


def _order(value: Any) -> tuple[bool, Any]:
    return value is None, 0.0 if value is None else value


def _meets(constraint: CategoryConstraint, names: list[str]) -> tuple[int, set[Any]] | None:
    """Return the feature that a constraint is about and its values that meet it, None among them for NaN.

    None where the column follows from several features, or is computed from one.
    """
    graph = Graph("constraint", {}, {"value": constraint.column})
    nodes = list(graph.nodes())
    inputs = [node for node in nodes if isinstance(node.op, Input)]
    if len(inputs) != 1 or not all(isinstance(node.op, _CHOOSING) for node in nodes):
        return None
    (tensor,) = inputs[0].outputs
    name = tensor.node.op.name
    constants = [node.op.value for node in nodes if isinstance(node.op, Constant)]
    candidates = _candidates(tensor.dtype, [constraint.categories, *constants])
    if tensor.ndim == 1:
        feature, rows = names.index(name), candidates
    else:
        found = _column_of(graph, tensor, candidates)
        if found is None:
            return None
        feature, rows = found, np.repeat(candidates[:, np.newaxis], tensor.shape[1] or 0, axis=1)
    values = _computed(graph, tensor, rows)
    if values.dtype == object:
        texts = set(constraint.categories.tolist())
        met = np.array([value in texts for value in values.tolist()])
    else:
        with np.errstate(over="ignore"):  # a file holds floats in float32; integers it holds exactly
            values, categories = (
                each.astype(np.float32) if each.dtype.kind == "f" else each for each in (values, constraint.categories)
            )
        categories = categories.astype(np.float64)
        met = np.isin(values, categories) | (np.isnan(values.astype(float)) & np.isnan(categories).any())
    kept = candidates[met].tolist()
    return feature, {None if isinstance(value, float) and np.isnan(value) else value for value in kept}


def _candidates(kind: DType, constants: list[NDArray[Any]]) -> NDArray[Any]:
    """Return the values to try: the constants of the graph, missing values, and one value that is unknown."""
    if kind == DType.STRING:
        texts = {str(text) for values in constants if values.dtype == object for text in values.ravel()}
        return np.array(sorted(texts | {NAN, NONE, NA, FOREIGN}), dtype=object)
    numbers = [np.asarray(values, dtype=np.float64).ravel() for values in constants if values.dtype.kind in "fiub"]
    if kind == DType.BOOL:
        return np.array([False, True])
    if kind == DType.INT:
        found = np.unique(np.concatenate(numbers))
        whole = (found == np.rint(found)) & (found >= INT32.min) & (found <= INT32.max)
        return np.asarray(found[whole], dtype=np.int64)
    return np.unique(np.concatenate([*numbers, [np.nan]]).astype(np.float32)).astype(np.float64)


def _computed(graph: Graph, tensor: Tensor, rows: NDArray[Any]) -> NDArray[Any]:
    """Return what a graph gives for rows of its one input: a graph for so many rows at a time takes them so."""
    name, batch = tensor.node.op.name, tensor.shape[0] or len(rows)
    places = [np.minimum(np.arange(start, start + batch), len(rows) - 1) for start in range(0, len(rows), batch)]
    return np.concatenate([evaluate(graph, {name: rows[each]})["value"] for each in places])[: len(rows)]


def _column_of(graph: Graph, tensor: Tensor, candidates: NDArray[np.float64]) -> int | None:
    """Return the position of the matrix column that a graph gives back, found by feeding other numbers to each column.

    Parameters
    ----------
    graph : Graph
        Has one input, the matrix, and one output, of shape (n_rows,).
    tensor : Tensor
        The input.
    candidates : ndarray of float64
        Numbers that the graph may treat in a special way, which are not fed.
    """
    count = tensor.shape[1] or 0
    marks = np.arange(count) + 0.25
    while np.isin(marks, candidates).any():
        marks += count + 0.1234
    value = _computed(graph, tensor, marks[np.newaxis])
    found = np.flatnonzero(marks == value.ravel()[0])
    return int(found[0]) if found.size == 1 else None
