"""
The routing service: what comes off the plane goes, in order and once, to who is online here.

It keeps one integer: the position it has delivered to. What lies at or before it came twice; what leaves a gap is not
used, and the gap is read from the log a moment later. That one rule repairs a datagram that was lost, late or forged,
and finds what another process has written.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from twisted.internet.defer import CancelledError, Deferred, succeed
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.internet.task import LoopingCall
from twisted.logger import Logger
from zope.interface import implementer

from hichat.errors import SignedOut
from hichat.events import Event, Kind, Scope
from hichat.interfaces import IBatchReceiver, IDelivery
from hichat.metrics import Metrics

PATIENCE = 0.05
"""Seconds that a hole may be open before it is read from the log."""

WATCH = 1.0
"""Seconds between two looks at where the log ends; also before a failed repair is tried again."""

PAGE = 1000
"""Events that a repair reads at once."""


class _Group:
    """A group with somebody online here: who is, and how many members it has in all."""

    __slots__ = ("online", "size")

    def __init__(self, size: int) -> None:
        self.size = size
        self.online: set[int] = set()


class _Arrival:
    """Somebody's groups are being read: what happened meanwhile."""

    def __init__(self, user: int) -> None:
        self.user = user
        self.changes: list[Event] = []
        self.signed_out = False


