"""Rows of other kinds than tables: images from .npy files, dicts and sets of labels from lines of JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.errors import InvalidInputError

_JSON: dict[type, str] = {dict: "object of JSON", list: "array of JSON"}


def read_images(path: Path) -> NDArray[Any]:
    """Read images from a .npy file, of shape (n_images, height, width) or (n_images, height, width, n_channels).

    Raises
    ------
    InvalidInputError
        Where the file is none, or holds no numbers.
    """
    if path.suffix.lower() != ".npy":
        raise InvalidInputError(f"{path}: the model takes images, which are read from .npy files (numpy.save)")
    path.open("rb").close()  # a file that is not there, or not readable, is reported as such
    try:
        images = np.load(path, allow_pickle=False, mmap_mode="r")  # which looks whether the file is as long as it says
    except Exception as error:  # a damaged file can raise anything: ValueError, EOFError, BadZipFile, MemoryError
        raise InvalidInputError(f"{path} is no .npy file of numbers: {error!s:.300}") from None
    if not isinstance(images, np.ndarray) or images.ndim < 3 or not len(images):
        raise InvalidInputError(f"{path} holds no images: an array of shape (n_images, height, width, …)")
    return images


def lines_of_json(path: Path, kind: type, size: int | None = None) -> Iterator[list[Any]]:
    """Yield rows from a .jsonl file, which has one on each line: a JSON object is a dict, an array a set of labels.

    Parameters
    ----------
    path : Path
    kind : {dict, list}
        The type of each row.
    size : int, optional
        Most rows to yield at once; all of them by default.

    Raises
    ------
    InvalidInputError
        Where the file is none, or a line holds something else.
    """
    if path.suffix.lower() != ".jsonl":
        taken = "dicts" if kind is dict else "sets of labels"
        raise InvalidInputError(
            f"{path}: the model takes {taken}, which are read from .jsonl files with an {_JSON[kind]} on each line"
        )
    rows: list[Any] = []
    empty = True
    try:
        with path.open(encoding="utf-8-sig") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    rows.append(json.loads(line))
                    if not isinstance(rows[-1], kind):
                        raise InvalidInputError(f"{path}: line {number} holds no {_JSON[kind]}")
                if len(rows) == size:
                    yield rows
                    rows, empty = [], False
    except InvalidInputError:
        raise
    except (ValueError, RecursionError) as error:  # numbers of too many digits and lists within lists too
        raise InvalidInputError(f"{path} is no file of lines of JSON: {error}") from None
    if rows:
        yield rows
    elif empty:
        raise InvalidInputError(f"{path} holds no rows")
