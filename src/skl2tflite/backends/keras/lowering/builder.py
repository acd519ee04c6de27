"""What spellings are written with: constants as weights, look-ups, Dense layers."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Hashable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from keras import KerasTensor
from keras import ops as keras_ops
from skl2tflite.backends.keras.program import KerasProgram
from skl2tflite.graph import DType


class Builder:
    """Adds the operations of one method to a program.

    Parameters
    ----------
    program : KerasProgram
    anchor : KerasTensor
        Some input of the method. In a functional model all tensors come of inputs, constants too.
    """

    def __init__(self, program: KerasProgram, anchor: Any) -> None:
        self.program = program
        self._anchor = anchor
        self._dense: Counter[Hashable] = Counter()

    def once(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Return what was made of the same operands before, by whichever method, or make it."""
        if key not in self.program.made:
            self.program.made[key] = make()
        return self.program.made[key]

    def zeros(self, x: Any) -> Any:
        """Return the whole number 0 for each row of a tensor."""

        def make() -> Any:
            first = x
            while len(first.shape) > 1:
                first = first[:, 0] if first.shape[1] != 0 else keras_ops.sum(first, axis=1)
            if first.dtype == "string":
                first = keras_ops.equal(first, "")
            return keras_ops.zeros_like(
                keras_ops.cast(first, "int32") if first.dtype == "bool" else first, dtype="int32"
            )

        return self.once(("zeros", id(x)), make)

    def tensor(self, x: Any) -> Any:
        """Return a tensor: itself, or one of a constant's numbers, which a layer holds.

        The layer looks up its only row, at a position that is 0 whatever the model's input is.
        """
        if isinstance(x, KerasTensor):
            return x
        if x.dtype.kind in "USO":
            return keras_ops.convert_to_tensor(x)

        def make() -> Any:
            if x.size == 0:
                return keras_ops.reshape(self._position()[:0], x.shape)
            return keras_ops.reshape(self.program.layers.table(x.reshape(1, -1))(self._position()), x.shape)

        return self.once(("constant", id(self._anchor), *_key(x)), make)

    def operand(self, x: Any) -> Any:
        """Return a tensor, or a Python number for a constant of no axes, which operations keep as they are."""
        if isinstance(x, np.ndarray) and (x.ndim == 0 or x.dtype.kind in "USO"):
            return x.item() if x.ndim == 0 else x
        return self.tensor(x)

    def look_up(self, table: NDArray[Any], positions: Any) -> Any:
        """Return the entries of a constant along its first axis, at positions."""
        layer = self.program.layers.table(table.reshape(len(table), -1))
        found = self.once(("look-up", id(layer), id(positions)), lambda: layer(positions))
        return keras_ops.reshape(found, tuple(-1 if n is None else n for n in (*positions.shape, *table.shape[1:])))

    def dense(self, x: Any, weights: NDArray[Any], bias: NDArray[Any] | None, activation: str | None = None) -> Any:
        """Return what a Dense layer gives.

        Parameters
        ----------
        x : KerasTensor of shape (..., n_inputs)
        weights : ndarray of shape (n_inputs, n_outputs)
        bias : ndarray of shape (n_outputs,), optional
        activation : str, optional
        """
        key = (activation, *_key(weights), *(() if bias is None else _key(bias)))
        layer = self.program.layers.dense(weights, bias, activation, self._dense[key])
        self._dense[key] += 1
        return self.once(("dense", id(layer), id(x)), lambda: layer(x))

    def _position(self) -> Any:
        """Return the whole number 0 as an array of one, without rows."""
        zeros = self.zeros(self._anchor)
        return self.once(("position", id(zeros)), lambda: keras_ops.reshape(keras_ops.sum(zeros), (1,)))


def _key(x: NDArray[Any]) -> tuple[Hashable, ...]:
    """Return what tells constants apart."""
    return x.dtype.str, x.shape, hashlib.sha256(np.ascontiguousarray(x).tobytes()).digest()


def is_float(x: Any) -> bool:
    """Tell whether an operand holds floats."""
    return str(x.dtype).startswith(str(DType.FLOAT))
