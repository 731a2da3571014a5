"""Names of files: what somebody else calls a file, fit to be shown and to save it as."""

from __future__ import annotations

import re
import unicodedata

NAME_LIMIT = 255
"""Characters of a file's name."""

_UNPRINTABLE = frozenset(("Cc", "Cf", "Cs", "Co", "Zl", "Zp"))


def clean_name(name: str) -> str:
    """
    @param name: what a client calls a file.
    @return: the last part of it, without what is not to be seen or may turn the rest round.
    """
    last = re.split(r"[/\\]", name)[-1]
    shown = "".join(each for each in last if unicodedata.category(each) not in _UNPRINTABLE)
    return shown.strip(" .")[:NAME_LIMIT] if set(shown) - {".", " "} else ""
