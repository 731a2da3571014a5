"""
The emoji that may be reactions: those that Unicode recommends for general interchange (RGI, Unicode Technical Standard
51), each in one spelling. They are in C{emojis.txt}, because the package C{emoji} takes ten times the memory and time.
"""

from importlib.resources import files

_SELECTOR = "\ufe0f"
"""
The variation selector that asks for the emoji where a character may be shown as a plain sign as well. Some keyboards
leave it out, some set it everywhere.
"""


def _read() -> dict[str, str]:
    lines = files("hichat.core").joinpath("emojis.txt").read_text("utf-8").splitlines()
    found = [each for line in lines if not line.startswith("# ") for each in line.split()]
    return {each.replace(_SELECTOR, ""): each for each in found}


_SPELT = _read()


def emoji_of(text: str) -> str | None:
    """
    @param text: an emoji with or without its variation selectors, or any other text.
    @return: the fully qualified emoji; None: the text is no emoji.
    """
    return _SPELT.get(text.replace(_SELECTOR, ""))


def spelt(body: bytes) -> bytes:
    """
    @param body: a reaction's stored body: a byte that says on or off, and the text of the reaction. In old rows the
        text may be other than an emoji, because any text was accepted.
    @return: the body with the emoji fully qualified, so that it is equal for all spellings of an emoji.
    """
    emoji = emoji_of(body[1:].decode())
    return body if emoji is None else body[:1] + emoji.encode()
