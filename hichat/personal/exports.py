"""
Exports that people ask the daemon for. Nothing is kept: a process of its own makes the ZIP while the client reads it.

The process has the lowest priority for a core: users' messages come first. It is a L{hichat.runtime.child}::

    daemon                                       export
    ExportSetup                              ->
                                             <-  bytes: the next piece of the ZIP; again and again
                                             <-  bytes: empty, the ZIP is whole
    end of file: stop

When the client does not read, the daemon does not either: the process waits at its socket. A browser saves a file only
from an address, without a token: so there are links, which are good for a minute, while the session of the device
lasts that has asked for one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import msgspec
from sqlalchemy import Connection
from twisted.internet.defer import Deferred, gatherResults
from twisted.logger import Logger

from hichat.accounts import sessions, users
from hichat.accounts.server_rights import SERVER_NEEDS, ServerAct
from hichat.accounts.users import User
from hichat.core.errors import BadLink, Busy, Language, Unauthorized
from hichat.core.ports import ILimit
from hichat.runtime.child import ChildProcess
from hichat.runtime.keys import Signer
from hichat.runtime.limits import Rate

EXPORTS_AT_ONCE = 2
"""The most exports of one worker at once."""

EXPORT_RATE = Rate(5, 24 * 3600)
"""Exports of one user: a connection may break, and then all begins anew."""

LINK_LASTS = 60_000
"""Milliseconds for which a link is good."""


class ExportSetup(msgspec.Struct, array_like=True):
    """
    What the process needs.

    @ivar settings: the daemon's settings, as variables of the environment; the database's URL may have a password.
    @ivar user: the user's id.
    """

    settings: dict[str, str]
    user: int
    language: Language


class ExportSink(Protocol):
    """Takes an export."""

    def came(self, piece: bytes) -> None:
        """The next piece of the ZIP."""

    def is_whole(self) -> None:
        """It was the last one."""

    def broke_off(self) -> None:
        """No more comes, and the ZIP is not whole."""


class ExportProcess(ChildProcess):
    """
    The daemon's side of one export.

    @param setup: see L{ChildProcess}, as for C{reactor} and C{command}.
    @param over: called when nothing more comes: the process is gone, or goes.
    @param gone: called when the process is gone.
    """

    name = "an export"
    module = "hichat.daemon.exporting"

    def __init__(
        self,
        setup: ExportSetup,
        reactor: Any,
        sink: ExportSink,
        over: Callable[[ExportProcess], object],
        gone: Callable[[ExportProcess], object],
        command: Sequence[str] | None = None,
    ) -> None:
        super().__init__(setup, reactor, command)
        self._sink: ExportSink | None = sink
        self._over = over
        self._gone = gone
        self._decode = msgspec.msgpack.Decoder(bytes).decode

    def pause(self) -> None:
        """Read nothing more for now."""
        if self._channel is not None:
            self._channel.transport.pauseProducing()

    def resume(self) -> None:
        """Go on reading."""
        if self._channel is not None:
            self._channel.transport.resumeProducing()

    def heard(self, message: bytes) -> None:
        """A piece has come."""
        if self._sink is None:
            return
        piece = self._decode(message)
        if piece:
            self._sink.came(piece)
        else:
            sink, self._sink = self._sink, None
            self._over(self)
            self.let_go()
            sink.is_whole()

    def give_up(self) -> None:
        """The client is gone."""
        self._sink = None
        self._over(self)
        # A transport that is paused would not notice its end.
        self.resume()
        self.kill()

    def ended(self, status: int) -> None:
        """See L{ChildProcess.ended}."""
        sink, self._sink = self._sink, None
        self._over(self)
        self._gone(self)
        if sink is not None:
            self._log.error("an export has ended before it was whole; status {status}", status=status)
            sink.broke_off()


class Exports:
    """
    The exports of a daemon.

    @param read: runs a query in a thread.
    @param settings: see L{ExportSetup}.
    @param key: a secret, which all daemons of the store have.
    @param limit: counts a user's exports.
    @param now: milliseconds since the epoch.
    @param command: see L{ExportProcess}.
    """

    _log = Logger()

    def __init__(
        self,
        read: Callable[..., Deferred[Any]],
        reactor: Any,
        settings: dict[str, str],
        key: bytes,
        limit: ILimit,
        now: Callable[[], int],
        command: Sequence[str] | None = None,
    ) -> None:
        self._read = read
        self._reactor = reactor
        self._settings = settings
        self._signer = Signer(key, b"export")
        self._limit = limit
        self._now = now
        self._command = command
        self._running: dict[ExportProcess, int] = {}
        self._processes: set[ExportProcess] = set()

    async def link(self, user: User, device: int, by: User | None = None) -> tuple[int, str]:
        """
        Count an export of a user.

        @param device: the device of who asks for it.
        @param by: the owner of the server who asks for it, among whose exports it counts; None: the user.
        @return: the end of a link to it, in milliseconds since the epoch, and its key.
        @raise TooManyAttempts: who asks has had too many.
        @raise Busy: the user has one here already, or there are too many.
        @raise Unauthorized: the device was signed out just now.
        """
        self._check_room(user.id)
        asker = by or user
        session = await self._read(_find_session, asker.id, device)
        if not session:
            raise Unauthorized().of(asker.id, device)
        self._limit.attempt(str(asker.id))
        until = self._now() + LINK_LASTS
        return until, self._signer.signature(_signed(user, until, by, device, session))

    async def check(self, user_id: int, until: int, key: str, device: int, by_id: int = 0) -> tuple[User, User]:
        """
        @param device: the device of who has asked for it.
        @param by_id: the id of the owner of the server who has asked for it; 0: the user has.
        @return: the user whose export it is, and who has asked for it.
        @raise BadLink: the key is wrong, the link has expired, or who has asked was signed out since, on this device or
            everywhere, or is no owner any more.
        """
        user = await self._read(_find, user_id)
        by = await self._read(_find, by_id) if by_id else None
        asker = by if by_id else user
        left = until - self._now()
        if user is None or asker is None or asker.disabled or not 0 < left <= LINK_LASTS:
            raise BadLink
        if by is not None and by.role < SERVER_NEEDS[ServerAct.EXPORT_OTHERS]:
            raise BadLink
        session = await self._read(_find_session, asker.id, device)
        # A link names a session, and no session has the number 0.
        if not self._signer.is_signature(key, _signed(user, until, by, device, session)):
            raise BadLink
        return user, asker

    def begin(self, user: int, language: Language, sink: ExportSink) -> ExportProcess:
        """
        Begin an export.

        @raise Busy: the user has one here already, there are too many, or no process can be started.
        """
        self._check_room(user)
        setup = ExportSetup(self._settings, user, language)
        made = ExportProcess(setup, self._reactor, sink, self._forget, self._processes.discard, self._command)
        try:
            made.begin()
        except OSError as e:
            self._log.error("an export cannot be started: {cause}", cause=e)
            raise Busy from e
        self._running[made] = user
        self._processes.add(made)
        self._log.info("user {user} exports", user=user)
        return made

    def _check_room(self, user: int) -> None:
        if len(self._running) >= EXPORTS_AT_ONCE or user in self._running.values():
            raise Busy

    def _forget(self, process: ExportProcess) -> None:
        self._running.pop(process, None)

    def stop(self) -> Deferred[None]:
        """
        Break all exports off.

        @return: fires when the processes are gone.
        """
        gone = []
        for process in [*self._processes]:
            process.give_up()
            gone.append(process.stop())
        return gatherResults(gone).addCallback(lambda _: None)


def _signed(user: User, until: int, by: User | None, device: int, session: int) -> str:
    own = f"{user.id} {user.generation} {until} {device} {session}"
    return own if by is None else f"{own} {by.id} {by.generation}"


def _find_session(connection: Connection, user_id: int, device: int) -> int:
    """@return: the number of the live session of a user's device; 0: it has none."""
    found = sessions.standing(connection, [device]).get(device)
    return found.number if found is not None and found.user == user_id else 0


def _find(connection: Connection, user_id: int) -> User | None:
    return users.find(connection, user_id)
