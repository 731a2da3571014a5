"""
The web site: limits and errors, which twisted.web leaves open.

A body is capped while it arrives. An upload is read only once its sender may upload. Slow requests end. Errors are
answered in JSON. Neither an answer nor the log tells more than it must.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import IO, Any, AnyStr, NamedTuple, cast

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.error import ConnectionAborted
from twisted.internet.interfaces import IAddress, IReactorTime
from twisted.internet.protocol import Protocol
from twisted.internet.tcp import Connection
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web import http, server
from twisted.web.error import UnsupportedMethod
from twisted.web.resource import IResource, Resource

from hichat.core.errors import (
    Broken,
    Busy,
    FormTooLarge,
    MethodNotTaken,
    NoSuchAddress,
    NotStored,
    Refused,
    TooManyConnections,
    TooManyRequests,
)
from hichat.pipeline.gateway.admission import Capacity, Caps, ConnectionSlot, Refusals, key_of
from hichat.pipeline.gateway.connection import GUARDS
from hichat.runtime.limits import Rate, address_key
from hichat.runtime.metrics import Metrics
from hichat.runtime.work import METER, Budgets, Meter
from hichat.storage.trouble import Trouble
from hichat.web.answers import answer_json, language
from hichat.web.channel import LOST, PlainChannel
from hichat.web.complaints import Complain, complain, complain_plainly
from hichat.web.credentials import Identify, peer
from hichat.web.outside import Outside

__all__ = ["Branch", "Channel", "NotFound", "Request", "Site", "answer_json", "language"]

BodyGate = Callable[["Request"], Awaitable[Callable[[], None]]]
"""Called when the head of an upload has come, to admit its body. Raises L{Refused}, or returns a function to be called
at the request's end."""


class UploadPath(NamedTuple):
    """
    A path to which files are posted, or all paths that begin with it, if it ends with a slash.

    @ivar gate: admits an upload.
    @ivar slack: bytes that the body may have beside the file.
    @ivar limit: bytes of the largest body; 0: those of a file, and C{slack}.
    """

    gate: BodyGate
    slack: int = 0
    limit: int = 0


FORM_LIMIT = 64 * 1024
"""Bytes of a body that holds fields only."""

IDLE_TIME = 60
"""Seconds from the last answer, or from the connection, until the next request's head must have come."""

FORM_TIME = 15
"""Seconds for the body of a request with a form, on top of those that it takes at L{FORM_RATE}."""

FORM_RATE = 2 * 1024
"""The slowest rate of such a body, in bytes a second."""

BODY_TIME = 60
"""The least seconds that the body of an upload may take."""

UPLOAD_RATE = 16 * 1024
"""The slowest rate of an upload, in bytes a second. An upload that takes longer than at this rate is cut off."""

BODIES_LIMIT = 16 * 1024 * 1024
"""The most bytes of incomplete bodies in memory. Beyond it the oldest bodies are given up."""

_SECRET = re.compile(r"(/hooks/)[^/]+")
"""What may be a secret in a path. A proxy may have put something before it."""

PROBES = (b"/healthz", b"/readyz", b"/metrics")
"""The calls of monitoring. They are answered beyond the limit of connections, too: a full daemon is alive."""

DOOR_TIME = 1
"""Seconds that a client over the limit of connections has to send its request and to read the refusal."""

ANSWER_COST = 64 * 1024
"""Bytes of an answer that are charged as one millisecond. The call itself is charged as one, too."""


def shown_path(request: http.Request) -> str:
    """@return: the path of a request as logs may have it: without the secret of a hook."""
    return _SECRET.sub(r"\1...", request.path.decode("ascii", "backslashreplace"))


