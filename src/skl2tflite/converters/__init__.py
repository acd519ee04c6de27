"""Converters: one class for each estimator, in a module named as scikit-learn's."""

from skl2tflite.converters.base import (
    METHODS,
    ClassifierConverter,
    Converter,
    OutlierConverter,
    RegressorConverter,
    TransformerConverter,
)
from skl2tflite.converters.registry import converter_for, converts, registered

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
