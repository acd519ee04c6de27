"""Texts in a graph: from code points to words and n-grams to counts, as scikit-learn's vectorizers compute them.

All functions take sequences (arrays of one axis), on which they record if these are tensors, and compute if they are
NumPy arrays.
"""
