"""
The log's writer in a process of its own.

An interpreter does one thing at a time. With the writer in a thread of the reactor's process, each of the two waited
for the other, and together they used little more than one core. So batches go over a socket to a process that does
nothing but write them, one at a time; its answers come back as an event of the reactor.

Each message is its length, 4 bytes big-endian, and MessagePack::

    daemon                                       writer
    Setup                                    ->
    a batch: an array of Plain               ->
                                             <-  Written: an outcome for each, and what is for the log
    end of file: stop

What changes other tables together with its event (C{Draft.change}) is a function of the daemon, and rare: such a batch
is written in the daemon's own writer thread. The store's write lock keeps the two apart, and the log tells each what
the other did.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import IO, Any

import msgspec
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall
from twisted.internet.protocol import Factory
from twisted.internet.tcp import Connection
from twisted.logger import ILogObserver, LogEvent, Logger, LogLevel, eventAsText, globalLogBeginner
from twisted.protocols.basic import Int32StringReceiver
from twisted.python.failure import Failure
from zope.interface import implementer

from hichat.errors import NotStored, Refused
from hichat.events import Draft, Event, Kind, Scope
from hichat.ledger.writer import Duplicate, LogWriter, Outcome
from hichat.storage.engine import make_engine
from hichat.storage.store import Store
from hichat.storage.turnstile import Turnstile

AGAIN = 1.0
"""Seconds after which a writer that ended at once is started again; the first time it is at once."""

LARGEST = 1 << 30
"""Bytes of a message; a batch is bounded by its number of drafts and their size."""

Write = Callable[[Sequence[Draft]], Deferred[list[Outcome]]]
"""Writes a batch; see L{LogWriter.write}. Never fails."""


class Setup(msgspec.Struct, array_like=True):
    """
    What a writer needs to know.

    @ivar database: the store's URL; it may have a password in it.
    @ivar turns: the directory of the L{Turnstile}, where writers need one.
    @ivar edit_limit: see L{LogWriter}.
    """

    database: str
    turns: str | None
    edit_limit: int


class Plain(msgspec.Struct, array_like=True, gc=False):
    """A L{Draft} without what stays in the daemon."""

    kind: Kind
    scope: Scope
    sender: int
    target: int
    body: bytes
    subject: int
    device: int
    counter: int


class Written(msgspec.Struct, array_like=True):
    """
    The answer to a batch.

    @ivar outcomes: for each draft its event, or the code of why there is none.
    @ivar again: which of them are L{Duplicate}s.
    @ivar said: what is for the daemon's log: level and text.
    """

    outcomes: list[Event | str]
    again: list[int] = []
    said: list[tuple[str, str]] = []


_encode = msgspec.msgpack.Encoder().encode
_PREFIX = 4


# The daemon's side


class _Channel(Int32StringReceiver):
    """The daemon's end of the socket."""

    MAX_LENGTH = LARGEST
    transport: Connection

    def __init__(self, answered: Callable[[bytes], None], lost: Callable[[], None]) -> None:
        self._answered = answered
        self._lost = lost

    def stringReceived(self, string: bytes) -> None:  # noqa: N802
        """A whole message came."""
        self._answered(string)

    def connectionLost(self, reason: Any = None) -> None:
        """The writer is gone."""
        self._lost()


