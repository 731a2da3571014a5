"""
The log's writer of all workers, simulated: the messages, the batches and the transactions are the real ones. It may die
between any two steps, and so may the workers that it serves.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec
from twisted.internet.defer import Deferred

from hichat.pipeline.ledger.exchange import WriteAnswer, WriteRequest, told
from hichat.pipeline.ledger.process import Batches
from hichat.pipeline.ledger.receipts import BatchNames, BatchReceipt
from hichat.pipeline.ledger.writer import LogWriter

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(WriteRequest).decode


class Hub:
    """
    The process.

    @param make_writer: makes a writer without memory.
    @ivar deaths: how often it has died.
    """

    def __init__(self, make_writer: Callable[[], LogWriter]) -> None:
        self._make_writer = make_writer
        self._writer: LogWriter | None = make_writer()
        self.deaths = 0
        self.lines: list[Line] = []

    def batches(self, number: int, incarnation: int, clock: Any) -> Callable[..., Batches]:
        """@return: makes the batches of a worker; see L{hichat.daemon.assembly.assemble_way}."""

        def make(here: Any, locked: Callable[..., Deferred[Any]]) -> Batches:
            find: Any = partial(Line, self)
            return Batches(BatchNames(number, incarnation), clock, here, locked, find)

        return make

    @property
    def at_rest(self) -> bool:
        """Whether it has nothing to do."""
        return not any(line.asked for line in self.lines)

    def work(self, answers: bool = True) -> None:
        """
        Write one batch of each worker that has sent one, in one transaction.

        @param answers: whether it lives long enough to answer.
        """
        if self._writer is None:
            return
        lines = [line for line in self.lines if line.asked]
        batches = [_decode(line.asked.popleft()) for line in lines]
        if not batches:
            return
        written = self._writer.write_together([(batch.unpacked(), BatchReceipt(batch.name)) for batch in batches])
        for line, outcomes in zip(lines, written, strict=True):
            if answers:
                line.answers.append(_encode(told(outcomes, [])))
        self._writer.follow()

    def start(self) -> None:
        """It is started, if it does not run."""
        if self._writer is None:
            self._writer = self._make_writer()

    def die(self, after_a_commit: bool) -> None:
        """kill -9."""
        if after_a_commit:
            self.work(answers=False)
        self._writer = None
        self.deaths += 1
        for line in self.lines:
            line.asked.clear()
            line.answers.append(None)
        self.lines = []

    def let_in(self, line: Line) -> bool:
        """@return: whether it runs, and takes the line's batches from now on."""
        if self._writer is None:
            return False
        self.lines.append(line)
        line.answers.append(_encode(WriteAnswer([])))
        return True


class Line:
    """
    A worker's socket to the hub.

    @ivar asked: what the hub has not read yet.
    @ivar answers: what the worker has not read yet; None: the end of the stream.
    """

    def __init__(self, hub: Hub, heard: Callable[[bytes], None], lost: Callable[[], None]) -> None:
        self._hub = hub
        self._heard = heard
        self._lost = lost
        self.is_there = False
        self.asked: deque[bytes] = deque()
        self.answers: deque[bytes | None] = deque()

    def ask(self, message: Any) -> None:
        """See L{hichat.runtime.link.Link.ask}."""
        self.asked.append(_encode(message))

    def step(self) -> None:
        """The worker reads, or connects again."""
        if not self.is_there:
            self.is_there = self._hub.let_in(self)
        elif self.answers:
            answer = self.answers.popleft()
            if answer is not None:
                self._heard(answer)
            else:
                self.is_there = False
                # What was sent to a dead process.
                self.asked.clear()
                self._lost()

    def drop(self) -> None:
        """The worker dies: what the hub has not read is lost."""
        if self in self._hub.lines:
            self._hub.lines.remove(self)
