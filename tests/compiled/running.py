"""A model whose file LiteRT's ``CompiledModel`` runs, which Kotlin and C++ documentation shows first."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from ai_edge_litert.compiled_model import CompiledModel
from numpy.typing import NDArray

import skl2tflite


class CompiledRunner:
    """Runs the methods of one file of fixed shapes.

    Parameters
    ----------
    model : TFLiteModel
        The file.
    """

    def __init__(self, model: skl2tflite.TFLiteModel) -> None:
        self.compiled = CompiledModel.from_buffer(bytes(model))
        self.outputs = model.outputs
        self.names = {name: info.outputs for name, info in model.facts.methods.items()}
        assert model.batch is not None
        self.batch = model.batch

    def run(self, signature: str, inputs: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
        """Return the results of one method, by name."""
        rows = len(next(iter(inputs.values())))
        parts = [
            self._call(signature, {name: x[start : start + self.batch] for name, x in inputs.items()})
            for start in range(0, rows, self.batch)
        ]
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    def _call(self, signature: str, inputs: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
        given = {}
        for name, x in inputs.items():
            given[name] = self.compiled.create_input_buffer_by_name(signature, name)
            given[name].write(np.ascontiguousarray(x))
        names = self.names[signature]
        results = {name: self.compiled.create_output_buffer_by_name(signature, name) for name in names}
        self.compiled.run_by_name(signature, given, results)
        read = {}
        for name, buffer in results.items():
            dtype, shape = self.outputs[name]
            read[name] = buffer.read(math.prod(shape), np.dtype(dtype)).reshape(shape)
        return read


def compiled(model: skl2tflite.TFLiteModel) -> skl2tflite.TFLiteModel:
    """Return a model of the same file, run by ``CompiledModel``."""
    other = skl2tflite.TFLiteModel(bytes(model))
    vars(other)["_runner"] = CompiledRunner(model)
    return other
