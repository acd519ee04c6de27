"""How each operation of a graph is spelt with Keras's own operations and layers."""

from skl2tflite.backends.keras.lowering import (  # noqa: F401 - they register
    elementwise,
    indexing,
    linear,
    reduction,
    shape,
)
from skl2tflite.backends.keras.lowering.graph import lower

__all__ = ["lower"]
