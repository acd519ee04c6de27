"""Categories in the form in which XGBoost's models keep them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np


def category_names(encoded: Mapping[str, Any]) -> list[Any]:
    """Return a column's categories in the order of their codes: integers, or bytes of text.

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
    """Return the bytes that XGBoost keeps for pandas' text categories (``pd_cat_inf``).

    It uses numbers of characters as numbers of bytes, so that categories beyond ASCII are cut at the wrong bytes.
    """
    texts = [str(each) for each in categories]
    joined = "".join(texts).encode()
    ends = np.cumsum([0, *map(len, texts)]).tolist()
    return [joined[start:stop] for start, stop in pairwise(ends)]
