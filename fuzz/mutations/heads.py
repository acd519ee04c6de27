"""Damage to the beginning and the end of a file, where formats keep what their readers go by."""

from __future__ import annotations

from random import Random

from fuzz.mutations.bytewise import WAYS
from fuzz.seeds import Seed

HEAD = 256
TOKENS = (
    b"\n", b",", b";", b'"', b"\0", b"nan", b"1e999", b"{", b"[" * 3000, b"null", b"\xff", b"'", b"(", b"9" * 400, b"-",
    b"\r", b"\x1b[31m", b"True", b"a,a,", b"PAR1",
)  # fmt: skip
"""What readers of text look for."""


def heads(seed: Seed, random: Random) -> tuple[bytes, str]:
    """Damage the first or the last bytes; of text anything, tokens that readers know among them."""
    content, done = seed.content, []
    for _ in range(random.choice((1, 1, 2, 3))):
        size = min(len(content), random.choice((16, 64, HEAD, 4 * HEAD)))
        first = random.random() < 0.5
        part = bytearray(content[:size] if first else content[len(content) - size :])
        if not part:
            break
        if random.random() < 0.3:
            token = random.choice(TOKENS)
            place = random.randrange(len(part))
            part[place:place] = token
            done.append(f"{token[:8]!r} at {place} of the {'first' if first else 'last'} {size}")
        else:
            done.append(f"{'first' if first else 'last'} {size}: " + random.choice(WAYS)(part, random))
        content = bytes(part) + content[size:] if first else content[: len(content) - size] + bytes(part)
    return content, ", ".join(done)
