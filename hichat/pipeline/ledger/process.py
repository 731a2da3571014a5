"""
The log's writer in a process of its own.

With the writer in a thread of the reactor's process, each of the two waited for the other, and together they used
little more than one core. So batches go to a L{hichat.runtime.child} that does nothing but write them, one at a
time; its answers come back as an event of the reactor::

    daemon                                       writer
    WriterSetup                              ->
                                             <-  Written, without outcomes: it is ready
    WriteRequest: a batch                    ->
                                             <-  Written: an outcome for each draft, and lines for the log
    end of file: stop

A draft that changes other tables together with its event (C{Draft.change}) has a function of the daemon, and is rare: a
batch with one is written in the daemon's own writer thread. So is every batch while the process does not run. The
store's write lock keeps the two writers apart, and each learns from the log what the other has written.

When the process dies, its L{receipts} tell which drafts of its batches were written; the others are written anew.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import msgspec
from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from hichat.core.drafts import Draft, Duplicate, Outcome
from hichat.core.errors import NotStored, Refused, TooManyStrangers
from hichat.core.events import Event, Scope
from hichat.core.kinds import Kind
from hichat.pipeline.ledger import receipts
from hichat.pipeline.ledger.receipts import BatchName, BatchReceipt
from hichat.pipeline.ledger.writer import LogWriter
from hichat.runtime.child import ANSWER_DEADLINE, Daemon, RestartedChild, Said, collect_log, no_threads, run
from hichat.runtime.limits import NO_LIMIT, Rate
from hichat.storage.engine import make_engine
from hichat.storage.store import Store
from hichat.storage.turnstile import Turnstile

RECEIPTS_TRIES = 60
"""The number of tries to read a dead process's receipts from a store that fails."""

RECEIPTS_PAUSE = 1.0
"""Seconds between two of these tries."""

Write = Callable[[Sequence[Draft]], Deferred[list[Outcome]]]
"""Writes a batch; see L{LogWriter.write}. Never fails."""


class WriterSetup(msgspec.Struct, array_like=True):
    """
    The settings of a writer.

    @ivar database: the store's URL; it may have a password in it.
    @ivar turns: the directory of the L{Turnstile}, where writers need one.
    @ivar worker: see L{receipts.BatchName}; as is C{incarnation}.
    @ivar edit_limit: see L{LogWriter}; as are C{contacts_only} and C{strangers}.
    """

    database: str
    turns: str | None
    worker: int
    incarnation: int
    edit_limit: int
    contacts_only: bool
    strangers: Rate = NO_LIMIT


class Plain(msgspec.Struct, array_like=True, gc=False):
    """A L{Draft} without the fields that stay in the daemon."""

    kind: Kind
    scope: Scope
    sender: int
    target: int
    body: bytes
    subject: int
    device: int
    counter: int
    to_all: bool


class WriteRequest(msgspec.Struct, array_like=True):
    """
    A batch.

    @ivar number: see L{receipts.BatchName}.
    """

    number: int
    drafts: list[Plain]


class Written(msgspec.Struct, array_like=True):
    """
    The answer to a batch.

    @ivar outcomes: for each draft its event, or the code of its refusal.
    @ivar again: the indexes of the outcomes that are L{Duplicate}s.
    @ivar said: lines for the daemon's log.
    @ivar later: by the index of a refusal: the seconds after which a retry may succeed.
    """

    outcomes: list[Event | str]
    again: list[int] = []
    said: Said = []
    later: dict[int, float] = {}


# The daemon's side


