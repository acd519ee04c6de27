"""A model and its estimator side by side on rows."""

from skl2tflite.reports import MethodReport, Report
from skl2tflite.verify.compare import compare
from skl2tflite.verify.verify import verify

__all__ = ["MethodReport", "Report", "compare", "verify"]
