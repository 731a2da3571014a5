"""Accounts with second factors, on a store, with passwords that are quick to hash."""

from pyotp import TOTP
from sqlalchemy import Connection

from hichat.accounts.accounts import make_accounts
from hichat.accounts.passwords import Passwords
from hichat.core.errors import SecondFactorNeeded
from hichat.runtime.limits import Limits, Rate
from hichat.signin.factors import Totp
from hichat.signin.kinds import FactorKinds
from hichat.signin.totp import base32_of
from hichat.signin.ways import SignIn
from tests.support.accounts import AccountsCase
from tests.support.doubles import run_now

KEY = b"k" * 20
"""The key that Ann's app has."""

PEER = ("192.0.2.1", "4711")
OFF = Rate(0, 1)


def code_at(now: int, key: bytes = KEY) -> Totp:
    """@return: what the app shows at a time in milliseconds since the epoch."""
    return Totp(TOTP(base32_of(key)).at(now // 1000))


class SignInCase(AccountsCase):
    """
    Ann has an app since a while.

    @ivar notes: what the audit log got.
    """

    def setUp(self):
        super().setUp()
        self.notes = []
        self.outcomes = []
        self.kinds = FactorKinds(bytes(32))
        self.start()
        self.ann = self.register()

    def start(self, login=OFF, address=OFF, needed=()):
        """Begin anew: another daemon of the same store."""
        limits = Limits(login, address, OFF, lambda: self.now)
        self.accounts = make_accounts(
            self.store,
            self.ledger,
            Passwords(run_now, self.hasher),
            self.tokens,
            lambda: self.now,
            limits,
            leaves=[self.kinds.all],
            logged_in=lambda way, outcome: self.outcomes.append((way, outcome)),
            note=self.notes.append,
        )
        self.sign_in = SignIn(self.accounts, self.store, bytes(32), lambda: self.now, self.kinds, limits, needed)
        self.accounts.refresher.before_refresh.append(self.sign_in.check_session)

    def run_in_store(self, query, *args):
        return self.successResultOf(self.store.write(query, *args))

    def enrol(self, user_id=1):
        """Give a user an app, which has shown a code a while ago."""

        def keep(connection: Connection) -> None:
            before = self.now - 600_000
            self.kinds.totp.keep(connection, user_id, KEY, code_at(before), before)

        self.run_in_store(keep)

    def first_step(self, device="phone", secrets=(), password="correct horse"):
        return self.sign_in.with_password("Ann", password, device, PEER, secrets)

    def ticket(self, device="phone", secrets=()):
        return self.fails(SecondFactorNeeded, self.first_step(device, secrets)).ticket

    def second_step(self, ticket, answer=None, remember=False, secrets=(), peer=PEER):
        return self.sign_in.with_factor(ticket, answer or code_at(self.now), remember, peer, secrets)
