"""The input side of a model: rows are checked as scikit-learn checks them, and become input tensors."""

from skl2tflite.features.categoricals import Categorical, Plain, Reading, readings_of
from skl2tflite.features.columns import CODES, MISSING_CODES, UNKNOWN_CODE, ColumnSpec
from skl2tflite.features.features import Features
from skl2tflite.features.frames import column_types, distinct_cells, row_count
from skl2tflite.features.known import Known
from skl2tflite.features.narrow import Narrow
from skl2tflite.features.reading import check_columns, check_given, reading
from skl2tflite.features.reference import given_rows, rows_in_float64
from skl2tflite.features.rows import (
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
    record_names,
)
from skl2tflite.features.schema import Form
from skl2tflite.features.tensor_names import INPUT_NAME, LABELS_NAME, column_names

__all__ = [
    "CODES",
    "INPUT_NAME",
    "LABELS_NAME",
    "MISSING_CODES",
    "TABLE",
    "UNKNOWN_CODE",
    "Categorical",
    "ColumnSpec",
    "Features",
    "Form",
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
    "check_columns",
    "check_given",
    "column_names",
    "column_types",
    "distinct_cells",
    "given_rows",
    "reading",
    "readings_of",
    "record_names",
    "row_count",
    "rows_in_float64",
]
