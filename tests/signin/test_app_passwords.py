"""Tests for L{hichat.signin.app_passwords} and L{hichat.accounts.app_secrets}."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from hichat.accounts.accounts import make_accounts
from hichat.accounts.app_secrets import APP_PASSWORDS_LIMIT, AppPassword, secret_in
from hichat.accounts.failures import FAILURES_LIMIT
from hichat.accounts.grants import Grant
from hichat.accounts.passwords import Passwords
from hichat.accounts.roles import ServerRole
from hichat.accounts.server_rights import ServerAct, asking
from hichat.accounts.users import User
from hichat.audit.entries import Entry
from hichat.core.errors import (
    AppPasswordExists,
    Busy,
    Disabled,
    InvalidField,
    NoSuchAppPassword,
    NotAdministrator,
    NotByAppPassword,
    TooManyAppPasswords,
    TooManyAttempts,
    Unauthorized,
    WrongPassword,
)
from hichat.core.kinds import Kind
from hichat.pipeline.routing.arrivals import read_arrivals
from hichat.pipeline.routing.delivery import Arrival
from hichat.runtime.limits import Limits, Rate
from hichat.signin.app_passwords import AppPasswords
from hichat.storage.tables import app_passwords
from tests.support.accounts import AccountsCase
from tests.support.doubles import NOW, run_now
from tests.support.postgres import OnPostgreSQL

RIGHT = "correct horse"
OFF = Rate(0, 1)


class AppPasswordCase(AccountsCase):
    """Ann has an app password for her phone."""

    rates = (OFF, OFF, OFF)

    def setUp(self) -> None:
        super().setUp()
        self.noted: list[Entry] = []
        limits = Limits(*self.rates, lambda: self.now)
        passwords = Passwords(run_now, self.hasher)
        self.accounts: Any = make_accounts(
            self.store, self.ledger, passwords, self.tokens, lambda: self.now, limits, note=self.noted.append
        )
        self.app_passwords = AppPasswords(self.store, self.accounts.sessions, lambda: self.now)
        self.ann: User = self.register()
        self.made, self.secret = self.make()

    def make(self, name: str = "Phone", user: User | None = None) -> tuple[AppPassword, str]:
        found: tuple[AppPassword, str] = self.get(self.app_passwords.make(user or self.ann, name))
        return found

    def listed(self) -> list[AppPassword]:
        found: list[AppPassword] = self.get(self.app_passwords.of_user(self.ann.id))
        return found

    def v1(self, password: str) -> tuple[str, User]:
        found: tuple[str, User] = self.get(self.accounts.log_ins.log_in("Ann", password, "192.0.2.1", ""))
        return found

    def v2(self, password: str, device: str = "phone") -> Grant:
        found: Grant = self.get(self.accounts.log_ins.log_in_device("Ann", password, device, "192.0.2.1", ""))
        return found

    def set_role(self, role: ServerRole) -> None:
        self.get(self.accounts.status.set_role(self.ann.id, role))


class Secrets(AppPasswordCase):
    def test_form(self) -> None:
        self.assertRegex(self.secret, r"^([a-z2-7]{6}-){3}[a-z2-7]{6}$")
        self.assertEqual(len({self.make(str(number))[1] for number in range(20)}), 20)

    def test_as_people_type_it(self) -> None:
        plain = self.secret.replace("-", "")
        for typed in (self.secret, self.secret.upper(), plain, f" {plain[:10]} {plain[10:]}\n"):
            self.assertEqual(secret_in(typed), plain)
        for other in ("", "correct horse", plain[:-1], plain + "a", plain[:-1] + "1", "\ud800" * 24, "a" * 10_000):
            self.assertEqual(secret_in(other), "")

    def test_the_store_has_a_hash_only(self) -> None:
        with self.store.snapshot() as connection:
            kept = repr(connection.execute(select(app_passwords)).all())
        self.assertNotIn(self.secret, kept)
        self.assertNotIn(self.secret.replace("-", ""), kept)

    def test_names(self) -> None:
        self.fails(AppPasswordExists, self.app_passwords.make(self.ann, " Phone "))
        for name in ("", " ", "a" * 65, "a\nb", "\u202eenohp"):
            self.fails(InvalidField, self.app_passwords.make(self.ann, name))
        bob = self.register("Bob")
        self.make("Phone", bob)
        self.assertEqual([each.name for each in self.listed()], ["Phone"])

    def test_limit(self) -> None:
        for number in range(APP_PASSWORDS_LIMIT - 1):
            self.make(str(number))
        self.fails(TooManyAppPasswords, self.app_passwords.make(self.ann, "one more"))
        self.get(self.app_passwords.revoke(self.ann.id, self.made.id))
        self.make("one more")


class OnPostgreSQLSecrets(OnPostgreSQL, Secrets):
    pass


class LoggingInWithOne(AppPasswordCase):
    def test_v1_and_v2(self) -> None:
        self.v1(self.secret)
        grant = self.v2(self.secret.upper())
        self.assertEqual((grant.user.id, grant.user.app_password), (self.ann.id, self.made.id))
        self.v1(RIGHT)
        self.v2(RIGHT)

    def test_no_slow_hash(self) -> None:
        before = self.hasher.verified
        self.v1(self.secret)
        self.assertEqual(self.hasher.verified, before)

    def test_wrong_ones_take_the_time_of_a_wrong_password(self) -> None:
        """Of a user who has some and of one who has none, and of nobody."""
        self.register("Bob")
        wrong = "a" * 24
        for name, tried in (("Ann", wrong), ("Bob", wrong), ("Bob", self.secret), ("Eve", wrong), ("Ann", "x")):
            before = self.hasher.verified
            self.fails(WrongPassword, self.accounts.log_ins.log_in(name, tried, "192.0.2.1", ""))
            self.assertEqual(self.hasher.verified, before + 1, (name, tried))

    def test_a_password_that_looks_like_one(self) -> None:
        password = "zmwqkxtvplrnsbydgfhcjoae"
        self.register("Bob", password)
        token, _ = self.get(self.accounts.log_ins.log_in("Bob", password, "192.0.2.1", ""))
        self.assertEqual(self.get(self.accounts.recogniser.authenticate_v1(token, "2"))[0].app_password, 0)

    def test_last_use(self) -> None:
        self.assertEqual(self.listed(), [AppPassword(self.made.id, "Phone", NOW, 0)])
        self.now += 5000
        grant = self.v2(self.secret)
        self.assertEqual(self.listed()[0].used_at, NOW + 5000)
        self.now += 5000
        self.get(self.accounts.refresher.refresh(grant.refresh, ""))
        self.assertEqual(self.listed()[0].used_at, NOW + 10_000)

    def test_audit_log(self) -> None:
        self.v1(self.secret)
        self.v2(self.secret)
        self.v2(RIGHT)
        said = [(entry.via, entry.outcome) for entry in self.noted if entry.act == "log_in"]
        self.assertEqual(said, [("app_password", "ok"), ("app_password", "ok"), ("v2", "ok")])
        self.assertNotIn(self.secret, repr(self.noted))

    def test_disabled(self) -> None:
        self.get(self.accounts.status.disable(self.ann.id))
        self.fails(Disabled, self.accounts.log_ins.log_in("Ann", self.secret, "192.0.2.1", ""))
        self.fails(WrongPassword, self.accounts.log_ins.log_in("Ann", "a" * 24, "192.0.2.1", ""))

    def test_another_password_removes_them(self) -> None:
        """Whoever had the password may have made them."""
        self.get(self.accounts.passwords.change(self.ann, "battery staple"))
        self.assertEqual(self.listed(), [])
        self.fails(WrongPassword, self.accounts.log_ins.log_in("Ann", self.secret, "192.0.2.1", ""))

    def test_a_deleted_account(self) -> None:
        self.get(self.accounts.deleter.delete(self.ann))
        with self.store.snapshot() as connection:
            self.assertEqual(connection.execute(select(app_passwords)).all(), [])


class OnPostgreSQLLoggingInWithOne(OnPostgreSQL, LoggingInWithOne):
    pass


class Guessing(AppPasswordCase):
    rates = (Rate(3, 60), OFF, OFF)

    def test_limits(self) -> None:
        """Tries count as those of a password do, and a right one is refused then, too."""
        for _ in range(3):
            self.fails(WrongPassword, self.accounts.log_ins.log_in_device("Ann", "a" * 24, "phone", "198.51.100.1", ""))
        self.fails(
            TooManyAttempts, self.accounts.log_ins.log_in_device("Ann", self.secret, "phone", "198.51.100.1", "")
        )

    def test_in_a_row(self) -> None:
        for _ in range(FAILURES_LIMIT):
            self.now += 61_000
            self.fails(WrongPassword, self.accounts.log_ins.log_in_device("Ann", "a" * 24, "phone", "198.51.100.1", ""))
        self.now += 61_000
        self.fails(
            TooManyAttempts, self.accounts.log_ins.log_in_device("Ann", self.secret, "phone", "198.51.100.1", "")
        )


class Rights(AppPasswordCase):
    def authenticated(self) -> tuple[User, User, User]:
        """@return: Ann as calls of v2, of v1, and connections know her."""
        token, _ = self.v1(self.secret)
        of_v1, _ = self.get(self.accounts.recogniser.authenticate_v1(token, str(self.ann.id)))
        grant = self.v2(self.secret)
        of_v2, _ = self.get(self.accounts.recogniser.identify(grant.access))
        connected, _, _ = self.get(self.accounts.recogniser.sign_in(grant.access, "phone"))
        return of_v2, of_v1, connected

    def test_it_is_known(self) -> None:
        for user in self.authenticated():
            self.assertEqual(user.app_password, self.made.id)
        user, _ = self.get(self.accounts.recogniser.identify(self.v2(RIGHT).access))
        self.assertEqual(user.app_password, 0)

    def test_after_a_refresh(self) -> None:
        renewed = self.get(self.accounts.refresher.refresh(self.v2(self.secret).refresh, ""))
        self.assertEqual(self.get(self.accounts.recogniser.identify(renewed.access))[0].app_password, self.made.id)

    def test_the_device_logs_in_with_the_password(self) -> None:
        self.v2(self.secret)
        self.assertEqual(self.get(self.accounts.recogniser.identify(self.v2(RIGHT).access))[0].app_password, 0)

    def test_a_token_of_an_administrator(self) -> None:
        """It does not go on with a session of less rights."""
        self.v2(self.secret, "token")
        token = self.get(self.accounts.sessions.issue(self.ann))
        self.assertEqual(self.get(self.accounts.recogniser.identify(token))[0].app_password, 0)

    def test_no_administrator(self) -> None:
        for role in ServerRole:
            self.set_role(role)
            for user in self.authenticated():
                self.assertEqual(user.role, min(role, ServerRole.MEMBER))
        self.assertEqual(self.found(self.ann.id).role, ServerRole.OWNER)

    def test_arrivals(self) -> None:
        """A connection of v1 knows it by its token's session."""
        self.set_role(ServerRole.ADMINISTRATOR)
        for password, expected in ((self.secret, (False, True)), (RIGHT, (True, False))):
            claims = self.tokens.verify(self.v1(password)[0])
            arrival = Arrival(claims.user, 0, claims.device, claims.session, 0)
            with self.store.snapshot() as connection:
                arrived = read_arrivals(connection, [arrival])[arrival]
            self.assertEqual((arrived.administrator, arrived.by_app_password), expected)

    def test_no_further_ones(self) -> None:
        user, _ = self.get(self.accounts.recogniser.identify(self.v2(self.secret).access))
        self.fails(NotByAppPassword, self.app_passwords.make(user, "Tablet"))


