"""Call a converter's method on symbolic rows: that records its graph, and says what its outputs become."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.converters.core.base import Converter
from skl2tflite.converters.core.impossible_checks import never
from skl2tflite.converters.core.method_call import MethodCall, called
from skl2tflite.converters.core.method_inputs import InputLayout
from skl2tflite.converters.core.only_missing import only_missing
from skl2tflite.converters.core.overflow import overflowing
from skl2tflite.errors import GraphError
from skl2tflite.features import INPUT_NAME
from skl2tflite.flow.binding import Binding, bound
from skl2tflite.flow.matrix import Matrix
from skl2tflite.graph import Array, DType, Graph, Tensor, as_tensor
from skl2tflite.graph import functions as xp
from skl2tflite.method_output import MethodOutput
from skl2tflite.tracing.category_constraints import CategoryConstraint
from skl2tflite.tracing.row_errors import can_hold_sentinel, with_sentinel

_INT32 = np.iinfo(np.int32)
_DTYPES = {DType.FLOAT: "float64", DType.INT: "int64", DType.BOOL: "bool"}
"""NumPy's dtypes of what scikit-learn returns."""


@dataclass(frozen=True, kw_only=True)
class Traced:
    """The graph of one method, and what recording it has shown.

    Attributes
    ----------
    graph : Graph
    output : MethodOutput
        How the graph's outputs become what scikit-learn returns.
    call : MethodCall
        What calling the method has shown besides.
    demands : tuple of CategoryConstraint
        What scikit-learn demands of the rows' categories.
    confuses_nan : bool
        Whether something reads NaN, which stands for what sparse rows do not hold, as 0.
    asked : frozenset of int or None
        Features of the matrix that something looks at; None where all are, or there is no matrix of features.
    only_missing : frozenset of str
        Features of no kind that is known, of which functions ask nothing but whether a value is missing.
    """

    graph: Graph
    output: MethodOutput
    call: MethodCall
    demands: tuple[CategoryConstraint, ...]
    confuses_nan: bool
    asked: frozenset[int] | None
    only_missing: frozenset[str]


def trace(converter: Converter, method: str, layout: InputLayout | None = None, absent_is_nan: bool = False) -> Traced:
    """Record one method by itself.

    Parameters
    ----------
    converter : Converter
    method : str
    layout : InputLayout, optional
        How rows come into the graph; by default all features are one matrix, if that does.
    absent_is_nan : bool, default=False
        Whether the input has NaN for what sparse rows or dicts do not hold, though this method does not ask for it.

    Raises
    ------
    ConversionError
        Where the estimator or its converter lacks the method, or it cannot be recorded.
    """
    layout = layout or InputLayout()
    call = called(converter, method, layout)
    if call.confused:
        return trace(converter, method, replace(layout, columns=True), absent_is_nan)
    kinds = layout.kinds if layout.columns else call.kinds
    return traced(call, Binding(kinds, absent_is_nan or call.asks_absent))


