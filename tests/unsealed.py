"""Files without a digest, as the first versions wrote them: what else refuses a file is tested on these."""

from __future__ import annotations

import re


def unsealed(content: bytes) -> bytes:
    """Return a file whose facts have spaces where its digest was, all other bytes in their places."""
    found = re.findall(rb',"digest":"[0-9a-f]{64}"', content)
    assert len(found) == 1
    return content.replace(found[0], b" " * len(found[0]))
