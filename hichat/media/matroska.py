"""Matroska and WebM (RFC 8794, RFC 9559): whether there are pictures in a file, and how long it lasts."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from enum import IntEnum
from itertools import islice
from mmap import mmap
from typing import NamedTuple

from hichat.media.steps import STEPS, rest

ELEMENTS = 200_000
"""The most elements to look at: hours of a recording without a stated length have fewer."""

FIRST = 10_000
"""Elements within which the tracks are told."""

_VIDEO = 1
_AUDIO = 2


class _Id(IntEnum):
    EBML = 0x1A45DFA3
    SEGMENT = 0x18538067
    INFO = 0x1549A966
    SCALE = 0x2AD7B1
    DURATION = 0x4489
    TRACKS = 0x1654AE6B
    TRACK = 0xAE
    TRACK_TYPE = 0x83
    CLUSTER = 0x1F43B675
    TIMESTAMP = 0xE7
    GROUP = 0xA0
    BLOCK = 0xA1
    BLOCK_DURATION = 0x9B
    SIMPLE_BLOCK = 0xA3


# The children of these are read as if they stood beside them: recorders do not know where a cluster will end.
_OPENED = frozenset((_Id.INFO, _Id.TRACKS, _Id.TRACK, _Id.CLUSTER, _Id.GROUP))


class _Element(NamedTuple):
    id: int
    begin: int
    end: int


def has_video(content: bytes | mmap) -> bool | None:
    """
    @param content: the whole file.
    @return: None: it tells of no tracks.
    """
    kinds: set[int] = set()
    for each in islice(_elements(content, _segment(content)), FIRST):
        if each.id == _Id.TRACK_TYPE:
            kinds.add(_number(content, each))
        elif each.id == _Id.CLUSTER and kinds:
            # The rest is the data of the tracks.
            break
    return _VIDEO in kinds if kinds & {_VIDEO, _AUDIO} else None


def seconds_of(content: bytes | mmap) -> float:
    """
    @param content: the whole file.
    @return: how long it lasts; a recorder that sends while it records does not say, so then it is counted. 0: that is
        not to be found out.
    """
    scale, said = 1_000_000, 0.0
    blocks = _Blocks()
    steps = 0
    for each in _elements(content, _segment(content)):
        steps += 1
        match each.id:
            case _Id.SCALE:
                scale = _number(content, each) or scale
            case _Id.DURATION:
                said = _float(content, each)
            case _Id.CLUSTER if said:
                break
            case _Id.TIMESTAMP:
                blocks.cluster = _number(content, each)
            case _Id.SIMPLE_BLOCK | _Id.BLOCK:
                blocks.add(bytes(content[each.begin : min(each.begin + 10, each.end)]))
            case _Id.BLOCK_DURATION:
                blocks.lasts(_number(content, each))
    return (said or (blocks.length if steps < ELEMENTS else 0)) * scale / 1e9


class _Blocks:
    """
    When things are seen and heard, in ticks of the film's scale.

    @ivar cluster: where the times of its blocks begin.
    """

    def __init__(self) -> None:
        self.cluster = 0
        self._first: int | None = None
        self._end = 0
        self._last: dict[int, int] = {}
        self._steps: dict[int, int] = {}
        self._newest = 0

    def add(self, head: bytes) -> None:
        """
        A block says of no more than when it begins: how long the last one of a track is, is guessed by the one before.

        @param head: the block's beginning.
        """
        track, size = _read_number(head, 0)
        if size == 0 or len(head) < size + 2:
            return
        time = self.cluster + int(struct.unpack_from(">h", head, size)[0])
        if self._first is None:
            self._first = time
        before = self._last.get(track)
        if before is not None and time > before:
            self._steps[track] = time - before
        self._last[track] = self._newest = time
        self._first = min(self._first, time)
        self._end = max(self._end, time + self._steps.get(track, 0))

    def lasts(self, ticks: int) -> None:
        """The newest block says how long it is."""
        self._end = max(self._end, self._newest + ticks)

    @property
    def length(self) -> int:
        """From the first to the end of the last one."""
        return 0 if self._first is None else self._end - self._first


def _segment(content: bytes | mmap) -> int:
    """@return: where the segment's content begins; the end of the file: there is none."""
    at = 0
    for id in (_Id.EBML, _Id.SEGMENT):
        found = _element(content, at)
        if found is None or found.id != id:
            return len(content)
        at = found.begin if id == _Id.SEGMENT else found.end
    return at


def _elements(content: bytes | mmap, at: int) -> Iterator[_Element]:
    for number in range(1, ELEMENTS + 1):
        found = _element(content, at)
        if found is None:
            return
        yield found
        if number % STEPS == 0:
            rest()
        at = found.begin if found.id in _OPENED else found.end


def _element(content: bytes | mmap, at: int) -> _Element | None:
    """@return: the element that begins there. One that does not say where it ends is as long as the file."""
    head = bytes(content[at : at + 12])
    length = 9 - head[0].bit_length() if head else 9
    if length > 4 or len(head) < length + 1:
        return None
    size, width = _read_number(head, length)
    if width == 0:
        return None
    begin = at + length + width
    is_unknown = size == (1 << 7 * width) - 1
    end = len(content) if is_unknown else min(begin + size, len(content))
    return _Element(int.from_bytes(head[:length], "big"), begin, end)


def _read_number(head: bytes, at: int) -> tuple[int, int]:
    """@return: a number of variable size (RFC 8794, 4), and its bytes; none: it is not whole."""
    width = 9 - head[at].bit_length() if at < len(head) else 9
    if width > 8 or len(head) < at + width:
        return 0, 0
    return int.from_bytes(head[at : at + width], "big") & (1 << 7 * width) - 1, width


def _number(content: bytes | mmap, element: _Element) -> int:
    return int.from_bytes(content[element.begin : min(element.end, element.begin + 8)], "big")


def _float(content: bytes | mmap, element: _Element) -> float:
    """@return: the number; 0 if it is no length of time."""
    value = content[element.begin : element.end] if element.end - element.begin in (4, 8) else b""
    found = struct.unpack(">f" if len(value) == 4 else ">d", value)[0] if value else 0.0
    return float(found) if math.isfinite(found) and found > 0 else 0.0
