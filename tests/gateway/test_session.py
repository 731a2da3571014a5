"""Sessions: backpressure and complaints, without a socket."""

from __future__ import annotations

from dataclasses import replace

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from hichat.core.drafts import Draft
from hichat.core.errors import NoSuchTarget, NotAdministrator
from hichat.pipeline.gateway.session import ChatSession, Inlet
from hichat.pipeline.plane.intake import Intake
from hichat.runtime.metrics import Metrics
from hichat.v1.session import V1Session
from tests.support.connections import Connection, frame


class Answers(ChatSession):
    """A dialect in which each frame says whether it is answered at once, later, or needs room."""

    pause_after = 0.25

    def __init__(self, connection: Connection, inlet: Inlet) -> None:
        super().__init__("en", connection, inlet)
        self.taken: list[bytes] = []
        self.refused: list[float | None] = []

    def take(self, frames: list[bytes]) -> int:
        for taken, one in enumerate(frames):
            if self._busy:
                return taken
            if self.allowance() < 1:
                self.refused.append(self.too_fast().retry_after)
                continue
            self.used(1)
            self.taken.append(one)
            if one.startswith(b"ask"):
                self.begin()
            if one == b"ask and hear":
                self.end()
        return len(frames)


class AnswersTests(SynchronousTestCase):
    """What every dialect shares."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.connection = Connection()
        inlet = Inlet(lambda drafts: None, lambda signal: None, Intake(), Metrics(), self.clock, 10)
        self.session = Answers(self.connection, inlet)

    def test_later_frames_wait_for_an_answer(self) -> None:
        self.session.received_all([b"a", b"ask", b"b", b"ask", b"c"])
        self.session.received_all([b"d"])
        self.assertEqual(self.session.taken, [b"a", b"ask"])
        self.session.end()
        self.assertEqual(self.session.taken, [b"a", b"ask", b"b", b"ask"])
        self.session.end()
        self.assertEqual(self.session.taken, [b"a", b"ask", b"b", b"ask", b"c", b"d"])

    def test_an_answer_at_once(self) -> None:
        self.session.received_all([b"ask and hear", b"a", b"ask", b"ask and hear", b"b"])
        self.assertEqual(self.session.taken, [b"ask and hear", b"a", b"ask"])
        self.session.end()
        self.assertEqual(self.session.taken, [b"ask and hear", b"a", b"ask", b"ask and hear", b"b"])

    def test_none_slips_in_behind_a_refused_one(self) -> None:
        """Who repeats what was refused keeps its order."""
        self.session.received_all([b"%d" % number for number in range(12)])
        self.assertEqual(len(self.session.taken), 10)
        self.assertEqual(self.session.refused, [0.25, 0.25])
        self.clock.advance(0.2)
        self.session.received_all([b"12"])
        self.assertAlmostEqual(self.session.refused[2] or 0, 0.05)
        self.clock.advance(0.05)
        self.session.received_all([b"10", b"11"])
        self.assertEqual(self.session.taken[10:], [b"10", b"11"])


class SessionTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.drafts: list[Draft] = []
        self.metrics = Metrics()
        self.intake = Intake(high=4, low=2)
        self.clock = Clock()
        self.inlet = Inlet(self.drafts.extend, lambda signal: None, self.intake, self.metrics, self.clock, 5000)

    def session(self, user: int = 1) -> tuple[V1Session, Connection]:
        connection = Connection()
        return V1Session(user, "en", connection, self.inlet), connection

    def test_a_full_plane_stops_reading_and_lets_it_go_on(self) -> None:
        session, connection = self.session()
        session.received_all([frame(number) for number in range(10)])
        self.assertEqual(len(self.drafts), 4)
        self.assertFalse(connection.reading)
        self.intake.gave(1)
        self.assertFalse(connection.reading)
        self.intake.gave(1)
        self.assertEqual(len(self.drafts), 6)
        self.assertFalse(connection.reading)
        while not connection.reading:
            self.intake.gave(1)
        self.assertEqual([draft.body for draft in self.drafts], [frame(number) for number in range(10)])
        self.intake.gave(self.intake.count)
        session.received_all([frame(10)])
        self.assertEqual(self.drafts[-1].body, frame(10))

    def test_an_app_password_is_no_administrators(self) -> None:
        session, connection = self.session()
        to_all = b'{"userId":1,"Type":3,"Content":"hi"}'
        session.received_all([to_all])
        self.assertEqual([draft.body for draft in self.drafts], [to_all])
        session.by_app_password = True
        session.received_all([to_all, frame(1)])
        self.assertEqual([draft.body for draft in self.drafts], [to_all, frame(1)])
        self.assertEqual(connection.texts, [NotAdministrator.en])

    def test_frames_that_come_while_it_is_paused_keep_their_order(self) -> None:
        session, connection = self.session()
        other, _ = self.session(2)
        for number in range(4):
            other.received_all([frame(number, 2)])
        session.received_all([frame(0)])
        session.received_all([frame(1)])
        self.assertFalse(connection.reading)
        self.intake.gave(4)
        session.received_all([frame(2)])
        self.assertEqual([draft.body for draft in self.drafts[4:]], [frame(0), frame(1), frame(2)])

    def test_never_above_the_bound_with_many_sessions(self) -> None:
        sessions = [self.session(user)[0] for user in range(1, 20)]
        for number in range(5):
            for session in sessions:
                session.received_all([frame(number, session.user)])
                self.assertLessEqual(self.intake.count, 4)
        while self.intake.count:
            self.intake.gave(1)
            self.assertLessEqual(self.intake.count, 4)
        self.assertEqual(len(self.drafts), 19 * 5)

    def test_complaints(self) -> None:
        session, connection = self.session()
        session.received_all([b"nonsense"])
        session.take_binary()
        session.received_all([frame(1, user=9)])
        session.refused(None, NoSuchTarget())  # type: ignore[arg-type]
        self.assertEqual(len(connection.texts), 4)
        self.assertEqual(self.metrics.frames_refused, 4)
        self.assertEqual(self.drafts, [])
        session.received_all([frame(1)])
        self.assertEqual(len(self.drafts), 1)

    def test_a_part_of_an_allowance_is_none(self) -> None:
        """Whoever sends a little too fast is not let through for it."""
        self.inlet = replace(self.inlet, rate=10)
        session, connection = self.session()
        for number in range(10):
            session.received_all([frame(number)])
            self.intake.gave(self.intake.count)
        self.clock.advance(0.05)
        session.received_all([frame(10)])
        self.assertEqual((len(self.drafts), len(connection.texts)), (10, 1))
        self.clock.advance(0.05)
        session.received_all([frame(11)])
        session.received_all([frame(12)])
        self.assertEqual((len(self.drafts), len(connection.texts)), (11, 2))

    def test_heartbeats_need_no_room(self) -> None:
        session, connection = self.session()
        while self.intake.admit():
            pass
        session.received_all([b'{"userId":1,"Type":0}'])
        self.assertTrue(connection.reading)
