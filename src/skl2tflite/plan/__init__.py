"""What comes before operators: methods recorded as graphs, columns decided, passes run."""

from skl2tflite.plan.column_hints import EVERY_WORD, ColumnHints, column_hints
from skl2tflite.plan.plan import Plan, plan

__all__ = ["EVERY_WORD", "ColumnHints", "Plan", "column_hints", "plan"]