class Channel(PlainChannel):
    """One connection. Its timeouts are deadlines: a byte now and then does not put them off."""

    site: Site

    def resetTimeout(self) -> None:  # noqa: N802
        """Called whenever data come; see above."""

    slot: ConnectionSlot

    def head_received(self) -> None:
        """The head is complete."""
        self._path = self.site.outside.local(self._path)
        self.setTimeout(self.site.body_time(self.announced[0], self.announced_path, self.length))

    def content_received(self) -> None:
        """The body is complete. The base class suspends the timeout, and resumes it after the answer."""
        self.setTimeout(self.site.idle_time)

    def fail(self, status: int, text: str) -> None:
        """See L{PlainChannel.fail}."""
        if not self.failed:
            self.site.metrics.answered(status)
        super().fail(status, text)

    def stalled(self) -> None:
        """See L{PlainChannel.stalled}."""
        self.site.metrics.stalled_closed += 1

    def connectionLost(self, reason: Failure = LOST) -> None:
        """The connection is gone."""
        self.slot.leave()
        super().connectionLost(reason)

    # A request learns its own head only when its body is complete; these are where the base class keeps it until then.

    @property
    def announced(self) -> tuple[bytes, bytes, bytes]:
        """Method, URI and version of the request whose body is arriving."""
        return self._command, self._path, self._version

    @property
    def announced_path(self) -> bytes:
        """The path of that request, without the query."""
        return self.announced[1].partition(b"?")[0]


