"""
Slack's blocks, as Markdown: https://docs.slack.dev/reference/block-kit/blocks. Blocks that only ask for something, and
those of an unknown type, show nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from hichat.hooks.incoming.markup import bold, code, fenced, lines, linked, literal, one_line, quoted
from hichat.hooks.incoming.message import fields_of, items_of, said
from hichat.hooks.incoming.mrkdwn import Marked, marked, named_plainly, unescaped
from hichat.hooks.incoming.shortcodes import emoji_named

_DIVIDER = "———"
_DEEPEST = 4
"""The most lists or quotes of rich text in each other that are shown; Slack has fewer."""


def shown_blocks(blocks: object) -> Marked:
    """
    @param blocks: the list of a payload; whatever it has.
    @return: what they show; an empty text if that is nothing.
    """
    reader = _Blocks()
    text = lines(map(reader.block, items_of(blocks)))
    # A divider alone shows nothing.
    return Marked(text if text.replace(_DIVIDER, "").strip() else "", reader.to_all)


class _Blocks:
    """@ivar to_all: whether one of them calls all members."""

    def __init__(self) -> None:
        self.to_all = False
        self._kinds: dict[str, Callable[[dict[str, Any]], str]] = {
            "section": self._section,
            "header": lambda block: bold(self._text(block.get("text")).replace("\n", " ")),
            "context": lambda block: " ".join(filter(None, map(self._element, items_of(block.get("elements"))))),
            "divider": lambda block: _DIVIDER,
            "image": self._image,
            "video": lambda block: linked(
                self._text(block.get("title")) or one_line(said(block.get("alt_text"))),
                said(block.get("title_url")) or said(block.get("video_url")),
            ),
            "actions": lambda block: " · ".join(filter(None, map(self._element, items_of(block.get("elements"))))),
            "markdown": lambda block: self._marked(said(block.get("text")), is_markdown=True),
            "rich_text": lambda block: lines(self._rich(each, 0) for each in items_of(block.get("elements"))),
            "table": self._table,
        }

    def block(self, block: object) -> str:
        """@return: the Markdown of one block."""
        fields = fields_of(block)
        shown = self._kinds.get(said(fields.get("type")))
        return shown(fields) if shown else ""

    def _marked(self, text: str, is_markdown: bool = False) -> str:
        found = marked(text, is_markdown)
        self.to_all |= found.to_all
        return found.text

    def _text(self, value: object) -> str:
        """@return: a text object; some senders have a text in its place."""
        if isinstance(value, str):
            return self._marked(value)
        fields = fields_of(value)
        text = said(fields.get("text"))
        return named_plainly(text) if fields.get("type") == "plain_text" else self._marked(text)

    def _section(self, block: dict[str, Any]) -> str:
        fields = lines(map(self._text, items_of(block.get("fields"))))
        return lines((self._text(block.get("text")), fields, self._element(block.get("accessory"))))

    def _image(self, block: dict[str, Any]) -> str:
        title = self._text(block.get("title")) or one_line(said(block.get("alt_text")))
        address = said(block.get("image_url")) or said(fields_of(block.get("slack_file")).get("url"))
        return linked(title.replace("\n", " "), address)

    def _element(self, element: object) -> str:
        """@return: an element of a section, a context or actions: texts, pictures, and buttons that are links."""
        fields = fields_of(element)
        kind = said(fields.get("type"))
        if kind in {"mrkdwn", "plain_text"}:
            return self._text(fields)
        if kind == "image":
            return self._image(fields)
        if kind in {"button", "workflow_button"} and fields.get("url"):
            return linked(self._text(fields.get("text")).replace("\n", " "), said(fields["url"]))
        return ""

    def _table(self, block: dict[str, Any]) -> str:
        rows = [items_of(row, 20) for row in items_of(block.get("rows"))]
        return lines(" | ".join(self._cell(cell) for cell in row) for row in rows)

    def _cell(self, cell: object) -> str:
        fields = fields_of(cell)
        if fields.get("type") == "rich_text":
            return self.block(fields).replace("\n", " ")
        return one_line(said(fields.get("text")))

    # Rich text: what Slack's own editor writes

    def _rich(self, element: object, depth: int) -> str:
        fields = fields_of(element)
        kind, inside = said(fields.get("type")), items_of(fields.get("elements"), 500)
        if kind == "rich_text_list" and depth < _DEEPEST:
            return self._list(fields, inside, depth)
        if kind == "rich_text_preformatted":
            text = "".join(said(fields_of(each).get("text")) or said(fields_of(each).get("url")) for each in inside)
            return fenced(text) if text.strip() else ""
        text = "".join(self._piece(fields_of(each)) for each in inside)
        return quoted(text) if kind == "rich_text_quote" and text else text.strip("\n")

    def _list(self, fields: dict[str, Any], inside: list[Any], depth: int) -> str:
        indent, offset = ((value if isinstance(value, int) and 0 <= value < 100 else 0) for value in _numbers(fields))
        ordered = fields.get("style") == "ordered"
        found = []
        for number, each in enumerate(inside, 1 + offset):
            text = self._rich(each, depth + 1).replace("\n", " ")
            found.append(f"{'   ' * min(indent, 5)}{f'{number}.' if ordered else '-'} {text}")
        return "\n".join(found)

    def _piece(self, piece: dict[str, Any]) -> str:
        shown = {
            "text": lambda: _styled(said(piece.get("text")), fields_of(piece.get("style"))),
            "link": lambda: _link(piece),
            "emoji": lambda: emoji_named(said(piece.get("name"))) or f":{said(piece.get('name'))}:",
            "broadcast": lambda: self._marked(f"<!{said(piece.get('range')) or 'here'}>"),
            "date": lambda: literal(said(piece.get("fallback"))),
            "color": lambda: literal(said(piece.get("value"))),
            "user": lambda: literal(f"@{said(piece.get('user_id'))}"),
            "usergroup": lambda: literal(f"@{said(piece.get('usergroup_id'))}"),
            "channel": lambda: literal(f"#{said(piece.get('channel_id'))}"),
        }.get(said(piece.get("type")))
        return shown() if shown else ""


def _link(piece: dict[str, Any]) -> str:
    address, label = said(piece.get("url")), said(piece.get("text"))
    return linked(literal(label), address) if label and label != address else address


def _numbers(fields: dict[str, Any]) -> Iterator[object]:
    yield fields.get("indent")
    yield fields.get("offset")


def _styled(text: str, style: dict[str, Any]) -> str:
    """@return: a piece of text with its looks; blanks at its ends stay outside of the signs."""
    text = unescaped(text)
    inside = text.strip()
    if not inside or not any(style.values()) or "\n" in inside:
        return literal(text)
    if style.get("code"):
        shown = code(inside)
    else:
        shown = literal(inside)
        for name, sign in (("strike", "~~"), ("italic", "_"), ("bold", "**")):
            if style.get(name):
                shown = f"{sign}{shown}{sign}"
    start = text.index(inside)
    return f"{text[:start]}{shown}{text[start + len(inside) :]}"
