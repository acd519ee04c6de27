"""Golden rows: made column by column like rows given to ``convert``, with the answers that a runtime must give."""

from skl2tflite.golden.examples_of import checked, examples_of

__all__ = ["checked", "examples_of"]
