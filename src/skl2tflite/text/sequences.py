"""Sequences that grow and shrink: entries that become none, one or several."""

from __future__ import annotations

from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp


def spread(lengths: Array) -> tuple[Array, Array]:
    """Return where the entries of a longer or shorter sequence come from.

    Parameters
    ----------
    lengths : array of int of shape (n,)
        How many entries each one becomes; the last becomes at least one.

    Returns
    -------
    sources : array of int of shape (m,)
        The entry that each new one comes from.
    offsets : array of int of shape (m,)
        The number that it has among those from the same entry.
    """
    ends = xp.cumulative_sum(lengths)
    total = xp.sum(lengths)
    # As many entries lie before a place as end there or before; the last one's end is beyond all places.
    places = xp.minimum(ends, total - 1)
    before_last = xp.astype(ends < total, int)
    sources = xp.cumulative_sum(xp.segment_sum(before_last, places, total))
    starts = ends - lengths
    return sources, xp.arange(total) - xp.take(starts, sources)
