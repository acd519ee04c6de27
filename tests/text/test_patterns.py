import re
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skl2tflite.text.patterns import PatternError, read_pattern
from skl2tflite.text.tokens import Splitter
from skl2tflite.text.unicode import code_points, substitution
from tests.text.texts import TEXTS, texts

READ = [
    r"(?u)\b\w\w+\b", r"\b\w+\b", r"\w+", r"\w\w+", r"(\w+)", r"(?:\w\w\w+)", r"\b(\w{2,})\b", r"\b\w{2,4}\b",
    r"[a-z]+",
    r"(?i)[a-z]{2,}", r"(?a)\b\w+\b", r"\b[a-zA-Z]{3,}\b", r"\b[^\d\W]+\b", r"\b[a-z]{1,2}\b", r"\S+", r"[^\s]+",
    r"\S\S+",
    r"\S", r".", r"\w", r"[^,]+", r"\d+", r"\b\d+\b", r"\b\d\d\b", r"(?s)[^a]+", r"x+", r"[\u0400-\u04ff]+", r"a|b",
]  # fmt: skip
REFUSED = {
    r"a|bc": "has alternatives", r"\w+?": "as little as it can", r"[A-Za-z0-9]+(?=\s+)": "looks ahead",
    r"(?<!a)\w+": "looks ahead or back", r"\b\w[\w']+\b": "different classes",
    r"\b[\w-]+\b": r"beside characters that are not",
    r"\b[a-z]+": "at one end only", r"\w{2,4}": "into pieces", r"\w*": "the empty text", r"^\w+": "anchors",
    r"(\w)\w+": "a group that is a part", r"(?x)\w +": "flags", "": "matches no character",
    r"(?:ab)+": "more than one character",
    r"(?s).+": "every character", r"(?:\w(?i:a))+": "more than one character", r"\B\w+": "anchors",
    r"\b\w{2,4}": "at one end",
}  # fmt: skip


@cache
def splitter(pattern, lowercase):
    return Splitter(read_pattern(pattern), substitution(lowercase, None))


def tokens(pattern, text, lowercase=False):
    """Cut a text as the graph does."""
    found = splitter(pattern, lowercase).split(code_points(text))
    words = [[] for _ in found.lengths]
    for letter, count, token in zip(found.letters, found.counts, found.tokens, strict=True):
        words[token] += [chr(letter)] * count
    assert [len(word) for word in words] == found.lengths.tolist()
    return ["".join(word) for word, valid in zip(words, found.valid, strict=True) if valid]


@pytest.mark.parametrize("pattern", READ)
def test_tokens_are_those_of_findall(pattern):
    for text in TEXTS:
        assert tokens(pattern, text) == re.findall(pattern, text)


@settings(max_examples=150)
@given(st.sampled_from(READ), texts())
def test_tokens_of_any_text(pattern, text):
    assert tokens(pattern, text) == re.findall(pattern, text)


@settings(max_examples=150)
@given(st.sampled_from(READ[:16]), texts())
def test_tokens_of_lower_case(pattern, text):
    assert tokens(pattern, text, lowercase=True) == re.findall(pattern, text.lower())


@pytest.mark.parametrize("pattern", REFUSED)
def test_patterns_that_say_more(pattern):
    with pytest.raises(PatternError, match=REFUSED[pattern]):
        read_pattern(pattern)


def test_what_can_be_a_token():
    pattern = read_pattern(r"\b[a-z]{2,3}\b")
    assert [pattern.matches(word) for word in ("a", "ab", "abc", "abcd", "aB", "")] == [False, True, True] + [False] * 3
    assert not read_pattern(r"\w").matches("ab")
    assert np.array_equal(read_pattern(r"\b\w+\b").letters, read_pattern(r"\w+").letters)
