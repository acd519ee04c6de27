"""MurmurHash3 of a text's terms, and the columns and signs that scikit-learn's hashing gives them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.text.sequences import spread

_LEAST = -(2**31)


def _int32(number: int) -> int:
    """Return the int32 number with the same low 32 bits."""
    return (number + 2**31) % 2**32 - 2**31


@dataclass(frozen=True, eq=False)
class Bytes:
    """A text in UTF-8.

    Attributes
    ----------
    values : array of int of shape (n_bytes + 1,)
        Bytes, and a 0 behind them.
    ends : array of int of shape (n_characters,)
        Position behind the last byte of each character.
    sizes : array of int of shape (n_characters,)
        Number of bytes of each character, and of a space behind it.
    """

    values: Array
    ends: Array
    sizes: Array


@dataclass(frozen=True, eq=False)
class Spans:
    """The terms of a text as spans of its bytes.

    Attributes
    ----------
    text : array of int of shape (n_bytes + 1,)
        The text in UTF-8, and one number more behind it.
    starts, sizes : array of int of shape (n_terms,)
        Position of the first byte of each term, and its number of bytes; 0 where there is no term.
    """

    text: Array
    starts: Array
    sizes: Array


def utf8(characters: Array, kept: Array, spaces: Array) -> Bytes:
    """Return characters in UTF-8.

    Parameters
    ----------
    characters : array of int of shape (n,)
        Code points.
    kept : array of int of shape (n,)
        0 for characters to leave out, else 1.
    spaces : array of int of shape (n,)
        1 for characters to put a space behind, else 0.
    """
    zero = np.zeros(1, np.int64)
    longer = [xp.astype(characters >= bound, int) for bound in (0x80, 0x800, 0x10000)]
    own = longer[0] + longer[1] + longer[2] + 1
    sizes = kept * (own + spaces)
    sources, offsets = spread(xp.concat([sizes, zero + 1]))
    characters, own = (xp.take(xp.concat([x, zero]), sources) for x in (characters, own))
    behind = own - 1 - offsets  # bytes of the character that follow, -1 for its space
    bits = xp.bitwise_right_shift(characters, xp.maximum(behind, 0) * 6)
    lead = bits + xp.take(np.array([0, 0, 0xC0, 0xE0, 0xF0]), own)
    values = xp.where(offsets == 0, lead, bits % 64 + 0x80)
    # The 0 behind the text has no bytes of its own; what stands there is never read.
    return Bytes(xp.where(behind < 0, ord(" "), values), xp.cumulative_sum(sizes), sizes)


def murmurhash3(text: Array, starts: Array, sizes: Array) -> Array:
    """Return the hashes of spans of a text (MurmurHash3_x86_32 with seed 0; A. Appleby, 2011).

    Parameters
    ----------
    text : array of int of shape (n_bytes + 1,)
    starts, sizes : array of int of shape (n_parts,)
        Position of the first byte of each span, and its number of bytes.

    Returns
    -------
    array of int of shape (n_parts,)
        As int32.
    """
    ends = starts + sizes

    def block(text: Array, ends: Array, places: Array) -> Array:
        """Return the int32 number of four bytes from each position, 0 for bytes behind the end."""
        number: Array | int = 0
        for i in range(4):
            at = places + i
            value = xp.take(text, xp.minimum(at, ends))
            number = number + xp.wrap(value * xp.astype(at < ends, int) * _int32(1 << 8 * i))
        return xp.wrap(number)

    def go_on(hashes: Array, places: Array, text: Array, ends: Array) -> Array:
        return xp.max(ends - places) >= 4

    def step(hashes: Array, places: Array, text: Array, ends: Array) -> tuple[Array, ...]:
        mixed = xp.bitwise_xor(hashes, _scrambled(block(text, ends, places)))
        mixed = xp.wrap(_rotated(mixed, 13) * 5 + _int32(0xE6546B64))
        whole = ends - places >= 4
        return xp.where(whole, mixed, hashes), xp.where(whole, places + 4, places), text, ends

    hashes, places, text, ends = xp.while_loop(go_on, step, (starts * 0, starts, text, ends))
    # The last one to three bytes of each span; where there are none, a block of zeros changes nothing.
    hashes = xp.bitwise_xor(hashes, _scrambled(block(text, ends, places)))
    hashes = xp.bitwise_xor(hashes, sizes)
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35), (16, 1)):
        hashes = xp.bitwise_xor(hashes, _shifted(hashes, shift))
        hashes = xp.wrap(hashes * _int32(factor)) if factor != 1 else hashes
    return hashes


def _scrambled(block: Array) -> Array:
    return xp.wrap(_rotated(xp.wrap(block * _int32(0xCC9E2D51)), 15) * _int32(0x1B873593))


def _shifted(x: Array, bits: int) -> Array:
    """Shift right, filling with zeros from the left."""
    return xp.bitwise_right_shift(x, np.array(bits)) % (1 << 32 - bits)


def _rotated(x: Array, bits: int) -> Array:
    return xp.wrap(x * (1 << bits)) + _shifted(x, 32 - bits)


def hashed_counts(spans: Spans, n_features: int, alternate_sign: bool) -> tuple[Array, Array]:
    """Return, for each column, the sum of the signs and the number of the terms that are hashed to it.

    As :class:`sklearn.feature_extraction.FeatureHasher` computes them; spans of size 0 do not count.

    Parameters
    ----------
    spans : Spans
    n_features : int
        Number of columns.
    alternate_sign : bool
        Whether the sign of a term is that of its hash; else 1.

    Returns
    -------
    sums, numbers : array of shape (n_features,)
    """
    hashes = murmurhash3(spans.text, spans.starts, spans.sizes)
    return columns_and_signs(hashes, xp.astype(spans.sizes > 0, int), n_features, alternate_sign)


def columns_and_signs(hashes: Array, there: Array, n_features: int, alternate_sign: bool) -> tuple[Array, Array]:
    """Return what :func:`hashed_counts` returns, for hashes.

    Parameters
    ----------
    hashes : array of int of shape (n_terms,)
    there : array of int of shape (n_terms,)
        1 for hashes that count, else 0.
    n_features, alternate_sign
        As in :func:`hashed_counts`.
    """
    special = (2**31 - 1 - (n_features - 1)) % n_features
    columns = xp.where(hashes == _LEAST, special, xp.wrap(xp.abs(hashes)) % n_features)
    numbers = xp.segment_sum(there, columns, n_features)
    if not alternate_sign:
        return numbers, numbers
    signs = there * (xp.astype(hashes >= 0, int) * 2 - 1)
    return xp.segment_sum(signs, columns, n_features), numbers