class WriterProcess:
    """
    Starts the process, and another when it ends: what it was about to write then is looked up in the log, and written
    if it is not there.

    @param setup: of the writer.
    @param reactor: of the daemon.
    @param here: writes a batch in the daemon's own writer thread.
    @param look_up: see L{hichat.ledger.writer.find_written}.
    @param position: up to where everything in the log is known: what is yet to be written lies behind it.
    @param command: what to run; for tests.
    """

    _log = Logger()

    def __init__(
        self,
        setup: Setup,
        reactor: Any,
        here: Write,
        look_up: Callable[[int, Sequence[Draft]], Deferred[list[Event | None]]],
        position: Callable[[], int],
        command: Sequence[str] = (sys.executable, "-m", "hichat.ledger.process"),
    ) -> None:
        self._setup = setup
        self._reactor = reactor
        self._here = here
        self._look_up = look_up
        self._position = position
        self._command = list(command)
        self._decode = msgspec.msgpack.Decoder(Written).decode
        self._refusals = {kind.code: kind for kind in _refusals(Refused)}
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: _Channel | None = None
        self._started = 0.0
        self._again: IDelayedCall | None = None
        self._stopped = False
        # What is under way, in order. Either all of it is with the process, or only the first is, in the thread.
        self._under_way: deque[_Batch] = deque()
        self._sent = 0

    @property
    def pid(self) -> int | None:
        """The process's id; None: there is none at the moment."""
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        """Start the process."""
        self._started = self._reactor.seconds()
        ours, theirs = socket.socketpair()
        with ours, theirs:
            # A group of its own: what a terminal sends is for the daemon, which then closes the socket.
            self._process = subprocess.Popen(  # noqa: S603
                self._command,
                stdin=theirs.fileno(),
                process_group=0,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)},
            )
            ours.setblocking(False)
            factory = Factory.forProtocol(lambda: _Channel(self._answered, self._lost))
            factory.noisy = False
            # The reactor makes file descriptors of its own.
            transport = self._reactor.adoptStreamConnection(ours.fileno(), socket.AF_UNIX, factory)
        self._channel = transport.protocol
        self._channel.sendString(_encode(self._setup))

    def stop(self) -> None:
        """End the process; nothing is under way any more."""
        self._stopped = True
        if self._again is not None:
            self._again.cancel()
            self._again = None
        if self._channel is not None and self._channel.transport is not None:
            # At once: the reactor closes it in a turn of its own.
            self._channel.transport.getHandle().shutdown(socket.SHUT_RDWR)
            self._channel.transport.loseConnection()
        if self._process is not None:
            try:
                # It ends by itself, when it has read the end of the file.
                self._process.wait(1)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def write(self, drafts: Sequence[Draft]) -> Deferred[list[Outcome]]:
        """See L{LogWriter.write}. Batches are written in the order of the calls."""
        batch = _Batch(drafts, any(draft.change is not None for draft in drafts))
        self._under_way.append(batch)
        self._go_on()
        return batch.answer

    def _go_on(self) -> None:
        """Hand on what may be handed on."""
        while self._sent < len(self._under_way):
            batch = self._under_way[self._sent]
            if batch.is_ours:
                if not self._sent:
                    self._sent = 1
                    self._here(batch.drafts).addBoth(self._end_ours)
                return
            if self._channel is None or (self._sent and self._under_way[0].is_ours):
                return
            self._send(self._channel, batch)

    def _send(self, channel: _Channel, batch: _Batch) -> None:
        self._sent += 1
        if batch.found is None:
            batch.since = self._position()
        plain = [
            (int(d.kind), int(d.scope), d.sender, d.target, d.body, d.subject, d.device, d.counter)
            for d in batch.missing()
        ]
        channel.sendString(_encode(plain))

    def _answered(self, message: bytes) -> None:
        written = self._decode(message)
        for level, text in written.said:
            self._log.emit(LogLevel.levelWithName(level), "{text}", text=text)
        outcomes: list[Outcome] = [
            found if isinstance(found, Event) else self._refusals[found]() for found in written.outcomes
        ]
        for place in written.again:
            first = outcomes[place]
            assert isinstance(first, Event)
            outcomes[place] = Duplicate(first)
        self._end(outcomes)

    def _end(self, outcomes: list[Outcome]) -> None:
        """The first batch is written."""
        self._sent -= 1
        batch = self._under_way.popleft()
        batch.answer.callback(outcomes if batch.found is None else batch.merged(outcomes))
        self._go_on()

    def _end_ours(self, outcomes: list[Outcome] | Failure) -> None:
        if isinstance(outcomes, Failure):
            self._log.failure("the writer failed", outcomes)
            outcomes = [NotStored() for _ in self._under_way[0].drafts]
        self._end(outcomes)

    # When it ends

    def _lost(self) -> None:
        self._channel = None
        if self._stopped or self._process is None:
            return
        status = self._process.wait()
        pause = 0.0 if self._reactor.seconds() - self._started >= AGAIN else AGAIN
        how = f"signal {-status}" if status < 0 else f"exit status {status}"
        self._log.error("the log's writer ended ({how}); another one is started", how=how)
        self._process = None
        self._again = self._reactor.callLater(pause, self._start_again)

    def _start_again(self) -> None:
        self._again = None
        lost = [batch for batch in list(self._under_way)[: self._sent] if not batch.is_ours]
        if lost:
            # All at once: somebody may have said the same in two of them. And under the store's lock, in the writer's
            # thread: so the dead process's transaction is over.
            drafts = [draft for batch in lost for draft in batch.drafts]
            looking = self._look_up(lost[0].since, drafts)
            looking.addCallbacks(self._found, self._not_found, callbackArgs=(lost,), errbackArgs=(lost,))
            looking.addBoth(lambda _: self._go_on_anew())
        else:
            self._go_on_anew()

    def _found(self, found: list[Event | None], lost: list[_Batch]) -> None:
        for batch in lost:
            batch.found, found = found[: len(batch.drafts)], found[len(batch.drafts) :]
        self._sent = 0

    def _not_found(self, failure: Failure, lost: list[_Batch]) -> None:
        self._log.failure("{count} batches may be stored or not", failure, count=len(lost))
        for batch in lost:
            self._end([NotStored() for _ in batch.missing()])

    def _go_on_anew(self) -> None:
        if not self._stopped:
            self.start()
            self._go_on()


