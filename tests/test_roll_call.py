"""Tests for L{hichat.daemon.roll_call}: whether all workers answer."""

from __future__ import annotations

from twisted.internet.task import Clock
from twisted.logger import eventAsText
from twisted.trial.unittest import SynchronousTestCase

from hichat.daemon.roll_call import RollCall
from tests.support.doubles import watch_log


class RollCallTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.asked = self.whole = 0
        self.call = RollCall(self.clock, self.ask, self.be_whole)
        self.lines: list[str] = []
        watch_log(self, lambda event: self.lines.append(eventAsText(event)))

    def ask(self) -> None:
        self.asked += 1

    def be_whole(self) -> None:
        self.whole += 1

    def test_all_have_to_answer(self) -> None:
        self.call.present |= {0, 1}
        self.call.call()
        self.call.answered(1)
        self.call.answered(1)
        self.assertEqual(self.whole, 0)
        self.call.answered(0)
        self.assertEqual(self.whole, 1)
        self.call.answered(0)
        self.assertEqual(self.whole, 1, "nobody has asked again")
        self.call.call()
        self.call.answered(0)
        self.call.answered(1)
        self.assertEqual((self.asked, self.whole), (2, 2))

    def test_one_that_does_not(self) -> None:
        """Nobody is asked anew meanwhile: an answer to the first call counts, and one to a later one is not needed."""
        self.call.present |= {0, 1, 2}
        self.call.call()
        self.call.answered(1)
        self.clock.advance(7)
        self.call.call()
        self.assertIn("workers 0, 2 have not answered the supervisor for 7 s", self.lines[-1])
        self.assertEqual((self.asked, self.whole), (1, 0))
        self.call.answered(0)
        self.call.answered(2)
        self.assertEqual(self.whole, 1)

    def test_one_that_ends(self) -> None:
        """It is started again, and counts when it serves."""
        self.call.present |= {0, 1}
        self.call.call()
        self.call.answered(0)
        self.call.gone(1)
        self.assertEqual(self.whole, 1)
        self.call.call()
        self.call.answered(0)
        self.assertEqual(self.whole, 2)
        self.call.call()
        self.call.present.add(1)
        self.call.answered(0)
        self.assertEqual(self.whole, 3, "it came later")
        self.call.call()
        self.call.answered(0)
        self.assertEqual(self.whole, 3)

    def test_none_is_there(self) -> None:
        """The supervisor itself is alive, and starts them again."""
        self.call.call()
        self.call.call()
        self.assertEqual((self.asked, self.whole), (2, 2))
