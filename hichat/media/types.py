"""
Media types of files by their content. The type that a client states and the file's name are never believed.

Pictures, sound and films are formats that browsers show themselves, and none that can contain a script. Pictures must
also pass L{Pillow<PIL>} (L{hichat.media.pictures}). The formats that phones and browsers record are parsed here:
general libraries take sound for films and do not tell its duration. Archives and text have their own module
(L{hichat.media.documents}). The type of any other file is puremagic's guess: clients see it, but the file is never
served as that type.
"""

from __future__ import annotations

import re
from mmap import mmap
from typing import Literal, NamedTuple

import puremagic
from puremagic.main import PureError

from hichat.media import documents, matroska, mp4, ogg, sound
from hichat.media.steps import rest

FileKind = Literal["picture", "audio", "file"]

UNKNOWN = "application/octet-stream"

THUMBNAIL_TYPE = "image/webp"

PDF = "application/pdf"

PIECE = 32 * 1024
"""Bytes that are searched for a pattern at once."""

LONGEST_SIGNATURE = 16
"""Bytes of the longest match of such a pattern."""

FILE_HEAD = 4096
"""Bytes at the beginning of a file that decide its media type."""

LASTING = 366 * 24 * 3600.0
"""The longest plausible duration in seconds. A file that states a longer one is broken."""

_PICTURES = (
    (rb"\x89PNG\r\n\x1a\n", "image/png"),
    (rb"\xff\xd8\xff", "image/jpeg"),
    (rb"GIF8[79]a", "image/gif"),
    (rb"RIFF....WEBP", "image/webp"),
)

# EBML; the document's type stands in its first element (RFC 8794, 8.1).
_EBML = rb"\x1aE\xdf\xa3.{0,100}?\x42\x82.{1,8}?"

# Containers of video or of sound only.
_FILMS = (
    (_EBML + rb"webm", "webm"),
    (_EBML + rb"matroska", "x-matroska"),
    (rb"OggS\0", "ogg"),
)

_AUDIO = (
    (rb"(?:RIFF|RF64|BW64)....WAVE", "audio/wav"),
    # The first metadata block may be the last one.
    (rb"fLaC[\0\x80]", "audio/flac"),
    (rb"#!AMR-WB\n", "audio/amr-wb"),
    (rb"#!AMR\n", "audio/amr"),
    (rb"\x02?#!SILK_V3", "audio/x-silk"),
    (rb"FORM....AIF[FC]", "audio/aiff"),
    (rb"caff\0\x01", "audio/x-caf"),
    (rb"\.snd\0\0\0", "audio/basic"),
)

# Some readers of PDF accept bytes before the first line, and some writers write them.
_DOCUMENTS = (
    (rb".{0,1019}?%PDF-", PDF),
    (rb"RIFF....AVI ", "video/x-msvideo"),
    (rb"\0\0\x01\xba", "video/mpeg"),
    # Packets of 188 bytes; cameras write a time of four bytes before each.
    (rb"G.{187}G.{187}G", "video/mp2t"),
    (rb".{4}G.{191}G.{191}G", "video/mp2t"),
)

# By brand: 3GP and its successors, and QuickTime. All others are MP4.
_FILM_TYPES = ((b"3gp", "3gpp"), (b"3gr", "3gpp"), (b"3gs", "3gpp"), (b"3g2", "3gpp2"), (b"qt  ", "quicktime"))
# Prefixes: some programs end these brands with a zero instead of a blank.
_SOUND_BRANDS = (b"M4A", b"M4B", b"M4P")

# The sign of a video track in a broken file: the codec's id in Matroska (RFC 9559), the Theora header in Ogg, the
# handler in MP4 (ISO/IEC 14496-12, 8.4.3). In Matroska it is looked for before the first cluster only: sound contains
# so short a pattern by chance.
_MATROSKA_FILM = re.compile(rb"\x86[\x80-\xff]V_[A-Z]")
_CLUSTER = re.compile(rb"\x1f\x43\xb6\x75")
_MARKS = {
    "webm": _MATROSKA_FILM,
    "x-matroska": _MATROSKA_FILM,
    "ogg": re.compile(rb"\x80theora"),
    "mp4": re.compile(rb"hdlr.{8}vide", re.DOTALL),
}

