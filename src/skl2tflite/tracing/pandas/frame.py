"""Symbolic tables with the interface of a pandas DataFrame, for user functions that work on its columns."""

from __future__ import annotations

from typing import Any

from skl2tflite.tracing.pandas.frame_reductions import FrameReductions
from skl2tflite.tracing.pandas.located import Located


class Frame(FrameReductions):
    """The stand-in for a pandas DataFrame while a user function is recorded.

    Methods that compute each row by itself record nodes of the graph; methods that need several rows are refused.
    Columns may hold strings. The base classes say what can be done with columns (:class:`FrameColumns`), with values
    (:class:`FrameValues`) and with whole rows (:class:`FrameReductions`).

    Parameters
    ----------
    table : Table
    """

    def join(self, other: Any, **_: Any) -> Frame:
        """Return this frame and another one side by side."""
        from skl2tflite.tracing.pandas.protocol import concat

        return concat([self, other], axis=1)

    @property
    def loc(self) -> Located:
        """Access by column names, and by row masks to write to."""
        return Located(self, by_name=True)

    @property
    def iloc(self) -> Located:
        """Access by column positions."""
        return Located(self, by_name=False)
