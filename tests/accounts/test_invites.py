"""Tests for L{hichat.accounts.invites}, and of who may make an account."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from hichat.accounts import invites
from hichat.accounts.accounts import make_accounts
from hichat.accounts.passwords import Passwords
from hichat.core.errors import BadInvite, NameTaken, RegistrationClosed
from hichat.storage import tables
from tests.support.accounts import AccountsCase
from tests.support.doubles import run_now
from tests.support.postgres import OnPostgreSQL


class InviteTests(AccountsCase):
    def setUp(self) -> None:
        super().setUp()
        self.policy("invite")

    def policy(self, registration: str) -> None:
        passwords = Passwords(run_now, self.hasher)
        now = lambda: self.now  # noqa: E731
        self.accounts: Any = make_accounts(
            self.store, self.ledger, passwords, self.tokens, now, registration=registration
        )

    def invite(self, uses: int = 1, seconds: int = 60) -> str:
        code = self.successResultOf(self.store.write(invites.make, uses, seconds, self.now))
        assert isinstance(code, str)
        return code

    def come(self, name: str, invite: str) -> Any:
        return self.accounts.registrar.register(name, "correct horse", "correct horse", invite)

    def test_with_one(self) -> None:
        code = self.invite()
        self.assertRegex(code, r"\A[a-z2-9]{16}\Z")
        self.assertEqual(self.get(self.come("Ann", f" {code.upper()} ")).name, "Ann")
        self.fails(BadInvite, self.come("Bob", code))

    def test_without(self) -> None:
        self.invite()
        for code in ("", "nonsense", "\0", "\ud800"):
            self.fails(BadInvite, self.come("Ann", code))
        self.assertEqual(self.hasher.hashed, 0, "it costs nothing")

    def test_so_many_and_no_more(self) -> None:
        code = self.invite(3)
        for name in ("a", "b", "c"):
            self.get(self.come(name, code))
        self.fails(BadInvite, self.come("d", code))

    def test_a_clock_that_was_wrong(self) -> None:
        """For some days it was ahead, and another invite was made then."""
        code = self.invite(seconds=60)
        self.now += invites.KEPT
        self.fails(BadInvite, self.come("Ann", code))
        self.invite()
        self.now -= invites.KEPT
        self.get(self.come("Ann", code))

    def test_expired(self) -> None:
        code = self.invite(seconds=60)
        self.now += 59_999
        self.get(self.accounts.registrar.register("Ann", "correct horse", "correct horse", self.invite()))
        self.now += 1
        self.fails(BadInvite, self.come("Bob", code))
        self.now += invites.KEPT
        self.invite()
        with self.store.snapshot() as connection:
            self.assertEqual(connection.scalar(select(func.count()).select_from(tables.invites)), 2)

    def test_what_fails_uses_none(self) -> None:
        code = self.invite(2)
        self.get(self.come("Ann", code))
        self.fails(NameTaken, self.come("Ann", code))
        self.get(self.come("Bob", code))

    def test_the_code_is_not_stored(self) -> None:
        code = self.invite()
        with self.store.snapshot() as connection:
            self.assertNotIn(code.encode(), connection.execute(select(tables.invites.c.code_hash)).scalar_one())

    def test_closed(self) -> None:
        self.policy("closed")
        self.fails(RegistrationClosed, self.come("Ann", self.invite()))

    def test_open(self) -> None:
        self.policy("open")
        self.get(self.come("Ann", ""))
        self.get(self.come("Bob", "whatever"))


class InvitesOnPostgreSQL(OnPostgreSQL, InviteTests):
    """The same there."""
