"""Arrays of labels, and of other values of an estimator, in a file's JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite import stored
from skl2tflite.errors import ConversionError
from skl2tflite.stored import damaged

NUMBER_KINDS = "biuf"
LABEL_KINDS = NUMBER_KINDS + "USOMm"
"""Kinds of dtypes that values have, and labels."""
WIDEST_LABEL = 1 << 16
"""Bytes of a label at most: what is read from a file must not take memory out of proportion to it."""
FREE, PER_CHARACTER = 32 << 20, 16
"""Bytes of all labels together: so many, and so many for each character that they have."""


def labels_to_json(labels: Sequence[NDArray[Any]] | None) -> list[dict[str, Any]] | None:
    """Return arrays of labels as JSON keeps them, each with its dtype."""
    return None if labels is None else [{"dtype": c.dtype.str, "values": _values(c)} for c in labels]


def labels_from_facts(labels: tuple[stored.Labels, ...] | None) -> tuple[NDArray[Any], ...] | None:
    """Return the arrays of labels that :func:`labels_to_json` wrote."""
    return None if labels is None else tuple(map(_labels, labels))


def dtype_of(name: str, place: str, kinds: str) -> np.dtype[Any]:
    """Return the dtype of a name that a file holds, of some kinds and no wider than labels are.

    Parameters
    ----------
    name : str
    place : str
        Where in the file it stands, for errors.
    kinds : str
        NumPy's codes of the kinds that it may be of.
    """
    try:
        dtype = np.dtype(name)
    except Exception:  # NumPy's parser of names raises errors of many types
        raise damaged(place, f"is {name!r:.80}, which is no dtype") from None
    if dtype.kind not in kinds or dtype.itemsize > WIDEST_LABEL:
        raise damaged(place, f"is {name!r:.80}, which labels and values have not")
    return dtype


def _values(labels: NDArray[Any]) -> list[Any]:
    """Return labels as JSON keeps them; bytes as the characters of the same numbers."""
    if labels.dtype.itemsize > WIDEST_LABEL:
        raise ConversionError(f"labels of dtype {labels.dtype} are too long to be kept in a file; use shorter ones")
    values: list[Any] = labels.tolist()
    if labels.dtype.kind == "S":
        return [value.decode("latin-1") for value in values]
    if any(not isinstance(value, str | bool | int | float | None) for value in values):
        raise ConversionError(f"labels of dtype {labels.dtype} cannot be kept in a file; use strings or numbers")
    return values


def _labels(labels: stored.Labels) -> NDArray[Any]:
    dtype = dtype_of(labels.dtype, "the dtype of labels", LABEL_KINDS)
    values: list[Any] = list(labels.values)
    if dtype.kind in "US":
        characters = sum(len(value) for value in values if isinstance(value, str))
        if dtype.itemsize * len(values) > FREE + PER_CHARACTER * characters:
            raise damaged("labels", f"are much longer as {dtype} than they are in the file")
    try:
        if dtype.kind in "US" and not all(isinstance(value, str) for value in values):
            raise ValueError("they are no strings")
        return np.array([value.encode("latin-1") for value in values] if dtype.kind == "S" else values, dtype=dtype)
    except (ValueError, TypeError, OverflowError) as error:
        raise damaged("labels", f"cannot be held as {dtype} ({error})") from None
