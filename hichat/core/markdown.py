r"""
The text of a message that says C{format: "markdown"}, without the signs: for search, and where a text has no looks.

The signs are a part of CommonMark's, read so that what people type anyhow stays as it is:

  - C{**bold**}, C{*italic*}, C{_italic_}, C{~~struck~~}, C{`code`}, C{[text](address)}, C{# heading} and blocks of code
    between C{```} and C{```}, of which the first begins a line and may name a language;
  - C{*} and C{_} inside a word are no signs (C{2*3*4}, C{snake_case}), nor are two or more C{_} (C{__init__}). Scripts
    without blanks between words, as Chinese is, have C{*} anywhere;
  - a backslash before C{*}, C{_}, C{~}, a backtick, a bracket, C{>}, C{#} or C{-} makes it none;
  - there are none in an address.

Quotes (C{> }) and lists (C{- }, C{1. }) keep what stands before their lines: there it says what they are. The web
client shows the signs as looks (C{model/markdown.js}), and has this function too (C{model/plain.js}):
C{tests/support/formatting.json} holds them together. It takes time in proportion to the text's length.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from unicodedata import category

_ANY = re.compile(r"[*_~`\[\\]|^ {0,3}#", re.MULTILINE)
_BLOCK = re.compile(r"^(?:\s*>(?=\s|$))*\s*(?:[-*]\s+|\d{1,3}[.)]\s+)?")
_OPENING = re.compile(r"(`{3,})[ \t]*([^`]*)$")
_LANGUAGE = re.compile(r"[\w+#.-]{0,20}\s*", re.ASCII)
_HEADING = re.compile(r" {0,3}#{1,6}[ \t]+(?=\S)")
_TOKEN = re.compile(
    r"(?P<arm>¯\\_)"
    r"|\\(?P<escaped>[*_~`\[\]>#-])"
    r"|(?P<ticks>`+)"
    r'|(?P<address>(?<![A-Za-z0-9_])(?:https?://|www\.)[^\s<>"`]+)'
    r"|\[(?P<label>(?:[^\[\]\\]|\\.)+)\]\((?P<link>(?:https?://|mailto:)[^\s()<>]+(?:\([^\s()<>]*\)[^\s()<>]*)*)"
    r'(?:\s+"[^"]*")?\)'
    r"|(?P<run>\*+|~+|_+)",
    re.IGNORECASE | re.DOTALL,
)
_TICKS = re.compile("`+")
# Scripts without blanks between words, and their marks.
_CLOSE = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]"
)


def plain(text: str) -> str:
    """@return: the text of a message in Markdown, without the signs. The address of a link stands behind its text."""
    if not _ANY.search(text):
        return text
    shown: list[str] = []
    paragraph: list[str] = []

    def end_paragraph() -> None:
        if paragraph:
            shown.append(_inline("\n".join(paragraph)))
            paragraph.clear()

    lines = text.split("\n")
    last = max((at for at, line in enumerate(lines) if _ticks(line) >= 3), default=-1)
    fence = ""
    for at, line in enumerate(lines):
        before = _BLOCK.match(line)
        start = before.end() if before else 0
        if fence:
            ticks = _ticks(line)
            if ticks < len(fence):
                shown.append(line)
                continue
            fence = ""
            rest = line.rstrip()[:-ticks]
            if rest.strip("> \t"):
                shown.append(rest)
            continue
        opening = _OPENING.match(line, start)
        named = opening is not None and _LANGUAGE.fullmatch(opening[2]) is not None
        heading = _HEADING.match(line)
        if opening or start or heading or not line.strip():
            end_paragraph()
        if opening and (named or at < last):
            fence = opening[1]
            if not named:
                shown.append(opening[2])
            continue
        paragraph.append(line[heading.end() :] if heading else line)
        if heading or not line.strip():
            end_paragraph()
    end_paragraph()
    return "\n".join(shown)


def _ticks(line: str) -> int:
    """@return: how many backticks a line ends with."""
    line = line.rstrip()
    return len(line) - len(line.rstrip("`"))


class _Run:
    """Signs that may begin something: so many are left, in that piece."""

    __slots__ = ("left", "piece", "sign")

    def __init__(self, sign: str, piece: int, left: int) -> None:
        self.sign = sign
        self.piece = piece
        self.left = left


def _inline(text: str) -> str:
    pieces: list[str] = []
    open_runs: list[_Run] = []
    counts = dict.fromkeys("*_~", 0)
    ticks: dict[int, list[int]] | None = None
    place = 0
    while found := _TOKEN.search(text, place):
        pieces.append(text[place : found.start()])
        place = found.end()
        kind = found.lastgroup
        if kind == "escaped":
            pieces.append(found["escaped"])
        elif kind == "ticks":
            if ticks is None:
                ticks = {}
                for each in _TICKS.finditer(text, found.start()):
                    ticks.setdefault(len(each[0]), []).append(each.start())
            same = ticks.get(len(found[0]), [])
            at = bisect_right(same, found.start())
            if at < len(same):
                pieces.append(_code(text[place : same[at]]))
                place = same[at] + len(found[0])
            else:
                pieces.append(found[0])
        elif kind == "address":
            said = found[0].rstrip("*_~")
            place = found.start() + len(said)
            pieces.append(said)
        elif kind == "link":
            label = _inline(found["label"])
            pieces.append(label if found["link"] in (label, f"mailto:{label}") else f"{label} ({found['link']})")
        elif kind == "run":
            pieces.append(found[0])
            _pair(text, found.start(), found[0], pieces, open_runs, counts)
        else:
            pieces.append(found[0])
    pieces.append(text[place:])
    return "".join(pieces)


def _code(text: str) -> str:
    """@return: the content of a code span: one blank at each end is not of it, if it has another character."""
    text = text.replace("\n", " ")
    return text[1:-1] if text[:1] == text[-1:] == " " and text.strip() else text


def _pair(text: str, start: int, run: str, pieces: list[str], open_runs: list[_Run], counts: dict[str, int]) -> None:
    """Take away the signs that end something and those that began it."""
    sign, left = run[0], len(run)
    opens, closes = _flanks(text[start - 1 : start] if start else "", text[start + left : start + left + 1], sign, left)
    piece = len(pieces) - 1
    while closes and left and counts[sign]:
        while open_runs[-1].sign != sign:
            counts[open_runs.pop().sign] -= 1
        begun = open_runs[-1]
        used = 2 if min(begun.left, left) >= 2 else 1
        begun.left -= used
        left -= used
        pieces[begun.piece] = sign * begun.left
        if not begun.left:
            counts[open_runs.pop().sign] -= 1
    pieces[piece] = sign * left
    if opens and left:
        open_runs.append(_Run(sign, piece, left))
        counts[sign] += 1


def _flanks(before: str, after: str, sign: str, length: int) -> tuple[bool, bool]:
    """
    @param before: the character before a run of signs; empty: there is none.
    @param after: the character behind it.
    @return: whether the run may begin something, and whether it may end something.
    """
    if (sign == "~" and length != 2) or (sign == "_" and length > 1):
        return False, False
    close_before, close_after = sign != "_" and _is_close(before), sign != "_" and _is_close(after)
    word_before, word_after = _is_word(before), _is_word(after)
    opens = bool(after.strip()) and (not word_before or close_before)
    in_word = word_after and not close_after and (length == 1 or not word_before or after.isdigit())
    return opens, bool(before.strip()) and not in_word


def _is_word(character: str) -> bool:
    return bool(character) and category(character)[0] in "LNM"


def _is_close(character: str) -> bool:
    return _CLOSE.match(character) is not None
