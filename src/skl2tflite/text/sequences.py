"""Sequences in which each entry becomes none, one or several entries."""

from __future__ import annotations

from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp


def spread(lengths: Array) -> tuple[Array, Array]:
    """Return the source of each entry of a sequence in which entries are repeated or dropped.

    Parameters
    ----------
    lengths : array of int of shape (n,)
        Number of entries that each entry becomes; at least 1 for the last.

    Returns
    -------
    sources : array of int of shape (m,)
        Position of the entry that each new one comes from.
    offsets : array of int of shape (m,)
        Number of each new entry among those from the same source.
    """
    ends = xp.cumulative_sum(lengths)
    total = xp.sum(lengths)
    # The source of a position is the number of entries that end at it or before.
    places = xp.minimum(ends, total - 1)
    before_last = xp.astype(ends < total, int)
    sources = xp.cumulative_sum(xp.segment_sum(before_last, places, total))
    starts = ends - lengths
    return sources, xp.arange(total) - xp.take(starts, sources)
