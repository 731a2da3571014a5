"""
Odd pictures that honest programs write, small ones, and what Chromium shows of them on a screen that is sRGB.

Each has four quarters; where nothing else is said these have the colours of L{PLAIN}.
"""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any, NamedTuple

from PIL import Image, ImageDraw

SIZE = (64, 48)
PLAIN = ((200, 60, 30), (40, 180, 70), (30, 60, 210), (120, 130, 140))
"""Of the quarters: upper left, upper right, lower left, lower right."""

PQ_SEEN = ((255, 0, 0), (0, 255, 0), (0, 0, 255), (91, 139, 167))
HLG_SEEN = ((230, 0, 0), (0, 170, 27), (0, 41, 196), (87, 102, 110))
P3_SEEN = ((217, 42, 0), (0, 183, 49), (17, 61, 218), (118, 130, 141))
NOTHING = (0, 0, 0, 0)
PNG, JPEG, GIF, WEBP = "image/png", "image/jpeg", "image/gif", "image/webp"


class Odd(NamedTuple):
    """
    @ivar seen: the colours of the quarters.
    @ivar orientation: which side is up, of what is served, too; C{size} is as it is shown then.
    """

    name: str
    type: str
    content: bytes
    seen: tuple[tuple[int, ...], ...] = PLAIN
    orientation: int = 1
    size: tuple[int, int] = SIZE


def plain() -> Image.Image:
    image = Image.new("RGB", SIZE)
    draw = ImageDraw.Draw(image)
    for (x, y), colour in zip(((0, 0), (32, 0), (0, 24), (32, 24)), PLAIN, strict=True):
        draw.rectangle((x, y, x + 31, y + 23), fill=colour)
    return image


def saved(kind: str, image: Image.Image | None = None, **more: Any) -> bytes:
    file = io.BytesIO()
    (image or plain()).save(file, kind, **({"quality": 95} if kind == "JPEG" else {}), **more)
    return file.getvalue()


def chunk(kind: bytes, data: bytes, crc: int | None = None) -> bytes:
    crc = zlib.crc32(kind + data) if crc is None else crc
    return len(data).to_bytes(4, "big") + kind + data + crc.to_bytes(4, "big")


def with_chunks(*chunks: bytes) -> bytes:
    png = saved("PNG")
    return png[:33] + b"".join(chunks) + png[33:]


