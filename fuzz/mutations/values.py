"""Values that break things: edges of integers, odd JSON, hostile names."""

from __future__ import annotations

from random import Random
from typing import Any

EDGES = (
    0, 1, -1, 2, 3, 4, 7, 8, 16, 127, 128, -128, 255, 256, 32767, -32768, 65535, 2**31 - 1, -(2**31), 2**32 - 1, 2**30,
    2**16, 2**24, 10**9, 2**63 - 1, -(2**63),
)  # fmt: skip
HOSTILE = (
    "", "\0", "a\x1b[31m\x9b2J", "line\nbreak", "\u202e\u2066", "../../x", "/etc/hosts", "a" * 5000, "[/bold]", "%s%n",
    "predict", "__class__", "nan", "'; //", "*/ }", "\\", "\ufffe", "é", "𝄞", " ", "{0}", "$name", "#include <x>",
)  # fmt: skip


def whole(random: Random, value: int, size: int = 4) -> int:
    """Return another integer for one of so many bytes, as a signed number."""
    near = random.random() < 0.5
    new = value + random.choice((-4, -2, -1, 1, 2, 4, 8)) if near else random.choice(EDGES)
    bits = 8 * size
    new &= (1 << bits) - 1
    return new - (1 << bits) if new >> (bits - 1) else new


def odd_json(random: Random) -> Any:
    """Return a value that a field of JSON hardly has."""
    deep: Any = 1
    for _ in range(random.choice((2, 20, 200))):
        deep = [deep] if random.random() < 0.5 else {"a": deep}
    name = random.choice(HOSTILE)
    return random.choice((
        None, True, False, 0, 1, -1, 2, 7, 0.5, -0.0, 1e308, float("nan"), float("inf"), random.choice(EDGES), 10**400,
        "", name, [], {}, [[]], [None], [1, 2, 3], ["a"], [name] * 3, [{}], {name: name},
        {"dtype": "<U3", "values": ["a"]}, "<U250000000", "(9,9)f8", "f4,f4", "M8[D]", "O", ">f8", deep,
        [0] * 1000, "x" * 2000,
    ))  # fmt: skip
