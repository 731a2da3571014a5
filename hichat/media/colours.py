"""
Colours: conversion of a picture's colour space to sRGB, which thumbnails have.

As in browsers, a colour profile that does not fit the picture, or is broken, is ignored.
"""

from __future__ import annotations

import io
import math
import struct
from collections.abc import Callable

from PIL import Image, ImageCms, ImageFilter

from hichat.media.metadata import PictureParts

Matrix = tuple[tuple[float, ...], ...]

_STEPS = 4096
"""The number of entries of a curve in a profile."""

_WHITE = 203.0
"""The luminance of white paper, in candelas per square metre (ITU-R BT.2408). It becomes half of the largest value."""

_BRIGHTEST = 1000.0
"""The luminance that becomes the largest value, in candelas per square metre."""

_NODES = 33
"""The nodes of a lookup table for high dynamic range, along red, green and blue each."""

# Colour primaries by their number in ITU-T H.273, table 2: x and y of white, red, green and blue.
_D65 = (0.3127, 0.3290)
_PRIMARIES = {
    1: (*_D65, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06),
    5: (*_D65, 0.64, 0.33, 0.29, 0.60, 0.15, 0.06),
    6: (*_D65, 0.63, 0.34, 0.31, 0.595, 0.155, 0.07),
    9: (*_D65, 0.708, 0.292, 0.17, 0.797, 0.131, 0.046),
    11: (0.314, 0.351, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06),
    12: (*_D65, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06),
}


