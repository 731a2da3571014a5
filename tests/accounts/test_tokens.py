"""Tests for L{hichat.accounts.tokens}."""

import base64
import json

import jwt
from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from hichat.accounts.tokens import V1_LIFETIME, Claims, Dialect, TokenSigner
from hichat.core.errors import Unauthorized
from tests.support.doubles import NOW

KEY = bytes(range(32))


class TokensTests(SynchronousTestCase):
    def setUp(self):
        self.now = NOW
        self.tokens = TokenSigner(KEY, lambda: self.now)
        self.claims = {"sub": "7", "gen": 3, "iat": NOW // 1000, "exp": NOW // 1000 + 60}

    def refused(self, token):
        with self.assertRaises(Unauthorized):
            self.tokens.verify(token)

    def signed(self, key=KEY, algorithm="HS256", **claims):
        merged = {name: value for name, value in (self.claims | claims).items() if value is not None}
        return jwt.encode(merged, key, algorithm=algorithm)

    def test_round_trip(self):
        for dialect in Dialect:
            claims = Claims(7, 3, 5, 2, dialect, NOW // 1000)
            self.assertEqual(self.tokens.verify(self.tokens.issue(claims, 60)), claims)

    def test_goes_into_a_url_as_it_is(self):
        token = self.tokens.issue(Claims(2**53 - 1, 2**31, 2**53 - 1, 2**63, Dialect.BOTH), V1_LIFETIME)
        self.assertRegex(token, r"\A[A-Za-z0-9_.-]{1,300}\Z")

    def test_lives_sixty_days(self):
        token = self.tokens.issue(Claims(7, 3, 5, 2, Dialect.V1), V1_LIFETIME)
        self.now += V1_LIFETIME * 1000 - 1
        self.assertEqual(self.tokens.verify(token)[:4], (7, 3, 5, 2))
        self.now += 1
        self.refused(token)

    def test_whose_it_was(self):
        """That is known of one which this server has made, and of no other."""
        token = self.tokens.issue(Claims(7, 3, 5, 2), 60)
        self.now += 60_000
        for each, whose in ((token, (7, 5)), (self.signed(key=bytes(32)), (0, 0)), ("x", (0, 0))):
            found = self.assertRaises(Unauthorized, self.tokens.verify, each)
            self.assertEqual((found.user, found.device), whose)

    def test_made_while_the_clock_was_wrong(self):
        """It lasts as long before that time as after it, and not until the clock is there again."""
        token = self.tokens.issue(Claims(7, 3, 5, 2), 60)
        self.now -= 59_999
        self.tokens.verify(token)
        self.now -= 1
        self.refused(token)
        self.now -= 10 * 365 * 24 * 3600 * 1000
        self.refused(token)

    def test_dialects(self):
        for more, dialect in (
            ({}, Dialect.V1),
            ({"dia": 2}, Dialect.V1),
            ({"dev": 5, "ses": 1}, Dialect.V2),
            ({"dev": 5, "ses": 1, "dia": 1}, Dialect.V1),
            ({"dev": 5, "ses": 1, "dia": 2}, Dialect.V2),
            ({"dev": 5, "ses": 1, "dia": 3}, Dialect.BOTH),
        ):
            self.assertEqual(self.tokens.verify(self.signed(**more)).dialect, dialect, more)
        odd: list[object] = [4, -1, 7, 2**70, "1", 1.0, True, [], {}]
        for wrong in odd:
            self.refused(self.signed(dev=5, ses=1, dia=wrong))

    def test_sub_is_a_string(self):
        self.assertEqual(
            jwt.decode(self.tokens.issue(Claims(7, 3), 60), options={"verify_signature": False})["sub"], "7"
        )

    def test_the_helper_makes_good_tokens(self):
        self.assertEqual(self.tokens.verify(self.signed())[:4], (7, 3, 0, 0))

    def test_forged(self):
        self.refused(self.signed(key=bytes(32)))
        head, body, signature = self.signed().split(".")
        other = base64.urlsafe_b64encode(json.dumps(self.claims | {"sub": "1"}).encode()).decode().rstrip("=")
        self.refused(f"{head}.{other}.{signature}")
        self.refused(f"{head}.{body}.")
        self.refused(f"{head}.{body}")

    def test_other_algorithms(self):
        self.refused(self.signed(key=bytes(64), algorithm="HS512"))
        self.tokens = TokenSigner(KEY * 2, lambda: self.now)
        self.assertEqual(self.tokens.verify(self.signed(key=KEY * 2))[:4], (7, 3, 0, 0))
        self.refused(self.signed(key=KEY * 2, algorithm="HS512"))
        self.refused(self.signed(key="", algorithm="none"))

    def test_missing_claims(self):
        for name in self.claims:
            self.refused(self.signed(**{name: None}))

    def test_wrong_claims(self):
        for name, bad in (
            ("sub", ["0", "-1", "x", "", "７", "9" * 16, "9" * 100]),
            ("gen", ["3", 3.0, True, [], {}]),
            ("iat", ["x", True]),
            ("exp", ["x", 1e30, True, [], 0, -1]),
        ):
            for value in bad:
                self.refused(self.signed(**{name: value}))

    def test_oversize(self):
        self.refused(self.signed(more="x" * 1000))

    def test_deep(self):
        self.refused(base64.urlsafe_b64encode(b"[" * 700).decode() + ".e30.e30")

    @given(st.text() | st.from_regex(r"\A[A-Za-z0-9_-]*(\.[A-Za-z0-9_-]*){0,4}\Z"))
    def test_garbage(self, token):
        self.refused(token)

    def test_short_key(self):
        with self.assertRaises(ValueError):
            TokenSigner(bytes(31), lambda: NOW)