class Request(server.Request):
    """
    A request whose body has a limit.

    @ivar admitted: what the gate of an upload found out, if whoever answers needs it, too.
    """

    _log = Logger()

    channel: Channel
    site: Site
    defaultContentType = None  # noqa: N815

    def __init__(self, channel: Channel, *args: Any, **kw: Any) -> None:
        super().__init__(channel, *args, **kw)
        self.started = channel.site.reactor.seconds()
        self._limit = 0
        self._received = 0
        self._refused = False
        # While the gate decides about an upload: the pieces of the body that have come; and the arguments of
        # requestReceived, if the body is complete.
        self._held: list[bytes] | None = None
        self._complete: tuple[bytes, bytes, bytes] | None = None
        self.admitted: object = None
        # The counts that it gives back when it is answered, and its cost.
        self._address = ""
        self._user = 0
        self._has_file = False
        self._streams = False
        self._meter = Meter()
        self._ended = False

    def __repr__(self) -> str:
        # The base class shows the query, which carries the token.
        return f"<Request {self.method!r} {shown_path(self).encode()!r}>"

    def getHeader(self, key: AnyStr) -> AnyStr | None:  # noqa: N802
        """@return: the header's value; None if it was not given, or is not text."""
        try:
            return super().getHeader(key)
        except UnicodeDecodeError:
            return None

    def getRequestHostname(self) -> bytes:  # noqa: N802
        """@return: always the same, so that no answer depends on the Host header."""
        return b"localhost"

    def gotLength(self, length: int | None) -> None:
        """The head is complete."""
        self.method, self.uri, self.clientproto = self.channel.announced
        self.path = self.channel.announced_path
        self._limit = self.channel.site.body_limit(self.method, self.path)
        upload = self.channel.site.upload_path(self.method, self.path)
        try:
            self._enter()
            if length is not None and length > self._limit:
                raise self._too_large()
            if upload is not None and (length is None or length > FORM_LIMIT):
                self.take_file()
        except Refused as e:
            super().gotLength(0)
            self._refuse(e)
            return
        super().gotLength(length)
        if upload is not None and length != 0:
            self._ask(upload.gate)

    # Limits

    def _enter(self) -> None:
        """
        Count the request for the address that a proxy names.

        @raise Refused: its connection, or the request, is beyond a limit.
        """
        channel, site = self.channel, self.channel.site
        if channel.slot.refusal is not None:
            if self.path not in PROBES:
                raise channel.slot.refusal
            channel.persistent = 0
            self.setHeader(b"Connection", b"close")
            return
        source = site.outside.proxies.source(self)
        if source.named:
            # A proxy's connection has requests of many people: so the request counts, and not the connection.
            named = key_of(source.peer.address)
            if not site.capacity.addresses.take(named):
                site.capacity.refusals.count("address", named)
                raise TooManyConnections
            self._address = named

    def called_by(self, user: int) -> None:
        """
        Count the request for the user who makes it.

        @raise TooManyRequests: the user has used up the budget of work.
        @raise TooManyConnections: too many of the user's requests are under way.
        """
        if user == self._user or self._ended:
            return
        if self._user:
            raise ValueError("somebody else makes this request")
        site = self.channel.site
        site.budgets.users.check(user)
        if not site.capacity.users.take(user):
            site.capacity.refusals.count("user", f"user {user}")
            raise TooManyConnections
        self._user = user

    def _check_address(self) -> None:
        """@raise TooManyRequests: the caller is not known, and strangers at the address have used up its budget."""
        if not self._user and self.path not in PROBES:
            self.channel.site.budgets.addresses.check(self._budget_key())

    async def _known(self, refusal: TooManyRequests) -> None:
        """
        The strangers at an address have used up its budget, but users there have budgets of their own. So find out who
        calls, before anything else is done and also for calls that need no token: a valid token counts.

        @param refusal: the refusal for strangers.
        @raise Refused: the call has no valid token, or the user's budget is used up as well.
        """
        user = await self.channel.site.caller(self)
        if not user:
            raise refusal
        self.called_by(user)

    def take_file(self) -> None:
        """
        Count a file that is sent or received, until the request is answered.

        @raise Busy: there are too many files.
        """
        if not self._has_file:
            if not self.channel.site.capacity.files.take(None):
                raise Busy
            self._has_file = True

    def become_stream(self) -> None:
        """
        The answer goes on for as long as its client likes. It is a connection of the user's from now on, as a WebSocket
        is, and counts as no request under way; what it costs is not the request's.
        """
        if self._user and not self._streams:
            self.channel.site.capacity.users.give(self._user)
        self._streams = True
        self._meter.settle(lambda milliseconds: None)

    def leave(self) -> ConnectionSlot:
        """
        The connection changes to another protocol: the request ends.

        @return: the connection's slot, which it has to give back when it ends.
        """
        slot = self.channel.slot
        if not slot.address:
            slot.address, self._address = self._address, ""
        self._end()
        # The cost of the connection from now on is not the request's.
        self._meter.settle(lambda milliseconds: None)
        return slot

    def _end(self) -> None:
        if self._ended:
            return
        self._ended = True
        site: Site = self.site if self.channel is None else self.channel.site
        site.bodies.remove(self)
        if self._address:
            site.capacity.addresses.give(self._address)
        if self._has_file:
            site.capacity.files.give(None)
        if self._streams:
            return
        if self._user:
            site.capacity.users.give(self._user)
        budgets = site.budgets
        if self._user:
            charge = partial(budgets.users.charge, self._user)
        else:
            charge = partial(budgets.addresses.charge, self._budget_key())
        charge(1 + self.sentLength / ANSWER_COST)
        self._meter.settle(charge)

    def _budget_key(self) -> str:
        return address_key(peer(self).address)

    def finish(self) -> None:
        """The request is answered."""
        self._end()
        super().finish()

    def connectionLost(self, reason: Failure) -> None:
        """The client is gone."""
        self._meter.gone = not self._ended
        self._end()
        super().connectionLost(reason)

    @property
    def _transport(self) -> Any:
        """Also an L{IPushProducer}."""
        return self.channel.transport

    def _ask(self, gate: BodyGate) -> None:
        """Ask the gate whether the body of an upload may come. The connection is not read until the answer."""
        self.args = http.parse_qs(self.uri.partition(b"?")[2], keep_blank_values=True)
        expects = (self.getHeader("expect") or "").lower() == "100-continue" and self.clientproto == b"HTTP/1.1"
        self.requestHeaders.removeHeader(b"expect")
        self._held = []
        self._transport.pauseProducing()
        with self._metered():
            asking = Deferred.fromCoroutine(self._asked(gate))
        self.notifyFinish().addErrback(lambda _gone: asking.cancel())
        asking.addCallbacks(self._admit, self._turn_away, callbackArgs=(expects,))
        asking.addErrback(lambda failure: self._log.failure("an upload could not be answered", failure))

    async def _asked(self, gate: BodyGate) -> None:
        try:
            self._check_address()
        except TooManyRequests as e:
            await self._known(e)
        release = await gate(self)
        if self.channel is None:
            release()
        else:
            self.notifyFinish().addBoth(lambda _: release())

    def _admit(self, _: None, expects: bool) -> None:
        if self.channel is None:
            return
        held, self._held = self._held or [], None
        if expects and not held:
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        self._transport.resumeProducing()
        for data in held:
            self.handleContentChunk(data)
        if self._complete is not None:
            self.requestReceived(*self._complete)

    def _turn_away(self, failure: Failure) -> None:
        if failure.check(CancelledError) or self.channel is None:
            return
        self._held = None
        if not failure.check(Refused):
            self._log.failure("the permission for an upload could not be checked", failure)
        self._refuse(cast(Refused, failure.value) if failure.check(Refused) else NotStored())
        self._transport.resumeProducing()
        if self._complete is not None:
            self.finish()

    def handleContentChunk(self, data: bytes) -> None:
        """A piece of the body came."""
        if self._refused:
            return
        if self._held is not None:
            # Bytes that came in the same read as the head.
            self._held.append(data)
            return
        self._received += len(data)
        if self._received > self._limit:
            self._refuse(self._too_large())
            return
        try:
            super().handleContentChunk(data)
        except OSError as e:
            self.channel.site.spooling.met(e)
            self._refuse(NotStored())
            return
        bodies = self.channel.site.bodies
        if self._received > FORM_LIMIT or self._received == self.channel.length:
            # The body is in a file by now, or complete.
            bodies.remove(self)
        else:
            bodies.add(self, len(data))

    def give_up(self) -> None:
        """Refuse the request: its body takes too long, and memory that others need."""
        assert self.content is not None
        self.content.close()
        self.content = BytesIO()
        self._refuse(Busy())

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:
        """The body is complete."""
        self.channel.site.bodies.remove(self)
        if self._held is not None:
            self._complete = command, path, version
        elif self._refused:
            self.finish()
        else:
            super().requestReceived(command, path, version)

    def write(self, data: bytes) -> None:
        """Send a piece of the answer; before the first one, the head."""
        if not self.startedWriting and self.channel is not None:
            for name, value in GUARDS.items():
                if not self.responseHeaders.hasHeader(name):
                    self.setHeader(name, value)
            hsts = self.channel.site.outside.hsts(self)
            if hsts:
                self.setHeader(b"Strict-Transport-Security", hsts)
        super().write(data)

    def process(self) -> None:
        """The request is complete."""
        if self.path == b"*":
            # "*" means the whole server (RFC 9110, 7.1). The base class would answer that itself, with its version.
            self.path = b"/*"
        with self._metered():
            try:
                self._check_address()
            except TooManyRequests as e:
                work = Deferred.fromCoroutine(self._process_of_known(e))
                self.notifyFinish().addErrback(lambda _gone: work.cancel())
                work.addErrback(self._not_known)
            else:
                super().process()

    async def _process_of_known(self, refusal: TooManyRequests) -> None:
        try:
            await self._known(refusal)
        except Refused as e:
            body = complain(self, e)
            self.write(b"" if self.method == b"HEAD" else body)
            self.finish()
        else:
            super().process()

    def _not_known(self, failure: Failure) -> None:
        if not failure.check(CancelledError):
            self.processingFailed(failure)

    @contextmanager
    def _metered(self) -> Iterator[None]:
        token = METER.set(self._meter)
        try:
            yield
        finally:
            METER.reset(token)

    def render(self, resrc: IResource) -> None:
        """Let a resource answer."""
        try:
            body = resrc.render(self)
        except UnsupportedMethod as e:
            self.setHeader(b"Allow", b", ".join(sorted(e.allowedMethods)))
            body = complain(self, MethodNotTaken())
        if body is server.NOT_DONE_YET:
            return
        if body or self.method != b"HEAD":
            self.setHeader(b"Content-Length", b"%d" % len(cast(bytes, body)))
        self.write(body)
        self.finish()

    def processingFailed(self, reason: Failure) -> Failure:  # noqa: N802
        """Rendering failed. The log gets the failure; the client is only told that there was one."""
        self._log.failure("{method} {path} failed", reason, method=self.method, path=shown_path(self))
        if self.startedWriting:
            self.channel.loseConnection()
        else:
            self.write(complain(self, Broken()))
            self.finish()
        return reason

    def _too_large(self) -> FormTooLarge:
        upload = self.channel.site.upload_path(self.method, self.path)
        # Tell the limit of the file, without the slack for the form around it.
        return FormTooLarge(self._limit - (upload.slack if upload else 0))

    def _refuse(self, error: Refused) -> None:
        """Answer at once, drop the rest of the body, and close."""
        self._refused = True
        self.channel.site.bodies.remove(self)
        # Otherwise the base class would ask for the body (100 Continue).
        self.requestHeaders.removeHeader(b"expect")
        if isinstance(error, FormTooLarge):
            self.channel.site.metrics.bodies_refused += 1
        self.channel.persistent = False
        self.channel.setTimeout(self.channel.linger_time)
        self.setHeader(b"Connection", b"close")
        self.write(complain(self, error))


