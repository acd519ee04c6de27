"""SavedModels: a signature for each method."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras

from skl2tflite.backends.keras.program import KerasProgram
from skl2tflite.errors import ConversionError

DEFAULT = "serving_default"
"""The signature that servers use where none is named."""


def write_saved_model(program: KerasProgram, folder: Path) -> None:
    """Write a SavedModel: the whole folder, or nothing.

    Raises
    ------
    ConversionError
        Where Keras does not run on TensorFlow.
    """
    if keras.backend.backend() != "tensorflow":
        raise ConversionError(
            f"a SavedModel is TensorFlow's, and Keras runs on {keras.backend.backend()}; set KERAS_BACKEND=tensorflow"
        )
    import tensorflow as tf

    models = {method: program.model(method) for method in program.outputs_of} | {DEFAULT: program.model()}
    module = tf.Module()
    module.held = [weight.value for weight in models[DEFAULT].weights]
    signatures = {name: _signature(model) for name, model in models.items()}
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as beside:
        whole = Path(beside) / "model"
        tf.saved_model.save(module, os.fspath(whole), signatures=signatures)
        whole.rename(folder)


def _signature(model: Any) -> Callable[..., Any]:
    """Return a model as a function of its named inputs."""
    import tensorflow as tf

    specs = {name: tf.TensorSpec(x.shape, x.dtype, name=name) for name, x in model.input.items()}

    @tf.function  # type: ignore[untyped-decorator]
    def call(**inputs: Any) -> dict[str, Any]:
        return dict(model(inputs))

    return call.get_concrete_function(**specs)  # type: ignore[no-any-return]
