"""
What a daemon and the log's writer tell each other: drafts one way, their outcomes the other::

    daemon                                       writer
                                             <-  WriteAnswer, without outcomes: it takes batches
    WriteRequest: a batch                    ->
                                             <-  WriteAnswer: an outcome for each draft, and lines for the log

Each message is a MessagePack array; see L{hichat.runtime.channel} for how it travels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import msgspec

from hichat.core.drafts import Draft, Duplicate, Outcome
from hichat.core.errors import NotStored, Refused, TooManyStrangers
from hichat.core.events import Event, Scope
from hichat.core.kinds import Kind
from hichat.pipeline.ledger.receipts import BatchName
from hichat.runtime.child import Said
from hichat.runtime.limits import NO_LIMIT, Rate


class WriterSetup(msgspec.Struct, array_like=True):
    """
    The settings of a writer.

    @ivar database: the store's URL; it may have a password in it.
    @ivar turns: the directory of the L{Turnstile<hichat.storage.turnstile.Turnstile>}, where writers need one.
    @ivar door: the path of the Unix socket at which workers find it; None: it serves only the process that started it.
    @ivar edit_limit: see L{LogWriter<hichat.pipeline.ledger.writer.LogWriter>}; as are C{contacts_only} and
        C{strangers}.
    """

    database: str
    turns: str | None
    door: str | None
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
    key: bytes


class WriteRequest(msgspec.Struct, array_like=True):
    """
    A batch.

    @ivar name: see L{receipts.BatchName<BatchName>}.
    @ivar epoch: see L{LogWriter<hichat.pipeline.ledger.writer.LogWriter>}.
    """

    name: BatchName
    drafts: list[Plain]
    epoch: str = ""

    def unpacked(self) -> list[Draft]:
        """@return: the drafts. They have no origins: the daemon has them."""
        nobody: Any = None
        return [
            Draft(
                d.kind,
                d.scope,
                d.sender,
                d.target,
                d.body,
                nobody,
                d.subject,
                d.device,
                d.counter,
                None,
                d.to_all,
                d.key,
            )
            for d in self.drafts
        ]


class WriteAnswer(msgspec.Struct, array_like=True):
    """
    The answer to a batch.

    @ivar outcomes: for each draft its event, or the code of its refusal.
    @ivar again: the indexes of the outcomes that are L{Duplicate}s.
    @ivar said: lines for the daemon's log.
    @ivar later: by the index of a refusal: the seconds after which a retry may succeed.
    @ivar causes: by the index of a draft that could not be stored: see L{NotStored}.
    """

    outcomes: list[Event | str]
    again: list[int] = []
    said: Said = []
    later: dict[int, float] = {}
    causes: dict[int, str] = {}

    def unpacked(self, refusals: Mapping[str, type[Refused]]) -> list[Outcome]:
        """
        @param refusals: refusals by their codes.
        @return: the outcomes.
        """
        outcomes: list[Outcome] = [found if isinstance(found, Event) else refusals[found]() for found in self.outcomes]
        for place in self.again:
            first = outcomes[place]
            assert isinstance(first, Event)
            outcomes[place] = Duplicate(first)
        for place, seconds in self.later.items():
            refusal = outcomes[place]
            assert isinstance(refusal, Refused)
            refusal.retry_after = seconds
        for place, cause in self.causes.items():
            outcomes[place] = NotStored(cause)
        return outcomes


def asked(name: BatchName, drafts: Sequence[Draft], epoch: str) -> tuple[BatchName, list[tuple[Any, ...]], str]:
    """@return: a L{WriteRequest}, as it is encoded."""
    plain = [
        (int(d.kind), int(d.scope), d.sender, d.target, d.body, d.subject, d.device, d.counter, d.to_all, d.key)
        for d in drafts
    ]
    return name, plain, epoch


def told(outcomes: list[Outcome], said: Said) -> WriteAnswer:
    """@return: the answer to a batch."""
    others = [(place, outcome) for place, outcome in enumerate(outcomes) if type(outcome) is not Event]
    if not others:
        return WriteAnswer(cast("list[Event | str]", outcomes), [], said)
    again = [place for place, outcome in others if type(outcome) is Duplicate]
    later = {place: outcome.retry_after or 0 for place, outcome in others if isinstance(outcome, TooManyStrangers)}
    causes = {place: outcome.cause for place, outcome in others if isinstance(outcome, NotStored)}
    plain = [found if type(found) is Event else _of_other(found) for found in outcomes]
    return WriteAnswer(plain, again, said, later, causes)


def _of_other(outcome: Outcome) -> Event | str:
    if isinstance(outcome, Duplicate):
        return outcome.event
    assert isinstance(outcome, Refused)
    return outcome.code
