"""How our names map to the TFLite schema: operator codes, options, tensor types."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from ai_edge_litert import schema_py_generated as schema

from skl2tflite.backends.tflite.flatbuffer import Schema, schema_of

TENSOR_TYPES: dict[str, int] = {
    "float32": schema.TensorType.FLOAT32,
    "float64": schema.TensorType.FLOAT64,
    "int8": schema.TensorType.INT8,
    "int16": schema.TensorType.INT16,
    "int32": schema.TensorType.INT32,
    "int64": schema.TensorType.INT64,
    "bool": schema.TensorType.BOOL,
    "string": schema.TensorType.STRING,
    "qint8": schema.TensorType.INT8,
    "qint32": schema.TensorType.INT32,
}
"""Tensor types by our names. A "q" says that quantization parameters are written, of scale 1 and zero point 0: such
numbers are plain integers, in kernels that take integers only with parameters (they round and saturate)."""
DTYPES: dict[int, str] = {
    code: name.lower() for name, code in vars(schema.TensorType).items() if not name.startswith("_")
}
"""Our names of all tensor types, by the schema's numbers."""

# Operators whose options table is not the operator's name in CamelCase.
_OPTIONS = {
    "ARG_MAX": "ArgMaxOptions",
    "BATCH_MATMUL": "BatchMatMulOptions",
    "CUMSUM": "CumsumOptions",
    "GATHER_ND": "GatherNdOptions",
    "LOG_SOFTMAX": "LogSoftmaxOptions",
    "MAXIMUM": "MaximumMinimumOptions",
    "MINIMUM": "MaximumMinimumOptions",
    "PADV2": "PadV2Options",
    "TOPK_V2": "TopKV2Options",
    **dict.fromkeys(
        ["SUM", "MEAN", "REDUCE_MAX", "REDUCE_MIN", "REDUCE_PROD", "REDUCE_ANY", "REDUCE_ALL"],
        "ReducerOptions",
    ),
}
# Operators that take no options table at all.
_PLAIN = frozenset(
    {
        "CEIL", "ELU", "FLOOR", "LOG", "LOGISTIC", "RELU", "RELU6", "RELU_N1_TO_1", "ROUND", "RSQRT", "SIN",
        "SQRT", "TANH", "PRELU",
    }
)  # fmt: skip


def operator_code(name: str) -> int:
    """Return the schema's number of an operator."""
    return int(getattr(schema.BuiltinOperator, name))


OPERATOR_NAMES: dict[int, str] = {
    code: name for name, code in vars(schema.BuiltinOperator).items() if not name.startswith("_")
}


@cache
def file_schema() -> Schema:
    """Return the tables of a .tflite file, which ``scripts/make_format_tables.py`` writes to ``schema.json``."""
    declared = json.loads(files(__package__).joinpath("schema.json").read_text(encoding="utf-8"))
    return schema_of(declared["tables"], declared["unions"])


def options_of(name: str) -> str:
    """Return the name of an operator's options table, empty where it has none."""
    table = _OPTIONS.get(name) or "".join(part.capitalize() for part in name.split("_")) + "Options"
    return table if name not in _PLAIN and table in file_schema().tables else ""


def options_table(name: str, values: Any) -> tuple[Any, int] | None:
    """Return an operator's filled options table and its number, or None where it has none."""
    table = options_of(name)
    if not table:
        return None
    options = getattr(schema, table + "T")()
    for key, value in values.items():
        if not hasattr(options, key):
            raise ValueError(f"{table} has no field {key!r}")
        setattr(options, key, value)
    kind = getattr(schema.BuiltinOptions, table, None)
    return options, int(kind if kind is not None else getattr(schema.BuiltinOptions2, table))


def is_second_options(name: str) -> bool:
    """Whether an options table belongs to the schema's second, newer union."""
    return not hasattr(schema.BuiltinOptions, name)