_SHOWN = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/heic": "heic",
    "image/heic-sequence": "heic",
    "image/heif": "heif",
    "image/heif-sequence": "heif",
    "image/avif": "avif",
    "audio/wav": "wav",
    "audio/webm": "webm",
    "audio/x-matroska": "mka",
    "audio/ogg": "ogg",
    "audio/mp4": "m4a",
    "audio/aac": "aac",
    "audio/flac": "flac",
    "audio/mpeg": "mp3",
    "audio/amr": "amr",
    "audio/amr-wb": "awb",
    "audio/3gpp": "3gp",
    "audio/3gpp2": "3g2",
    "audio/aiff": "aiff",
    "audio/x-caf": "caf",
    "audio/basic": "au",
    "audio/x-silk": "silk",
    "video/mp4": "mp4",
    "video/webm": "webm",
    "video/x-matroska": "mkv",
    "video/ogg": "ogv",
    "video/quicktime": "mov",
    "video/3gpp": "3gp",
    "video/3gpp2": "3g2",
}

SHOWN = frozenset(_SHOWN)
"""
The media types that are served as such: browsers show them, or tell that they cannot, and run no script in them. Files
of other types can only be saved.
"""

EXTENSIONS = _SHOWN | {
    PDF: "pdf",
    "application/zip": "zip",
    "application/rtf": "rtf",
    "application/epub+zip": "epub",
    "application/msword": "doc",
    "application/vnd.ms-excel": "xls",
    "application/vnd.ms-powerpoint": "ppt",
    "application/vnd.ms-outlook": "msg",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.ms-word.document.macroEnabled.12": "docm",
    "application/vnd.ms-excel.sheet.macroEnabled.12": "xlsm",
    "application/vnd.ms-excel.sheet.binary.macroEnabled.12": "xlsb",
    "application/vnd.ms-powerpoint.presentation.macroEnabled.12": "pptm",
    "application/vnd.ms-visio.drawing": "vsdx",
    "application/vnd.visio": "vsd",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.presentation": "odp",
    "application/vnd.oasis.opendocument.graphics": "odg",
    "application/vnd.apple.pages": "pages",
    "application/vnd.apple.numbers": "numbers",
    "application/vnd.apple.keynote": "key",
    "application/vnd.android.package-archive": "apk",
    "application/java-archive": "jar",
    "application/vnd.google-earth.kmz": "kmz",
    "application/vnd.rar": "rar",
    "application/x-7z-compressed": "7z",
    "text/vcard": "vcf",
    "text/calendar": "ics",
    "image/tiff": "tif",
    "image/bmp": "bmp",
    "image/x-canon-cr3": "cr3",
    "image/jxl": "jxl",
    "video/x-msvideo": "avi",
    "video/mpeg": "mpg",
    "video/mp2t": "ts",
}
"""File extensions by media type."""


class Picture(NamedTuple):
    """
    The size and orientation of a picture, or of the first page of a PDF, and how it looks from afar.

    @ivar width: pixels of the picture as it is shown, turned upright.
    @ivar height: the same.
    @ivar orientation: Exif's orientation: 1 to 8.
    @ivar preview: a WebP of a few pixels, to be shown blurred until the thumbnail has come; empty: there is none.
    """

    width: int
    height: int
    orientation: int
    preview: bytes = b""


def type_of(content: bytes | mmap) -> tuple[FileKind, str]:
    """
    @param content: the whole file.
    @return: its kind, and its media type (RFC 6838), by its content.
    """
    for pattern, media_type in _PICTURES:
        if re.match(pattern, content, re.DOTALL):
            return "picture", media_type
    for pattern, media_type in _AUDIO:
        if re.match(pattern, content, re.DOTALL):
            return "audio", media_type
    return _film(content) or _sound(content) or ("file", _document(content))


