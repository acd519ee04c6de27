"""Bundles for microcontrollers: a model for TensorFlow Lite Micro as C++, with an example and golden vectors."""

from functools import partial

from skl2tflite.bundle.micro.platforms import PLATFORMS
from skl2tflite.bundle.micro.write import write
from skl2tflite.bundle.place import Place

ENCODINGS = frozenset({"matrix", "number", "integer", "boolean", "code", "counts"})
"""What the struct ``Features`` holds."""
PLACES = tuple(
    Place(name, platform.title, ("micro",), ENCODINGS, partial(write, platform)) for name, platform in PLATFORMS.items()
)

__all__ = ["ENCODINGS", "PLACES"]
