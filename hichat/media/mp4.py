"""
Files of boxes: MP4 and other ISO base media files (ISO/IEC 14496-12), QuickTime, 3GP, and the pictures of phones
(ISO/IEC 23008-12).
"""

from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import Iterator
from mmap import mmap
from typing import NamedTuple

from hichat.media.steps import STEPS, rest

BOXES = 50_000
"""The most boxes to read: a recording of an hour with a fragment each second has fewer."""

SAMPLES = 1_000_000
"""The most samples of fragments to read."""

_SAMPLES = 1000
"""The number of samples that are read at once."""

_SOUND = b"soun"
_VIDEO = b"vide"

# By brand (https://mp4ra.org/registered-types/brands).
_PICTURES = {
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"heim": "image/heic",
    b"heis": "image/heic",
    b"hevc": "image/heic-sequence",
    b"hevx": "image/heic-sequence",
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"crx ": "image/x-canon-cr3",
    b"mif1": "image/heif",
    b"mif2": "image/heif",
    b"msf1": "image/heif-sequence",
}
_GENERAL = frozenset((b"mif1", b"mif2", b"msf1"))
"""Brands of pictures of any codec. The other brands of such a file tell the codec."""

_FIRST_BOXES = frozenset((b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot", b"moof"))
"""The first boxes of files without brands: older QuickTime."""


class MP4Info(NamedTuple):
    """
    The contents of a file.

    @ivar picture: the media type of a picture; empty: it is a film or sound.
    @ivar tracks: the kinds of its tracks, as the four letters of their handlers.
    @ivar brand: its first brand; C{qt} if it has none.
    @ivar seconds: its duration; 0: it cannot be found.
    """

    picture: str
    tracks: frozenset[bytes]
    brand: bytes
    seconds: float

    @property
    def has_video(self) -> bool | None:
        """Whether it has a video track; None: no tracks were found."""
        return _VIDEO in self.tracks if self.tracks & {_SOUND, _VIDEO} else None


class _Box(NamedTuple):
    kind: bytes
    begin: int
    end: int


class _Track:
    """
    A track, with the times of its fragments.

    @ivar handler: the four letters of its handler.
    @ivar scale: ticks a second.
    @ivar step: the default duration of a sample, in ticks.
    @ivar first: the beginning of the earliest fragment, in ticks; None: there is none yet.
    @ivar end: the end of the latest fragment, in ticks.
    """

    __slots__ = ("end", "first", "handler", "scale", "step")

    def __init__(self) -> None:
        self.handler = b""
        self.scale = 0
        self.step = 0
        self.first: int | None = None
        self.end = 0

    def add(self, base: int | None, ticks: int) -> None:
        """
        Add a fragment.

        @param base: its beginning in ticks; None: at the end of the fragment before.
        @param ticks: its duration.
        """
        base = self.end if base is None else base
        self.first = base if self.first is None else min(self.first, base)
        self.end = max(self.end, base + ticks)

    @property
    def seconds(self) -> float:
        return (self.end - self.first) / self.scale if self.first is not None and self.scale else 0.0


def look_at(content: bytes | mmap) -> MP4Info | None:
    """
    @param content: the whole file.
    @return: the file's contents; None: it is no file of boxes.
    """
    first = next(_boxes(content, 0, len(content)), None)
    if first is None or (first.kind != b"ftyp" and first.kind not in _FIRST_BOXES):
        return None
    brands = _brands(content, first) if first.kind == b"ftyp" else [b"qt  "]
    picture = _PICTURES.get(brands[0], "")
    if brands[0] in _GENERAL:
        picture = next(media_type for brand, media_type in _PICTURES.items() if brand in brands)
    reader = _Reader(content)
    reader.read()
    if first.kind != b"ftyp" and not reader.tracks:
        return None
    handlers = frozenset(track.handler for track in reader.tracks.values())
    return MP4Info(picture, handlers, brands[0], reader.seconds)


def _brands(content: bytes | mmap, box: _Box) -> list[bytes]:
    found = bytes(content[box.begin : min(box.end, box.begin + 256)])
    return [found[:4], *(found[at : at + 4] for at in range(8, len(found) - 3, 4))]


class _Reader:
    """Reads the boxes that tell the tracks and the duration."""

    def __init__(self, content: bytes | mmap) -> None:
        self._content = content
        self._boxes = BOXES
        self._samples = SAMPLES
        self._said = 0.0
        self._has_fragments = False
        self.tracks: defaultdict[int, _Track] = defaultdict(_Track)

    def read(self) -> None:
        """Read the whole file."""
        for box in self._in(_Box(b"", 0, len(self._content))):
            if box.kind == b"moov":
                self._movie(box)
            elif box.kind == b"moof":
                self._has_fragments = True
                for part in self._in(box):
                    if part.kind == b"traf":
                        self._fragment(part)

    @property
    def seconds(self) -> float:
        """The duration of the longest track; 0 if not all fragments were read."""
        if self._has_fragments and min(self._boxes, self._samples) < 0:
            return 0.0
        return max([self._said, *(track.seconds for track in self.tracks.values())])

    def _in(self, box: _Box) -> Iterator[_Box]:
        for found in _boxes(self._content, box.begin, box.end):
            self._boxes -= 1
            if self._boxes < 0:
                return
            if self._boxes % STEPS == 0:
                rest()
            yield found

    def _movie(self, movie: _Box) -> None:
        for box in self._in(movie):
            if box.kind == b"mvhd":
                scale, length = self._clock(box)
                self._said = length / scale if scale else 0.0
            elif box.kind == b"trak":
                self._track(box)
            elif box.kind == b"mvex":
                for default in self._in(box):
                    if default.kind == b"trex":
                        _, id, _, step = self._words(default, 0, 4)
                        self.tracks[id].step = step

    def _track(self, track: _Box) -> None:
        id, handler, scale = 0, b"", 0
        for box in self._in(track):
            if box.kind == b"tkhd":
                id = self._words(box, 20 if self._version(box) else 12, 1)[0]
            elif box.kind == b"mdia":
                for part in self._in(box):
                    if part.kind == b"mdhd":
                        scale = self._clock(part)[0]
                    elif part.kind == b"hdlr":
                        handler = bytes(self._content[part.begin + 8 : part.begin + 12])
        found = self.tracks[id]
        # A broken file may have two tracks with the same id: that must not hide a video track.
        found.handler = _VIDEO if _VIDEO in (found.handler, handler) else handler
        found.scale = scale

    def _fragment(self, fragment: _Box) -> None:
        track, base, step, ticks = _Track(), None, 0, 0
        for box in self._in(fragment):
            if box.kind == b"tfhd":
                flags, id = self._words(box, 0, 2)
                track = self.tracks[id]
                skipped = 8 + (8 if flags & 1 else 0) + (4 if flags & 2 else 0)
                step = self._words(box, skipped, 1)[0] if flags & 8 else track.step
            elif box.kind == b"tfdt":
                width = 8 if self._version(box) else 4
                base = int.from_bytes(self._content[box.begin + 4 : box.begin + 4 + width], "big")
            elif box.kind == b"trun":
                ticks += self._run(box, step)
        track.add(base, ticks)

    def _run(self, run: _Box, step: int) -> int:
        """@return: the duration of a run's samples, in ticks."""
        flags, count = self._words(run, 0, 2)
        if not flags & 0x100:
            return step * count
        width = 4 * (flags >> 8 & 15).bit_count()
        begin = run.begin + 8 + (4 if flags & 1 else 0) + (4 if flags & 4 else 0)
        count = max(0, min(count, (run.end - begin) // width))
        ticks = 0
        for at in range(0, count, _SAMPLES):
            number = min(_SAMPLES, count - at)
            self._samples -= number
            if self._samples < 0:
                break
            some = self._content[begin + at * width : begin + (at + number) * width]
            ticks += sum(struct.unpack(f">{len(some) // 4}I", some)[:: width // 4])
            if number == _SAMPLES:
                rest()
        return ticks

    def _version(self, box: _Box) -> int:
        return self._words(box, 0, 1)[0] >> 24

    def _clock(self, box: _Box) -> tuple[int, int]:
        """@return: ticks a second, and the duration in ticks; 0: it is not known."""
        width = 8 if self._version(box) else 4
        at = box.begin + 4 + 2 * width
        scale = int.from_bytes(self._content[at : at + 4], "big")
        length = int.from_bytes(self._content[at + 4 : at + 4 + width], "big")
        return scale, 0 if length == (1 << 8 * width) - 1 else length

    def _words(self, box: _Box, at: int, count: int) -> tuple[int, ...]:
        """@return: so many numbers of four bytes; bytes behind the box's end count as zeros."""
        found = bytes(self._content[box.begin + at : min(box.end, box.begin + at + 4 * count)])
        return struct.unpack(f">{count}I", found.ljust(4 * count, b"\0"))


def _boxes(content: bytes | mmap, at: int, end: int) -> Iterator[_Box]:
    while at + 8 <= end:
        size, kind = struct.unpack(">I4s", content[at : at + 8])
        begin = at + 8
        if size == 1:
            size = int.from_bytes(content[begin : begin + 8], "big")
            begin += 8
        stop = end if size == 0 else at + size
        if stop < begin:
            return
        yield _Box(kind, begin, min(stop, end))
        at = stop
