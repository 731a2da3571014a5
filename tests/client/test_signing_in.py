"""Tests for L{hichat.client.device_flow} and L{hichat.terminal.signing_in}."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock, deferLater
from twisted.internet.testing import StringTransport
from twisted.trial.unittest import SynchronousTestCase

from hichat.client import device_flow
from hichat.client.http import Api, DeviceSession
from hichat.client.wire import (
    Address,
    BadAnswer,
    ClientError,
    FurtherStepNeeded,
    Refused,
    Unauthorized,
    Unreachable,
)
from hichat.terminal.asking import OneLine
from hichat.terminal.signing_in import SigningIn, label_here, qr_code
from hichat.terminal.state import State

BEGUN = {
    "deviceCode": "long",
    "userCode": "BCDF-GHJK",
    "verificationUri": "http://chat.example/device",
    "verificationUriComplete": "http://chat.example/device?code=BCDF-GHJK",
    "interval": 5,
    "expiresIn": 600,
}
TOKENS = {"user": 1, "device": 3, "accessToken": "access", "expiresIn": 900, "refreshToken": "refresh 1"}
PENDING = Refused("nobody", "authorization_pending")
SLOW = Refused("slow", "slow_down")
DENIED = Refused("no", "access_denied")


class FakeServer:
    """
    A server's API.

    @ivar polls: what the polls get, one after the other.
    @ivar calls: the calls that were made.
    """

    def __init__(self) -> None:
        self.reactor = Clock()
        self.address = Address.parse("http://chat.example")
        self.polls: list[Any] = []
        self.calls: list[tuple[str, Any]] = []
        self.begun: Any = BEGUN
        self.password: Any = FurtherStepNeeded("more", "second_factor_needed", "t", ["passkey"])
        self.refreshed: Any = Unauthorized("over")
        self.name = "ann"

    def seconds(self) -> float:
        return self.reactor.seconds()

    async def pause(self, seconds: float) -> None:
        await deferLater(self.reactor, seconds)

    async def call_v2(self, method: str, path: str, body: Any = None, token: str = "", *, key: str = "") -> Any:
        self.calls.append((path, body))
        if path == "/device":
            return self.begun
        if path == "/device/token":
            return self._found(self.polls.pop(0))
        return {"name": self.name} if path == "/me" else None

    async def log_in(self, name: str, password: str, device: str, **more: Any) -> DeviceSession:
        self.calls.append(("log_in", device))
        return self._session(self.password, lambda _: None)

    async def resume_device(self, token: str, on_refresh_token: Callable[[str], object]) -> DeviceSession:
        self.calls.append(("resume", token))
        return self._session(self.refreshed, on_refresh_token)

    def _session(self, tokens: Any, on_refresh_token: Callable[[str], object]) -> DeviceSession:
        api: Any = self
        return DeviceSession(api, self._found(tokens), on_refresh_token)

    def _found(self, found: Any) -> Any:
        if isinstance(found, Exception):
            raise found
        return found

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.calls]


class InBrowser(SynchronousTestCase):
    def setUp(self) -> None:
        self.server: Any = FakeServer()

    def start(self, **more: Any) -> Deferred[DeviceSession]:
        begun = self.successResultOf(Deferred.fromCoroutine(device_flow.begin(self.server, "terminal", "hichat")))
        return Deferred.fromCoroutine(device_flow.finish(self.server, begun, **more))

    def test_let_in(self) -> None:
        self.server.polls = [PENDING, PENDING, TOKENS | {"deviceSecret": "known"}]
        kept: list[str] = []
        waiting = self.start(on_refresh_token=kept.append, secret="old", on_secret=kept.append)
        for seconds in (4, 1, 5):
            self.assertNoResult(waiting)
            self.server.reactor.advance(seconds)
        self.assertNoResult(waiting)
        self.server.reactor.advance(5)
        session = self.successResultOf(waiting)
        self.assertEqual((session.credentials.user_id, session.credentials.token), (1, "access"))
        self.assertEqual(kept, ["known", "refresh 1"])
        self.assertEqual(self.server.calls[0], ("/device", {"device": "terminal", "label": "hichat"}))
        self.assertEqual(self.server.calls[-1], ("/device/token", {"deviceCode": "long", "deviceSecret": "old"}))

    def test_slower(self) -> None:
        self.server.polls = [SLOW, SLOW, TOKENS]
        waiting = self.start()
        for seconds in (5, 10):
            self.server.reactor.advance(seconds)
            self.assertNoResult(waiting)
        self.server.reactor.advance(14)
        self.assertNoResult(waiting)
        self.server.reactor.advance(1)
        self.successResultOf(waiting)

    def test_refused(self) -> None:
        for refusal in (DENIED, Refused("late", "expired_token"), Refused("gone", "device_revoked")):
            self.server.polls = [PENDING, refusal]
            waiting = self.start()
            self.server.reactor.pump([5, 5])
            self.assertIs(self.failureResultOf(waiting, Refused).value, refusal)

    def test_the_server_is_away_for_a_while(self) -> None:
        self.server.polls = [Unreachable("gone"), Unreachable("gone"), TOKENS]
        waiting = self.start()
        self.server.reactor.pump([5, 5, 5])
        self.successResultOf(waiting)

    def test_the_server_is_away_for_ever(self) -> None:
        self.server.polls = [Unreachable("gone")] * 1000
        waiting = self.start()
        self.server.reactor.pump([5] * 130)
        self.failureResultOf(waiting, Unreachable)
        self.assertGreater(len(self.server.polls), 800, "it has given up")

    def test_strange_answers(self) -> None:
        strange: tuple[Any, ...] = (None, [], {}, {"deviceCode": "long"}, BEGUN | {"userCode": 5})
        for self.server.begun in strange:
            self.failureResultOf(Deferred.fromCoroutine(device_flow.begin(self.server, "x")), BadAnswer)
        self.server.begun = BEGUN | {"interval": -5, "verificationUri": "/device", "verificationUriComplete": None}
        found = self.successResultOf(Deferred.fromCoroutine(device_flow.begin(self.server, "x")))
        self.assertEqual(found.interval, 1)
        self.assertEqual(found.uri, "http://chat.example/device")
        self.assertEqual(found.complete, "http://chat.example/device?code=BCDF-GHJK")

    def test_cancelled(self) -> None:
        waiting = self.start()
        waiting.cancel()
        self.failureResultOf(waiting)
        self.assertEqual(self.server.reactor.getDelayedCalls(), [])


class WithACode(SynchronousTestCase):
    """The second step of a log-in, by the library."""

    def setUp(self) -> None:
        self.api: Any = Api(Clock(), "http://chat.example", http=object())
        self.calls: list[Any] = []
        self.answers: list[Any] = []
        self.patch(self.api, "call_v2", self.answer)

    async def answer(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        self.calls.append((path, body))
        found = self.answers.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    def log_in(self, *codes: str) -> Any:
        given = list(codes)
        self.wrong: list[Any] = []

        async def ask(wrong: Any) -> str:
            self.wrong.append(wrong and wrong.code)
            return given.pop(0)

        return Deferred.fromCoroutine(self.api.log_in("ann", "secret", "phone", ask_code=ask))

    def test_asked(self) -> None:
        needed = FurtherStepNeeded("more", "second_factor_needed", "the ticket", ["totp", "recovery"])
        self.answers = [needed, Refused("no", "wrong_code"), TOKENS]
        session = self.successResultOf(self.log_in("123 456", "abcd-efgh"))
        self.assertEqual(session.credentials.token, "access")
        self.assertEqual(self.wrong, [None, "wrong_code"])
        shown = {"ticket": "the ticket", "remember": False}
        self.assertEqual(
            self.calls[1:],
            [("/login/factor", shown | {"totp": "123 456"}), ("/login/factor", shown | {"recovery": "abcd-efgh"})],
        )

    def test_not_answered(self) -> None:
        needed = FurtherStepNeeded("more", "second_factor_needed", "the ticket", ["totp"])
        self.answers = [needed]
        self.assertIs(self.failureResultOf(self.log_in(""), FurtherStepNeeded).value, needed)

    def test_nobody_can_type_a_passkey(self) -> None:
        for code, factors in (("second_factor_needed", ["passkey"]), ("enrolment_needed", [])):
            self.answers = [FurtherStepNeeded("more", code, "the ticket", factors)]
            self.failureResultOf(self.log_in(), FurtherStepNeeded)
            self.assertEqual(self.wrong, [])

    def test_a_ticket_that_is_over(self) -> None:
        needed = FurtherStepNeeded("more", "second_factor_needed", "the ticket", ["totp"])
        self.answers = [needed, Refused("late", "bad_ticket")]
        self.failureResultOf(self.log_in("123456"), Refused)


class OneLineTests(SynchronousTestCase):
    def asked(self, *pieces: bytes) -> Any:
        asking = OneLine()
        asking.makeConnection(StringTransport())
        for piece in pieces:
            asking.dataReceived(piece)
        return asking

    def test_a_line(self) -> None:
        self.assertEqual(self.successResultOf(self.asked(b"123", b" 456\nmore").given), "123 456")

    def test_the_end(self) -> None:
        for pieces in ((b"12",), (b"x" * 2000,)):
            asking = self.asked(*pieces)
            asking.connectionLost()
            self.assertEqual(self.successResultOf(asking.given), "")


class AtTheTerminal(SynchronousTestCase):
    def setUp(self) -> None:
        self.server: Any = FakeServer()
        self.told: list[str] = []
        directory = TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)
        self.state = self.open()

    def open(self) -> State:
        state = State.open(self.directory, "http://chat.example", "ann")
        self.addCleanup(state.close)
        return state

    def sign_in(self, name: str = "ann", password: str = "", by_browser: bool = True, draws: bool = False) -> Any:
        signing = SigningIn(self.server, name, password, self.state, self.told.append, "en", by_browser, draws)
        return Deferred.fromCoroutine(signing.sign_in())

    def allowed(self, signing: Any) -> str:
        self.server.reactor.advance(5)
        _, name = self.successResultOf(signing)
        return str(name)

    def test_by_browser(self) -> None:
        self.server.polls = [TOKENS | {"deviceSecret": "known"}]
        signing = self.sign_in()
        self.assertEqual(
            self.told,
            [
                "open http://chat.example/device in a browser where you are signed in, and type the code BCDF-GHJK\n",
            ],
        )
        self.assertEqual(self.allowed(signing), "ann")
        self.assertEqual((self.state.saved.refresh, self.state.saved.secret), ("refresh 1", "known"))

    def test_a_code_is_asked_for(self) -> None:
        """A person who types it needs no browser."""
        asked: list[Any] = []
        lines = [" 123456 "]

        async def log_in(name: str, password: str, device: str, *, ask_code: Any, **more: Any) -> DeviceSession:
            asked.append(await ask_code(None))
            return DeviceSession(self.server, TOKENS, lambda _: None)

        async def ask() -> str:
            return lines.pop()

        self.server.log_in = log_in
        more: Any = (self.state, self.told.append, "en", True, False, ask)
        signing = SigningIn(self.server, "ann", "secret", *more)
        self.successResultOf(Deferred.fromCoroutine(signing.sign_in()))
        self.assertEqual(asked, ["123456"])
        self.assertIn("recovery code", self.told[-1])

    def test_the_next_run(self) -> None:
        """It goes on with the tokens, each of which is good once."""
        self.test_by_browser()
        self.state.close()
        self.state = self.open()
        self.server.refreshed = TOKENS | {"refreshToken": "refresh 2"}
        del self.told[:], self.server.calls[:]
        self.successResultOf(self.sign_in())
        self.assertEqual(self.server.calls[0], ("resume", "refresh 1"))
        self.assertEqual((self.told, self.state.saved.refresh), ([], "refresh 2"))

    def test_the_kept_sign_in_is_over(self) -> None:
        self.state.keep_token("old")
        self.server.polls = [TOKENS]
        self.assertEqual(self.allowed(self.sign_in()), "ann")
        self.assertEqual(self.server.paths[:2], ["resume", "/device"])

    def test_over_and_nobody_there(self) -> None:
        """A script does not wait for somebody who opens a browser."""
        self.state.keep_token("old")
        self.failureResultOf(self.sign_in(by_browser=False), Unauthorized)
        self.assertEqual((self.told, self.state.saved.refresh), ([], ""))

    def test_the_server_is_away(self) -> None:
        """The kept sign-in stays."""
        self.state.keep_token("old")
        self.server.refreshed = Unreachable("gone")
        self.failureResultOf(self.sign_in(), Unreachable)
        self.assertEqual(self.state.saved.refresh, "old")

    def test_the_password_is_not_enough(self) -> None:
        for refusal in (
            FurtherStepNeeded("more", "second_factor_needed", "t", ["passkey"]),
            FurtherStepNeeded("more", "enrolment_needed", "t", []),
            Refused("off", "passwords_off"),
        ):
            self.server.password, self.server.polls = refusal, [TOKENS]
            self.state.keep_token("")
            self.assertEqual(self.allowed(self.sign_in(password="correct horse")), "ann")
            self.state.keep_token("")
            failed = self.sign_in(password="correct horse", by_browser=False)
            self.assertIs(self.failureResultOf(failed).value, refusal)

    def test_a_wrong_password(self) -> None:
        self.server.password = Refused("wrong", "wrong_password")
        self.failureResultOf(self.sign_in(password="x"), Refused)
        self.assertEqual(self.told, [])

    def test_the_password_is_enough(self) -> None:
        self.server.password = TOKENS
        self.successResultOf(self.sign_in(password="correct horse"))
        self.assertEqual((self.told, self.state.saved.refresh), ([], ""), "its tokens are not kept")

    def test_another_user_lets_it_in(self) -> None:
        self.server.polls, self.server.name = [TOKENS], "bob\x1b[2J"
        signing = self.sign_in()
        self.server.reactor.advance(5)
        error = self.failureResultOf(signing, ClientError).value
        self.assertIn("not ann", str(error))
        self.assertNotIn("\x1b", str(error))
        self.assertEqual((self.server.paths[-1], self.state.saved.refresh), ("/logout", ""))

    def test_whoever_it_is(self) -> None:
        self.server.polls, self.server.name = [TOKENS], "bob"
        self.assertEqual(self.allowed(self.sign_in(name="")), "bob")

    def test_a_revoked_device(self) -> None:
        before = self.state.saved.device
        self.server.polls = [Refused("gone", "device_revoked"), TOKENS]
        signing = self.sign_in()
        self.server.reactor.pump([5, 5])
        self.successResultOf(signing)
        self.assertNotEqual(self.state.saved.device, before)

    def test_qr_code(self) -> None:
        self.server.polls = [TOKENS]
        self.allowed(self.sign_in(draws=True))
        self.assertEqual(len(self.told), 2)
        self.assertRegex(self.told[0], "[\u2580\u2584\u2588]")
        self.assertLess(max(map(len, self.told[0].splitlines())), 400)
        self.assertNotEqual(qr_code("http://a"), qr_code("http://b"))

    def test_label(self) -> None:
        self.assertTrue(re.fullmatch("[A-Za-z0-9 ._@-]{1,48}", label_here()))
