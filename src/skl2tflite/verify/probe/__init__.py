"""Rows made from a model: on its thresholds and categories, between its classes, at the ends of its ranges."""

from skl2tflite.verify.probe.probing import probing_rows
from skl2tflite.verify.probe.sample import Sample

__all__ = ["Sample", "probing_rows"]