class _Batch:
    """
    A batch under way.

    @ivar is_ours: whether it is for the daemon's thread.
    @ivar since: where the log ended, or before it, when it was first sent.
    @ivar found: what of it was in the log when its writer had died: for each draft its event, or None.
    """

    def __init__(self, drafts: Sequence[Draft], is_ours: bool) -> None:
        self.drafts = drafts
        self.is_ours = is_ours
        self.since = 0
        self.found: list[Event | None] | None = None
        self.answer: Deferred[list[Outcome]] = Deferred()

    def missing(self) -> Sequence[Draft]:
        """@return: what is yet to be written."""
        if self.found is None:
            return self.drafts
        return [draft for draft, event in zip(self.drafts, self.found, strict=True) if event is None]

    def merged(self, outcomes: Sequence[Outcome]) -> list[Outcome]:
        """@return: the outcomes of all drafts, from those of what was missing."""
        assert self.found is not None
        rest = iter(outcomes)
        return [event or next(rest) for event in self.found]


def _refusals(kind: type[Refused]) -> set[type[Refused]]:
    return {kind}.union(*(_refusals(below) for below in kind.__subclasses__()))


# The writer's side


def serve(commands: IO[bytes], answers: socket.socket) -> None:
    """Write batches until there are no more."""
    first = _read(commands)
    if first is None:
        return
    setup = msgspec.msgpack.decode(first, type=Setup)
    said: list[tuple[str, str]] = []

    @implementer(ILogObserver)
    def observe(event: LogEvent) -> None:
        said.append((event["log_level"].name, eventAsText(event, includeTimestamp=False)))

    globalLogBeginner.beginLoggingTo([observe], redirectStandardIO=False, discardBuffer=True)
    engine = make_engine(setup.database)
    turn = Turnstile(Path(setup.turns)).turn if setup.turns else nullcontext
    store = Store(engine, _never, _never, turn)
    writer = LogWriter(store, lambda: time.time_ns() // 1_000_000, setup.edit_limit)
    decode = msgspec.msgpack.Decoder(list[Plain]).decode
    # Their origins hear of it in the daemon.
    nobody: Any = None
    while (batch := _read(commands)) is not None:
        drafts = [
            Draft(d.kind, d.scope, d.sender, d.target, d.body, nobody, d.subject, d.device, d.counter)
            for d in decode(batch)
        ]
        answer = _encode(_told(writer.write(drafts), said))
        said.clear()
        answers.sendall(len(answer).to_bytes(_PREFIX, "big") + answer)
    engine.dispose()


def _told(outcomes: list[Outcome], said: list[tuple[str, str]]) -> Written:
    again = [place for place, outcome in enumerate(outcomes) if type(outcome) is Duplicate]
    return Written([found if type(found) is Event else _of_other(found) for found in outcomes], again, said)


def _of_other(outcome: Outcome) -> Event | str:
    if isinstance(outcome, Duplicate):
        return outcome.event
    assert isinstance(outcome, Refused)
    return outcome.code


def _read(commands: IO[bytes]) -> bytes | None:
    """@return: the next message, or None if there is none: the daemon has closed the socket, or is dead."""
    try:
        prefix = commands.read(_PREFIX)
        size = int.from_bytes(prefix, "big")
        message = commands.read(size) if len(prefix) == _PREFIX else b""
    except ConnectionError:
        return None
    return message if message and len(message) == size else None


def _never(*_: object, **__: object) -> Any:
    raise AssertionError("there are no threads here")


def main() -> None:
    """Run a writer; its socket is the standard input."""
    # The daemon is told to stop, and closes the socket when it needs no writer any more.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    with (
        socket.socket(fileno=os.dup(0)) as answers,
        answers.makefile("rb") as commands,
        # When the daemon is gone, what was written is in the log.
        suppress(ConnectionError),
    ):
        serve(commands, answers)


if __name__ == "__main__":
    main()
