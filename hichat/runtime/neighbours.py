"""
What the workers of a host tell each other beside the log: who is online, what counts against a limit.

Each worker has a socket to the supervisor, which hands on what one says to all of them, to the sender as well: so all
hear everything in the same order. The plane does not carry this, because it may lose what it carries; and the log's
writer does not, because it waits for the disk. Nothing here is stored. A worker that comes is told the state of the
others by each of them; one that goes takes its state along.

Each message is a MessagePack array: whom it is for, or who says it; a topic; and what is said. See
L{hichat.runtime.channel} for how it travels.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from twisted.logger import Logger
from twisted.python.threadable import isInIOThread
from zope.interface import implementer

from hichat.core.ports import INeighbours
from hichat.runtime.channel import ProcessChannel, adopt, framed

ALL_WORKERS = -1
"""Stands for all workers in place of a number."""

SUPERVISOR = -2
"""Stands for the supervisor in place of a number: no worker hears it."""

CAME = "came"
GONE = "gone"
"""The topics by which the supervisor says that a worker has come, or is gone."""

UNREAD_LIMIT = 16 * 1024 * 1024
"""The most bytes that wait for a worker which does not read. One with more is let go, and ends when it reads that."""

TELL_INTERVAL = 0.1
"""Seconds in which L{SharedCounts} gathers what it tells."""


class WorkerSaid(msgspec.Struct, array_like=True):
    """
    A message.

    @ivar worker: from a worker: for whom it is. To a worker: who says it.
    """

    worker: int
    topic: str
    body: msgspec.Raw = msgspec.Raw(b"\xc0")


_decode = msgspec.msgpack.Decoder(WorkerSaid).decode


class Switchboard:
    """
    The supervisor's side.

    @param reactor: the supervisor's.
    @ivar heard: called with a worker's number, a topic and what the worker says to the supervisor.
    @ivar gone: called with the number of a worker that is gone.
    """

    _log = Logger()

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor
        self._lines: dict[int, _Line] = {}
        self.heard: Callable[[int, str, msgspec.Raw], object] = lambda number, topic, body: None
        self.gone: Callable[[int], object] = lambda number: None

    def connect(self, number: int) -> socket.socket:
        """
        A worker is about to start.

        @return: its end of the socket, which the caller closes when the worker has it.
        """
        old = self._lines.get(number)
        if old is not None:
            self._lost(number, old)
        ours, theirs = socket.socketpair()
        line = _Line(lambda message: self._hand_on(number, line, message), lambda line: self._lost(number, line))
        with ours:
            adopt(self._reactor, ours, line)
        for other in self._lines:
            line.send(WorkerSaid(other, CAME))
        self._lines[number] = line
        self._tell(ALL_WORKERS, WorkerSaid(number, CAME))
        return theirs

    def ask(self, topic: str) -> None:
        """Ask all workers something; they answer to the supervisor."""
        self._tell(ALL_WORKERS, WorkerSaid(SUPERVISOR, topic))

    def _hand_on(self, number: int, line: ProcessChannel, message: bytes) -> None:
        if self._lines.get(number) is not line:
            # It was let go while it still spoke; all have heard that it is gone.
            return
        said = _decode(message)
        to, said.worker = said.worker, number
        if to == SUPERVISOR:
            self.heard(number, said.topic, said.body)
        else:
            self._tell(to, said)

    def _tell(self, to: int, said: WorkerSaid) -> None:
        data = framed(said)
        for number, line in self._lines.items():
            if to in (ALL_WORKERS, number):
                line.pass_on(data)
        for number, line in [each for each in self._lines.items() if each[1].unread > UNREAD_LIMIT]:
            self._log.error(
                "worker {number} does not read what the others say: it is let go, and starts anew when it goes on",
                number=number,
            )
            self._lost(number, line)

    def _lost(self, number: int, line: ProcessChannel) -> None:
        if self._lines.get(number) is not line:
            return
        del self._lines[number]
        line.transport.abortConnection()
        self.gone(number)
        self._tell(ALL_WORKERS, WorkerSaid(number, GONE))


class _Line(ProcessChannel):
    """
    The socket to a worker, which may be slow to read.

    @ivar unread: about how many bytes wait for it.
    """

    def __init__(self, heard: Callable[[bytes], None], lost: Callable[[ProcessChannel], None]) -> None:
        super().__init__(heard, lost)
        self.unread = 0
        self._is_full = False

    def connectionMade(self) -> None:
        """See L{ProcessChannel}."""
        super().connectionMade()
        self.transport.registerProducer(self, True)

    def pauseProducing(self) -> None:
        """The worker is slow to read."""
        self._is_full = True

    def resumeProducing(self) -> None:
        """It has read everything."""
        self._is_full, self.unread = False, 0

    def stopProducing(self) -> None:
        """It is gone."""

    def pass_on(self, data: bytes) -> None:
        """Send it a message that is framed already."""
        if self._is_full:
            self.unread += len(data)
        self.send_framed(data)


@implementer(INeighbours)
class Neighbours:
    """
    A worker's side.

    @param number: this worker's.
    @param reactor: the worker's.
    """

    def __init__(self, number: int, reactor: Any) -> None:
        self.number = number
        self._reactor = reactor
        self._channel = ProcessChannel(self._heard, lambda _: self._lost())
        self._lost: Callable[[], None] = lambda: None
        self._followers: dict[str, Callable[[int, Any], object]] = {}
        self._of_comings: list[Callable[[int], object]] = []
        self._of_goings: list[Callable[[int], object]] = []

    def connect(self, end: socket.socket, lost: Callable[[], None]) -> None:
        """
        Begin to hear and to tell, by the socket that the supervisor has given to this worker.

        @param lost: called when the socket is closed: the others do not know this worker any more, nor it them.
        """
        self._lost = lost
        with end:
            adopt(self._reactor, end, self._channel)

    def tell(self, topic: str, said: Any, to: int = ALL_WORKERS) -> None:
        """See L{INeighbours.tell}."""
        if self._channel.transport is not None:
            self._channel.send((to, topic, said))

    def follow(self, topic: str, heard: Callable[[int, Any], object], kind: Any, echo: bool = False) -> None:
        """See L{INeighbours.follow}."""
        assert topic not in self._followers, f"{topic} is followed twice"
        decode = msgspec.msgpack.Decoder(kind).decode

        def hear(number: int, body: msgspec.Raw) -> None:
            if echo or number != self.number:
                heard(number, decode(body))

        self._followers[topic] = hear

    def follow_workers(self, came: Callable[[int], object], gone: Callable[[int], object]) -> None:
        """See L{INeighbours.follow_workers}."""
        self._of_comings.append(came)
        self._of_goings.append(gone)

    def _heard(self, message: bytes) -> None:
        said = _decode(message)
        if said.topic in (CAME, GONE):
            if said.worker != self.number:
                for call in self._of_comings if said.topic == CAME else self._of_goings:
                    call(said.worker)
        elif said.topic in self._followers:
            self._followers[said.topic](said.worker, said.body)


@implementer(INeighbours)
class Alone:
    """The neighbours of a daemon that has none."""

    number = 0

    def tell(self, topic: str, said: Any, to: int = ALL_WORKERS) -> None:
        """Nobody hears it."""

    def follow(self, topic: str, heard: Callable[[int, Any], object], kind: Any, echo: bool = False) -> None:
        """Nobody says anything."""

    def follow_workers(self, came: Callable[[int], object], gone: Callable[[int], object]) -> None:
        """Nobody comes or goes."""


ALONE = Alone()
"""It has no state, so all may have the same."""


class SharedCounts:
    """
    Counts, by key, that the neighbours add to theirs. They are gathered for a moment: there may be one a message.

    @param topic: under which they are told.
    @param add: called with the neighbours' counts.
    @param kind: the type of the keys and counts.
    """

    def __init__(
        self,
        neighbours: INeighbours,
        clock: Any,
        topic: str,
        add: Callable[[Mapping[Any, float]], object],
        kind: Any,
    ) -> None:
        self._neighbours = neighbours
        self._clock = clock
        self._topic = topic
        self._gathered: dict[Any, float] = {}
        self._is_alone = isinstance(neighbours, Alone)
        neighbours.follow(topic, lambda number, counts: add(counts), kind)

    def count(self, key: Any, count: float) -> None:
        """Tell the neighbours of so many more, soon. Any thread may call this."""
        if self._is_alone:
            return
        if not isInIOThread():
            self._clock.callFromThread(self.count, key, count)
            return
        if not self._gathered:
            self._clock.callLater(TELL_INTERVAL, self._tell)
        self._gathered[key] = self._gathered.get(key, 0) + count

    def _tell(self) -> None:
        gathered, self._gathered = self._gathered, {}
        self._neighbours.tell(self._topic, gathered)
