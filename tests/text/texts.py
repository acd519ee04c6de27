"""Texts that are hard to cut: cases of case, marks, scripts, white space, lengths."""

from hypothesis import strategies as st

TEXTS = [
    "", " ", "a", "  \n\t ", "Hello world", "the quick brown fox jumps over the lazy dog, and the dog sleeps",
    "ÀÉÎ école naïve café CAFÉ", "e\u0301cole école x\u0301\u0308 ﬁne fine ½ ㎏ ﷺ", "İstanbul istanbul stanbul İİ aİb",
    "ΟΔΥΣΣΕΥΣ ΣΑΣ Σ ΑΣ' ΑΣ.Α ΑΣ.. οδυσσευς Σ\u0301 ΑΣ\u0301Β ΑΣ\u0301 aΣ\u00ad",
    "Привет мир, как дела", "你好世界 你好",
    "foo_bar foo-bar foo don't e-mail a.b.c 3.14 x2", "😀 emoji 😀😀 a😀b 👩\u200d👩\u200d👧 🇩🇪",
    "x" * 600 + " fox " + "ab" * 300,
    "שלום עולם שָׁלוֹם", "مرحبا بالعالم السَّلَامُ", "straße STRASSE ẞ ſ K", "ab cd ef gh ab cd", "한국어 텍스트 한국어",
    " \t a  \n b\nc  d ", "a\x00b \x1c c\x85d \u3000e", "\U0010ffff \U000e0001 x", "नमस्ते दुनिया हिन्दी",
    "ไทย ภาษาไทย",
    "DŽ ǅ ǆ ᾳ ᾼ Ⅷ ⅷ Ⓐ ⓐ ª º ʰ", "one two three " * 40,
]  # fmt: skip

_LETTERS = "aAbBiIzZ01_ \t\n.,'-éÉİıΣσςАя你한ﬁ½\u0301\u0307\u0345\u00ad\u200d😀ǅßשا\x1c\u00a0\u2028"
_CHARACTER = st.one_of(st.sampled_from(_LETTERS), st.characters(exclude_categories=["Cs"]))


def texts(max_size: int = 30) -> st.SearchStrategy[str]:
    """Draw texts of any characters, those that have something to them more often."""
    words = st.sampled_from(["the", "dog", "Dog", "school", "éCOLE", "ΣΑΣ", "İi", "  ", " "])
    return st.lists(st.one_of(_CHARACTER, words), max_size=max_size).map("".join)
