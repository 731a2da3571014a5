"""
Receipts: the outcomes of a writer's last batches, written in the same transactions.

When a writer's process dies before it answers, the daemon reads here which drafts of the batch are in the log. The log
itself cannot tell: two messages may be the same in every field.

No writer's receipt takes the place of another's, because a name has the incarnation in it. So two daemons may even have
the same number one after the other, and one of them without knowing that it is not its own any more
(L{hichat.cluster.nodes}).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from time import monotonic_ns
from typing import NamedTuple

import msgspec
from msgspec.structs import replace
from sqlalchemy import ColumnElement, Connection, and_, delete, select

from hichat.core.drafts import Draft, Duplicate, Outcome
from hichat.core.errors import NotStored, Refused
from hichat.core.events import Event
from hichat.storage.rows import Rows, put
from hichat.storage.tables import events, receipts

RECEIPT_SLOTS = 4
"""The number of a writer's last batches whose receipts are kept: more than may be under way."""


RECEIPTS_KEPT = 24 * 3600 * 1000
"""Milliseconds after which a receipt is removed: by then its writer's daemon has long read it, or is gone."""

NOBODY = -1
"""Stands in place of a worker's number in the row that L{touch} writes."""


class BatchName(NamedTuple):
    """
    The name of a batch.

    @ivar worker: the worker's number.
    @ivar incarnation: 63 random bits, chosen by the process that numbers the batches.
    @ivar number: the batch's number, from 1.
    @ivar node: the daemon's number among those of the store.
    """

    worker: int
    incarnation: int
    number: int
    node: int = 0

    @property
    def slot(self) -> int:
        """The slot of its receipt in the table."""
        return self.number % RECEIPT_SLOTS


class BatchNames:
    """
    Names the batches of a process, one after the other.

    @param worker: see L{BatchName}; as is C{incarnation}.
    @ivar node: see L{BatchName}: that of the next names.
    """

    def __init__(self, worker: int, incarnation: int) -> None:
        self.node = 0
        self._worker = worker
        self._incarnation = incarnation
        self._number = 0

    def next(self) -> BatchName:
        """@return: the next name."""
        self._number += 1
        return BatchName(self._worker, self._incarnation, self._number, self.node)


class BatchReceipt:
    """
    The receipt of a batch while it is written, which may take several transactions.
    """

    def __init__(self, name: BatchName) -> None:
        self._name = name
        self._settled: list[Outcome] = []

    def row(self, outcomes: Sequence[Outcome], now: int) -> tuple[int, int, int, int, int, bytes, int]:
        """
        @param now: the time, in milliseconds since the epoch.
        @return: its row, with the outcomes of the batch's next drafts.
        """
        return _row(self._name, _encode(_packed([*self._settled, *outcomes])), now)

    def settle(self, outcomes: Sequence[Outcome]) -> None:
        """That transaction is over, with these outcomes."""
        self._settled += outcomes


def receipt_rows(settled: Iterable[tuple[BatchReceipt | None, Sequence[Outcome]]], now: int) -> Rows:
    """@return: the receipts of batches, for the transaction that writes their events; see L{BatchReceipt.row}."""
    return Rows(receipts, [receipt.row(found, now) for receipt, found in settled if receipt is not None], replaces=True)


def _row(name: BatchName, packed: bytes, at: int) -> tuple[int, int, int, int, int, bytes, int]:
    return name.node, name.worker, name.incarnation, name.slot, name.number, packed, at


def touch(connection: Connection) -> None:
    """Write a row that nobody reads. It differs each time: otherwise SQLite would not write to the disk."""
    put(connection, Rows(receipts, [_row(BatchName(NOBODY, 0, 0), b"", monotonic_ns())], replaces=True))


def are_old(connection: Connection, now: int) -> bool:
    """
    @param now: the time, in milliseconds since the epoch.
    @return: whether there are receipts that nobody will read any more.
    """
    return connection.scalar(select(receipts.c.worker).where(_is_old(now)).limit(1)) is not None


def remove_old(connection: Connection, now: int) -> None:
    """Remove the receipts of which L{are_old} tells, those of daemons that are gone too."""
    connection.execute(delete(receipts).where(_is_old(now)))


def _is_old(now: int) -> ColumnElement[bool]:
    return and_(receipts.c.written_at < now - RECEIPTS_KEPT, receipts.c.worker != NOBODY)


# A run of events: its first position and its length. A duplicate: the position of the first one. A refusal: its code.
_Part = tuple[int, int] | int | str
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[_Part]).decode


def _packed(outcomes: Sequence[Outcome]) -> list[_Part]:
    parts: list[_Part] = []
    first = length = 0
    for outcome in outcomes:
        if isinstance(outcome, Event):
            if length and outcome.position == first + length:
                length += 1
                continue
            if length:
                parts.append((first, length))
            first, length = outcome.position, 1
            continue
        if length:
            parts.append((first, length))
            length = 0
        parts.append(outcome.event.position if isinstance(outcome, Duplicate) else outcome.code)
    if length:
        parts.append((first, length))
    return parts


def read(
    connection: Connection, batches: Sequence[tuple[BatchName, Sequence[Draft]]], refusals: Mapping[str, type[Refused]]
) -> list[list[Outcome]]:
    """
    Read the outcomes of a dead writer's batches, in a transaction that holds the write lock: so the writer's last
    transaction is over.

    @param batches: each with its drafts, in the order in which the writer had them.
    @param refusals: refusals by their codes.
    @return: for each batch the outcomes of its first drafts; the others were not written.
    """
    found = [_read(connection, name, drafts, refusals) for name, drafts in batches]
    begun = [place for place, outcomes in enumerate(found) if outcomes is not None]
    return [
        # If a later batch has a receipt, this one was finished: its drafts without an outcome have failed.
        (outcomes or []) + ([NotStored()] * (len(drafts) - len(outcomes or [])) if begun and place < begun[-1] else [])
        for place, (outcomes, (_, drafts)) in enumerate(zip(found, batches, strict=True))
    ]


def _read(
    connection: Connection, name: BatchName, drafts: Sequence[Draft], refusals: Mapping[str, type[Refused]]
) -> list[Outcome] | None:
    """@return: the outcomes in a batch's receipt; None: there is no receipt."""
    query = select(receipts.c.outcomes).where(
        receipts.c.node == name.node,
        receipts.c.worker == name.worker,
        receipts.c.incarnation == name.incarnation,
        receipts.c.slot == name.slot,
        receipts.c.number == name.number,
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    parts = _decode(row.outcomes)
    positions = [position for part in parts for position in _positions(part)]
    found = {
        event_row.position: Event(*event_row)
        for event_row in connection.execute(select(events).where(events.c.position.in_(positions)))
    }
    outcomes: list[Outcome] = []
    for part in parts:
        if isinstance(part, str):
            outcomes.append(refusals.get(part, NotStored)())
        elif isinstance(part, int):
            outcomes.append(Duplicate(found[part]))
        else:
            # A message that was recalled since is blank in the log. It is delivered with its text all the same, and
            # then the recall.
            outcomes += [
                replace(found[position], body=drafts[len(outcomes) + place].body)
                for place, position in enumerate(_positions(part))
            ]
    return outcomes


def _positions(part: _Part) -> Iterator[int]:
    if isinstance(part, int):
        yield part
    elif not isinstance(part, str):
        first, length = part
        yield from range(first, first + length)
