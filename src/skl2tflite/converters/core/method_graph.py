"""Call a converter's method on symbolic rows: that records its graph, and says what its outputs become."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skl2tflite.converters.core.absent_entries import absent_asked, sparsity_readers
from skl2tflite.converters.core.base import Converter
from skl2tflite.converters.core.impossible_checks import never
from skl2tflite.converters.core.method_inputs import InputLayout, SymbolicRows, symbolic_rows
from skl2tflite.converters.core.only_missing import only_missing
from skl2tflite.converters.core.overflow import overflowing
from skl2tflite.errors import ConversionError, GraphError
from skl2tflite.features import INPUT_NAME, Narrow, Reading
from skl2tflite.flow.binding import Binding, bound
from skl2tflite.flow.column import KindError, Terms
from skl2tflite.flow.matrix import Matrix, dtype_of
from skl2tflite.flow.table import Table, as_matrix
from skl2tflite.graph import Array, DType, Graph, Tensor, as_tensor
from skl2tflite.graph import functions as xp
from skl2tflite.method_output import MethodOutput
from skl2tflite.tracing.category_constraints import CategoryConstraint, category_constraints
from skl2tflite.tracing.narrow_dtypes import distinct_readers, narrow_readers
from skl2tflite.tracing.row_errors import RowError, can_hold_sentinel, row_errors, with_sentinel
from skl2tflite.tracing.tracing_context import column_readings, missing_asked

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
    demands : tuple of CategoryConstraint
        What scikit-learn demands of the rows' categories.
    terms : mapping of str to Terms
        The inputs that hold ids of terms, by name.
    missing : mapping of str to str
        The inputs of numbers whose cells may be a text instead, which stands for NaN, by name.
    digits : frozenset of str
        The inputs of text whose cells may be whole numbers, which stand for their digits, and never missing.
    absent_readers : tuple of bool
        Of each estimator that reads absent entries as missing, whether what it is given is sparse.
    confuses_nan : bool
        Whether something reads NaN, which stands for what sparse rows do not hold, as 0.
    readings : tuple of Reading
        Which features must be categoricals in a DataFrame, or must not be.
    narrow : tuple of Narrow
        What computes otherwise in some dtypes of rows than in floats.
    asked : frozenset of int or None
        Features of the matrix that something looks at; None where all are, or there is no matrix of features.
    only_missing : frozenset of str
        Features of no kind that is known, of which functions ask nothing but whether a value is missing.
    """

    graph: Graph
    output: MethodOutput
    demands: tuple[CategoryConstraint, ...]
    terms: Mapping[str, Terms]
    missing: Mapping[str, str]
    digits: frozenset[str]
    absent_readers: tuple[bool, ...]
    confuses_nan: bool
    readings: tuple[Reading, ...]
    narrow: tuple[Narrow, ...]
    asked: frozenset[int] | None
    only_missing: frozenset[str]


class Recording(NamedTuple):
    """What calling a method on symbolic rows has given, before it is known how these rows come into a file.

    Attributes
    ----------
    converter : Converter
    method : str
    rows : SymbolicRows
        What it was called with.
    outputs : list of Tensor
        What it returned; labels are positions.
    form : dict
        How the outputs become what scikit-learn returns, as far as it is known: arguments of MethodOutput.
    demands : list of CategoryConstraint
    refused : list of RowError
        Rows that scikit-learn refuses.
    absent_readers : tuple of bool
    asks_absent : bool
        Whether something asks which entries the rows hold, so that the input must have NaN for the others.
    readings : tuple of Reading
    narrow : tuple of Narrow
    missing_asked : frozenset of int
        Features of which functions ask whether a value is missing.
    """

    converter: Converter
    method: str
    rows: SymbolicRows
    outputs: list[Tensor]
    form: dict[str, Any]
    demands: list[CategoryConstraint]
    refused: list[RowError]
    absent_readers: tuple[bool, ...]
    asks_absent: bool
    readings: tuple[Reading, ...]
    narrow: tuple[Narrow, ...]
    missing_asked: frozenset[int]

    @property
    def kinds(self) -> dict[int, DType] | None:
        """Makes each feature an input, of these kinds, where the method has asked for what no matrix of floats holds."""
        asked = self.rows.columns
        return asked.kinds if self.rows.divided and (asked.kinds or asked.missing) else None


def trace(
    converter: Converter, method: str, layout: InputLayout | None = None, absent_is_nan: bool = False
) -> Traced:
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
    recording = called(converter, method, layout)
    kinds = layout.kinds if layout.columns else recording.kinds
    return traced(recording, Binding(kinds, absent_is_nan or recording.asks_absent))


