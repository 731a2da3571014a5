"""A v2 session without a socket."""

from __future__ import annotations

import json
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from hichat.accounts import devices
from hichat.conversations.marks import MarkWriter, MovedMark
from hichat.core.drafts import Draft, Duplicate
from hichat.core.errors import Busy, OtherDevice, ResyncRequired, Unauthorized
from hichat.core.events import Event
from hichat.core.words import Words
from hichat.log import reading
from hichat.log.reading import ConversationKey
from hichat.log.watch import LogWatch
from hichat.media.addresses import Addresses
from hichat.media.media import MediaUses
from hichat.pipeline.gateway.presence import HostPresence
from hichat.pipeline.gateway.roster import Encoder, Roster
from hichat.pipeline.gateway.session import Inlet
from hichat.pipeline.gateway.v2_session import SessionServices, SignedIn, V2Session
from hichat.pipeline.plane.intake import Intake
from hichat.pipeline.routing.arrivals import read_arrivals, read_generation
from hichat.pipeline.routing.delivery import Routing
from hichat.runtime.metrics import Metrics
from hichat.storage.gathered import Gathered
from hichat.storage.store import Store
from hichat.wire import v2
from hichat.wire.frames import Close
from tests.support.doubles import NOW, run_now
from tests.support.frames import payload
from tests.support.ledger import WriterCase
from tests.support.ledger import message as v1_message
from tests.support.threads import Thread

ANN, BOB, CAT = 1, 2, 3


PHONE, LAPTOP, BOBS, CATS = 1, 2, 3, 4
"""Ids of devices: two of Ann's, Bob's and Cat's."""


def message(sender: int, target: int, body: bytes = b"{}") -> Draft:
    """@return: the draft of a message of v1."""
    return v1_message(sender, target, body=body)


class Connection:
    """
    A double of a v2 connection.

    @ivar said: the frames that the client has read.
    @ivar code: the code with which the daemon has closed it; None: it has not.
    @ivar congested: whether the client does not read.
    @ivar room: the number of frames that it takes before it counts as slow.
    """

    encode: Encoder = staticmethod(v2.encode)
    framed = staticmethod(v2.frame)
    number = 0
    generation = 0
    login = 0
    bound = 0

    def __init__(self) -> None:
        self.session: V2Session
        self.said: list[dict[str, Any]] = []
        self.code: Close | None = None
        self.may_send = True
        self.reading = True
        self.congested = False
        self.room = 1000
        self.greetings = 0
        self._waiting: list[Deferred[None]] = []

    def write_frame(self, frame: bytes) -> None:
        if self.may_send and len(self.said) >= self.room:
            self.close(Close.TOO_SLOW, "slow")
        elif self.may_send:
            self.said.append(payload(frame))

    deliver = write_frame

    def drained(self) -> Deferred[None]:
        waiter: Deferred[None] = Deferred()
        self._waiting.append(waiter)
        if not self.congested or not self.may_send:
            self.go_on()
        return waiter

    def go_on(self) -> None:
        """The client has read everything."""
        waiting, self._waiting = self._waiting, []
        for waiter in waiting:
            waiter.callback(None)

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    def greeted(self) -> None:
        self.greetings += 1

    def signal(self, event: Event) -> None:
        if self.may_send:
            self.session.signal(event)

    def hide(self, user: int, hidden: bool) -> None:
        self.session.hide(user, hidden)

    def sign_out(self) -> None:
        self.close(Close.SIGNED_OUT, "")

    def replaced(self) -> None:
        self.close(Close.REPLACED, "")

    def go_away(self) -> None:
        self.close(Close.GOING_AWAY, "")

    def start_anew(self) -> None:
        self.session.complain(ResyncRequired())
        self.close(Close.TROUBLE, "")

    def close(self, code: Close, reason: Words | str) -> None:
        """Close the connection, in the protocol's order: first the session ends, then the code is sent."""
        self.session.gone()
        if self.may_send:
            self.code = code
            self.may_send = False

    def lose(self) -> None:
        """The client is gone."""
        self.may_send = False
        self.session.gone()
        self.go_on()

    def hear(self, **frame: Any) -> None:
        """The client sends a frame."""
        self.session.received_all([json.dumps(frame).encode()])

    def ask(self, **frame: Any) -> dict[str, Any]:
        """The client sends a frame. @return: its one answer."""
        self.said.clear()
        self.hear(**frame)
        (answer,) = self.said
        return answer

    def take(self) -> list[dict[str, Any]]:
        """@return: the frames since the last call."""
        said, self.said = self.said, []
        return said


