"""The gate before the log's writer: a daemon that has lost its number (L{hichat.cluster.nodes}) does not write."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from twisted.internet.defer import Deferred, succeed

from hichat.core.drafts import Draft, Outcome
from hichat.core.errors import NotStored

Write = Callable[[Sequence[Draft]], Deferred[list[Outcome]]]
"""Writes a batch; see L{LogWriter.write<hichat.pipeline.ledger.writer.LogWriter.write>}. Never fails."""


class WriteGate:
    """
    Passes batches on while it is open; at first it is.

    Closed, it lets the batches wait for the first try to take a number. If that fails, it refuses them, as a store that
    is away does; and further ones at once.

    @param write: writes a batch.
    """

    def __init__(self, write: Write) -> None:
        self._write = write
        self._is_open = True
        self._refuses = False
        self._waiting: list[tuple[Sequence[Draft], Deferred[list[Outcome]]]] = []

    def write(self, drafts: Sequence[Draft]) -> Deferred[list[Outcome]]:
        """Write a batch; a batch without drafts is a probe. The order of the calls is kept."""
        if self._is_open:
            return self._write(drafts)
        if self._refuses:
            return succeed(_refusals(drafts))
        answer: Deferred[list[Outcome]] = Deferred()
        self._waiting.append((drafts, answer))
        return answer

    def open(self) -> None:
        """Write what waits, and everything that comes."""
        self._is_open, self._refuses = True, False
        for drafts, answer in self._taken():
            self._write(drafts).chainDeferred(answer)

    def close(self) -> None:
        """Write nothing any more. If it is closed already: refuse what waits, and everything that comes."""
        self._is_open, self._refuses = False, not self._is_open
        if self._refuses:
            for drafts, answer in self._taken():
                answer.callback(_refusals(drafts))

    def _taken(self) -> list[tuple[Sequence[Draft], Deferred[list[Outcome]]]]:
        waiting, self._waiting = self._waiting, []
        return waiting


def _refusals(drafts: Sequence[Draft]) -> list[Outcome]:
    # A probe that fails has one refusal.
    return [NotStored("number") for _ in range(len(drafts) or 1)]
