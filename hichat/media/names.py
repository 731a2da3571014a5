"""Names of files: what somebody else calls a file, fit to be shown and to save it as."""

from __future__ import annotations

import regex

NAME_LIMIT = 255
"""Bytes of a file's name in UTF-8: what file systems take."""

TAKEN = 1000
"""The most characters of a name that a client may give; names longer than L{NAME_LIMIT} are cut."""

_EXTENSION = 32
"""Bytes of the longest extension that is kept when a name is cut."""

# Flags of regions are spelled with tags, which are invisible everywhere else (Unicode Technical Standard 51).
_FLAG = r"\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f"

# What cannot be seen, and what turns the rest round. Words of Persian and of Indic scripts have joiners in them, as
# have emoji; the Mongolian separator shapes its word; the other visible ones of the category stand round digits.
_HIDDEN = regex.compile(
    rf"({_FLAG})|[\p{{Cc}}\p{{Cs}}\p{{Co}}\p{{Zl}}\p{{Zp}}\ufff9-\ufffb]"
    r"|(?![\u200c\u200d\u180e])(?=\p{Default_Ignorable_Code_Point})[\p{Cf}\u3164\uffa0]"
)
# A run within the name is tried once, not from each of its characters on: that would take as long as its square.
_EDGES = regex.compile(r"\A[\s\u200c\u200d]++(?:[\s.\u200c\u200d]++\Z)?|(?<![\s.\u200c\u200d])[\s.\u200c\u200d]++\Z")
_SEEN = regex.compile(r"[^\p{Default_Ignorable_Code_Point}\p{M}\s.]")
_LAST = regex.compile(r"(?<=.)(?:\.tar)?\.[^\s.]+\Z")
_CHARACTER = regex.compile(r"\X")


def clean_name(name: str) -> str:
    """
    @param name: the name that a client gives a file.
    @return: the last part of its path, of L{NAME_LIMIT} at most, without invisible characters and those that turn text
        round; empty if no visible character is left.
    """
    found = _EDGES.sub("", without_hidden(regex.split(r"[/\\]", name)[-1]))
    return shortened(found, NAME_LIMIT) if _SEEN.search(found) else ""


def without_hidden(name: str) -> str:
    """@return: the same without characters that cannot be seen, or turn others round."""
    return name if name.isascii() and name.isprintable() else _HIDDEN.sub(lambda found: found[1] or "", name)


def extension_of(name: str) -> str:
    """@return: how a name ends, from its last dot on; C{.tar.gz} is one. Empty: it has no such end."""
    found = _LAST.search(name)
    return found[0] if found is not None and len(found[0].encode()) <= _EXTENSION else ""


def shortened(name: str, room: int) -> str:
    """
    @param room: bytes.
    @return: so much of a name as there is room for, with its extension, and no character broken: an emoji, or a letter
        with its marks, is one.
    """
    if len(name.encode()) <= room:
        return name
    end = extension_of(name)
    return f"{_cut(name[: len(name) - len(end)], room - len(end.encode()))}{end}"


def _cut(text: str, room: int) -> str:
    size = kept = 0
    for character in _CHARACTER.finditer(text):
        size += len(character[0].encode())
        if size > room:
            break
        kept = character.end()
    # One letter may have more marks than there is room for.
    return _EDGES.sub("", text[:kept]) if kept else text.encode()[:room].decode(errors="ignore")