class SessionCase(WriterCase):
    """
    Ann with two devices, Bob and Cat with one; the ledger writes when the test calls L{write}.

    @cvar limit: the most connections of one user.
    """

    limit = 50

    def setUp(self) -> None:
        super().setUp()
        self.slow = False
        self.thread = Thread()
        self.store = Store(self.store.engine, self.reading, run_now)
        with self.store.transaction() as connection:
            for user, name in ((ANN, "phone"), (ANN, "laptop"), (BOB, "phone"), (CAT, "phone")):
                devices.find_or_add(connection, user, name, NOW)
        self.clock = Clock()
        self.metrics = Metrics()
        self.intake = Intake(high=4, low=2)
        self.drafts: list[Draft] = []
        self.signals: list[Event] = []
        self.marked: list[tuple[ConversationKey, MovedMark, int]] = []
        self.refused_by: list[tuple[str, str]] = []
        self.presence = HostPresence()
        self.roster = Roster(
            self.metrics, self.limit, lambda *said: self.refused_by.append(said), self.presence.watchers
        )
        self.routing = Routing(
            self.roster,
            lambda position, limit: self.store.read(reading.after, position, limit),
            lambda: self.store.read(reading.head),
            Gathered(lambda arrivals: self.store.read(read_arrivals, arrivals)),
            self.clock,
            self.metrics,
        )
        self.routing.start(0)
        self.watch = LogWatch(self.store, lambda: NOW)
        self.watch.begin()
        self.asked: list[tuple[str, str]] = []
        self.people: dict[str, SignedIn | Exception] = {
            "ann": SignedIn(ANN, PHONE, 0, 0),
            "ann2": SignedIn(ANN, LAPTOP, 7, 0),
            "bob": SignedIn(BOB, BOBS, 0, 0),
            "cat": SignedIn(CAT, CATS, 0, 0),
            "app": SignedIn(ANN, LAPTOP, 0, 0, by_app_password=True),
            "nobody": Unauthorized(),
            "elsewhere": OtherDevice(),
            "later": Busy(),
            "broken": ZeroDivisionError(),
        }
        self.signing_in: Deferred[None] | None = None

    def reading(self, function: Any, /, *args: Any, **kwargs: Any) -> Deferred[Any]:
        return self.thread(function, *args) if self.slow else run_now(function, *args, **kwargs)

    async def sign_in(self, token: str, device: str) -> SignedIn:
        self.asked.append((token, device))
        if self.signing_in is not None:
            await self.signing_in
        found = self.people[token]
        if isinstance(found, Exception):
            raise found
        return found

    def connect(self, token: str = "", rate: int = 5000) -> Connection:
        """@return: a connection on which the client has not sent anything."""
        submit, signal = self.drafts.extend, self.signals.append
        inlet = Inlet(submit, signal, self.intake, self.metrics, self.clock, rate)
        services = SessionServices(
            sign_in=self.sign_in,
            store=self.store,
            routing=self.routing,
            roster=self.roster,
            presence=self.presence,
            marks=MarkWriter(self.store, self.clock, lambda *mark: self.marked.append(mark)),
            read_generation=read_generation,
            sync_page=2,
            now=lambda: NOW,
            media=MediaUses(Addresses(bytes(32))),
            watch=self.watch,
        )
        connection = Connection()
        connection.session = V2Session(token, "en", connection, inlet, services)
        return connection

    def known(self, token: str = "ann", rate: int = 5000) -> Connection:
        """@return: a connection that was welcomed."""
        connection = self.connect(token, rate)
        self.assertEqual(connection.ask(op="hello", device="x")["op"], "welcome")
        connection.said.clear()
        return connection

    def live(self, token: str = "ann") -> Connection:
        """@return: a connection that has caught up."""
        connection = self.known(token)
        self.assertEqual(connection.ask(op="sync")["op"], "synced")
        connection.said.clear()
        return connection

    def happen(self, *drafts: Draft) -> None:
        """Write drafts, and deliver their events as the plane does."""
        events = [outcome for outcome in self.writer.write(drafts) if isinstance(outcome, Event)]
        self.assertEqual(len(events), len(drafts))
        self.routing.received(events[0].position, events[-1].position, events, True)

    def write(self) -> None:
        """The ledger writes all drafts that were submitted, and answers them."""
        drafts = self.drafts[:]
        self.drafts.clear()
        self.intake.gave(len(drafts))
        for draft, outcome in zip(drafts, self.writer.write(drafts), strict=True):
            if isinstance(outcome, Duplicate):
                draft.origin.accepted(draft, outcome.event, True)
            elif isinstance(outcome, Event):
                draft.origin.accepted(draft, outcome, False)
            else:
                draft.origin.refused(draft, outcome)

    def refused(self, code: str, connection: Connection, **frame: Any) -> dict[str, Any]:
        """The client sends a frame that is refused with this code. @return: the error."""
        answer = connection.ask(ref="r", **frame)
        self.assertEqual((answer["op"], answer.get("code"), answer.get("ref")), ("error", code, "r"))
        return answer
