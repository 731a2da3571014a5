"""What a log-in over v1, whose clients can ask for nothing but a password, gets by the state of the account."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred

from hichat.accounts import users
from hichat.accounts.roles import ServerRole
from hichat.accounts.users import User
from hichat.core.errors import AppPasswordNeeded, Disabled, SecondFactorNeeded, WrongPassword
from hichat.signin.app_passwords import AppPasswords
from hichat.signin.ways import SignIn
from tests.support.doubles import NOW
from tests.support.postgres import OnPostgreSQL
from tests.support.signing_in import PEER, SignInCase
from tests.support.site import SiteCase

OK = "ok"


class V1LogIns(SignInCase):
    sign_in: SignIn
    ann: User

    def setUp(self) -> None:
        super().setUp()
        self.apps = AppPasswords(self.store, self.accounts.sessions, lambda: self.now)
        self.made, self.secret = self.get(self.apps.make(self.ann, "Old phone"))

    async def by_v1(self, name: str, password: str) -> object:
        return await self.sign_in.with_password_v1(name, password, PEER)

    def outcomes_of_all(self) -> list[str]:
        """@return: those of the right password, a wrong one, the app password, and a wrong one."""
        tried = ("correct horse", "wrong", self.secret, "a" * 24)
        found = []
        for password in tried:
            outcomes: list[str] = []
            trying = Deferred.fromCoroutine(self.by_v1("Ann", password))
            trying.addCallbacks(lambda _: outcomes.append(OK), lambda f: outcomes.append(f.value.code))  # noqa: B023
            found += outcomes
        return found

    def test_table(self) -> None:
        """By state of the account."""

        def plain() -> None:
            """Nothing is special."""

        def with_factor() -> None:
            self.enrol()

        def needed() -> None:
            self.start(needed=[ServerRole.MEMBER])

        def no_password() -> None:
            """As of somebody who comes by a provider only."""
            self.run_in_store(self.take_password)

        def passwords_off() -> None:
            self.accounts.guard.only_owners = True

        def disabled() -> None:
            self.get(self.accounts.status.disable(self.ann.id))

        def revoked() -> None:
            self.get(self.apps.revoke(self.ann.id, self.made.id))

        wrong, app = "wrong_password", "app_password_needed"
        for states, expected in (
            ((plain,), [OK, wrong, OK, wrong]),
            ((with_factor,), [app, wrong, OK, wrong]),
            ((needed,), [app, wrong, OK, wrong]),
            ((passwords_off,), [app, wrong, OK, wrong]),
            ((no_password,), [wrong, wrong, OK, wrong]),
            ((disabled,), ["disabled", wrong, "disabled", wrong]),
            ((with_factor, disabled), ["disabled", wrong, "disabled", wrong]),
            ((revoked,), [OK, wrong, wrong, wrong]),
            ((with_factor, revoked), [app, wrong, wrong, wrong]),
        ):
            self.setUp()
            for state in states:
                state()
            self.assertEqual(self.outcomes_of_all(), expected, [state.__name__ for state in states])

    def take_password(self, connection: Any) -> None:
        """The password is taken away as for an account that never had one: the app passwords stay."""
        users._update(connection, self.ann.id, {"password_hash": ""})

    def test_clock_skewed(self) -> None:
        """An app password is good whatever the time is."""
        self.enrol()
        for skew in (-90_000, 90_000, -10 * 365 * 24 * 3600_000, 10 * 365 * 24 * 3600_000):
            self.now = NOW + skew
            self.get(self.by_v1("Ann", self.secret))

    def test_before_the_right_password_nothing_is_told(self) -> None:
        """Not even by how long it takes."""
        counts = []
        for enrolled in (False, True):
            if enrolled:
                self.enrol()
            before = self.hasher.verified
            self.fails(WrongPassword, self.by_v1("Ann", "wrong"))
            counts.append(self.hasher.verified - before)
        self.assertEqual(counts, [1, 1])

    def test_a_right_password_is_no_guess(self) -> None:
        self.enrol()
        for _ in range(200):
            self.fails(AppPasswordNeeded, self.by_v1("Ann", "correct horse"))
        self.get(self.by_v1("Ann", self.secret))

    def test_a_factor_that_comes_while_somebody_logs_in(self) -> None:
        """It is asked for again in the transaction of the log-in."""
        entered: list[bool] = []
        read = self.store.read

        def reading(query: Any, *args: Any) -> Any:
            found = read(query, *args)
            if getattr(query, "__name__", "") == "_ask_v1" and not entered:
                entered.append(True)
                self.enrol()
            return found

        self.patch(self.store, "read", reading)
        self.fails(AppPasswordNeeded, self.by_v1("Ann", "correct horse"))
        self.assertEqual(entered, [True])

    def test_v2_asks_for_no_factor_either(self) -> None:
        self.enrol()
        grant = self.get(self.first_step(password=self.secret))
        self.assertEqual(grant.user.app_password, self.made.id)
        self.fails(SecondFactorNeeded, self.first_step())

    def test_v2_of_a_role_that_needs_one(self) -> None:
        self.start(needed=list(ServerRole))
        self.get(self.first_step(password=self.secret))

    def test_audit_log(self) -> None:
        self.enrol()
        self.notes.clear()
        self.fails(AppPasswordNeeded, self.by_v1("Ann", "correct horse"))
        self.get(self.by_v1("Ann", self.secret))
        said = [(each.act, each.outcome, each.whose, each.via) for each in self.notes]
        self.assertEqual(
            said,
            [
                ("log_in", "app_password_needed", self.ann.id, "v1"),
                ("log_in", "ok", self.ann.id, "app_password"),
            ],
        )

    def test_disabled_with_a_factor(self) -> None:
        self.enrol()
        self.get(self.accounts.status.disable(self.ann.id))
        self.fails(Disabled, self.by_v1("Ann", "correct horse"))


class OnPostgreSQLV1LogIns(OnPostgreSQL, V1LogIns):
    pass


class Words(SiteCase):
    """What existing clients show: v1's words of a wrong password, and behind them what helps."""

    def test_words(self) -> None:
        ann, _ = self.make_user("Ann")
        apps = AppPasswords(self.store, self.accounts.sessions, lambda: self.now)
        _, secret = self.run_now(apps.make(ann, "Old phone"))
        self.needed = tuple(ServerRole)
        self.mount(self.accounts)
        for language, wrong, hint in (
            ("en", "unknown name or wrong password", "app password"),
            ("zh", "用户名或密码错误", "应用专用密码"),
        ):

            def log_in(password: str, language: str = language) -> Any:
                body = f"name=Ann&password={password}".encode()
                kind = "application/x-www-form-urlencoded"
                return self.request("POST", "/v1/user/login_pw", body, Content_Type=kind, Accept_Language=language)

            answer = log_in("wrong")
            self.assertEqual((answer.status, answer.json), (200, {"code": -1, "message": wrong}))
            answer = log_in("correct+horse")
            self.assertEqual((answer.status, answer.json["code"], set(answer.json)), (200, -1, {"code", "message"}))
            self.assertTrue(answer.json["message"].startswith(wrong))
            self.assertIn(hint, answer.json["message"])
            answer = log_in(secret)
            self.assertEqual((answer.status, answer.json["code"], answer.json["userId"]), (200, 0, ann.id))
