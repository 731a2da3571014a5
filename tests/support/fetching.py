"""A door for L{hichat.fetching.fetcher.Fetcher} that leads to a resource in memory."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred, succeed


class TraversalDoor:
    """
    Where requests go out: to an agent.

    @ivar closed: how many connections were closed.
    @ivar owners: whose URLs were asked or looked up, in order.
    """

    def __init__(self, agent: Any) -> None:
        self._agent = agent
        self.closed = 0
        self.owners: list[int] = []

    def open(self, seconds: float, limit: int, owner: int) -> TraversalVisit:
        """See L{hichat.fetching.doors.Door}."""
        self.owners.append(owner)
        return TraversalVisit(self, self._agent)

    def look(self, host: str, port: int, owner: int) -> Deferred[bool]:
        """See L{hichat.fetching.doors.Door}."""
        self.owners.append(owner)
        return succeed(True)


class TraversalVisit:
    """See L{hichat.fetching.doors.Visit}."""

    refused = False

    def __init__(self, door: TraversalDoor, agent: Any) -> None:
        self._door = door
        self.agent = agent

    def close(self) -> None:
        """Count it."""
        self._door.closed += 1
