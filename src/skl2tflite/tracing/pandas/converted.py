"""``Series.astype`` of numbers, to NumPy's dtypes and to those of pandas that may be missing."""

from __future__ import annotations

from typing import Any

from skl2tflite.graph.dtype import DType
from skl2tflite.graph.tensor import Tensor
from skl2tflite.tracing.numpy.casting import cast
from skl2tflite.tracing.numpy.elementwise import around
from skl2tflite.tracing.numpy.writable import plain
from skl2tflite.tracing.row_errors import refuse_rows_of_function

NULLABLE: dict[Any, Any] = {"Float64": float, "Float32": float, "Int64": int, "Int32": int, "boolean": bool}
"""Dtypes of pandas that may be missing, and what holds their values."""


def converted(values: Tensor, dtype: Any) -> Tensor:
    """Return numbers in another dtype; integers that may be missing stay floats, of which NaN is missing."""
    name = dtype if isinstance(dtype, str) else str(dtype) if hasattr(dtype, "na_value") else None
    if name in ("Int64", "Int32") and values.dtype == DType.FLOAT:
        broken = (values != around(values, 0)) & (values == values)
        refuse_rows_of_function(plain(broken), "TypeError: cannot safely cast")
        return values
    made: Tensor = plain(cast(values, dtype if name is None else NULLABLE.get(name, name)))
    return made
