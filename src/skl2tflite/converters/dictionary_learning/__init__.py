"""Sparse codes in a dictionary (:mod:`sklearn.decomposition._dict_learning`), one module for each way to find them."""

from skl2tflite.converters.dictionary_learning import coding

__all__ = ["coding"]
