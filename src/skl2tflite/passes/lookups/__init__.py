"""Functions of one column with many categories, made look-ups in tables: time no longer grows with their number."""

from skl2tflite.passes.lookups.rewriting import LOOK_UP

__all__ = ["LOOK_UP"]
