"""The clients of the simulated daemon: v1 pages and v2 phones, over connections that may end at any time."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred, succeed
from twisted.python.failure import Failure

from hichat.core.errors import SignedOut
from hichat.core.events import Event
from hichat.core.words import Words
from hichat.pipeline.gateway.roster import Encoder
from hichat.pipeline.gateway.v2_session import V2Session
from hichat.v1 import dialect
from hichat.v1.session import V1Session
from hichat.wire import v2
from hichat.wire.frames import Close
from tests.simulation.model import is_for_page

if TYPE_CHECKING:
    from tests.simulation.world import Worker, World

UNSENT = 40
"""The most frames that may wait for a client that does not read."""


def payload(frame: bytes) -> bytes:
    """@return: the payload of a server's text frame."""
    return frame[{126: 4, 127: 10}.get(frame[1], 2) :]


class Connection:
    """
    The base of the connections of both protocols.

    @ivar unread: frames that the client has written and the daemon has not read; C{taken}: those that it has read.
    """

    number = 0
    generation = 0
    login = 0
    bound = 0

    def __init__(self, world: World, worker: Worker, user: int) -> None:
        self.world = world
        self.worker = worker
        self.user = user
        self.gone = False
        self.reading = True
        self.unread: list[bytes] = []
        self.taken: list[bytes] = []
        self.session: V1Session | V2Session

    @property
    def may_send(self) -> bool:
        return not self.gone

    def send(self, frame: bytes) -> None:
        """Send a client's frame. It waits in the socket while the daemon does not read."""
        self.unread.append(frame)
        self.read()

    def read(self) -> None:
        while self.reading and self.unread and not self.gone and not self.worker.host.is_frozen:
            # One read brings several frames.
            some, self.unread = self.unread[:5], self.unread[5:]
            for frame in some:
                self.world.reached[frame] = True
                self.taken.append(frame)
                self.session.received_all([frame])
            assert self.session._held is None or len(self.session._held) <= 5, "frames pile up"

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True
        self.read()

    def sign_out(self) -> None:
        self.leave()

    def replaced(self) -> None:
        self.leave()

    def go_away(self) -> None:
        self.leave()

    def start_anew(self) -> None:
        self.leave()

    def leave(self) -> None:
        raise NotImplementedError

    def signal(self, event: Event) -> None:
        pass

    def hide(self, user: int, hidden: bool) -> None:
        pass


class Page(Connection):
    """
    A v1 connection.

    @ivar heard: the payloads that were delivered.
    @ivar since: the position behind which it listens; None: it does not listen yet.
    @ivar until: the position of the routing when it left; None: it is there.
    """

    encode: Encoder = staticmethod(dialect.encode)

    def __init__(self, world: World, worker: Worker, user: int) -> None:
        super().__init__(world, worker, user)
        self.session = V1Session(user, "en", self, worker.way.inlet)
        self.heard: list[bytes] = []
        self.complaints = 0
        self.since: int | None = None
        self.until: int | None = None

    def listen(self, _position: int, missed: list[Event]) -> bool:
        if self.gone:
            return False
        routing = self.worker.way.routing
        mine = [event for event in missed if is_for_page(event, self.user) and dialect.encode(event)]
        self.since = routing.position
        self.worker.way.roster.admit(self.user, self)
        self.worker.way.roster.enter(self.user, self)
        # It also gets the events since it began to arrive; where these begin does not matter.
        self.early = [event.body for event in mine]
        return True

    def not_arrived(self, failure: Failure) -> None:
        """The token was void."""
        failure.trap(SignedOut)
        self.leave()

    def deliver(self, frame: bytes) -> None:
        assert not self.gone
        self.heard.append(payload(frame))

    def write_frame(self, frame: bytes) -> None:
        self.complaints += 1

    def leave(self) -> None:
        """The connection is lost."""
        if self.gone:
            return
        self.gone = True
        if self.since is not None:
            way = self.worker.way
            self.until = way.routing.position
            way.roster.dismiss(self.user, self)
            if way.roster.leave(self.user, self):
                way.routing.leave(self.user)


