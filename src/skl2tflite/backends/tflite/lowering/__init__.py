"""From graph operations to TFLite operators: one module per kind of operation.

:func:`lower` legalizes a graph (:mod:`skl2tflite.legalize`), so that its operations are those that the target has, and
writes it into a program. The modules beside this one register how each operation is written: by one operator, or by
the few that set right what its kernel does otherwise (NaN, broadcasting, lengths that must stay static); forests by
the layout that costs least.
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
