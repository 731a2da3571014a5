"""Sends an export as an answer, while it is made."""

from __future__ import annotations

from typing import cast

from twisted.internet.interfaces import IDelayedCall, IPushProducer
from twisted.logger import Logger
from twisted.web import http, server
from twisted.web.resource import Resource
from zope.interface import implementer

from hichat.accounts.users import User
from hichat.core.errors import Broken, Busy, Language, Refused
from hichat.personal.exports import ExportProcess, Exports
from hichat.personal.zips import safe_name
from hichat.web.complaints import complain
from hichat.web.site import Request
from hichat.web.uploads import disposition_of

EXPORT_READ_RATE = 16 * 1024
"""Bytes a second that the client of an export has to take; as many give it a second of L{EXPORT_PATIENCE} back."""

EXPORT_PATIENCE = 300.0
"""Seconds for which an export waits for its client: there are few places for exports."""


class ExportDownload(Resource):
    """
    An answer with an export. It has no length, and no ranges: it is made while it is read.

    @param language: that of the pages in it.
    """

    isLeaf = True

    def __init__(self, exports: Exports, user: User, language: Language) -> None:
        super().__init__()
        self._exports = exports
        self._user = user
        self._language = language

    def render_GET(self, request: http.Request) -> bytes | int:
        """Begin the export."""
        try:
            cast(Request, request).take_file()
            sending = _Sending(request, f"{safe_name(self._user.name)}.zip")
            sending.process = self._exports.begin(self._user.id, self._language, sending)
        except Busy as e:
            return complain(request, e)
        request.notifyFinish().addErrback(lambda _gone: sending.stopProducing())
        return server.NOT_DONE_YET


@implementer(IPushProducer)
class _Sending:
    """Gives the pieces of an export to a request. The answer begins with the first one."""

    process: ExportProcess
    _log = Logger()

    def __init__(self, request: http.Request, name: str) -> None:
        self._request: http.Request | None = request
        self._name = name
        self._patience = EXPORT_PATIENCE
        self._waiting: IDelayedCall | None = None

    def came(self, piece: bytes) -> None:
        """See L{ExportSink<hichat.personal.exports.ExportSink>}."""
        request = self._request
        if request is None:
            return
        if not request.startedWriting:
            request.setHeader(b"Content-Type", b"application/zip")
            request.setHeader(b"Content-Disposition", disposition_of(self._name, shown=False))
            request.setHeader(b"Content-Security-Policy", b"default-src 'none'; sandbox")
            request.setHeader(b"Cache-Control", b"no-store")
            request.registerProducer(self, True)
        self._patience = min(EXPORT_PATIENCE, self._patience + len(piece) / EXPORT_READ_RATE)
        request.write(piece)

    def is_whole(self) -> None:
        """See L{ExportSink<hichat.personal.exports.ExportSink>}."""
        request, self._request = self._request, None
        self._stop_waiting()
        if request is not None:
            request.unregisterProducer()
            request.finish()

    def broke_off(self) -> None:
        """See L{ExportSink<hichat.personal.exports.ExportSink>}."""
        request, self._request = self._request, None
        self._stop_waiting()
        if request is None or request.channel is None:
            return
        if request.startedWriting:
            # The client sees that the answer is not whole: its last chunk is missing.
            request.unregisterProducer()
            request.channel.loseConnection()
            return
        error: Refused = Broken()
        request.write(complain(request, error))
        request.finish()

    def pauseProducing(self) -> None:
        """The client has not taken what was sent."""
        self.process.pause()
        if self._waiting is None and self._request is not None and self._request.channel is not None:
            self._waiting = self._request.channel.callLater(self._patience, self._too_slow)

    def resumeProducing(self) -> None:
        """The client can take more."""
        self._stop_waiting()
        self.process.resume()

    def _stop_waiting(self) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None and waiting.active():
            self._patience = waiting.getTime() - waiting.seconds()  # type: ignore[attr-defined]
            waiting.cancel()

    def _too_slow(self) -> None:
        self._waiting = None
        if self._request is not None and self._request.channel is not None:
            self._log.info("an export ends: its client reads less than {rate} bytes a second", rate=EXPORT_READ_RATE)
            # The request notices it, and the client sees that the answer is not whole.
            self._request.channel.forceAbortClient()

    def stopProducing(self) -> None:
        """The client is gone."""
        self._request = None
        self._stop_waiting()
        self.process.give_up()
