"""The names that other servers have for emojis, as C{:thumbsup:}."""

from __future__ import annotations

import re

from hichat.core.emojis import emoji_of
from hichat.hooks.incoming import shortcodes

_OTHERS = {"simple_smile": "slightly_smiling_face", "thumbsup_all": "+1"}
_SKINS = {"2": "\U0001f3fb", "3": "\U0001f3fc", "4": "\U0001f3fd", "5": "\U0001f3fe", "6": "\U0001f3ff"}
_IN_TEXT = re.compile(r":([a-z0-9_+'-]{1,64}(?:::skin-tone-[2-6])?):")


def emoji_named(name: str) -> str | None:
    """
    @param name: without the colons; Slack puts C{::skin-tone-3} behind it.
    @return: the emoji; None: there is none of that name.
    """
    given, _, skin = name.partition("::skin-tone-")
    if re.fullmatch("flag-[a-z]{2}", given):
        return emoji_of("".join(chr(0x1F1E6 + ord(letter) - ord("a")) for letter in given[-2:]))
    base = emoji_of(shortcodes.emoji_named(_OTHERS.get(given, given)) or "")
    if base is None or not skin:
        return base
    return emoji_of(base.replace("\ufe0f", "") + _SKINS.get(skin, "")) or base


def with_emojis(text: str) -> str:
    """@return: a text with emojis in the place of their names."""
    return _IN_TEXT.sub(lambda found: emoji_named(found[1]) or found[0], text) if ":" in text else text