@implementer(IBatchReceiver)
class Routing:
    """
    @param delivery: the gateway.
    @param read_log: gives at most so many events behind a position.
    @param read_head: gives the log's last position.
    @param read_arrival: gives, for a user and a position, the generation of tokens that is good now (None: no token
        is), and (group, size) for each group that the user was in at that position.
    """

    _log = Logger()

    def __init__(
        self,
        delivery: IDelivery,
        read_log: Callable[[int, int], Deferred[list[Event]]],
        read_head: Callable[[], Deferred[int]],
        read_arrival: Callable[[int, int], Deferred[tuple[int | None, list[tuple[int, int]]]]],
        clock: IReactorTime,
        metrics: Metrics,
    ) -> None:
        self._delivery = delivery
        self._read_log = read_log
        self._read_head = read_head
        self._read_arrival = read_arrival
        self._clock = clock
        self._metrics = metrics
        self.position = 0
        self._seen = 0
        self._groups: dict[int, _Group] = {}
        self._groups_of: dict[int, set[int]] = {}
        self._arrivals: list[_Arrival] = []
        self._repair_call: IDelayedCall | None = None
        self._repairing: Deferred[None] | None = None
        self._watch = LoopingCall(self._look)
        self._watch.clock = clock
        self._reached: list[tuple[int, Deferred[None]]] = []

    # Its life

    def start(self, position: int) -> None:
        """
        Begin.

        @param position: where the log ends now; what came before is nobody's news.
        """
        self.position = self._seen = position
        self._watch.start(WATCH, now=False)

    async def stop(self) -> None:
        """Read the log no more."""
        if self._watch.running:
            self._watch.stop()
        if self._repair_call is not None and self._repair_call.active():
            self._repair_call.cancel()
        repairing = self._repairing
        if repairing is not None:
            repairing.cancel()
            await repairing

    def reached(self, position: int) -> Deferred[None]:
        """@return: fires when everything up to this position has been delivered."""
        if self.position >= position:
            return succeed(None)
        waiter: Deferred[None] = Deferred()
        self._reached.append((position, waiter))
        return waiter

    # Who is here

    async def arrive(self, user: int, generation: int, listen: Callable[[], bool]) -> None:
        """
        A device of this user wants to listen: learn the user's groups, then let it.

        @param generation: of the token that the device has shown.
        @param listen: makes the device listen, in the reactor turn from which on events reach it; or gives False: it is
            gone.
        @raise SignedOut: the token is void by now.
        """
        arrival = _Arrival(user)
        self._arrivals.append(arrival)
        try:
            current, memberships = await self._read_arrival(user, self.position)
        finally:
            self._arrivals.remove(arrival)
        # What happened before that read it has seen; what came later has come here.
        if current != generation or arrival.signed_out:
            raise SignedOut
        if not listen() or user in self._groups_of:
            return  # or another device of the user was faster, and knows as much
        self._groups_of[user] = set()
        for group, size in memberships:
            self._enter(user, group, size)
        for event in arrival.changes:
            self._change(event)

    def leave(self, user: int) -> None:
        """The last device of this user is gone."""
        for group in self._groups_of.pop(user, ()):
            members = self._groups[group]
            members.online.discard(user)
            if not members.online:
                del self._groups[group]

    # What comes off the plane

    def received(self, first: int, last: int, events: list[Event]) -> bool:
        """See L{IBatchReceiver.received}."""
        if last <= self.position:
            return False
        if first > self.position + 1:
            self._behind(last)
            return True
        self._deliver(events, last)
        return True

    def _deliver(self, events: list[Event], last: int) -> None:
        for event in events:
            if event.position > self.position:
                self.position = event.position
                try:
                    self._route(event)
                except Exception:
                    self._log.failure("event {position} could not be routed", position=event.position)
        self.position = max(self.position, last)
        if self._reached:
            self._tell_reached()

    def _route(self, event: Event) -> None:
        """Type ▸ recipients online here."""
        if event.kind == Kind.MESSAGE:
            if event.scope == Scope.USER:
                if not self._delivery.deliver((event.target,), event):
                    self._metrics.offline_recipients += 1
            elif event.scope == Scope.GROUP:
                self._route_to_group(event)
            else:
                self._delivery.deliver([user for user in self._groups_of if user != event.sender], event)
        elif event.kind == Kind.SIGNED_OUT:
            self._delivery.sign_out(event.target)
            for arrival in self._arrivals:
                arrival.signed_out |= arrival.user == event.target
        else:
            for arrival in self._arrivals:
                arrival.changes.append(event)
            self._change(event)

    def _route_to_group(self, event: Event) -> None:
        group = self._groups.get(event.target)
        if group is None:
            return
        online = self._delivery.deliver([user for user in group.online if user != event.sender], event)
        self._metrics.offline_recipients += max(0, group.size - 1 - online)

    def _change(self, event: Event) -> None:
        """A membership changed."""
        group, user, size = event.target, event.subject, int(event.body)
        if group in self._groups:
            self._groups[group].size = size
        if user not in self._groups_of:
            return
        if event.kind == Kind.JOINED:
            self._enter(user, group, size)
        elif group in self._groups_of[user]:
            self._groups_of[user].discard(group)
            self._groups[group].online.discard(user)
            if not self._groups[group].online:
                del self._groups[group]

    def _enter(self, user: int, group: int, size: int) -> None:
        self._groups.setdefault(group, _Group(size)).online.add(user)
        self._groups_of[user].add(group)

    # The repair

    def _behind(self, position: int) -> None:
        """Something up to this position exists and did not come."""
        self._seen = max(self._seen, position)
        if self._repairing is None and (self._repair_call is None or not self._repair_call.active()):
            self._repair_call = self._clock.callLater(PATIENCE, self._begin_repair)

    def _begin_repair(self) -> None:
        if self.position < self._seen:
            repairing = self._spawn(self._repair())
            self._repairing = None if repairing.called else repairing

    async def _repair(self) -> None:
        failed = False
        try:
            while self.position < self._seen:
                events = await self._read_log(self.position, PAGE)
                fresh = sum(event.position > self.position for event in events)
                if events:
                    self._deliver(events, events[-1].position)
                if fresh:
                    self._metrics.repairs += 1
                    self._metrics.repaired_events += fresh
                elif self.position < self._seen:
                    break  # a commit that was announced cannot be read yet: look again later
        except CancelledError:
            raise
        except Exception:
            failed = True
            self._log.failure("the log could not be read; trying again in {seconds} s", seconds=WATCH)
        finally:
            self._repairing = None
        if self.position < self._seen:
            self._repair_call = self._clock.callLater(WATCH if failed else PATIENCE, self._begin_repair)

    async def _look_at_head(self) -> None:
        try:
            head = await self._read_head()
        except CancelledError:
            raise
        except Exception:
            self._log.failure("the log's end could not be read")
            return
        if head > self.position:
            self._behind(head)

    def _look(self) -> Deferred[None]:
        return self._spawn(self._look_at_head())

    def _spawn(self, work: Coroutine[Any, Any, None]) -> Deferred[None]:
        spawned = Deferred.fromCoroutine(work)
        spawned.addErrback(lambda failure: failure.trap(CancelledError) and None)
        return spawned

    def _tell_reached(self) -> None:
        due = [waiter for position, waiter in self._reached if position <= self.position]
        self._reached = [(position, waiter) for position, waiter in self._reached if position > self.position]
        for waiter in due:
            waiter.callback(None)
