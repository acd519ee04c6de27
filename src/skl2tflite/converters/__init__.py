"""Converters: one class for each estimator, a mirror of its methods on symbolic tensors."""

from skl2tflite.converters.core.base import Converter
from skl2tflite.converters.core.estimator_kinds import (
    ClassifierConverter,
    OutlierConverter,
    RegressorConverter,
    TransformerConverter,
)
from skl2tflite.converters.core.method_names import METHODS
from skl2tflite.converters.core.registry import converter_for, converts, registered

__all__ = [
    "METHODS",
    "ClassifierConverter",
    "Converter",
    "OutlierConverter",
    "RegressorConverter",
    "TransformerConverter",
    "converter_for",
    "converts",
    "registered",
]