def _srgb(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _stored(light: float) -> float:
    light = min(max(light, 0.0), 1.0)
    return 12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055


def _power(exponent: float) -> Callable[[float], float]:
    return lambda value: value**exponent


# Transfer characteristics by their number in ITU-T H.273, table 3: from stored values to light.
_CURVES = {
    **dict.fromkeys((1, 6, 14, 15), _power(2.4)),
    4: _power(2.2),
    5: _power(2.8),
    8: _power(1.0),
    13: _srgb,
}

_INTENTS = (b"\0", b"\1", b"\2", b"\3")
"""The valid contents of an sRGB chunk: rendering intents (PNG, third edition, 11.3.2.5)."""

_MEANT = {"RGB": ("RGB",), "GRAY": ("L",), "CMYK": ("CMYK",)}
"""The modes of pictures to which a profile applies, by the profile's colour space."""


def to_srgb(image: Image.Image, parts: PictureParts) -> Image.Image:
    """
    @param image: a picture of mode L, LA, RGB, RGBA or CMYK.
    @param parts: the picture's parts, with its profile or the PNG's chunks about colours.
    @return: the picture in sRGB, with the same transparency; of mode L, LA, RGB or RGBA.
    """
    alpha = image.getchannel("A") if image.mode in ("LA", "RGBA") else None
    plain = image.convert(image.mode[:-1]) if alpha else image
    code = _code(parts)
    if code and code[1] in _BRIGHT:
        plain = plain.convert("RGB").filter(_table(code))
    else:
        plain = _converted(plain, _profile(parts))
    if alpha:
        plain.putalpha(alpha)
    return plain


def _converted(image: Image.Image, profile: bytes) -> Image.Image:
    """@return: the picture in sRGB, of mode L or RGB."""
    if profile:
        try:
            given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            space = given.profile.xcolor_space.strip()
            if space == "RGB" and image.mode == "L":
                image = image.convert("RGB")
            if image.mode in _MEANT.get(space, ()):
                srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
                transform = ImageCms.buildTransform(given, srgb, image.mode, "RGB")
                return transform.apply(image)
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            # The profile is for another colour space, or broken.
            pass
    return image if image.mode == "L" else image.convert("RGB")


def _code(parts: PictureParts) -> bytes:
    """@return: the content of a cICP chunk with code points of ITU-T H.273 that we know; empty: there is none."""
    code = parts.chunks.get(b"cICP", b"")
    is_known = len(code) == 4 and code[0] in _PRIMARIES and (code[1] in _CURVES or code[1] in _BRIGHT)
    return code if is_known and code[2:] == b"\0\1" else b""


def _profile(parts: PictureParts) -> bytes:
    """@return: the ICC profile of a picture's colours (precedence: PNG, third edition, 4.3); empty: they are sRGB."""
    chunks, code = parts.chunks, _code(parts)
    if code:
        return _made(_PRIMARIES[code[0]], _CURVES[code[1]])
    if parts.profile or chunks.get(b"sRGB") in _INTENTS:
        return parts.profile
    said = chunks.get(b"gAMA", b"")
    gamma = int.from_bytes(said, "big") / 100_000 if len(said) == 4 else 0.0
    primaries = _PRIMARIES[1]
    if len(chunks.get(b"cHRM", b"")) == 32:
        primaries = tuple(number / 100_000 for number in struct.unpack(">8I", chunks[b"cHRM"]))
    # Primaries above 1 do not exist; then the gamma is ignored, too.
    return _made(primaries, _power(1 / gamma)) if 0.01 < gamma < 100 and max(primaries) <= 1 else b""


def _made(primaries: tuple[float, ...], curve: Callable[[float], float]) -> bytes:
    """
    @param primaries: x and y of white, red, green and blue.
    @param curve: from stored values to light.
    @return: an ICC profile (ICC.1:2001-04); empty: no such primaries can exist.
    """
    try:
        columns = [_xyz(column) for column in _columns(primaries)]
    except (ZeroDivisionError, OverflowError, struct.error):
        return b""
    steps = [round(65535 * curve(number / (_STEPS - 1))) for number in range(_STEPS)]
    curved = struct.pack(f">4sII{_STEPS}H", b"curv", 0, _STEPS, *steps)
    tags = [(b"wtpt", _xyz(_D50))]
    tags += zip((b"rXYZ", b"gXYZ", b"bXYZ"), columns, strict=True)
    tags += [(name, curved) for name in (b"rTRC", b"gTRC", b"bTRC")]
    at = 128 + 4 + 12 * len(tags)
    table, data = struct.pack(">I", len(tags)), b""
    for name, content in tags:
        table += struct.pack(">4sII", name, at + len(data), len(content))
        data += content
    head = struct.pack(">I4sI4s4s4s12x4s28x", at + len(data), b"", 0x02400000, b"mntr", b"RGB ", b"XYZ ", b"acsp")
    return head + _xyz(_D50)[8:] + bytes(48) + table + data


def _xyz(values: tuple[float, ...]) -> bytes:
    return struct.pack(">4sI3i", b"XYZ ", 0, *(round(value * 65536) for value in values))


_D50 = (0.9642, 1.0, 0.8249)
_BRADFORD: Matrix = ((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296))


def _columns(primaries: tuple[float, ...]) -> list[tuple[float, ...]]:
    """@return: X, Y and Z of red, green and blue, adapted to the white point D50 (Bradford)."""
    white, *colours = ((x / y, 1.0, (1 - x - y) / y) for x, y in zip(primaries[::2], primaries[1::2], strict=True))
    shares = _times(_inverse(tuple(zip(*colours, strict=True))), white)
    cones = [there / here for there, here in zip(_times(_BRADFORD, _D50), _times(_BRADFORD, white), strict=True)]
    adapt = _inverse(_BRADFORD)
    found = []
    for share, colour in zip(shares, colours, strict=True):
        seen = [cone * value for cone, value in zip(cones, _times(_BRADFORD, colour), strict=True)]
        found.append(tuple(share * value for value in _times(adapt, seen)))
    return found


def _times(matrix: Matrix, vector: tuple[float, ...] | list[float]) -> tuple[float, ...]:
    return tuple(sum(one * other for one, other in zip(row, vector, strict=True)) for row in matrix)


def _inverse(m: Matrix) -> Matrix:
    (a, b, c), (d, e, f), (g, h, i) = m
    whole = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
    return (
        ((e * i - f * h) / whole, (c * h - b * i) / whole, (b * f - c * e) / whole),
        ((f * g - d * i) / whole, (a * i - c * g) / whole, (c * d - a * f) / whole),
        ((d * h - e * g) / whole, (b * g - a * h) / whole, (a * e - b * d) / whole),
    )


# High dynamic range (ITU-R BT.2100): the tone mapping of a colour depends on all three of its numbers, which a profile
# of three curves and a matrix cannot express.


def _perceptual(value: float) -> float:
    """@return: the luminance of a stored value by SMPTE ST 2084 (PQ), in candelas per square metre."""
    power = value ** (1 / 78.84375)
    return float(10000 * (max(power - 0.8359375, 0.0) / (18.8515625 - 18.6875 * power)) ** (1 / 0.1593017578125))


def _hybrid(value: float) -> float:
    """@return: the light of a stored value by hybrid log-gamma: 1 is the brightest light in front of the camera."""
    return value**2 / 3 if value <= 0.5 else (math.exp((value - 0.55991073) / 0.17883277) + 0.28466892) / 12


_BRIGHT = {16: _perceptual, 18: _hybrid}
"""Transfer characteristics of high dynamic range, by their number in ITU-T H.273, table 3."""


def _dimmed(bright: float) -> float:
    """
    @param bright: a luminance in candelas per square metre.
    @return: the brightness for display, 0 to 1: linear up to white paper, compressed above it, so that steps stay
        visible.
    """
    more = (bright - _WHITE) / (_BRIGHTEST - _WHITE)
    return bright / (2 * _WHITE) if more <= 0 else min(1.0, 0.5 + 0.8 * more / (more + 0.6))


def _table(code: bytes) -> ImageFilter.Color3DLUT:
    """
    @param code: see L{_code}.
    @return: a lookup table from the picture's colours to sRGB.
    """
    columns = tuple(zip(*_columns(_PRIMARIES[code[0]]), strict=True))
    shares = columns[1]
    back = _inverse(tuple(zip(*_columns(_PRIMARIES[1]), strict=True)))
    lights = [_BRIGHT[code[1]](number / (_NODES - 1)) for number in range(_NODES)]
    is_scene = _BRIGHT[code[1]] is _hybrid

    def shown(*numbers: float) -> tuple[float, ...]:
        colour = [lights[round(number * (_NODES - 1))] for number in numbers]
        bright = sum(share * light for share, light in zip(shares, colour, strict=True))
        if is_scene:
            # The luminances on a screen whose brightest white is _BRIGHTEST.
            colour = [_BRIGHTEST * light * bright**0.2 for light in colour]
            bright = _BRIGHTEST * bright**1.2
        factor = _dimmed(bright) / bright if bright > 0 else 0.0
        return tuple(map(_stored, _times(back, _times(columns, [light * factor for light in colour]))))

    return ImageFilter.Color3DLUT.generate(_NODES, shown)
