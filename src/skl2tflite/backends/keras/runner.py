"""Runs the methods of a Keras model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.backends.keras.program import KerasProgram


class KerasRunner:
    """Computes methods with Keras, on the backend that it runs on.

    Parameters
    ----------
    program : KerasProgram
    """

    def __init__(self, program: KerasProgram) -> None:
        self._models = {method: program.model(method) for method in program.outputs_of}

    @property
    def signatures(self) -> tuple[str, ...]:
        """Names of the methods."""
        return tuple(self._models)

    def run(self, signature: str, inputs: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
        """Return the results of one method, by name."""
        given = {name: np.asarray(x) for name, x in inputs.items()}
        return {name: np.asarray(x) for name, x in self._models[signature](given).items()}