class WriterProcess(RestartedChild):
    """
    The daemon's side: it gives batches to the process, or to the daemon's own writer thread.

    @param setup: the settings of the writer.
    @param reactor: see L{RestartedChild}; as are C{command} and C{deadline}.
    @param here: writes a batch in the daemon's own writer thread.
    @param locked: runs a query in that thread, in a transaction that holds the store's write lock.
    @ivar ready: whether the process takes batches; otherwise the daemon's thread does.
    """

    name = "the log's writer"
    module = "hichat.pipeline.ledger.process"
    answers_setup = True
    _log = Logger()

    def __init__(
        self,
        setup: WriterSetup,
        reactor: Any,
        here: Write,
        locked: Callable[..., Deferred[Any]],
        command: Sequence[str] | None = None,
        deadline: float = ANSWER_DEADLINE,
    ) -> None:
        super().__init__(setup, reactor, command, deadline)
        self._here = here
        self._locked = locked
        self._decode = msgspec.msgpack.Decoder(Written).decode
        self._refusals = {kind.code: kind for kind in _refusals(Refused)}
        self.ready = False
        # The batches to be written, in order. The first _under_way of them were handed over: all to the process, or
        # one to the thread.
        self._batches: deque[_Batch] = deque()
        self._under_way = 0
        self._number = 0
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
            here = not (self.ready and self.is_there) or any(draft.change is not None for draft in batch.drafts)
            if self._under_way and (here or self._batches[0].is_here):
                return
            self._under_way += 1
            batch.is_here = here
            if here:
                self._here(batch.rest()).addBoth(self._end_here)
            else:
                self._send(batch)

    def _send(self, batch: _Batch) -> None:
        self._number += 1
        batch.name = BatchName(self._setup.worker, self._setup.incarnation, self._number)
        plain = [
            (int(d.kind), int(d.scope), d.sender, d.target, d.body, d.subject, d.device, d.counter, d.to_all)
            for d in batch.rest()
        ]
        self.ask((self._number, plain))

    def heard(self, message: bytes) -> None:
        """The answer to a batch has come; the first answer tells that the process is ready."""
        written = self._decode(message)
        self.repeat(written.said)
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
        for place, seconds in written.later.items():
            refusal = outcomes[place]
            assert isinstance(refusal, Refused)
            refusal.retry_after = seconds
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

    # The end of the process

    def lost(self) -> None:
        """See L{RestartedChild.lost}."""
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
            self._reactor.callLater(RECEIPTS_PAUSE, self._look_up, tries - 1)
            return
        lost, self._lost_batches = self._lost_batches, []
        self._log.failure('{count} batches are in doubt; their senders are told "not stored"', failure, count=len(lost))
        for batch in lost:
            self._end([NotStored() for _ in batch.rest()])


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


# The writer's side


def serve(daemon: Daemon) -> None:
    """Write batches until the daemon closes the pipe."""
    setup = daemon.read_setup(WriterSetup)
    if setup is None:
        return
    said = collect_log()
    engine = make_engine(setup.database)
    turn = Turnstile(Path(setup.turns)).turn if setup.turns else nullcontext
    store = Store(engine, no_threads, no_threads, turn)
    writer = LogWriter(
        store,
        lambda: time.time_ns() // 1_000_000,
        setup.edit_limit,
        setup.contacts_only,
        strangers=setup.strangers,
    )
    decode = msgspec.msgpack.Decoder(WriteRequest).decode
    # The drafts have no origins here: the daemon has them.
    nobody: Any = None
    daemon.tell(Written([]))
    while (batch := daemon.read()) is not None:
        wanted = decode(batch)
        drafts = [
            Draft(d.kind, d.scope, d.sender, d.target, d.body, nobody, d.subject, d.device, d.counter, None, d.to_all)
            for d in wanted.drafts
        ]
        receipt = BatchReceipt(BatchName(setup.worker, setup.incarnation, wanted.number))
        daemon.tell(_told(writer.write(drafts, receipt), said))
        said.clear()
        writer.follow()
    engine.dispose()


def _told(outcomes: list[Outcome], said: Said) -> Written:
    again = [place for place, outcome in enumerate(outcomes) if type(outcome) is Duplicate]
    later = {
        place: outcome.retry_after or 0
        for place, outcome in enumerate(outcomes)
        if isinstance(outcome, TooManyStrangers)
    }
    return Written([found if type(found) is Event else _of_other(found) for found in outcomes], again, said, later)


def _of_other(outcome: Outcome) -> Event | str:
    if isinstance(outcome, Duplicate):
        return outcome.event
    assert isinstance(outcome, Refused)
    return outcome.code


if __name__ == "__main__":
    run(serve)
