"""Bundles for iOS: a Swift package, over TensorFlow Lite's Interpreter."""

from skl2tflite.bundle.apps.taken import ENCODINGS, TARGETS, check
from skl2tflite.bundle.ios.write import write
from skl2tflite.bundle.place import Place

PLACE = Place("ios", "iOS", TARGETS, ENCODINGS, write, check)

__all__ = ["PLACE"]
