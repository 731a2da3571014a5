"""Files over HTTP: the check before an upload, and sending files."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from string import ascii_letters, digits
from typing import IO, cast
from unicodedata import combining
from urllib.parse import quote

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IPushProducer
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web import http, server
from twisted.web.resource import IResource, Resource
from twisted.web.static import File, SingleRangeStaticProducer
from zope.interface import implementer

from hichat.accounts.bot_passes import BotScope
from hichat.accounts.recognising import Recogniser
from hichat.core.errors import (
    Broken,
    Busy,
    NoSuchMedia,
    Refused,
    Unauthorized,
)
from hichat.core.text import formed
from hichat.media.media import FarFile, MediaStore, Served
from hichat.media.old_names import old_type
from hichat.web.complaints import complain
from hichat.web.credentials import bearer
from hichat.web.site import NotFound, Request, UploadPath

MEDIA_PATH = b"/v2/media"

_YEAR = 365 * 24 * 3600
_PLAIN = frozenset(f"{ascii_letters}{digits} ._()-")

_FOR_ALL = b"Cross-Origin-Resource-Policy", b"cross-origin"
# The page of v1 may be on any host.

_RANGE = re.compile(rb"bytes=(?:[0-9]{1,18}-(?:[0-9]{1,18})?|-([0-9]{1,18}))")
FAR_PIECE = 128 * 1024
"""
Bytes of a file on another machine that are read at once. So many may wait for each client that reads slowly: as many as
of a file in the folder.
"""

_OF_A_FILE = ("Accept-Ranges", "Content-Disposition", "Content-Range", "Content-Security-Policy")
"""Headers of an answer with a file, which an error does not have."""


def upload_paths(recogniser: Recogniser, media: MediaStore) -> dict[bytes, UploadPath]:
    """@return: the path to which files are posted, with its check: the caller is a user with room for the file."""

    async def gate(request: Request) -> Callable[[], None]:
        token = bearer(request)
        if not token:
            raise Unauthorized
        user, _ = await recogniser.identify(token)
        if user.bot_pass is not None:
            user.bot_pass.ask(BotScope.SEND)
        request.called_by(user.id)
        return await media.reserve(user.id, announced(request))

    return {MEDIA_PATH: UploadPath(gate)}


def announced(request: Request) -> int | None:
    """@return: the length in bytes of the body that follows; None: the request has no valid C{Content-Length}."""
    length = request.getHeader("content-length") or ""
    return int(length) if length.isdecimal() else None


class Files(Resource):
    """
    Serves files by their open URLs, C{/uploads/NAME}: without credentials, and to pages of all sites.
    """

    def __init__(self, media: MediaStore) -> None:
        super().__init__()
        self._media = media

    def getChild(self, path: bytes, request: server.Request) -> IResource:
        """Find a file."""
        name = path.decode("ascii", errors="replace")
        media_type = old_type(name)
        if media_type is not None:
            found = self._media.directory / name
            if not found.is_file():
                return NotFound()
            request.setHeader(*_FOR_ALL)
            return download(Served(found, media_type, "", True), _YEAR)
        return _Opened(self._media, path)

    def render(self, request: server.Request) -> bytes:
        """Answer 404: the directory is not listed."""
        return NotFound().render(request)


class _Opened(Resource):
    """The resource of an open URL: looks up the file in the table."""

    _log = Logger()

    def __init__(self, media: MediaStore, name: bytes) -> None:
        super().__init__()
        self._media = media
        self._name = name

    def getChild(self, path: bytes, request: server.Request) -> IResource:
        """A file has nothing below it."""
        return NotFound()

    def render_GET(self, request: server.Request) -> int:
        """Find the file, and send it."""
        work = Deferred.fromCoroutine(self._send(request))
        request.notifyFinish().addErrback(lambda _gone: work.cancel())
        work.addErrback(self._failed, request)
        return server.NOT_DONE_YET

    render_HEAD = render_GET

    async def _send(self, request: server.Request) -> None:
        try:
            found: IResource = download(await self._media.opened(self._name.decode("latin-1")), _YEAR)
            request.setHeader(*_FOR_ALL)
        except NoSuchMedia:
            found = NotFound()
        request.render(found)

    def _failed(self, failure: Failure, request: server.Request) -> None:
        if failure.check(CancelledError):
            return
        error = failure.value if isinstance(failure.value, Refused) else Broken()
        if isinstance(error, Broken):
            self._log.failure("a file could not be sent", failure)
        if request.channel is not None and not request.startedWriting:
            request.write(complain(request, error))
            request.finish()


class Download(File):
    """
    Sends a file, or a range of it, by C{twisted.web.static}.

    @param served: the file.
    @param age: seconds for which a browser may keep it.
    """

    def __init__(self, served: Served, age: int) -> None:
        super().__init__(str(served.file if isinstance(served.file, Path) else served.file.name))
        self.type = served.type
        self.encoding = None
        self._served = served
        self._age = age

    def getChild(self, path: bytes, request: server.Request) -> IResource:
        """A file has nothing below it."""
        return NotFound()

    def render_GET(self, request: http.Request) -> bytes | int:
        """Send the file, with headers that forbid a browser to guess another type or to run scripts in it."""
        if not self.isfile():
            # The file was removed since it was looked up.
            return NotFound().render(request)
        try:
            cast(Request, request).take_file()
        except Busy as e:
            return complain(request, e)
        request.setHeader(b"Content-Security-Policy", b"default-src 'none'; sandbox")
        request.setHeader(b"Cache-Control", b"private, max-age=%d, immutable" % self._age)
        request.setHeader(b"Content-Disposition", disposition(self._served))
        # The name can be the tag: files with different contents have different names.
        tag = b'"%s"' % self._served.file.name.encode("ascii")
        if request.setETag(tag) is http.CACHED:
            return b""
        if request.getHeader(b"if-none-match") is not None:
            # With If-None-Match, If-Modified-Since is ignored (RFC 9110, 13.1.3).
            request.requestHeaders.removeHeader(b"if-modified-since")
        request.requestHeaders.setRawHeaders(b"range", self._ranges(request, tag))
        sent: bytes | int = super().render_GET(request)
        return sent

    render_HEAD = render_GET

    def _ranges(self, request: http.Request, tag: bytes) -> list[bytes]:
        """@return: the value of C{Range} for twisted.web, with one range; empty: send the whole file."""
        # A request for several ranges gets the whole file: a thousand ranges would send the file a thousand times.
        asked = _RANGE.fullmatch(request.getHeader(b"range") or b"")
        if asked is None:
            return []
        # The client's part must be of this version (RFC 9110, 13.1.5). twisted.web ignores If-Range.
        has = request.getHeader(b"if-range")
        if has not in (None, tag, http.datetimeToString(math.ceil(self.getModificationTime()))):
            return []
        # A suffix longer than the file is the whole file (14.1.2). twisted.web fails on that.
        return [b"bytes=0-" if asked[1] and int(asked[1]) > self.getsize() else asked[0]]


class FarDownload(Download):
    """Sends a file that is not on this machine, as L{Download} does, but that its bytes come by L{FarFile.read}."""

    def __init__(self, served: Served, file: FarFile, age: int) -> None:
        super().__init__(served, age)
        self._file = file

    def restat(self, reraise: bool = True) -> None:
        """There is nothing on this machine to look at."""

    def exists(self) -> bool:
        """Whether there is such a file."""
        return True

    isfile = exists

    def isdir(self) -> bool:
        """Whether it is a directory."""
        return False

    def getsize(self) -> int:
        """Its size in bytes."""
        return self._file.facts.size

    def getModificationTime(self) -> float:  # noqa: N802
        """When it was stored, in seconds since the epoch."""
        return self._file.facts.modified

    def openForReading(self) -> IO[bytes]:  # noqa: N802
        """@return: nothing that is read: see L{makeProducer}."""
        return BytesIO()

    def makeProducer(self, request: http.Request, fileForReading: IO[bytes]) -> FarProducer:  # noqa: N802, N803
        """Set the answer's head as the base class does. @return: what sends the body."""
        made = super().makeProducer(request, fileForReading)
        whole = 0, self._file.facts.size
        start, size = (made.offset, made.size) if isinstance(made, SingleRangeStaticProducer) else whole
        return FarProducer(request, self._file, start, size)