class OnPostgreSQLRights(OnPostgreSQL, Rights):
    pass


class Revoking(AppPasswordCase):
    def test_ends_its_sessions_only(self) -> None:
        other, others = self.make("Tablet")
        self.assertNotEqual(other.id, self.made.id)
        own = [self.v2(self.secret, "phone"), self.v2(self.secret, "watch")]
        kept = [self.v2(others, "tablet"), self.v2(RIGHT, "laptop")]
        old, _ = self.v1(self.secret)
        kept_old, _ = self.v1(others)
        told = len(self.ledger.appended)
        self.assertEqual(self.get(self.app_passwords.revoke(self.ann.id, self.made.id)).name, "Phone")
        for grant in own:
            self.fails(Unauthorized, self.accounts.recogniser.identify(grant.access))
            self.fails(Unauthorized, self.accounts.refresher.refresh(grant.refresh, ""))
        self.fails(Unauthorized, self.accounts.recogniser.authenticate_v1(old, str(self.ann.id)))
        for grant in kept:
            self.get(self.accounts.recogniser.identify(grant.access))
        self.get(self.accounts.recogniser.authenticate_v1(kept_old, str(self.ann.id)))
        events = self.ledger.appended[told:]
        self.assertEqual({event.kind for event in events}, {Kind.SIGNED_OUT})
        devices = {grant.device for grant in own} | {self.tokens.verify(old).device}
        self.assertEqual({event.subject for event in events}, devices, "every worker closes the connections of these")
        self.assertEqual([each.id for each in self.listed()], [other.id])
        self.fails(WrongPassword, self.accounts.log_ins.log_in("Ann", self.secret, "192.0.2.1", ""))

    def test_a_device_that_has_logged_in_otherwise_since(self) -> None:
        self.v2(self.secret)
        grant = self.v2(RIGHT)
        self.get(self.app_passwords.revoke(self.ann.id, self.made.id))
        self.get(self.accounts.recogniser.identify(grant.access))

    def test_nobody_elses(self) -> None:
        bob = self.register("Bob")
        self.fails(NoSuchAppPassword, self.app_passwords.revoke(bob.id, self.made.id))
        self.fails(NoSuchAppPassword, self.app_passwords.revoke(self.ann.id, self.made.id + 1))
        self.v1(self.secret)

    def test_revoked_while_somebody_logs_in(self) -> None:
        """The secret was right when it was checked."""
        user = self.ann.by_app_password(self.made.id)
        self.get(self.app_passwords.revoke(self.ann.id, self.made.id))
        self.fails(WrongPassword, self.accounts.log_ins.let_in(user, "phone", "192.0.2.1", ""))

    def test_cut_off_in_the_middle(self) -> None:
        """It opens nothing, and can be revoked again."""
        grant = self.v2(self.secret)
        self.ledger.refuse = Busy()
        self.fails(Busy, self.app_passwords.revoke(self.ann.id, self.made.id))
        self.fails(WrongPassword, self.accounts.log_ins.log_in("Ann", self.secret, "192.0.2.1", ""))
        self.assertEqual([each.name for each in self.listed()], ["Phone"])
        self.get(self.app_passwords.revoke(self.ann.id, self.made.id))
        self.fails(Unauthorized, self.accounts.recogniser.identify(grant.access))
        self.assertEqual(self.listed(), [])


