"""A bundle: the folder that a model becomes for a place. It is written whole, or not at all."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from skl2tflite.app_contract import describe
from skl2tflite.bundle.place import Request
from skl2tflite.bundle.places import PLACES
from skl2tflite.errors import ConversionError, InvalidInputError
from skl2tflite.model import TFLiteModel
from skl2tflite.whole_files import write_folder


def bundle(
    model: TFLiteModel,
    directory: str | os.PathLike[str],
    place: str,
    *,
    name: str = "model",
    X: Any = None,
    runtime: str | os.PathLike[str] | None = None,
) -> Path:
    """Write a model as a folder with the code that uses it in a place.

    Parameters
    ----------
    model : TFLiteModel
    directory : path-like
        Folder to make; it must not exist, or be empty.
    place : {"tflm", "arduino", "esp-idf", "zephyr", "platformio", "web", "cpp", "android", "ios", "python"}
        What the folder is for: platforms of microcontrollers; browsers; C++ on computers and phones; Kotlin; Swift;
        Python without scikit-learn.
    name : str
        The model's name in the code, and in the names of files.
    X : array-like or DataFrame of shape (n_rows, n_features), optional
        Rows for the golden vectors, which are rows with the model's answers, as a test where it runs. The first 16 are
        taken; by default the file's own golden rows, which are always those of ``"web"``. For microcontrollers rows are
        made up by default, which are less like those that the device will see.
    runtime : path-like, optional
        Of ``"web"``: where npm has installed LiteRT.js (``@litertjs/core``), which the page holds. By default it is
        looked for in ``node_modules`` of this folder and of those above.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    ConversionError
        Where there is no such place, or it does not take the model.
    UnsupportedOnTarget
        Where the place's runtime is too old to have a kernel that the model needs.
    InvalidInputError
        Where X is not what the model takes, or the folder holds something.
    MissingDependencyError
        Where ``tflite-micro`` is not installed, and the place is a microcontroller: it computes the golden vectors, and
        finds the arena's size.
    """
    if place not in PLACES:
        raise ConversionError(f"there is no place {place!r} to make bundles for; there are {', '.join(PLACES)}")
    chosen, contract = PLACES[place], describe(model)
    chosen.require(contract)
    target = Path(directory)
    _check_free(target)
    _write(target, chosen.write(Request(model, contract, name, X, runtime)))
    return target


def _check_free(target: Path) -> None:
    try:
        taken = target.exists() and (not target.is_dir() or any(target.iterdir()))
    except OSError as error:
        raise InvalidInputError(f"{target} cannot be made: {error.strerror}") from None
    if taken:
        raise InvalidInputError(f"{target} exists and is not an empty folder; name another")


def _write(target: Path, contents: Mapping[str, bytes]) -> None:
    parent = target.absolute().parent
    if not parent.is_dir():
        raise InvalidInputError(f"{parent} is not a folder that exists, so {target} cannot be made")
    try:
        write_folder(target, contents)
    except OSError as error:
        raise InvalidInputError(f"{target} cannot be made in {parent}: {error.strerror}") from None
