"""
The log's writer in a process of its own.

An interpreter does one thing at a time. With the writer in a thread of the reactor's process, each of the two waited
for the other, and together they used little more than one core. So batches go over a socket to a process that does
nothing but write them, one at a time; its answers come back as an event of the reactor.

Each message is its length, 4 bytes big-endian, and MessagePack::

    daemon                                       writer
    Setup                                    ->
                                             <-  Written, of nothing: it is ready
    Wanted: a batch                          ->
                                             <-  Written: an outcome for each, and what is for the log
    end of file: stop

What changes other tables together with its event (C{Draft.change}) is a function of the daemon, and rare: such a batch
is written in the daemon's own writer thread. So is every batch while the process is not there yet, or not any more. The
store's write lock keeps the two apart, and the log tells each what the other did.

When the process dies, its L{receipts} say what it did with the batches that it had; the rest of them is written anew.
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
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.tcp import Connection
from twisted.logger import ILogObserver, LogEvent, Logger, LogLevel, eventAsText, globalLogBeginner
from twisted.python.failure import Failure
from zope.interface import implementer

from hichat.errors import NotStored, Refused
from hichat.events import Draft, Duplicate, Event, Kind, Outcome, Scope
from hichat.ledger import receipts
from hichat.ledger.receipts import Name, Receipt
from hichat.ledger.writer import LogWriter
from hichat.storage.engine import make_engine
from hichat.storage.store import Store
from hichat.storage.turnstile import Turnstile

AGAIN = 1.0
"""Seconds after which a process that ended is replaced."""

LAST_WORDS = 1.0
"""Seconds that a process has to end by itself when its socket is closed."""

PATIENCE = 60
"""How often, so many seconds apart, a store that fails is asked what a dead process did."""

Write = Callable[[Sequence[Draft]], Deferred[list[Outcome]]]
"""Writes a batch; see L{LogWriter.write}. Never fails."""


class Setup(msgspec.Struct, array_like=True):
    """
    What a writer needs to know.

    @ivar database: the store's URL; it may have a password in it.
    @ivar turns: the directory of the L{Turnstile}, where writers need one.
    @ivar worker: see L{receipts.Name}; as is C{incarnation}.
    @ivar edit_limit: see L{LogWriter}; as is C{contacts_only}.
    """

    database: str
    turns: str | None
    worker: int
    incarnation: int
    edit_limit: int
    contacts_only: bool


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


class Wanted(msgspec.Struct, array_like=True):
    """
    A batch.

    @ivar number: see L{receipts.Name}.
    """

    number: int
    drafts: list[Plain]


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


class _Channel(Protocol):
    """The daemon's end of the socket. A message may be megabytes: its pieces are joined once."""

    transport: Connection

    def __init__(self, answered: Callable[[bytes], None], lost: Callable[[], None]) -> None:
        self._answered = answered
        self._lost = lost
        self._pieces: list[bytes] = []
        self._size = 0
        self._wanted = _PREFIX

    def send(self, message: Any) -> None:
        """Send a message."""
        data = _encode(message)
        self.transport.write(len(data).to_bytes(_PREFIX, "big") + data)

    def dataReceived(self, data: bytes) -> None:
        """A piece came."""
        self._pieces.append(data)
        self._size += len(data)
        while self._size >= self._wanted:
            data = b"".join(self._pieces)
            self._wanted = _PREFIX + int.from_bytes(data[:_PREFIX], "big")
            message, rest = data[_PREFIX : self._wanted], data[self._wanted :]
            if len(data) < self._wanted:
                self._pieces = [data]
                return
            self._pieces, self._size, self._wanted = [rest], len(rest), _PREFIX
            self._answered(message)

    def connectionLost(self, reason: Any = None) -> None:
        """The writer is gone."""
        self._lost()


