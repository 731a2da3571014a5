"""
The marks of texts that are sent to hooks, in the Markdown of messages.

Slack calls its marks mrkdwn: C{*bold*}, C{_italic_}, C{~struck~}, C{<address|label>}, C{<!channel>}, C{<@U1|name>},
C{&amp;}, C{:tada:}, and code as in Markdown. Mattermost takes Markdown and Slack's marks between C{<} and C{>}. Both
may be mixed; only C{*text*} is bold for one and italic for the other. It takes time in proportion to the text's length.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from hichat.hooks.incoming.markup import ADDRESS, clean, linked, literal
from hichat.hooks.incoming.shortcodes import emoji_named

_ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">"}
_ENTITY = re.compile("&(?:amp|lt|gt);")
_EMOJI = r"(?<![\w:]):(?P<emoji>[\w+&'-]{1,60}):(?::skin-tone-\d:)?(?!\w)"
_TOKEN = re.compile(
    r"(?P<fence>```(?P<block>.+?)```)"
    r"|(?P<code>`[^`\n]+`)"
    r"|<(?P<angle>[^<>\n]{1,3000})>"
    rf"|(?P<address>{ADDRESS})"
    # Possessive: given back sign by sign, an address without an end would take time by the square of its length.
    r"|\[[^\[\]\n]{1,300}\]\((?P<link>[^()\s]++(?:\([^()\s]*+\)[^()\s]*+)?)\)"
    rf"|{_EMOJI}"
    r"|(?P<entity>&(?:amp|lt|gt);)"
    r"|(?P<escaped>\\[*_~`\[\]>#-])"
    r"|(?P<call>(?<![\w@./])@(?:channel|here|everyone|all)(?![\w-]))"
    r"|(?P<run>\*+|~+)"
    r"|(?P<end>\n)",
    re.DOTALL,
)
_LANGUAGE = re.compile(r"[\w+#.-]{0,20}", re.ASCII)
_QUOTE = re.compile(r"^(?:>|&gt;)(?!\s|$|>>|&gt;)", re.MULTILINE)
_REST_QUOTED = re.compile(r"^(?:>>>|&gt;&gt;&gt;)[ \t]*", re.MULTILINE)
_TO_ALL = {"channel", "here", "everyone", "all", "group"}
_CALLS_ALL = "@all"
"""How a text names all members, for whatever client."""


class Marked(NamedTuple):
    """
    @ivar text: Markdown.
    @ivar to_all: whether it calls all members.
    """

    text: str
    to_all: bool = False


def unescaped(text: str) -> str:
    """@return: the text without Slack's entities."""
    return _ENTITY.sub(lambda found: _ENTITIES[found[0]], text)


def marked(text: str, is_markdown: bool = False) -> Marked:
    """
    @param text: with Slack's marks, or Markdown's.
    @param is_markdown: whether C{*text*} is italic and C{~text~} nothing, as in Markdown.
    """
    return _Reader(clean(text), is_markdown).read()


def named_plainly(text: str) -> str:
    """@return: Markdown that shows a plain text as it is, but with the emoji of its names."""
    shown = re.sub(
        _EMOJI,
        lambda found: emoji_named(found["emoji"]) or found[0],
        unescaped(clean(text)),
    )
    return literal(shown)


def _in_word(character: str) -> bool:
    return character.isalnum() or character == "_"


class _Reader:
    """Reads one text, once."""

    def __init__(self, text: str, is_markdown: bool) -> None:
        if not is_markdown:
            whole = _REST_QUOTED.search(text)
            if whole is not None:
                rest = text[whole.end() :].split("\n")
                text = text[: whole.start()] + "\n".join(f"> {line}".rstrip() for line in rest)
            text = _QUOTE.sub("> ", text)
        self._text = text
        self._is_markdown = is_markdown
        self._pieces: list[str] = []
        # By a sign: the piece that may begin something.
        self._open: dict[str, int] = {}
        self._to_all = False
        self._kinds: dict[str, Callable[[re.Match[str]], str]] = {
            "fence": self._block,
            "code": lambda found: unescaped(found[0]),
            "angle": lambda found: self._angle(found["angle"]),
            "address": lambda found: unescaped(found[0]),
            "link": lambda found: unescaped(found[0]),
            "emoji": lambda found: emoji_named(found["emoji"]) or found[0],
            "entity": lambda found: _ENTITIES[found[0]],
            "call": lambda found: self._call(),
            "run": self._run,
            "end": self._end,
        }

    def read(self) -> Marked:
        place = 0
        for found in _TOKEN.finditer(self._text):
            self._pieces.append(self._text[place : found.start()])
            self._pieces.append(self._shown(found))
            place = found.end()
        self._pieces.append(self._text[place:])
        text = "".join(self._pieces).strip("\n")
        return Marked(text, self._to_all)

    def _shown(self, found: re.Match[str]) -> str:
        shown = self._kinds.get(found.lastgroup or "")
        return shown(found) if shown else found[0]

    def _call(self) -> str:
        self._to_all = True
        return _CALLS_ALL

    def _end(self, found: re.Match[str]) -> str:
        self._open.clear()
        return found[0]

    def _block(self, found: re.Match[str]) -> str:
        start, end, block = found.start(), found.end(), unescaped(found["block"])
        if "\n" not in block:
            return f"```{block}```"
        first, _, rest = block.partition("\n")
        before = "" if not start or self._text[start - 1] == "\n" else "\n"
        behind = "" if self._text[end : end + 1] in {"", "\n"} else "\n"
        self._open.clear()
        if _LANGUAGE.fullmatch(first.strip()) and (not first.strip() or rest.endswith("\n")):
            return f"{before}```{first.strip()}\n{rest.rstrip(chr(10))}\n```{behind}"
        return f"{before}```\n{block.rstrip(chr(10))}\n```{behind}"

    def _run(self, found: re.Match[str]) -> str:
        """Slack's single signs are Markdown's double ones."""
        run, text = found[0], self._text
        if self._is_markdown or len(run) > 1:
            return run
        before, after = text[found.start() - 1 : found.start()], text[found.end() : found.end() + 1]
        begun = self._open.get(run)
        if begun is not None and before.strip() and not _in_word(after):
            self._pieces[begun] = run * 2
            del self._open[run]
            return run * 2
        if after.strip() and not _in_word(before):
            # Where the piece of this sign comes, next.
            self._open[run] = len(self._pieces)
        return run

    def _angle(self, inside: str) -> str:
        said, _, label = inside.partition("|")
        label = unescaped(label).strip()
        if said.startswith("!"):
            return self._special(said[1:], label)
        if said.startswith("@"):
            return literal(f"@{label.lstrip('@') or said[1:]}")
        if said.startswith("#"):
            return literal(f"#{label.lstrip('#') or said[1:]}")
        address = unescaped(said)
        if re.match(r"(?:https?://|mailto:)\S+$", address, re.IGNORECASE):
            if not label and address.startswith("mailto:"):
                label = address[len("mailto:") :]
            return linked(literal(label), address) if label else address
        if re.match(r"[a-z][a-z0-9+.-]{1,20}:\S+$", address, re.IGNORECASE):
            return literal(f"{label} ({address})" if label else address)
        return f"<{unescaped(inside)}>"

    def _special(self, said: str, label: str) -> str:
        name = said.partition("^")[0]
        if name in _TO_ALL:
            return self._call()
        return literal(label or said)
