"""Symbolic rows, which a converter's method is called with to record it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from skl2tflite.converters.core.absent_entries import sparse_input
from skl2tflite.converters.core.base import Converter
from skl2tflite.errors import GraphError
from skl2tflite.features import INPUT_NAME, column_names
from skl2tflite.flow.column import ColumnType, TextInput
from skl2tflite.flow.input_columns import InputColumns
from skl2tflite.flow.table import Table
from skl2tflite.graph import DType, input_tensor


@dataclass(frozen=True)
class InputLayout:
    """How rows come into a graph.

    Attributes
    ----------
    batch : int, optional
        Number of rows, where the target needs it fixed.
    columns : bool, default=False
        Whether each feature is an input of its own, though a matrix would do.
    kinds : dict of int to DType
        What is known of the features' kinds. What methods ask for, other than floats, is added while they are recorded.
    text : {"characters", "tokens", "counts"}
        What the file takes for texts that a vectorizer reads.
    text_length : int, optional
        Their length, where it is fixed.
    sparse : bool, default=False
        Whether rows are given in a sparse matrix.
    types : mapping of int to ColumnType, optional
        What the rows given to ``convert`` show of each feature; None without rows.
    allows_nan : tuple of bool, optional
        Which features may be NaN; all where nothing is known.
    """

    batch: int | None = None
    columns: bool = False
    kinds: dict[int, DType] = field(default_factory=dict)
    text: TextInput = "characters"
    text_length: int | None = None
    sparse: bool = False
    types: Mapping[int, ColumnType] | None = None
    allows_nan: tuple[bool, ...] | None = None


class SymbolicRows(NamedTuple):
    """What a method is called with.

    Attributes
    ----------
    X : Table, Column, Matrix or Tensor
        The rows.
    names : list of str
        Names of the features.
    columns : InputColumns
        The features, and what the method has asked of them afterwards.
    divided : bool
        Whether each feature can be an input of its own.
    """

    X: Any
    names: list[str]
    columns: InputColumns
    divided: bool


def symbolic_rows(converter: Converter, method: str, layout: InputLayout) -> SymbolicRows:
    """Return rows to record a method on.

    Parameters
    ----------
    converter : Converter
    method : str
    layout : InputLayout
    """
    inverse = method == "inverse_transform"
    count = _width(converter, method)
    rows = converter.inverse_rows if inverse else converter.rows
    are_features = count == converter.n_features and not inverse
    names = column_names(converter.feature_names if are_features else None, count)
    may_be_nan = not are_features or layout.sparse or layout.allows_nan is None or any(layout.allows_nan)
    matrix = input_tensor(INPUT_NAME, DType.FLOAT, (layout.batch, *rows.row_shape(count)), may_be_nan)
    if rows.is_table and not are_features:
        table = Table.of_matrix(matrix, names)
        return SymbolicRows(table, names, InputColumns(names, {}, matrix), divided=False)
    apart = layout.columns or not rows.is_table
    kinds = {0: DType.INT} if inverse else layout.kinds
    tensor_names = [rows.only_column] if rows.only_column else names
    allows_nan = layout.allows_nan if are_features else None
    columns = InputColumns(
        tensor_names, kinds, matrix, apart, layout.text, layout.types, layout.text_length, allows_nan
    )
    if layout.sparse and not apart:
        return SymbolicRows(sparse_input(matrix), names, columns, divided=False)
    return SymbolicRows(rows.symbolic(columns), names, columns, divided=not rows.undivided)


def _width(converter: Converter, method: str) -> int:
    """Number of columns that a method takes: an inverse takes as many as ``transform`` gives."""
    if method != "inverse_transform" or not converter.inverse_rows.is_table or not converter.has("transform"):
        return converter.n_features
    try:
        rows = symbolic_rows(converter, "transform", InputLayout(kinds=converter.rows.first_kinds))
        columns: int | None = converter.method("transform")(rows.X).shape[-1]
    except GraphError as error:
        raise GraphError(f"{converter.path}.transform cannot be recorded: {error}") from None
    return converter.n_features if columns is None else columns
