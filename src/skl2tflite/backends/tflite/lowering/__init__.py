"""From graph operations to TFLite operators: one module per kind of operation.

:func:`lower` writes a graph into a program; the modules beside this one register how each operation is spelt.
"""

from skl2tflite.backends.tflite.lowering import (  # noqa: F401 - they register themselves
    control,
    elementwise,
    forest,
    indexing,
    linear,
    reduction,
    sequence,
    shape,
)
from skl2tflite.backends.tflite.lowering.emitter import WIDTHS, Emitter, Value, constant
from skl2tflite.backends.tflite.lowering.graph import lower
from skl2tflite.backends.tflite.lowering.registry import lowers

__all__ = ["WIDTHS", "Emitter", "Value", "constant", "lower", "lowers"]
