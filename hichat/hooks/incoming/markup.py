"""
Markdown of messages that are made here: pieces of it from plain texts. L{hichat.core.markdown} reads it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

TITLE_LENGTH = 250
"""The most characters of a text that is shown in one line, such as a title."""

ADDRESS = r'(?<![A-Za-z0-9_])(?:https?://|www\.)[^\s<>"`]+'
"""An address that stands in a text: there are no signs in it."""

_SIGNS = re.compile(
    rf"(?P<as_it_is>{ADDRESS}|(?<=\w)_(?=\w))"
    r"|(?P<start>^[ \t]*(?:#(?=#{0,5}[ \t])|>|-(?=\s)))"
    r"|(?<=\\)[#>-]"
    r"|[*_~`\[\]]",
    re.MULTILINE,
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_LINKED = re.compile(r"(?:https?://|mailto:)\S+", re.IGNORECASE)
_UNSAFE = {" ": "%20", "(": "%28", ")": "%29", "<": "%3C", ">": "%3E", '"': "%22", "\\": "%5C"}


def clean(text: str) -> str:
    """@return: the text without what no message may have: control characters and halves of characters."""
    return _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def literal(text: str) -> str:
    """@return: Markdown that shows the text as it is."""
    return _SIGNS.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    sign = found[0]
    return sign if found["as_it_is"] else f"{sign[:-1]}\\{sign[-1]}"


def one_line(text: str, limit: int = TITLE_LENGTH) -> str:
    """
    @param limit: the most characters that it shows.
    @return: Markdown that shows a text in one line.
    """
    return literal(cut(" ".join(text.split()), limit))


def cut(text: str, limit: int) -> str:
    """@return: the text, with an ellipsis at its end if it was longer."""
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


def linked(label: str, address: str) -> str:
    """
    @param label: Markdown without links, of one line.
    @param address: where the link leads; if it is no address of the web or of a mailbox, there is none.
    """
    address = address.strip()
    if not _LINKED.fullmatch(address):
        return label
    if not label:
        return address
    return f"[{label}]({''.join(_UNSAFE.get(each, each) for each in address)})"


def bold(markdown: str) -> str:
    """@return: bold Markdown of one line."""
    return f"**{markdown.strip()}**" if markdown.strip() else ""


def quoted(markdown: str) -> str:
    """@return: a quote of all lines."""
    return "\n".join(f"> {line}".rstrip() for line in markdown.split("\n"))


def code(text: str) -> str:
    """@return: the text as code in a line."""
    text = " ".join(text.split())
    ticks = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    blank = " " if text[:1] == "`" or text[-1:] == "`" else ""
    return f"{ticks}{blank}{text}{blank}{ticks}" if text else ""


def fenced(text: str) -> str:
    """@return: the text as a block of code."""
    ticks = "`" * max(3, max(map(len, re.findall("`+", text)), default=0) + 1)
    return f"{ticks}\n{text.strip(chr(10))}\n{ticks}"


def lines(pieces: Iterable[str]) -> str:
    """@return: the pieces that are not empty, each in a line of its own."""
    return "\n".join(piece for piece in pieces if piece.strip())