class OnPostgreSQLRevoking(OnPostgreSQL, Revoking):
    pass


class AfterAFactor(AppPasswordCase):
    def test_sessions_of_v1_that_a_password_began_end(self) -> None:
        by_password, _ = self.v1(RIGHT)
        by_app_password, _ = self.v1(self.secret)
        grant, token = self.v2(RIGHT), self.get(self.accounts.sessions.issue(self.ann))
        self.get(self.app_passwords.end_v1_by_password(self.ann.id))
        self.fails(Unauthorized, self.accounts.recogniser.authenticate_v1(by_password, str(self.ann.id)))
        self.get(self.accounts.recogniser.authenticate_v1(by_app_password, str(self.ann.id)))
        self.get(self.accounts.recogniser.identify(grant.access))
        self.get(self.accounts.recogniser.authenticate_v1(token, str(self.ann.id)))


class OnPostgreSQLAfterAFactor(OnPostgreSQL, AfterAFactor):
    pass


class AsAnAdministrator(AppPasswordCase):
    def test_in_the_transaction_of_a_change(self) -> None:
        """The rows have the user's own role."""
        self.set_role(ServerRole.OWNER)
        bob = self.register("Bob")
        for password, is_refused in ((self.secret, True), (RIGHT, False)):
            user, _ = self.get(self.accounts.recogniser.identify(self.v2(password).access))
            check = asking(user, ServerAct.DISABLE)
            if is_refused:
                self.fails(NotAdministrator, self.accounts.status.disable(bob.id, check))
                self.fails(NotAdministrator, self.accounts.status.set_role(bob.id, ServerRole.MODERATOR, user))
            else:
                self.get(self.accounts.status.set_role(bob.id, ServerRole.MODERATOR, user))
                self.get(self.accounts.status.disable(bob.id, check))
