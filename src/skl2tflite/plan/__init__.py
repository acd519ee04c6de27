"""The plan of a file: the graphs of its methods after all passes, and the columns that it takes."""

from skl2tflite.plan.column_hints import EVERY_WORD, ColumnHints, column_hints
from skl2tflite.plan.plan import Plan, plan

__all__ = ["EVERY_WORD", "ColumnHints", "Plan", "column_hints", "plan"]
