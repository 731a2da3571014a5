"""Tests for L{hichat.accounts.guard}: failures in a row, and what an account is known to be used with."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update
from twisted.internet.defer import Deferred, fail

from hichat.accounts import failures
from hichat.accounts.accounts import make_accounts
from hichat.accounts.failures import FAILURES_LIMIT, FAILURES_PAUSE
from hichat.accounts.grants import Grant
from hichat.accounts.passwords import Passwords
from hichat.core.errors import Busy, Disabled, StoreAway, TooManyAttempts, WrongPassword
from hichat.runtime import limits
from hichat.runtime.limits import Limits, Rate
from hichat.storage.tables import login_failures
from tests import proof
from tests.support.accounts import AccountsCase
from tests.support.doubles import NOW, make_store, run_now
from tests.support.postgres import OnPostgreSQL

RIGHT = "correct horse"
OFF = Rate(0, 1)


class GuardCase(AccountsCase):
    """Ann logs in from 192.0.2.1, strangers come from elsewhere."""

    rates = (OFF, OFF, OFF)

    def setUp(self) -> None:
        super().setUp()
        self.accounts: Any = self.worker()
        self.register()

    def worker(self) -> Any:
        """@return: what one of several workers has: its own limits, the same store."""
        own = Limits(*self.rates, lambda: self.now)
        passwords = Passwords(run_now, self.hasher)
        return make_accounts(self.store, self.ledger, passwords, self.tokens, lambda: self.now, own)

    def v2(self, password: str = RIGHT, secret: str = "", address: str = "198.51.100.1", name: str = "Ann") -> Any:
        secrets = [secret] if secret else []
        return self.accounts.log_ins.log_in_device(name, password, "phone", address, "", secrets)

    def v1(self, password: str = RIGHT, address: str = "198.51.100.1", name: str = "Ann") -> Any:
        return self.accounts.log_ins.log_in(name, password, address, "")

    def enter(self, secret: str = "") -> Grant:
        grant = self.get(self.v2(secret=secret, address="192.0.2.1"))
        assert isinstance(grant, Grant)
        return grant

    def fail_often(self, times: int = FAILURES_LIMIT, name: str = "Ann", password: str = "wrong") -> None:
        for _ in range(times):
            self.fails(WrongPassword, self.v1(password, name=name))

    def waits(self, work: Any) -> float:
        before = self.hasher.verified
        error = self.fails(TooManyAttempts, work)
        self.assertEqual(self.hasher.verified, before, "no password is looked at")
        return float(error.retry_after)

    def rows(self) -> int:
        with self.store.snapshot() as connection:
            return connection.scalar(select(func.count()).select_from(login_failures)) or 0


class InARow(GuardCase):
    def test_one_try_an_hour(self) -> None:
        self.fail_often()
        self.assertEqual(self.waits(self.v2()), 3600)
        self.now += FAILURES_PAUSE - 1000
        self.assertEqual(self.waits(self.v1()), 1)
        self.now += 1000
        self.fails(WrongPassword, self.v1("wrong"))
        self.assertEqual(self.waits(self.v1()), 3600)
        self.now += FAILURES_PAUSE
        self.get(self.v2())

    def test_a_success_resets(self) -> None:
        for _ in range(3):
            self.fail_often(FAILURES_LIMIT - 1)
            self.get(self.v2())
        self.assertEqual(self.rows(), 0)

    def test_of_a_known_device_too(self) -> None:
        secret = self.enter().secret
        self.fail_often(FAILURES_LIMIT - 1)
        self.enter(secret)
        self.fail_often(FAILURES_LIMIT - 1)
        self.get(self.v2())

    def test_of_several_workers_and_after_a_restart(self) -> None:
        self.fail_often(FAILURES_LIMIT // 2)
        self.accounts = self.worker()
        self.fail_often(FAILURES_LIMIT // 2)
        self.accounts = self.worker()
        self.waits(self.v2())

    def test_every_spelling_and_dialect_is_one_account(self) -> None:
        spellings = ("Ann", "aNN", " ann ", "ANN", "ann\u3000")
        for number in range(FAILURES_LIMIT):
            work = self.v1 if number % 2 else self.v2
            self.fails(WrongPassword, work("wrong", name=spellings[number % len(spellings)]))
        for name in spellings:
            self.waits(self.v2(name=name))

    def test_an_unknown_name_is_as_a_known_one(self) -> None:
        answers = []
        for name in ("Ann", "Eve"):
            self.fail_often(name=name)
            answers.append((self.waits(self.v2(name=name)), self.waits(self.v1(name=name))))
        self.assertEqual(answers[0], answers[1])
        self.assertEqual(self.rows(), 2)

    def test_a_registration_inherits_nothing(self) -> None:
        self.fail_often(name="Eve")
        self.register("Eve")
        self.get(self.v2(name="Eve"))

    def test_a_disabled_account(self) -> None:
        self.get(self.accounts.status.disable(1))
        self.fail_often(FAILURES_LIMIT - 1)
        self.fails(Disabled, self.v2())
        self.fail_often(FAILURES_LIMIT - 1)

    def test_the_clock_is_set_back(self) -> None:
        self.fail_often()
        self.now -= 10 * 24 * FAILURES_PAUSE
        self.assertEqual(self.waits(self.v2()), 3600)
        self.now += FAILURES_PAUSE // 2
        self.assertEqual(self.waits(self.v2()), 1800)
        self.now += FAILURES_PAUSE // 2
        self.get(self.v2())

    def test_the_clock_is_set_forward_and_back(self) -> None:
        self.fail_often()
        self.now += 1000 * FAILURES_PAUSE
        self.fails(WrongPassword, self.v1("wrong"))
        self.now -= 1000 * FAILURES_PAUSE
        self.waits(self.v1("wrong"))
        self.now += FAILURES_PAUSE
        self.get(self.v2())

    def test_many_at_once_are_not_more(self) -> None:
        self.fail_often(50)
        waiting: list[Deferred[Any]] = []

        def later(function: Any, *args: Any) -> Deferred[Any]:
            waiting.append(Deferred())
            return waiting[-1].addCallback(lambda _: function(*args))

        self.accounts.guard._passwords = Passwords(later, self.hasher, limit=1000)  # type: ignore[arg-type]
        tries = [Deferred.fromCoroutine(self.v1("wrong")) for _ in range(80)]
        self.assertEqual(len(waiting), 50)
        for each in waiting:
            each.callback(None)
        for number, each in enumerate(tries):
            self.failureResultOf(each, WrongPassword if number < 50 else TooManyAttempts)

    def test_a_busy_server_costs_no_hour(self) -> None:
        self.fail_often()
        self.now += FAILURES_PAUSE
        mine, full = self.accounts.guard._passwords, Passwords(run_now, self.hasher, limit=0)
        self.accounts.guard._passwords = full
        self.fails(Busy, self.v2())
        self.accounts.guard._passwords = mine
        self.get(self.v2())

    def test_what_is_kept_is_bounded(self) -> None:
        self.fail_often(20)
        for number in range(30):
            self.fails(WrongPassword, self.v1("wrong", name=f"Eve {number}"))
            self.now += 1
        with self.store.transaction() as connection:
            failures.prune(connection, 10)
            left = failures.find(connection, [failures.key_of("user 1"), failures.key_of("name eve 29")])
        self.assertEqual(self.rows(), 10)
        self.assertEqual(left, {failures.key_of("user 1"): 20, failures.key_of("name eve 29"): 1})

    def test_it_is_pruned(self) -> None:
        asked: list[int] = []
        self.patch(failures, "prune", lambda _connection: asked.append(self.rows()))
        for number in range(256):
            self.fails(WrongPassword, self.v1("wrong", name=f"Eve {number}"))
        self.assertEqual(asked, [256])


class PostgreSQLInARow(OnPostgreSQL, InARow):
    pass


class Known(GuardCase):
    def test_a_device_does_not_wait(self) -> None:
        secret = self.enter().secret
        self.fail_often()
        self.waits(self.v2())
        # Whatever it ends with: another sign than that.
        self.waits(self.v2(secret=secret[:-2] + ("B" if secret[-2] == "A" else "A") + secret[-1]))
        self.assertEqual(self.get(self.v2(secret=secret)).secret, secret, "it stays the same")

    def test_it_survives_a_log_out_and_another_password(self) -> None:
        grant = self.enter()
        self.get(self.accounts.sessions.log_out(self.found(1), grant.device))
        self.get(self.accounts.passwords.change(self.found(1), "battery staple"))
        self.fail_often()
        self.get(self.v2("battery staple", grant.secret))

    def test_not_a_revocation(self) -> None:
        grant = self.enter()
        self.get(self.accounts.sessions.revoke(1, grant.device))
        self.fail_often()
        self.waits(self.v2(secret=grant.secret))

    def test_a_new_secret_ends_the_one_before(self) -> None:
        old, new = self.enter().secret, self.enter().secret
        self.assertNotEqual(old, new)
        self.fail_often()
        self.waits(self.v2(secret=old))
        self.get(self.accounts.log_ins.log_in_device("Ann", RIGHT, "phone", "", "", [new, old]))

    def test_somebody_elses_is_none(self) -> None:
        self.register("Bob")
        bobs = self.get(self.v2(name="Bob")).secret
        self.fail_often()
        self.waits(self.v2(secret=bobs))

    def test_not_for_ever(self) -> None:
        """Whoever has got hold of one guesses no more with it than others."""
        secret = self.enter().secret
        for _ in range(FAILURES_LIMIT):
            self.fails(WrongPassword, self.v2("wrong", secret))
        self.fail_often()
        self.waits(self.v2(secret=secret))

    def test_its_failures_are_its_own(self) -> None:
        secret = self.enter().secret
        for _ in range(FAILURES_LIMIT):
            self.fails(WrongPassword, self.v2("wrong", secret))
        self.get(self.v2())

    def test_v1_by_the_address_of_the_last_log_in(self) -> None:
        self.get(self.v1(address="192.0.2.1"))
        self.fail_often()
        self.waits(self.v1())
        self.waits(self.v2(address="192.0.2.1"))
        self.get(self.v1(address="192.0.2.1"))
        self.get(self.v1(address="::ffff:192.0.2.1"))

    def test_no_address_is_none(self) -> None:
        for address in ("", "127.0.0.1", "unknown"):
            self.get(self.v1(address=address))
            self.fail_often()
            self.waits(self.v1(address=address))
            self.now += FAILURES_PAUSE

    def test_the_secret_is_kept_as_a_hash(self) -> None:
        secret = self.enter().secret
        with self.store.snapshot() as connection:
            kept = repr(connection.exec_driver_sql("SELECT * FROM device_secrets").all())
        self.assertNotIn(secret, kept)

    def test_it_goes_with_the_account(self) -> None:
        self.enter()
        self.get(self.accounts.deleter.delete(self.found(1)))
        with self.store.snapshot() as connection:
            self.assertEqual(connection.exec_driver_sql("SELECT * FROM device_secrets").all(), [])

    def test_what_is_made_up_costs_no_look(self) -> None:
        secret = self.enter().secret
        for other in ("", "x", "é", secret[:-4], "A" * len(secret), "A" * 5000, secret + "AAAA"):
            self.assertEqual(self.tokens.verify_secret(other), 0)
        self.assertEqual(self.tokens.verify_secret(secret), 1)


class PostgreSQLKnown(OnPostgreSQL, Known):
    pass


class Apart(GuardCase):
    """The limits in memory."""

    rates = (Rate(3, 600), Rate(5, 600), Rate(2, 3600))

    def worn_out(self, address: str) -> None:
        """Somebody has tried names from there until no more may be tried."""
        for number in range(5):
            self.fails(WrongPassword, self.v1("wrong", address, f"Eve {number}"))
        self.fails(TooManyAttempts, self.v1("wrong", address, "Eve 9"))

    def attacked(self) -> None:
        """Ann's account is tried from twelve addresses."""
        for number in range(12):
            work = self.v1("wrong", f"203.0.113.{number}")
            self.fails(WrongPassword if number < 3 else TooManyAttempts, work)

    def counted(self) -> list[int]:
        """@return: of how many things there is a count, of each kind."""
        own = self.accounts.guard._limits
        return [len(limit) for limit in (own.login, own.address, own.known, own.looks, own.register)]

    def test_a_known_device_at_an_address_that_is_worn_out(self) -> None:
        secret = self.enter().secret
        self.worn_out("192.0.2.1")
        self.fails(TooManyAttempts, self.v2(address="192.0.2.1"))
        for _ in range(10):
            self.get(self.v2(secret=secret, address="192.0.2.1"))

    def test_v1_at_an_address_that_is_worn_out(self) -> None:
        self.get(self.v1(address="192.0.2.1"))
        self.worn_out("192.0.2.1")
        self.worn_out("192.0.2.7")
        for _ in range(10):
            self.get(self.v1(address="192.0.2.1"))
        self.fails(TooManyAttempts, self.v1(address="192.0.2.7"))

    def test_an_account_that_is_attacked(self) -> None:
        secret = self.enter().secret
        self.attacked()
        self.fails(TooManyAttempts, self.v2(address="192.0.2.1"))
        self.get(self.v2(secret=secret, address="203.0.113.1"))
        self.get(self.v1(address="203.0.113.1"))

    def test_strangers_share_no_bucket_with_what_is_known(self) -> None:
        """However many names they try: then there is one count for all whom nobody knows."""
        secret = self.enter().secret
        self.get(self.v1(address="192.0.2.1"))
        self.patch(limits, "SHARED", 1)
        self.accounts.guard._limits.login._entries = 0
        for number in range(5):
            work = self.v1("wrong", f"198.51.100.{number}", f"Eve {number}")
            self.fails(WrongPassword if number < 3 else TooManyAttempts, work)
        self.fails(TooManyAttempts, self.v2(address="192.0.2.9"))
        self.get(self.v2(secret=secret, address="192.0.2.9"))
        self.get(self.v1(address="192.0.2.9"))

    def test_what_is_known_has_a_limit_too(self) -> None:
        secret = self.enter().secret
        for _ in range(3):
            self.fails(WrongPassword, self.v2("wrong", secret))
        self.fails(TooManyAttempts, self.v2(secret=secret))

    def test_a_secret_of_ones_own_opens_no_other_account(self) -> None:
        self.register("Bob")
        bobs = self.get(self.v2(name="Bob")).secret
        for number in range(5):
            self.fails(WrongPassword, self.v2("wrong", bobs, name=f"Eve {number}"))
        for _ in range(20):
            self.fails(TooManyAttempts, self.v2("wrong", bobs))

    def test_nothing_is_done_at_an_address_that_is_worn_out(self) -> None:
        """No normalising, no look into the store, no hash."""
        self.worn_out("192.0.2.7")
        for _ in range(2):
            self.get(self.accounts.registrar.register(f"New {_}", RIGHT, RIGHT, client_ip="192.0.2.7"))

        def nothing(*_: Any, **__: Any) -> Any:
            raise AssertionError("that is work")

        registrar = self.accounts.registrar
        registrar._store = self.accounts.guard._store = registrar._passwords = None
        for module, names in (("guard", ("prepare", "key_of")), ("registering", ("prepare", "user_name"))):
            for name in names:
                self.patch(__import__(f"hichat.accounts.{module}", fromlist=[name]), name, nothing)
        huge = "a" + "\u0300" * 15_900 + "\u0316" * 15_900
        for name in ("Ann", huge):
            self.fails(TooManyAttempts, self.v2(name=name, address="192.0.2.7"))
            self.fails(TooManyAttempts, self.accounts.registrar.register(name, huge, huge, client_ip="192.0.2.7"))
        self.fails(TooManyAttempts, self.v1(name=huge, address="192.0.2.7"))

    def test_looks_for_v1_are_limited(self) -> None:
        self.worn_out("192.0.2.7")
        for _ in range(5):
            self.fails(TooManyAttempts, self.v1(address="192.0.2.7"))
        self.accounts.guard._store = None
        self.fails(TooManyAttempts, self.v1(address="192.0.2.7"))

    def test_busy_refusals_leave_nothing(self) -> None:
        full = Passwords(run_now, self.hasher, limit=0)
        self.accounts.registrar._passwords = self.accounts.guard._passwords = full
        for number in range(100):
            self.fails(Busy, self.v1(address=f"198.51.100.{number}", name=f"Eve {number}"))
            self.fails(
                Busy, self.accounts.registrar.register(f"Eve {number}", RIGHT, RIGHT, client_ip=f"198.51.100.{number}")
            )
        self.assertEqual(self.counted(), [0] * 5)

    def test_a_store_that_is_away_leaves_nothing(self) -> None:
        secret = self.enter().secret
        away = SimpleNamespace(read=lambda *_: fail(StoreAway()))
        self.accounts.registrar._store = self.accounts.guard._store = away
        for _ in range(20):
            self.fails(StoreAway, self.v1())
            self.fails(StoreAway, self.v2())
            self.fails(StoreAway, self.v2(secret=secret))
            self.fails(StoreAway, self.accounts.registrar.register("Eve", RIGHT, RIGHT, client_ip="198.51.100.1"))
        self.assertEqual(self.counted(), [0] * 5)

    def test_a_mistake_at_registration_may_be_mended(self) -> None:
        for bad in ("short", "ann-ann-ann", "password", "x" * 300):
            for _ in range(5):
                work = self.accounts.registrar.register("annann", bad, bad, client_ip="192.0.2.9")
                self.failureResultOf(Deferred.fromCoroutine(work))
        self.get(self.accounts.registrar.register("annann", RIGHT, RIGHT, client_ip="192.0.2.9"))

    def test_the_own_password_at_an_address_that_is_worn_out(self) -> None:
        grant = self.enter()
        self.worn_out("192.0.2.1")
        self.attacked()
        new = "battery staple"
        self.get(self.accounts.passwords.change_own(self.found(1), grant.device, RIGHT, new, "192.0.2.1"))

    def test_the_own_password_in_a_row(self) -> None:
        self.rates = (OFF, OFF, OFF)
        self.accounts = self.worker()
        grant, ann = self.enter(), self.found(1)
        for _ in range(FAILURES_LIMIT):
            self.fails(WrongPassword, self.accounts.guard.check_own(ann, "wrong", grant.device))
        self.waits(self.accounts.guard.check_own(ann, RIGHT, grant.device))
        self.get(self.v2())


class Counting(AccountsCase):
    @settings(max_examples=proof.many(30, 30), deadline=None)
    @given(st.lists(st.integers(-2 * FAILURES_PAUSE, 2 * FAILURES_PAUSE), min_size=1, max_size=30))
    def test_no_jump_locks_for_longer_than_the_hour(self, jumps: list[int]) -> None:
        store, now, key = make_store(self), NOW, failures.key_of("user 1")
        with store.transaction() as connection:
            failures.attempt(connection, key, now)
            connection.execute(update(login_failures).values(failed=FAILURES_LIMIT))
            for jump in jumps:
                now += jump
                failures.attempt(connection, key, now)
            wait, _ = failures.attempt(connection, key, now)
            self.assertLessEqual(wait, 3600)
            wait, _ = failures.attempt(connection, key, now + FAILURES_PAUSE)
            self.assertEqual(wait, 0)
