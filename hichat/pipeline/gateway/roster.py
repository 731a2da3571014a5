"""The roster: the users who are signed in and online in this process, with their devices."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from heapq import nsmallest
from typing import Any, Protocol
from weakref import WeakSet

from zope.interface import implementer

from hichat.core.events import Event, Scope
from hichat.core.ports import IDelivery, INeighbours, Watcher
from hichat.runtime.metrics import Metrics
from hichat.runtime.neighbours import ALONE

MANY = 2**31
"""The limit of a user's connections that stands for no limit."""

LISTENS = "listens"
"""The topic under which a worker tells the others that a device listens."""

Encoder = Callable[[Event], bytes | None]
"""Makes an event's frame, ready for the socket, in one dialect; None if the dialect does not show such events."""


class ConnectedDevice(Protocol):
    """
    A connection that listens: routing's events are delivered to it.

    @ivar generation: the generation of its token.
    @ivar login: the number of the session that the token is bound to; 0: it is bound to none.
    @ivar number: the device's number, from 1; 0 for connections without a device, which do not get their own user's
        messages, as v1 has it. A negative one is the connection's own: it replaces none, and hears what all devices of
        the user have sent.
    @ivar bound: the number of the device whose session that is, if it is another one than this.
    """

    encode: Encoder
    number: int
    generation: int
    login: int
    bound: int

    def deliver(self, frame: bytes) -> None:
        """Write a frame that C{encode} made."""

    def signal(self, event: Event) -> None:
        """Show a signal, if the client has subscribed to it."""

    def hide(self, user: int, hidden: bool) -> None:
        """From now on another user appears offline to this client; or, if not C{hidden}, appears as they are."""

    def sign_out(self) -> None:
        """Close: the user is no longer signed in."""

    def replaced(self) -> None:
        """Close: the same device has connected again."""

    def go_away(self) -> None:
        """Close: the daemon stops."""

    def start_anew(self) -> None:
        """Close: the log is another one."""

    def pause_reading(self) -> None:
        """Read nothing from the client."""

    def resume_reading(self) -> None:
        """Read again."""


def device_of(connection: ConnectedDevice) -> tuple[str, int]:
    """@return: the protocol that a connection speaks, and the number of its device; 0: it has none."""
    if connection.number:
        return "v2", connection.number if connection.number > 0 else connection.bound
    return "v1", connection.bound


def wants_own(event: Event, number: int) -> bool:
    """
    @param number: the number of a device of the sender, or 0.
    @return: whether the device wants the sender's own event: a device does not want its own. v1 shows a user's own
        message only if it was to the user's self.
    """
    if number:
        return number != event.device
    return event.target == event.sender and event.scope == Scope.USER


