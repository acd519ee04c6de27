"""Folders that build: a model for TensorFlow Lite Micro as C++ for a platform, with an example and golden vectors."""

from skl2tflite.bundle.bundle import bundle
from skl2tflite.bundle.platforms import PLATFORMS, Platform

__all__ = ["PLATFORMS", "Platform", "bundle"]
