"""
The log's writer in a process of its own.

An interpreter does one thing at a time. With the writer in a thread of the reactor's process, each of the two waited
for the other, and together they used little more than one core. So batches go over a socket to a process that does
nothing but write them, one at a time; its answers come back as an event of the reactor.

Each message is its length, 4 bytes big-endian, and MessagePack::

    daemon                                       writer
    Setup                                    ->
                                             <-  Written, of nothing: it is ready
    a batch: an array of Plain               ->
                                             <-  Written: an outcome for each, and what is for the log
    end of file: stop

What changes other tables together with its event (C{Draft.change}) is a function of the daemon, and rare: such a batch
is written in the daemon's own writer thread. So is every batch while the process is not there yet, or not any more. The
store's write lock keeps the two apart, and the log tells each what the other did.
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
from typing import IO, Any, TypeVar

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
"""Seconds after which a process that ended is replaced."""

LARGEST = 1 << 30
"""Bytes of a message; a batch is bounded by its number of drafts and their size."""

T = TypeVar("T")

Write = Callable[[Sequence[Draft]], Deferred[list[Outcome]]]
"""Writes a batch; see L{LogWriter.write}. Never fails."""


class Setup(msgspec.Struct, array_like=True):
    """
    What a writer needs to know.

    @ivar database: the store's URL; it may have a password in it.
    @ivar turns: the directory of the L{Turnstile}, where writers need one.
    @ivar edit_limit: see L{LogWriter}; as is C{contacts_only}.
    """

    database: str
    turns: str | None
    edit_limit: int
    contacts_only: bool = False


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
    Starts the process, and another when it ends. What it was about to write then is looked up in the log, and written
    if it is not there.

    @param setup: of the writer.
    @param reactor: of the daemon.
    @param here: writes a batch in the daemon's own writer thread.
    @param look_up: see L{hichat.ledger.writer.find_written}.
    @param position: up to where everything in the log is known: what is yet to be written lies behind it.
    @param command: what to run; for tests.
    @ivar ready: whether the process takes batches; until then the daemon's thread does.
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
        self.ready = False
        self._again: IDelayedCall | None = None
        # What is to be written, in order. Of that, so many have been handed on: all of them to the process, or one to
        # the thread.
        self._batches: deque[_Batch] = deque()
        self._under_way = 0

    @property
    def pid(self) -> int | None:
        """The process's id; None: there is none at the moment."""
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        """Start the process."""
        self._again = None
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
        if self._again is not None:
            self._again.cancel()
        process, self._process = self._process, None
        if process is None:
            return
        if self._channel is not None:
            # At once: the reactor closes it in a turn of its own.
            self._channel.transport.getHandle().shutdown(socket.SHUT_RDWR)
            self._channel.transport.loseConnection()
        try:
            # It ends by itself, when it has read the end of the file.
            process.wait(1)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def write(self, drafts: Sequence[Draft]) -> Deferred[list[Outcome]]:
        """See L{LogWriter.write}. Batches are written in the order of the calls."""
        batch = _Batch(drafts)
        self._batches.append(batch)
        self._go_on()
        return batch.answer

    def _go_on(self) -> None:
        """Hand on what may be handed on."""
        while self._under_way < len(self._batches):
            batch = self._batches[self._under_way]
            here = not self.ready or any(draft.change is not None for draft in batch.drafts)
            if self._under_way and (here or self._batches[0].is_here):
                return
            self._under_way += 1
            batch.is_here = here
            if here:
                self._here(batch.missing()).addBoth(self._end_here)
            else:
                self._send(batch)

    def _send(self, batch: _Batch) -> None:
        assert self._channel is not None
        batch.since = self._position()
        plain = [
            (int(d.kind), int(d.scope), d.sender, d.target, d.body, d.subject, d.device, d.counter)
            for d in batch.missing()
        ]
        self._channel.sendString(_encode(plain))

    def _answered(self, message: bytes) -> None:
        written = self._decode(message)
        for level, text in written.said:
            self._log.emit(LogLevel.levelWithName(level), "{text}", text=text)
        if not self.ready:
            self.ready = True
            self._go_on()
            return
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
        self._under_way -= 1
        batch = self._batches.popleft()
        batch.answer.callback(batch.with_missing(outcomes))
        self._go_on()

    def _end_here(self, outcomes: list[Outcome] | Failure) -> None:
        if isinstance(outcomes, Failure):
            self._log.failure("the writer failed", outcomes)
            outcomes = [NotStored() for _ in self._batches[0].missing()]
        self._end(outcomes)

    # When it ends

    def _lost(self) -> None:
        self._channel, self.ready = None, False
        if self._process is None:
            return
        status = self._process.wait()
        self._process = None
        how = f"signal {-status}" if status < 0 else f"exit status {status}"
        self._log.error("the log's writer ended ({how}) and is started again in {pause} s", how=how, pause=AGAIN)
        self._again = self._reactor.callLater(AGAIN, self.start)
        lost = [batch for batch in list(self._batches)[: self._under_way] if not batch.is_here]
        if lost:
            # All at once: somebody may have said the same in two of them. And under the store's lock, in the writer's
            # thread: so the dead process's transaction is over.
            drafts = [draft for batch in lost for draft in batch.missing()]
            looking = self._look_up(lost[0].since, drafts)
            looking.addCallbacks(self._found, self._not_found, callbackArgs=(lost,), errbackArgs=(lost,))

    def _found(self, found: list[Event | None], lost: list[_Batch]) -> None:
        rest = iter(found)
        for batch in lost:
            batch.found = batch.with_missing([next(rest) for _ in batch.missing()])
        self._under_way = 0
        self._go_on()

    def _not_found(self, failure: Failure, lost: list[_Batch]) -> None:
        self._log.failure("{count} batches may be stored or not", failure, count=len(lost))
        for batch in lost:
            self._end([NotStored() for _ in batch.missing()])


class _Batch:
    """
    A batch on its way.

    @ivar is_here: whether it is with the daemon's thread.
    @ivar since: where the log ended, or before it, when the process was given it.
    @ivar found: what of it was in the log when the process had died: for each draft its event, or None.
    """

    def __init__(self, drafts: Sequence[Draft]) -> None:
        self.drafts = drafts
        self.is_here = False
        self.since = 0
        self.found: list[Event | None] | None = None
        self.answer: Deferred[list[Outcome]] = Deferred()

    def missing(self) -> Sequence[Draft]:
        """@return: what is yet to be written."""
        if self.found is None:
            return self.drafts
        return [draft for draft, event in zip(self.drafts, self.found, strict=True) if event is None]

    def with_missing(self, outcomes: list[T]) -> list[T | Event]:
        """
        @param outcomes: of what was missing.
        @return: those of all drafts.
        """
        if self.found is None:
            return [*outcomes]
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
    writer = LogWriter(store, lambda: time.time_ns() // 1_000_000, setup.edit_limit, setup.contacts_only)
    decode = msgspec.msgpack.Decoder(list[Plain]).decode
    # Their origins hear of it in the daemon.
    nobody: Any = None
    _tell(answers, Written([]))
    while (batch := _read(commands)) is not None:
        drafts = [
            Draft(d.kind, d.scope, d.sender, d.target, d.body, nobody, d.subject, d.device, d.counter)
            for d in decode(batch)
        ]
        _tell(answers, _told(writer.write(drafts), said))
        said.clear()
    engine.dispose()


def _tell(answers: socket.socket, written: Written) -> None:
    answer = _encode(written)
    answers.sendall(len(answer).to_bytes(_PREFIX, "big") + answer)


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
