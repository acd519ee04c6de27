"""Which methods of an estimator are converted."""

from __future__ import annotations

from collections.abc import Sequence

from skl2tflite.arguments import shown
from skl2tflite.converters import METHODS, Converter
from skl2tflite.errors import ConversionError


def choose_methods(converter: Converter, methods: Sequence[str] | None, several: bool) -> tuple[str, ...]:
    """Return the methods to convert, the main one first.

    Parameters
    ----------
    converter : Converter
    methods : sequence of str, optional
        Those that the user names; by default those that a user of such an estimator calls.
    several : bool
        Whether a file may hold more than one.

    Raises
    ------
    ConversionError
        Where there is none, or what is named is none; UnsupportedMethodError where the estimator lacks one.
    """
    if methods is None:
        chosen = tuple(name for name in converter.default_methods if converter.has(name))
        chosen = chosen or converter.methods[:1]
        if not chosen:
            raise ConversionError(f"{converter.path} has no inference method that can be converted")
        return chosen if several else chosen[:1]
    if isinstance(methods, str) or not isinstance(methods, Sequence):
        example = methods if isinstance(methods, str) else "predict"
        raise ConversionError(f"methods is a sequence of names, as methods=({example!r},)")
    for name in methods:
        if not isinstance(name, str):
            raise ConversionError(f"methods is a sequence of names, and {shown(name)} is none")
        if name not in METHODS and not hasattr(converter.estimator, name):
            raise ConversionError(f"{name!r} is no inference method; these are: {', '.join(METHODS)}")
        converter.method(name)
    if not methods:
        raise ConversionError("methods is empty; name at least one")
    if not several and len(set(methods)) > 1:
        raise ConversionError(
            f"a file for target 'micro' holds one method, not {', '.join(methods)}: TensorFlow Lite Micro runs a "
            f"file's first subgraph only; convert each to a file of its own, as methods=({methods[0]!r},)"
        )
    return tuple(dict.fromkeys(methods))
