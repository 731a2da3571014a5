"""Ogg (RFC 3533): whether a file has video, and its duration."""

from __future__ import annotations

from mmap import mmap
from typing import NamedTuple

from hichat.media.steps import STEPS, rest

_MAGIC = b"OggS\0"
_TAIL = 256 * 1024
"""Bytes at the end of a file in which the last page of its sound must be."""

_PAGES = 10_000
"""The most pages to read there: honest pages have a few kilobytes."""

_BEGINS = 2
_STREAMS = 32

_FILMS = (b"\x80theora", b"BBCD\0", b"OVP80", b"\x01video\0")


class OggInfo(NamedTuple):
    """
    The contents of a file.

    @ivar has_video: whether it has a video stream; None: no streams were found.
    @ivar seconds: its duration; 0: it cannot be found.
    """

    has_video: bool | None
    seconds: float


class _Page(NamedTuple):
    is_first: bool
    position: int
    stream: int
    begin: int
    end: int


class _Sound(NamedTuple):
    """
    A stream of sound.

    @ivar stream: its serial number.
    @ivar rate: samples a second.
    @ivar skipped: samples at the beginning that players skip.
    """

    stream: int
    rate: int
    skipped: int


def look_at(content: bytes | mmap) -> OggInfo:
    """@param content: the whole file."""
    sound: _Sound | None = None
    has_video: bool | None = None
    at = 0
    # The first pages of all streams come before any other page.
    for _ in range(_STREAMS):
        page = _page(content, at)
        if page is None or not page.is_first:
            break
        head = bytes(content[page.begin : min(page.end, page.begin + 64)])
        found = _sound(page.stream, head)
        if found is not None:
            sound, has_video = sound or found, has_video or False
        elif head.startswith(_FILMS):
            has_video = True
        at = page.end
    return OggInfo(has_video, _seconds(content, sound) if sound else 0.0)


def _sound(stream: int, head: bytes) -> _Sound | None:
    """
    @param head: the beginning of a stream's first packet.
    @return: the stream; None: it is not of sound, or of an unknown codec.
    """
    if head.startswith(b"OpusHead"):
        # The clock of Opus has this rate, whatever the rate of the recording (RFC 7845, 4).
        return _Sound(stream, 48_000, int.from_bytes(head[10:12], "little"))
    if head.startswith(b"\x01vorbis"):
        return _Sound(stream, int.from_bytes(head[12:16], "little"), 0)
    if head.startswith(b"\x7fFLAC"):
        return _Sound(stream, int.from_bytes(head[27:30], "big") >> 4, 0)
    if head.startswith(b"Speex   "):
        return _Sound(stream, int.from_bytes(head[36:40], "little"), 0)
    return None


def _seconds(content: bytes | mmap, sound: _Sound) -> float:
    end = len(content)
    for number in range(1, _PAGES + 1):
        if number % STEPS == 0:
            rest()
        at = content.rfind(_MAGIC, max(0, len(content) - _TAIL), end)
        if at < 0:
            break
        page = _page(content, at)
        # A page on which no packet ends has no position.
        if page is not None and page.stream == sound.stream and 0 < page.position < 1 << 63:
            return max(0, page.position - sound.skipped) / sound.rate if sound.rate else 0.0
        end = at + len(_MAGIC) - 1
    return 0.0


def _page(content: bytes | mmap, at: int) -> _Page | None:
    head = bytes(content[at : at + 27 + 255])
    if len(head) < 27 or not head.startswith(_MAGIC):
        return None
    begin = 27 + head[26]
    return _Page(
        bool(head[5] & _BEGINS),
        int.from_bytes(head[6:14], "little"),
        int.from_bytes(head[14:18], "little"),
        at + begin,
        at + begin + sum(head[27:begin]),
    )
