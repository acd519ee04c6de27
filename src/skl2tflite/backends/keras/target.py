"""What a plan asks of the runtime: Keras takes any number of rows, several methods, strings and truth values."""

from __future__ import annotations

from skl2tflite.backends.tflite.targets import Target

KERAS = Target("keras", has_xnnpack=False)
