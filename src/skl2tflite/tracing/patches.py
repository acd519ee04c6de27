"""Attributes of modules replaced for a while, for one thread: all others see what was there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from threading import get_ident
from types import ModuleType
from typing import Any

Patch = tuple[Any, str, Any]
"""A module, the name of its attribute, and what to put there."""


@contextmanager
def patched(patches: Sequence[Patch]) -> Iterator[None]:
    """Replace attributes of modules as this thread sees them.

    A function takes the place of another one in the module's dictionary, where code of the module itself looks, and
    calls the other one where another thread calls it. A class or an object cannot do that: it is found by a property
    of the module's type instead, so that another thread gets the very same class as ever (to pickle its instances).

    Parameters
    ----------
    patches : sequence of (module, str, object)
        Each attribute once.
    """
    owner = get_ident()
    functions = []
    objects: dict[int, tuple[ModuleType, dict[str, property]]] = {}
    for module, name, replacement in patches:
        original = getattr(module, name)
        if isinstance(replacement, type) or not callable(replacement):
            _, properties = objects.setdefault(id(module), (module, {}))
            properties[name] = property(_chosen(owner, replacement, original))
        else:
            functions.append((module, name, original, _for_thread(owner, replacement, original)))
    classes = [(module, type(module)) for module, _ in objects.values()]
    try:
        for module, properties in objects.values():
            module.__class__ = type("module", (type(module),), properties)
        for module, name, _, replacement in functions:
            setattr(module, name, replacement)
        yield
    finally:
        for module, name, original, _ in functions:
            setattr(module, name, original)
        for module, kind in classes:
            module.__class__ = kind


def _chosen(owner: int, replacement: Any, original: Any) -> Callable[[Any], Any]:
    return lambda _: replacement if get_ident() == owner else original


def _for_thread(owner: int, replacement: Callable[..., Any], original: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(original)
    def call(*args: Any, **kwargs: Any) -> Any:
        return (replacement if get_ident() == owner else original)(*args, **kwargs)

    return call
