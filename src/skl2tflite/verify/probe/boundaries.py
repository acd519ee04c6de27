"""Rows where classes meet, found by bisection between rows of different labels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.verify.probe.template import Cells, Template

MOST_PAIRS = 32
"""Number of pairs of rows between which classes are separated."""
PAIRS_OF_LABELS = 4
"""Number of pairs for each two labels."""
STEPS = 64
"""Most halvings: the distance of two float32 rows is no more of them from the last digit, near zero apart."""

Labels = Callable[[Cells], "NDArray[Any] | None"]
"""Gives the labels of rows; None where the estimator refuses some."""


def rows_between_classes(template: Template, labels: Labels) -> Cells | None:
    """Return rows ever closer to where labels change, and the two neighbouring rows of different labels there.

    Parameters
    ----------
    template : Template
    labels : callable
    """
    none = np.zeros((len(template), template.width))
    answer = labels(Cells(np.arange(len(template)), none, none.astype(bool)))
    if answer is None:
        return None
    pairs = _pairs(answer)
    if not pairs.size or not template.numeric.any():
        return None
    first, second = pairs.T
    columns = np.broadcast_to(template.numeric, (len(first), template.width))
    a = template.numbers[first].astype(np.float32)
    b = template.numbers[second].astype(np.float32)
    columns = columns & np.isfinite(a) & np.isfinite(b)
    a, b = (_steps(np.where(columns, each, 0), template) for each in (a, b))

    def asked(numbers: NDArray[np.float32]) -> NDArray[Any] | None:
        return labels(Cells(first, numbers.astype(np.float64), columns))

    ends = [asked(each) for each in (a, b)]
    if ends[0] is None or ends[1] is None:
        return None
    apart = ~_same(ends[0], ends[1])  # text stays as it is in the first row: some labels hung on it
    if not apart.any():
        return None
    first, columns, a, b, label = first[apart], columns[apart], a[apart], b[apart], ends[0][apart]
    met = [a, b]
    for _ in range(STEPS):
        middle = _steps((a.astype(np.float64) + b.astype(np.float64)).__truediv__(2).astype(np.float32), template)
        if ((middle == a) | (middle == b)).all():
            break
        answer = asked(middle)
        if answer is None:
            break
        same = _same(answer, label)[:, np.newaxis]
        a, b = np.where(same, middle, a), np.where(same, b, middle)
        met.append(middle)
    kept = np.concatenate([*met[2:], a, b]).astype(np.float64)
    times = len(kept) // len(first)
    return Cells(np.tile(first, times), kept, np.tile(columns, (times, 1)))


def _steps(numbers: NDArray[np.float32], template: Template) -> NDArray[np.float32]:
    return np.where(template.whole, np.floor(numbers), numbers)


def _pairs(labels: NDArray[Any]) -> NDArray[np.intp]:
    """Return pairs of rows of different labels, a few for each two labels."""
    rows = labels.reshape(len(labels), -1)
    _, which = np.unique(rows.astype(str), axis=0, return_inverse=True)
    which = which.reshape(-1)
    groups = [np.flatnonzero(which == label) for label in range(which.max() + 1)] if len(which) else []
    pairs = [
        (one[i % len(one)], other[i % len(other)])
        for i in range(PAIRS_OF_LABELS)
        for at, one in enumerate(groups)
        for other in groups[at + 1 :]
        if i < max(len(one), len(other))
    ]
    return np.array(pairs[:MOST_PAIRS], dtype=np.intp).reshape(-1, 2)


def _same(a: NDArray[Any], b: NDArray[Any]) -> NDArray[np.bool_]:
    """Whether the labels of rows are the same, all of them where there are several outputs."""
    return np.asarray((a == b).reshape(len(a), -1).all(axis=1))
