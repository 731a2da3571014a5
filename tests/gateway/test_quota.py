"""How many messages a user may send: what is beyond it is read later, and nothing is lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from hichat.core.drafts import Draft
from hichat.pipeline.gateway.quota import Quota
from hichat.pipeline.gateway.session import Inlet
from hichat.pipeline.plane.intake import Intake
from hichat.pipeline.routing.delivery import Arrived, Met
from hichat.runtime.limits import Rate
from hichat.runtime.metrics import Metrics
from hichat.v1.connection import V1Protocol
from hichat.v1.session import V1Session
from tests.support.connections import Connection, frame
from tests.support.gateway import ProtocolCase, masked


class QuotaTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.drafts: list[Draft] = []
        self.intake = Intake(high=100, low=50)
        self.quota = Quota(Rate(10, 5), self.clock)
        self.inlet = Inlet(self.submit, lambda signal: None, self.intake, Metrics(), self.clock, 5000, self.quota)

    def submit(self, drafts: Sequence[Draft]) -> None:
        self.drafts.extend(drafts)
        self.intake.gave(len(drafts))

    def session(self, user: int = 1) -> tuple[V1Session, Connection]:
        connection = Connection()
        return V1Session(user, "en", connection, self.inlet), connection

    def said(self, user: int = 1) -> list[bytes]:
        return [draft.body for draft in self.drafts if draft.sender == user]

    def test_beyond_it_is_later(self) -> None:
        session, connection = self.session()
        frames = [frame(number) for number in range(25)]
        session.received_all(frames)
        self.assertEqual((self.said(), connection.reading), (frames[:10], False))
        for _ in range(100):
            self.clock.advance(0.05)
            self.assertLessEqual(len(self.drafts), 10 + self.clock.seconds() * 2 + 1)
        self.assertGreaterEqual(len(self.drafts), 19)
        self.clock.pump([0.05] * 60)
        self.assertEqual((self.said(), connection.texts), (frames, []))
        self.assertTrue(connection.reading)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_all_connections_of_a_user_together(self) -> None:
        sessions = [self.session()[0] for _ in range(4)]
        for session in sessions:
            session.received_all([frame(number) for number in range(5)])
        self.assertEqual(len(self.drafts), 10)
        other, _ = self.session(2)
        other.received_all([frame(number, 2) for number in range(10)])
        self.assertEqual(len(self.said(2)), 10)
        self.clock.pump([0.05] * 120)
        self.assertEqual(len(self.said()), 20)

    def test_a_new_connection_is_no_new_quota(self) -> None:
        self.session()[0].received_all([frame(number) for number in range(10)])
        session, connection = self.session()
        session.received_all([frame(10)])
        self.assertEqual((len(self.drafts), connection.reading), (10, False))

    def test_heartbeats_are_no_messages(self) -> None:
        session, connection = self.session()
        session.received_all([b'{"userId":1,"Type":0}'] * 30)
        session.received_all([frame(number) for number in range(10)])
        self.assertEqual((len(self.drafts), connection.reading), (10, True))

    def test_one_who_is_exempt(self) -> None:
        session, connection = self.session()
        session.quota = None
        session.received_all([frame(number) for number in range(50)])
        self.assertEqual((len(self.drafts), connection.reading), (50, True))

    def test_with_a_full_intake(self) -> None:
        """First no room, then no quota: each frame once, in order."""
        self.inlet = replace(self.inlet, submit=self.drafts.extend, intake=Intake(high=4, low=2))
        session, connection = self.session()
        frames = [frame(number) for number in range(20)]
        session.received_all(frames)
        for _ in range(200):
            self.inlet.intake.gave(min(self.inlet.intake.count, 1))
            self.clock.advance(0.05)
        self.assertEqual((self.said(), connection.reading), (frames, True))

    def test_a_daemon_that_stops(self) -> None:
        sessions = [self.session(user)[0] for user in (1, 1, 2)]
        for session in sessions:
            session.received_all([frame(number, session.user) for number in range(30)])
        self.assertEqual(len(self.drafts), 20)
        self.quota.lift()
        self.assertEqual(len(self.drafts), 90)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_one_who_is_gone(self) -> None:
        session, _ = self.session()
        session.received_all([frame(number) for number in range(30)])
        session.lost()
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.clock.advance(100)
        self.assertEqual(len(self.drafts), 10)

    def test_a_clock_that_was_set_back(self) -> None:
        self.clock.advance(7200)
        session, connection = self.session()
        session.received_all([frame(number) for number in range(10)])
        self.clock.rightNow -= 7200
        session.received_all([frame(10)])
        self.clock.pump([0.05] * 101)
        self.assertEqual((len(self.drafts), connection.reading), (11, True))

    def test_few_are_remembered(self) -> None:
        self.patch(self.quota, "_prune_at", 100)
        for user in range(1000):
            self.quota.took(user, 1)
            self.clock.advance(0.1)
        self.assertLess(self.quota.remembered, 1000)
        self.quota.took(5, 10)
        self.clock.advance(1)
        self.assertEqual(self.quota.room(5), 2)


class AdministratorTests(ProtocolCase):
    def test_v1(self) -> None:
        self.inlet = replace(self.inlet, quota=Quota(Rate(1, 10), self.clock))
        self.factory.inlet = self.inlet
        for administrator, count in ((False, 1), (True, 3)):
            self.drafts.clear()
            protocol = self.factory.buildProtocol(None)
            assert isinstance(protocol, V1Protocol)
            protocol.admit(7, 0, Met(0, Arrived(0, [], administrator=administrator)), "en")
            session = protocol.session
            session.connection = Connection()
            session.received_all([b'{"userId":7,"targetId":8,"Type":1}'] * 3)
            self.assertEqual(len(self.drafts), count)

    def test_what_is_not_read_for_it_is_in_the_socket(self) -> None:
        self.factory.inlet = replace(self.inlet, quota=Quota(Rate(2, 1), self.clock))
        protocol, transport = self.online()
        bodies = [b'{"userId":7,"targetId":8,"Type":1,"Content":"%d"}' % number for number in range(100)]
        protocol.dataReceived(b"".join(map(masked, bodies)))
        self.assertEqual((len(self.drafts), transport.producerState), (2, "paused"))
        for _ in range(9):
            protocol.look()
        self.assertTrue(protocol.may_send, "its deadline waits as well")
        self.clock.pump([0.05] * 1100)
        self.assertEqual([draft.body for draft in self.drafts], bodies)
        self.assertEqual(transport.producerState, "producing")
