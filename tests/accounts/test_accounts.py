"""Tests for the parts of accounts; see L{hichat.accounts.accounts}."""

import re
from typing import Any

from sqlalchemy import func, select
from twisted.internet.defer import Deferred, fail

from hichat.accounts import users
from hichat.accounts.accounts import make_accounts
from hichat.accounts.passwords import Passwords
from hichat.accounts.resting import REST
from hichat.accounts.sessions import REFRESH_GRACE
from hichat.accounts.tokens import V1_LIFETIME, Dialect
from hichat.contacts import contacts
from hichat.core.errors import (
    Busy,
    DeviceRevoked,
    Disabled,
    InvalidField,
    NameTaken,
    NoSuchUser,
    NotStored,
    PasswordsDiffer,
    StoreAway,
    TooManyAttempts,
    Unauthorized,
    WrongPassword,
)
from hichat.core.events import Scope
from hichat.core.kinds import Kind
from hichat.groups import queries
from hichat.groups.service import Groups
from hichat.runtime.limits import Limits, Rate
from hichat.runtime.metrics import Metrics
from hichat.storage import tables
from tests.support.accounts import AccountsCase
from tests.support.doubles import NOW, run_now


class Registering(AccountsCase):
    def test_registered(self):
        user = self.register(" Ann ")
        self.assertEqual((user.id, user.name, user.created_at), (1, "Ann", NOW))
        self.assertEqual(self.found(1), user)

    def test_password_is_kept_as_a_hash(self):
        self.register()
        found = self.successResultOf(self.store.read(users.find_hash, "ann"))
        assert found is not None
        self.assertTrue(found[1].startswith("$argon2id$"))

    def test_refusals(self):
        self.fails(InvalidField, self.accounts.registrar.register("", "correct horse", "correct horse"))
        self.fails(InvalidField, self.accounts.registrar.register("a\nb", "correct horse", "correct horse"))
        self.fails(InvalidField, self.accounts.registrar.register("Ann", "", ""))
        self.fails(InvalidField, self.accounts.registrar.register("Ann", "x" * 257, "x" * 257))
        self.fails(PasswordsDiffer, self.accounts.registrar.register("Ann", "correct horse", "Correct horse"))
        self.fails(PasswordsDiffer, self.accounts.registrar.register("Ann", "correct horse", ""))
        self.register()
        self.fails(NameTaken, self.accounts.registrar.register("aNN", "correct horse", "correct horse"))
        self.assertIsNone(self.found(2))

    def test_taken_name_costs_no_hash(self):
        self.register()
        self.fails(NameTaken, self.accounts.registrar.register("Ann", "correct horse", "correct horse"))
        self.assertEqual(self.hasher.hashed, 1)


