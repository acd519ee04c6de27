"""Words that are no names in Kotlin, or in the Java that Android's tools make."""

_WORDS = """
    as break class continue do else false for fun if in interface is null object package return super this throw true
    try typealias typeof val var when while abstract assert boolean byte case catch char const default double enum
    extends final finally float goto implements import instanceof int long native new private protected public short
    static strictfp switch synchronized throws transient void volatile it field row rows held
"""
KEYWORDS = frozenset(_WORDS.split())
