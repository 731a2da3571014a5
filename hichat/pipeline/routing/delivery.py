"""
The routing service: it delivers batches from the plane, in order and once, to the users who are online here.

It keeps one integer: the position that it has delivered to. A batch at or before that position is a duplicate. A batch
that leaves a gap waits, and if the gap stays, routing reads it from the log a moment later. That one rule repairs a
lost, late or forged datagram, and finds events that another process has written.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Container, Coroutine, Iterator
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace
from twisted.internet.defer import CancelledError, Deferred, succeed
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.internet.task import LoopingCall
from twisted.logger import Logger
from zope.interface import implementer

from hichat.accounts.guests import stranger_in
from hichat.core.errors import SignedOut, StoreAway
from hichat.core.events import Event, Scope, is_imported
from hichat.core.kinds import (
    BEGINNINGS,
    BLANKED,
    DISSOLUTIONS,
    ENDINGS,
    MEETINGS,
    MEMBERSHIP,
    RECALLS,
    UNHEARD,
    Kind,
    PersonBody,
)
from hichat.core.ports import IBatchReceiver, IDelivery
from hichat.log.imported import is_told
from hichat.pipeline.plane.interests import Interests
from hichat.runtime.metrics import Metrics

GAP_TIMEOUT = 0.05
"""Seconds for which a gap may stay before it is read from the log."""

WATCH = 1.0
"""Seconds between two looks for the log's end; also before a failed repair is tried again."""

REPAIR_PAGE = 1000
"""The most events that a repair reads at once."""

EARLY = 64
"""The most batches that wait for an earlier one; further ones are read from the log."""

PEOPLE_PAUSE = 0.05
"""Seconds after a change of memberships until the people of a guest are read: many may come to a group at once."""

RECENT_EVENTS = 8192
"""The most recent events that are kept, for devices that arrive while they happen."""

RECENT_SIZE = 4 * 1024 * 1024
"""The most bytes of their bodies."""

RECENT_TIME = 3600.0
"""
Seconds for which they are kept: much less than the shortest time for which messages are kept in the log, because nobody
tells routing what has been blanked there.
"""

# Scope.USER is looked up for every event, and that takes as long as finding its online recipients.
_USER = int(Scope.USER)

RECEIPTS_LIMIT = 100
"""The largest group whose members get each other's receipts."""


def _voids(event: Event, generation: int, device: int, login: int, bound: int) -> bool:
    """@return: whether this event voids a device's token or session; for the parameters see L{Arrival}."""
    if event.kind == Kind.SESSIONS_ENDED:
        return any(ended == (bound or device) and 0 < login < first for ended, first in _ended(event))
    if event.kind != Kind.SIGNED_OUT:
        return False
    if not event.subject:
        return int(event.body) > generation
    if event.body:
        return event.subject == (bound or device) and 0 < login < int(event.body)
    return event.subject in (device, bound)


def _ended(event: Event) -> Iterator[tuple[int, int]]:
    """@return: the devices whose sessions have ended, each with the number that its session must have from now on."""
    numbers = map(int, event.body.split())
    return zip(numbers, numbers, strict=True)


def _without_recalled(events: list[Event], recalled: set[int]) -> list[Event]:
    """@return: these events without those that are not delivered, and with the recalled ones blank."""
    shown = [event for event in events if event.kind not in UNHEARD]
    if not recalled:
        return shown
    return [replace(event, body=b"") if _is_of(event, recalled) else event for event in shown]


def _is_of(event: Event, messages: set[int]) -> bool:
    return event.position in messages or (event.kind in BLANKED and event.subject in messages)


def _size(events: list[Event]) -> int:
    return sum([len(event.body) for event in events])


class Arrival(NamedTuple):
    """
    A device that wants to listen.

    @ivar position: the position after which it wants events.
    @ivar device: its number; 0 for a client without one.
    @ivar login: the number of the session that its token is bound to; 0: it is bound to none.
    @ivar bound: the number of the device whose session that is, if it is another one than C{device}.
    """

    user: int
    position: int
    device: int
    login: int = 0
    bound: int = 0


