"""Token patterns whose tokens are runs of characters of one class, the ones that a graph can split texts by."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from re import _compiler, _constants, _parser  # type: ignore[attr-defined]
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.text.unicode import matches

_ONE_CHARACTER = frozenset(
    {_constants.LITERAL, _constants.NOT_LITERAL, _constants.ANY, _constants.ANY_ALL, _constants.IN}
)
_FLAGS = re.ASCII | re.IGNORECASE | re.DOTALL | re.UNICODE


class PatternError(ValueError):
    """A regular expression that no :class:`TokenPattern` can express; the message says why."""


@dataclass(frozen=True, eq=False)
class TokenPattern:
    r"""Tokens are the longest runs of characters of one class.

    Attributes
    ----------
    letters : ndarray of bool
        For each code point, whether tokens consist of such characters.
    words : ndarray of bool or None
        ``\w``, where ``\b`` stands at both ends of a class that leaves out some of it: a run of ``\w`` is a token if
        all of it are letters. Otherwise runs of letters are.
    least : int
        Length of the shortest run that is a token.
    most : int or None
        Length of the longest run that is a token; None for any.
    single : bool
        Whether every letter is a token of its own.
    """

    letters: NDArray[np.bool_]
    words: NDArray[np.bool_] | None
    least: int
    most: int | None
    single: bool = False

    def matches(self, word: str) -> bool:
        """Return whether a word can be a token: whether it consists of letters and has an allowed length."""
        longest = 1 if self.single else self.most
        fits = self.least <= len(word) and (longest is None or len(word) <= longest)
        return fits and all(self.letters[ord(character)] for character in word)


@cache
def read_pattern(pattern: str) -> TokenPattern:
    r"""Return the tokens that ``re.findall`` finds with a regular expression, as a TokenPattern.

    It may be a class of characters with any counts (``\w\w+``, ``[a-z]{2,}``, ``\S``), in one group or none, with
    ``\b`` at both ends or neither.

    Raises
    ------
    PatternError
        Where the expression is another one; the message says why it cannot be used.
    """
    parsed = _parser.parse(pattern)
    if parsed.state.flags & ~_FLAGS:
        raise PatternError("it has flags other than ASCII, IGNORECASE, DOTALL and UNICODE")
    items = list(_only_group(list(parsed)))
    begins = bool(items) and items[0] == (_constants.AT, _constants.AT_BOUNDARY)
    ends = len(items) > 1 and items[-1] == (_constants.AT, _constants.AT_BOUNDARY)
    items = list(_only_group(items[begins : len(items) - ends]))
    if not items:
        raise PatternError("it matches no character")
    flags = parsed.state.flags
    letters, least, most = _run(items[0], flags)
    for item in items[1:]:
        more, low, high = _run(item, flags)
        if not np.array_equal(more, letters):
            raise PatternError("it joins different classes of characters")
        least, most = least + low, None if most is None or high is None else most + high
    if least == 0:
        raise PatternError("it also matches the empty text")
    if letters.all():
        raise PatternError("it matches every character")
    word = matches(re.compile(r"\w+", flags & re.ASCII))
    if begins or ends:
        if np.any(letters & ~word):
            raise PatternError(r"it has \b beside characters that are not all \w")
        if np.array_equal(letters, word) and most is None:
            return TokenPattern(letters, None, least, None)
        if not (begins and ends):
            raise PatternError(r"it has \b at one end only")
        return TokenPattern(letters, None if np.array_equal(letters, word) else word, least, most)
    if most is None:
        return TokenPattern(letters, None, least, None)
    if (least, most) == (1, 1):
        return TokenPattern(letters, None, 1, None, single=True)
    raise PatternError("it cuts long runs of characters into pieces")


def _only_group(items: Sequence[Any]) -> Sequence[Any]:
    """Return the content of a group that encloses the whole expression; else the items as they are."""
    if len(items) == 1 and items[0][0] is _constants.SUBPATTERN:
        _, add_flags, remove_flags, content = items[0][1]
        if not add_flags and not remove_flags:
            return _only_group(list(content))
    return items


def _run(item: Any, flags: int) -> tuple[NDArray[np.bool_], int, int | None]:
    """Return the class of characters that an item repeats, and the least and greatest number of repetitions."""
    operator, argument = item
    least, most = 1, 1
    if operator is _constants.MAX_REPEAT:
        least, most, content = argument
        content = _only_group(list(content))
        if len(content) != 1:
            raise PatternError("it repeats more than one character")
        item = content[0]
        operator = item[0]
    if operator not in _ONE_CHARACTER:
        raise PatternError(_REASONS.get(operator, "it is more than a class of characters"))
    return _members(item, flags), least, None if most == _constants.MAXREPEAT else int(most)


_REASONS = {
    _constants.BRANCH: "it has alternatives",
    _constants.MIN_REPEAT: "it matches as little as it can",
    _constants.ASSERT: "it looks ahead or back",
    _constants.ASSERT_NOT: "it looks ahead or back",
    _constants.SUBPATTERN: "it has a group that is a part of it",
    _constants.GROUPREF: "it refers back to a group",
    _constants.AT: "it has anchors in the middle",
}


def _members(item: Any, flags: int) -> NDArray[np.bool_]:
    """Return which characters an item matches, found by running the compiled item on all characters."""
    state = _parser.State()
    state.flags = flags
    one = _parser.SubPattern(state, [item])
    many = _parser.SubPattern(state, [(_constants.MAX_REPEAT, (1, _constants.MAXREPEAT, one))])
    return matches(_compiler.compile(many, flags))
