"""
Messages in Slack's format, and in Mattermost's, which is like it: https://docs.slack.dev/messaging/formatting-message-text
and https://developers.mattermost.com/integrate/webhooks/incoming/.

C{text}, C{blocks} and C{attachments} are shown, each after the other; where there are blocks, C{text} only stands for
them, as it does there. C{username} with C{icon_emoji} or C{icon_url} is who says it. A hook has one conversation, so
C{channel} says nothing, nor do C{thread_ts}, C{priority} and all other fields.
"""

from __future__ import annotations

from colorsys import rgb_to_hsv
from datetime import UTC, datetime
from typing import Any

from hichat.hooks.incoming.blocks import shown_blocks
from hichat.hooks.incoming.markup import bold, lines, linked, one_line, quoted
from hichat.hooks.incoming.message import HookMessage, fields_of, items_of, said, shown_name, shown_picture
from hichat.hooks.incoming.mrkdwn import marked, named_plainly

_COLOURS = {"good": "🟢", "warning": "🟡", "danger": "🔴"}
_HUES = ((20, "🔴"), (42, "🟠"), (68, "🟡"), (165, "🟢"), (265, "🔵"), (335, "🟣"), (361, "🔴"))
"""Circles of the colours up to a hue, in degrees."""


def read_slack(payload: dict[str, Any], is_markdown: bool = False) -> HookMessage:
    """
    @param payload: the fields of a message.
    @param is_markdown: whether texts are in Mattermost's marks, and not in Slack's.
    @return: the message; its text is empty if it shows nothing.
    """
    return _Payload(is_markdown).read(payload)


class _Payload:
    """Reads one payload."""

    def __init__(self, is_markdown: bool) -> None:
        self._is_markdown = is_markdown
        self._to_all = False

    def read(self, payload: dict[str, Any]) -> HookMessage:
        found = shown_blocks(payload.get("blocks"))
        self._to_all = found.to_all
        text = found.text
        if not text:
            written = said(payload.get("text"))
            text = named_plainly(written) if payload.get("mrkdwn") is False else self._marked(written)
        attachments = [self._attachment(fields_of(each)) for each in items_of(payload.get("attachments"))]
        return HookMessage(
            "\n\n".join(piece for piece in (text, *attachments) if piece.strip()),
            shown_name(payload.get("username")),
            shown_picture(payload.get("icon_emoji"), payload.get("icon_url")),
            self._to_all,
        )

    def _marked(self, text: str) -> str:
        found = marked(text, self._is_markdown)
        self._to_all |= found.to_all
        return found.text

    def _attachment(self, attachment: dict[str, Any]) -> str:
        blocks = shown_blocks(attachment.get("blocks"))
        self._to_all |= blocks.to_all
        inside = blocks.text or lines(
            (
                linked(one_line(said(attachment.get("author_name"))), said(attachment.get("author_link"))),
                bold(linked(self._title(attachment), said(attachment.get("title_link")))),
                self._marked(said(attachment.get("text"))),
                *(self._field(fields_of(each)) for each in items_of(attachment.get("fields"))),
                linked(_file_name(attachment), said(attachment.get("image_url")) or said(attachment.get("thumb_url"))),
                " · ".join(filter(None, map(_button, items_of(attachment.get("actions"))))),
                self._footer(attachment),
            )
        )
        pretext = self._marked(said(attachment.get("pretext")))
        if not inside and not pretext:
            inside = self._marked(said(attachment.get("fallback")))
        if inside:
            circle = _circle(said(attachment.get("color")))
            inside = quoted(f"{circle} {inside}" if circle else inside)
        return lines((pretext, inside))

    def _title(self, attachment: dict[str, Any]) -> str:
        # It has no marks at Slack.
        title = " ".join(said(attachment.get("title")).split())
        return self._marked(title) if self._is_markdown else named_plainly(title)

    def _field(self, field: dict[str, Any]) -> str:
        title, value = one_line(said(field.get("title"))), self._marked(said(field.get("value")))
        if not title:
            return value
        return lines((bold(title), value)) if "\n" in value else f"{bold(title)}: {value}"

    def _footer(self, attachment: dict[str, Any]) -> str:
        footer = self._marked(said(attachment.get("footer"))).replace("\n", " ")
        return " · ".join(filter(None, (footer, _time(attachment.get("ts")))))


def _file_name(attachment: dict[str, Any]) -> str:
    address = said(attachment.get("image_url")) or said(attachment.get("thumb_url"))
    return one_line(address.partition("?")[0].rpartition("/")[2])


def _button(action: object) -> str:
    fields = fields_of(action)
    text = fields.get("text") or fields.get("name")
    return linked(one_line(said(text)), said(fields["url"])) if fields.get("url") else ""


def _time(seconds: object) -> str:
    try:
        return datetime.fromtimestamp(float(said(seconds)), UTC).strftime("%Y-%m-%d %H:%M UTC")
    except (ValueError, OverflowError, OSError):
        return ""


def _circle(colour: str) -> str:
    """
    @param colour: a name of Slack's, or six digits.
    @return: a circle of about that colour; empty: it says nothing.
    """
    if colour in _COLOURS:
        return _COLOURS[colour]
    digits = colour.removeprefix("#")
    if len(digits) == 3:
        digits = "".join(each * 2 for each in digits)
    try:
        red, green, blue = bytes.fromhex(digits)
    except ValueError:
        return ""
    hue, saturation, value = rgb_to_hsv(red / 255, green / 255, blue / 255)
    if saturation < 0.25 or value < 0.2:
        return ""
    return next(circle for limit, circle in _HUES if hue * 360 < limit)
