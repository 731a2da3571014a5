"""Media types of documents by content: archives of office programs, Microsoft's compound files, and plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hichat.media.steps import Content

ARCHIVE_ENTRIES = 2000
"""The most entries of an archive whose names are read."""

TEXT_HEAD = 4096
"""Bytes at the beginning of a file that decide whether it is text."""

ZIP = "application/zip"
OLE = "application/x-ole-storage"
TEXT = "text/plain"

_OFFICE = "application/vnd.openxmlformats-officedocument."
_APPLE = "application/vnd.apple."

# The media type of an archive by the name of an entry. Entries may come in any order.
_BY_NAME = (
    (b"word/vbaProject.bin", "application/vnd.ms-word.document.macroEnabled.12"),
    (b"xl/vbaProject.bin", "application/vnd.ms-excel.sheet.macroEnabled.12"),
    (b"ppt/vbaProject.bin", "application/vnd.ms-powerpoint.presentation.macroEnabled.12"),
    (b"xl/workbook.bin", "application/vnd.ms-excel.sheet.binary.macroEnabled.12"),
    (b"Index/Presentation.iwa", f"{_APPLE}keynote"),
    (b"Index/Slide.iwa", f"{_APPLE}keynote"),
    (b"Index/CalculationEngine.iwa", f"{_APPLE}numbers"),
    (b"Index/Document.iwa", f"{_APPLE}pages"),
    (b"AndroidManifest.xml", "application/vnd.android.package-archive"),
    (b"META-INF/MANIFEST.MF", "application/java-archive"),
    (b"doc.kml", "application/vnd.google-earth.kmz"),
)

# An archive with this entry is an office document: its media type by the folder of the document.
_PACKAGE = b"[Content_Types].xml"
_BY_FOLDER = {
    b"word": f"{_OFFICE}wordprocessingml.document",
    b"xl": f"{_OFFICE}spreadsheetml.sheet",
    b"ppt": f"{_OFFICE}presentationml.presentation",
    b"visio": "application/vnd.ms-visio.drawing",
}

# OpenDocument and EPUB: the first entry, which is not compressed, has the media type.
_MIMETYPE = re.compile(rb"mimetype(application/(?:vnd\.oasis\.opendocument\.[a-z-]{1,40}|epub\+zip))")

# The media type of Microsoft's compound files by the name of a stream.
_STREAMS = (
    ("WordDocument", "application/msword"),
    ("Workbook", "application/vnd.ms-excel"),
    ("Book", "application/vnd.ms-excel"),
    ("PowerPoint Document", "application/vnd.ms-powerpoint"),
    ("VisioDocument", "application/vnd.visio"),
)

_CONTROL = re.compile(rb"[\0-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_FEW = 64
"""From so many bytes on, a file without control characters is text in any encoding; a smaller one must be UTF-8."""

# The pieces before the first element. One expression for all of them could backtrack over each way to divide them.
_DECLARED = re.compile(rb"<\?xml\s")
_PROLOG = re.compile(rb"\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE svg[^>]*>", re.I | re.S)
_SVG = re.compile(rb"<svg[\s>]", re.I)
_XHTML = re.compile(rb"<(?:!DOCTYPE html|html)\b", re.I)
_HTML = re.compile(rb"<(?:!DOCTYPE html|html|head|body|script)\b", re.I)

_BEGINNINGS = (
    (re.compile(rb"\{\\rtf"), "application/rtf"),
    (re.compile(rb"%!PS"), "application/postscript"),
    (re.compile(rb"BEGIN:VCARD\s"), "text/vcard"),
    (re.compile(rb"BEGIN:VCALENDAR\s"), "text/calendar"),
)


def archive_type(content: Content) -> str:
    """
    @param content: a whole ZIP file.
    @return: its media type; L{ZIP} if it is no known document.
    """
    said = _MIMETYPE.search(bytes(content[:TEXT_HEAD]))
    if said is not None:
        return said[1].decode()
    # Some programs on Windows write backslashes as separators.
    names = {name.replace(b"\\", b"/") for name in _names(content)}
    for name, media_type in _BY_NAME:
        if name in names:
            return media_type
    folders = {name.partition(b"/")[0] for name in names} if _PACKAGE in names else set()
    return next((media_type for folder, media_type in _BY_FOLDER.items() if folder in folders), ZIP)


def _names(content: Content) -> Iterator[bytes]:
    """
    @return: the names in the central directory at the end (APPNOTE.TXT, 4.3.12); if that is missing or cut, those in
        the local headers.
    """
    end = content.rfind(b"PK\5\6", max(0, len(content) - 65_557))
    at = int.from_bytes(content[end + 16 : end + 20], "little") if end >= 0 else -1
    magic, length, fixed = b"PK\1\2", 28, 46
    if at < 0 or content[at : at + 4] != magic:
        at, magic, length, fixed = max(0, content.find(b"PK\3\4", 0, TEXT_HEAD)), b"PK\3\4", 26, 30
    for _ in range(ARCHIVE_ENTRIES):
        head = bytes(content[at : at + fixed])
        if len(head) < fixed or not head.startswith(magic):
            return
        name, extra = (int.from_bytes(head[length + by : length + by + 2], "little") for by in (0, 2))
        yield bytes(content[at + fixed : at + fixed + name])
        more = int.from_bytes(head[32:34] if magic == b"PK\1\2" else head[18:22], "little")
        at += fixed + name + extra + more


def ole_type(content: Content) -> str:
    """
    @param content: a whole compound file (MS-CFB).
    @return: its media type; L{OLE} if it is no known document.
    """
    shift = int.from_bytes(content[30:32], "little")
    sector = 1 << shift if shift in (9, 12) else 512
    begin = (int.from_bytes(content[48:52], "little") + 1) * sector
    # The first 32 entries of the directory are enough: the streams of the document itself come first.
    names = set()
    for at in range(begin, begin + 32 * 128, 128):
        entry = bytes(content[at : at + 66])
        size = int.from_bytes(entry[64:66], "little")
        if 2 < size <= 64:
            names.add(entry[: size - 2].decode("utf-16-le", "replace"))
    found = next((media_type for name, media_type in _STREAMS if name in names), OLE)
    is_mail = any(name.startswith(("__substg1.0_", "__nameid_version1.0")) for name in names)
    return "application/vnd.ms-outlook" if is_mail else found


def text_type(content: Content) -> str:
    """@return: the media type of a text file; empty: the file is no text."""
    head = bytes(content[:TEXT_HEAD])
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return TEXT if _is_wide(head) else ""
    head = head.removeprefix(b"\xef\xbb\xbf")
    if not head or _CONTROL.search(head):
        return ""
    if len(head) < _FEW:
        try:
            head.decode()
        except UnicodeDecodeError:
            return ""
    begun = head.lstrip()
    found = (media_type for pattern, media_type in _BEGINNINGS if pattern.match(begun))
    return _markup_type(begun) or next(found, TEXT)


def _markup_type(begun: bytes) -> str:
    """@return: the media type of a text that begins as XML or HTML; empty: it does not."""
    at = 0
    while passed := _PROLOG.match(begun, at):
        at = passed.end()
    is_xml = _DECLARED.match(begun) is not None
    if _SVG.match(begun, at):
        return "image/svg+xml"
    if is_xml:
        return "application/xhtml+xml" if _XHTML.match(begun, at) else "application/xml"
    return "text/html" if _HTML.match(begun, at) else ""


def _is_wide(head: bytes) -> bool:
    """@return: whether this is the beginning of a text in UTF-16."""
    try:
        text = head[: len(head) & ~1].decode("utf-16")
    except UnicodeDecodeError as e:
        # The last character may be cut.
        text = head[: e.start].decode("utf-16") if e.start >= len(head) - 4 else "\0"
    return not _CONTROL.search(text.encode("ascii", "ignore"))