class Bodies:
    """
    The incomplete bodies in memory.

    @param limit: the most bytes. Beyond it the request that began its body first is given up.
    """

    def __init__(self, limit: int = BODIES_LIMIT) -> None:
        self._limit = limit
        self._size = 0
        # The oldest first.
        self._held: dict[Request, int] = {}

    def add(self, request: Request, size: int) -> None:
        """A piece came."""
        self._held[request] = self._held.get(request, 0) + size
        self._size += size
        while self._size > self._limit:
            oldest = next(iter(self._held))
            self.remove(oldest)
            oldest.give_up()

    def remove(self, request: Request) -> None:
        """A body is complete, or its request is gone. May be called again."""
        self._size -= self._held.pop(request, 0)


class _Closed(Protocol):
    """A connection beyond a limit that is closed without an answer."""

    def connectionMade(self) -> None:
        transport: Any = self.transport
        if isinstance(transport, Connection):
            # Close it at once: many may be accepted in one turn, and each has a descriptor until it is closed.
            transport.connectionLost(Failure(ConnectionAborted()))
        else:
            transport.abortConnection()


class Site(server.Site):
    """
    @param root: the tree of resources.
    @param upload_limit: bytes of the largest file that may be uploaded.
    @param uploads: the paths of uploads.
    @param spool: a directory for large bodies while they arrive; None: the system's.
    @param idle_time: see L{IDLE_TIME}.
    @param capacity: counts connections; None: there is no limit.
    @param budgets: the budgets of work; None: there is no limit.
    @param outside: the proxies before the site, and its public address; None: only a proxy on this machine is trusted.
    @param caller: finds the user whose token a request has; None: all callers are unknown.
    @param complain: makes an error the answer to a request that no call has taken, outside of C{/v2}.
    """

    _log = Logger()

    noisy = False
    protocol = Channel  # type: ignore[assignment]
    reactor: IReactorTime

    def __init__(
        self,
        root: IResource,
        reactor: IReactorTime,
        upload_limit: int,
        metrics: Metrics,
        uploads: Mapping[bytes, UploadPath],
        spool: Path | None = None,
        idle_time: int = IDLE_TIME,
        capacity: Capacity | None = None,
        budgets: Budgets | None = None,
        outside: Outside | None = None,
        caller: Identify | None = None,
        complain: Complain = complain_plainly,
    ) -> None:
        super().__init__(
            root, requestFactory=Request, parsePOSTFormSubmission=False, reactor=reactor, timeout=idle_time
        )
        self.idle_time = idle_time
        self.capacity = capacity or Capacity(Caps(), Refusals(metrics, reactor))
        self.budgets = budgets or Budgets(Rate(0, 1), reactor)
        self.outside = outside or Outside()
        self.caller = caller or _nobody
        self.complain = complain
        self.bodies = Bodies()
        self.metrics = metrics
        self._upload_limit = upload_limit
        self._uploads = uploads
        self._spool = spool
        self.spooling = Trouble("requests' bodies cannot be kept while they arrive")

    def buildProtocol(self, addr: IAddress | None) -> Any:
        """A client connects. For a proxy's connection the addresses are not known yet: its requests name them."""
        slot = self.capacity.enter("" if self.outside.proxies.trusts(addr) else key_of(getattr(addr, "host", "")))
        if slot is None:
            return _Closed()
        channel = cast(Channel, super().buildProtocol(addr))
        channel.slot = slot
        if slot.refusal is not None:
            channel.timeOut = channel.linger_time = DOOR_TIME
        return channel

    def startFactory(self) -> None:  # noqa: N802
        """Do nothing: the base class opens a log file, and runs a timer every second for its times."""

    def stopFactory(self) -> None:  # noqa: N802
        """See L{startFactory}."""

    def acceptableProtocols(self) -> list[bytes]:  # noqa: N802
        """The protocols that TLS negotiates (ALPN): our L{Channel} speaks no HTTP/2."""
        return [b"http/1.1"]

    def upload_path(self, method: bytes, path: bytes) -> UploadPath | None:
        """@return: the properties of an upload; None: the request is none."""
        if method != b"POST":
            return None
        return self._uploads.get(path) or self._uploads.get(path[: path.find(b"/", 1) + 1])

    def body_limit(self, method: bytes, path: bytes) -> int:
        """@return: the most bytes that the body of such a request may have."""
        upload = self.upload_path(method, path)
        return FORM_LIMIT if upload is None else upload.limit or self._upload_limit + upload.slack

    def body_time(self, method: bytes, path: bytes, length: int | None) -> float:
        """
        @param length: the body's length in bytes; None: it is not known.
        @return: the most seconds that the body of such a request may take.
        """
        limit = self.body_limit(method, path)
        size = limit if length is None else min(length, limit)
        if self.upload_path(method, path) is None:
            return FORM_TIME + size / FORM_RATE
        return max(BODY_TIME, size / UPLOAD_RATE)

    def getContentFile(self, length: int | None) -> IO[bytes]:  # noqa: N802
        """
        @param length: the body's length in bytes; None: it is not known.
        @return: a file, in memory or on the disk, for the body while it arrives.
        """
        if length is not None and length <= FORM_LIMIT:
            return BytesIO()
        return tempfile.SpooledTemporaryFile(max_size=FORM_LIMIT, dir=str(self._spool) if self._spool else None)

    def getResourceFor(self, request: server.Request) -> IResource:  # noqa: N802
        """Find the resource that answers a request."""
        # The base class has set this header: it names Twisted's version, which helps attackers only.
        request.responseHeaders.removeHeader(b"server")
        if self.outside.prefix and request.path == self.outside.prefix.encode("ascii"):
            return PermanentRedirect(request.path + b"/")
        return super().getResourceFor(request)

    def log(self, request: http.Request) -> None:
        """A request is answered. The query is left out: it carries the token."""
        self.metrics.answered(request.code)
        self._log.debug(
            "{method} {path} {status}: {bytes} bytes in {milliseconds} ms",
            method=request.method.decode("ascii", "backslashreplace"),
            path=shown_path(request),
            status=request.code,
            bytes=request.sentLength,
            milliseconds=round((self.reactor.seconds() - cast(Request, request).started) * 1000),
        )


