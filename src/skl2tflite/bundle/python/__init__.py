"""Bundles for Python: a module that needs NumPy and LiteRT only."""

from skl2tflite.bundle.place import Place
from skl2tflite.bundle.python.write import check, write

ENCODINGS = frozenset({"matrix", "number", "integer", "boolean", "code", "characters"})
"""What the module fills."""
PLACE = Place("python", "Python", ("litert", "web"), ENCODINGS, write, check)

__all__ = ["ENCODINGS", "PLACE"]
