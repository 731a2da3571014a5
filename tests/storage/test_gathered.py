"""Tests of L{hichat.storage.gathered}."""

from twisted.internet.defer import CancelledError, Deferred
from twisted.trial.unittest import SynchronousTestCase

from hichat.storage.gathered import KEYS_IN_READ, Gathered


class GatheredTests(SynchronousTestCase):
    def setUp(self):
        self.reads = []
        self.gathered = Gathered(self.read)

    def read(self, keys):
        done: Deferred[dict[int, int]] = Deferred()
        self.reads.append((keys, done))
        return done

    def answer(self, number):
        keys, done = self.reads[number]
        done.callback({key: key * 10 for key in keys})

    def test_asks_at_once(self):
        asked = self.gathered(1)
        self.assertEqual(self.reads[0][0], [1])
        self.answer(0)
        self.assertEqual(self.successResultOf(asked), 10)

    def test_what_comes_meanwhile_is_one_read_and_begins_later(self):
        first, second, third = self.gathered(1), self.gathered(2), self.gathered(3)
        # It may have changed since that read began.
        again = self.gathered(1)
        self.assertEqual(len(self.reads), 1)
        self.answer(0)
        self.assertEqual(self.successResultOf(first), 10)
        self.assertNoResult(again)
        self.assertEqual([keys for keys, _ in self.reads], [[1], [2, 3, 1]])
        self.answer(1)
        self.assertEqual([self.successResultOf(each) for each in (second, third, again)], [20, 30, 10])

    def test_two_who_ask_the_same(self):
        waits = [self.gathered(0)] + [self.gathered(1) for _ in range(2)]
        self.answer(0)
        self.assertEqual(self.reads[1][0], [1])
        self.answer(1)
        self.assertEqual([self.successResultOf(each) for each in waits], [0, 10, 10])

    def test_a_read_is_bounded(self):
        waits = [self.gathered(number) for number in range(KEYS_IN_READ + 2)]
        self.answer(0)
        self.answer(1)
        self.answer(2)
        self.assertEqual([len(keys) for keys, _ in self.reads], [1, KEYS_IN_READ, 1])
        self.assertEqual([self.successResultOf(each) for each in waits], [10 * n for n in range(KEYS_IN_READ + 2)])

    def test_a_read_that_fails_fails_for_its_own_only(self):
        first, second, third = self.gathered(1), self.gathered(2), self.gathered(3)
        self.answer(0)
        self.reads[1][1].errback(OSError("disk"))
        later = self.gathered(2)
        self.answer(2)
        self.assertEqual(self.successResultOf(first), 10)
        self.failureResultOf(second, OSError)
        self.failureResultOf(third, OSError)
        self.assertEqual(self.successResultOf(later), 20)

    def test_one_for_which_there_is_nothing_fails_alone(self):
        first, second, third = self.gathered(1), self.gathered(2), self.gathered(3)
        self.answer(0)
        self.reads[1][1].callback({3: 30})
        self.failureResultOf(second, KeyError)
        self.assertEqual([self.successResultOf(first), self.successResultOf(third)], [10, 30])
        later = self.gathered(4)
        self.answer(2)
        self.assertEqual(self.successResultOf(later), 40)

    def test_who_does_not_wait_any_more_costs_nobody_anything(self):
        first, second, third = self.gathered(1), self.gathered(2), self.gathered(3)
        second.cancel()
        self.failureResultOf(second, CancelledError)
        self.answer(0)
        self.answer(1)
        self.assertEqual([self.successResultOf(first), self.successResultOf(third)], [10, 30])
