"""What comparisons found and what made a file: plain data, to JSON and back."""

from skl2tflite.reports.conversion_report import ConversionReport
from skl2tflite.reports.differing_rows import DifferingRow
from skl2tflite.reports.error_histogram import ErrorHistogram
from skl2tflite.reports.method_report import MADE, MethodReport, Reading, merged
from skl2tflite.reports.report import Report

__all__ = ["MADE", "ConversionReport", "DifferingRow", "ErrorHistogram", "MethodReport", "Reading", "Report", "merged"]
