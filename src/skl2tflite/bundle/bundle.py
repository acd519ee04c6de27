"""A bundle: the folder of C++ files that a model becomes. It is written whole, or not at all."""

from __future__ import annotations

import os
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.bundle import cpp_names
from skl2tflite.bundle.inputs import Inputs, made_up
from skl2tflite.bundle.libraries import flashed
from skl2tflite.bundle.platforms import PLATFORMS, layout
from skl2tflite.bundle.source import Source, check_bundled
from skl2tflite.errors import ConversionError, InvalidInputError, MissingDependencyError
from skl2tflite.model import TFLiteModel
from skl2tflite.runtime.micro import MicroRunner, has_micro
from skl2tflite.whole_files import write_folder

MOST_GOLDEN = 16
"""Most rows of golden vectors in a bundle: they take flash memory on the device that runs the test."""


def bundle(
    model: TFLiteModel,
    directory: str | os.PathLike[str],
    platform: str = "tflm",
    *,
    name: str = "model",
    X: Any = None,
) -> Path:
    """Write a model as a folder of C++ that builds on a platform.

    Parameters
    ----------
    model : TFLiteModel
        Converted with ``target="micro"``.
    directory : path-like
        Folder to make; it must not exist, or be empty.
    platform : {"tflm", "arduino", "esp-idf", "zephyr", "platformio"}
    name : str
        Namespace, and prefix of the files.
    X : array-like or DataFrame of shape (n_rows, n_features), optional
        Rows for the golden vectors, which are rows with the model's answers, as a test on the device. The first 16 are
        taken; by default rows are made up, which are less like those that the device will see.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    ConversionError
        Where there is no such platform, or the model is for another runtime.
    UnsupportedOnTarget
        Where the platform's TFLM is too old to have a kernel that the model needs.
    InvalidInputError
        Where X is not what the model takes, or the folder holds something.
    MissingDependencyError
        Where ``tflite-micro`` is not installed, which computes the golden vectors and finds the arena's size.
    """
    check_bundled(model)
    if platform not in PLATFORMS:
        raise ConversionError(f"there is no platform {platform!r}; there are {', '.join(PLATFORMS)}")
    if not has_micro():
        raise MissingDependencyError(
            "a bundle needs TFLM itself, for golden vectors and the arena's size: pip install 'skl2tflite[micro]'"
        )
    target = Path(directory)
    _check_free(target)
    chosen = PLATFORMS[platform]
    content = flashed(bytes(model), chosen.library)
    inputs = _answered(model, Inputs.of(model, _golden_rows(model, X)))
    source = Source(model, cpp_names.namespace(name), content, inputs)
    values = source.values() | {
        "platform": chosen.title,
        "extension": chosen.extension,
        "example": chosen.example.format(name=source.name),
        "example_does": chosen.does,
        "build": chosen.build.format(name=source.name),
    }
    contents = {path: _filled(template, values) for path, template in layout(chosen, source.name).items()}
    _write(target, contents)
    return target


def _check_free(target: Path) -> None:
    try:
        taken = target.exists() and (not target.is_dir() or any(target.iterdir()))
    except OSError as error:
        raise InvalidInputError(f"{target} cannot be made: {error.strerror}") from None
    if taken:
        raise InvalidInputError(f"{target} exists and is not an empty folder; name another")


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


def _write(target: Path, contents: dict[str, str]) -> None:
    parent = target.absolute().parent
    if not parent.is_dir():
        raise InvalidInputError(f"{parent} is not a folder that exists, so {target} cannot be made")
    try:
        write_folder(target, {path: text.encode() for path, text in contents.items()})
    except OSError as error:
        raise InvalidInputError(f"{target} cannot be made in {parent}: {error.strerror}") from None
