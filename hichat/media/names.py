"""Makes the file names that other users choose safe to show, and to save a file as."""

from __future__ import annotations

import regex

FILE_NAME_LIMIT = 255
"""The longest file name, in bytes of UTF-8: file systems take no longer one."""

TAKEN = 1000
"""The most characters of a name that a client may give; names longer than L{FILE_NAME_LIMIT} are cut."""

_EXTENSION = 32
"""Bytes of the longest extension that is kept when a name is cut."""

# Flags of regions are spelled with tags, which are invisible everywhere else (Unicode Technical Standard 51).
_FLAG = r"\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f"

# Invisible characters, and those that change the direction of text. Without joiners, which words of Persian and of
# Indic scripts and emoji need; the Mongolian separator, which shapes its word; and the visible characters of category
# Cf, which enclose digits.
_HIDDEN = regex.compile(
    rf"({_FLAG})|[\p{{Cc}}\p{{Cs}}\p{{Co}}\p{{Zl}}\p{{Zp}}\ufff9-\ufffb]"
    r"|(?![\u200c\u200d\u180e])(?=\p{Default_Ignorable_Code_Point})[\p{Cf}\u3164\uffa0]"
)
# The possessive quantifiers and the look-behind try a run within the name once, and not from each of its characters:
# that would take quadratic time.
_EDGES = regex.compile(r"\A[\s\u200c\u200d]++(?:[\s.\u200c\u200d]++\Z)?|(?<![\s.\u200c\u200d])[\s.\u200c\u200d]++\Z")
_SEEN = regex.compile(r"[^\p{Default_Ignorable_Code_Point}\p{M}\s.]")
_LAST = regex.compile(r"(?<=.)(?:\.tar)?\.[^\s.]+\Z")
_CHARACTER = regex.compile(r"\X")


def clean_name(name: str) -> str:
    """
    @param name: the name that a client gives a file.
    @return: the last part of its path, of at most L{FILE_NAME_LIMIT} bytes, without invisible characters and those that
        change the direction of text; empty if no visible character is left.
    """
    found = _EDGES.sub("", without_hidden(regex.split(r"[/\\]", name)[-1]))
    return shortened(found, FILE_NAME_LIMIT) if _SEEN.search(found) else ""


def without_hidden(name: str) -> str:
    """@return: the name without invisible characters and those that change the direction of text."""
    return name if name.isascii() and name.isprintable() else _HIDDEN.sub(lambda found: found[1] or "", name)


def extension_of(name: str) -> str:
    """@return: a name's extension, from its last dot on; C{.tar.gz} is one extension. Empty: the name has none."""
    found = _LAST.search(name)
    return found[0] if found is not None and len(found[0].encode()) <= _EXTENSION else ""


def shortened(name: str, room: int) -> str:
    """
    @param room: the most bytes.
    @return: the name, cut to so many bytes, with its extension. No visible character is cut in two, such as an emoji or
        a letter with its marks.
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
    # If the first letter has more marks than there is room for, it is cut.
    return _EDGES.sub("", text[:kept]) if kept else text.encode()[:room].decode(errors="ignore")
