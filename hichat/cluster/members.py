"""
The B{members} of one service: the worker processes of all its hosts, as one of them knows the others. They hear each
other by a bus (L{hichat.cluster.redis}), which may lose everything at any time.

A member has a random number, and a new one each time that its bus comes up: so whatever was missed meanwhile concerns a
member that is no more. Who hears a member that it does not know tells that one its state, as workers of one host do
(L{hichat.runtime.neighbours}); who hears that it missed something asks for it. A member that says nothing for L{LEASE}
seconds is gone, and its state with it.

While the bus is down nobody is taken for gone: what was known last stays, and is replaced when the bus is up again.

Layout of a message, integers big-endian::

    mac        16 bytes   keyed BLAKE2b (RFC 7693) over all that follows
    version     1         L{VERSION}
    kind        1         L{HELLO} ...
    host        8         the same for all workers of a host: they hear each other by other ways
    member      8         who says it
    to          8         the only member for which it is; 0: all
    number      8         counts what this member says to all; in a message to one: what it has said to all so far
    body                  by kind
"""

from __future__ import annotations

import hmac
import struct
from collections.abc import Callable
from hashlib import blake2b
from typing import Any, Protocol

import msgspec
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.internet.task import LoopingCall
from twisted.logger import Logger
from zope.interface import implementer

from hichat.core.ports import INeighbours
from hichat.runtime.neighbours import ALL_WORKERS

VERSION = 1
"""
The version of what members say: a number of its own, which later versions of HiChat raise only when members of an
earlier one would misunderstand them. Topics and kinds that are new are no reason, because they are not heard there, nor
are new fields with defaults at the end of what is said. The MAC and the version stay where they are in all versions.

Members of another version are not understood: as long as there are any, the log alone carries events between hosts, and
each member knows those of its own version only.
"""

LEASE = 10.0
"""Seconds of silence after which a member is gone."""

FIRST = 1000
"""The first number by which a member of another host is known here. Those of this host's workers are smaller."""

HELLO, BEAT, SAID, COMMITTED, BYE, MISSED, INTRODUCED = range(7)
"""
The kinds of messages: a member is new (the body is its former number); it is there; it says something to the rooms; it
has committed a batch; it ends; it has missed something and wants to be told the state; it has told
its state (the body is its former number).
"""

CAUSES = ("truncated", "forged", "version", "doubled", "malformed")
"""Why a message is not used."""

_MAC = 16
_HEADER = struct.Struct("!BBQQQQ")
_PREFIX = _MAC + _HEADER.size


class Bus(Protocol):
    """What carries the messages; see L{hichat.cluster.redis.RedisBus} for the fields."""

    heard: Callable[[bytes], object]
    came_up: Callable[[], object]
    went_down: Callable[[], object]
    probe: Callable[[], object]

    @property
    def number(self) -> int: ...

    @property
    def is_up(self) -> bool: ...

    @property
    def has_room(self) -> bool: ...

    def say(self, message: bytes, to: int = 0) -> None:
        """Publish a message."""

    def is_heard(self) -> None:
        """A message of this process has come back."""


class _Said(msgspec.Struct, array_like=True):
    topic: str
    body: msgspec.Raw


_decode_said = msgspec.msgpack.Decoder(list[_Said]).decode


class _Member:
    """
    A member of another host.

    @ivar number: by which the rooms here know it.
    @ivar said: the number of the last message that it has said to all.
    @ivar sign: the time of its last message.
    """

    __slots__ = ("number", "said", "sign")

    def __init__(self, number: int, said: int, sign: float) -> None:
        self.number = number
        self.said = said
        self.sign = sign


