"""Attributes of modules that are replaced for one thread and for a while; other threads see the originals."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from threading import get_ident
from types import ModuleType
from typing import Any

Patch = tuple[Any, str, Any]
"""A module, the name of its attribute, and the replacement; or the globals of a module, a name there, and the
replacement of what it stands for."""


@contextmanager
def patched(patches: Sequence[Patch]) -> Iterator[None]:
    """Replace attributes of modules as this thread sees them.

    A function is replaced in the module's dictionary, so that code of the module itself finds the replacement too; it
    calls the original where another thread calls it. A class or another object cannot dispatch like that. It is
    replaced by a property of the module's type, so that other threads get the very same object (and can pickle
    instances of it).

    Parameters
    ----------
    patches : sequence of (module or dict, str, object)
        The patches; each attribute may occur once. A class in a dict of globals is replaced for all threads.
    """
    owner = get_ident()
    functions = []
    names: list[tuple[dict[str, Any], str, Any, Any]] = []
    objects: dict[int, tuple[ModuleType, dict[str, property]]] = {}
    for module, name, replacement in patches:
        if isinstance(module, dict):
            original = module[name]
            called = callable(replacement) and not isinstance(replacement, type)
            names.append((module, name, original, _for_thread(owner, replacement, original) if called else replacement))
            continue
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
        for namespace, name, _, replacement in names:
            namespace[name] = replacement
        yield
    finally:
        for namespace, name, original, _ in names:
            namespace[name] = original
        for module, name, original, _ in functions:
            setattr(module, name, original)
        for module, kind in classes:
            module.__class__ = kind


def _chosen(owner: int, replacement: Any, original: Any) -> Callable[[Any], Any]:
    """Return the getter of a property that gives the replacement in one thread, and the original in all others.

    Parameters
    ----------
    owner : int
        Identifier of the thread that sees the replacement.
    replacement, original : object
    """
    return lambda _: replacement if get_ident() == owner else original


def _for_thread(owner: int, replacement: Callable[..., Any], original: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that calls the replacement in one thread, and the original
    in all others.

    Parameters
    ----------
    owner : int
        Identifier of the thread that sees the replacement.
    replacement, original : callable
    """

    @wraps(original)
    def call(*args: Any, **kwargs: Any) -> Any:
        return (replacement if get_ident() == owner else original)(*args, **kwargs)

    return call
