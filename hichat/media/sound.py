"""
Media types and durations of sound outside of film containers: frames one after another (MP3, AAC in ADTS, AMR), and
WAV, AIFF, CAF, AU and FLAC.
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Callable, Iterator
from typing import NamedTuple

from hichat.media.steps import STEPS, Content, rest

FRAMES = 200_000
"""The most frames to count: hours of sound. The rest of the file is taken to have the same rate."""

_LOST = 64 * 1024
"""Bytes in which the next frame is looked for after bytes that are no frame."""

_LOSSES = 1000
"""The most times that this is done for a file; then the count ends."""

_CHUNKS = 1000

_SYNC = re.compile(rb"\xff[\xe0-\xff]")


class _Frame(NamedTuple):
    size: int
    seconds: float


# MPEG audio: kilobits a second by version (2 stands for 2 and 2.5, too) and layer (ISO/IEC 11172-3, 13818-3).
_RATES = {
    (1, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_MPEG_HERTZ = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
_AAC_HERTZ = (96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350)

# Bytes of a frame of 20 ms by its type (RFC 4867, 5.3).
_AMR = (13, 14, 16, 18, 20, 21, 27, 32, 6, 1, 1, 1, 1, 1, 1, 1)
_AMR_WIDE = (18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 1, 1, 1, 1, 1, 1)


def _mpeg(head: bytes) -> _Frame | None:
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    version, layer = head[1] >> 3 & 3, 4 - (head[1] >> 1 & 3)
    rate, hertz = head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or layer not in (2, 3) or rate in (0, 15) or hertz == 3 or (version == 0 and layer == 2):
        return None
    samples = 1152 if version == 3 or layer == 2 else 576
    frequency = _MPEG_HERTZ[version][hertz]
    bits = _RATES[1 if version == 3 else 2, layer][rate - 1] * 1000
    return _Frame(samples // 8 * bits // frequency + (head[2] >> 1 & 1), samples / frequency)


def _adts(head: bytes) -> _Frame | None:
    if len(head) < 7 or head[0] != 0xFF or head[1] & 0xF6 != 0xF0:
        return None
    hertz, size = head[2] >> 2 & 15, (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    if hertz >= len(_AAC_HERTZ) or size < 7:
        return None
    return _Frame(size, ((head[6] & 3) + 1) * 1024 / _AAC_HERTZ[hertz])


def _amr(sizes: tuple[int, ...]) -> Callable[[bytes], _Frame | None]:
    def read(head: bytes) -> _Frame | None:
        return _Frame(sizes[head[0] >> 3 & 15], 0.02) if head else None

    return read


_READERS = {
    "audio/mpeg": _mpeg,
    "audio/aac": _adts,
    "audio/amr": _amr(_AMR),
    "audio/amr-wb": _amr(_AMR_WIDE),
}


def frames_of(content: Content) -> str:
    """@return: the media type of a file of MPEG or AAC frames, or FLAC, behind tags and zeros; else empty."""
    at = _begin(content)
    if bytes(content[at : at + 5]) in (b"fLaC\0", b"fLaC\x80"):
        return "audio/flac"
    for media_type in ("audio/mpeg", "audio/aac"):
        read = _READERS[media_type]
        frame = read(bytes(content[at : at + 9]))
        if frame is None:
            continue
        following = bytes(content[at + frame.size : at + frame.size + 9])
        # Other data may look like one frame by chance, but not like two. A file may be a single frame.
        if read(following) or (at == 0 and len(content) <= frame.size):
            return media_type
    return "audio/mpeg" if content[:3] == b"ID3" else ""


def _begin(content: Content) -> int:
    """@return: the offset of the sound, behind tags (https://id3.org/id3v2.4.0-structure) and zeros."""
    at = 0
    for _ in range(_CHUNKS):
        head = bytes(content[at : at + 10])
        if head[:3] != b"ID3" or len(head) < 10:
            break
        size = 0
        for each in head[6:]:
            size = size << 7 | each & 0x7F
        at += 10 + size + (10 if head[5] & 0x10 else 0)
    # Some files have zeros before the first frame.
    begun = bytes(content[at : at + _LOST])
    return at + len(begun) - len(begun.lstrip(b"\0"))


def seconds_of(content: Content, media_type: str) -> float:
    """@return: the duration in seconds; 0: it cannot be found."""
    reader = _SECONDS.get(media_type)
    return reader(content) if reader else 0.0


def _mp3(content: Content) -> float:
    at = _begin(content)
    frame = _mpeg(bytes(content[at : at + 4]))
    head = bytes(content[at : at + 64])
    if frame is not None:
        # Encoders with a variable bit rate state the number of frames in the first frame.
        for mark in (b"Xing", b"Info"):
            place = head.find(mark)
            if place > 0 and int.from_bytes(head[place + 4 : place + 8], "big") & 1:
                return int.from_bytes(head[place + 8 : place + 12], "big") * frame.seconds
        if head[36:40] == b"VBRI":
            return int.from_bytes(head[50:54], "big") * frame.seconds
    return _counted(content, at, _mpeg)


def _counted(content: Content, at: int, read: Callable[[bytes], _Frame | None], synced: bool = True) -> float:
    begin, seconds, losses = at, 0.0, 0
    for number in range(1, FRAMES + 1):
        if number % STEPS == 0:
            rest()
        frame = read(bytes(content[at : at + 9]))
        if frame is not None:
            seconds += frame.seconds
            at += frame.size
        elif at >= len(content) or not synced:
            return seconds
        else:
            losses += 1
            found = _SYNC.search(content, at + 1, min(len(content), at + _LOST))
            if found is None or losses > _LOSSES:
                return seconds
            at = found.start()
    return seconds * (len(content) - begin) / (at - begin)


def _frames(media_type: str, magic: int) -> Callable[[Content], float]:
    def seconds(content: Content) -> float:
        if magic:
            return _counted(content, magic, _READERS[media_type], synced=False)
        return _counted(content, _begin(content), _READERS[media_type])

    return seconds


class _Chunk(NamedTuple):
    kind: bytes
    begin: int
    size: int


def _chunks(content: Content, at: int, order: str, width: int = 4) -> Iterator[_Chunk]:
    """
    @param at: the offset of the first chunk.
    @param width: bytes of the size field. With 4 bytes, chunks are padded to an even size.
    """
    for _ in range(_CHUNKS):
        head = bytes(content[at : at + 4 + width])
        if len(head) < 4 + width:
            return
        size = int.from_bytes(head[4:], "little" if order == "<" else "big")
        begin = at + 4 + width
        yield _Chunk(head[:4], begin, size)
        at = begin + size + (size & 1 if width == 4 else 0)


def _wav(content: Content) -> float:
    rate, wide = 0, 0
    for chunk in _chunks(content, 12, "<"):
        if chunk.kind == b"fmt ":
            rate = int.from_bytes(content[chunk.begin + 8 : chunk.begin + 12], "little")
        elif chunk.kind == b"ds64":
            wide = int.from_bytes(content[chunk.begin + 8 : chunk.begin + 16], "little")
        elif chunk.kind == b"data":
            # A program that writes to a pipe states no true size; a very large file states it in ds64.
            size = wide if wide and chunk.size == 0xFFFFFFFF else chunk.size
            there = len(content) - chunk.begin
            return min(size or there, there) / rate if rate else 0.0
    return 0.0


def _aiff(content: Content) -> float:
    for chunk in _chunks(content, 12, ">"):
        if chunk.kind == b"COMM":
            head = bytes(content[chunk.begin : chunk.begin + 18])
            if len(head) < 18:
                break
            # The rate is a float of 80 bits (IEEE 754); its integer part is enough.
            shift = 16383 + 63 - (head[8] << 8 | head[9])
            hertz = int.from_bytes(head[10:18], "big") >> shift if 0 <= shift < 64 else 0
            return int.from_bytes(head[2:6], "big") / hertz if hertz else 0.0
    return 0.0


def _caf(content: Content) -> float:
    """See Apple's Core Audio Format Specification 1.0."""
    hertz, packet, frames, seconds = 0.0, 0, 0, 0.0
    for chunk in _chunks(content, 8, ">", 8):
        if chunk.kind == b"desc":
            hertz = _double(content, chunk.begin)
            packet, frames = (
                int.from_bytes(content[chunk.begin + at : chunk.begin + at + 4], "big") for at in (16, 20)
            )
        elif chunk.kind == b"pakt" and hertz >= 1:
            return int.from_bytes(content[chunk.begin + 8 : chunk.begin + 16], "big") / hertz
        elif chunk.kind == b"data" and packet and hertz >= 1:
            there = len(content) - chunk.begin
            seconds = max(0, min(chunk.size, there) - 4) // packet * frames / hertz
    return seconds


def _double(content: Content, at: int) -> float:
    value = bytes(content[at : at + 8])
    found = struct.unpack(">d", value)[0] if len(value) == 8 else 0.0
    return float(found) if math.isfinite(found) else 0.0


def _flac(content: Content) -> float:
    """See RFC 9639, 8.2."""
    at = _begin(content)
    head = bytes(content[at + 8 : at + 26])
    if content[at : at + 4] != b"fLaC" or len(head) < 18:
        return 0.0
    packed = int.from_bytes(head[10:18], "big")
    hertz, samples = packed >> 44, packed & (1 << 36) - 1
    return samples / hertz if hertz else 0.0


def _au(content: Content) -> float:
    head = bytes(content[:24])
    begin, _, encoding, hertz, channels = (int.from_bytes(head[at : at + 4], "big") for at in (4, 8, 12, 16, 20))
    width = {1: 1, 2: 1, 3: 2, 4: 3, 5: 4, 6: 4, 7: 8, 27: 1}.get(encoding, 0) * channels * hertz
    return max(0, len(content) - begin) / width if width else 0.0


_SECONDS: dict[str, Callable[[Content], float]] = {
    "audio/mpeg": _mp3,
    "audio/aac": _frames("audio/aac", 0),
    "audio/amr": _frames("audio/amr", len(b"#!AMR\n")),
    "audio/amr-wb": _frames("audio/amr-wb", len(b"#!AMR-WB\n")),
    "audio/wav": _wav,
    "audio/aiff": _aiff,
    "audio/x-caf": _caf,
    "audio/basic": _au,
    "audio/flac": _flac,
}
