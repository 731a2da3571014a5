"""
Every way in, at every door, in every state: one table.

The whole site is in memory, with a clock that the test sets: so a ticket ends when the table says so. Each cell has a
user of its own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from http.cookies import SimpleCookie
from typing import Any, NamedTuple
from urllib.parse import urlencode

from sqlalchemy import Connection, func, select
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from hichat.accounts import users
from hichat.client import device_flow
from hichat.client.wire import ClientError, FurtherStepNeeded
from hichat.client.wire import Refused as ClientRefused
from hichat.core import errors
from hichat.core.errors import Refused
from hichat.signin.openid.identities import Identities
from hichat.signin.recovery import make_codes
from hichat.storage.tables import devices, sessions
from hichat.terminal.signing_in import SigningIn
from hichat.terminal.state import SavedState, State
from hichat.web.browser.session import SessionResource
from hichat.web.browser.signing_on import SignOnResource
from tests.proof import FULL
from tests.support.authenticator import SoftAuthenticator
from tests.support.openid import SignOnScene
from tests.support.postgres import OnPostgreSQL
from tests.support.signing_in import KEY, code_at
from tests.support.site import SiteCase, request_bytes
from tests.support.site_clients import library_at

PASSWORD = "correct horse"
MINUTE = 60_000
LONG = 20 * MINUTE
"""Longer than anything is good that waits for a second step."""

SKEW = 90_000

IN = "in"

Finish = Callable[[int], Any]
"""The last step of a log-in: takes by how many milliseconds the client's clock is off, and gives an answer."""


class Door:
    """
    A door of the site, for one client.

    @ivar name: C{web}, C{v2}, C{v1}, C{library} or C{terminal}.
    """

    def __init__(self, case: WaysInCase, name: str) -> None:
        self.case = case
        self.name = name
        self.jar: dict[str, str] = {}

    def __call__(self, v2: str, web: str, body: dict[str, Any], **of_v2: str) -> Any:
        """
        Make a call.

        @param v2: the path after C{/v2}; C{web} that after C{/session}.
        @param of_v2: what only v2 wants to know.
        """
        if self.name == "v2":
            return self.case.api("POST", v2, body | of_v2)
        return self.browse("POST", web, json.dumps(body).encode())

    def browse(self, method: str, path: str, body: bytes = b"") -> Any:
        """A call of a browser, which keeps cookies. @param path: after C{/session}."""
        headers = {"Content-Type": "application/json"}
        if self.jar:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.jar.items())
        connection = self.case.connect()
        connection.send(request_bytes(method, f"/session{path}", body, headers))
        given: SimpleCookie = SimpleCookie()
        for line in connection.received().split(b"\r\n\r\n")[0].split(b"\r\n"):
            if line.lower().startswith(b"set-cookie:"):
                given.load(line.split(b":", 1)[1].decode().strip())
        self.jar |= {name: morsel.value for name, morsel in given.items()}
        return connection.answer(method)

    def log_in(self, name: str, password: str) -> Any:
        """The form with name and password."""
        if self.name == "v1":
            body = f"name={name}&password={password.replace(' ', '+')}".encode()
            form = "application/x-www-form-urlencoded"
            return self.case.request("POST", "/v1/user/login_pw", body, Content_Type=form, Accept_Language="en")
        return self("/login", "", {"name": name, "password": password}, device="phone")

    def outcome(self, answer: Any) -> str:
        """@return: L{IN}, or the code of the refusal. Whoever is in can read their own profile."""
        if self.name == "v1":
            if answer.json["code"] != 0:
                return _CODES[answer.json["message"]]
            token, user = answer.json["tokens"], answer.json["userId"]
            known = self.case.request("GET", f"/v1/user/list?token={token}&userId={user}")
            assert isinstance(known.json, list), known.json
            return IN
        if answer.status == 303:
            _, _, where = answer.headers["location"].partition("#/")
            if where != "came":
                return str(where.partition("/")[2])
            answer = self.browse("POST", "/refresh", b"{}")
        if answer.status != 200:
            return str(answer.json["code"])
        me = self.case.api("GET", "/me", token=answer.json["accessToken"])
        assert me.status == 200, me.body
        return IN