class Arrived(NamedTuple):
    """
    The facts about an arrival in the store.

    @ivar generation: the generation of the user's tokens that is valid now; None: the user is deleted or disabled, the
        device was revoked, or its session is over.
    @ivar groups: the groups of which the user was a member at that position, each with its size.
    @ivar blocked: the users whom the user has blocked, at that position or since.
    @ivar used_at: the last use of the token's device that was noted, in milliseconds since the epoch.
    @ivar administrator: whether the user is an administrator.
    @ivar people: of a guest: those in a group with the guest, and the guest. None: the user is no guest.
    @ivar by_app_password: whether an app password began the session.
    """

    generation: int | None
    groups: list[tuple[int, int]]
    blocked: frozenset[int] = frozenset()
    used_at: int = 0
    administrator: bool = False
    people: frozenset[int] | None = None
    by_app_password: bool = False


class Met(NamedTuple):
    """
    An arrival whose facts were read.

    @ivar position: the position of which the facts are, and after which the device wants events.
    @ivar arrived: the facts.
    """

    position: int
    arrived: Arrived


class _Early(NamedTuple):
    """
    A batch that came before its turn.

    @ivar last: its last position.
    @ivar whole: whether it has all its positions' events; else it has those of this worker's interests.
    @ivar wanted: the number of this worker's interests when the batch came.
    """

    last: int
    events: list[Event]
    whole: bool
    wanted: int


class _Group:
    """A group with members online here: these members, and the number of all its members."""

    __slots__ = ("online", "size")

    def __init__(self, size: int) -> None:
        self.size = size
        self.online: set[int] = set()


def _is_hidden(event: Event, people: Container[int], size: int) -> bool:
    """
    @param people: the people of a guest.
    @param size: the number of members of the event's group before it.
    @return: whether the event tells of a stranger, so that the guest does not get it.
    """
    named = stranger_in(event)
    if not named or named in people:
        return False
    # Who is banned and was no member is a stranger; else the group has one member less.
    return event.kind not in ENDINGS or int(event.body) >= size


def _concerns(event: Event, user: int, groups: dict[int, int], people: Container[int] | None) -> bool:
    """
    @param people: see L{Arrived.people}.
    @param groups: the user's groups with their sizes, before the event. This changes them to those after it.
    @return: whether the event is delivered to the user.
    """
    if people is not None and _is_hidden(event, people, groups.get(event.target, 0)):
        return False
    if event.scope == Scope.GROUP:
        before = event.target in groups
        if event.kind in DISSOLUTIONS or (event.kind in ENDINGS and event.subject == user):
            groups.pop(event.target, None)
        elif event.kind in MEMBERSHIP and (before or event.subject == user):
            groups[event.target] = int(event.body)
        if is_imported(event):
            return is_told(event, user)
        return before or event.target in groups or (event.kind in MEETINGS and event.subject == user)
    if is_imported(event):
        return False
    if event.scope == Scope.USER:
        return user in (event.sender, event.target)
    return event.scope == Scope.EVERYONE or event.target == user