def made(depth: int, kind: int, quarters: tuple[bytes, bytes, bytes, bytes], *chunks: bytes, interlaced: bool = False):
    """@param quarters: half a row of each, 32 pixels."""
    rows = [quarters[0] + quarters[1]] * 24 + [quarters[2] + quarters[3]] * 24
    data = b"".join(b"\0" + row for row in rows)
    if interlaced:
        pixel = len(rows[0]) // 64
        passes = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
        data = b"".join(
            b"\0" + b"".join(rows[at][x * pixel : (x + 1) * pixel] for x in range(left, 64, right))
            for left, top, right, down in passes
            for at in range(top, 48, down)
        )
    header = struct.pack(">IIBBBBB", *SIZE, depth, kind, 0, 0, interlaced)
    whole = (chunk(b"IHDR", header), *chunks, chunk(b"IDAT", zlib.compress(data)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(whole)


def words(*numbers: int) -> bytes:
    return struct.pack(f">{len(numbers)}H", *numbers)


def profile(space: bytes, *tags: tuple[bytes, bytes], kind: bytes = b"mntr", pcs: bytes = b"XYZ ") -> bytes:
    """@return: an ICC profile (ICC.1:2001-04)."""
    tags = ((b"wtpt", xyz(0.9642, 1, 0.8249)), *tags)
    at = 132 + 12 * len(tags)
    table, data = struct.pack(">I", len(tags)), b""
    for name, content in tags:
        table += struct.pack(">4sII", name, at + len(data), len(content))
        data += content
    head = struct.pack(">I4xI4s4s4s12x4s28x", at + len(data), 0x02400000, kind, space, pcs, b"acsp")
    return head + xyz(0.9642, 1, 0.8249)[8:] + bytes(48) + table + data


def xyz(*values: float) -> bytes:
    return struct.pack(">4sI3i", b"XYZ ", 0, *(round(value * 65536) for value in values))


def rgb_profile(*columns: tuple[float, ...]) -> bytes:
    steps = [number / 1023 for number in range(1024)]
    light = [step / 12.92 if step <= 0.04045 else ((step + 0.055) / 1.055) ** 2.4 for step in steps]
    curve = struct.pack(">4sII1024H", b"curv", 0, 1024, *(round(65535 * value) for value in light))
    names = zip((b"rXYZ", b"gXYZ", b"bXYZ"), columns, strict=True)
    curves = ((name, curve) for name in (b"rTRC", b"gTRC", b"bTRC"))
    return profile(b"RGB ", *((name, xyz(*column)) for name, column in names), *curves)


# As Apple's, with the curve of sRGB.
P3 = rgb_profile((0.51512, 0.2412, -0.00105), (0.29198, 0.69225, 0.04189), (0.1571, 0.06657, 0.78407))
LINEAR_GREY = profile(b"GRAY", (b"kTRC", struct.pack(">4sIIH2x", b"curv", 0, 1, 256)))


def cmyk_profile() -> bytes:
    """@return: one of a printer whose paper is grey (L* is 50) and whose inks are all as black."""
    one, straight = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536), words(0, 65535)
    table = b"".join(words(0 if number else round(50 * 652.8), 0x8000, 0x8000) for number in range(16))
    lut = struct.pack(">4sIBBBx", b"mft2", 0, 4, 3, 2) + one + words(2, 2) + straight * 4 + table + straight * 3
    return profile(b"CMYK", (b"A2B0", lut + b"\0" * (-len(lut) % 4)), kind=b"prtr", pcs=b"Lab ")


def exif(orientation: int, kind: int = 3) -> bytes:
    return struct.pack(">2sHIHHHIHHI", b"MM", 42, 8, 1, 0x0112, kind, 1, orientation, 0, 0)


def segment(marker: int, data: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(data) + 2).to_bytes(2, "big") + data


def without_jfif(jpeg: bytes) -> bytes:
    return jpeg[:2] + jpeg[20:]


def gif(screen: tuple[int, int], frame: tuple[int, int], at: tuple[int, int], seen: bool = True) -> bytes:
    """@return: one with a frame that is all red, unless it is all transparent."""
    whole = saved("GIF", Image.new("P", frame, 1))
    pixels = whole[whole.rindex(b"," + struct.pack("<4H", 0, 0, *frame)) + 10 : -1]
    control = b"" if seen else b"!\xf9\4\1\0\0\0\0"
    head = b"GIF89a" + struct.pack("<HH", *screen) + b"\x80\0\0\xff\0\0\xff\0\0"
    return head + control + b"," + struct.pack("<4H", *at, *frame) + b"\0" + pixels + b";"


def small_frame() -> bytes:
    """@return: a PNG that moves, of 16 bits; its first frame is red, and the lower right quarter."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", *SIZE, 16, 2, 0, 0, 0))
    black = zlib.compress(b"".join(b"\0" + words(0, 0, 0) * 64 for _ in range(48)))
    red = zlib.compress(b"".join(b"\0" + words(0xFFFF, 0, 0) * 32 for _ in range(24)))
    control = struct.pack(">5IHHBB", 0, 32, 24, 32, 24, 1, 10, 0, 0)
    pieces = (chunk(b"acTL", bytes([0, 0, 0, 1, 0, 0, 0, 0])), chunk(b"IDAT", black), chunk(b"fcTL", control))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(pieces) + chunk(b"fdAT", b"\0\0\0\1" + red) + chunk(b"IEND", b"")


XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"/></rdf:RDF></x:xmpmeta>'
)
RAW_EXIF = b"\nexif\n      32\n" + (b"Exif\0\0" + exif(6)).hex().encode()
TURNED = (PLAIN[2], PLAIN[0], PLAIN[3], PLAIN[1])
GREY16 = (0x1234, 0x5678, 0x9ABC, 0xDEF0)
GREYS = tuple((number >> 8,) * 3 for number in GREY16)


def colours() -> list[Odd]:
    """@return: pictures whose numbers are not sRGB."""
    primaries = (31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000)
    cicp, gama = chunk(b"cICP", bytes([12, 13, 0, 1])), chunk(b"gAMA", (45455).to_bytes(4, "big"))
    linear = chunk(b"gAMA", (100_000).to_bytes(4, "big"))
    brighter = ((229, 133, 96), (110, 219, 143), (96, 133, 234), (183, 189, 196))
    both = ((219, 37, 0), (0, 185, 46), (6, 58, 220), (118, 131, 142))
    chrm = chunk(b"cHRM", struct.pack(">8I", *primaries))
    nearly_none = ((255, 27, 82), (0, 255, 133), (0, 125, 244), (161, 191, 197))

    def primary(number: int, value: int) -> bytes:
        """@return: those of sRGB, but for one."""
        others = [31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000]
        return chunk(b"cHRM", struct.pack(">8I", *others[:number], value, *others[number + 1 :]))

    packed = chunk(b"iCCP", b"P3\0\0" + zlib.compress(P3))
    large = struct.pack(">I", len(P3) + 3_000_000) + P3[4:] + bytes(3_000_000)
    grey, cmyk = plain().convert("L"), plain().convert("CMYK")
    greys: list[Any] = [grey.getpixel(at) for at in ((0, 0), (40, 0), (0, 40), (40, 40))]
    hybrid = saved("PNG", grey)
    hybrid = hybrid[:33] + chunk(b"cICP", bytes([1, 18, 0, 1])) + hybrid[33:]
    lighter = tuple((round(255 * (1.055 * (light / 255) ** (1 / 2.4) - 0.055)),) * 3 for light in greys)
    dark = tuple((light,) * 3 for light in (5, 6, 4, 22))
    found = [
        Odd("P3, PNG", PNG, saved("PNG", icc_profile=P3), P3_SEEN),
        Odd("P3, palette", PNG, saved("PNG", plain().quantize(8), icc_profile=P3), P3_SEEN),
        Odd("P3, transparency", PNG, saved("PNG", plain().convert("RGBA"), icc_profile=P3), P3_SEEN),
        Odd("P3, JPEG", JPEG, saved("JPEG", icc_profile=P3), P3_SEEN),
        Odd("P3, WebP", WEBP, saved("WEBP", lossless=True, icc_profile=P3), P3_SEEN),
        Odd("P3 of 3 MB", PNG, with_chunks(chunk(b"iCCP", b"P3\0\0" + zlib.compress(large))), P3_SEEN),
        Odd("P3, wrong CRC", PNG, with_chunks(chunk(b"iCCP", b"P3\0\0" + zlib.compress(P3), 5))),
        Odd("P3 twice", PNG, with_chunks(packed, packed), P3_SEEN),
        Odd("P3 and sRGB", PNG, with_chunks(chunk(b"sRGB", b"\0"), packed), P3_SEEN),
        Odd("P3 by cICP", PNG, with_chunks(cicp), P3_SEEN),
        Odd("sRGB by cICP, P3 by profile", PNG, with_chunks(chunk(b"cICP", bytes([1, 13, 0, 1])), packed)),
        Odd("gamma 1", PNG, with_chunks(linear), brighter),
        Odd("gamma 1, wrong CRC", PNG, with_chunks(linear[:-4] + b"abcd")),
        Odd("gamma 1 and sRGB", PNG, with_chunks(chunk(b"sRGB", b"\0"), linear)),
        Odd("gamma 1 and sRGB of no intent", PNG, with_chunks(chunk(b"sRGB", b"\x09"), linear), brighter),
        Odd("gamma 1 and sRGB of another size", PNG, with_chunks(chunk(b"sRGB", b"\0\0"), linear), brighter),
        Odd("gamma 1 by cICP", PNG, with_chunks(chunk(b"cICP", bytes([1, 8, 0, 1]))), brighter),
        Odd("gamma 2.2", PNG, with_chunks(gama)),
        Odd("P3 by primaries", PNG, with_chunks(gama, chrm), both),
        Odd("primaries without gamma", PNG, with_chunks(chrm)),
        Odd("primaries of nothing", PNG, with_chunks(gama, chunk(b"cHRM", bytes(32)))),
        Odd("gamma 0", PNG, with_chunks(chunk(b"gAMA", bytes(4)))),
        Odd("gamma 1, of another size", PNG, with_chunks(chunk(b"gAMA", b"\0\1\x86\xa0\0"))),
        Odd("gamma 1, white of next to nothing", PNG, with_chunks(linear, primary(1, 1)), nearly_none),
        Odd("gamma 1, a primary beyond all colours", PNG, with_chunks(linear, primary(5, 160_000))),
        Odd("gamma 1, a primary as far as can be", PNG, with_chunks(linear, primary(2, 2**32 - 1))),
        Odd(
            "gamma 1, primaries on one line",
            PNG,
            with_chunks(linear, chunk(b"cHRM", struct.pack(">8I", *[50_000] * 8))),
        ),
        Odd("PQ", PNG, with_chunks(chunk(b"cICP", bytes([9, 16, 0, 1]))), PQ_SEEN),
        Odd("HLG", PNG, with_chunks(chunk(b"cICP", bytes([9, 18, 0, 1]))), HLG_SEEN),
        Odd("HLG, grey", PNG, hybrid, tuple((light,) * 3 for light in (73, 98, 46, 99))),
        Odd("grey, P3", JPEG, saved("JPEG", grey, icc_profile=P3), tuple((light,) * 3 for light in greys)),
        Odd("linear grey", JPEG, saved("JPEG", grey, icc_profile=LINEAR_GREY), lighter),
        Odd("CMYK", JPEG, saved("JPEG", cmyk)),
        Odd("CMYK, progressive", JPEG, saved("JPEG", cmyk, progressive=True)),
        Odd("CMYK, P3", JPEG, saved("JPEG", cmyk, icc_profile=P3)),
        Odd("CMYK of a dark printer", JPEG, saved("JPEG", cmyk, icc_profile=cmyk_profile()), dark),
    ]
    plain_ids = bytearray(without_jfif(saved("JPEG")))
    frame, scan = plain_ids.index(b"\xff\xc0") + 10, plain_ids.index(b"\xff\xda") + 5
    for number, letter in enumerate(b"RGB"):
        plain_ids[frame + 3 * number] = plain_ids[scan + 2 * number] = letter
    not_turned = ((98, 89, 200), (126, 97, 67), (68, 208, 101), (128, 135, 122))
    for name, marker, data in (
        ("JFIF that is too short", 0xE0, b"JFIF\0"),
        ("JFIF that is a byte too short", 0xE0, b"JFIF\0\1\1\0\0\1\0\1\0"),
        ("Adobe's that is too short", 0xEE, b"Adobe"),
    ):
        found.append(
            Odd(
                f"red, green, blue; {name}",
                JPEG,
                bytes(plain_ids[:2]) + segment(marker, data) + bytes(plain_ids[2:]),
                not_turned,
            )
        )
    half, (first, second) = len(P3) // 2, (1, 2)
    jpeg = saved("JPEG")

    def piece(number: int, count: int, data: bytes) -> bytes:
        return segment(0xE2, b"ICC_PROFILE\0" + bytes([number, count]) + data)

    for name, pieces, seen in (
        ("in two", (piece(first, 2, P3[:half]), piece(second, 2, P3[half:])), P3_SEEN),
        ("in two, the other way round", (piece(second, 2, P3[half:]), piece(first, 2, P3[:half])), P3_SEEN),
        ("only a half", (piece(first, 2, P3[:half]),), PLAIN),
    ):
        found.append(Odd(f"P3 {name}", JPEG, jpeg[:2] + b"".join(pieces) + jpeg[2:], seen))
    for name, broken in (
        ("cut", P3[:300]),
        ("text", b"not a profile" * 30),
        ("zeros", bytes(3000)),
        ("of another space", LINEAR_GREY),
        ("of a printer", cmyk_profile()),
    ):
        for kind, media_type in (("PNG", PNG), ("JPEG", JPEG), ("WEBP", WEBP)):
            more: dict[str, Any] = {"lossless": True} if kind == "WEBP" else {}
            found.append(Odd(f"profile, {name}", media_type, saved(kind, icc_profile=broken, **more)))
    for name, packed_as in (("cut", zlib.compress(P3)[:-900]), ("not packed", P3)):
        found.append(Odd(f"profile, zlib {name}", PNG, with_chunks(chunk(b"iCCP", b"P3\0\0" + packed_as))))
    return found


def numbers() -> list[Odd]:
    """@return: pictures of other numbers than three of 8 bits."""
    clear = (GREYS[0], NOTHING, *GREYS[2:])
    one: Any = tuple(words(number) * 32 for number in GREY16)
    three: Any = tuple(words(number, 0xFFFF - number, 0x4000) * 32 for number in GREY16)
    seen = tuple((number >> 8, (0xFFFF - number) >> 8, 0x40) for number in GREY16)
    key = (0x5678, 0xFFFF - 0x5678, 0x4000)
    near = (key[0] + 1, *key[1:])
    two: Any = tuple(words(number, 0xFFFF if number < 0x5000 else 0x8000) * 32 for number in GREY16)
    half_seen = tuple((*grey, 255 if grey[0] < 0x50 else 128) for grey in GREYS)
    eight: Any = tuple(bytes(colour) * 32 for colour in PLAIN)
    not_green = (PLAIN[0], NOTHING, *PLAIN[2:])
    found = [
        Odd("grey of 16 bits", PNG, made(16, 0, one), GREYS),
        Odd("grey of 16 bits, interlaced", PNG, made(16, 0, one, interlaced=True), GREYS),
        Odd("grey of 16 bits, one not seen", PNG, made(16, 0, one, chunk(b"tRNS", words(0x5678))), clear),
        Odd("grey of 16 bits, none not seen", PNG, made(16, 0, one, chunk(b"tRNS", words(0x5679))), GREYS),
        Odd("grey of 16 bits and alpha", PNG, made(16, 4, two), half_seen),
        Odd("colours of 16 bits", PNG, made(16, 2, three), seen),
        Odd(
            "colours of 16 bits, one not seen",
            PNG,
            made(16, 2, three, chunk(b"tRNS", words(*key))),
            (seen[0], NOTHING, *seen[2:]),
        ),
        Odd("colours of 16 bits, none not seen", PNG, made(16, 2, three, chunk(b"tRNS", words(*near))), seen),
        Odd("colours of 8 bits, one not seen", PNG, made(8, 2, eight, chunk(b"tRNS", words(*PLAIN[1]))), not_green),
        Odd(
            "colours of 8 bits, more bits of the one",
            PNG,
            made(8, 2, eight, chunk(b"tRNS", words(296, 180, 70))),
            not_green,
        ),
    ]
    for depth in (1, 2, 4, 8):
        most = (1 << depth) - 1
        used = [0, 1, most, most // 2]
        rows: Any = tuple(int(format(number, f"0{depth}b") * 32, 2).to_bytes(4 * depth, "big") for number in used)
        greys = [(number * 255 // most,) * 3 for number in used]
        not_seen = tuple(NOTHING if number == 1 else grey for number, grey in zip(used, greys, strict=True))
        found.append(Odd(f"grey of {depth} bits", PNG, made(depth, 0, rows), tuple(greys)))
        found.append(
            Odd(f"grey of {depth} bits, one not seen", PNG, made(depth, 0, rows, chunk(b"tRNS", words(1))), not_seen)
        )
        table = chunk(
            b"PLTE", b"".join(bytes([number * 199 % 256, number * 90 % 256, 77]) for number in range(most + 1))
        )
        listed = tuple((number * 199 % 256, number * 90 % 256, 77) for number in used)
        some = tuple(NOTHING if number == 1 else colour for number, colour in zip(used, listed, strict=True))
        found.append(Odd(f"palette of {depth} bits", PNG, made(depth, 3, rows, table), listed))
        found.append(
            Odd(
                f"palette of {depth} bits, one not seen",
                PNG,
                made(depth, 3, rows, table, chunk(b"tRNS", b"\xff\0")),
                some,
            )
        )
        found.append(
            Odd(
                f"palette of {depth} bits, too many not seen",
                PNG,
                made(depth, 3, rows, table, chunk(b"tRNS", bytes(300))),
                listed,
            )
        )
        found.append(
            Odd(
                f"palette of {depth} bits, none by CRC",
                PNG,
                made(depth, 3, rows, table, chunk(b"tRNS", b"\xff\0", 7)),
                listed,
            )
        )
    return found


def sides() -> list[Odd]:
    """@return: pictures that say which side is up; what browsers do not take does not count."""
    jpeg, png, up = saved("JPEG"), saved("PNG"), (TURNED, 6, (48, 64))

    def says(*each: bytes) -> bytes:
        return jpeg[:2] + b"".join(segment(0xE1, b"Exif\0\0" + one) for one in each) + jpeg[2:]

    ended = jpeg.index(b"\xff\xda")
    return [
        Odd("Exif", JPEG, says(exif(6)), *up),
        Odd(
            "the other byte order", JPEG, says(struct.pack("<2sHIHHHIHHI", b"II", 42, 8, 1, 0x0112, 3, 1, 6, 0, 0)), *up
        ),
        Odd("another first", JPEG, says(exif(1), exif(6))),
        Odd("nothing first", JPEG, says(b"", exif(6)), *up),
        Odd("filled up", JPEG, jpeg[:2] + segment(0xE1, b"Exif\0\xff" + exif(6)) + jpeg[2:], *up),
        Odd("of a long integer", JPEG, says(exif(6, kind=4))),
        Odd("9", JPEG, says(exif(9))),
        Odd("cut", JPEG, says(exif(6)[:15])),
        Odd("in front of the scan", JPEG, jpeg[:ended] + segment(0xE1, b"Exif\0\0" + exif(6)) + jpeg[ended:], *up),
        Odd("XMP, JPEG", JPEG, saved("JPEG", xmp=XMP)),
        Odd("XMP, PNG", PNG, with_chunks(chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP))),
        Odd("XMP, WebP", WEBP, saved("WEBP", lossless=True, xmp=XMP)),
        Odd("Exif, PNG", PNG, with_chunks(chunk(b"eXIf", exif(6))), *up),
        Odd("Exif, PNG, wrong CRC", PNG, with_chunks(chunk(b"eXIf", exif(6), 5))),
        Odd("Exif, PNG, behind the pixels", PNG, png[:-12] + chunk(b"eXIf", exif(6)) + png[-12:]),
        Odd("Exif of ImageMagick", PNG, with_chunks(chunk(b"tEXt", b"Raw profile type exif\0" + RAW_EXIF))),
        Odd(
            "packed Exif of ImageMagick",
            PNG,
            with_chunks(chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(RAW_EXIF))),
        ),
    ]


def forgiven() -> list[Odd]:
    """@return: pictures that are not quite what they should be, and that browsers show."""
    png, jpeg, progressive = saved("PNG"), saved("JPEG"), saved("JPEG", progressive=True)
    much = zlib.compress(b"x" * 3_000_000)
    at = png.index(b"IDAT") + 4
    size = int.from_bytes(png[at - 8 : at - 4], "big")
    head, data, end = png[: at - 8], png[at : at + size], png[-12:]
    red = ((255, 0, 0),)
    others, paints = [plain(), Image.effect_noise(SIZE, 50).convert("RGB")], Image.new("RGB", SIZE, "red")
    moving_png = saved("PNG", paints, save_all=True, append_images=others, duration=50)
    hidden = saved("PNG", paints, save_all=True, append_images=others, default_image=True, duration=50)
    frame = small_frame()
    longer_frame = frame.replace(frame[frame.index(b"fdAT") - 4 :][:8], b"\0\1\0\0fdAT")
    found = [
        Odd("moving", PNG, moving_png, red * 4),
        Odd("moving, no IEND", PNG, moving_png[:-12], red * 4),
        Odd("moving, the last frame is cut", PNG, moving_png[:-300], red * 4),
        Odd("moving, another frame than the first is cut", PNG, moving_png[: moving_png.index(b"fdAT") + 20], red * 4),
        Odd("moving, another picture for those who cannot show that", PNG, hidden),
        Odd("moving, a small first frame", PNG, small_frame(), (NOTHING,) * 3 + red),
        Odd("moving, a first frame that says that it is longer", PNG, longer_frame, (NOTHING,) * 3 + red),
        Odd("zTXt of 3 MB", PNG, with_chunks(chunk(b"zTXt", b"Comment\0\0" + much))),
        Odd("iTXt of 3 MB", PNG, with_chunks(chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + much))),
        Odd("an unknown chunk", PNG, with_chunks(chunk(b"ab1!", b"xx"))),
        Odd("no IEND", PNG, png[:-12]),
        Odd("half an IEND", PNG, png[:-4]),
        Odd("IEND, wrong CRC", PNG, png[:-4] + b"abcd"),
        Odd("zeros for IEND", PNG, png[:-12] + bytes(5000)),
        Odd("IDAT, wrong CRC", PNG, png[: at + size] + b"abcd" + end),
        Odd("IDAT, no CRC", PNG, png[: at + size]),
        Odd("no checksum", PNG, head + chunk(b"IDAT", data[:-4]) + end),
        Odd("a wrong checksum", PNG, head + chunk(b"IDAT", data[:-4] + b"abcd") + end),
        Odd(
            "a wrong checksum, and an empty IDAT",
            PNG,
            head + chunk(b"IDAT", data[:-4] + b"abcd") + chunk(b"IDAT", b"") + end,
        ),
        Odd("a wrong checksum in two", PNG, head + chunk(b"IDAT", data[:-2]) + chunk(b"IDAT", b"ab") + end),
        Odd("more data than there should be", PNG, head + chunk(b"IDAT", data + b"more") + end),
        Odd(
            "more rows than there should be",
            PNG,
            head + chunk(b"IDAT", zlib.compress(zlib.decompress(data) + bytes(500))) + end,
        ),
    ]
    found += [
        Odd(f"{kind.decode()}, wrong CRC", PNG, with_chunks(chunk(kind, content, 1)))
        for kind, content in (
            (b"tEXt", b"a\0b"),
            (b"iTXt", b"a\0\0\0\0\0b"),
            (b"zTXt", b"a\0\0" + much),
            (b"pHYs", bytes(9)),
            (b"tIME", bytes(7)),
            (b"sRGB", b"\0"),
            (b"bKGD", bytes(6)),
        )
    ]
    tables, scan = jpeg.index(b"\xff\xdb"), jpeg.index(b"\xff\xda")
    for name, content in (
        ("no EOI", jpeg[:-2]),
        ("no EOI, progressive", progressive[:-2]),
        ("no EOI, CMYK", saved("JPEG", plain().convert("CMYK"))[:-2]),
        ("half an EOI", jpeg[:-1]),
        ("zeros for EOI", jpeg[:-2] + bytes(3000)),
        ("anything for EOI", jpeg[:-2] + bytes(range(256)) * 4),
        ("what looks like segments for EOI", jpeg[:-2] + b"\xff\x02\x80\0\xff\xe1\xf0\0" * 9),
        ("a byte more is missing", jpeg[:-3]),
        ("another picture for EOI", jpeg[:-2] + saved("JPEG", Image.new("RGB", (9, 9)))),
        ("bytes in front of a table", jpeg[:tables] + b"\0\1\2" + jpeg[tables:]),
        ("zeros that are stuffed", jpeg[:tables] + b"\xff\0\xff\0" + jpeg[tables:]),
        ("a restart between segments", jpeg[:tables] + b"\xff\xd0\xff\1" + jpeg[tables:]),
        ("bytes in front of the scan", jpeg[:scan] + b"anything\0" + jpeg[scan:]),
        ("bytes in front of EOI", jpeg[:-2] + b"anything" * 40 + jpeg[-2:]),
        ("a segment that says less", jpeg[:2] + b"\xff\xe5\0\6abcdefgh" + jpeg[2:]),
        ("a segment of no length", jpeg[:2] + b"\xff\xe5\0\0" + jpeg[2:]),
        ("a segment of less than its length", jpeg[:tables] + b"\xff\xfe\0\1" + jpeg[tables:]),
        ("as many 0xff as anybody likes", jpeg[:2] + b"\xff" * 200_000 + jpeg[2:]),
        ("what phones write behind it", jpeg + b"SEFH" + bytes(500)),
        ("two pictures", saved("MPO", save_all=True, append_images=[Image.new("RGB", SIZE, "red")])),
    ):
        found.append(Odd(name, JPEG, content))
    still = saved("GIF")
    moving = saved("GIF", save_all=True, append_images=[Image.effect_noise(SIZE, 50).convert("RGB")] * 2, duration=50)
    for name, content, seen in (
        ("no trailer", still[:-1], PLAIN),
        ("no terminator", still[:-2], PLAIN),
        ("zeros for the trailer", still[:-1] + bytes(500), PLAIN),
        ("anything for the trailer", still[:-1] + b"anything", PLAIN),
        ("moving, no trailer", moving[:-1], PLAIN),
        ("moving, a frame is cut", moving[:-500], PLAIN),
        ("a small frame", gif(SIZE, (32, 24), (32, 24)), (NOTHING,) * 3 + red),
        ("a frame beyond the screen", gif((16, 12), SIZE, (0, 0)), red * 4),
        ("a frame partly beyond the screen", gif((40, 40), (32, 24), (32, 24)), (NOTHING,) * 3 + red),
        ("no screen", gif((0, 0), SIZE, (0, 0)), red * 4),
        ("a transparent frame", gif(SIZE, (32, 24), (32, 24), seen=False), (NOTHING,) * 4),
    ):
        found.append(Odd(name, GIF, content, seen))
    webp = saved("WEBP", lossless=True)
    found.append(Odd("bytes behind it", WEBP, webp + b"anything" * 9))
    late = webp + b"EXIF" + len(exif(6)).to_bytes(4, "little") + exif(6)
    found.append(Odd("Exif that is not announced", WEBP, late[:4] + (len(late) - 8).to_bytes(4, "little") + late[8:]))
    return found


def refused() -> list[tuple[str, str, bytes]]:
    """@return: pictures of which a part is missing, or that no browser shows."""
    png, jpeg, progressive, still = saved("PNG"), saved("JPEG"), saved("JPEG", progressive=True), saved("GIF")
    many = Image.effect_noise(SIZE, 80)
    hidden = saved("PNG", plain(), save_all=True, append_images=[many.convert("RGB")], default_image=True, duration=50)
    noise, fine = saved("JPEG", many), saved("JPEG", many, progressive=True)
    at = png.index(b"IDAT") + 4
    data = png[at : at + int.from_bytes(png[at - 8 : at - 4], "big")]
    head, end = png[: at - 8], png[-12:]
    short = chunk(b"IDAT", zlib.compress(zlib.decompress(data)[:-500]))
    return [
        ("half of it", PNG, png[: at + len(data) // 2]),
        ("rows are missing", PNG, head + short + end),
        (
            "pixels behind another chunk",
            PNG,
            head + chunk(b"IDAT", data[:50]) + chunk(b"tEXt", b"a\0b") + chunk(b"IDAT", data[50:]) + end,
        ),
        ("IHDR, wrong CRC", PNG, png[:29] + b"abcd" + png[33:]),
        ("PLTE, wrong CRC", PNG, with_chunks(chunk(b"PLTE", b"abc", 1))),
        ("no pixels", PNG, head + end),
        ("no pixels", JPEG, jpeg[: jpeg.index(b"\xff\xda")] + b"\xff\xd9"),
        ("half of it", JPEG, jpeg[: len(jpeg) * 7 // 10]),
        ("half of it", JPEG, progressive[: len(progressive) * 7 // 10]),
        ("half of the pixels", JPEG, noise[: len(noise) * 6 // 10]),
        ("half of the pixels, with rubbish", JPEG, noise[: len(noise) * 6 // 10] + bytes(20)),
        ("half of the last scan", JPEG, fine[:-200]),
        ("a scan is missing", JPEG, progressive[: progressive.rindex(b"\xff\xda")]),
        ("half of the first frame", PNG, hidden[: hidden.index(b"fdAT") + 30]),
        ("half of it", GIF, still[: still.rindex(b",") + 40]),
        ("no frame", GIF, gif(SIZE, SIZE, (0, 0))[:19] + b";"),
        ("the end of a chunk", WEBP, saved("WEBP", lossless=True)[:-2]),
    ]
