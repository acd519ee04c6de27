import random
import re
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import strip_accents_ascii, strip_accents_unicode

from skl2tflite.text.preprocessing import Replacement, with_final_sigmas
from skl2tflite.text.tables import CharacterTable
from skl2tflite.text.unicode import (
    CODE_POINTS,
    SIGMA,
    cased,
    code_points,
    every_character,
    lower_case,
    substitution,
    whitespace,
)
from tests.text.texts import texts

STRIP = {None: lambda text: text, "ascii": strip_accents_ascii, "unicode": strip_accents_unicode}
SURROGATES = range(0xD800, 0xE000)


@pytest.mark.parametrize("lowercase", [False, True])
@pytest.mark.parametrize("accents", STRIP)
def test_every_character_becomes_what_scikit_learn_makes_of_it(lowercase, accents):
    result = substitution(lowercase, accents)
    characters = sorted(
        {*range(0, 0x3400), *range(0xF900, 0x10000), *range(0x1D000, 0x1F900), *range(0x34, CODE_POINTS, 97)}
    )
    for character in characters:
        if character == SIGMA or character in SURROGATES:
            continue
        text = chr(character).lower() if lowercase else chr(character)
        assert result.of(character) == STRIP[accents](text), hex(character)


def test_only_one_character_has_a_lower_case_of_two():
    assert lower_case().several == {ord("İ"): "i̇"}


def test_white_space_is_where_texts_split():
    inside = [c for c in every_character() if not c.split()]
    assert inside == [chr(c) for c in np.flatnonzero(whitespace())]
    assert all(re.fullmatch(r"\s", c) for c in inside)


def test_case_is_asked_of_every_character_that_may_have_one():
    has_case, passed_over = cased()
    generator = random.Random(0)
    for character in generator.sample(range(CODE_POINTS), 20000):
        c = chr(character)
        if c != "İ":
            assert ((c + "Σ").lower()[-1] == "ς") == has_case[character], hex(character)
            assert (("A" + c + "Σ").lower()[-1] == "ς") == (has_case[character] or passed_over[character]), hex(
                character
            )


@given(texts())
def test_the_sigma_that_ends_a_word(text):
    found = with_final_sigmas(code_points(text))
    lower = text.replace("İ", "I").lower()
    expected = ["ς" if (before, after) == ("Σ", "ς") else before for before, after in zip(text, lower, strict=True)]
    assert "".join(map(chr, found)) == "".join(expected)


@cache
def replacement(lowercase, accents):
    return Replacement.of(substitution(lowercase, accents))


@given(texts(), st.booleans(), st.sampled_from(list(STRIP)))
def test_replacement(text, lowercase, accents):
    spelt = "".join(map(chr, replacement(lowercase, accents).apply(with_final_sigmas(code_points(text)), 0)))
    if lowercase:
        assert spelt == STRIP[accents](text.lower()) + "\x00"
    else:
        assert spelt == STRIP[accents]("".join(map(chr, with_final_sigmas(code_points(text))))) + "\x00"


@pytest.mark.parametrize("numbers", [np.zeros(CODE_POINTS, np.int32), np.arange(CODE_POINTS, dtype=np.int32) % 300 % 7,
    whitespace().astype(np.int32), lower_case().single - np.arange(CODE_POINTS, dtype=np.int32),
    (np.arange(CODE_POINTS) == CODE_POINTS - 1).astype(np.int32)])  # fmt: skip
def test_tables_hold_every_number(numbers):
    table = CharacterTable.of(numbers)
    np.testing.assert_array_equal(table.take(np.arange(CODE_POINTS)), numbers)