class WriterProcess:
    """
    Starts the process, and another when it ends.

    @param setup: of the writer.
    @param reactor: of the daemon.
    @param here: writes a batch in the daemon's own writer thread.
    @param locked: runs a query there, in a transaction that holds the store's write lock.
    @param command: what to run; for tests.
    @ivar ready: whether the process takes batches; until then the daemon's thread does.
    """

    _log = Logger()

    def __init__(
        self,
        setup: Setup,
        reactor: Any,
        here: Write,
        locked: Callable[..., Deferred[Any]],
        command: Sequence[str] = (sys.executable, "-m", "hichat.ledger.process"),
    ) -> None:
        self._setup = setup
        self._reactor = reactor
        self._here = here
        self._locked = locked
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
        self._number = 0
        # The process has died, and what became of these is not known yet: nothing else is handed on.
        self._lost_batches: list[_Batch] = []

    @property
    def pid(self) -> int | None:
        """The process's id; None: there is none at the moment."""
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        """Start the process; if that fails, try again later."""
        self._again = None
        try:
            self._start()
        except OSError as e:
            self._log.error(
                "the log's writer cannot be started: {cause}; trying again in {pause} s", cause=e, pause=AGAIN
            )
            self._end_process()
            self._again = self._reactor.callLater(AGAIN, self.start)

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        with ours, theirs:
            self._process = _spawn(self._command, theirs)
            ours.setblocking(False)
            factory = Factory.forProtocol(lambda: _Channel(self._answered, self._lost))
            factory.noisy = False
            # The reactor makes file descriptors of its own.
            transport = self._reactor.adoptStreamConnection(ours.fileno(), socket.AF_UNIX, factory)
        self._channel = transport.protocol
        self._channel.send(self._setup)

    def stop(self) -> None:
        """End the process; nothing is under way any more. May be called again."""
        if self._again is not None:
            self._again.cancel()
            self._again = None
        if self._channel is not None:
            channel, self._channel = self._channel, None
            # At once: the reactor closes it in a turn of its own.
            with suppress(OSError):
                channel.transport.getHandle().shutdown(socket.SHUT_RDWR)
            channel.transport.loseConnection()
        self._end_process(LAST_WORDS)

    def _end_process(self, patience: float = 0.0) -> str:
        """@return: how it ended, and what it said last."""
        process, self._process = self._process, None
        if process is None:
            return ""
        try:
            # It ends by itself, when it has read the end of the file.
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert process.stderr is not None
        with process.stderr:
            said = process.stderr.read().decode(errors="replace").strip()
        status = process.returncode
        return (f"signal {-status}" if status < 0 else f"exit status {status}") + (f": {said}" if said else "")

    def write(self, drafts: Sequence[Draft]) -> Deferred[list[Outcome]]:
        """See L{LogWriter.write}. Batches are written in the order of the calls."""
        batch = _Batch(drafts)
        self._batches.append(batch)
        self._go_on()
        return batch.answer

    def _go_on(self) -> None:
        """Hand on what may be handed on."""
        while not self._lost_batches and self._under_way < len(self._batches):
            batch = self._batches[self._under_way]
            here = not self.ready or any(draft.change is not None for draft in batch.drafts)
            if self._under_way and (here or self._batches[0].is_here):
                return
            self._under_way += 1
            batch.is_here = here
            if here:
                self._here(batch.rest()).addBoth(self._end_here)
            else:
                self._send(batch)

    def _send(self, batch: _Batch) -> None:
        assert self._channel is not None
        self._number += 1
        batch.name = Name(self._setup.worker, self._setup.incarnation, self._number)
        plain = [
            (int(d.kind), int(d.scope), d.sender, d.target, d.body, d.subject, d.device, d.counter)
            for d in batch.rest()
        ]
        self._channel.send((self._number, plain))

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
        batch.answer.callback(batch.settled + outcomes)
        self._go_on()

    def _end_here(self, outcomes: list[Outcome] | Failure) -> None:
        if isinstance(outcomes, Failure):
            self._log.failure("the writer failed", outcomes)
            outcomes = [NotStored() for _ in self._batches[0].rest()]
        self._end(outcomes)

    # When it ends

    def _lost(self) -> None:
        if self._channel is None:
            return
        self._channel, self.ready = None, False
        how = self._end_process(LAST_WORDS)
        self._log.error("the log's writer ended ({how}) and is started again in {pause} s", how=how, pause=AGAIN)
        self._again = self._reactor.callLater(AGAIN, self.start)
        if not self._lost_batches and self._under_way and not self._batches[0].is_here:
            self._lost_batches = list(self._batches)[: self._under_way]
            self._look_up(PATIENCE)

    def _look_up(self, tries: int) -> None:
        lost = [(batch.name, batch.rest()) for batch in self._lost_batches]
        looking = self._locked(receipts.read, lost, self._refusals)
        looking.addCallbacks(self._found, self._not_found, errbackArgs=(tries,))

    def _found(self, found: list[list[Outcome]]) -> None:
        lost, self._lost_batches = self._lost_batches, []
        self._under_way = 0
        for batch, outcomes in zip(lost, found, strict=True):
            batch.settled += outcomes
        # The first ones, if any: the process had them one after the other.
        whole = [self._batches.popleft() for batch in lost if not batch.rest()]
        for batch in whole:
            batch.answer.callback(batch.settled)
        self._go_on()

    def _not_found(self, failure: Failure, tries: int) -> None:
        if tries:
            # It is known again when the store is there again.
            self._reactor.callLater(AGAIN, self._look_up, tries - 1)
            return
        lost, self._lost_batches = self._lost_batches, []
        self._log.failure("{count} batches may be stored or not; that they are not is said", failure, count=len(lost))
        for batch in lost:
            self._end([NotStored() for _ in batch.rest()])


def _spawn(command: Sequence[str], channel: socket.socket) -> subprocess.Popen[bytes]:
    """
    @return: the process, with the socket as its standard input; what it says on its way out can be read. No signal but
        KILL reaches it: what a terminal or a service manager sends is for the daemon, which then closes the socket.
    """
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
    try:
        return subprocess.Popen(  # noqa: S603
            command,
            stdin=channel.fileno(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)},
        )
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)


class _Batch:
    """
    A batch on its way.

    @ivar is_here: whether it is with the daemon's thread.
    @ivar name: of what the process was given last.
    @ivar settled: outcomes of its first drafts, from a process that has died.
    """

    def __init__(self, drafts: Sequence[Draft]) -> None:
        self.drafts = drafts
        self.is_here = False
        self.name = Name(0, 0, 0)
        self.settled: list[Outcome] = []
        self.answer: Deferred[list[Outcome]] = Deferred()

    def rest(self) -> Sequence[Draft]:
        """@return: what is yet to be written."""
        return self.drafts[len(self.settled) :] if self.settled else self.drafts


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
    decode = msgspec.msgpack.Decoder(Wanted).decode
    # Their origins hear of it in the daemon.
    nobody: Any = None
    _tell(answers, Written([]))
    while (batch := _read(commands)) is not None:
        wanted = decode(batch)
        drafts = [
            Draft(d.kind, d.scope, d.sender, d.target, d.body, nobody, d.subject, d.device, d.counter)
            for d in wanted.drafts
        ]
        receipt = Receipt(Name(setup.worker, setup.incarnation, wanted.number))
        _tell(answers, _told(writer.write(drafts, receipt), said))
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
    with (
        socket.socket(fileno=os.dup(0)) as answers,
        answers.makefile("rb") as commands,
        # When the daemon is gone, what was written is in the log.
        suppress(ConnectionError),
    ):
        serve(commands, answers)


if __name__ == "__main__":
    main()
