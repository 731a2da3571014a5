"""Accounts on a store, with passwords that are quick to hash."""

from typing import Any

from argon2 import PasswordHasher
from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from hichat.accounts import users
from hichat.accounts.accounts import make_accounts
from hichat.accounts.passwords import Passwords
from hichat.accounts.tokens import TokenSigner
from hichat.contacts.contacts import Contacts
from hichat.groups.service import Groups
from tests.support.doubles import NOW, FakeLedger, make_store, run_now


def quick_hasher():
    """@return: Argon2id with the weakest parameters."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class Counting(PasswordHasher):
    """Counts hashes and verifications, which take most of the time of a real log-in."""

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


class AccountsCase(SynchronousTestCase):
    def setUp(self):
        self.now = NOW
        self.store = make_store(self)
        self.ledger: Any = FakeLedger(self.store)
        self.hasher = Counting()
        self.tokens = TokenSigner(bytes(32), lambda: self.now)
        leaves = Contacts(self.store, self.ledger, lambda: self.now), Groups(self.store, self.ledger, lambda: self.now)
        self.accounts = make_accounts(
            self.store, self.ledger, Passwords(run_now, self.hasher), self.tokens, lambda: self.now, leaves=leaves
        )

    def get(self, coroutine):
        return self.successResultOf(Deferred.fromCoroutine(coroutine))

    def fails(self, kind, coroutine):
        return self.failureResultOf(Deferred.fromCoroutine(coroutine), kind).value

    def register(self, name="Ann", password="correct horse"):
        return self.get(self.accounts.registrar.register(name, password, password))

    def log_in(self, name="Ann", password="correct horse"):
        return self.get(self.accounts.log_ins.log_in(name, password, "192.0.2.1", "4711"))

    def found(self, user_id):
        return self.successResultOf(self.store.read(users.find, user_id))