class Members:
    """
    The members of other hosts, for one worker.

    @param bus: carries the messages; this sets its callbacks.
    @param key: up to 64 bytes, the same for all hosts of the service.
    @param host: a random number of this host's daemon.
    @param neighbours: the workers of this host.
    @ivar batch: called with the body of each L{COMMITTED} of another host.
    @ivar covered: called with whether the bus carries what all others commit, each time that this changes.
    @ivar dropped: by cause, how many messages were not used.
    """

    _log = Logger()

    def __init__(
        self,
        bus: Bus,
        key: bytes,
        host: int,
        clock: IReactorTime,
        neighbours: INeighbours,
    ) -> None:
        self.batch: Callable[[bytes], object] = lambda body: None
        self.covered: Callable[[bool], object] = lambda is_covered: None
        self.dropped = dict.fromkeys(CAUSES, 0)
        self._bus = bus
        self._key = blake2b(b"members", key=key, digest_size=32).digest()
        self._host = host
        self._clock = clock
        self._neighbours = neighbours
        # None: it was not told yet; a daemon may start while the bus is down.
        self._is_covered: bool | None = None
        self._members: dict[int, _Member] = {}
        self._next = FIRST
        self._number = self._former = 0
        self._said = 0
        self._own_sign = 0.0
        # The time at which somebody of another version was heard last, and the versions.
        self._strange = -LEASE
        self._strangers: set[int] = set()
        self._outbox: list[tuple[str, Any]] = []
        self._flushing: IDelayedCall | None = None
        # By member, the numbers by which it was known: they count until it has told its state under the new one.
        self._former_numbers: dict[int, list[int]] = {}
        self._leaving: set[IDelayedCall] = set()
        self._followers: dict[str, tuple[Callable[[int, Any], object], Any]] = {}
        self._echoed: set[str] = set()
        self._of_comings: list[Callable[[int], object]] = []
        self._of_goings: list[Callable[[int], object]] = []
        self._watching = LoopingCall(self._look)
        self._watching.clock = clock
        bus.heard, bus.probe, bus.came_up, bus.went_down = self._heard, self._beat, self._came_up, self._went_down

    def __len__(self) -> int:
        """@return: how many members of other hosts are known."""
        return len(self._members)

    def start(self) -> None:
        """Look after leases from now on."""
        self._watching.start(1.0, now=False)

    def stop(self) -> None:
        """Say good-bye."""
        if self._watching.running:
            self._watching.stop()
        for call in (self._flushing, *self._leaving):
            if call is not None and call.active():
                call.cancel()
        if self._bus.is_up:
            self._say(BYE)

    @property
    def is_up(self) -> bool:
        """Whether messages are carried."""
        return self._bus.is_up

    # What the rooms say to each other

    def tell(self, topic: str, said: Any, to: int = ALL_WORKERS) -> None:
        """See L{INeighbours.tell}. What is told to all is gathered until the end of the turn."""
        if not self._bus.is_up:
            return
        if to == ALL_WORKERS:
            self._outbox.append((topic, said))
            if self._flushing is None or not self._flushing.active():
                self._flushing = self._clock.callLater(0, self._flush)
            return
        self._flush()
        member = next((each for each, known in self._members.items() if known.number == to), 0)
        if member:
            self._say(SAID, msgspec.msgpack.encode([(topic, said)]), member)

    def _flush(self) -> None:
        outbox, self._outbox = self._outbox, []
        if outbox:
            self._say(SAID, msgspec.msgpack.encode(outbox))

    def follow(self, topic: str, heard: Callable[[int, Any], object], kind: Any, echo: bool = False) -> None:
        """See L{INeighbours.follow}. With C{echo} what this host's workers say is heard as well, in the same order."""
        self._followers[topic] = heard, msgspec.msgpack.Decoder(kind)
        if echo:
            self._echoed.add(topic)

    def follow_workers(self, came: Callable[[int], object], gone: Callable[[int], object]) -> None:
        """See L{INeighbours.follow_workers}."""
        self._of_comings.append(came)
        self._of_goings.append(gone)

    def batch_is(self, body: bytes) -> None:
        """Tell the other hosts of a batch; if there is no room for it they read it from the log."""
        if self._bus.has_room:
            self._say(COMMITTED, body)

    # Sending

    def _say(self, kind: int, body: bytes = b"", to: int = 0) -> None:
        if not to:
            self._said += 1
        rest = _HEADER.pack(VERSION, kind, self._host, self._bus.number, to, self._said) + body
        self._bus.say(self._mac(rest) + rest, to)

    def _mac(self, data: bytes) -> bytes:
        return blake2b(data, key=self._key, digest_size=_MAC).digest()

    def _beat(self) -> None:
        # Before the bus is up the others need not know of this member yet.
        self._say(BEAT, to=0 if self._bus.is_up else self._bus.number)

    def _came_up(self) -> None:
        self._former, self._number = self._number, self._bus.number
        self._own_sign = self._clock.seconds()
        # All others are met anew: they have told this one's former number what it has missed.
        before, self._members = self._members, {}
        for sender, member in before.items():
            self._leave_later(sender, member.number)
        self._say(HELLO, self._former.to_bytes(8, "big"))
        self._cover()

    def _went_down(self) -> None:
        self._outbox.clear()
        self._cover()

    def _cover(self) -> None:
        is_strange = self._clock.seconds() - self._strange < LEASE
        if self._strangers and not is_strange:
            self._strangers.clear()
            self._log.info("all members speak version {ours} now", ours=VERSION)
        is_covered = self._bus.is_up and not is_strange
        if is_covered != self._is_covered:
            self._is_covered = is_covered
            self.covered(is_covered)

    # Receiving

    def _heard(self, message: bytes) -> None:
        try:
            if len(message) < _PREFIX:
                raise _Unusable("truncated")
            if self._is_known_here(message):
                return
            if not hmac.compare_digest(self._mac(message[_MAC:]), message[:_MAC]):
                raise _Unusable("forged")
            version, kind, host, sender, to, number = _HEADER.unpack_from(message, _MAC)
            if version != VERSION:
                self._met_stranger(version)
                raise _Unusable("version")
            self._understood(kind, host, sender, to, number, message[_PREFIX:])
        except _Unusable as e:
            self.dropped[e.cause] += 1
        except msgspec.MsgspecError:
            self.dropped["malformed"] += 1
        except Exception:
            self._log.failure("a message of another host could not be used")

    def _met_stranger(self, version: int) -> None:
        self._strange = self._clock.seconds()
        if version not in self._strangers:
            self._strangers.add(version)
            self._log.warn(
                "a host of another HiChat is there, whose members speak version {theirs} and not {ours}: until it is "
                "gone, events of other hosts are read from the log, and who is online there is not known",
                theirs=version,
                ours=VERSION,
            )
        self._cover()

    def _is_known_here(self, message: bytes) -> bool:
        """@return: whether a worker of this host has committed this: it comes by the host's own way, sooner."""
        version, kind, host, *_ = _HEADER.unpack_from(message, _MAC)
        return (version, kind, host) == (VERSION, COMMITTED, self._host)

    def _understood(self, kind: int, host: int, sender: int, to: int, number: int, body: bytes) -> None:
        if sender == self._bus.number:
            self._own_sign = self._clock.seconds()
            self._bus.is_heard()
            if kind == SAID and not to:
                self._tell_rooms(self._neighbours.number, body, self._echoed)
        elif to not in (0, self._bus.number) or not self._bus.is_up:
            return
        elif host == self._host:
            if kind == SAID and not to:
                self._tell_rooms(sender, body, self._echoed)
        else:
            self._understood_member(kind, sender, to, number, body)

    def _understood_member(self, kind: int, sender: int, to: int, number: int, body: bytes) -> None:
        if kind == BYE:
            self._forget(sender)
            return
        member = self._members.get(sender)
        if member is None:
            member = self._meet(sender, number)
            if kind == HELLO:
                self._takes_over(sender, int.from_bytes(body, "big"))
            elif not to:
                # It has told its state to those who were there when it came.
                self._say(MISSED, to=sender)
        elif not to:
            if number <= member.said:
                raise _Unusable("doubled")
            if number > member.said + 1:
                self._leave_later(sender, member.number)
                member = self._meet(sender, number)
                self._say(MISSED, to=sender)
        member.sign = self._clock.seconds()
        if not to:
            member.said = number
        if kind == SAID:
            self._tell_rooms(member.number, body, None)
        elif kind == COMMITTED:
            self.batch(body)
        elif kind == MISSED:
            self._introduce(sender, member.number)
        elif kind == INTRODUCED:
            # Its HELLO may have come while this one's bus was down.
            self._takes_over(sender, int.from_bytes(body, "big"))
            self._leave(sender)

    def _tell_rooms(self, number: int, body: bytes, only: set[str] | None) -> None:
        for said in _decode_said(body):
            found = self._followers.get(said.topic)
            if found is not None and (only is None or said.topic in only):
                heard, decoder = found
                heard(number, decoder.decode(said.body))

    # Members that come and go

    def _meet(self, sender: int, said: int) -> _Member:
        member = self._members[sender] = _Member(self._next, said, self._clock.seconds())
        self._next += 1
        # First, so that it knows this one whatever there is to tell.
        self._say(BEAT, to=sender)
        self._introduce(sender, member.number)
        return member

    def _introduce(self, sender: int, number: int) -> None:
        """Tell a member the state of this one."""
        for came in self._of_comings:
            came(number)
        self._say(INTRODUCED, self._former.to_bytes(8, "big"), sender)

    def _forget(self, sender: int) -> None:
        member = self._members.pop(sender, None)
        if member is not None:
            self._gone(member.number)
        self._leave(sender)

    def _takes_over(self, sender: int, former: int) -> None:
        """A member has another number than before."""
        member = self._members.pop(former, None)
        if member is not None:
            self._leave_later(sender, member.number)
        for number in self._former_numbers.pop(former, ()):
            self._leave_later(sender, number)

    def _leave_later(self, sender: int, number: int) -> None:
        """A number is not used any more, and leaves when this member has told its state, or should have."""
        self._former_numbers.setdefault(sender, []).append(number)

        def leave() -> None:
            self._leaving.discard(call)
            self._leave(sender)

        call = self._clock.callLater(LEASE, leave)
        self._leaving.add(call)

    def _leave(self, sender: int) -> None:
        for number in self._former_numbers.pop(sender, ()):
            self._gone(number)

    def _gone(self, number: int) -> None:
        for gone in self._of_goings:
            gone(number)

    def _look(self) -> None:
        """End the leases of members that say nothing: if this one heard itself, it would have heard them."""
        self._cover()
        now = self._clock.seconds()
        if not self._bus.is_up or now - self._own_sign > LEASE / 4:
            return
        for sender in [sender for sender, member in self._members.items() if now - member.sign > LEASE]:
            self._log.info("a worker of another host says nothing any more, and counts as gone")
            self._forget(sender)


