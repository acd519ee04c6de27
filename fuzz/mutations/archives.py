"""Damage to the archive behind a model, and to that of a saved estimator."""

from __future__ import annotations

import io
import json
import zipfile
from random import Random

from fuzz.mutations.bytewise import WAYS
from fuzz.mutations.facts import changed, damaged_text
from fuzz.mutations.values import HOSTILE
from fuzz.seeds import Seed
from skl2tflite.backends.tflite import metadata


def tail(seed: Seed, random: Random) -> tuple[bytes, str]:
    """Change the files that are attached to a model, attach others, or put bytes behind its end."""
    files = metadata.read_files(seed.content)
    start = seed.content.find(b"PK\x03\x04") if files else len(seed.content)
    model, archive = seed.content[:start], bytearray(seed.content[start:])
    way = random.randrange(3)
    if archive and way == 0:
        done = [random.choice(WAYS)(archive, random) for _ in range(random.choice((1, 2))) if archive]
        return model + bytes(archive), "archive: " + ", ".join(done)
    if way == 1:
        part = random.choice(
            (b"\0", b"PK\x05\x06" + bytes(18), b"PK\x05\x06" + b"\xff" * 18, random.randbytes(40), bytes(5000))
        )
        return seed.content + part, f"{len(part)} bytes behind the end: {part[:8]!r}"
    name = random.choice((*HOSTILE[4:8], *files, "labels.txt", "extra"))
    text = random.choice((b"", b"\xff\xfe", b"a\n" * 1000, "\n".join(HOSTILE).encode(), b"x" * 100_000))
    return metadata.append_files(model, {**files, name: text}), f"attached {name!r:.40} of {len(text)} bytes"


def zipped(seed: Seed, random: Random) -> tuple[bytes, str]:
    """Change one member of an archive, such as the JSON that says what a .skops file holds."""
    source = zipfile.ZipFile(io.BytesIO(seed.content))
    members = {name: source.read(name) for name in source.namelist()}
    name = random.choice((*(["schema.json"] * 3), *members))
    if name.endswith(".json") and random.random() < 0.85:
        document, done = changed(json.loads(members[name]), random)
        members[name] = json.dumps(document).encode()
    elif name.endswith(".json"):
        members[name], done = damaged_text(json.loads(members[name]), random)
    else:
        content = bytearray(members[name])
        done = random.choice(WAYS)(content, random)
        members[name] = bytes(content)
    if random.random() < 0.05:
        members[random.choice(HOSTILE[2:5])] = b"x"
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return stream.getvalue(), f"{name}: {done}"
