"""Damage that knows nothing of what a file holds."""

from __future__ import annotations

import struct
from random import Random

from fuzz.mutations.values import EDGES
from fuzz.seeds import Seed


def flip(content: bytearray, random: Random) -> str:
    """Turn a bit over."""
    place = random.randrange(len(content))
    content[place] ^= 1 << random.randrange(8)
    return f"bit flipped at {place}"


def replace(content: bytearray, random: Random) -> str:
    """Put another byte in the place of one."""
    place = random.randrange(len(content))
    content[place] = random.choice((0, 1, 127, 128, 255, random.randrange(256)))
    return f"byte {place} becomes {content[place]}"


def number(content: bytearray, random: Random) -> str:
    """Put an integer that lies at an edge."""
    size, letter = random.choice(((2, "h"), (4, "i"), (8, "q")))
    place = random.randrange(0, max(1, len(content) - size), 1 if random.random() < 0.3 else size)
    value = random.choice([edge for edge in EDGES if -(1 << 8 * size - 1) <= edge < 1 << 8 * size - 1])
    content[place : place + size] = struct.pack(f"<{letter}", value)
    return f"{value} of {size} bytes at {place}"


def insert(content: bytearray, random: Random) -> str:
    """Put bytes between others."""
    place, size = random.randrange(len(content)), random.choice((1, 2, 4, 16, 300))
    content[place:place] = random.randbytes(size) if random.random() < 0.5 else bytes(size)
    return f"{size} bytes inserted at {place}"


def delete(content: bytearray, random: Random) -> str:
    """Take bytes out."""
    place, size = random.randrange(len(content)), random.choice((1, 2, 4, 16, 300))
    del content[place : place + size]
    return f"{size} bytes deleted at {place}"


def splice(content: bytearray, random: Random) -> str:
    """Copy bytes to another place."""
    size = random.choice((2, 4, 8, 32, 256))
    here, there = random.randrange(len(content)), random.randrange(len(content))
    content[there : there + size] = content[here : here + size]
    return f"{size} bytes of {here} copied to {there}"


def truncate(content: bytearray, random: Random) -> str:
    """Cut the end off."""
    end = random.randrange(len(content))
    del content[end:]
    return f"cut at {end}"


WAYS = (flip, flip, replace, replace, number, number, number, insert, delete, splice, truncate)


def bytewise(seed: Seed, random: Random) -> tuple[bytes, str]:
    """Damage a few places."""
    content, done = bytearray(seed.content), []
    for _ in range(random.choice((1, 1, 2, 4))):
        if content:
            done.append(random.choice(WAYS)(content, random))
    return bytes(content), ", ".join(done)
