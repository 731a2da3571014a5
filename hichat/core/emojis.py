"""
What may be a reaction: the emoji that Unicode recommends for all (RGI, Unicode Technical Standard 51), each in one
spelling. They are in C{emojis.txt}: the package that has them too takes ten times the memory and the time to start.
"""

from importlib.resources import files

_SELECTOR = "\ufe0f"
"""
Asks for the emoji where a character may be a plain sign as well. Some keyboards leave it out, some set it everywhere.
"""


def _read() -> dict[str, str]:
    lines = files("hichat.core").joinpath("emojis.txt").read_text("utf-8").splitlines()
    found = [each for line in lines if not line.startswith("# ") for each in line.split()]
    return {each.replace(_SELECTOR, ""): each for each in found}


_SPELT = _read()


def emoji_of(text: str) -> str | None:
    """
    @param text: with or without its selectors.
    @return: the emoji, fully qualified; None: it is none.
    """
    return _SPELT.get(text.replace(_SELECTOR, ""))


def spelt(body: bytes) -> bytes:
    """
    @param body: of a reaction, as it is stored: a byte that says on or off, and what it is. Before only emoji could be
        reactions it was whatever was sent.
    @return: the same for all spellings of an emoji.
    """
    emoji = emoji_of(body[1:].decode())
    return body if emoji is None else body[:1] + emoji.encode()
