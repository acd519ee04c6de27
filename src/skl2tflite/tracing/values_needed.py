"""Errors for user code that needs the value of a symbolic array, which has none.

Code such as ``try: float(v) except Exception: …`` would catch the error, and be recorded as if the value were one that
it cannot handle. So such an error is also kept, and raised again once the function has returned.
"""

from __future__ import annotations

from typing import Any

from skl2tflite.errors import GraphError
from skl2tflite.graph.source import refusal
from skl2tflite.tracing.tracing_context import Collector

values_needed: Collector[GraphError] = Collector("values_needed")
"""Collects the errors that were raised while a function is recorded."""


def needed(error: GraphError) -> GraphError:
    """Keep an error, so that it is raised again even if the user's code catches it, and return it."""
    values_needed.add(error)
    return error


def no_hash(self: Any) -> int:
    """Refuse look-ups in a dictionary, a set or a cache: these need the hash of the value."""
    raise needed(
        refusal(
            f"{self!r} was looked up in a dictionary, a set or a cache (functools.lru_cache), which needs its value; "
            "look values up with column.map({…}) or column.isin([…]), or compute with numpy.where"
        )
    )


def no_number(self: Any) -> Any:
    """Refuse to become a Python number."""
    raise needed(
        refusal(
            f"{self!r} has no value yet, as it is recorded, and int, float and math need one; use "
            "NumPy's functions of the whole column"
        )
    )


def no_text(self: Any, *_: Any) -> str:
    """Refuse to become text, which would be the same for all values."""
    raise needed(refusal(f"{self!r} was turned into text (str, format), which needs its value"))
