"""The input side: rows as arrays or DataFrames, checked as scikit-learn checks them, to input tensors."""

from skl2tflite.features.categoricals import Categorical, Plain, Reading, readings_of
from skl2tflite.features.columns import CODES, MISSING_CODES, UNKNOWN_CODE, ColumnSpec, Known, column_names
from skl2tflite.features.exactness import held_exactly
from skl2tflite.features.features import INPUT_NAME, LABELS_NAME, TEXT_NAME, Features
from skl2tflite.features.frames import column_kinds, column_types, distinct_cells, row_count
from skl2tflite.features.kinds import (
    TABLE,
    HashedRows,
    ImageRows,
    LabelRows,
    RecordRows,
    RowKind,
    SetRows,
    TableRows,
    TextRows,
    ValueRows,
    label_sets,
    record_names,
)
from skl2tflite.features.narrow import Narrow
from skl2tflite.features.reading import check_given, reading
from skl2tflite.features.reference import given_rows, reference_rows, rows_in_float64

__all__ = [
    "CODES",
    "INPUT_NAME",
    "LABELS_NAME",
    "MISSING_CODES",
    "TABLE",
    "TEXT_NAME",
    "UNKNOWN_CODE",
    "Categorical",
    "ColumnSpec",
    "Features",
    "HashedRows",
    "ImageRows",
    "Known",
    "LabelRows",
    "Narrow",
    "Plain",
    "Reading",
    "RecordRows",
    "RowKind",
    "SetRows",
    "TableRows",
    "TextRows",
    "ValueRows",
    "check_given",
    "column_kinds",
    "column_names",
    "column_types",
    "distinct_cells",
    "given_rows",
    "held_exactly",
    "label_sets",
    "reading",
    "readings_of",
    "record_names",
    "reference_rows",
    "row_count",
    "rows_in_float64",
]
