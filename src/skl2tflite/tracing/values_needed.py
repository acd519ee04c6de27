"""Errors of symbolic values whose value is needed at once: user code that catches them takes a way of its own.

``D.get(v, v)``, ``float(v)`` or ``if v > 0`` within ``try … except Exception`` would be recorded as if the value were
none that the code knows. Such an error is kept, and raised once the function has returned.
"""

from __future__ import annotations

from typing import Any

from skl2tflite.errors import GraphError
from skl2tflite.graph.source import refusal
from skl2tflite.tracing.tracing_context import Collector

values_needed: Collector[GraphError] = Collector("values_needed")
"""Collects the errors that were raised while a function is recorded."""


def needed(error: GraphError) -> GraphError:
    """Return an error that stays one, even where the code that it is raised in catches it."""
    values_needed.add(error)
    return error


def no_hash(self: Any) -> int:
    """Refuse to be looked up in a dictionary, a set or a cache: equal values would have to have equal hashes."""
    raise needed(
        refusal(
            f"{self!r} was looked up in a dictionary, a set or a cache (functools.lru_cache), which needs its value; "
            "look values up by column.map({…}) or column.isin([…]), or compute with numpy.where"
        )
    )


def no_number(self: Any) -> Any:
    """Refuse to become one number of Python's."""
    raise needed(
        refusal(
            f"{self!r} has no value yet, only a place in the graph: int, float and math need one; use "
            "NumPy's functions of the whole column"
        )
    )


def no_text(self: Any, *_: Any) -> str:
    """Refuse to be written out: the text would be the same for all values."""
    raise needed(refusal(f"{self!r} was made text of by str or format, which needs its value"))
