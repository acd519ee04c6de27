"""Call a converter's method on symbolic tensors: that records its graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.converters.core.absent_entries import sparse_input, sparsity_readers
from skl2tflite.converters.core.base import Converter
from skl2tflite.converters.core.impossible_checks import never
from skl2tflite.converters.core.overflow import overflowing
from skl2tflite.errors import ConversionError, GraphError
from skl2tflite.features import (
    INPUT_NAME,
    Narrow,
    Reading,
    column_names,
)
from skl2tflite.flow.column import ColumnType, KindError, RetraceError, Terms, TextInput
from skl2tflite.flow.input_columns import InputColumns
from skl2tflite.flow.matrix import SparseRows, dtype_of
from skl2tflite.flow.table import Table, as_matrix
from skl2tflite.graph import Array, DType, Graph, Tensor, as_tensor, input_tensor
from skl2tflite.graph import functions as xp
from skl2tflite.tracing.category_constraints import CategoryConstraint, category_constraints
from skl2tflite.tracing.narrow_dtypes import distinct_readers, narrow_readers
from skl2tflite.tracing.row_errors import can_hold_sentinel, row_errors, with_sentinel
from skl2tflite.tracing.tracing_context import column_readings

_INT32 = np.iinfo(np.int32)


@dataclass(frozen=True)
class Traced:
    """The graph of one method, and what is needed to read its outputs.

    Attributes
    ----------
    graph : Graph
    is_list, is_tuple : bool
        Whether scikit-learn returns a list, one array for each output, or a tuple of different things.
    constants : list of ndarray
        Of a tuple, the last elements, where they are the same for all rows.
    labels : list of ndarray or None
        Where the output holds positions: the labels they stand for, one array for each column.
    label_dtype : str or None
        Where the output holds integer labels themselves: their dtype in scikit-learn.
    demands : tuple of CategoryConstraint
        What scikit-learn demands of the rows' categories.
    terms : dict of str to Terms
        The inputs that hold ids of terms, by name.
    mark : float or None
        What outputs hold of rows that scikit-learn refuses once it has looked at them.
    refused : str
        Why it does.
    missing : dict of str to str
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
    """

    graph: Graph
    is_list: bool
    is_tuple: bool
    constants: list[NDArray[Any]]
    labels: list[NDArray[Any]] | None
    label_dtype: str | None
    demands: tuple[CategoryConstraint, ...] = ()
    terms: Mapping[str, Terms] = field(default_factory=dict)
    mark: float | None = None
    refused: str = ""
    missing: Mapping[str, str] = field(default_factory=dict)
    absent_readers: tuple[bool, ...] = ()
    confuses_nan: bool = False
    digits: frozenset[str] = frozenset()
    readings: tuple[Reading, ...] = ()
    narrow: tuple[Narrow, ...] = ()
    asked: frozenset[int] | None = None


def trace(
    converter: Converter,
    method: str,
    batch: int | None = None,
    kinds: dict[int, DType] | None = None,
    text: TextInput = "characters",
    sparse: bool = False,
    absent_is_missing: bool = False,
    types: Mapping[int, ColumnType] | None = None,
) -> Traced:
    """Record one method.

    Parameters
    ----------
    converter : Converter
    method : str
    batch : int, optional
        Number of rows, where the target needs it fixed.
    kinds : dict of int to DType, optional
        Records each feature as an input of its own, of these kinds where they are known; what is decided is
        written there. Without it all features are one matrix.
    text : {"characters", "tokens"}
        How texts travel that a vectorizer reads.
    sparse : bool, default=False
        Whether rows are given in a sparse matrix.
    absent_is_missing : bool, default=False
        Whether the input has NaN for what a sparse matrix of rows does not hold; else 0.
    types : mapping of int to ColumnType, optional
        What the rows given to ``convert`` show of each feature; None without rows.

    Returns
    -------
    Traced

    Raises
    ------
    ConversionError
        Where the estimator or its converter lacks the method, or it cannot be recorded.
    RetraceError
        Where a feature must be of another kind, or a matrix does not do.
    """
    function = converter.method(method)
    count = _columns(converter, method)
    inverse = method == "inverse_transform"
    rows = converter.inverse_rows if inverse else converter.rows
    features = count == converter.n_features and not inverse
    names = column_names(converter.feature_names if features else None, count)
    inputs: dict[str, Tensor] | InputColumns
    asked: set[int] | None = None
    X: Any
    symbolic = rows.symbolic({0: DType.INT} if inverse else kinds, batch, text)
    if symbolic is not None:
        X, inputs = symbolic
    elif kinds is None or not features:
        matrix = input_tensor(INPUT_NAME, DType.FLOAT, (batch, count))
        inputs = {INPUT_NAME: matrix}
        if sparse and not inverse:
            X = sparse_input(matrix, absent_is_missing)
        else:
            asked = set() if features else None
            X = Table.of_matrix(matrix, names, features, types if features else None, asked)
    else:
        inputs = InputColumns(names, kinds, batch, text, types)
        X = inputs.table()
    try:
        collected = (
            category_constraints.collect(),
            row_errors.collect(),
            sparsity_readers.collect(),
            column_readings.collect(),
        )
        with (
            collected[0] as demanded,
            collected[1] as refused,
            collected[2] as readers,
            collected[3] as read,
            narrow_readers.collect() as narrow,
        ):
            results = function(X)
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
        if output.constant is not None or (batch is None and None not in output.shape):
            raise ConversionError(f"{converter.path}.{method} does not depend on its input")
    if method in converter.rows_second:
        outputs = [as_tensor(xp.permute_dims(each, (1, 0, *range(2, each.ndim)))) for each in outputs]
    labels, positions = converter.labels(method), outputs
    taken = inputs.inputs() if isinstance(inputs, InputColumns) else inputs
    label_dtype = None if dtype is None else dtype.name
    mark = None
    held: list[NDArray[Any]] | None = None if labels is None else []
    if labels is not None and all(_fits_int32(classes) for classes in labels):
        held = labels
        outputs = [_take_labels(outputs[0], labels)]
        label_dtype = np.result_type(*(classes.dtype for classes in labels)).name
        labels = None
    refused += overflowing(converter.path, taken, positions, method in ("predict", "predict_proba"))
    if not can_hold_sentinel(outputs):
        refused = [each for each in refused if not each.optional]
    refused = [each for each in refused if not never(each.rows, partial(_holds_nan, converter, names))]
    if refused:
        outputs, mark = with_sentinel(outputs, refused, held)
    reason = ", or ".join(dict.fromkeys(each.reason for each in refused))
    several = is_list or (is_tuple and len(outputs) > 1)
    given = [f"{method}_{i}" for i in range(len(outputs))] if several else [method]
    graph = Graph(method, taken, dict(zip(given, outputs, strict=True)))
    terms = inputs.made if isinstance(inputs, InputColumns) else {}
    missing = inputs.missing if isinstance(inputs, InputColumns) else {}
    zeros = as_tensor(X.values).node if isinstance(X, SparseRows) else None
    return Traced(
        graph,
        is_list,
        is_tuple,
        constants,
        labels,
        label_dtype,
        tuple(demanded),
        terms,
        mark,
        reason,
        missing,
        tuple(readers),
        zeros is not None and any(node is zeros for node in graph.nodes()),
        frozenset(inputs.digits) if isinstance(inputs, InputColumns) else frozenset(),
        tuple(dict.fromkeys(read)),
        distinct_readers(narrow),
        None if asked is None or len(asked) == count else frozenset(asked),
    )


def _holds_nan(converter: Converter, names: Sequence[str], name: str) -> bool:
    """Whether an input may hold NaN, of which others are refused before they reach the file."""
    allowed = np.broadcast_to(converter.nan_columns(), len(names))
    return bool(allowed[names.index(name)] if name in names else allowed.any())


def _numbers(converter: Converter, method: str, result: Table) -> Tensor:
    """Return a result's numbers; a file gives no text."""
    try:
        return result.matrix()
    except KindError as error:
        raise ConversionError(f"{converter.path}.{method} has no numbers to give: {error.reason}") from None


def _columns(converter: Converter, method: str) -> int:
    """Number of columns that a method takes: an inverse takes as many as ``transform`` gives."""
    if method != "inverse_transform" or not converter.inverse_rows.is_table or not converter.has("transform"):
        return converter.n_features
    kinds: dict[int, DType] = {}
    while True:
        try:
            columns: int | None = converter.method("transform")(_any_rows(converter, kinds)).shape[-1]
            return converter.n_features if columns is None else columns
        except RetraceError as change:
            kinds[change.feature] = change.kind
        except GraphError as error:
            raise GraphError(f"{converter.path}.transform cannot be recorded: {error}") from None


def _any_rows(converter: Converter, kinds: dict[int, DType]) -> Any:
    """Return what ``transform`` takes: labels, a matrix of numbers, or columns where some must be of other kinds."""
    symbolic = converter.rows.symbolic(kinds, None, "characters")
    if symbolic is not None:
        return symbolic.given
    names = column_names(converter.feature_names, converter.n_features)
    if kinds:
        return InputColumns(names, kinds).table()
    return Table.of_matrix(input_tensor(INPUT_NAME, DType.FLOAT, (None, len(names))), names, inputs=True)


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
