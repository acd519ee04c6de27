"""What tensors do in conditions, operators and NumPy functions: they ask a recorder, and the functions named here.

The recorder of this module knows the graph's own functions only. :mod:`skl2tflite.tracing` installs another one, which
also records NumPy's functions, arrays that are written to, and conditions on all rows at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from skl2tflite.graph.tensor import Tensor


class Recorder:
    """Records calls of the graph's own functions only."""

    def truth(self, condition: Tensor) -> bool | None:
        """Return the value of ``bool(condition)`` for a tensor without axes; None where it is not known."""
        return None

    def number_of_elements(self, tensor: Tensor) -> Any:
        """Return ``tensor.size`` for a tensor with an axis of unknown length; None where nothing is known."""
        return None

    def ufunc(self, ufunc: np.ufunc, method: str, inputs: tuple[object, ...], kwargs: dict[str, Any]) -> Any:
        """Record a call of a NumPy ufunc; NotImplemented where that is not possible.

        Parameters
        ----------
        ufunc : numpy.ufunc
        method : str
        inputs : tuple of object
        kwargs : dict
            As in NumPy's ``__array_ufunc__``.
        """
        return NotImplemented

    def function(self, func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Record a call of another NumPy function; NotImplemented where that is not possible."""
        return NotImplemented

    def call(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call a function of the graph with the tensors that its arguments refer to."""
        return function(*args, **kwargs)


_recorder = Recorder()
_functions: Any = None


def recorder() -> Recorder:
    """Return the recorder that tensors use."""
    return _recorder


def use_recorder(chosen: Recorder) -> None:
    """Let all tensors use another recorder."""
    global _recorder
    _recorder = chosen


def functions() -> Any:
    """Return the module of the graph's functions, which are operators and methods of tensors too."""
    return _functions


def use_functions(module: Any) -> None:
    """Make the functions of a module operators and methods of tensors; :mod:`skl2tflite.graph` does, once."""
    global _functions
    _functions = module
