"""
The ledger: drafts in, durable events out, many in one commit.

While batches are being written the next one gathers; so a batch is as large as the load makes it, and an idle daemon
writes at once. Most of a commit's cost does not depend on its size: so a light batch that would follow another one
closely waits a moment for more drafts.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Unpack

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from hichat.core.drafts import Draft, DraftFields, Duplicate, IOrigin, Outcome, drafted
from hichat.core.errors import Busy, NotStored, Refused
from hichat.core.events import Event, Scope
from hichat.core.kinds import Kind
from hichat.pipeline.plane.intake import Intake

if TYPE_CHECKING:
    from hichat.runtime.metrics import Metrics


BATCH_INTERVAL = 0.003
"""
Seconds between the beginnings of two batches, while the second is light. At 5,000 messages a second, a millisecond less
costs a sixth more of a core, and makes the slowest hundredth half a millisecond faster.
"""

HEAVY = 16
"""The number of drafts from which on a batch is not light any more."""

AHEAD = 2
"""The most batches under way: the writer has the next one while the answers to the last one are given."""


@implementer(IOrigin)
class _Call:
    """The origin of a draft whose submitter waits for the answer."""

    def __init__(self) -> None:
        self.answer: Deferred[Event] = Deferred()

    def accepted(self, draft: Draft, event: Event, duplicate: bool) -> None:
        self.answer.callback(event)

    def refused(self, draft: Draft, error: Refused) -> None:
        self.answer.errback(Failure(error))


class Ledger:
    """
    Gathers drafts into batches, has them written, and answers their origins.

    @param write: writes a batch, in the order of the calls; see L{hichat.pipeline.ledger.writer.LogWriter.write}.
    @param intake: counts the drafts in flight.
    @param forward: the plane's queue; called with the events of every batch after its commit, in contiguous runs.
    @param clock: times the gathering.
    @param largest: the most drafts in one batch.
    @ivar noticed: called with each stored event that concerns everyone, or takes a message back.
    """

    _log = Logger()

    def __init__(
        self,
        write: Callable[[Sequence[Draft]], Deferred[list[Outcome]]],
        intake: Intake,
        forward: Callable[[list[Event]], None],
        clock: IReactorTime,
        metrics: Metrics,
        largest: int = 256,
    ) -> None:
        self.noticed: Callable[[Event], object] = lambda event: None
        self._write_batch = write
        self._intake = intake
        self._forward = forward
        self._clock = clock
        self._metrics = metrics
        self._largest = largest
        self._waiting: list[Draft] = []
        self._is_light = True
        self._under_way = 0
        # The times at which the batches under way began, in order.
        self._begun: deque[float] = deque()
        self._rests_until = 0.0
        self._beginning: IDelayedCall | None = None
        self._idle: list[Deferred[None]] = []

    def submit(self, drafts: Sequence[Draft]) -> None:
        """
        Take drafts that the intake has admitted. Their origins are told the outcomes.
        """
        self._waiting.extend(drafts)
        was_light, self._is_light = self._is_light, self._is_light and self._stays_light(drafts)
        if self._beginning is None:
            self._begin()
        elif was_light and not self._is_light:
            self._beginning.reset(0)

    def append(self, **wanted: Unpack[DraftFields]) -> Deferred[Event]:
        """
        Append one event and wait for it.

        @return: the durable event. Fails with L{Refused}: L{Busy} when too much is in flight, L{NotStored} when the
            store fails, or what C{change} raised.
        """
        call = _Call()
        draft = drafted(wanted, call)
        if self._intake.admit():
            self.submit([draft])
        else:
            call.refused(draft, Busy())
        return call.answer

    def probe(self) -> Deferred[None]:
        """@return: fires when a batch would be durable by now; fails with L{NotStored} if it would not be."""

        def judge(outcomes: list[Outcome]) -> None:
            if outcomes:
                raise NotStored

        return self._write_batch([]).addCallback(judge)

    @property
    def age(self) -> float:
        """Seconds since the oldest batch under way began. Drafts that wait have come later."""
        return max(0.0, self._clock.seconds() - self._begun[0]) if self._begun else 0.0

    def idle(self) -> Deferred[None]:
        """@return: fires when everything that was submitted is written and forwarded, or refused."""
        if not self._under_way and not self._waiting:
            return succeed(None)
        waiter: Deferred[None] = Deferred()
        self._idle.append(waiter)
        return waiter

    def _stays_light(self, drafts: Sequence[Draft]) -> bool:
        """@return: whether the waiting drafts, of which these are the last, are still a light batch."""
        if len(self._waiting) >= min(HEAVY, self._largest):
            return False
        # A message to a group has many deliveries: it makes a batch heavy. Their number is not known here.
        return all(draft.scope == Scope.USER for draft in drafts)

    def _begin(self) -> None:
        """Write the waiting drafts at the end of this reactor turn; or, if they are a light batch, after the pause."""
        if self._under_way >= (1 if self._is_light else AHEAD):
            return
        rest = max(0, self._rests_until - self._clock.seconds()) if self._is_light else 0
        self._beginning = self._clock.callLater(rest, self._write)

    def _write(self) -> None:
        self._beginning = None
        batch, self._waiting = self._waiting[: self._largest], self._waiting[self._largest :]
        self._is_light = self._stays_light(self._waiting)
        self._under_way += 1
        started = self._clock.seconds()
        self._begun.append(started)
        self._rests_until = started + BATCH_INTERVAL
        written = self._write_batch(batch)
        written.addErrback(self._failed, batch)
        written.addCallback(self._written, batch, started)
        written.addErrback(lambda failure: self._log.failure("a batch was not answered", failure))
        written.addBoth(lambda _: self._next())
        # The answer may have come at once, and the next batch have begun with it.
        if self._waiting and self._beginning is None:
            self._begin()

    def _failed(self, failure: Failure, batch: Sequence[Draft]) -> list[Outcome]:
        """The writer never raises; its thread or process may be gone."""
        self._log.failure("the writer failed", failure)
        return [NotStored() for _ in batch]

    def _written(self, outcomes: list[Outcome], batch: Sequence[Draft], started: float) -> None:
        events = [outcome for outcome in outcomes if isinstance(outcome, Event)]
        self._metrics.batch_written(len(events), self._clock.seconds() - started)
        # The events are forwarded before the answers are given: an origin may fail, and that must not hold them up.
        for run in _runs(events):
            try:
                self._forward(run)
            except Exception:
                # The events are in the log: routing reads them there.
                self._intake.gave(len(run))
                self._log.failure("a batch could not be handed to the plane; routing will read it from the log")
        for draft, outcome in zip(batch, outcomes, strict=True):
            try:
                if isinstance(outcome, Event):
                    draft.origin.accepted(draft, outcome, False)
                    if outcome.scope == Scope.EVERYONE or outcome.kind == Kind.RECALLED:
                        self.noticed(outcome)
                elif isinstance(outcome, Duplicate):
                    draft.origin.accepted(draft, outcome.event, True)
                else:
                    draft.origin.refused(draft, outcome)
            except Exception:
                self._log.failure("the origin of a draft failed when it got its answer")
        if len(events) < len(batch):
            self._intake.gave(len(batch) - len(events))
            self._count_failures([outcome.cause for outcome in outcomes if isinstance(outcome, NotStored)])

    def _count_failures(self, causes: Sequence[str]) -> None:
        self._metrics.commits_refused += len(causes)
        for cause in set(causes):
            self._metrics.commit_failed(cause)

    def _next(self) -> None:
        self._under_way -= 1
        self._begun.popleft()
        if self._waiting:
            if self._beginning is None:
                self._begin()
        elif not self._under_way:
            waiters, self._idle = self._idle, []
            for waiter in waiters:
                waiter.callback(None)


def _runs(events: list[Event]) -> list[list[Event]]:
    """@return: runs of contiguous events. A batch that was written by halves may have other writers' events between."""
    if not events or events[-1].position - events[0].position == len(events) - 1:
        return [events] if events else []
    runs = [[events[0]]]
    for event in events[1:]:
        if event.position == runs[-1][-1].position + 1:
            runs[-1].append(event)
        else:
            runs.append([event])
    return runs
