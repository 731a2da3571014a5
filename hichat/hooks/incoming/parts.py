"""A text that is too long for one message becomes several: nothing of it is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator

_FENCE = re.compile(r"(?P<before>(?:>\s?)*)\s*(?P<ticks>`{3,})(?P<language>[^`]*)$")
_END = re.compile(r"(?:>\s?)*\s*(?P<ticks>`{3,})\s*$")
_ROOM = 64
"""Bytes that are kept for the end of a block of code, and its beginning in the next message."""


def parts(text: str, limit: int) -> list[str]:
    """
    Divide a text between its lines; only a line that is longer than a message is divided itself. A block of code that
    is divided ends in one message and begins again in the next.

    @param text: Markdown.
    @param limit: the most bytes of one, in UTF-8; at least 256.
    @return: the messages' texts, in order; each has at most as many bytes, and more than blanks.
    """
    if len(text.encode()) <= limit:
        return [text] if text.strip() else []
    found: list[str] = []
    held: list[str] = []
    size = 0
    fence: tuple[str, str] | None = None
    for line in (piece for whole in text.split("\n") for piece in _pieces(whole, limit - 2 * _ROOM)):
        length = len(line.encode()) + 1
        if held and size + length > limit - _ROOM:
            found.append("\n".join((*held, fence[1]) if fence else held))
            held = [fence[0]] if fence else []
            size = len(fence[0].encode()) + 1 if fence else 0
        held.append(line)
        size += length
        fence = _after(line, fence)
    found.append("\n".join(held))
    return [part for part in found if part.strip()]


def _pieces(line: str, limit: int) -> Iterator[str]:
    """Divide a line, at a blank if there is one near."""
    while len(line.encode()) > limit:
        head = line.encode()[:limit].decode(errors="ignore")
        blank = head.rfind(" ", len(head) - 200)
        at = blank if blank > 0 else len(head)
        yield line[:at]
        line = line[at:].lstrip(" ") if blank > 0 else line[at:]
    yield line


def _after(line: str, fence: tuple[str, str] | None) -> tuple[str, str] | None:
    """@return: the lines that begin and end the block of code in which the next line is; None: it is in none."""
    if fence:
        end = _END.match(line)
        return None if end and len(end["ticks"]) >= len(fence[1].strip("> ")) else fence
    begun = _FENCE.match(line)
    if not begun or len(begun[0]) > _ROOM // 2:
        return None
    return begun[0], begun["before"] + begun["ticks"]