class _Unusable(Exception):
    """A message that is not used."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


@implementer(INeighbours)
class AllNeighbours:
    """
    The other workers of this host, and those of the other hosts.

    What all have to hear in one order (C{echo}) is carried by the members' bus as long as that is up, and within the
    host while it is not. All else is carried within the host by the host's own way, and by the bus to the others.

    @param near: the workers of this host.
    @param far: those of the others.
    """

    def __init__(self, near: INeighbours, far: Members) -> None:
        self.number = near.number
        self._near = near
        self._far = far
        self._echoed: set[str] = set()

    def tell(self, topic: str, said: Any, to: int = ALL_WORKERS) -> None:
        """See L{INeighbours.tell}."""
        if to == ALL_WORKERS:
            self._far.tell(topic, said)
            if topic in self._echoed and self._far.is_up:
                return
        if to < FIRST:
            self._near.tell(topic, said, to)
        else:
            self._far.tell(topic, said, to)

    def follow(self, topic: str, heard: Callable[[int, Any], object], kind: Any, echo: bool = False) -> None:
        """See L{INeighbours.follow}."""
        if echo:
            self._echoed.add(topic)
        self._near.follow(topic, heard, kind, echo)
        self._far.follow(topic, heard, kind, echo)

    def follow_workers(self, came: Callable[[int], object], gone: Callable[[int], object]) -> None:
        """See L{INeighbours.follow_workers}."""
        self._near.follow_workers(came, gone)
        self._far.follow_workers(came, gone)