class LoggingIn(AccountsCase):
    def test_token(self):
        self.register()
        token, user = self.log_in("aNN")
        claims = self.tokens.verify(token)
        self.assertEqual(claims._replace(session=1), (1, 0, 1, 1, Dialect.V1, NOW // 1000))
        self.assertEqual(self.get(self.accounts.recogniser.authenticate_v1(token, "1"))[1], claims)
        self.assertEqual((user.client_ip, user.client_port, user.login_at), ("192.0.2.1", "4711", NOW))

    def test_a_token_ends_with_its_session(self):
        """Whoever reads it need not ask when that began."""
        passwords = Passwords(run_now, self.hasher)
        self.accounts = make_accounts(self.store, self.ledger, passwords, self.tokens, lambda: self.now, duration=600)
        self.register()
        tokens = [self.log_in()[0], self.get(self.accounts.sessions.issue(self.found(1)))]
        self.now += 599_000
        for token in tokens:
            self.tokens.verify(token)
        self.now += 1000
        for token in tokens:
            self.assertRaises(Unauthorized, self.tokens.verify, token)

    def test_plus_and_blank_are_one_password(self):
        self.register(password="horse+battery")
        self.log_in(password="horse battery")

    def test_wrong(self):
        self.register()
        self.fails(WrongPassword, self.accounts.log_ins.log_in("Ann", "Correct horse", "", ""))
        self.fails(WrongPassword, self.accounts.log_ins.log_in("Bob", "correct horse", "", ""))
        self.fails(WrongPassword, self.accounts.log_ins.log_in("a\0", "correct horse", "", ""))
        self.fails(WrongPassword, self.accounts.log_ins.log_in("\ud800", "correct horse", "", ""))

    def test_unknown_name_costs_as_much_as_a_wrong_password(self):
        self.register()
        for name in ("Ann", "Bob"):
            before = self.hasher.verified
            self.fails(WrongPassword, self.accounts.log_ins.log_in(name, "wrong", "", ""))
            self.assertEqual(self.hasher.verified, before + 1)

    def test_empty_and_overlong_are_wrong(self):
        self.register()
        self.fails(WrongPassword, self.accounts.log_ins.log_in("Ann", "", "", ""))
        self.fails(WrongPassword, self.accounts.log_ins.log_in("Ann", "x" * 257, "", ""))

    def test_disabled_is_told_to_who_knows_the_password_only(self):
        self.register()
        self.get(self.accounts.status.disable(1))
        self.fails(Disabled, self.accounts.log_ins.log_in("Ann", "correct horse", "", ""))
        self.fails(WrongPassword, self.accounts.log_ins.log_in("Ann", "wrong", "", ""))

    def test_password_changed_while_it_was_verified(self):
        self.register()
        verifying: Any = Deferred()
        runner: Any = lambda *_: verifying  # noqa: E731
        accounts = make_accounts(self.store, self.ledger, Passwords(runner, self.hasher), self.tokens, lambda: NOW)
        logging_in = Deferred.fromCoroutine(accounts.log_ins.log_in("Ann", "correct horse", "", ""))
        self.successResultOf(self.store.write(users.set_password, 1, "another", NOW))
        verifying.callback(True)
        self.failureResultOf(logging_in, WrongPassword)


class Counted(AccountsCase):
    """The outcomes of log-ins that the metrics tell apart."""

    def setUp(self):
        super().setUp()
        self.metrics = Metrics()
        limits = Limits(Rate(2, 600), Rate(50, 600), Rate(0, 1), lambda: self.now)
        passwords = Passwords(run_now, self.hasher)
        self.accounts = make_accounts(
            self.store,
            self.ledger,
            passwords,
            self.tokens,
            lambda: self.now,
            limits,
            logged_in=self.metrics.logged_in,
        )
        self.register()

    def enter(self, password="correct horse", device="phone"):
        return self.accounts.log_ins.log_in_device("Ann", password, device, "192.0.2.1", "4711")

    def counted(self, way):
        pattern = r'^hichat_logins_total\{outcome="(\w+)",way="(\w+)"\} (\d+)'
        found = re.findall(pattern, self.metrics.exposition().decode(), re.MULTILINE)
        return {outcome: int(count) for outcome, by, count in found if by == way and count != "0"}

    def test_v1(self):
        self.log_in()
        for kind in (WrongPassword, WrongPassword, TooManyAttempts):
            self.fails(kind, self.accounts.log_ins.log_in("Ann", "wrong", "192.0.2.2", "4711"))
        self.assertEqual(self.counted("v1"), {"ok": 1, "wrong_password": 2, "limited": 1})
        self.assertEqual((self.counted("v2"), self.counted("refresh")), ({}, {}))

    def test_v2(self):
        self.get(self.enter())
        self.fails(WrongPassword, self.enter("wrong"))
        self.get(self.accounts.sessions.revoke(1, 1))
        self.fails(DeviceRevoked, self.enter())
        self.get(self.accounts.status.disable(1))
        self.fails(Disabled, self.enter())
        wanted = {"ok": 1, "wrong_password": 1, "device_revoked": 1, "disabled": 1}
        self.assertEqual(self.counted("v2"), wanted)

    def test_refresh(self):
        grant = self.get(self.enter())
        following = self.get(self.accounts.refresher.refresh(grant.refresh, ""))
        self.now += REFRESH_GRACE
        self.fails(Unauthorized, self.accounts.refresher.refresh("nonsense", ""))
        self.fails(Unauthorized, self.accounts.refresher.refresh(grant.refresh, ""))
        self.fails(Unauthorized, self.accounts.refresher.refresh(following.refresh, ""))
        self.assertEqual(self.counted("refresh"), {"ok": 1, "invalid": 2, "reused": 1})

    def test_a_store_that_is_away(self):
        self.patch(self.store, "read", lambda *_: fail(StoreAway()))
        self.fails(StoreAway, self.enter())
        self.patch(self.store, "read", lambda *_: fail(ZeroDivisionError()))
        self.fails(ZeroDivisionError, self.enter())
        self.assertEqual(self.counted("v2"), {"unavailable": 1, "failed": 1})


class Authenticating(AccountsCase):
    def setUp(self):
        super().setUp()
        self.register()
        self.token, self.ann = self.log_in()

    def test_who(self):
        self.assertEqual(self.get(self.accounts.recogniser.authenticate(self.token, "1")), self.ann)

    def test_bad_ids(self):
        for text in ("", "0", "x", "1.0", "NaN", "undefined", "-1", "2", "１"):
            self.fails(Unauthorized, self.accounts.recogniser.authenticate(self.token, text))

    def test_bad_tokens(self):
        for token in ("", "x", self.token[:-2], self.token + "x", "undefined"):
            self.fails(Unauthorized, self.accounts.recogniser.authenticate(token, "1"))

    def test_other_users_token(self):
        self.register("Bob")
        self.fails(Unauthorized, self.accounts.recogniser.authenticate(self.token, "2"))

    def test_expired(self):
        self.now += V1_LIFETIME * 1000
        self.fails(Unauthorized, self.accounts.recogniser.authenticate(self.token, "1"))

    def test_void(self):
        for void in (self.accounts.passwords.change(self.ann, "battery staple"), self.accounts.status.disable(1)):
            self.get(void)
            self.fails(Unauthorized, self.accounts.recogniser.authenticate(self.token, "1"))

    def test_disabled_even_with_a_fresh_token(self):
        self.get(self.accounts.status.disable(1))
        fresh = self.tokens.issue(self.tokens.verify(self.token)._replace(generation=1), 60)
        self.fails(Unauthorized, self.accounts.recogniser.authenticate(fresh, "1"))
        self.get(self.accounts.status.enable(1))
        self.assertEqual(self.get(self.accounts.recogniser.authenticate(fresh, "1")).id, 1)

    def test_deleted(self):
        self.get(self.accounts.deleter.delete(self.ann))
        self.fails(Unauthorized, self.accounts.recogniser.authenticate(self.token, "1"))


class Changing(AccountsCase):
    def setUp(self):
        super().setUp()
        self.ann = self.register()
        self.bob = self.register("Bob")

    def test_what_is_given(self):
        given = {"name": "Anna", "icon": "/a.png", "gender": "f", "email": "a@b.de", "phone": "13812345678", "id": "1"}
        changed = self.get(self.accounts.profiles.update(self.ann, given))
        self.assertEqual(
            (changed.name, changed.avatar, changed.gender, changed.email, changed.phone),
            ("Anna", "/a.png", "f", "a@b.de", "+8613812345678"),
        )
        self.assertEqual(changed.generation, 0)
        self.assertEqual(self.ledger.appended, [])
        self.assertEqual(self.get(self.accounts.profiles.update(changed, {"gender": ""})).phone, "+8613812345678")

    def test_own_name_in_another_case(self):
        self.assertEqual(self.get(self.accounts.profiles.update(self.ann, {"name": "ANN"})).name, "ANN")

    def test_refusals_change_nothing(self):
        good = {"gender": "f"}
        for name, text in (("name", ""), ("phone", "1"), ("email", "x"), ("icon", "javascript:x"), ("password", "")):
            error = self.fails(InvalidField, self.accounts.profiles.update(self.ann, good | {name: text}))
            self.assertEqual(error.field, name)
        self.fails(NameTaken, self.accounts.profiles.update(self.ann, good | {"name": "BOB"}))
        self.fails(
            NameTaken, self.accounts.profiles.update(self.ann, good | {"name": "BOB", "password": "battery staple"})
        )
        self.assertEqual(self.found(1), self.ann)
        self.assertEqual(self.ledger.appended, [])

    def test_password_is_an_event_in_one_transaction(self):
        changed = self.get(self.accounts.profiles.update(self.ann, {"password": "battery staple", "gender": "f"}))
        self.assertEqual((changed.generation, changed.gender), (1, "f"))
        (event,) = self.ledger.appended
        self.assertEqual((event.kind, event.scope, event.sender, event.target), (Kind.SIGNED_OUT, Scope.ACCOUNTS, 1, 1))
        self.fails(WrongPassword, self.accounts.log_ins.log_in("Ann", "correct horse", "", ""))
        self.log_in(password="battery staple")

    def test_ledger_refuses(self):
        for error in (Busy(), NotStored()):
            self.ledger.refuse = error
            self.fails(type(error), self.accounts.passwords.change(self.ann, "battery staple"))
            self.ledger.refuse = error
            self.fails(type(error), self.accounts.deleter.delete(self.ann))
        self.assertEqual(self.found(1), self.ann)

    def test_account_that_changed_meanwhile(self):
        self.get(self.accounts.passwords.change(self.ann, "battery staple"))
        self.fails(Unauthorized, self.accounts.profiles.update(self.ann, {"gender": "f"}))
        self.fails(Unauthorized, self.accounts.passwords.change(self.ann, "third horse"))
        self.fails(Unauthorized, self.accounts.deleter.delete(self.ann))
        self.log_in(password="battery staple")

    def test_disable_is_an_event(self):
        self.get(self.accounts.status.disable(2))
        self.assertEqual([(e.kind, e.target) for e in self.ledger.appended], [(Kind.SIGNED_OUT, 2)])
        self.fails(NoSuchUser, self.accounts.status.disable(7))
        self.fails(NoSuchUser, self.accounts.status.enable(7))
        self.assertEqual(len(self.ledger.appended), 1)


class Deleting(AccountsCase):
    def setUp(self):
        super().setUp()
        self.ann = self.register()
        self.bob = self.register("Bob")
        self.groups = Groups(self.store, self.ledger, lambda: NOW)
        self.get(contacts.Contacts(self.store, self.ledger, lambda: NOW).add(self.ann, "Bob"))
        self.team = self.get(self.groups.create(self.ann, "team"))
        self.get(self.groups.join(self.bob, "team"))

    def test_leaves_everything_in_one_event(self):
        self.get(self.accounts.deleter.delete(self.ann))
        event = self.ledger.appended[-1]
        self.assertEqual((event.kind, event.target), (Kind.SIGNED_OUT, 1))
        ask = self.store.read
        rows = select(func.count()).select_from(tables.contacts)
        self.assertEqual(self.successResultOf(ask(lambda connection: connection.scalar(rows))), 0)
        self.assertEqual(self.successResultOf(ask(queries.members, self.team.id)), {2})
        self.assertEqual(
            self.successResultOf(ask(queries.memberships, [(1, event.position)])), {(1, event.position): []}
        )
        self.assertEqual([group.size for group in self.successResultOf(ask(queries.joined, 2))], [1])

    def test_name_is_free_when_it_has_rested(self):
        self.get(self.accounts.deleter.delete(self.ann))
        self.now += REST - 1
        for name in ("Ann", " aNN ", "ａｎｎ", "аnn"):
            self.fails(NameTaken, self.accounts.registrar.register(name, "correct horse", "correct horse"))
        self.now += 1
        self.assertEqual(self.register().id, 3)