@implementer(IDelivery)
class Roster:
    """
    Online users and their devices.

    @param limit: the most connections of one user.
    @param refused: called for each refused connection, with the limit's name and the user.
    @param watchers: gives the devices that watch a user; see L{hichat.core.ports.IPresence.watchers}.
    @param blocks_changed: see L{hichat.core.ports.IPresence.blocks_changed}.
    @param neighbours: the other workers: the same device may come to one of them.
    @ivar admitted: called with a user's id and each connection that is let in.
    """

    def __init__(
        self,
        metrics: Metrics,
        limit: int = MANY,
        refused: Callable[[str, str], object] = lambda reason, who: None,
        watchers: Callable[[int], Iterable[Watcher]] = lambda user: (),
        blocks_changed: Callable[[int], object] = lambda user: None,
        neighbours: INeighbours = ALONE,
    ) -> None:
        self.admitted: Callable[[int, Any], object] = lambda user, device: None
        self._neighbours = neighbours
        # The devices whose coming all workers have heard of, so that they are older than what is heard next.
        self._known: WeakSet[ConnectedDevice] = WeakSet()
        neighbours.follow(LISTENS, self._came_somewhere, tuple[int, int, int], echo=True)
        self._watchers = watchers
        self._blocks_changed = blocks_changed
        self._metrics = metrics
        self._limit = limit
        self._refused = refused
        self._admitted: dict[int, list[ConnectedDevice]] = {}
        # Of the bots that have a connection here and are people's: whose they are.
        self._owners: dict[int, int] = {}
        self._devices: dict[int, list[ConnectedDevice]] = {}

    def is_full(self, user: int, number: int = 0) -> bool:
        """
        @param number: the number of the device that comes. It may replace a connection of its own.
        @return: whether the user has reached the limit; if so, the connection is counted as refused.
        """
        devices = self._admitted.get(user, ())
        if len(devices) < self._limit + any(number and device.number == number for device in devices):
            return False
        self._refused("user", f"user {user}")
        return True

    def admit(self, user: int, device: ConnectedDevice, owner: int = 0) -> None:
        """
        A connection is signed in. From now on the end of its session closes it, whether it listens or not. It replaces
        an earlier connection of the same device at once; one that listens is replaced only when the new one listens,
        so that the device is never offline.

        @param owner: of a bot: the person whose it is; 0: it is the server's, or the user is no bot.
        """
        if owner:
            self._owners[user] = owner
        same = [other for other in self._same(user, device) if not self.listens(user, other)]
        self._admitted.setdefault(user, []).append(device)
        self.admitted(user, device)
        for other in same:
            other.replaced()

    def _same(self, user: int, device: ConnectedDevice) -> list[ConnectedDevice]:
        devices = self._admitted.get(user, ()) if device.number else ()
        return [other for other in devices if other.number == device.number and other is not device]

    def dismiss(self, user: int, device: ConnectedDevice) -> None:
        """A connection is gone. It does not listen any more. May be called again."""
        devices = self._admitted.get(user, [])
        if device in devices:
            devices.remove(device)
            if not devices:
                del self._admitted[user]
                self._owners.pop(user, None)

    def enter(self, user: int, device: ConnectedDevice) -> None:
        """A device that is signed in listens from now on."""
        self._devices.setdefault(user, []).append(device)
        for other in self._same(user, device):
            other.replaced()
        if device.number:
            self._neighbours.tell(LISTENS, (user, device.number, id(device)))

    def _came_somewhere(self, worker: int, said: tuple[int, int, int]) -> None:
        """
        A device listens, here or at another worker. All workers hear this in the same order: so of two connections of
        one device that came at the same time they agree which is the later one.
        """
        user, number, which = said
        for device in tuple(self._admitted.get(user, ())):
            if device.number != number:
                continue
            if worker != self._neighbours.number:
                if device in self._known:
                    device.replaced()
            elif id(device) == which:
                self._known.add(device)

    def listens(self, user: int, device: ConnectedDevice) -> bool:
        """@return: whether this device listens."""
        return device in self._devices.get(user, ())

    def leave(self, user: int, device: ConnectedDevice) -> bool:
        """
        A device listens no more.

        @return: whether it was the user's last.
        """
        devices = self._devices.get(user, [])
        if device not in devices:
            return False
        devices.remove(device)
        if devices:
            return False
        del self._devices[user]
        return True

    def deliver(self, users: Iterable[int], event: Event) -> None:
        """See L{IDelivery.deliver}. The event is encoded once for each dialect."""
        frames: dict[Encoder, bytes | None] = {}
        last: Encoder | None = None
        frame = None
        written = 0
        sender, online = event.sender, self._devices
        for user in users:
            devices = online.get(user)
            if devices is None:
                continue
            if len(devices) > 1:
                # A copy: a device that is too slow leaves while it is written to.
                devices = devices.copy()
            for device in devices:
                if user == sender and not wants_own(event, device.number):
                    continue
                encode = device.encode
                if encode is not last:
                    if encode not in frames:
                        frames[encode] = encode(event)
                    last, frame = encode, frames[encode]
                if frame is not None:
                    device.deliver(frame)
                    written += 1
        self._metrics.messages_out += written

    def signal(self, users: Iterable[int], event: Event) -> None:
        """See L{IDelivery.signal}."""
        for user in users:
            for device in tuple(self._devices.get(user, ())):
                device.signal(event)

    def tell_followers(self, event: Event, hidden_from: Container[int]) -> None:
        """See L{IDelivery.tell_followers}."""
        for watcher in self._watchers(event.sender):
            is_hidden = watcher.user in hidden_from or watcher.owner in hidden_from
            if watcher.user != event.sender and not is_hidden:
                watcher.signal(event)
        self.signal((event.sender,), event)

    def hide(self, user: int, other: int, hidden: bool) -> None:
        """See L{IDelivery.hide}."""
        self._blocks_changed(user)
        for each in (other, *(bot for bot, owner in self._owners.items() if owner == other)):
            for device in tuple(self._admitted.get(each, ())):
                device.hide(user, hidden)

    def people_changed(self, guest: int, come: Iterable[int], gone: Iterable[int]) -> None:
        """See L{IDelivery.people_changed}."""
        for device in tuple(self._admitted.get(guest, ())):
            for users, hidden in ((come, False), (gone, True)):
                for user in users:
                    device.hide(user, hidden)

    def sign_out(self, user: int, generation: int) -> None:
        """See L{IDelivery.sign_out}."""
        for connection in tuple(self._admitted.get(user, ())):
            if connection.generation < generation:
                connection.sign_out()

    def revoke(self, user: int, device: int, login: int | None) -> None:
        """See L{IDelivery.revoke}."""
        for connection in tuple(self._admitted.get(user, ())):
            bound = connection.bound or connection.number
            if login is None:
                is_ended = device in (bound, connection.number)
            else:
                is_ended = device == bound and connection.login < login
            if is_ended:
                connection.sign_out()

    def start_anew(self) -> None:
        """The log is another one: close all connections, so that their clients find out what is in it."""
        for connection in [connection for admitted in self._admitted.values() for connection in admitted]:
            connection.start_anew()

    @property
    def count(self) -> int:
        """The number of users who have a connection here."""
        return len(self._admitted)

    def some(self, after: int, limit: int) -> list[tuple[int, tuple[ConnectedDevice, ...]]]:
        """@return: the first users behind an id who have a connection here, each with all of them."""
        found = nsmallest(limit, (user for user in self._admitted if user > after))
        return [(user, tuple(self._admitted[user])) for user in found]

    def signed_in(self) -> set[int]:
        """@return: the numbers of the devices whose sessions have a connection here."""
        connections = (connection for admitted in self._admitted.values() for connection in admitted)
        return {connection.bound or connection.number for connection in connections if connection.login}

    def end(self, devices: Container[int]) -> None:
        """The sessions of these devices have expired: close their connections."""
        for connection in [connection for admitted in self._admitted.values() for connection in admitted]:
            if connection.login and (connection.bound or connection.number) in devices:
                connection.sign_out()

    def all(self) -> list[ConnectedDevice]:
        """@return: every device that listens."""
        return [device for devices in self._devices.values() for device in devices]
