"""The bound on drafts in flight."""

from collections import deque

from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer

from hichat.core.ports import IFeeder
from hichat.pipeline.plane.intake import Intake


@implementer(IFeeder)
class Feeder:
    """Submits as much as it is let."""

    def __init__(self, intake: Intake, drafts: int) -> None:
        self.intake = intake
        self.left = drafts
        self.paused = False

    def run(self) -> None:
        while self.left and not self.paused:
            if self.intake.admit(self):
                self.left -= 1

    def pause(self) -> None:
        self.paused = True

    def resume(self) -> None:
        self.paused = False
        self.run()


class IntakeTests(SynchronousTestCase):
    def test_never_above_high(self) -> None:
        intake = Intake(high=8, low=4)
        feeders = [Feeder(intake, 5) for _ in range(10)]
        for feeder in feeders:
            feeder.run()
        self.assertEqual(intake.count, 8)
        while intake.count:
            intake.gave(1)
            self.assertLessEqual(intake.count, 8)
        self.assertEqual([feeder.left for feeder in feeders], [0] * 10)
        self.assertFalse(any(feeder.paused for feeder in feeders))

    def test_paused_until_low(self) -> None:
        intake = Intake(high=8, low=4)
        feeder = Feeder(intake, 9)
        feeder.run()
        self.assertTrue(feeder.paused)
        intake.gave(3)
        self.assertTrue(feeder.paused)
        intake.gave(1)
        self.assertFalse(feeder.paused)

    def test_in_the_order_they_were_paused(self) -> None:
        intake = Intake(high=2, low=0)
        feeders = [Feeder(intake, 2) for _ in range(3)]
        for feeder in feeders:
            feeder.run()
        intake.gave(2)
        self.assertEqual([feeder.left for feeder in feeders], [0, 0, 2])
        intake.gave(2)
        self.assertEqual([feeder.left for feeder in feeders], [0, 0, 0])

    def test_nobody_comes_before_who_waits(self) -> None:
        """As when everybody says the next thing when the last one is answered, and all of them are too many."""
        intake = Intake(high=8, low=4)
        feeders = [Feeder(intake, 1) for _ in range(20)]
        taken = [0] * 20
        answered: deque[int] = deque()

        def run(number: int) -> None:
            feeder = feeders[number]
            feeder.run()
            if not feeder.left:
                answered.append(number)

        for number in range(20):
            run(number)
        for _ in range(400):
            number = answered.popleft()
            taken[number] += 1
            feeders[number].left = 1
            waiting = [each for each in range(20) if feeders[each].paused]
            intake.gave(1)
            answered.extend(each for each in waiting if not feeders[each].paused)
            run(number)
        self.assertEqual(sum(taken), 400)
        self.assertLessEqual(max(taken) - min(taken), 1)

    def test_who_cannot_wait(self) -> None:
        intake = Intake(high=3, low=0)
        feeder = Feeder(intake, 4)
        feeder.run()
        self.assertFalse(intake.admit())
        intake.gave(1)
        self.assertEqual(intake.room, 0)
        self.assertTrue(intake.admit())

    def test_what_can_be_dropped_leaves_the_room_to_who_waits(self) -> None:
        intake = Intake(high=4, low=2)
        self.assertTrue(intake.spare)
        feeder = Feeder(intake, 6)
        feeder.run()
        self.assertFalse(intake.spare)
        intake.gave(1)
        self.assertFalse(intake.spare)
        intake.gave(1)
        self.assertEqual((feeder.left, feeder.paused, intake.count), (0, False, 4))
        intake.gave(1)
        self.assertTrue(intake.spare)

    def test_one_who_fails_keeps_nobody(self) -> None:
        intake = Intake(high=2, low=0)
        feeders = [Feeder(intake, 2) for _ in range(3)]
        for feeder in feeders:
            feeder.run()

        def fail() -> None:
            raise ZeroDivisionError

        feeders[1].resume = fail  # type: ignore[method-assign]
        intake.gave(2)
        self.assertEqual([feeder.left for feeder in feeders], [0, 2, 0])
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)

    def test_nobody_to_pause(self) -> None:
        intake = Intake(high=1, low=0)
        self.assertTrue(intake.admit())
        self.assertFalse(intake.admit())
        self.assertEqual(intake.count, 1)