class Socket(Connection):
    """
    A v2 connection.

    @ivar coming: frames on their way to the client.
    @ivar stalled: whether the client does not read.
    @ivar closed: the code with which the daemon has closed it; None: it has not.
    """

    encode: Encoder = staticmethod(v2.encode)
    framed = staticmethod(v2.frame)

    def __init__(self, world: World, worker: Worker, phone: Phone) -> None:
        super().__init__(world, worker, phone.user)
        self.phone = phone
        self.session = V2Session(str(phone.user), "en", self, worker.way.inlet, worker.services)
        self.coming: list[bytes] = []
        self.stalled = False
        self.closed: Close | None = None
        self._drained: list[Deferred[None]] = []

    def write_frame(self, frame: bytes) -> None:
        if self.gone:
            return
        self.coming.append(frame)
        if self.stalled and len(self.coming) > UNSENT:
            self.close(Close.TOO_SLOW, "slow")

    deliver = write_frame

    def drained(self) -> Deferred[None]:
        if not self.stalled or self.gone:
            return succeed(None)
        waiter: Deferred[None] = Deferred()
        self._drained.append(waiter)
        return waiter

    def go_on(self) -> None:
        """The client reads again."""
        self.stalled = False
        waiters, self._drained = self._drained, []
        for waiter in waiters:
            waiter.callback(None)

    def greeted(self) -> None:
        pass

    def signal(self, event: Event) -> None:
        assert isinstance(self.session, V2Session)
        if not self.gone:
            self.session.signal(event)

    def sign_out(self) -> None:
        self.close(Close.SIGNED_OUT, "")

    def replaced(self) -> None:
        self.close(Close.REPLACED, "")

    def close(self, code: Close, reason: Words | str) -> None:
        """The daemon closes the connection. Frames that were written before still arrive."""
        if not self.gone:
            self.closed = code
            self._end()

    def leave(self) -> None:
        """The connection is lost, with all frames on their way."""
        if not self.gone:
            self._end()
        self.coming.clear()

    def _end(self) -> None:
        self.gone = True
        assert isinstance(self.session, V2Session)
        self.session.gone()
        self.go_on()


