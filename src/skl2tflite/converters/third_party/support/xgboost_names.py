"""The categories of columns as XGBoost keeps them in its models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np


def category_names(encoded: Mapping[str, Any]) -> list[Any]:
    """Return a column's categories in the order of their codes: whole numbers, or bytes of text.

    Parameters
    ----------
    encoded : mapping
        An entry of ``cats`` in the JSON of a model.
    """
    values = encoded["values"]
    if "offsets" not in encoded:
        return list(values)
    text = np.array(values, dtype=np.int8).tobytes()
    return [text[start:stop] for start, stop in pairwise(encoded["offsets"])]


def kept_of(categories: Sequence[Any]) -> list[bytes]:
    """Return what XGBoost keeps of the text of pandas' categories (``pd_cat_inf``).

    It takes numbers of characters for those of bytes, so that text beyond ASCII is cut, and moved, by what its
    characters are longer.
    """
    texts = [str(each) for each in categories]
    joined = "".join(texts).encode()
    ends = np.cumsum([0, *map(len, texts)]).tolist()
    return [joined[start:stop] for start, stop in pairwise(ends)]