def called(converter: Converter, method: str, layout: InputLayout) -> Recording:
    """Call a method on symbolic rows.

    Parameters
    ----------
    converter : Converter
    method : str
    layout : InputLayout
        How rows come into the graph, as far as it is known.

    Raises
    ------
    ConversionError
        Where the estimator or its converter lacks the method, or it cannot be recorded.
    """
    function = converter.method(method)
    rows = symbolic_rows(converter, method, layout)
    try:
        with (
            category_constraints.collect() as demanded,
            row_errors.collect() as refused,
            sparsity_readers.collect() as readers,
            absent_asked.collect() as asked,
            column_readings.collect() as read,
            narrow_readers.collect() as narrow,
            missing_asked.collect() as missing_of,
        ):
            results = function(rows.X)
        if isinstance(results, Table):
            results = _numbers(converter, method, results)
        dtype = dtype_of(results)
        results = as_matrix(results)
    except GraphError as error:
        raise GraphError(f"{converter.path}.{method} cannot be recorded: {error}") from None
    is_list, is_tuple = isinstance(results, list), isinstance(results, tuple)
    results = list(results) if is_list or is_tuple else [results]
    constants = [result for result in results if is_tuple and isinstance(result, np.ndarray)]
    outputs = [as_tensor(result) for result in results[: len(results) - len(constants)]]
    if not outputs:
        raise ConversionError(f"{converter.path}.{method} gives no array")
    for output in outputs:
        if output.constant is not None or (layout.batch is None and None not in output.shape):
            raise ConversionError(f"{converter.path}.{method} does not depend on its input")
    return Recording(
        converter=converter,
        method=method,
        rows=rows,
        outputs=outputs,
        form={"is_list": is_list, "is_tuple": is_tuple, "constants": tuple(constants), "dtype": dtype},
        demands=demanded,
        refused=refused,
        absent_readers=tuple(readers),
        asks_absent=bool(asked),
        readings=tuple(dict.fromkeys(read)),
        narrow=distinct_readers(narrow),
        missing_asked=frozenset(missing_of),
    )


def traced(recording: Recording, binding: Binding) -> Traced:
    """Return the graph of a recorded method on the inputs of a file, and what is known of it.

    Parameters
    ----------
    recording : Recording
    binding : Binding
        How the rows of all the model's methods come into the file.
    """
    converter, method, rows, form = recording.converter, recording.method, recording.rows, recording.form
    columns, demands, refused = rows.columns, recording.demands, recording.refused
    if not rows.divided:
        binding = binding._replace(kinds=None)
    elif method == "inverse_transform":
        binding = binding._replace(kinds=columns.kinds)
    tensors = [*recording.outputs, *(each.column for each in demands), *(each.rows for each in refused)]
    tensors, inputs, fills_absent = bound(tensors, columns, binding)
    outputs, tensors = tensors[: len(recording.outputs)], tensors[len(recording.outputs) :]
    demands = [replace(each, column=column) for each, column in zip(demands, tensors, strict=False)]
    refused = [replace(each, rows=at) for each, at in zip(refused, tensors[len(demands) :], strict=True)]
    in_matrix = inputs is None
    if inputs is None:
        inputs = {INPUT_NAME: columns.matrix}
    if method in converter.rows_second:
        outputs = [as_tensor(xp.permute_dims(each, (1, 0, *range(2, each.ndim)))) for each in outputs]
    labels, positions = converter.labels(method), outputs
    name_of_dtype = None if form["dtype"] is None else form["dtype"].name
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
    several = form["is_list"] or (form["is_tuple"] and len(outputs) > 1)
    names = [f"{method}_{i}" for i in range(len(outputs))] if several else [method]
    graph = Graph(method, inputs, dict(zip(names, outputs, strict=True)))
    all_read = in_matrix and (not rows.divided or len(columns.read) == len(rows.names))
    asked_missing = (rows.names[i] for i in recording.missing_asked if only_missing(graph, rows.names[i], i))
    return Traced(
        graph=graph,
        output=MethodOutput(
            outputs=tuple(names),
            is_list=form["is_list"],
            dtype=_dtype_returned(method, outputs[0], name_of_dtype, labels),
            labels=None if labels is None else tuple(labels),
            parts=tuple(_DTYPES[output.dtype] for output in outputs) if form["is_tuple"] else None,
            constants=form["constants"],
            sentinel=sentinel,
            reason=", or ".join(dict.fromkeys(each.reason for each in refused)),
            is_ragged=method in converter.ragged,
            rows_second=method in converter.rows_second,
        ),
        demands=tuple(demands),
        terms=columns.made,
        missing=columns.missing,
        digits=frozenset(columns.digits),
        absent_readers=recording.absent_readers,
        confuses_nan=fills_absent and isinstance(rows.X, Matrix),
        readings=recording.readings,
        narrow=recording.narrow,
        asked=frozenset(columns.read) if in_matrix and not all_read else None,
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


def _numbers(converter: Converter, method: str, result: Table) -> Tensor:
    """Return a result's numbers; a file gives no text.

    Parameters
    ----------
    converter : Converter
    method : str
    result : Table
    """
    try:
        return result.matrix()
    except KindError as error:
        raise ConversionError(f"{converter.path}.{method} has no numbers to give: {error.reason}") from None


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
