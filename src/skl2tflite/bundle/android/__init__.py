"""Bundles for Android: a Gradle library module in Kotlin, over LiteRT's Interpreter."""

from skl2tflite.bundle.android.write import write
from skl2tflite.bundle.apps.taken import ENCODINGS, TARGETS, check
from skl2tflite.bundle.place import Place

PLACE = Place("android", "Android", TARGETS, ENCODINGS, write, check)

__all__ = ["PLACE"]