_CODES = {kind.en: kind.code for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Refused)}
"""The codes of refusals by what v1 says."""


class LibraryDoor(Door):
    """The door of the client library. Its answers are Deferreds."""

    def __init__(self, case: WaysInCase, name: str) -> None:
        super().__init__(case, name)
        self.library, self.http, self.clock = library_at(case)
        self.wrong = ""

    def log_in(self, name: str, password: str) -> Any:
        async def nobody(wrong: ClientRefused | None) -> str:
            return ""

        return self.begin(name, password, nobody)

    def begin(self, name: str, password: str, ask: Callable[[ClientRefused | None], Any]) -> Deferred[Any]:
        """Begin a log-in. @param ask: gives the code."""
        return Deferred.fromCoroutine(self.library.log_in(name, password, "phone", ask_code=ask))

    def once_more(self, name: str, code: str) -> Deferred[Any]:
        """Give the same code again."""
        return Deferred.fromCoroutine(self.library.log_in_with_code(self.http.ticket, code))

    def two_steps(self, name: str, code_of: Callable[[int], str]) -> Finish:
        """@return: what gives the code of a log-in that has begun. @param code_of: gives the code at a skew."""
        code: Deferred[str] = Deferred()

        async def ask(wrong: ClientRefused | None) -> str:
            if wrong is None:
                return await code
            self.wrong = wrong.code
            return ""

        waiting = self.begin(name, PASSWORD, ask)

        def finish(skew: int) -> Deferred[Any]:
            if code.called:
                return self.once_more(name, code_of(skew))
            code.callback(code_of(skew))
            return waiting

        return finish

    def outcome(self, answer: Deferred[Any]) -> str:
        found: list[Any] = []
        answer.addBoth(found.append)
        (result,) = found
        if isinstance(result, Failure):
            error = result.value
            if isinstance(error, FurtherStepNeeded):
                return self.wrong or error.code
            assert isinstance(error, ClientError), result
            return error.code if isinstance(error, ClientRefused) else _CODES[str(error)]
        session = result[0] if isinstance(result, tuple) else result
        self.case.run_now(session.call("GET", "/me"))
        return IN


class TerminalDoor(LibraryDoor):
    """The door of the terminal, whose person types the code of a second factor."""

    def begin(self, name: str, password: str, ask: Callable[[ClientRefused | None], Any]) -> Deferred[Any]:
        refusals: list[ClientRefused] = []

        def tell(line: str) -> None:
            if line.strip() in _CODES:
                refusals.append(ClientRefused(line, _CODES[line.strip()]))

        async def type_line() -> str:
            return str(await ask(refusals[-1] if refusals else None))

        state = State(SavedState(device="phone"))
        made = SigningIn(self.library, name, password, state, tell, "en", by_browser=False, ask=type_line)
        return Deferred.fromCoroutine(made.sign_in())

    def once_more(self, name: str, code: str) -> Deferred[Any]:
        async def ask(wrong: ClientRefused | None) -> str:
            self.wrong = "" if wrong is None else wrong.code
            return code if wrong is None else ""

        return self.begin(name, PASSWORD, ask)


_DOORS = {"library": LibraryDoor, "terminal": TerminalDoor}


