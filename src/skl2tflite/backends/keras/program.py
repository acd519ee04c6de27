"""A Keras model before it is one: inputs, and the outputs of each method."""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

import keras
from skl2tflite.backends.keras.layers import SharedLayers
from skl2tflite.errors import ConversionError
from skl2tflite.graph import DType, Tensor
from skl2tflite.graph.dtype import Spec

DTYPES = {DType.FLOAT: "float32", DType.INT: "int32", DType.BOOL: "bool", DType.STRING: "string"}
"""Dtypes of a Keras model, by the kinds of elements."""


@dataclass
class KerasProgram:
    """What methods are to be one model, with the layers that they share.

    Attributes
    ----------
    description : str
        What the model computes.
    trainable : bool
        Whether its Dense layers are.
    inputs : dict of str to KerasTensor
        Of all methods.
    inputs_of : dict of str to tuple of str
        Names of those that each method takes.
    outputs_of : dict of str to dict of str to KerasTensor
        Outputs of each method, by name.
    made : dict
        What was made of which operands, so that methods share steps.
    """

    description: str = ""
    trainable: bool = False
    inputs: dict[str, Any] = field(default_factory=dict)
    inputs_of: dict[str, tuple[str, ...]] = field(default_factory=dict)
    outputs_of: dict[str, dict[str, Any]] = field(default_factory=dict)
    made: dict[Hashable, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.layers = SharedLayers(self.trainable)
        self._specs: dict[str, Spec] = {}

    def input(self, name: str, tensor: Tensor) -> Any:
        """Return the input of a name, which methods share.

        Raises
        ------
        ConversionError
            Where Keras takes no such name or shape, or another method has another input of that name.
        """
        if name not in self.inputs:
            if "/" in name or not name:
                raise ConversionError(f"Keras has no inputs of the name {name!r}; rename the feature, without a slash")
            if None in tensor.shape[1:]:
                raise ConversionError(
                    f"the input {name!r} has a length that is known only at run time, as those of texts are, and a "
                    "Keras model holds none; convert writes a .tflite file that does"
                )
            if tensor.dtype == DType.STRING and keras.backend.backend() != "tensorflow":
                raise ConversionError(
                    f"the input {name!r} holds text, which of Keras's backends only TensorFlow has; encode it before"
                )
            self.inputs[name] = keras.Input(tensor.shape[1:], name=name, dtype=DTYPES[tensor.dtype])
            self._specs[name] = tensor.spec
        if self._specs[name] != tensor.spec:
            raise ConversionError(
                f"methods take different rows as {name!r}, and a Keras model has one input of a name; convert them one "
                "by one"
            )
        return self.inputs[name]

    @property
    def has_strings(self) -> bool:
        """Whether an input holds strings."""
        return any(spec.dtype == DType.STRING for spec in self._specs.values())

    def model(self, *methods: str) -> Any:
        """Return the model of some methods, by default of all."""
        chosen = methods or tuple(self.outputs_of)
        taken = dict.fromkeys(name for method in chosen for name in self.inputs_of[method])
        outputs = {name: x for method in chosen for name, x in self.outputs_of[method].items()}
        name = re.sub(r"\W+", "_", self.description).strip("_") or "model"
        return keras.Model({key: self.inputs[key] for key in taken}, outputs, name=name)
