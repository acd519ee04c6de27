"""Bundles in C++17, over LiteRT's C interface, for Linux, Raspberry Pi, desktops and Android's NDK."""

from skl2tflite.bundle.apps.taken import ENCODINGS, TARGETS, check
from skl2tflite.bundle.cpp.write import write
from skl2tflite.bundle.place import Place

PLACE = Place("cpp", "C++", TARGETS, ENCODINGS, write, check)

__all__ = ["PLACE"]
