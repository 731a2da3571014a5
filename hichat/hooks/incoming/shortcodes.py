"""The names of emoji between colons, such as C{:tada:}."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def _named() -> dict[str, str]:
    lines = files("hichat.hooks.incoming").joinpath("shortcodes.txt").read_text("utf-8").splitlines()
    return {name: emoji for emoji, *names in map(str.split, lines) if emoji != "#" for name in names}


def emoji_named(name: str) -> str | None:
    """
    @param name: with or without colons; behind it may be a tone of the skin, as Slack has it, which does not count.
    @return: the emoji of that name; None: there is none.
    """
    key = name.strip(":").partition("::")[0].lower().replace("-", "_")
    return _named().get(key)
