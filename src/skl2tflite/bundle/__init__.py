"""Folders with a model and the code that uses it: a project for each place where a file runs."""

from skl2tflite.bundle.bundle import bundle
from skl2tflite.bundle.place import Place, Request
from skl2tflite.bundle.places import PLACES

__all__ = ["PLACES", "Place", "Request", "bundle"]
