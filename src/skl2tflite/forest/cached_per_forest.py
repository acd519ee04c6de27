"""What is made of a forest is made once, for all methods that use it."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from skl2tflite.forest.trees import Forest

P = ParamSpec("P")
R = TypeVar("R")


def once(function: Callable[Concatenate[Forest, P], R]) -> Callable[Concatenate[Forest, P], R]:
    """Return a function that keeps its results as long as the forest lives; other arguments are hashable."""
    known: WeakKeyDictionary[Forest, dict[Hashable, Any]] = WeakKeyDictionary()

    @wraps(function)
    def kept(forest: Forest, /, *args: P.args, **kwargs: P.kwargs) -> R:
        made = known.setdefault(forest, {})
        key = (args, tuple(sorted(kwargs.items())))
        if key not in made:
            made[key] = function(forest, *args, **kwargs)
        result: R = made[key]
        return result

    return kept
