import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.utils import murmurhash3_32

from skl2tflite.text.hashing import murmurhash3, utf8
from skl2tflite.text.sequences import spread
from skl2tflite.text.tokens import Tokens
from skl2tflite.text.tries import Trie
from skl2tflite.text.words import WordTable
from tests.text.texts import texts


def points(word):
    return np.array([ord(c) for c in word], dtype=np.int32)


def look_up(table, words):
    """Find words as the tokens of one text."""
    lengths = np.array([len(word) for word in words])
    tokens = np.repeat(np.arange(len(words)), lengths)
    positions = np.concatenate([np.arange(n) for n in lengths] + [np.empty(0, int)]).astype(int)
    letters = np.concatenate([points(word) for word in words] + [np.empty(0, np.int32)]).astype(np.int64)
    slots, found = table.find(Tokens(letters, np.ones_like(letters), tokens, positions, lengths, lengths >= 0))
    return [slot if there else None for slot, there in zip(slots.tolist(), found, strict=True)]


@settings(max_examples=50)
@given(st.sets(st.text(min_size=1, max_size=6), max_size=40), st.lists(st.text(max_size=8), min_size=1, max_size=10))
def test_words_are_found_and_no_others(known, others):
    known = sorted(known)
    table = WordTable.of([points(word) for word in known])
    slots = dict(zip(known, table.slots.tolist(), strict=True))
    assert len(set(slots.values())) == len(known)
    assert look_up(table, known + others) == [slots.get(word) for word in known + others]


def test_a_word_of_the_same_hashes_is_not_taken_for_another():
    """Sums of letters times odd factors collide where one looks for it; the letters tell the words apart."""
    table = WordTable.of([points("ab")])
    word = points("ab").astype(np.int64)
    twin = word + 2**31  # twice an odd factor of it is nothing, modulo 2**32
    assert np.array_equal((twin @ table.factors[:2]) % 2**32, (word @ table.factors[:2]) % 2**32)
    for letters, there in ((word, True), (twin, False)):
        text = Tokens(letters, np.ones(2, int), np.zeros(2, int), np.arange(2), np.array([2]), np.array([True]))
        _, found = table.find(text)
        assert found.tolist() == [there]


def test_long_words():
    word = "pneumono" * 20
    table = WordTable.of([points(word), points("pneumono")])
    others = [word[:-1], word + "x", word * 5, "x" + word, word[:8], word[:8] * 2]
    assert [slot is not None for slot in look_up(table, [word, *others])] == [True] + [False] * 4 + [True, False]


def test_many_words():
    known = [f"{number:x}" for number in range(20000)]
    table = WordTable.of([points(word) for word in known])
    assert look_up(table, known[:500]) == table.slots[:500].tolist()
    assert look_up(table, ["zz", "g", "5dc0z", "ffffffff"]) == [None] * 4
    assert len(table.starts) < 2 * len(known)


@settings(max_examples=50)
@given(st.data())
def test_tries_follow_their_sequences_and_no_others(data):
    symbols = data.draw(st.integers(1, 6))
    sequence = st.lists(st.integers(1, symbols), min_size=1, max_size=4).map(tuple)
    known = sorted(data.draw(st.sets(sequence, max_size=30)))
    trie, ends = Trie.of(known, symbols)
    states = dict(zip(known, ends.tolist(), strict=True))
    assert len(set(states.values())) == len(known)
    for tried in [*known, *data.draw(st.lists(sequence, max_size=10))]:
        state = np.array([tried[0]])
        for symbol in [*tried[1:], 0]:
            before, state = state, trie.follow(state, np.array([symbol]))
        assert state[0] == 0  # nothing follows by 0
        prefixes = {k[: len(tried)] for k in known}
        assert states.get(tried, before[0]) == before[0]
        if len(tried) > 1:
            assert (before[0] != 0) == (tried in prefixes)


def test_tries_of_many_sequences_stay_small():
    generator = np.random.default_rng(0)
    known = sorted({tuple(row) for row in generator.integers(1, 60, (20000, 3)).tolist()})
    trie, ends = Trie.of(known, 60)
    assert len(set(ends.tolist())) == len(known)
    assert trie.n_states < 1.5 * (len(known) + 60 + 60 * 60)


@pytest.mark.parametrize(("lengths", "sources"), [([1], [0]), ([0, 0, 1], [2]), ([2, 0, 3, 1], [0, 0, 2, 2, 2, 3])])
def test_spreading(lengths, sources):
    found, offsets = spread(np.array(lengths))
    assert found.tolist() == sources
    assert offsets.tolist() == [i - sources.index(s) for i, s in enumerate(sources)]


@given(st.lists(texts(5), min_size=1, max_size=5))
def test_murmurhash3(words):
    characters = np.array([ord(c) for word in words for c in word], dtype=np.int64)
    ones = np.ones_like(characters)
    stream = utf8(characters, ones, ones * 0)
    assert bytes(stream.values[:-1].astype(np.uint8)) == "".join(words).encode()
    sizes = np.array([len(word.encode()) for word in words])
    hashes = murmurhash3(stream.values, np.cumsum(sizes) - sizes, sizes)
    assert hashes.tolist() == [murmurhash3_32(word.encode()) for word in words]
