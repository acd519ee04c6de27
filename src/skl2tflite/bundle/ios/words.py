"""Words that are no names in Swift."""

_WORDS = """
    associatedtype borrowing class consuming deinit enum extension fileprivate func import init inout internal let
    nonisolated open operator precedencegroup private protocol public rethrows static struct subscript typealias var
    break case catch continue default defer do else fallthrough for guard if in repeat return throw switch where while
    any as async await false is nil self some super throws true try actor macro each copy consume row held tensors
"""
KEYWORDS = frozenset(_WORDS.split())
