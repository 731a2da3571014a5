"""Matroska and WebM (RFC 8794, RFC 9559): whether a file has video, and its duration."""

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
"""The most elements to read: hours of a recording without a stated duration have fewer."""

TRACKS_WITHIN = 10_000
"""The number of elements within which the tracks must come."""

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


# Elements whose children are read as if they stood beside them. A recorder does not know a cluster's size in advance.
_OPENED = frozenset((_Id.INFO, _Id.TRACKS, _Id.TRACK, _Id.CLUSTER, _Id.GROUP))


class _Element(NamedTuple):
    id: int
    begin: int
    end: int


def has_video(content: bytes | mmap) -> bool | None:
    """
    @param content: the whole file.
    @return: whether the file has a video track; None: no tracks were found.
    """
    kinds: set[int] = set()
    for each in islice(_elements(content, _segment(content)), TRACKS_WITHIN):
        if each.id == _Id.TRACK_TYPE:
            kinds.add(_number(content, each))
        elif each.id == _Id.CLUSTER and kinds:
            # The tracks are known, and the rest is their data.
            break
    return _VIDEO in kinds if kinds & {_VIDEO, _AUDIO} else None


def seconds_of(content: bytes | mmap) -> float:
    """
    @param content: the whole file.
    @return: the duration in seconds; 0: it cannot be found. A recorder that sends while it records states no duration:
        then it is found from the times of the blocks.
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
    The times of a file's blocks, in ticks of its timestamp scale.

    @ivar cluster: the timestamp of the current cluster; the blocks' times are relative to it.
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
        Add a block. It states only its beginning: the duration of a track's last block is taken to be that of the block
        before.

        @param head: the block's first bytes.
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
        """The newest block states its duration."""
        self._end = max(self._end, self._newest + ticks)

    @property
    def length(self) -> int:
        """Ticks from the beginning of the first block to the end of the last one."""
        return 0 if self._first is None else self._end - self._first


def _segment(content: bytes | mmap) -> int:
    """@return: the offset of the segment's content; the end of the file if there is no segment."""
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
    """@return: the element at an offset. An element of unknown size extends to the end of the file."""
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
    """@return: a number of variable size (RFC 8794, 4), and its width in bytes; 0 if it is cut off."""
    width = 9 - head[at].bit_length() if at < len(head) else 9
    if width > 8 or len(head) < at + width:
        return 0, 0
    return int.from_bytes(head[at : at + width], "big") & (1 << 7 * width) - 1, width


def _number(content: bytes | mmap, element: _Element) -> int:
    return int.from_bytes(content[element.begin : min(element.end, element.begin + 8)], "big")


def _float(content: bytes | mmap, element: _Element) -> float:
    """@return: an element's floating-point number; 0 if it cannot be a duration."""
    value = content[element.begin : element.end] if element.end - element.begin in (4, 8) else b""
    found = struct.unpack(">f" if len(value) == 4 else ">d", value)[0] if value else 0.0
    return float(found) if math.isfinite(found) and found > 0 else 0.0
