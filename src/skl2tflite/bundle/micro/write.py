"""The files of a bundle for a microcontroller, from their templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from importlib.resources import files
from string import Template
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.bundle import cpp_names
from skl2tflite.bundle.micro.inputs import Inputs, made_up
from skl2tflite.bundle.micro.libraries import flashed
from skl2tflite.bundle.micro.platforms import Platform, layout
from skl2tflite.bundle.micro.source import Source
from skl2tflite.bundle.place import Request
from skl2tflite.errors import ConversionError, MissingDependencyError
from skl2tflite.model import TFLiteModel
from skl2tflite.runtime.micro import MicroRunner, has_micro

MOST_GOLDEN = 16
"""Most rows of golden vectors in a bundle: they take flash memory on the device that runs the test."""


def write(platform: Platform, request: Request) -> Mapping[str, bytes]:
    """Return the contents of a bundle's files by their paths.

    Parameters
    ----------
    platform : Platform
    request : Request

    Raises
    ------
    MissingDependencyError
        Where ``tflite-micro`` is not installed, which computes the golden vectors and finds the arena's size.
    """
    if not has_micro():
        raise MissingDependencyError(
            "a bundle needs TFLM itself, for golden vectors and the arena's size: pip install 'skl2tflite[micro]'"
        )
    model = request.model
    content = flashed(bytes(model), platform.library)
    inputs = _answered(model, Inputs.of(model, _golden_rows(model, request.X)))
    source = Source(model, cpp_names.namespace(request.name), content, inputs)
    values = source.values() | {
        "platform": platform.title,
        "extension": platform.extension,
        "example": platform.example.format(name=source.name),
        "example_does": platform.does,
        "build": platform.build.format(name=source.name),
    }
    return {path: _filled(template, values).encode() for path, template in layout(platform, source.name).items()}


def _golden_rows(model: TFLiteModel, X: Any) -> dict[str, NDArray[Any]]:
    """Return rows as the input tensors take them."""
    features = model.facts.features_of(model.methods[0])
    if X is not None:
        rows = {name: np.asarray(array[:MOST_GOLDEN]) for name, array in features.tensors(X).items()}
        if all(map(len, rows.values())):
            return rows
    return made_up(features, MOST_GOLDEN // 2)


def _answered(model: TFLiteModel, inputs: Inputs) -> Inputs:
    """Return the inputs without those golden rows for which the model, like scikit-learn, has no answer."""
    (method,) = model.methods
    info = model.facts.methods[method]
    if info.sentinel is None:
        return inputs
    answers = MicroRunner(bytes(model), method, model.inputs, model.outputs).run(method, inputs.rows)
    kept = ~info.without_answer(answers)
    if not kept.any():
        raise ConversionError(f"the model has no answer for any of the rows ({info.reason}); give others as X")
    return replace(inputs, rows={name: array[kept] for name, array in inputs.rows.items()})


def _filled(template: str, values: dict[str, str]) -> str:
    text = files(__package__).joinpath("templates", *template.split("/")).read_text(encoding="utf-8")
    return Template(text).substitute(values)
