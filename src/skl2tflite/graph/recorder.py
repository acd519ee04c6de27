"""What becomes of a tensor in Python's and NumPy's hands: asked of whoever records the code of users.

The graph knows its own functions alone. :mod:`skl2tflite.tracing` puts a recorder of its own in the place of this one,
which knows NumPy's functions, arrays that are written to, and conditions about all rows at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from skl2tflite.graph.tensor import Tensor


class Recorder:
    """Records calls of the graph's own functions, and nothing else."""

    def truth(self, condition: Tensor) -> bool | None:
        """Return what ``bool`` gives of a tensor without axes; None where it cannot be told."""
        return None

    def number_of_elements(self, tensor: Tensor) -> Any:
        """Return what ``size`` gives of a tensor with an axis whose length only run time knows; None: nothing."""
        return None

    def ufunc(self, ufunc: np.ufunc, method: str, inputs: tuple[object, ...], kwargs: dict[str, Any]) -> Any:
        """Record a call of a NumPy ufunc; NotImplemented where that cannot be."""
        return NotImplemented

    def function(self, func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Record a call of another NumPy function; NotImplemented where that cannot be."""
        return NotImplemented

    def call(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call a function of the graph, of what its arguments stand for."""
        return function(*args, **kwargs)


_recorder = Recorder()


def recorder() -> Recorder:
    """Return the recorder that tensors ask."""
    return _recorder


def use_recorder(chosen: Recorder) -> None:
    """Let all tensors ask another recorder."""
    global _recorder
    _recorder = chosen
