"""Tests for L{hichat.signin.device_flow} and L{hichat.signin.device_codes}."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from hichat.accounts.grants import Grant
from hichat.accounts.users import User
from hichat.core.errors import (
    AccessDenied,
    AuthorizationPending,
    DeviceRevoked,
    ExpiredToken,
    NoSuchUserCode,
    Refused,
    SlowDown,
    TooManyAttempts,
)
from hichat.runtime.limits import Rate, local_limit
from hichat.signin import device_codes
from hichat.signin.device_codes import DEVICE_CODE_LIFETIME, INTERVAL, INTERVAL_LIMIT, WaitingDevice
from hichat.signin.device_flow import (
    DEVICE_BEGINNINGS,
    USER_CODE_GUESSES,
    USER_CODE_LETTERS,
    BegunLogin,
    DeviceFlow,
)
from hichat.storage.tables import device_logins
from tests.support.accounts import AccountsCase
from tests.support.postgres import OnPostgreSQL

HERE = "192.0.2.1"


class FlowCase(AccountsCase):
    """Ann is signed in somewhere, and her terminal waits."""

    def setUp(self) -> None:
        super().setUp()
        self.clock = Clock()
        self.flow = self.worker()
        self.ann: User = self.register()

    def worker(self) -> DeviceFlow:
        """@return: what another worker, or another host, has: its own memory, the same store and key."""

        async def let_in(user: User, device: str, peer: tuple[str, str], *, secrets: Sequence[str]) -> Grant:
            grant: Grant = await self.accounts.log_ins.let_in(user, device, *peer, secrets, "device_flow")
            return grant

        ticks = lambda: round(self.clock.seconds() * 1000)  # noqa: E731
        return DeviceFlow(self.store, let_in, bytes(32), lambda: self.now, local_limit, ticks)

    def begin(self, device: str = "terminal", address: str = HERE, flow: DeviceFlow | None = None) -> BegunLogin:
        begun: BegunLogin = self.get((flow or self.flow).begin(device, "hichat chat", address))
        return begun

    def find(self, code: str, user: User | None = None) -> WaitingDevice:
        found: WaitingDevice = self.get(self.flow.find(user or self.ann, code, HERE))
        return found

    def answer(self, code: str, allow: bool = True, flow: DeviceFlow | None = None) -> None:
        self.get((flow or self.flow).answer(self.ann, code, allow, HERE))

    def poll(self, begun: BegunLogin, flow: DeviceFlow | None = None) -> Grant:
        grant: Grant = self.get((flow or self.flow).poll(begun.code, (HERE, "4711")))
        return grant

    def refused(self, kind: type[Refused], begun: BegunLogin, flow: DeviceFlow | None = None) -> None:
        self.fails(kind, (flow or self.flow).poll(begun.code, (HERE, "4711")))

    def wait(self, seconds: float) -> None:
        self.now += round(seconds * 1000)
        self.clock.advance(seconds)

    def rows(self) -> int:
        with self.store.snapshot() as connection:
            return connection.scalar(select(func.count()).select_from(device_logins)) or 0


class Codes(FlowCase):
    def test_form(self) -> None:
        begun = self.begin()
        self.assertRegex(begun.user_code, rf"^[{USER_CODE_LETTERS}]{{4}}-[{USER_CODE_LETTERS}]{{4}}$")
        self.assertTrue(set("AEIOUY").isdisjoint(USER_CODE_LETTERS), "they are no words")
        self.assertNotEqual(begun.user_code, self.begin().user_code)

    def test_as_people_type_them(self) -> None:
        code = self.begin().user_code
        for typed in (code.lower(), code.replace("-", ""), code.replace("-", " "), f"  {code}\n"):
            self.assertEqual(self.find(typed), WaitingDevice("terminal", "hichat chat", HERE, self.now))

    def test_the_store_has_hashes_only(self) -> None:
        begun = self.begin()
        with self.store.snapshot() as connection:
            kept = repr(connection.execute(select(device_logins)).all())
        for secret in (begun.code, begun.user_code, begun.user_code.replace("-", "")):
            self.assertNotIn(secret, kept)


class LettingIn(FlowCase):
    def test_allowed(self) -> None:
        begun = self.begin()
        self.refused(AuthorizationPending, begun)
        self.answer(begun.user_code)
        self.wait(INTERVAL)
        grant = self.poll(begun)
        user, device = self.get(self.accounts.recogniser.identify(grant.access))
        self.assertEqual((user.id, user.app_password, device), (self.ann.id, 0, grant.device))
        connected, found, _ = self.get(self.accounts.recogniser.sign_in(grant.access, "terminal"))
        self.assertEqual((connected.id, found.name), (self.ann.id, "terminal"))

    def test_once(self) -> None:
        begun = self.begin()
        self.answer(begun.user_code)
        self.poll(begun)
        self.refused(ExpiredToken, begun)
        self.fails(NoSuchUserCode, self.flow.answer(self.ann, begun.user_code, True, HERE))
        self.assertEqual(self.rows(), 0)

    def test_one_answer(self) -> None:
        """Nobody changes it, or takes the device over."""
        bob: User = self.register("Bob")
        for allow in (True, False):
            begun = self.begin()
            self.answer(begun.user_code, allow)
            for user in (self.ann, bob):
                self.fails(NoSuchUserCode, self.flow.find(user, begun.user_code, HERE))
                self.fails(NoSuchUserCode, self.flow.answer(user, begun.user_code, True, HERE))
                self.fails(NoSuchUserCode, self.flow.answer(user, begun.user_code, False, HERE))
            if allow:
                self.assertEqual(self.poll(begun).user.id, self.ann.id)
            else:
                self.refused(AccessDenied, begun)
                self.refused(ExpiredToken, begun)

    def test_each_its_own(self) -> None:
        one, two = self.begin("one"), self.begin("two")
        self.answer(two.user_code)
        self.refused(AuthorizationPending, one)
        self.assertEqual(self.get(self.accounts.recogniser.sign_in(self.poll(two).access, "two"))[1].name, "two")

    def test_several_workers_and_hosts(self) -> None:
        first, second, third = (self.worker() for _ in range(3))
        begun = self.begin(flow=first)
        self.refused(AuthorizationPending, begun, second)
        self.refused(SlowDown, begun, third)
        self.answer(begun.user_code, flow=second)
        self.assertEqual(self.poll(begun, third).user.id, self.ann.id)
        self.refused(ExpiredToken, begun, first)

    def test_a_user_who_was_signed_out_since(self) -> None:
        begun = self.begin()
        self.answer(begun.user_code)
        self.get(self.accounts.sessions.sign_out(self.ann.id))
        self.refused(AccessDenied, begun)

    def test_a_user_who_was_disabled_since(self) -> None:
        begun = self.begin()
        self.answer(begun.user_code)
        self.get(self.accounts.status.disable(self.ann.id))
        self.refused(AccessDenied, begun)

    def test_a_user_who_is_gone(self) -> None:
        begun = self.begin()
        self.answer(begun.user_code)
        self.get(self.accounts.deleter.delete(self.ann))
        self.refused(AccessDenied, begun)

    def test_a_revoked_device(self) -> None:
        begun = self.begin()
        self.answer(begun.user_code)
        self.poll(begun)
        self.get(self.accounts.sessions.revoke(self.ann.id, "terminal"))
        begun = self.begin()
        self.answer(begun.user_code)
        self.refused(DeviceRevoked, begun)


class OnPostgreSQLLettingIn(OnPostgreSQL, LettingIn):
    pass


class Pace(FlowCase):
    def test_too_soon(self) -> None:
        begun = self.begin()
        self.refused(AuthorizationPending, begun)
        self.wait(INTERVAL - 1)
        self.refused(SlowDown, begun)
        self.wait(INTERVAL)
        self.refused(SlowDown, begun)
        self.wait(3 * INTERVAL)
        self.refused(AuthorizationPending, begun)
        self.wait(3 * INTERVAL)
        self.refused(AuthorizationPending, begun)

    def test_no_longer_than_a_minute(self) -> None:
        begun = self.begin()
        for _ in range(30):
            self.get_refusal(begun)
        self.wait(INTERVAL_LIMIT)
        self.refused(AuthorizationPending, begun)

    def get_refusal(self, begun: BegunLogin) -> None:
        self.fails(Refused, self.flow.poll(begun.code, (HERE, "")))

    def test_an_answer_comes_however_often_it_asks(self) -> None:
        begun = self.begin()
        self.refused(AuthorizationPending, begun)
        self.answer(begun.user_code)
        self.poll(begun)

    def test_expiry(self) -> None:
        begun = self.begin()
        self.wait(DEVICE_CODE_LIFETIME - 1)
        self.find(begun.user_code)
        self.wait(1)
        self.refused(ExpiredToken, begun)
        self.fails(NoSuchUserCode, self.flow.find(self.ann, begun.user_code, HERE))
        self.fails(NoSuchUserCode, self.flow.answer(self.ann, begun.user_code, True, HERE))

    def test_an_answer_expires_too(self) -> None:
        begun = self.begin()
        self.answer(begun.user_code)
        self.wait(DEVICE_CODE_LIFETIME)
        self.refused(ExpiredToken, begun)

    def test_pruned(self) -> None:
        for _ in range(5):
            self.begin()
        self.wait(DEVICE_CODE_LIFETIME)
        self.begin()
        self.assertEqual(self.rows(), 1)

    def test_the_clock_is_set_back(self) -> None:
        """By some seconds: nothing hangs; by hours: the code is void, and the row goes."""
        begun = self.begin()
        self.refused(AuthorizationPending, begun)
        self.now -= 90_000
        self.refused(AuthorizationPending, begun)
        self.find(begun.user_code)
        self.now -= 3_600_000
        self.refused(ExpiredToken, begun)
        self.begin()
        self.assertEqual(self.rows(), 1)


class OnPostgreSQLPace(OnPostgreSQL, Pace):
    pass


class Guessing(FlowCase):
    def test_so_many_as_the_guide_says(self) -> None:
        self.assertEqual((USER_CODE_GUESSES, DEVICE_CODE_LIFETIME), (Rate(10, 600), 600))

    def test_short_codes(self) -> None:
        begun = self.begin()
        for number in range(USER_CODE_GUESSES.attempts):
            wrong = ("BBBB-BBB" if number % 2 else "BBBB-BBBB") + ("B" if number % 3 == 0 else "")
            self.fails(NoSuchUserCode, self.flow.find(self.ann, wrong, HERE))
        for call in (
            lambda: self.flow.find(self.ann, begun.user_code, HERE),
            lambda: self.flow.answer(self.ann, begun.user_code, True, HERE),
        ):
            self.fails(TooManyAttempts, call())
        bob: User = self.register("Bob")
        self.find(begun.user_code, bob)
        self.wait(USER_CODE_GUESSES.seconds / USER_CODE_GUESSES.attempts)
        self.find(begun.user_code)

    def test_many_users_of_an_address(self) -> None:
        users = [self.register(f"User {number}") for number in range(6)]
        outcomes = set()
        for user in users:
            for _ in range(USER_CODE_GUESSES.attempts):
                error = self.failureResultOf(self.deferred(user, "BBBB-BBBB")).value
                outcomes.add(type(error))
        self.assertEqual(outcomes, {NoSuchUserCode, TooManyAttempts})
        self.fails(TooManyAttempts, self.flow.find(self.ann, "BBBB-BBBB", HERE))

    def deferred(self, user: User, code: str) -> Deferred[WaitingDevice]:
        return Deferred.fromCoroutine(self.flow.find(user, code, HERE))

    def test_right_ones_do_not_count(self) -> None:
        for _ in range(3 * USER_CODE_GUESSES.attempts):
            begun = self.begin(address="")
            self.find(begun.user_code)
            self.answer(begun.user_code, False)

    def test_long_codes(self) -> None:
        """Invented ones are not looked up."""
        begun = self.begin()
        asked: list[object] = []
        self.patch(self.store, "write", lambda *asking: asked.append(asking))
        for code in ("", "x", "\ud800", begun.code[:-4] + "AAAA", begun.code + "A", "A" * 100_000):
            self.fails(ExpiredToken, self.flow.poll(code, (HERE, "")))
        self.assertEqual(asked, [])

    def test_beginnings_from_an_address(self) -> None:
        for _ in range(DEVICE_BEGINNINGS.attempts):
            self.begin()
        self.fails(TooManyAttempts, self.flow.begin("terminal", "", HERE))
        self.begin(address="198.51.100.1")

    def test_many_devices(self) -> None:
        self.patch(device_codes, "WAITING_DEVICES_LIMIT", 3)
        for _ in range(3):
            self.begin()
        self.fails(TooManyAttempts, self.flow.begin("terminal", "", HERE))
        self.wait(DEVICE_CODE_LIFETIME)
        self.begin()
