"""Tests for L{hichat.accounts.passwords}."""

import contextlib
import itertools
import re
import time

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.internet.defer import CancelledError, Deferred
from twisted.trial.unittest import SynchronousTestCase

from hichat.accounts.passwords import Passwords, has_name, is_common, make_hasher, prepare
from hichat.core.errors import Busy, InvalidField, PasswordTooCommon, PasswordTooLong, PasswordTooShort
from tests import guide, proof
from tests.support.accounts import Counting, quick_hasher
from tests.support.doubles import run_now


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


class Judging(SynchronousTestCase):
    """What a new password must be like."""

    def test_length(self):
        passwords = Passwords(run_now, Counting(), least=10)
        for short in ("", "x", "nine char", "e\u0301" * 9, "😀" * 9):
            error = self.assertRaises(PasswordTooShort, passwords.prepare_new, short, "Ann", "new")
            self.assertEqual((error.field, error.least), ("new", 10))
        for good in ("ten chars.", "e\u0301" * 10, "😀" * 10, "e\u0301" * 256, "x y" * 85):
            passwords.prepare_new(good, "Ann")
        for long in ("x" * 257, "é" * 257, "e\u0301" * 257, "x" * 10**6):
            self.assertRaises(PasswordTooLong, passwords.prepare_new, long, "Ann")

    def test_common(self):
        words = (
            "password Password1 PASSWORD pa$$word 12345678 87654321 qwertyuiop qwerty123 1q2w3e4r "
            "iloveyou sunshine 11111111 88888888 xxxxxxxx abcdefgh abc12345 asdfasdf drowssap letmein1 "
            "letmein99 welcome1 football trustno1 00000000 123123123 hichat12 woaini1314 "
            "5201314520 woaini520 P@ssw0rd! Password123!"
        )
        for common in words.split(" "):
            self.assertTrue(is_common(common), common)
        for common in (
            "a" * 30,
            "1" * 64,
            "password" * 4,
            "12345678901234567890123",
            "abcdefghijklmnopqrstuvwxyz",
            "qwertyuiopqwertyuiopqwerty",
            "pass word",
            "ｐａｓｓｗｏｒｄ",
            "password2026",
            "Dragon 1988!",
        ):
            self.assertTrue(is_common(common), common)
        for good in (
            "correct horse",
            "correct horse correct horse",
            "dragon 81376",
            "a long way to tipperary",
            "battery staple",
            "TOP-SECRET",
            "kx82 mwq1",
            "é" * 100,
            "x" * 256,
            "小猫爱吃鱼和虾",
        ):
            self.assertFalse(is_common(good), good)
        self.failureResultOf(Passwords(run_now, Counting()).hash_new("password", "Ann"), PasswordTooCommon)

    def test_name(self):
        for password, name in (
            ("ann and more", "Ann"),
            ("xANNx 4711", "ann"),
            ("ａｎｎ 4711 4711", "Ann"),
            ("bobsmith 4711", "Bob Smith"),
            ("bob.smith.99", "bob smith"),
            ("b-o-b-b-y 4711", "Bobby"),
            ("小明小明小明小明", "小明"),
            ("我是小明一二三四", "小明"),
            ("aaaaaaaa", "a"),
            ("bobobobo1", "bo"),
            ("---- ---- 99", "----"),
        ):
            self.assertTrue(has_name(password, name), (password, name))
        for password, name in (
            ("correct horse", "Ann"),
            ("correct battery", "a"),
            ("a horse and so on", "so"),
            ("correct horse", ""),
            ("correct horse", "----"),
        ):
            self.assertFalse(has_name(password, name), (password, name))

    def test_the_examples_of_the_documentation(self):
        """Who copies one is not refused."""
        text = "".join(guide.everything().values())
        found = re.findall(r"""PASSWORD='(.*?)'|"password": "(.*?)"|log_in\("\w+", "(.*?)"|place of `(.*?)`""", text)
        # One stands in README.md and in the page about the terminal.
        self.assertEqual(len(found), 5)
        passwords = Passwords(run_now, Counting())
        for password in filter(None, itertools.chain.from_iterable(found)):
            for name in ("ann", "bob"):
                self.successResultOf(passwords.hash_new(passwords.prepare_new(password, name), name))

    @settings(max_examples=proof.many(50, 30), deadline=None)
    @given(
        st.text(alphabet=st.characters() | st.sampled_from("aA4@1!|li(<[{3$5+70%2z"), max_size=300),
        st.text(max_size=64),
    )
    def test_takes_any_text(self, text, name):
        with contextlib.suppress(InvalidField):
            prepared = Passwords(run_now, Counting()).prepare_new(text, name)
            is_common(prepared, name)

    def test_takes_no_time(self):
        """Who counts guesses looks at each way to read signs as letters: there may be millions."""
        is_common("the list is read")
        begun = time.process_time()
        for bad in (
            "4@8({[<369&#!1|0$5+7%2z",
            "@4(3{[<61!|10$5+7%2zaaaa",
            "4@8({[<3696!1|0$5+7%",
            "abc" * 85,
            "1!|" * 85,
        ):
            is_common(bad)
        self.assertLess(time.process_time() - begun, 0.5)


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
