"""Tests for L{hichat.runtime.limits}, and of who is limited."""

from __future__ import annotations

import contextlib
from typing import Any

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase
from zope.interface.verify import verifyObject

from hichat.accounts.accounts import make_accounts
from hichat.accounts.passwords import Passwords
from hichat.core.errors import Busy, InvalidField, NameTaken, TooManyAttempts, WrongPassword
from hichat.core.ports import ILimit
from hichat.runtime.limits import (
    SHARED,
    STRANGER,
    Attempts,
    Limit,
    Limits,
    Rate,
    address_key,
    address_keys,
    local_limit,
)
from tests.support.accounts import AccountsCase
from tests.support.doubles import NOW, run_now


class LimitTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.now = NOW

    def limit(self, attempts: int = 3, seconds: int = 60, entries: int = 100) -> Limit:
        return Limit(Rate(attempts, seconds), lambda: self.now, entries)

    def refused(self, limit: Limit, key: str = "a") -> float:
        error = self.assertRaises(TooManyAttempts, limit.attempt, key)
        assert error.retry_after is not None
        return error.retry_after

    def test_it_is_a_limit(self) -> None:
        verifyObject(ILimit, self.limit())
        verifyObject(ILimit, local_limit("login", Rate(3, 60), lambda: self.now))

    def test_another_mechanism(self) -> None:
        """The limits for strangers are made by what the assembly chooses, each by its name and rate."""
        made = {}

        def make(name: str, rate: Rate, clock: Any) -> Any:
            made[name] = rate
            return local_limit(name, rate, clock)

        login, address, register = Rate(3, 60), Rate(5, 60), Rate(2, 60)
        Limits(login, address, register, lambda: self.now, make)
        known = dict.fromkeys(("login", "known", "looks"), login)
        self.assertEqual(made, known | {"address": address, "register": register})

    def test_so_many_and_no_more(self) -> None:
        limit = self.limit()
        for _ in range(3):
            limit.attempt("a")
        self.assertAlmostEqual(self.refused(limit), 20, places=2)
        limit.attempt("b")

    def test_as_said_it_may_be_tried_again(self) -> None:
        for attempts, seconds in ((3, 60), (7, 600), (50, 600), (1, 1)):
            limit = self.limit(attempts, seconds)
            for _ in range(attempts):
                limit.attempt("a")
            for _ in range(3):
                wait = self.refused(limit)
                self.now += int(wait * 1000) - 2
                if wait > 0.01:
                    self.refused(limit)
                self.now += 3
                limit.attempt("a")

    def test_refused_ones_do_not_count(self) -> None:
        limit = self.limit()
        for _ in range(3):
            limit.attempt("a")
        waits = {self.refused(limit) for _ in range(100)}
        self.assertEqual(len(waits), 1)

    def test_after_a_long_time_no_more_than_at_once(self) -> None:
        limit = self.limit()
        limit.attempt("a")
        self.now += 10**9
        for _ in range(3):
            limit.attempt("a")
        self.refused(limit)

    def test_forgiven(self) -> None:
        limit = self.limit()
        for _ in range(100):
            limit.attempt("a")
            limit.forgive("a")
        limit.forgive("never seen")

    def test_off(self) -> None:
        limit = self.limit(0)
        for _ in range(1000):
            limit.attempt("a")
        self.assertEqual(len(limit), 0)

    def test_bounded(self) -> None:
        limit = self.limit(entries=10)
        # So many that no shared bucket stays empty: of 10,000 keys one did now and then.
        for number in range(20_000):
            with contextlib.suppress(TooManyAttempts):
                limit.attempt(f"{number}")
        self.assertEqual(len(limit), 10 + SHARED)
        self.now += 60_001
        limit.attempt("x" * 10**6)
        limit.attempt("\ud800")

    def test_others_flush_no_count(self) -> None:
        """Neither while there is room nor when there is none."""
        limit = self.limit(entries=10)
        for _ in range(3):
            limit.attempt("a")
        for number in range(5000):
            with contextlib.suppress(TooManyAttempts):
                limit.attempt(f"{number}")
        self.refused(limit)
        late = [f"late {number}" for number in range(20)]
        for key in late:
            for _ in range(4):
                with contextlib.suppress(TooManyAttempts):
                    limit.attempt(key)
        for key in late:
            self.refused(limit, key)

    def test_empty_ones_make_way(self) -> None:
        limit = self.limit(entries=10)
        for number in range(10):
            limit.attempt(f"{number}")
        self.now += 20_001
        for number in range(10):
            limit.attempt(f"new {number}")
        self.assertEqual(len(limit), 10, "and nothing is in the shared ones")

    def test_a_count_goes_along_from_a_shared_bucket(self) -> None:
        limit = self.limit(entries=1)
        limit.attempt("first")
        for _ in range(2):
            self.now += 10_000
            limit.attempt("a")
        self.now += 5_000
        limit.attempt("a")
        self.refused(limit)

    def test_what_is_refused_or_forgiven_leaves_nothing(self) -> None:
        limit = self.limit()
        for number in range(1000):
            limit.attempt(f"{number}")
            limit.forgive(f"{number}")
        self.assertEqual(len(limit), 0)
        full = self.limit(entries=1)
        full.attempt("a")
        full.attempt("b")
        full.forgive("b")
        self.assertEqual(len(full), 1)

    def test_all_or_none(self) -> None:
        limit, counted = self.limit(1), Attempts()
        limit.attempt("b")
        self.assertRaises(TooManyAttempts, counted.attempt, limit, [("a", 1), ("b", 1)])
        limit.attempt("a")

    def test_addresses(self) -> None:
        same = ("2001:db8:1:2::1", "2001:db8:1:2:ffff::")
        self.assertEqual(len(set(map(address_key, same))), 1)
        others = ("2001:db8:1:3::1", "192.0.2.1", "192.0.2.2")
        self.assertEqual(len(set(map(address_key, (*same, *others)))), 4)
        for other in ("::ffff:192.0.2.1", "::FFFF:C000:201", "2002:c000:201::5"):
            self.assertEqual(address_key(other), address_key("192.0.2.1"))
        self.assertEqual({address_key(here) for here in ("127.0.0.1", "127.9.9.9", "::1", "")}, {""})
        self.assertNotEqual(address_key("2002:7f00:1::1"), "", "over 6to4 nobody is on this machine")
        self.assertEqual({address_key(odd) for odd in ("unix", "1.2.3", "unknown", "192.0.2.1:99")}, {STRANGER})
        self.assertEqual(address_key("fe80::1%eth0"), address_key("fe80::2"))

    def test_many_addresses_of_one_party(self) -> None:
        """Whoever goes through the networks of a /48, or the addresses of a /24, may more than one, but not as many."""
        for addresses, most in (
            ([f"2001:db8:1:{number:x}::1" for number in range(0x10000)], 16 * 3),
            ([f"2001:db8:1:{number:x}::1" for number in range(0x100)], 4 * 3),
            ([f"192.0.2.{number}" for number in range(256)], 16 * 3),
        ):
            limit, taken = self.limit(), 0
            for address in addresses[:300] if most == 4 * 3 else addresses[::199] + addresses[:50]:
                with contextlib.suppress(TooManyAttempts):
                    Attempts().attempt(limit, address_keys(address))
                    taken += 1
            self.assertLessEqual(taken, most)
            self.assertGreaterEqual(taken, min(most, 12))


