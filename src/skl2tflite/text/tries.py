"""A trie: a set of sequences of symbols that is followed one symbol at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp

_ROOM = 1.2
"""Number of slots for each node, at least."""
_GOLDEN = 0x9E3779B1


@dataclass(frozen=True, eq=False)
class Trie:
    """A set of sequences of symbols 1, 2, … as a tree, its nodes in one array (J. Aoe, "An efficient digital search
    algorithm by using a double-array structure", 1989).

    State 0 stands for no sequence, states up to ``n_symbols`` for the sequences of one symbol, and the others are in
    the slots behind: the state that follows a state by a symbol is in slot ``(bases[state] + symbol) mod n_slots`` if
    that slot's owner is the state. As there are at least as many slots as symbols, no other symbol leads there.

    Attributes
    ----------
    bases : ndarray of int of shape (n_states,)
    owners : ndarray of int of shape (n_slots,)
        The state that each slot follows; -1 where the slot is empty.
    n_symbols : int
    """

    bases: NDArray[np.int64]
    owners: NDArray[np.int64]
    n_symbols: int

    @classmethod
    def of(cls, sequences: Sequence[Sequence[int]], n_symbols: int) -> tuple[Trie, NDArray[np.int64]]:
        """Return the trie of sequences, none of which is empty, and the state of each sequence."""
        children: dict[int, dict[int, int]] = {}  # nodes in order of appearance
        ends = []
        n_nodes = n_symbols + 1
        for sequence in sequences:
            node = sequence[0]
            for symbol in sequence[1:]:
                following = children.setdefault(node, {})
                if symbol not in following:
                    following[symbol] = n_nodes
                    n_nodes += 1
                node = following[symbol]
            ends.append(node)
        n_slots = max(int((n_nodes - n_symbols) * _ROOM), n_symbols + 1)
        while (placed := _displace(children, n_slots)) is None:
            n_slots = int(n_slots * _ROOM) + 1
        bases_of, slot_of = placed
        states = np.arange(n_nodes)
        for node, slot in slot_of.items():
            states[node] = n_symbols + 1 + slot
        bases = np.zeros(n_symbols + 1 + n_slots, np.int64)
        owners = np.full(n_slots, -1)
        for node, base in bases_of.items():
            bases[states[node]] = base
            for child in children[node].values():
                owners[slot_of[child]] = states[node]
        return cls(bases, owners, n_symbols), states[np.array(ends, dtype=np.int64)]

    @property
    def n_states(self) -> int:
        """Number of states, 0 included."""
        return len(self.bases)

    def follow(self, states: Array, symbols: Array) -> Array:
        """Return the states that follow states by symbols; 0 where there is none."""
        slots = (xp.take(self.bases, states) + symbols) % len(self.owners)
        known = xp.take(self.owners, slots) == states
        return xp.astype(known, int) * (slots + (self.n_symbols + 1))


def _displace(children: dict[int, dict[int, int]], n_slots: int) -> tuple[dict[int, int], dict[int, int]] | None:
    """Choose a base for each node so that its children fall into free slots; nodes with more children come first.

    Returns
    -------
    tuple of dict
        Base of each node, and slot of each child; None where the slots do not suffice.
    """
    taken = bytearray(n_slots)
    bases: dict[int, int] = {}
    slot_of: dict[int, int] = {}
    for node in sorted(children, key=lambda n: -len(children[n])):
        symbols = list(children[node])
        others = [symbol - symbols[0] for symbol in symbols[1:]]
        free = taken.find(0, node * _GOLDEN % n_slots)
        for _ in range(n_slots):
            if free < 0:
                free = taken.find(0)
            for other in others:
                if taken[(free + other) % n_slots]:
                    break
            else:
                break
            free = taken.find(0, free + 1)
        else:
            return None
        slots = [(free + symbol - symbols[0]) % n_slots for symbol in symbols]
        bases[node] = (free - symbols[0]) % n_slots
        for slot, child in zip(slots, children[node].values(), strict=True):
            taken[slot] = 1
            slot_of[child] = slot
    return bases, slot_of
