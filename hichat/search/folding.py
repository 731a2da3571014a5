"""
How texts are compared in a search: without regard to case, width, accents and invisible characters.
C{model/folding.js} of the web client does the same.
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

# Combining marks that several scripts share.
_ACCENTS = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_LETTERS = (
    "A-Za-z\u00c0-\u02af\u1d00-\u1dbf\u1e00-\u1eff\u2c60-\u2c7f\ua720-\ua7ff\uab30-\uab6f\u0370-\u03ff\u1f00-\u1fff"
)
"""Latin and Greek: a letter without its accent counts as the same. In other scripts a mark makes another letter."""

_MAY_HAVE = re.compile(
    f"[\u00c0-\u02af\u1d7d\u1e00-\u1eff\u2c60-\u2c7f\ua720-\ua7ff\u0370-\u03ff\u1f00-\u1fff{_ACCENTS}]"
)
_IOTA = "\u0345"
"""The Greek iota subscript. Case folding would make it a letter of its own; so it is removed with the accents."""

_ONE_PIECE = (
    "a:ɑⱥ b:ƀƃɓꞗ c:ƈȼɕꞓꞔ d:ðđƌȡɖɗꟈ e:ǝɇəɛⱸ f:ƒꞙ g:ǥɠꞡ h:ħɦⱨꞕ i:ıɨɩ j:ɉʝ k:ƙⱪꝁꝃꝅꞣ l:łƚȴɫɬɭⱡꝉꞎ m:ɱ n:ŋƞȵɲɳꞑꞥ "
    "o:øɔɵⱺꝋꝍ p:ƥᵽꝑꝓꝕ q:ĸɋʠꝗꝙ r:ɍɼɽɾꞧ s:ȿʂꞩꟊ t:ŧƫƭȶʈⱦ u:ʉʊꞹ v:ʋⱱⱴꝟ w:ⱳ y:ƴɏỿ z:ƶȝȥɀʐʑʒⱬ "
    "aa:ꜳ ae:æ ao:ꜵ au:ꜷ av:ꜹꜻ ay:ꜽ hv:ƕ oe:œ oi:ƣ oo:ꝏ ou:ȣ th:þ tz:ꜩ vy:ꝡ"
)
"""
Latin letters that Unicode does not decompose, after the plain letters that people without such a key write instead:
I{oeuvre}, I{soren}. Letters that C{casefold} decomposes, as the German I{ß}, are not here.
"""

_WRITTEN = str.maketrans(
    {letter: each.partition(":")[0] for each in _ONE_PIECE.split() for letter in each.partition(":")[2]}
)


def comparable(text: str) -> str:
    """@return: the text in the form in which texts are compared. Applied to such a form it changes nothing."""
    if text.isascii():
        return text.lower()
    text = formed("NFKC", _UNSEEN.sub("", text))
    if not (_MAY_HAVE.search(text) or mark().search(text)):
        return formed("NFKC", text.casefold())
    text = _accented().sub(r"\1", formed("NFD", text).replace(_IOTA, ""))
    return formed("NFKC", text.casefold().translate(_WRITTEN))


@cache
def _accented() -> re.Pattern[str]:
    # An accent by itself decomposes into a blank with an accent: the blank stays.
    return re.compile(rf"([{_LETTERS}\s])(?:(?<!\s)[{combining_set()}{_ACCENTS}]+|[{_ACCENTS}]+)")


def is_ignorable(character: str) -> bool:
    """@return: whether the character is invisible (C{Default_Ignorable_Code_Point})."""
    return _UNSEEN.match(character) is not None