class WhoIsLimited(AccountsCase):
    def setUp(self) -> None:
        super().setUp()
        limits = Limits(Rate(3, 60), Rate(5, 60), Rate(2, 60), lambda: self.now)
        passwords = Passwords(run_now, self.hasher)
        self.accounts: Any = make_accounts(self.store, self.ledger, passwords, self.tokens, lambda: self.now, limits)
        self.register()
        self.register("Bob")

    def wrong(self, name: str = "Ann", address: str = "192.0.2.1") -> None:
        self.fails(WrongPassword, self.accounts.log_ins.log_in(name, "wrong", address, ""))

    def limited(self, name: str = "Ann", address: str = "192.0.2.1", password: str = "correct horse") -> float:
        before = self.hasher.verified
        error = self.fails(TooManyAttempts, self.accounts.log_ins.log_in(name, password, address, ""))
        device = self.fails(TooManyAttempts, self.accounts.log_ins.log_in_device(name, password, "phone", address, ""))
        self.assertEqual(self.hasher.verified, before, "it costs nothing")
        self.assertEqual(error.retry_after, device.retry_after)
        return float(error.retry_after)

    def test_an_account(self) -> None:
        for number in range(3):
            self.wrong(address=f"192.0.2.{number}")
        self.assertAlmostEqual(self.limited(address="192.0.2.9"), 20, places=2)
        self.limited("aNN ", "192.0.2.10")
        self.get(self.accounts.log_ins.log_in("Bob", "correct horse", "192.0.2.1", ""))
        self.now += 20_001
        self.get(self.accounts.log_ins.log_in("Ann", "correct horse", "192.0.2.9", ""))

    def test_an_unknown_name_as_a_known_one(self) -> None:
        for _ in range(3):
            self.wrong("Eve")
        self.limited("Eve", "192.0.2.2")

    def test_an_address(self) -> None:
        for number in range(5):
            self.wrong(f"Eve {number}")
        self.limited("Ann")
        self.get(self.accounts.log_ins.log_in("Ann", "correct horse", "192.0.2.2", ""))

    def test_this_machine_is_no_address(self) -> None:
        for number in range(20):
            self.wrong(f"Eve {number}", "127.0.0.1")

    def test_who_knows_the_password_is_not(self) -> None:
        for _ in range(20):
            self.get(self.accounts.log_ins.log_in("Ann", "correct horse", "192.0.2.1", ""))

    def test_the_old_password(self) -> None:
        ann = self.found(1)
        grant = self.get(self.accounts.log_ins.log_in_device("Ann", "correct horse", "phone", "192.0.2.1", ""))
        for _ in range(3):
            self.fails(
                WrongPassword,
                self.accounts.passwords.change_own(ann, grant.device, "wrong", "battery staple", "192.0.2.1"),
            )
        for work in (
            self.accounts.passwords.change_own(ann, grant.device, "correct horse", "battery staple", "192.0.2.1"),
            self.accounts.guard.check_own(ann, "correct horse", grant.device),
        ):
            self.fails(TooManyAttempts, work)

    def test_a_stranger_keeps_nobody_out(self) -> None:
        """Neither who is signed in, nor who comes from where they came last."""
        grant = self.get(self.accounts.log_ins.log_in_device("Ann", "correct horse", "phone", "192.0.2.1", ""))
        for number in range(3):
            self.wrong(address=f"198.51.100.{number}")
        self.limited(address="198.51.100.9")
        self.limited(address="192.0.2.2")
        self.get(self.accounts.log_ins.log_in("Ann", "correct horse", "192.0.2.1", ""))
        self.get(
            self.accounts.passwords.change_own(
                self.found(1), grant.device, "correct horse", "battery staple", "192.0.2.9"
            )
        )
        self.get(self.accounts.guard.check_own(self.found(1), "battery staple"))

    def test_from_where_somebody_came_last_no_more_than_from_elsewhere(self) -> None:
        self.get(self.accounts.log_ins.log_in("Ann", "correct horse", "192.0.2.1", ""))
        for _ in range(3):
            self.wrong()
        self.fails(TooManyAttempts, self.accounts.log_ins.log_in("Ann", "correct horse", "192.0.2.1", ""))

    def test_who_is_locked_out_locks_out_nobody_else(self) -> None:
        for number in range(3):
            self.wrong(address=f"198.51.100.{number}")
        for _ in range(10):
            self.limited()
        self.get(self.accounts.log_ins.log_in("Bob", "correct horse", "192.0.2.1", ""))

    def test_a_busy_server_is_no_wrong_password(self) -> None:
        never: Any = lambda *_: Deferred()  # noqa: E731
        passwords = Passwords(never, self.hasher, limit=1)
        passwords.hash("the one before")
        self.accounts.registrar._passwords = self.accounts.guard._passwords = passwords
        for _ in range(10):
            self.fails(Busy, self.accounts.log_ins.log_in("Ann", "correct horse", "192.0.2.1", ""))
            self.fails(
                Busy, self.accounts.registrar.register("Eve", "correct horse", "correct horse", client_ip="192.0.2.1")
            )

    def test_accounts_from_an_address(self) -> None:
        def register(name: str, address: str = "192.0.2.1") -> Any:
            return self.accounts.registrar.register(name, "correct horse", "correct horse", client_ip=address)

        self.get(register("a"))
        self.fails(InvalidField, register(""))
        self.fails(NameTaken, register("Ann"))
        self.fails(TooManyAttempts, register("b"))
        self.get(register("b", "192.0.2.2"))
        self.now += 30_001
        self.get(register("c"))