@implementer(IPushProducer)
class FarProducer:
    """
    Sends a part of a file that is not on this machine: a piece is read when the client has taken the one before. No
    thread waits for a client.

    @param start: where the part begins.
    @param size: its bytes.
    """

    _log = Logger()

    def __init__(self, request: http.Request, file: FarFile, start: int, size: int) -> None:
        self._request: http.Request | None = request
        self._file = file
        self._at = start
        self._left = size
        self._is_paused = self._reads = False

    def start(self) -> None:
        """Begin to send."""
        assert self._request is not None
        self._request.notifyFinish().addErrback(lambda _gone: self.stopProducing())
        self._request.registerProducer(self, True)
        self._next()

    def pauseProducing(self) -> None:
        """The client has not taken what was sent."""
        self._is_paused = True

    def resumeProducing(self) -> None:
        """The client can take more."""
        self._is_paused = False
        self._next()

    def stopProducing(self) -> None:
        """The client is gone."""
        self._request = None

    def _next(self) -> None:
        if self._request is None or self._is_paused or self._reads:
            return
        if not self._left:
            request, self._request = self._request, None
            request.unregisterProducer()
            request.finish()
            return
        self._reads = True
        work = self._file.read(self._at, min(FAR_PIECE, self._left))
        work.addCallback(self._came).addErrback(self._failed)

    def _came(self, piece: bytes) -> None:
        self._reads = False
        if self._request is None:
            return
        if not 0 < len(piece) <= self._left:
            # It is shorter than it was; or more came than was asked for.
            raise NoSuchMedia
        self._at += len(piece)
        self._left -= len(piece)
        self._request.write(piece)
        self._next()

    def _failed(self, failure: Failure) -> None:
        self._reads = False
        request, self._request = self._request, None
        if not failure.check(Refused, CancelledError):
            self._log.failure("a file could not be sent", failure)
        if request is None or request.channel is None:
            return
        if request.startedWriting:
            # A client sees that the answer is not whole when the connection ends before its length.
            request.channel.loseConnection()
            return
        request.unregisterProducer()
        for name in _OF_A_FILE:
            request.responseHeaders.removeHeader(name)
        request.etag = request.lastModified = None
        error = failure.value if isinstance(failure.value, Refused) else Broken()
        request.write(complain(request, error))
        request.finish()


def download(served: Served, age: int) -> Download:
    """
    @param age: seconds for which a browser may keep the file.
    @return: what sends it.
    """
    if isinstance(served.file, FarFile):
        return FarDownload(served, served.file, age)
    return Download(served, age)


def disposition(served: Served) -> bytes:
    """@return: C{Content-Disposition} (RFC 6266): whether to show a file or to save it, and the file's name."""
    return disposition_of(served.name, served.shown)


def disposition_of(name: str, shown: bool) -> bytes:
    """
    @param name: may be empty.
    @return: as L{disposition}.
    """
    kind = "inline" if shown else "attachment"
    if not name:
        return kind.encode()
    # The name in RFC 8187's encoding, and before it one in plain ASCII for clients that cannot read that: some of them
    # read only the first name.
    plain = "".join(map(_plain, name))
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}".encode("ascii")


def _plain(character: str) -> str:
    """
    @return: the character in ASCII, without marks; C{_} for those that have no such form, and for quotes, backslashes
        and percent signs, which browsers read differently.
    """
    if character in _PLAIN:
        return character
    first = formed("NFD", character)[0]
    return first if first in _PLAIN else "" if combining(character) else "_"