class Phone:
    """
    A v2 client: one device, over many connections.

    @ivar cursor: the cursor, as the protocol defines it; None before the first sync.
    @ivar epoch: the epoch of the cursor; C{check}: the last check.
    @ivar start: the cursor after the first sync.
    @ivar heard: ids of events, in the order in which they came.
    @ivar of_lost_log: those of them that were put back since, until it starts anew; a revoked device never does.
    @ivar acked: by counter: the id in the ack.
    @ivar refused: counters of frames that the daemon has refused.
    @ivar unstored: whether a frame was not stored, on this connection.
    @ivar repeated: counters of frames that were sent again though they might have been answered.
    @ivar open: by counter: the frame, until it is answered.
    @ivar said: by counter: every frame with a counter.
    @ivar revoked: whether it knows that its device was revoked.
    @ivar greeted: whether this connection was welcomed.
    @ivar watched: itself, and the users that it has ever watched.
    """

    def __init__(self, world: World, user: int, name: str) -> None:
        self.world = world
        self.user = user
        self.name = name
        self.number = 0
        self.socket: Socket | None = None
        self.cursor: int | None = None
        self.epoch = self.check = ""
        self.start: int | None = None
        self.heard: list[int] = []
        self.of_lost_log: set[int] = set()
        self.acked: dict[int, int] = {}
        self.refused: set[int] = set()
        self.repeated: set[int] = set()
        self.open: dict[int, bytes] = {}
        self.said: dict[int, bytes] = {}
        self.counter = 0
        self.revoked = False
        self.greeted = self.unstored = False
        self.watched = {user}

    # What the client does

    def connect(self, worker: Worker) -> None:
        self.socket = Socket(self.world, worker, self)
        worker.connections.append(self.socket)
        self.greeted = self.unstored = False
        self._write(op="hello", device=self.name)

    def say(self, **frame: Any) -> None:
        """Send a frame with a counter."""
        self.counter += 1
        data = json.dumps(frame | {"counter": self.counter, "ref": self.counter}).encode()
        self.said[self.counter] = self.open[self.counter] = data
        self._send(data)

    def repeat(self) -> None:
        """Send an earlier frame again, whether it was answered or not."""
        if self.said:
            counter = self.world.chance.choice(list(self.said))
            self.repeated.add(counter)
            self._send(self.said[counter])

    def watch(self, users: list[int]) -> None:
        """Watch these users only. What is on its way about the others may still come."""
        self.watched |= {*users}
        self._write(op="watch", users=users)

    def lie(self) -> None:
        """Send another frame with a counter that was used."""
        if self.acked:
            counter = self.world.chance.choice(list(self.acked))
            self._write(op="send", user=1, text="something else", counter=counter, ref=f"lie {counter}")

    def _write(self, **frame: Any) -> None:
        self._send(json.dumps(frame).encode())

    def _send(self, data: bytes) -> None:
        if self.socket is not None:
            self.socket.send(data)

    # What the server sends

    def read(self, most: int = 3) -> None:
        """Read some of the frames that have come. Only then does the client find out that the connection is gone."""
        socket = self.socket
        if socket is None or socket.stalled:
            return
        for _ in range(min(most, len(socket.coming))):
            frame = json.loads(payload(socket.coming.pop(0)))
            _HEARD[frame["op"]](self, frame)
        if socket.gone and not socket.coming:
            self.socket = None
            if socket.closed in (Close.SIGNED_OUT, Close.UNAUTHORIZED) and self.world.is_revoked(self.number):
                self.revoked = True

    def lose(self) -> None:
        """The connection breaks."""
        if self.socket is not None:
            self.socket.leave()
            self.socket = None

    def _welcome(self, frame: dict[str, Any]) -> None:
        self.number, self.greeted = frame["device"], True
        for data in list(self.open.values()):
            self._send(data)
        if self.cursor is None:
            self._write(op="sync")
        else:
            self._write(op="sync", ref="sync", since=self.cursor, epoch=self.epoch, check=self.check)

    def _start_anew(self, position: int) -> None:
        """The log is another one: what it had behind this position comes again, or is gone."""
        assert self.cursor is not None
        assert self.start is not None
        assert position <= min(self.cursor, self.world.common), "a new event may be behind it"
        self.heard = [id for id in self.heard if id <= position]
        self.of_lost_log.clear()
        self.start = min(self.start, position)
        self.cursor, self.epoch, self.check = position, "", ""
        self._write(op="sync", ref="sync", since=position)
        self.world.anew += 1

    def lose_log(self, common: int) -> None:
        """The log was put back to this position. The client does not repeat what was acked, and is gone."""
        self.of_lost_log |= {id for id in self.heard if id > common}
        lost = {counter for counter, id in self.acked.items() if id > common}
        for known in (self.acked, self.said):
            for counter in lost & known.keys():
                del known[counter]
        if self.number and not self.world.has_device(self.number, self.user):
            self.number = 0
        if self.revoked and not (self.number and self.world.is_revoked(self.number)):
            # It logs in again, and learns what there is.
            self.revoked, self.cursor, self.start, self.heard = False, None, None, []
            self.epoch = self.check = ""

    def _place(self, frame: dict[str, Any]) -> None:
        self.epoch, self.check = frame["epoch"], frame["check"] or self.check

    def _page(self, frame: dict[str, Any]) -> None:
        assert len(frame["events"]) <= self.world.bounds.sync_page, "a page is too large"
        for event in frame["events"]:
            self._event(event)
        assert self.cursor is not None
        assert frame["position"] >= self.cursor, "a page leads back"
        self.cursor = frame["position"]
        self._place(frame)

    def _synced(self, frame: dict[str, Any]) -> None:
        if self.cursor is None:
            self.start = self.cursor = frame["position"]
        assert frame["position"] == self.cursor, "the end of a sync is not the cursor"
        self._place(frame)

    def _event(self, event: dict[str, Any]) -> None:
        assert self.cursor is not None, "an event before the end of the sync"
        assert event["id"] > self.cursor, f"event {event['id']} comes behind {self.cursor}"
        self.cursor = event["id"]
        self.heard.append(event["id"])
        self.world.check_content(event)

    def _ack(self, frame: dict[str, Any]) -> None:
        counter = frame["ref"]
        assert isinstance(counter, int), "something else was taken under a counter that was used"
        assert self.acked.setdefault(counter, frame["id"]) == frame["id"], "a retry got another id"
        self.open.pop(counter, None)

    def _error(self, frame: dict[str, Any]) -> None:
        counter = frame.get("ref")
        if counter == "sync":
            assert frame["code"] == "resync_required", frame
            self._start_anew(frame["position"])
        if frame["code"] == "not_stored":
            self.unstored = True
        if isinstance(counter, int) and frame["code"] not in ("not_stored", "busy", "too_fast", "signed_out"):
            assert counter not in self.acked, f"{frame['code']} for what was acked before"
            self.refused.add(counter)
            self.open.pop(counter, None)

    def _receipt(self, frame: dict[str, Any]) -> None:
        assert frame["read"] <= frame["received"]

    def _person(self, frame: dict[str, Any]) -> None:
        assert frame["from"] in self.watched, "a signal about somebody whom it does not watch"


_HEARD: dict[str, Callable[[Phone, dict[str, Any]], None]] = {
    "welcome": Phone._welcome,
    "page": Phone._page,
    "synced": Phone._synced,
    "event": Phone._event,
    "ack": Phone._ack,
    "error": Phone._error,
    "receipt": Phone._receipt,
    "person": Phone._person,
    "typing": lambda phone, frame: None,
    "presence": lambda phone, frame: None,
}
