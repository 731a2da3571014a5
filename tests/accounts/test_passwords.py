"""Tests for L{hichat.accounts.passwords}."""

from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.defer import CancelledError, Deferred
from twisted.trial.unittest import SynchronousTestCase

from hichat.accounts.passwords import Passwords, make_hasher, prepare
from hichat.errors import Busy, InvalidField
from tests.doubles import run_now


def quick_hasher():
    """Argon2id, as weak as it gets."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class Counting(PasswordHasher):
    """Counts the verifications: they are what takes the time."""

    def __init__(self):
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.verified = 0
        self.hashed = 0

    def verify(self, hash, password):
        self.verified += 1
        return super().verify(hash, password)

    def hash(self, password, *, salt=None):
        self.hashed += 1
        return super().hash(password, salt=salt)


class Preparing(SynchronousTestCase):
    def test_plus_is_a_blank(self):
        self.assertEqual(prepare("a+b c\u3000d"), "a b c d")
        self.assertEqual(prepare("+"), " ")

    def test_normalized(self):
        self.assertEqual(prepare("e\u0301"), prepare("\xe9"))

    def test_limits(self):
        self.assertEqual(len(prepare("字" * 256)), 256)
        for bad in ("", "x" * 257, "x" * 1_000_000, "a\0", "\ud800"):
            with self.assertRaises(InvalidField) as caught:
                prepare(bad)
            self.assertEqual(caught.exception.field, "password")

    @given(st.text())
    def test_is_its_own_preparation(self, text):
        try:
            prepared = prepare(text)
        except InvalidField:
            return
        self.assertEqual(prepare(prepared), prepared)
        prepared.encode()


class Hashing(SynchronousTestCase):
    def setUp(self):
        self.hasher = Counting()
        self.passwords = Passwords(run_now, self.hasher)

    def verify(self, password, password_hash):
        return self.successResultOf(self.passwords.verify(password, password_hash))

    def test_right_and_wrong(self):
        password_hash = self.successResultOf(self.passwords.hash("secret"))
        self.assertTrue(self.verify("secret", password_hash))
        self.assertFalse(self.verify("Secret", password_hash))

    def test_salted(self):
        self.assertNotEqual(self.passwords.hash_now("secret"), self.passwords.hash_now("secret"))

    def test_unknown_user_costs_a_verification(self):
        self.assertFalse(self.verify("secret", None))
        self.assertFalse(self.verify("secret", None))
        self.assertEqual((self.hasher.verified, self.hasher.hashed), (2, 1))

    def test_blank_or_broken_hash_matches_nothing(self):
        self.assertFalse(self.verify("", ""))
        self.assertFalse(self.verify("secret", "nonsense"))

    def test_what_is_stored(self):
        self.assertTrue(make_hasher().hash("x").startswith("$argon2id$v=19$m=19456,t=2,p=1$"))


class Waiting(SynchronousTestCase):
    def setUp(self):
        self.running = []
        self.passwords = Passwords(self.run_later, quick_hasher(), limit=2)

    def run_later(self, function, /, *args, **kwargs):
        self.running.append(Deferred())
        return self.running[-1]

    def test_only_so_many(self):
        self.passwords.hash("a")
        self.passwords.verify("a", None)
        self.failureResultOf(self.passwords.hash("a"), Busy)
        self.running.pop().callback(False)
        self.assertNoResult(self.passwords.hash("a"))

    def test_a_failure_gives_its_place_back(self):
        for _ in range(5):
            answer = self.passwords.hash("a")
            self.running.pop().errback(MemoryError())
            self.failureResultOf(answer, MemoryError)

    def test_who_goes_away_still_counts_until_the_thread_is_done(self):
        for _ in range(2):
            answer = self.passwords.hash("a")
            answer.cancel()
            self.failureResultOf(answer, CancelledError)
        self.failureResultOf(self.passwords.hash("a"), Busy)
        for thread in self.running:
            thread.callback("hash")
        self.assertNoResult(self.passwords.hash("a"))