class WaysInCase(SignOnScene, SiteCase):
    """
    @ivar name: the user of the cell.
    """

    def setUp(self) -> None:
        super().setUp()
        self.meet_provider()
        # As in a daemon that has a provider.
        deleter = self.accounts.deleter
        self.patch(deleter, "_leaves", (*deleter._leaves, Identities()))
        session = SessionResource(self.accounts, self.sign_in_with(self.accounts))
        session.putChild(b"oidc", SignOnResource(self.sso, self.accounts.recogniser, self.accounts.guard))
        self.root.putChild(b"session", session)
        self.count = 0

    def somebody(self) -> None:
        """A user who is signed in with a token, for what one does about oneself."""
        self.count += 1
        self.name = f"user{self.count}"
        self.user = self.run_now(self.accounts.registrar.register(self.name, PASSWORD, PASSWORD))
        self.token = self.token_of(self.user.id)
        self.holder = SoftAuthenticator("http://localhost:8000")

    def own(self, method: str, target: str, body: Any = None) -> Any:
        answer = self.api(method, f"/me/{target}", body, self.token)
        self.assertLess(answer.status, 300, answer.body)
        return answer.json if answer.body else None

    def in_store(self, query: Callable[..., Any], *given: Any) -> Any:
        return self.successResultOf(self.store.write(query, *given))

    def live(self) -> int:
        """@return: how many sessions the user has, without the token's."""

        def count(connection: Connection) -> int:
            own = select(devices.c.id).where(devices.c.user_id == self.user.id, devices.c.dialect != "both")
            query = select(func.count()).where(sessions.c.live, sessions.c.device_id.in_(own))
            return connection.scalar(query) or 0

        return int(self.successResultOf(self.store.read(count)))

    # The ways: each gives the last step

    def by_password(self, door: Door) -> Finish:
        return lambda skew: door.log_in(self.name, PASSWORD)

    def ticket(self, door: Door) -> str:
        """@return: the ticket of a first step."""
        problem = self.problem(door.log_in(self.name, PASSWORD), 401, "second_factor_needed")
        return str(problem["ticket"])

    def with_app(self) -> None:
        def keep(connection: Connection) -> None:
            before = self.now - LONG
            self.kinds.totp.keep(connection, self.user.id, KEY, code_at(before), before)

        self.in_store(keep)

    def by_totp(self, door: Door) -> Finish:
        self.with_app()
        if door.name == "v1":
            return self.by_password(door)
        if isinstance(door, LibraryDoor):
            return door.two_steps(self.name, lambda skew: str(code_at(self.now + skew).code))
        ticket = self.ticket(door)
        return lambda skew: door("/login/factor", "/factor", {"ticket": ticket, "totp": code_at(self.now + skew).code})

    def by_recovery(self, door: Door) -> Finish:
        self.with_app()
        codes = make_codes()
        self.in_store(self.kinds.recovery.keep, self.user.id, codes)
        if door.name == "v1":
            return self.by_password(door)
        if isinstance(door, LibraryDoor):
            return door.two_steps(self.name, lambda skew: codes[3])
        ticket = self.ticket(door)
        return lambda skew: door("/login/factor", "/factor", {"ticket": ticket, "recovery": codes[3]})

    def with_passkey(self) -> None:
        begun = self.own("POST", "passkeys/begin", {"password": PASSWORD})
        made = {"state": begun["state"], "credential": self.holder.make(begun["options"]), "name": "Key"}
        self.passkey = self.own("POST", "passkeys", made)["id"]

    def shown(self, begun: Any) -> dict[str, Any]:
        return {"state": begun["state"], "credential": self.holder.show(begun["options"])}

    def by_passkey(self, door: Door) -> Finish:
        self.with_passkey()
        if door.name == "v1":
            return self.by_password(door)
        begun = door("/login/passkey/begin", "/passkey/begin", {}).json
        shown = self.shown(begun)
        return lambda skew: door("/login/passkey", "/passkey", shown, device="phone")

    def by_passkey_step(self, door: Door) -> Finish:
        self.with_passkey()
        if door.name == "v1":
            return self.by_password(door)
        ticket = self.ticket(door)
        begun = door("/login/passkey/begin", "/passkey/begin", {"ticket": ticket}).json
        shown = {"ticket": ticket, "passkey": self.shown(begun)}
        return lambda skew: door("/login/factor", "/factor", shown)

    def by_app_password(self, door: Door) -> Finish:
        """It stands in for the password where a second factor cannot be asked, and asks for none."""
        self.with_app()
        made = self.own("POST", "app-passwords", {"name": "mail", "password": PASSWORD})
        self.app_password = made["id"]
        return lambda skew: door.log_in(self.name, made["password"])

    def by_device_flow(self, door: Door) -> Finish:
        self.with_app()
        if isinstance(door, LibraryDoor):
            return self.by_device_flow_of(door)
        begun = self.api("POST", "/device", {"device": "phone", "label": "terminal"}).json
        self.user_code = begun["userCode"]
        self.answered(True)
        return lambda skew: self.api("POST", "/device/token", {"deviceCode": begun["deviceCode"]})

    def by_device_flow_of(self, door: LibraryDoor) -> Finish:
        pending = self.run_now(device_flow.begin(door.library, "phone", "terminal"))
        self.user_code = pending.user_code
        self.answered(True)

        def finish(skew: int) -> Deferred[Any]:
            waiting = Deferred.fromCoroutine(device_flow.finish(door.library, pending))
            door.clock.advance(pending.interval)
            return waiting

        return finish

    def by_oidc(self, door: Door) -> Finish:
        """The account is one that the provider made."""
        self.far.people[self.name] = {"preferred_username": f"{self.name}x"}
        self.far.now = lambda: self.now
        first = Door(self, "web")
        self.assertEqual(first.outcome(self.back(first, self.there(first, "Chrome"))), IN)
        self.user = self.successResultOf(self.store.read(users.find_by_name, f"{self.name}x"))
        came = self.there(door)

        def finish(skew: int) -> Any:
            self.far.now = lambda: self.now + skew
            return self.back(door, came)

        return finish

    def there(self, door: Door, label: str = "Firefox") -> dict[str, str]:
        """Somebody goes to the provider and signs in. @return: what to come back with."""
        place = door.browse("GET", f"/oidc?label={label}").headers["location"]
        return self.far.sign_in(place, self.name)

    def back(self, door: Door, came: dict[str, str]) -> Any:
        return door.browse("GET", f"/oidc/back?{urlencode(came)}")

    def answered(self, allow: bool) -> None:
        body = {"userCode": self.user_code, "allow": allow}
        answer = self.api("POST", "/device/answer", body, self.token)
        self.assertLess(answer.status, 300, answer.body)

    # What takes each of them away

    def another_password(self) -> None:
        self.run_now(self.accounts.passwords.change(self.user, "another horse"))

    def no_app(self) -> None:
        self.in_store(self.kinds.totp.forget, self.user.id)

    def other_codes(self) -> None:
        self.in_store(self.kinds.recovery.keep, self.user.id, make_codes())

    def no_passkey(self) -> None:
        self.own("POST", f"passkeys/{self.passkey}/removal", {"password": PASSWORD})

    def no_app_password(self) -> None:
        self.own("DELETE", f"app-passwords/{self.app_password}")

    def not_there(self) -> None:
        """The provider does not know the account any more."""
        self.far.disabled.add(self.name)

    # The states

    def good(self, door: Door, finish: Finish, revoke: Callable[[], None]) -> Any:
        return finish(0)

    def disabled(self, door: Door, finish: Finish, revoke: Callable[[], None]) -> Any:
        self.run_now(self.accounts.status.disable(self.user.id))
        return finish(0)

    def deleted(self, door: Door, finish: Finish, revoke: Callable[[], None]) -> Any:
        self.run_now(self.accounts.deleter.delete(self.successResultOf(self.store.read(users.get, self.user.id))))
        return finish(0)

    def late(self, door: Door, finish: Finish, revoke: Callable[[], None]) -> Any:
        self.now += LONG
        return finish(0)

    def revoked(self, door: Door, finish: Finish, revoke: Callable[[], None]) -> Any:
        revoke()
        return finish(0)

    def replayed(self, door: Door, finish: Finish, revoke: Callable[[], None]) -> Any:
        self.assertEqual(door.outcome(finish(0)), self.expected["good"])
        return finish(0)

    def ahead(self, door: Door, finish: Finish, revoke: Callable[[], None]) -> Any:
        """The client's clock is ahead."""
        return finish(SKEW)

    def behind(self, door: Door, finish: Finish, revoke: Callable[[], None]) -> Any:
        """The client's clock is behind."""
        return finish(-SKEW)

    def set_back(self, door: Door, finish: Finish, revoke: Callable[[], None]) -> Any:
        """The server's clock is set back meanwhile."""
        self.now -= SKEW
        try:
            return finish(0)
        finally:
            self.now += SKEW

    def look(self, way: str, door_name: str, expected: Mapping[str, str]) -> dict[str, str]:
        """@return: what comes of a way at a door, by state."""
        begin, revoke = _WAYS[way]
        self.expected = expected
        found = {}
        for state in expected:
            self.somebody()
            self.now += MINUTE
            door = _DOORS.get(door_name, Door)(self, door_name)
            finish = begin(self, door)
            before = self.live()
            answer = getattr(self, state)(door, finish, partial(revoke, self))
            found[state] = door.outcome(answer)
            come = self.live() - before
            if state == "replayed":
                # The first time it came in, if that is possible at all; once more is the same device, or another of v1.
                self.assertLessEqual(come, 2 if door_name == "v1" else 1, (way, door_name))
            elif state == "deleted":
                # What the account had is gone; the provider's next log-in makes another account.
                self.assertLessEqual(come, 0, (way, door_name))
            else:
                self.assertEqual(come, int(found[state] == IN), (way, door_name, state))
        return found


