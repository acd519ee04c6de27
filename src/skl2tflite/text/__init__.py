"""Texts in a graph: code points to words, words to counts, as scikit-learn's vectorizers do it.

Every function here works on sequences of one axis and computes on NumPy arrays what it records on tensors.
"""