@implementer(IBatchReceiver)
class Routing:
    """
    Delivers events to the devices of this process.

    @param delivery: the gateway.
    @param read_log: gives the events behind a position, at most so many.
    @param read_head: gives the log's last position.
    @param read_arrival: gives the facts about an arrival.
    @param interests: this worker's interests; routing keeps them up to date with the users who are online here.
    @ivar position: the position up to which events were delivered.
    """

    _log = Logger()

    def __init__(
        self,
        delivery: IDelivery,
        read_log: Callable[[int, int], Deferred[list[Event]]],
        read_head: Callable[[], Deferred[int]],
        read_arrival: Callable[[Arrival], Deferred[Arrived]],
        clock: IReactorTime,
        metrics: Metrics,
        interests: Interests | None = None,
    ) -> None:
        self._delivery = delivery
        self._read_log = read_log
        self._read_head = read_head
        self._read_arrival = read_arrival
        self._clock = clock
        self._metrics = metrics
        self._interests = interests or Interests()
        self.position = 0
        self._seen = 0
        self._groups: dict[int, _Group] = {}
        self._groups_of: dict[int, set[int]] = {}
        # For users who are online here: the users whom they have blocked, if any.
        self._blocked: dict[int, set[int]] = {}
        # For guests who are online here: whom they may see, and whose list has to be read anew.
        self._people: dict[int, frozenset[int]] = {}
        self._stale: set[int] = set()
        self._people_call: IDelayedCall | None = None
        self._renewing: Deferred[None] | None = None
        # The recent events, for devices that arrive while they happen: all events behind the position _forgotten.
        self._recent: deque[list[Event]] = deque()
        # The times at which these came.
        self._came: deque[float] = deque()
        self.recent = RECENT_EVENTS
        self._recent_count = self._recent_size = 0
        self._forgotten = 0
        self._repair_call: IDelayedCall | None = None
        self._repairing: Deferred[None] | None = None
        self._watch = LoopingCall(self._look)
        self._watch.clock = clock
        self._reached: list[tuple[int, Deferred[None]]] = []
        # Until this time the plane may still bring batches of a log that is no more.
        self._distrusts = 0.0
        # Early batches, by their first positions. Workers commit in order, but their datagrams may overtake each other.
        self._early: dict[int, _Early] = {}

    # Starting and stopping

    def start(self, position: int) -> None:
        """
        Begin to deliver.

        @param position: the log's last position now; events up to it are not delivered.
        """
        self.position = self._seen = self._forgotten = position
        self._watch.start(WATCH, now=False)

    def look_every(self, seconds: float) -> None:
        """Look for the log's end now, if no look is under way, and then so often; usually each L{WATCH} seconds."""
        if self._watch.running and self._watch.call is None:
            # A look is under way. Starting anew would make a second loop of them.
            self._watch.interval = seconds
        elif self._watch.running:
            self._watch.stop()
            self._watch.start(seconds, now=True)

    async def stop(self) -> None:
        """Stop repairs, and looks for the log's end."""
        if self._watch.running:
            self._watch.stop()
        for call in (self._repair_call, self._people_call):
            if call is not None and call.active():
                call.cancel()
        for work in (self._repairing, self._renewing):
            if work is not None:
                work.cancel()
                await work

    def begin_anew(self, position: int) -> None:
        """
        The log is another one. No device may be listening.

        @param position: its last position now; events up to it are not delivered.
        """
        if self._repair_call is not None and self._repair_call.active():
            self._repair_call.cancel()
        repairing, self._repairing = self._repairing, None
        if repairing is not None:
            repairing.cancel()
        self.position = self._seen = self._forgotten = position
        self._recent.clear()
        self._came.clear()
        self._recent_count = self._recent_size = 0
        self._early.clear()
        self._distrusts = self._clock.seconds() + WATCH
        reached, self._reached = self._reached, []
        for _, waiter in reached:
            waiter.callback(None)

    def reached(self, position: int) -> Deferred[None]:
        """@return: fires when everything up to this position has been delivered."""
        if self.position >= position:
            return succeed(None)
        waiter: Deferred[None] = Deferred()
        self._reached.append((position, waiter))
        return waiter

    # Arrivals

    async def meet(
        self, user: int, generation: int, since: int | None = None, device: int = 0, login: int = 0, bound: int = 0
    ) -> Met:
        """
        Read the facts about a device that is about to L{arrive}. For the parameters see there.

        @raise SignedOut: the token or the device is void by now.
        """
        if self._interests.shared:
            self._interests.begin_all()
            # Not at once: a device whose arrive() returns False reads the log, and arrives again in a moment.
            self._clock.callLater(WATCH, self._interests.end_all)
        position = self.position if since is None else since
        arrived = await self._read_arrival(Arrival(user, position, device, login, bound))
        if arrived.generation != generation:
            raise SignedOut
        return Met(position, arrived)

    async def arrive(
        self,
        user: int,
        generation: int,
        listen: Callable[[int, list[Event]], bool],
        since: int | None = None,
        device: int = 0,
        login: int = 0,
        met: Met | None = None,
        bound: int = 0,
    ) -> bool:
        """
        Let a device of this user listen from a position on, after L{meet}.

        @param generation: the generation of the device's token.
        @param listen: called with that position and the user's events since then, in the reactor turn from which on
            events are delivered. It makes the device listen, and returns whether the device does: False if it is gone.
        @param since: the position behind which the device wants events, at most L{RECENT_EVENTS} events ago; None: now.
        @param device: the device's number, if it has one.
        @param login: the number of the session, if the token is bound to one.
        @param met: the result of L{meet}, if that was called a moment ago.
        @param bound: the number of the device whose session that is, if it is another one.
        @return: whether C{since} is recent enough; False: the device has to read the log first.
        @raise SignedOut: the token or the device is void by now.
        """
        met = met or await self.meet(user, generation, since, device, login, bound)
        while met.position < self._forgotten:
            if since is not None:
                return False
            met = await self.meet(user, generation, since, device, login, bound)
        position, arrived = met
        groups = dict(arrived.groups)
        recent = self._since(position)
        missed = [event for event in recent if _concerns(event, user, groups, arrived.people)]
        if any(_voids(event, generation, device, login, bound) for event in missed):
            raise SignedOut
        recalled = {event.subject for event in recent if event.kind in RECALLS}
        if user not in self._groups_of:
            # Before listen(), which shows the user's presence: blocked users must not be told.
            self._set_blocked(user, arrived.blocked, missed)
        tell_people = self._set_people(user, arrived.people)
        if listen(position, _without_recalled(missed, recalled)) and user not in self._groups_of:
            self._groups_of[user] = set()
            self._interests.add(user)
            for group, size in groups.items():
                self._enter(user, group, size)
        if user not in self._groups_of:
            self._blocked.pop(user, None)
            self._people.pop(user, None)
            return True
        tell_people()
        if user in self._people and any(event.kind in MEMBERSHIP for event in missed):
            self._renew_people(user)
        return True

    def _since(self, position: int) -> list[Event]:
        """@return: the recent events behind a position, in order."""
        late = []
        for events in reversed(self._recent):
            if events[-1].position <= position:
                break
            late.append(events)
        return [event for events in reversed(late) for event in events if event.position > position]

    def leave(self, user: int) -> None:
        """The last device of this user is gone."""
        if user in self._groups_of:
            self._interests.discard(user)
        for group in self._groups_of.pop(user, ()):
            self._exit(user, group)
        self._blocked.pop(user, None)
        self._people.pop(user, None)

    # Batches of the plane

    def received(self, first: int, last: int, events: list[Event], knew: bool) -> bool:
        """See L{IBatchReceiver.received}. Signals have no position."""
        if not last:
            for event in events:
                self._signal(event)
            return True
        if last <= self.position:
            return False
        if self._distrusts:
            if self._clock.seconds() < self._distrusts:
                self._behind(last)
                return True
            self._distrusts = 0.0
        whole = len(events) > last - first
        if first > self.position + 1 and (whole or knew):
            if len(self._early) < EARLY:
                self._early[first] = _Early(last, events, whole, self._interests.number)
            self._behind(last)
        elif whole or knew:
            self._deliver(events, last, whole)
            self._deliver_early()
        else:
            self._behind(last)
        return True

    def _deliver_early(self) -> None:
        """Deliver the early batches whose turn has come."""
        while self._early:
            first = min(self._early)
            if first > self.position + 1:
                return
            early = self._early.pop(first)
            if early.last > self.position and (early.whole or early.wanted == self._interests.number):
                self._deliver(early.events, early.last, early.whole)

    def _deliver(self, events: list[Event], last: int, whole: bool) -> None:
        """
        @param last: the position up to which the batch accounts for events.
        @param whole: whether it has every event up to that; else events that were not wanted here are left out.
        """
        wanted = self._interests.number
        if events and events[0].position <= self.position:
            events = [event for event in events if event.position > self.position]
        for place, event in enumerate(events, 1):
            self.position = event.position
            try:
                self._route(event)
            except Exception:
                self._log.failure("event {position} could not be routed", position=event.position)
            if not whole and self._interests.number != wanted:
                # This event has made the worker want more, which may be left out of the batch: read that from the log.
                events = events[:place]
                self._behind(last)
                break
        else:
            self.position = max(self.position, last)
        if not whole:
            self._forgotten = self.position
        if events:
            self._remember(events)
        if self._reached:
            self._tell_reached()

    def _remember(self, events: list[Event]) -> None:
        self._recent.append(events)
        self._came.append(self._clock.seconds())
        self._recent_count += len(events)
        self._recent_size += _size(events)
        while self._recent_count > self.recent or self._recent_size > RECENT_SIZE:
            self._forget()

    def _forget(self) -> None:
        """Forget the oldest of the recent events."""
        self._came.popleft()
        forgotten = self._recent.popleft()
        self._recent_count -= len(forgotten)
        self._recent_size -= _size(forgotten)
        self._forgotten = max(self._forgotten, forgotten[-1].position)

    def _route(self, event: Event) -> None:
        """Deliver an event to its recipients who are online here."""
        if event.device < 0:
            # is_imported(event): the call would take longer than the question, for each event.
            self._route_imported(event)
            return
        if event.scope == _USER:
            target, sender = event.target, event.sender
            if target == sender:
                self._note_block(event)
                self._delivery.deliver((target,), event)
            else:
                self._delivery.deliver((target, sender), event)
            if target not in self._groups_of:
                self._metrics.offline_recipients += 1
            return
        if event.kind in BEGINNINGS:
            self._change(event)
        if self._people and event.kind in MEMBERSHIP:
            self._note_membership(event)
        if event.scope == Scope.GROUP:
            self._route_to_group(event)
        elif event.scope == Scope.EVERYONE:
            self._delivery.deliver(self._told(event, tuple(self._groups_of), 0), event)
        else:
            self._sign_out(event)
        if event.kind in ENDINGS:
            self._change(event)
        elif event.kind in DISSOLUTIONS:
            self._dissolve(event.target)

    def _route_imported(self, event: Event) -> None:
        """An event was imported: memberships change, and only those whose memberships they are hear of it."""
        if event.kind not in MEMBERSHIP:
            return
        if self._people:
            self._note_membership(event)
        if event.kind in DISSOLUTIONS:
            self._dissolve(event.target)
            return
        self._change(event)
        if event.subject in self._groups_of and is_told(event, event.subject):
            self._delivery.deliver((event.subject,), event)

    def _sign_out(self, event: Event) -> None:
        """Close the connections of a user whose session, device or tokens an event voids."""
        if event.kind == Kind.SESSIONS_ENDED:
            for device, first in _ended(event):
                self._delivery.revoke(event.target, device, first)
        elif event.subject:
            self._delivery.revoke(event.target, event.subject, int(event.body) if event.body else None)
        else:
            self._delivery.sign_out(event.target, int(event.body))

    def _route_to_group(self, event: Event) -> None:
        group = self._groups.get(event.target)
        if event.kind in MEETINGS and (group is None or event.subject not in group.online):
            self._delivery.deliver((event.subject,), event)
        if group is None:
            return
        offline = group.size - len(group.online) - (event.sender not in group.online)
        self._metrics.offline_recipients += max(0, offline)
        self._delivery.deliver(self._told(event, tuple(group.online), group.size), event)

    def _told(self, event: Event, users: tuple[int, ...], size: int) -> tuple[int, ...]:
        """
        @param size: see L{_is_hidden}.
        @return: these users without the guests from whom the event is hidden.
        """
        if not self._people or not stranger_in(event):
            return users
        people = self._people
        return tuple(user for user in users if user not in people or not _is_hidden(event, people[user], size))

    def _signal(self, event: Event) -> None:
        if event.kind == Kind.PERSON:
            person = msgspec.json.decode(event.body, type=PersonBody)
            self._delivery.tell_followers(event, frozenset(person.hidden_from))
        elif event.subject:
            self._delivery.signal((event.subject,), event)
        elif event.scope == Scope.USER:
            owner = int(event.body) if event.kind == Kind.TYPING and event.body else 0
            is_blocked = self.has_blocked(event.target, event.sender, owner)
            wanted = not (is_blocked or self._is_strange(event.target, event.sender))
            self._delivery.signal({event.target, event.sender} if wanted else (event.sender,), event)
        elif event.scope == Scope.GROUP and event.target in self._groups:
            group = self._groups[event.target]
            few = group.size <= RECEIPTS_LIMIT or event.kind != Kind.MARKED
            self._delivery.signal(tuple(group.online) if few else (event.sender,), event)
        else:
            self._delivery.signal((event.sender,), event)

    def is_member(self, user: int, group: int) -> bool:
        """@return: whether this user, who is online here, is a member of the group."""
        return group in self._groups_of.get(user, ())

    def has_blocked(self, user: int, other: int, owner: int = 0) -> bool:
        """
        @param owner: whose bot the other is; 0: it is no bot, or the server's.
        @return: whether this user, who is online here, has blocked the other, or the owner.
        """
        blocked = self._blocked.get(user, ())
        return other in blocked or owner in blocked

    def meets(self, guest: int, other: int) -> bool:
        """@return: whether this guest is online here, and is in a group with the other."""
        return other in self._people.get(guest, ())

    def _is_strange(self, user: int, other: int) -> bool:
        """@return: whether this user is a guest who is online here, and is in no group with the other."""
        return user in self._people and other not in self._people[user]

    def _set_people(self, user: int, people: frozenset[int] | None) -> Callable[[], None]:
        """
        @param people: None: the user is no guest.
        @return: tells the user's devices what that changes.
        """
        before = self._people.pop(user, frozenset())
        if people is None:
            return lambda: None
        self._people[user] = people
        return lambda: self._delivery.people_changed(user, people - before, before - people)

    def _note_membership(self, event: Event) -> None:
        """Memberships of guests, or of others in groups of guests, change."""
        group = self._groups.get(event.target)
        for guest in self._people:
            if guest == event.subject or (group is not None and guest in group.online):
                self._renew_people(guest)

    def _renew_people(self, guest: int) -> None:
        self._stale.add(guest)
        is_due = self._people_call is not None and self._people_call.active()
        if not is_due and self._renewing is None:
            self._people_call = self._clock.callLater(PEOPLE_PAUSE, self._begin_renewing)

    def _begin_renewing(self) -> None:
        renewing = self._spawn(self._read_people())
        self._renewing = None if renewing.called else renewing

    async def _read_people(self) -> None:
        guest = 0
        try:
            # One after the other: so no older answer comes behind a newer one.
            while self._stale:
                guest = self._stale.pop()
                if guest in self._people:
                    arrived = await self._read_arrival(Arrival(guest, self.position, 0))
                    if guest in self._people:
                        self._set_people(guest, arrived.people)()
        except CancelledError:
            raise
        except Exception as e:
            if not isinstance(e, StoreAway):
                self._log.failure("the people of guest {guest} could not be read", guest=guest)
            self._stale.add(guest)
            self._people_call = self._clock.callLater(WATCH, self._begin_renewing)
        finally:
            self._renewing = None

    def blocked_by(self, user: int) -> Collection[int]:
        """@return: the users whom this user, who is online here, has blocked."""
        return self._blocked.get(user, ())

    def _set_blocked(self, user: int, blocked: frozenset[int], since: list[Event]) -> None:
        """@param since: the user's later events. C{blocked} may have some of their changes already."""
        found = set(blocked)
        for event in since:
            if event.kind == Kind.BLOCKED:
                found.add(event.subject)
            elif event.kind == Kind.UNBLOCKED:
                found.discard(event.subject)
        if found:
            self._blocked[user] = found

    def _note_block(self, event: Event) -> None:
        user, hides = event.sender, event.kind == Kind.BLOCKED
        if (hides or event.kind == Kind.UNBLOCKED) and user in self._groups_of:
            self._set_blocked(user, frozenset(self._blocked.pop(user, ())), [event])
            self._delivery.hide(user, event.subject, hides)

    def _change(self, event: Event) -> None:
        """A membership changed."""
        group, user, size = event.target, event.subject, int(event.body)
        if group in self._groups:
            self._groups[group].size = size
        if user not in self._groups_of:
            return
        if event.kind in BEGINNINGS:
            self._enter(user, group, size)
        elif group in self._groups_of[user]:
            self._groups_of[user].discard(group)
            self._exit(user, group)

    def _dissolve(self, group: int) -> None:
        """A group was dissolved: it has no members any more."""
        if group in self._groups:
            for user in tuple(self._groups[group].online):
                self._groups_of[user].discard(group)
                self._exit(user, group)

    def _enter(self, user: int, group: int, size: int) -> None:
        if group not in self._groups:
            self._groups[group] = _Group(size)
            self._interests.add(group)
        self._groups[group].online.add(user)
        self._groups_of[user].add(group)

    def _exit(self, user: int, group: int) -> None:
        online = self._groups[group].online
        online.discard(user)
        if not online:
            del self._groups[group]
            self._interests.discard(group)

    # The repair

    def _behind(self, position: int) -> None:
        """There are events up to this position that have not come: begin a repair in a moment."""
        self._seen = max(self._seen, position)
        if self._repairing is None and (self._repair_call is None or not self._repair_call.active()):
            self._repair_call = self._clock.callLater(GAP_TIMEOUT, self._begin_repair)

    def _begin_repair(self) -> None:
        if self.position < self._seen:
            repairing = self._spawn(self._repair())
            self._repairing = None if repairing.called else repairing

    async def _repair(self) -> None:
        failed = False
        try:
            while self.position < self._seen:
                events = await self._read_log(self.position, REPAIR_PAGE)
                fresh = sum(event.position > self.position for event in events)
                if events:
                    self._deliver(events, events[-1].position, True)
                    self._deliver_early()
                if fresh:
                    self._metrics.repairs += 1
                    self._metrics.repaired_events += fresh
                elif self.position < self._seen:
                    break  # a commit that was announced cannot be read yet: look again later
        except CancelledError:
            raise
        except StoreAway:
            failed = True
        except Exception:
            failed = True
            self._log.failure("the log could not be read; trying again in {seconds} s", seconds=WATCH)
        finally:
            self._repairing = None
        if self.position < self._seen:
            self._repair_call = self._clock.callLater(WATCH if failed else GAP_TIMEOUT, self._begin_repair)

    async def _look_at_head(self) -> None:
        seen = self._seen
        try:
            head = await self._read_head()
        except CancelledError:
            raise
        except StoreAway:
            return
        except Exception:
            self._log.failure("the log's end could not be read")
            return
        if head > self.position:
            self._behind(head)
        elif head < seen == self._seen:
            # A batch of a log that is no more has told of positions that this one does not have.
            self._seen = self.position

    def _look(self) -> Deferred[None]:
        while self._came and self._came[0] < self._clock.seconds() - RECENT_TIME:
            self._forget()
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
