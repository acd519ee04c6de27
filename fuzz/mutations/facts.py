"""Damage to what a file says of its estimator: values of other types, deep, huge, of other places, hostile names."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from random import Random
from typing import Any

from fuzz.mutations.packing import with_facts
from fuzz.mutations.values import HOSTILE, odd_json, whole
from fuzz.seeds import Seed

Path = tuple[Any, ...]


def paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """Every place within a value of JSON, of long lists the first ones."""
    if path:
        yield path
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        if not isinstance(key, int) or key < 4:
            yield from paths(inner, (*path, key))


def _at(value: Any, path: Path) -> Any:
    for key in path:
        value = value[key]
    return value


def _change(facts: Any, random: Random) -> str:
    """Change one place of a tree of values."""
    path = random.choice(list(paths(facts)))
    holder, key = _at(facts, path[:-1]), path[-1]
    old = holder[key]
    way = random.randrange(8)
    if way == 0:
        del holder[key]
        return f"{path} missing"
    if way == 1:
        holder[key] = copy.deepcopy(_at(facts, random.choice(list(paths(facts)))))
        return f"{path} becomes what another place holds: {holder[key]!r:.80}"
    if way == 2 and isinstance(holder, dict):
        name = random.choice((*HOSTILE, "unknown", "labels", "dtype", "outputs", "takes", "classes"))
        holder[name] = old if random.random() < 0.5 else odd_json(random)
        return f"{path[:-1]} has {name!r:.40}: {holder[name]!r:.60}"
    if way == 3 and isinstance(holder, list):
        holder.insert(key, copy.deepcopy(old))
        return f"{path} twice"
    if way in (4, 5) and isinstance(old, int) and not isinstance(old, bool):
        holder[key] = whole(random, old, 8)
    elif way in (4, 5) and isinstance(old, str):
        holder[key] = random.choice((random.choice(HOSTILE), old + "x", old[:-1], old.upper()))
    elif way in (4, 5) and isinstance(old, list) and old:
        holder[key] = random.choice((old[:-1], old[::-1], old * 2, old * 100))
    else:
        holder[key] = odd_json(random)
    return f"{path} becomes {holder[key]!r:.80}"


def changed(document: Any, random: Random) -> tuple[Any, str]:
    """Return a document of JSON changed in a few places, and how."""
    done = []
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        if next(paths(document), None):
            done.append(_change(document, random))
    return document, ", ".join(done)


def damaged_text(document: Any, random: Random) -> tuple[bytes, str]:
    """Return a document as text that may be no JSON."""
    text = bytearray(json.dumps(document, ensure_ascii=False).encode())
    place = random.randrange(len(text))
    part = random.choice(
        (
            b"[" * 50_000,
            b'{"a":' * 20_000,
            b"9" * 5000,
            b"\xff\xfe",
            b"\0",
            b"\\ud800",
            b"NaN",
            b'"',
            b",",
            b"}",
            b"1e999",
        )
    )
    text[place : place + random.choice((0, 1, 5))] = part
    return bytes(text), f"{part[:10]!r} × {len(part)} at {place} of the text"


def facts(seed: Seed, random: Random) -> tuple[bytes, str]:
    """Change what a file says of its estimator."""
    done = ""

    def change(document: Any) -> Any:
        nonlocal done
        if random.random() < 0.1:
            document, done = damaged_text(document, random)
        else:
            document, done = changed(document, random)
        return document

    return with_facts(seed.content, change), done