_WAYS: dict[str, tuple[Callable[[WaysInCase, Door], Finish], Callable[[WaysInCase], None]]] = {
    "password": (WaysInCase.by_password, WaysInCase.another_password),
    "totp": (WaysInCase.by_totp, WaysInCase.no_app),
    "recovery": (WaysInCase.by_recovery, WaysInCase.other_codes),
    "passkey": (WaysInCase.by_passkey, WaysInCase.no_passkey),
    "passkey as the second step": (WaysInCase.by_passkey_step, WaysInCase.no_passkey),
    "app password": (WaysInCase.by_app_password, WaysInCase.no_app_password),
    "device flow": (WaysInCase.by_device_flow, WaysInCase.another_password),
    "single sign-on": (WaysInCase.by_oidc, WaysInCase.not_there),
}
"""Each way in, and what takes it away."""


class Row(NamedTuple):
    """What comes of a way in, by the state of the account or of the log-in; of each L{IN}, or the refusal's code."""

    good: str
    disabled: str
    deleted: str
    late: str
    revoked: str
    replayed: str
    ahead: str
    behind: str
    set_back: str


_PASSWORD = Row(IN, "disabled", "wrong_password", IN, "wrong_password", IN, IN, IN, IN)
_VOID = "bad_ticket"
_TWO_STEPS = Row(IN, _VOID, _VOID, _VOID, "wrong_code", _VOID, IN, IN, IN)
_TOTP = _TWO_STEPS._replace(ahead="wrong_code", behind="wrong_code")
_PASSKEY = Row(IN, "disabled", "wrong_passkey", "challenge_over", "wrong_passkey", "challenge_over", IN, IN, IN)
_NEEDED = "app_password_needed"
_STRANGE = "strange_return"
_V1 = Row(_NEEDED, "disabled", "wrong_password", _NEEDED, _NEEDED, _NEEDED, _NEEDED, _NEEDED, _NEEDED)
"""v1 cannot ask for a second factor: after the right password it says what to do."""

