"""Faithful, small and fast TensorFlow Lite files from fitted scikit-learn pipelines."""

from importlib.metadata import version

from skl2tflite.convert import convert
from skl2tflite.converters import (
    ClassifierConverter,
    Converter,
    OutlierConverter,
    RegressorConverter,
    TransformerConverter,
    converts,
)
from skl2tflite.converters.core.user_estimators import trace
from skl2tflite.errors import (
    ConversionError,
    FidelityError,
    InvalidFileError,
    InvalidInputError,
    Skl2TFLiteError,
)
from skl2tflite.keras_road import to_keras, to_saved_model
from skl2tflite.model import TFLiteModel, load
from skl2tflite.verify import Report, verify

__version__ = version("skl2tflite")

__all__ = [
    "ClassifierConverter",
    "ConversionError",
    "Converter",
    "FidelityError",
    "InvalidFileError",
    "InvalidInputError",
    "OutlierConverter",
    "RegressorConverter",
    "Report",
    "Skl2TFLiteError",
    "TFLiteModel",
    "TransformerConverter",
    "convert",
    "converts",
    "load",
    "to_keras",
    "to_saved_model",
    "trace",
    "verify",
]