def traced(call: MethodCall, binding: Binding) -> Traced:
    """Return the graph of a recorded method on the inputs of a file, and what is known of it.

    Parameters
    ----------
    call : MethodCall
    binding : Binding
        How the rows of all the model's methods come into the file.
    """
    converter, method, rows, columns = call.converter, call.method, call.rows, call.rows.columns
    if not rows.divided:
        binding = binding._replace(kinds=None)
    elif method == "inverse_transform":
        binding = binding._replace(kinds=columns.kinds)
    tensors = [*call.outputs, *(each.column for each in call.demands), *(each.rows for each in call.refused)]
    try:
        made, columns_taken, fills_absent = bound(tensors, columns, binding)
    except GraphError as error:
        raise GraphError(f"{converter.path}.{method} cannot be recorded: {error}") from None
    inputs = {INPUT_NAME: columns.matrix} if columns_taken is None else columns_taken
    replacing = iter(made)
    outputs = [next(replacing) for _ in call.outputs]
    demands = tuple(replace(each, column=next(replacing)) for each in call.demands)
    refused = [replace(each, rows=next(replacing)) for each in call.refused]
    if method in converter.rows_second:
        outputs = [as_tensor(xp.permute_dims(each, (1, 0, *range(2, each.ndim)))) for each in outputs]
    labels, positions = converter.labels(method), outputs
    name_of_dtype = None if call.dtype is None else call.dtype.name
    held: list[NDArray[Any]] | None = None if labels is None else []
    if labels is not None and all(_fits_int32(classes) for classes in labels):
        held = labels
        outputs = [_take_labels(outputs[0], labels)]
        name_of_dtype = np.result_type(*(classes.dtype for classes in labels)).name
        labels = None
    refused += overflowing(converter.path, inputs, positions, method in ("predict", "predict_proba"))
    if not can_hold_sentinel(outputs):
        refused = [each for each in refused if not each.optional]
    refused = [each for each in refused if not never(each.rows, partial(_holds_nan, converter, rows.names))]
    sentinel = None
    if refused:
        outputs, sentinel = with_sentinel(outputs, refused, held)
    several = call.container is list or (call.container is tuple and len(outputs) > 1)
    names = [f"{method}_{i}" for i in range(len(outputs))] if several else [method]
    graph = Graph(method, inputs, dict(zip(names, outputs, strict=True)))
    some_read = columns_taken is None and rows.divided and len(columns.read) < len(rows.names)
    asked_missing = (rows.names[i] for i in call.missing_asked if only_missing(graph, rows.names[i], i))
    return Traced(
        graph=graph,
        output=MethodOutput(
            outputs=tuple(names),
            is_list=call.container is list,
            dtype=_dtype_returned(method, outputs[0], name_of_dtype, labels),
            labels=None if labels is None else tuple(labels),
            parts=tuple(_DTYPES[output.dtype] for output in outputs) if call.container is tuple else None,
            constants=call.constants,
            sentinel=sentinel,
            reason=", or ".join(dict.fromkeys(each.reason for each in refused)),
            is_ragged=method in converter.ragged,
            rows_second=method in converter.rows_second,
        ),
        call=call,
        demands=demands,
        confuses_nan=fills_absent and isinstance(rows.X, Matrix),
        asked=frozenset(columns.read) if some_read else None,
        only_missing=frozenset(asked_missing),
    )


def _dtype_returned(method: str, output: Tensor, known: str | None, labels: Sequence[NDArray[Any]] | None) -> str:
    """Return the dtype of what scikit-learn returns.

    Parameters
    ----------
    method : str
    output : Tensor
        The first of the graph's outputs.
    known : str or None
        The dtype that its values have in scikit-learn, where something has said it.
    labels : sequence of ndarray or None
        Where the output holds positions: the labels they stand for.
    """
    if labels is not None:
        return np.result_type(*(classes.dtype for classes in labels)).str
    dtype = known or _DTYPES[output.dtype]
    # scikit-learn's transformers keep the float32 that they are given.
    return "float32" if method in ("transform", "inverse_transform") and dtype == "float64" else dtype


def _holds_nan(converter: Converter, names: Sequence[str], name: str) -> bool:
    """Whether an input may hold NaN, of which others are refused before they reach the file.

    Parameters
    ----------
    converter : Converter
    names : sequence of str
        Of the features.
    name : str
        Of the input.
    """
    allowed = np.broadcast_to(converter.nan_columns(), len(names))
    return bool(allowed[names.index(name)] if name in names else allowed.any())


def _fits_int32(classes: NDArray[Any]) -> bool:
    return classes.dtype.kind in "iu" and bool(
        classes.size == 0 or (_INT32.min <= classes.min() and classes.max() <= _INT32.max)
    )


def _take_labels(positions: Tensor, labels: Sequence[NDArray[Any]]) -> Tensor:
    """Return labels in place of their positions, column by column."""

    def column(at: Array, classes: NDArray[Any]) -> Array:
        return at if np.array_equal(classes, np.arange(len(classes))) else xp.take(classes, at)

    if positions.ndim == 1:
        return as_tensor(column(positions, labels[0]))
    columns = [column(positions[:, i], classes) for i, classes in enumerate(labels)]
    return as_tensor(xp.column_stack(columns))
