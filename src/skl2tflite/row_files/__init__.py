"""Rows for an estimator, read from files: CSV, Parquet, .npy of images, .jsonl of dicts and sets of labels."""

from skl2tflite.row_files.rows import read_rows, row_batches, with_categoricals

__all__ = ["read_rows", "row_batches", "with_categoricals"]
