"""A model and its estimator side by side on rows."""

from skl2tflite.verify.report import MethodReport, Report
from skl2tflite.verify.verify import compare, verify

__all__ = ["MethodReport", "Report", "compare", "verify"]
