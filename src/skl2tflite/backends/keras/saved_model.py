"""SavedModels: a signature for each method."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterable, Mapping
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
    spelt = signature_names(program.inputs)
    signatures = {name: _signature(model, spelt) for name, model in models.items()}
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as beside:
        whole = Path(beside) / "model"
        tf.saved_model.save(module, os.fspath(whole), signatures=signatures)
        whole.rename(folder)


def signature_names(names: Iterable[str]) -> dict[str, str]:
    """Return the names that inputs have in a SavedModel: TensorFlow takes letters without accents, digits and "_".

    Every other character becomes "_", and what does not begin with a letter begins with ``arg_``, as TensorFlow itself
    has it where it does not fail.

    Raises
    ------
    ConversionError
        Where two inputs then have the same name.
    """
    spelt: dict[str, str] = {}
    for name in names:
        short = re.sub(r"[^A-Za-z0-9_]", "_", name)
        short = short if re.match("[A-Za-z]", short) else f"arg_{short}"
        other = next((each for each, taken in spelt.items() if taken == short), None)
        if other is not None:
            raise ConversionError(
                f"the features {other!r} and {name!r} are both {short!r} in a SavedModel, whose names hold letters "
                "without accents, digits and underscores; rename one"
            )
        spelt[name] = short
    return spelt


def _signature(model: Any, spelt: Mapping[str, str]) -> Callable[..., Any]:
    """Return a model as a function of its inputs.

    Parameters
    ----------
    model : keras.Model
    spelt : mapping of str to str
        Names of the inputs in the file.
    """
    import tensorflow as tf

    specs = {spelt[name]: tf.TensorSpec(x.shape, x.dtype, name=spelt[name]) for name, x in model.input.items()}

    @tf.function  # type: ignore[untyped-decorator]
    def call(inputs: dict[str, Any]) -> dict[str, Any]:
        return dict(model({name: inputs[spelt[name]] for name in model.input}))

    return call.get_concrete_function(specs)  # type: ignore[no-any-return]
