"""Slack's texts as HiChat's Markdown."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from hichat.imports.bodies import EVERYBODY
from hichat.imports.shortcodes import with_emojis

_CODE = re.compile(r"(```.*?```|`[^`\n]+`)", re.DOTALL)
_ENTITY = re.compile(r"<([^<>\n]+)>")
_BOLD = re.compile(r"(?<![\w*])\*(?=\S)([^*\n]*[^*\s])\*(?![\w*])")
_STRUCK = re.compile(r"(?<![\w~])~(?=\S)([^~\n]*[^~\s])~(?![\w~])")
_HEADING = re.compile(r"^( {0,3})(#{1,6}\s)", re.MULTILINE)
_SIGNS = re.compile(r"[*_~`]|^\s*>|\]\(", re.MULTILINE)
_TO_ALL = ("here", "channel", "everyone")


class SlackText(NamedTuple):
    """
    @ivar is_markdown: whether the text has signs of Markdown.
    @ivar mentions: the ids of people; L{EVERYBODY}: all.
    """

    text: str
    is_markdown: bool
    mentions: list[str]


def text_of(given: str, names: Callable[[str], str], channels: Mapping[str, str]) -> SlackText:
    """
    @param given: as Slack has it.
    @param names: gives the name of a person, by the id.
    @param channels: the names of channels, by their ids.
    """
    mentions: list[str] = []

    def entity(found: re.Match[str], plain: bool) -> str:
        what, _, label = found[1].partition("|")
        kind, rest = what[:1], what[1:]
        if kind == "@":
            mentions.append(rest)
            return f"@{names(rest) or label or rest}"
        if kind == "#":
            return f"#{channels.get(rest) or label or rest}"
        if kind == "!":
            word = rest.split("^")[0]
            if word in _TO_ALL:
                mentions.append(EVERYBODY)
                return f"@{word}"
            return label or f"@{word}"
        address = what.removeprefix("mailto:") if label and what == f"mailto:{label}" else what
        if not label or label == address or plain:
            return address
        return f"[{label}]({what})" if re.match(r"https?://|mailto:", what) else f"{label} ({what})"

    parts = _CODE.split(given)
    made: list[str] = []
    for place, part in enumerate(parts):
        if place % 2:
            made.append(_unescaped(_ENTITY.sub(lambda found: entity(found, True), part)))
            continue
        marked = _STRUCK.sub(r"~~\1~~", _BOLD.sub(r"**\1**", _HEADING.sub(r"\1\\\2", part)))
        made.append(with_emojis(_unescaped(_ENTITY.sub(lambda found: entity(found, False), marked))))
    text = "".join(made)
    is_markdown = bool(_SIGNS.search(text))
    if not is_markdown and "\\#" in text:
        text = text.replace("\\#", "#")
    return SlackText(text, is_markdown, [*dict.fromkeys(mentions)])


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
