"""The recorder of user code: NumPy functions of tensors, arrays that are written to, and conditions on all rows."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from skl2tflite.graph.recorder import Recorder
from skl2tflite.graph.tensor import Tensor
from skl2tflite.tracing.numpy.protocol import record_function, record_ufunc
from skl2tflite.tracing.numpy.writable import handled, plain
from skl2tflite.tracing.ways import truth
from skl2tflite.tracing.whether import Size


class TracingRecorder(Recorder):
    """Decides what Python operations and NumPy functions do with tensors while user code is recorded."""

    def truth(self, condition: Tensor) -> bool | None:
        """Return the answer that the way through the recorded function gives to a condition on all rows."""
        return truth(condition)

    def number_of_elements(self, tensor: Tensor) -> Size:
        """Return a number that can only be compared with 0."""
        return Size(math.prod(n for n in tensor.shape if n is not None) > 0, repr(tensor))

    def ufunc(self, ufunc: np.ufunc, method: str, inputs: tuple[object, ...], kwargs: dict[str, Any]) -> Any:
        """Record a call of a NumPy ufunc."""
        return record_ufunc(ufunc, method, inputs, kwargs)

    def function(self, func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Record a call of another NumPy function."""
        return record_function(func, args, kwargs)

    def call(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call a function of tensors with arguments that may be handles; the result is then a handle too."""
        return handled(function(*map(plain, args), **kwargs), *args[:2])
