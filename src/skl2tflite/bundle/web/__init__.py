"""Bundles for the web: an offline page with a form, and a module with types for an app of one's own."""

from skl2tflite.bundle.place import Place
from skl2tflite.bundle.web.write import check, write

ENCODINGS = frozenset({"matrix", "number", "integer", "boolean", "code", "characters"})
"""What the page's fields, and the rows of the module, become."""
PLACES = (Place("web", "browsers", ("web",), ENCODINGS, write, check),)

__all__ = ["ENCODINGS", "PLACES"]
