"""Converters: one class for each estimator, a mirror of its methods on symbolic tensors."""

from skl2tflite.converters.core.base import Converter
from skl2tflite.converters.core.estimator_kinds import (
    ClassifierConverter,
    OutlierConverter,
    RegressorConverter,
    TransformerConverter,
)
from skl2tflite.converters.core.registry import converter_for, converts, registered
from skl2tflite.method_arguments import METHODS

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
