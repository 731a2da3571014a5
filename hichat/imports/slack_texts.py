"""Slack's texts as HiChat's Markdown, with the names of people and channels in the place of their ids."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from hichat.core.markdown import plain
from hichat.hooks.incoming.mrkdwn import marked
from hichat.imports.bodies import EVERYBODY

_NAMED = re.compile(r"<([@#])([A-Z0-9]{1,40})(?:\|([^<>\n]*))?>")
_CODE = re.compile(r"(```.*?```|`[^`\n]+`)", re.DOTALL)
_HEADING = re.compile(r"^( {0,3})(#{1,6}\s)", re.MULTILINE)
_QUOTED = re.compile(r"^> ", re.MULTILINE)


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
    @param names: gives the name of a person, by the id; empty: it is not known.
    @param channels: the names of channels, by their ids.
    """
    mentions: list[str] = []

    def named(found: re.Match[str], in_code: bool = False) -> str:
        sign, id, label = found.groups(default="")
        shown = channels.get(id, "") if sign == "#" else _without_signs(names(id))
        if sign == "@":
            mentions.append(id)
        return f"{sign}{shown or label or id}" if in_code else f"<{sign}{id}|{shown or label or id}>"

    # Every second part is code.
    parts = _CODE.split(given)
    parts[::2] = [_NAMED.sub(named, _HEADING.sub(r"\1\\\2", part)) for part in parts[::2]]
    parts[1::2] = [_NAMED.sub(lambda found: named(found, True), part) for part in parts[1::2]]
    made = marked("".join(parts))
    if made.to_all:
        mentions.append(EVERYBODY)
    is_markdown = plain(made.text) != made.text or bool(_QUOTED.search(made.text))
    return SlackText(made.text, is_markdown, [*dict.fromkeys(mentions)])


def _without_signs(name: str) -> str:
    return re.sub(r"[<>|\n]", " ", name).strip()
