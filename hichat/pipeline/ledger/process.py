"""
The batches of a daemon, on their way to the log's writer and back.

With the writer in a thread of the reactor's process, each of the two waited for the other, and together they used
little more than one core. So batches go to a process that does nothing but write them: L{hichat.pipeline.ledger.hub}.
A daemon has one of its own (L{WriterProcess}). Several workers share one, which their supervisor starts (L{Hub}): so
there is one writer, whose commits have the drafts of all of them, and no worker reads what another one has written.

A draft that changes other tables together with its event (C{Draft.change}) has a function of the daemon, and is rare: a
batch with one is written in the daemon's own writer thread. So is every batch while the process does not run. The
store's write lock keeps the writers apart, and each learns from the log what the others have written.

When the process dies, its L{receipts} tell which drafts of its batches were written; the others are written anew.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from hichat.core.drafts import Draft, Outcome
from hichat.core.errors import NotStored, Refused
from hichat.pipeline.ledger import receipts
from hichat.pipeline.ledger.exchange import WriteAnswer, WriterSetup, asked
from hichat.pipeline.ledger.gate import Write
from hichat.pipeline.ledger.receipts import BatchName, BatchNames
from hichat.runtime.child import ANSWER_DEADLINE, RestartedChild, repeat
from hichat.runtime.link import Link

RECEIPTS_TRIES = 60
"""The number of tries to read a dead process's receipts from a store that fails."""

RECEIPTS_PAUSE = 1.0
"""Seconds between two of these tries."""

MODULE = "hichat.pipeline.ledger.hub"
"""The module that runs in the process."""

WRITER_NAME = "the log's writer"
"""The process's name in the daemon's log."""


class Batches:
    """
    The batches of a daemon. It gives them to the process, or to the daemon's own writer thread.

    @param names: names the batches that the process gets.
    @param clock: the reactor.
    @param here: writes a batch in the daemon's own writer thread.
    @param locked: runs a query in that thread, in a transaction that holds the store's write lock.
    @param find: makes the way to the process; it calls the first function with each message of the process, and the
        second when the process has ended.
    @ivar epoch: gives the log's epoch as this daemon knows it.
    @ivar process: the way to the process.
    @ivar ready: whether the process takes batches; otherwise the daemon's thread does.
    """

    _log = Logger()

    def __init__(
        self,
        names: BatchNames,
        clock: IReactorTime,
        here: Write,
        locked: Callable[..., Deferred[Any]],
        find: Callable[[Callable[[bytes], None], Callable[[], None]], LogProcess],
    ) -> None:
        self.epoch: Callable[[], str] = lambda: ""
        self.names = names
        self._clock = clock
        self._here = here
        self._locked = locked
        self._decode = msgspec.msgpack.Decoder(WriteAnswer).decode
        self._refusals = {kind.code: kind for kind in _refusals(Refused)}
        self.process = find(self._heard, self._lost)
        self.ready = False
        # The batches to be written, in order. The first _under_way of them were handed over: all to the process, or
        # one to the thread.
        self._batches: deque[_Batch] = deque()
        self._under_way = 0
        # The batches of a dead process whose outcomes are not known yet. Meanwhile no batch is handed over.
        self._lost_batches: list[_Batch] = []

    def write(self, drafts: Sequence[Draft]) -> Deferred[list[Outcome]]:
        """See L{LogWriter.write}. Batches are written in the order of the calls; a batch without drafts is a probe."""
        batch = _Batch(drafts)
        self._batches.append(batch)
        self._go_on()
        return batch.answer

    def _go_on(self) -> None:
        """Hand over the next batches, to the process or to the thread, as far as the order allows."""
        while not self._lost_batches and self._under_way < len(self._batches):
            batch = self._batches[self._under_way]
            here = not (self.ready and self.process.is_there) or any(draft.change is not None for draft in batch.drafts)
            if self._under_way and (here or self._batches[0].is_here):
                return
            self._under_way += 1
            batch.is_here = here
            if here:
                self._here(batch.rest()).addBoth(self._end_here)
            else:
                self._send(batch)

    def _send(self, batch: _Batch) -> None:
        batch.name = self.names.next()
        self.process.ask(asked(batch.name, batch.rest(), self.epoch()))

    def _heard(self, message: bytes) -> None:
        """The answer to a batch has come; the first answer tells that the process is ready."""
        written = self._decode(message)
        repeat(self._log, written.said)
        if self.ready:
            self._end(written.unpacked(self._refusals))
        else:
            self.ready = True
            self._go_on()

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

    # The end of the process

    def _lost(self) -> None:
        """The process has ended."""
        self.ready = False
        self._give_up_probes()
        if not self._lost_batches and self._under_way and not self._batches[0].is_here:
            self._lost_batches = list(self._batches)[: self._under_way]
            self._look_up(RECEIPTS_TRIES)

    def _give_up_probes(self) -> None:
        """Fail the probes that the process had: a probe has no receipt."""
        if not self._under_way or self._batches[0].is_here:
            return
        had = list(self._batches)[: self._under_way]
        probes = [batch for batch in had if not batch.drafts]
        for batch in probes:
            self._batches.remove(batch)
        self._under_way -= len(probes)
        for batch in probes:
            batch.answer.callback([NotStored()])

    def _look_up(self, tries: int) -> None:
        lost = [(batch.name, batch.rest()) for batch in self._lost_batches]
        looking = self._locked(receipts.read, lost, self._refusals)
        looking.addCallbacks(self._found, self._not_found, errbackArgs=(tries,))

    def _found(self, found: list[list[Outcome]]) -> None:
        lost, self._lost_batches = self._lost_batches, []
        self._under_way = 0
        for batch, outcomes in zip(lost, found, strict=True):
            batch.settled += outcomes
        # Only the first batches can be whole: the process had them one after the other.
        whole = [self._batches.popleft() for batch in lost if not batch.rest()]
        for batch in whole:
            batch.answer.callback(batch.settled)
        self._go_on()

    def _not_found(self, failure: Failure, tries: int) -> None:
        if tries:
            # Ask again: the store may be back then.
            self._clock.callLater(RECEIPTS_PAUSE, self._look_up, tries - 1)
            return
        lost, self._lost_batches = self._lost_batches, []
        self._log.failure('{count} batches are in doubt; their senders are told "not stored"', failure, count=len(lost))
        for batch in lost:
            self._end([NotStored("doubt") for _ in batch.rest()])