_TABLE: dict[tuple[str, tuple[str, ...]], Row] = {
    ("password", ("web", "v2", "v1", "library", "terminal")): _PASSWORD,
    # The app's clock must be right.
    ("totp", ("web", "v2", "library")): _TOTP,
    ("recovery", ("web", "v2", "library")): _TWO_STEPS,
    # The terminal does both steps anew: the code was used.
    ("totp", ("terminal",)): _TOTP._replace(replayed="wrong_code"),
    ("recovery", ("terminal",)): _TWO_STEPS._replace(replayed="wrong_code"),
    ("passkey", ("web", "v2")): _PASSKEY,
    ("passkey as the second step", ("web", "v2")): _TWO_STEPS,
    ("app password", ("web", "v2", "v1", "library", "terminal")): _PASSWORD,
    # Whoever has let the device in is gone, or has another password: it is not let in.
    ("device flow", ("v2", "library")): Row(
        IN, "access_denied", "access_denied", "expired_token", "access_denied", "expired_token", IN, IN, IN
    ),
    # A deleted account goes with what it was linked to: who comes again gets another one.
    ("single sign-on", ("web",)): Row(IN, "disabled", IN, _STRANGE, "provider_refused", _STRANGE, "bad_proof", IN, IN),
    # Without the factor the password is enough again; recovery codes come and go with another factor.
    ("totp", ("v1",)): _V1._replace(revoked=IN),
    ("recovery", ("v1",)): _V1,
    ("passkey", ("v1",)): _V1._replace(revoked=IN),
    ("passkey as the second step", ("v1",)): _V1._replace(revoked=IN),
}


