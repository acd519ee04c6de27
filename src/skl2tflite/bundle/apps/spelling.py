"""Names in a language, made of texts that may hold anything."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

MOST_CHARACTERS = 60
"""Names are cut to this length; those that become equal are numbered."""


@dataclass(frozen=True)
class Spelling:
    """How a language writes names.

    Attributes
    ----------
    keywords : frozenset of str
        Words that are no names.
    member : callable
        Writes words, in lower case, as the name of a member, a variable or a function.
    method : callable
        Writes words as the name of a method that is called.
    constant : callable
        Writes words as the name of a constant.
    """

    keywords: frozenset[str]
    member: Callable[[list[str]], str]
    method: Callable[[list[str]], str]
    constant: Callable[[list[str]], str]

    def members(self, texts: Iterable[str], reserved: Collection[str] = ()) -> list[str]:
        """Return a name for each text, all different, and none that is reserved."""
        return self._names(self.member, texts, reserved)

    def methods(self, texts: Iterable[str], reserved: Collection[str] = ()) -> list[str]:
        """Return the name of a method for each text, all different."""
        return self._names(self.method, texts, reserved)

    def constants(self, texts: Iterable[str], reserved: Collection[str] = ()) -> list[str]:
        """Return the name of a constant for each text, all different."""
        return self._names(self.constant, texts, reserved)

    def types(self, texts: Iterable[str], reserved: Collection[str] = ()) -> list[str]:
        """Return the name of a type for each text, all different."""
        return self._names(camel, texts, reserved)

    def _names(self, spell: Callable[[list[str]], str], texts: Iterable[str], reserved: Collection[str]) -> list[str]:
        taken = {name.casefold() for name in reserved}
        names: list[str] = []
        for text in texts:
            parts = words(text)
            name, number = self._legal(spell(parts)), 2
            while name.casefold() in taken:
                name, number = self._legal(spell([*parts, str(number)])), number + 1
            taken.add(name.casefold())
            names.append(name)
        return names

    def _legal(self, name: str) -> str:
        return f"{name}_" if name in self.keywords else name


def words(text: str) -> list[str]:
    """Return the words of a text in lower case, of ASCII letters and digits; the first begins with a letter."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    found = re.sub(r"[^0-9a-z]+", " ", plain)[:MOST_CHARACTERS].split() or ["unnamed"]
    return [f"x{found[0]}" if found[0][0].isdigit() else found[0], *found[1:]]


def snake(parts: list[str]) -> str:
    """Write words as ``two_words``."""
    return "_".join(parts)


def camel(parts: list[str]) -> str:
    """Write words as ``TwoWords``."""
    return _parted(part[:1].upper() + part[1:] for part in parts)


def lower_camel(parts: list[str]) -> str:
    """Write words as ``twoWords``."""
    name = camel(parts)
    return name[:1].lower() + name[1:]


def _parted(parts: Iterable[str]) -> str:
    """Join words; between two digits stays an underscore, so that 1 11 and 11 1 differ."""
    return re.sub(r"(?<=\d) (?=\d)", "_", " ".join(parts)).replace(" ", "")