async def _nobody(request: Request) -> int:
    return 0


class PermanentRedirect(Resource):
    """
    Redirects to another path.

    @param path: the path.
    """

    isLeaf = True

    def __init__(self, path: bytes) -> None:
        super().__init__()
        self._path = path

    def render_GET(self, request: http.Request) -> bytes:
        """Answer with a permanent redirect."""
        request.setResponseCode(308)
        request.setHeader(b"Location", self._path)
        return b""


class NotFound(Resource):
    """A path without a resource."""

    isLeaf = True

    def render(self, request: http.Request) -> bytes:
        """Answer with an error."""
        return complain(request, NoSuchAddress())


class Branch(Resource):
    """
    A place in the tree of resources where some paths are taken and C{otherwise} answers all others, with the whole
    path: a URL router is a leaf, so nothing can be put below it.

    @param otherwise: a leaf.
    """

    def __init__(self, otherwise: IResource) -> None:
        super().__init__()
        self._otherwise = otherwise

    def mount(self, path: str, resource: IResource) -> None:
        """
        Put a resource somewhere below.

        @param path: such as C{v2/ws}.
        """
        first, _, rest = path.partition("/")
        name = first.encode("ascii")
        if not rest:
            self.putChild(name, resource)
            return
        if name not in self.children:
            self.putChild(name, Branch(self._otherwise))
        self.children[name].mount(rest, resource)

    def getChild(self, path: bytes, request: server.Request) -> IResource:
        """No resource was put at this path."""
        return self._rewind(request)

    def render(self, request: server.Request) -> bytes | int:
        """The path ends here."""
        return self._rewind(request).render(request)

    def _rewind(self, request: server.Request) -> IResource:
        request.postpath = [*(request.prepath or ()), *(request.postpath or ())]
        request.prepath = []
        try:
            b"/".join(request.postpath).decode("utf-8")
            request.method.decode("ascii")
        except UnicodeDecodeError:
            # No route has such a path or method.
            return NotFound()
        return self._otherwise
