"""The numbers of an input column whose images, under a monotone function, lie in an interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skl2tflite.forest.float_keys import GREATEST_KEY, Floats, Ints, from_keys
from skl2tflite.forest.threshold_search import Images, Search


@dataclass(frozen=True, eq=False)
class Preimages:
    """Intervals of input columns, one for each interval of a feature; all of shape (n_intervals,).

    Attributes
    ----------
    least, greatest : ndarray of float64
        Float32 numbers, both included. The least is above the greatest where there are none.
    nan : ndarray of bool
        Whether the image of NaN lies within.
    known : ndarray of bool
        Whether these numbers are an interval. They are not where rounding makes the function rise and fall around an
        end of it.
    """

    least: Floats
    greatest: Floats
    nan: NDArray[np.bool_]
    known: NDArray[np.bool_]


def preimages(images: Images, feature: Ints, low: Floats, high: Floats, narrow: bool) -> Preimages:
    """Return the numbers of input columns whose images lie within intervals.

    Parameters
    ----------
    images : Images
    feature : ndarray of int64, shape (n_intervals,)
        Features that are functions of a single column.
    low, high : ndarray of float64, shape (n_intervals,)
        Both included.
    narrow : bool
        Whether images are rounded to float32 before they are compared.
    """
    count = len(feature)
    # x <= the float64 number below `low`, and x <= `high`.
    thresholds = np.concatenate([np.nextafter(low, -np.inf), high])
    order = np.lexsort((thresholds, np.tile(feature, 2)))
    search = Search(np.tile(feature, 2)[order], thresholds[order], images, float64=not narrow)
    first, last = search.domains()
    falling = search.falling(first, last)
    step = np.empty(2 * count, dtype=np.int64)
    step[order] = search.steps(first, last, falling)
    first, last, turned = first[feature], last[feature], falling[feature]
    below, above = np.where(turned, step[count:], step[:count]), np.where(turned, step[:count], step[count:])
    # An interval without a lower or upper end reaches to the first or last number that has an image.
    start = np.where(np.where(turned, np.isposinf(high), np.isneginf(low)), first, below + 1)
    stop = np.where(np.where(turned, np.isneginf(low), np.isposinf(high)), last, above)
    start, stop = np.maximum(start, first), np.minimum(stop, last)
    none = start > stop
    images_of = search.rows(np.array([-np.inf, np.inf, np.nan], dtype=np.float32))[:, feature]
    within = (images_of >= low) & (images_of <= high)
    least = from_keys(np.clip(start, -GREATEST_KEY, GREATEST_KEY)).astype(np.float64)
    greatest = from_keys(np.clip(stop, -GREATEST_KEY, GREATEST_KEY)).astype(np.float64)
    least = np.where((start == -GREATEST_KEY) & within[0], -np.inf, least)
    greatest = np.where((stop == GREATEST_KEY) & within[1], np.inf, greatest)
    return Preimages(
        np.where(none, np.inf, least),
        np.where(none, -np.inf, greatest),
        within[2],
        ~np.isin(feature, list(search.kept)),
    )