def seconds_of(content: bytes | mmap, media_type: str) -> float:
    """
    @param content: the whole file.
    @param media_type: its media type by L{type_of}.
    @return: the duration of a sound or a film in seconds; 0: it cannot be found, or the file is neither.
    """
    found = _seconds_of(content, media_type)
    return found if found < LASTING else 0.0


def _seconds_of(content: bytes | mmap, media_type: str) -> float:
    family, _, name = media_type.partition("/")
    if family not in ("audio", "video"):
        return 0.0
    if name in ("webm", "x-matroska"):
        return matroska.seconds_of(content)
    if name == "ogg":
        return ogg.look_at(content).seconds
    if name in ("mp4", "quicktime", "3gpp", "3gpp2"):
        found = mp4.look_at(content)
        return found.seconds if found else 0.0
    return sound.seconds_of(content, media_type)


def _film(content: bytes | mmap) -> tuple[FileKind, str] | None:
    for pattern, name in _FILMS:
        if re.match(pattern, content, re.DOTALL):
            has_video = ogg.look_at(content).has_video if name == "ogg" else matroska.has_video(content)
            return _seen_or_heard(content, name, has_video)
    found = mp4.look_at(content)
    if found is None:
        return None
    if found.picture:
        return "file", found.picture
    name = next((name for brand, name in _FILM_TYPES if found.brand.startswith(brand)), "mp4")
    # An audiobook may have a video track, with pictures of its chapters.
    has_video = False if found.brand.startswith(_SOUND_BRANDS) else found.has_video
    kind, media_type = _seen_or_heard(content, name, has_video)
    # QuickTime has no media type for sound only.
    return kind, "audio/mp4" if media_type == "audio/quicktime" else media_type


def _seen_or_heard(content: bytes | mmap, name: str, has_video: bool | None) -> tuple[FileKind, str]:
    if has_video is None:
        # The file is broken or cut: look for the sign of a video track.
        mark = _MARKS.get(name, _MARKS["mp4"])
        has_video = _find(mark, content, _end_of_head(mark, content)) >= 0
    return ("file", f"video/{name}") if has_video else ("audio", f"audio/{name}")


def _sound(content: bytes | mmap) -> tuple[FileKind, str] | None:
    media_type = sound.frames_of(content)
    return ("audio", media_type) if media_type else None


def _document(content: bytes | mmap) -> str:
    for pattern, media_type in _DOCUMENTS:
        if re.match(pattern, content, re.DOTALL):
            return media_type
    head = bytes(content[:FILE_HEAD])
    if head.startswith((b"PK\3\4", b"PK\5\6", b"PK\7\x08PK")):
        return documents.archive_type(content)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return documents.ole_type(content)
    return documents.text_type(content) or _guess(head)


def _end_of_head(film: re.Pattern[bytes], content: bytes | mmap) -> int:
    cluster = _find(_CLUSTER, content, len(content)) if film is _MATROSKA_FILM else -1
    return len(content) if cluster < 0 else cluster


def _find(pattern: re.Pattern[bytes], content: bytes | mmap, end: int) -> int:
    """
    Search piece by piece, and rest after each: a search holds the interpreter's lock, and one through ten megabytes may
    take half a second.

    @param pattern: its matches have at most L{LONGEST_SIGNATURE} bytes.
    @param end: the offset at which the search ends.
    @return: the offset of the first match, or -1.
    """
    for at in range(0, end, PIECE):
        found = pattern.search(content, at, min(end, at + PIECE + LONGEST_SIGNATURE))
        if found is not None:
            return found.start()
        rest()
    return -1


def _guess(head: bytes) -> str:
    try:
        found = puremagic.magic_string(head)
    except (PureError, ValueError):
        return UNKNOWN
    for match in found:
        if re.fullmatch(r"[a-z]+/[\w.+-]{1,100}", match.mime_type):
            return str(match.mime_type)
    return UNKNOWN
