"""Forests: node tables of all tree families, exact float32 thresholds, and the tables by which files route rows.

:mod:`~skl2tflite.forest.trees` holds a forest as arrays, :mod:`~skl2tflite.forest.op` is the graph operation,
:mod:`~skl2tflite.forest.tables` and :mod:`~skl2tflite.forest.batches` lay a forest out for one row and for many rows,
and :mod:`~skl2tflite.forest.cost` chooses among the layouts.
"""