class WriterProcess(RestartedChild):
    """
    A daemon's own writer.

    @param setup: the settings of the writer.
    @param reactor: see L{RestartedChild}; as are C{command} and C{deadline}.
    @param heard: see L{Batches}; as is C{lost}.
    """

    name = WRITER_NAME
    module = MODULE
    answers_setup = True

    def __init__(
        self,
        setup: WriterSetup,
        reactor: Any,
        heard: Callable[[bytes], None],
        lost: Callable[[], None],
        command: Sequence[str] | None = None,
        deadline: float = ANSWER_DEADLINE,
    ) -> None:
        super().__init__(setup, reactor, command, deadline)
        self._tell_heard = heard
        self._tell_lost = lost

    def heard(self, message: bytes) -> None:
        """See L{RestartedChild.heard}."""
        self._tell_heard(message)

    def lost(self) -> None:
        """See L{RestartedChild.lost}."""
        self._tell_lost()


LogProcess = WriterProcess | Link
"""The way to the log's writer: to a daemon's own, or to the one of all workers."""


class Hub(RestartedChild):
    """The writer of all workers, as their supervisor sees it: it starts it, and says nothing more to it."""

    name = WRITER_NAME
    module = MODULE
    answers_setup = True
    # Without it each worker writes by itself, and reads what the others have written.
    longest_pause = 2.0

    def heard(self, message: bytes) -> None:
        """It is ready."""

    def lost(self) -> None:
        """It has ended: the workers learn that by themselves."""


class _Batch:
    """
    A batch on its way.

    @ivar is_here: whether the daemon's thread writes it.
    @ivar name: the name under which the process got it last.
    @ivar settled: the outcomes of its first drafts, which a dead process has written.
    """

    def __init__(self, drafts: Sequence[Draft]) -> None:
        self.drafts = drafts
        self.is_here = False
        self.name = BatchName(0, 0, 0)
        self.settled: list[Outcome] = []
        self.answer: Deferred[list[Outcome]] = Deferred()

    def rest(self) -> Sequence[Draft]:
        """@return: the drafts that are not written yet."""
        return self.drafts[len(self.settled) :] if self.settled else self.drafts


def _refusals(kind: type[Refused]) -> set[type[Refused]]:
    return {kind}.union(*(_refusals(below) for below in kind.__subclasses__()))
