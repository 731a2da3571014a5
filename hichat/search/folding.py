"""
Texts as they are compared when something is looked for: in any case and width, with or without accents, and whatever
is in them that nobody sees. C{parts/finding.js} of the web client does the same.
"""

import re
from functools import cache

from hichat.core.text import combining_set, formed, mark

_IGNORABLE = (
    "\u00ad\u034f\u061c\u115f-\u1160\u17b4-\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""Unicode's C{Default_Ignorable_Code_Point}, for a set in a regular expression: soft hyphens, joiners, selectors."""

_UNSEEN = re.compile(f"[{_IGNORABLE}]")

# Marks that scripts have in common.
_ACCENTS = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_LETTERS = (
    "A-Za-z\u00c0-\u02af\u1d00-\u1dbf\u1e00-\u1eff\u2c60-\u2c7f\ua720-\ua7ff\uab30-\uab6f\u0370-\u03ff\u1f00-\u1fff"
)
"""Latin and Greek: there, what has lost its accents is the same letter. In other scripts marks make another one."""

_MAY_HAVE = re.compile(f"[\u00c0-\u02af\u1e00-\u1eff\u0370-\u03ff\u1f00-\u1fff{_ACCENTS}]")
_IOTA = "\u0345"
"""Below a letter; once the case is folded it is one itself. So it goes with the accents."""

# For Unicode these are letters of their own, and in one piece. Who has no such key writes the other one.
_BARRED = str.maketrans("ıøłđħŧƶǥɨʉɓɗƙƴ", "ioldhtzgiubdky")


def comparable(text: str) -> str:
    """@return: the text as it is compared. What it makes stays as it is, if it is given that again."""
    if text.isascii():
        return text.lower()
    text = formed("NFKC", _UNSEEN.sub("", text))
    if not (_MAY_HAVE.search(text) or mark().search(text)):
        return formed("NFKC", text.casefold())
    text = _accented().sub(r"\1", formed("NFD", text).replace(_IOTA, ""))
    return formed("NFKC", text.casefold().translate(_BARRED))


@cache
def _accented() -> re.Pattern[str]:
    # An accent by itself is one on a blank.
    return re.compile(rf"([{_LETTERS}\s])(?:(?<!\s)[{combining_set()}{_ACCENTS}]+|[{_ACCENTS}]+)")


def is_ignorable(character: str) -> bool:
    """@return: whether nobody sees it."""
    return _UNSEEN.match(character) is not None
