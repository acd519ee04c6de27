"""A cache of what is computed from a forest, for all methods of a model that use the same forest."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from skl2tflite.forest.trees import Forest

P = ParamSpec("P")
R = TypeVar("R")


def cached_per_forest(function: Callable[Concatenate[Forest, P], R]) -> Callable[Concatenate[Forest, P], R]:
    """Decorate a function of a forest and hashable arguments so that results are kept as long as the forest exists."""
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
