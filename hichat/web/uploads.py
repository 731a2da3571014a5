"""
Uploaded pictures and voice: kept in a directory, served to whoever has the link.

Browsers fetch pictures without credentials, so a file's name is 128 random bits. What a file is, is read from its
content: what the client says about it is never believed, and it is served as nothing else.
"""

from __future__ import annotations

import os
import re
import secrets
import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header
from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web import http, server
from twisted.web.resource import IResource, Resource
from twisted.web.static import File

from hichat.errors import FormTooLarge, InvalidField, MalformedForm, NotStored, UnknownFileType
from hichat.web.site import NotFound

if TYPE_CHECKING:
    from hichat.storage.store import Runner

FIELD = "file"
"""The name of the multipart field."""

_CHUNK = 64 * 1024
_PARTS_LIMIT = 32
_UNFINISHED = ".part"
_YEAR = 365 * 24 * 3600


class FileType(NamedTuple):
    """A kind of file that is taken."""

    extension: str
    media_type: str
    magic: re.Pattern[bytes]


def _type(extension: str, media_type: str, magic: bytes) -> FileType:
    return FileType(extension, media_type, re.compile(magic, re.DOTALL))


FILE_TYPES = (
    _type("png", "image/png", rb"\x89PNG\r\n\x1a\n"),
    _type("jpg", "image/jpeg", rb"\xff\xd8\xff"),
    _type("gif", "image/gif", rb"GIF8[79]a"),
    _type("webp", "image/webp", rb"RIFF....WEBP"),
    _type("wav", "audio/wav", rb"RIFF....WAVE"),
    # EBML; the document's type stands in its first element. What browsers record as voice.
    _type("webm", "audio/webm", rb"\x1aE\xdf\xa3.{0,48}?\x42\x82.webm"),
    _type("mka", "audio/x-matroska", rb"\x1aE\xdf\xa3.{0,48}?\x42\x82.matroska"),
    _type("ogg", "audio/ogg", rb"OggS\0"),
    _type("m4a", "audio/mp4", rb"....ftyp(?:M4A |M4B |mp4[12]|isom|iso[2-9]|dash)"),
    # An ID3 tag, or a frame: eleven bits set, then MPEG 1, 2 or 2.5, layer III.
    _type("mp3", "audio/mpeg", rb"ID3[\x02-\x04]|\xff[\xe2\xe3\xf2\xf3\xfa\xfb]"),
)
"""Pictures and audio that browsers show. Nothing that can carry a script: no SVG, no HTML."""

_HEAD = 80
# Bytes that the longest of these patterns looks at.

_MEDIA_TYPES = {file_type.extension: file_type.media_type for file_type in FILE_TYPES}
_NAME = re.compile(rb"[0-9a-f]{32}\.([a-z0-9]{3,4})")


def file_type_of(head: bytes) -> FileType:
    """
    @param head: the beginning of a file.
    @raise UnknownFileType: it is none of L{FILE_TYPES}.
    """
    for file_type in FILE_TYPES:
        if file_type.magic.match(head):
            return file_type
    raise UnknownFileType


