"""The bound on drafts in flight."""

from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer

from hichat.intake import Intake
from hichat.interfaces import IFeeder


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

    def test_nobody_to_pause(self) -> None:
        intake = Intake(high=1, low=0)
        self.assertTrue(intake.admit())
        self.assertFalse(intake.admit())
        self.assertEqual(intake.count, 1)
