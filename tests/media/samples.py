"""Files of all kinds, small ones."""

import io
import struct
import zlib

from PIL import Image, PngImagePlugin

SECRET = b"SECRET"
"""What must not be in a picture any more."""


def picture(kind="PNG", size=(64, 48), orientation=1, frames=1, **more):
    """@return: a picture with what cameras and programs write into them."""
    image = Image.effect_noise(size, 50).convert("P" if kind == "GIF" else "RGB")
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = f"{SECRET.decode()} camera"
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 30.0, 1.0)})
    if kind == "PNG":
        info = PngImagePlugin.PngInfo()
        info.add_text("Comment", SECRET.decode())
        info.add_itxt("XML:com.adobe.xmp", SECRET.decode(), zip=False)
        more |= {"pnginfo": info}
    elif kind in ("JPEG", "GIF"):
        more |= {"comment": SECRET}
    if kind in ("JPEG", "WEBP"):
        more |= {"xmp": SECRET}
    if kind != "GIF":
        more |= {"exif": exif}
    if frames > 1:
        others = [image.rotate(number) for number in range(1, frames)]
        more |= {"save_all": True, "append_images": others, "duration": 50, "loop": 0}
    file = io.BytesIO()
    image.save(file, kind, **more)
    return file.getvalue() + (SECRET if kind != "WEBP" else b"")


def bomb(width=60_000, height=60_000):
    """@return: a PNG of a few kilobytes that says that it has so many pixels, and begins to have them."""

    def chunk(kind, data):
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    row = b"\0" * (1 + min(width, 60_000) // 8)
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(row) for _ in range(min(height, 4000))) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


PNG = picture()
WEBM = bytes.fromhex("1a45dfa39f4286810142f7810142f2810442f381084282847765626d4287810442858102") + b"\0" * 100
MATROSKA = bytes.fromhex("1a45dfa3a34286810142f7810142f2810442f381084282886d6174726f736b61") + b"\0" * 100

PICTURES = (
    ("image/png", PNG),
    ("image/jpeg", picture("JPEG")),
    ("image/jpeg", picture("JPEG", progressive=True)),
    ("image/gif", picture("GIF")),
    ("image/gif", picture("GIF", frames=3)),
    ("image/png", picture("PNG", frames=3)),
    ("image/webp", picture("WEBP")),
    ("image/webp", picture("WEBP", lossless=True, size=(63, 47))),
    ("image/webp", picture("WEBP", frames=3)),
)

CLUSTER = bytes.fromhex("1f43b675")
"""Of Matroska: the tracks are told before it, what they say comes in it."""

AUDIO = (
    ("audio/wav", b"RIFF\x24\n\n\0WAVEfmt "),
    ("audio/webm", WEBM),
    ("audio/x-matroska", MATROSKA),
    # By chance these bytes are somewhere in each 30 MB of sound.
    ("audio/webm", WEBM + b"\x86\x86A_OPUS" + CLUSTER + b"\x86\x85V_VP8"),
    ("audio/ogg", b"OggS\0\2" + b"\0" * 20),
    ("audio/mp4", b"\0\0\0\x1cftypM4A \0\0\0\0"),
    ("audio/mp4", b"\0\0\0\x1cftypisom\0\0\2\0"),
    ("audio/mpeg", b"ID3\x04\0\0\0\0\0\0"),
    ("audio/mpeg", b"\xff\xfb\x90\x64"),
    ("audio/mpeg", b"\xff\xf3\x40\xc4"),
    ("audio/flac", b"fLaC\0\0\0\x22" + b"\0" * 34),
)

FILMS = (
    ("video/webm", WEBM + b"\x86\x85V_VP8"),
    ("video/x-matroska", MATROSKA + b"\x86\x85V_VP9"),
    ("video/webm", WEBM + b"\x86\x86A_OPUS\x86\x85V_VP9" + CLUSTER),
    ("video/mp4", b"\0\0\0\x1cftypisom\0\0\2\0" + b"x" * 5000 + b"hdlr" + b"\0" * 8 + b"vide"),
)

FILES = (
    ("application/octet-stream", b""),
    ("text/plain", b"hello world\n"),
    ("application/octet-stream", b"\x89PNG"),
    ("image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"),
    ("text/html", b"<!DOCTYPE html><script>alert(1)</script>"),
    ("application/pdf", b"%PDF-1.7"),
    ("text/plain", b"GIF88a"),
    ("video/x-msvideo", b"RIFF\0\0\0\0AVI "),
    ("application/octet-stream", b" " + PNG),
)