class Uploads:
    """
    The directory of uploaded files.

    @param directory: made by L{start}.
    @param runner: runs what waits for the disk, in a thread.
    @param limit: bytes of the largest file.
    """

    _log = Logger()

    def __init__(self, directory: Path, runner: Runner, limit: int) -> None:
        self._directory = directory
        self._runner = runner
        self._limit = limit

    def start(self) -> None:
        """Make the directory; remove what a crash left unfinished. Before anything is uploaded."""
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        for unfinished in self._directory.glob(f"*{_UNFINISHED}"):
            unfinished.unlink(missing_ok=True)

    async def save(self, content: IO[bytes], content_type: str | None) -> str:
        """
        Keep the file of a C{multipart/form-data} body. If the call is cancelled nothing of it is kept.

        @param content: the body, from its beginning.
        @return: the file's name.
        @raise MalformedForm: the body is not multipart.
        @raise InvalidField: there is no L{FIELD} in it.
        @raise FormTooLarge: the file is larger than the limit.
        @raise UnknownFileType: none of L{FILE_TYPES}.
        @raise NotStored: the disk failed.
        """
        kind, options = parse_options_header(content_type or "")
        if kind != "multipart/form-data" or "boundary" not in options:
            raise MalformedForm
        # Not the runner's own Deferred: cancelling it would hide whether the thread has made a file.
        answer: Deferred[str] = Deferred()

        def stored(name: str) -> None:
            if answer.called:
                (self._directory / name).unlink(missing_ok=True)
            else:
                answer.callback(name)

        def failed(failure: Failure) -> None:
            if not answer.called:
                answer.errback(failure)

        self._runner(self._store, content, options["boundary"]).addCallbacks(stored, failed)
        try:
            return await answer
        except OSError as e:
            self._log.failure("an uploaded file could not be stored")
            raise NotStored from e

    def _store(self, content: IO[bytes], boundary: str) -> str:
        # mkstemp makes it readable by nobody else.
        descriptor, unfinished = tempfile.mkstemp(suffix=_UNFINISHED, dir=self._directory)
        try:
            with open(descriptor, "w+b") as file:
                _copy(content, boundary, file, self._limit)
                file.seek(0)
                extension = file_type_of(file.read(_HEAD)).extension
                os.fsync(file.fileno())
            name = f"{secrets.token_hex(16)}.{extension}"
            Path(unfinished).rename(self._directory / name)
        finally:
            Path(unfinished).unlink(missing_ok=True)
        self._sync_directory()
        return name

    def _sync_directory(self) -> None:
        descriptor = os.open(self._directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


class Files(Resource):
    """
    Serves uploaded files by name, without credentials.

    @param directory: as that of L{Uploads}.
    """

    def __init__(self, directory: Path) -> None:
        super().__init__()
        self._directory = directory

    def getChild(self, path: bytes, request: server.Request) -> IResource:
        """Find a file."""
        name = _NAME.fullmatch(path)
        media_type = _MEDIA_TYPES.get(name[1].decode()) if name else None
        found = self._directory / path.decode("latin-1")
        # Only names of our own making reach the file system.
        if media_type is None or not found.is_file():
            return NotFound()
        return _UploadedFile(found, media_type)

    def render(self, request: server.Request) -> bytes:
        """The directory itself is not shown."""
        return NotFound().render(request)


class _UploadedFile(File):
    """An uploaded file; twisted.web serves ranges of it."""

    def __init__(self, path: Path, media_type: str) -> None:
        super().__init__(str(path))
        self.type = media_type
        self.encoding = None

    def getChild(self, path: bytes, request: server.Request) -> IResource:
        """A file has nothing below it."""
        return NotFound()

    def render_GET(self, request: http.Request) -> bytes | int:
        """Send it, so that a browser shows it as what it is and runs nothing in it."""
        request.setHeader(b"X-Content-Type-Options", b"nosniff")
        request.setHeader(b"Content-Security-Policy", b"default-src 'none'; sandbox")
        request.setHeader(b"Cache-Control", b"private, max-age=%d, immutable" % _YEAR)
        # A thousand ranges would send the file a thousand times; whoever wants several may have all of it.
        if "," in (request.getHeader("range") or ""):
            request.requestHeaders.removeHeader(b"range")
        sent: bytes | int = super().render_GET(request)
        return sent

    render_HEAD = render_GET


def _copy(content: IO[bytes], boundary: str, file: IO[bytes], limit: int) -> None:
    """Copy the file in a multipart body, piece by piece; to the body's end, so that it is known to be whole."""
    copying = found = False
    size = 0
    try:
        with PushMultipartParser(boundary, max_segment_count=_PARTS_LIMIT) as parser:
            for event in parser.parse_blocking(content.read, _CHUNK):
                if isinstance(event, MultipartSegment):
                    copying = event.name == FIELD and not found
                    found = found or copying
                elif event and copying:
                    size += len(event)
                    if size > limit:
                        raise FormTooLarge
                    file.write(event)
    except MultipartError as e:
        raise MalformedForm from e
    if not found:
        raise InvalidField(FIELD)
