"""Layers that hold a model's numbers as weights, shared by all methods and steps that use them."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from numpy.typing import NDArray

import keras


class SharedLayers:
    """The layers of one model, found again by the numbers that they hold.

    Parameters
    ----------
    trainable : bool, default=False
        Whether Dense layers are; tables never are.
    """

    def __init__(self, trainable: bool = False) -> None:
        self.trainable = trainable
        self._layers: dict[Hashable, Any] = {}

    def table(self, array: NDArray[Any]) -> Any:
        """Return an Embedding layer that looks up the rows of a matrix.

        Of Keras's layers it is the one that holds a table of any dtype and gives it as it is.
        """
        key = ("table", array.dtype.name, array.shape, array.tobytes())
        if key not in self._layers:
            rows, columns = array.shape
            layer = keras.layers.Embedding(
                rows, columns, embeddings_initializer="zeros", dtype=array.dtype.name, trainable=False
            )
            layer.build(None)
            layer.set_weights([array])
            self._layers[key] = layer
        return self._layers[key]

    def dense(self, weights: NDArray[Any], bias: NDArray[Any] | None, activation: str | None, number: int) -> Any:
        """Return a Dense layer.

        Parameters
        ----------
        weights : ndarray of shape (n_inputs, n_outputs)
        bias : ndarray of shape (n_outputs,), optional
        activation : str, optional
        number : int
            How many layers of the method hold the same numbers before it: layers of a method are never tied to one
            another, but the same layer serves all methods, so that training it changes all of them alike.
        """
        held = [weights] if bias is None else [weights, bias]
        key = ("dense", activation, number, *((each.shape, each.tobytes()) for each in held))
        if key not in self._layers:
            layer = keras.layers.Dense(
                weights.shape[1], activation=activation, use_bias=bias is not None, kernel_initializer="zeros"
            )
            layer.build((None, weights.shape[0]))
            layer.set_weights(held)
            layer.trainable = self.trainable
            self._layers[key] = layer
        return self._layers[key]
