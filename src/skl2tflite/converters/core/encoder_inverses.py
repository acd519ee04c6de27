"""What ``inverse_transform`` of encoders gives for each code, found by calling scikit-learn's own method."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Decoded:
    """What ``inverse_transform`` gives for one feature.

    Attributes
    ----------
    labels : ndarray
        Results: categories, None, or the value that stands for infrequent categories.
    whole : int
        Number of labels, the first ones, that belong to the codes 0, 1, 2, …
    others : tuple of float
        Codes of the other labels, in their order.
    """

    labels: NDArray[Any]
    whole: int
    others: tuple[float, ...] = ()


def of_ordinal(encoder: Any) -> list[Decoded]:
    """Return what an OrdinalEncoder gives for the codes of each feature."""
    infrequent = getattr(encoder, "infrequent_categories_", None) or [None] * len(encoder.categories_)
    counts = [
        len(categories) - (0 if few is None else len(few))
        for categories, few in zip(encoder.categories_, infrequent, strict=True)
    ]
    rows = np.stack([np.resize(np.arange(float(count)), max(1, *counts)) for count in counts], axis=1)
    answers = encoder.inverse_transform(rows.copy())
    decoded = []
    for feature, count in enumerate(counts):
        codes = {encoder.encoded_missing_value} if feature in encoder._missing_indices else set()
        if infrequent[feature] is not None:
            codes.add(count)
        if encoder.handle_unknown == "use_encoded_value":
            codes.add(encoder.unknown_value)
        labels, others = list(answers[:count, feature]), []
        for code in np.unique(np.array([float(code) for code in codes])):
            row = rows[:1].copy()
            row[0, feature] = code
            # scikit-learn fails to decode what is missing where categories are infrequent.
            with suppress(IndexError):
                labels.append(encoder.inverse_transform(row)[0, feature])
                others.append(float(code))
        decoded.append(Decoded(_array(labels, answers.dtype), count, tuple(others)))
    return decoded


def of_one_hot(encoder: Any, widths: Sequence[int]) -> list[Decoded]:
    """Return what a OneHotEncoder gives for each column of each feature, and for a row of zeros unless it raises."""
    ends = np.cumsum(widths)
    rows = np.zeros((max(1, *widths), ends[-1]))
    for end, width in zip(ends, widths, strict=True):
        if width:
            rows[np.arange(len(rows)), end - width + np.arange(len(rows)) % width] = 1.0
    answers = encoder.inverse_transform(rows)
    decoded = []
    for feature, (end, width) in enumerate(zip(ends, widths, strict=True)):
        labels = list(answers[: max(1, width), feature])
        row = rows[:1].copy()
        row[0, end - width : end] = 0.0
        with suppress(ValueError):  # of rows without a category
            if width:
                labels.append(encoder.inverse_transform(row)[0, feature])
        decoded.append(Decoded(_array(labels, answers.dtype), max(1, width)))
    return decoded


def _array(labels: list[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
    if dtype.kind == "O" or None in labels:
        plain = [label.item() if isinstance(label, np.generic) else label for label in labels]
        return np.array([*plain, None], dtype=object)[:-1]
    return np.array(labels, dtype=dtype)