class WaysInTests(WaysInCase):
    states: tuple[str, ...] = Row._fields

    def test_each(self) -> None:
        """The table holds."""
        for (way, doors), row in _TABLE.items():
            for door in doors:
                expected = {state: getattr(row, state) for state in self.states}
                self.assertEqual(self.look(way, door, expected), expected, (way, door))

    def test_nothing_to_show(self) -> None:
        """Whoever comes by single sign-on has no password: who came just now sets up other ways in all the same."""
        self.somebody()
        door = Door(self, "web")
        self.assertEqual(door.outcome(self.by_oidc(door)(0)), IN)
        self.token = door.browse("POST", "/refresh", b"{}").json["accessToken"]
        self.assertFalse(self.own("GET", "factors")["password"])
        made = self.own("POST", "app-passwords", {"name": "mail"})
        v1 = Door(self, "v1")
        self.assertEqual(v1.outcome(v1.log_in(f"{self.name}x", made["password"])), IN)
        self.now += 4 * MINUTE
        self.own("POST", "factors/totp", {})
        self.now += MINUTE
        late = self.api("POST", "/me/app-passwords", {"name": "other"}, self.token)
        self.problem(late, 403, "fresh_log_in_needed")
        self.with_app()
        self.problem(self.api("POST", "/me/app-passwords", {"name": "other"}, self.token), 400, "invalid_field")
        self.own("POST", "app-passwords", {"name": "other", "totp": code_at(self.now).code})

    def test_the_account_of_somebody_without_a_password_ends(self) -> None:
        """As soon as its user has shown that it is still the same one."""
        self.somebody()
        door = Door(self, "web")
        self.assertEqual(door.outcome(self.by_oidc(door)(0)), IN)
        self.token = door.browse("POST", "/refresh", b"{}").json["accessToken"]
        self.now += 5 * MINUTE
        self.problem(self.api("POST", "/me/deletion", {}, self.token), 403, "fresh_log_in_needed")
        self.with_app()
        self.problem(self.api("POST", "/me/deletion", {"totp": "000000"}, self.token), 403, "wrong_code")
        self.own("POST", "deletion", {"totp": code_at(self.now).code})
        self.problem(self.api("GET", "/me", None, self.token), 401, "unauthorized")

    def test_a_password_is_to_be_shown(self) -> None:
        """However fresh the log-in is, if there is one."""
        self.somebody()
        for target in ("app-passwords", "factors/totp"):
            body = {"name": "mail"} if target == "app-passwords" else {}
            self.problem(self.api("POST", f"/me/{target}", body, self.token), 400, "invalid_field")

    def test_it_is_whole(self) -> None:
        """Every way is in it, at each of the doors that it has."""
        found = {(way, door) for way, doors in _TABLE for door in doors}
        wanted = {(way, door) for way in _WAYS for door in ("web", "v2", "v1")} | {("device flow", "library")}
        wanted |= {(way, door) for way in ("password", "totp", "recovery", "app password") for door in _DOORS}
        without = {("device flow", "web"), ("device flow", "v1"), ("single sign-on", "v2"), ("single sign-on", "v1")}
        self.assertEqual(found, wanted - without)


class WaysInOnPostgreSQL(OnPostgreSQL, WaysInTests):
    """The same there; of the states those that a store decides, unless there is time for all."""

    states = Row._fields if FULL else ("good", "revoked", "replayed")
