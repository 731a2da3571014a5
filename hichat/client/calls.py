"""
The calls over HTTP that both faces make, without any I/O.

L{Server} has the calls that need no token. L{Server.log_in} gives a L{DeviceSession}, which renews its token as long as
it is used. A L{Session} takes a token from elsewhere, such as C{hichat token}. Every call raises
L{hichat.client.wire.Unauthorized}, L{Refused}, L{Unreachable} or L{BadAnswer}, all of them L{ClientError}.

A face makes the requests; that for Twisted is L{hichat.client.http}.
"""

from __future__ import annotations

import json
import os
import re
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from typing import IO, Any
from urllib.parse import urlencode

import msgspec

from hichat.client.commands import CommandCalls
from hichat.client.contacts import ContactCalls
from hichat.client.groups import GroupCalls
from hichat.client.keeping import KeepingCalls
from hichat.client.media import MediaCalls
from hichat.client.personal import PersonalCalls
from hichat.client.reporting import ReportingCalls
from hichat.client.waiting import Latch
from hichat.client.wire import (
    Address,
    BadAnswer,
    Credentials,
    Device,
    FurtherStepNeeded,
    Group,
    Hit,
    Refused,
    Unauthorized,
    Unreachable,
    User,
    user_of,
    whole,
    words,
)
from hichat.core.errors import Language
from hichat.wire.frames import Folded

MAX_ANSWER = 16 * 1024 * 1024
"""The longest answer, in bytes: a list of 20,000 users still fits."""

RENEW_BEFORE = 60.0
"""Seconds before its end at which an access token is renewed."""

RENEW_TIMEOUT = 4.0
"""Seconds for an answer to a refresh. Then the client asks once more: for a while the server takes a token twice."""


def language_here(environ: Mapping[str, str] = os.environ) -> Language:
    """@return: the language of the user's locale: Chinese, or English for every other one."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environ.get(name):
            return "zh" if environ[name].lower().startswith("zh") else "en"
    return "en"


AskCode = Callable[[Refused | None], Awaitable[str]]
"""Asks for the code of a second factor; its argument is why the last one was refused, None the first time."""

_APP_CODE = re.compile(r"[0-9]{3} ?[0-9]{3}")


class Server(ABC):
    """
    The HTTP API of a server, without a user's token.

    @param server: the server's URL; see L{Address.parse}.
    @param language: the language of the server's sentences; by default that of the locale.
    @param timeout: seconds for a whole call.
    @raise ClientError: the URL is invalid.
    """

    def __init__(self, server: str, language: Language | None = None, timeout: float = 30) -> None:
        self.address = Address.parse(server)
        self.headers = {"Accept-Language": language or language_here(), "User-Agent": "hichat"}
        self.timeout = timeout

    # What a face does

    @abstractmethod
    def seconds(self) -> float:
        """@return: seconds by a clock that is monotonic."""

    @abstractmethod
    async def pause(self, seconds: float) -> None:
        """Wait for some seconds."""

    @abstractmethod
    async def passed(self, latch: Latch) -> None:
        """Wait until the latch is open."""

    @abstractmethod
    async def exchange(
        self, method: str, path: str, headers: Mapping[str, str], body: Any, timeout: float
    ) -> tuple[int, bytes]:
        """
        Make one request.

        @param path: the path on the server, with the query.
        @param body: a value to send as JSON; None: no body.
        @param timeout: seconds for all of it.
        @return: the status and the body of the answer.
        @raise Unreachable: there is no answer, or it does not come in time.
        @raise BadAnswer: it is longer than L{MAX_ANSWER}.
        """

    @abstractmethod
    async def send_file(self, path: str, file: IO[bytes], token: str, timeout: float) -> Any:
        """
        Make one call of v2 whose body is a file.

        @param path: the path after C{/v2}.
        @param timeout: seconds for the whole call.
        @return: the answer's JSON.
        """

    @abstractmethod
    async def receive_file(self, path: str, take: Callable[[bytes], None]) -> None:
        """
        Get a file, which needs no token.

        @param path: the path on the server, with the query.
        @param take: called with each piece of the content, in order.
        @raise Unreachable: the file does not come whole, or not in time.
        """

    # The calls

    async def register(self, name: str, password: str, invite: str = "") -> None:
        """
        Make an account. This does not log in.

        @param invite: an invite code, if the server wants one.
        @raise Refused: the name is taken, the name or the password is not allowed, or the invite is missing or wrong.
        """
        body = {"name": name, "password": password}
        await self.call_v2("POST", "/accounts", body | ({"invite": invite} if invite else {}))

    async def log_in(
        self,
        name: str,
        password: str,
        device: str,
        on_refresh_token: Callable[[str], object] = lambda _token: None,
        *,
        secret: str = "",
        on_secret: Callable[[str], object] = lambda _secret: None,
        ask_code: AskCode | None = None,
    ) -> DeviceSession:
        """
        Log in with a token that is bound to a device. An earlier session of the device ends.

        @param device: the device's name, as for L{hichat.client.connection.Client}.
        @param on_refresh_token: see L{DeviceSession}.
        @param secret: the device secret that C{on_secret} was given last. By it the server knows this device, and the
            failed log-ins of strangers do not keep it out.
        @param on_secret: called with the device secret to keep for the next log-in. The secret alone opens nothing.
        @param ask_code: called if the user has a second factor; it gives the code of an app or a recovery code, or an
            empty text. While the code is wrong, it is called again.
        @raise Refused: the name is unknown, the password is wrong, or the device was revoked.
        @raise FurtherStepNeeded: the user has a second factor, and there is no C{ask_code}, or it gave nothing: see
            L{log_in_with_code}. An app password needs no factor; else see L{hichat.client.device_flow}.
        """
        body = {"name": name, "password": password, "device": device} | ({"deviceSecret": secret} if secret else {})
        try:
            return self._logged_in(await self.call_v2("POST", "/login", body), on_refresh_token, on_secret)
        except FurtherStepNeeded as needed:
            if ask_code is None or not {"totp", "recovery"} & {*needed.factors}:
                raise
            step, wrong = needed, None
        more: Any = {"secret": secret, "on_secret": on_secret}
        while code := await ask_code(wrong):
            try:
                return await self.log_in_with_code(step.ticket, code, on_refresh_token, **more)
            except Refused as error:
                if error.code != "wrong_code":
                    raise
                wrong = error
        raise step

    async def log_in_with_code(
        self,
        ticket: str,
        code: str,
        on_refresh_token: Callable[[str], object] = lambda _token: None,
        *,
        remember: bool = False,
        secret: str = "",
        on_secret: Callable[[str], object] = lambda _secret: None,
    ) -> DeviceSession:
        """
        Do the second step of a log-in.

        @param ticket: that of L{FurtherStepNeeded}.
        @param code: the six digits of an app, or a recovery code.
        @param remember: whether the device is to log in without a code for 30 days.
        @raise Refused: the code is wrong (C{wrong_code}), or the ticket is over (C{bad_ticket}).
        """
        kind = "totp" if _APP_CODE.fullmatch(code.strip()) else "recovery"
        body = {"ticket": ticket, kind: code.strip(), "remember": remember}
        answer = await self.call_v2("POST", "/login/factor", body | ({"deviceSecret": secret} if secret else {}))
        return self._logged_in(answer, on_refresh_token, on_secret)

    def _logged_in(
        self, answer: Any, on_refresh_token: Callable[[str], object], on_secret: Callable[[str], object]
    ) -> DeviceSession:
        found = words(answer.get("deviceSecret")) if isinstance(answer, dict) else ""
        if found:
            on_secret(found)
        return DeviceSession(self, answer, on_refresh_token)

    # Its name in earlier versions, which had another log_in.
    log_in_device = log_in

    async def resume_device(
        self, refresh_token: str, on_refresh_token: Callable[[str], object] = lambda _token: None
    ) -> DeviceSession:
        """
        Go on with the session of an earlier run.

        @param refresh_token: the newest refresh token of that session.
        @param on_refresh_token: see L{DeviceSession}.
        @raise Unauthorized: the token is no longer valid.
        """
        return DeviceSession(self, await self.refresh(refresh_token), on_refresh_token)

    async def refresh(self, refresh_token: str) -> Any:
        """
        Exchange a refresh token.

        @return: the answer's JSON, with the new tokens.
        @raise Unauthorized: the token is no longer valid.
        """
        body = {"refreshToken": refresh_token}
        try:
            return await self.call_v2("POST", "/refresh", body, timeout=RENEW_TIMEOUT)
        except Unreachable:
            return await self.call_v2("POST", "/refresh", body, timeout=RENEW_TIMEOUT)

    async def call_v2(
        self,
        method: str,
        path: str,
        body: Any = None,
        token: str = "",
        timeout: float | None = None,
        *,
        key: str = "",
    ) -> Any:
        """
        Make one call of v2.

        @param path: the path after C{/v2}.
        @param body: a value to send as JSON; None: no body.
        @param token: an access token; empty: none is shown.
        @param timeout: seconds; by default that of the L{Server}.
        @param key: an idempotency key, for calls that write messages; empty: none is shown.
        @return: the answer's JSON; None: the answer has no body.
        """
        headers = self.headers | ({"Authorization": f"Bearer {token}"} if token else {})
        if key:
            headers["Idempotency-Key"] = key
        return judge(*await self.exchange(method, f"/v2{path}", headers, body, timeout or self.timeout))


class _Part(msgspec.Struct):
    text: str
    match: bool


class _Item(msgspec.Struct):
    message: Folded
    conversation: str
    snippet: list[_Part]


class _Found(msgspec.Struct):
    """A page of search results; see L{hichat.web.api.search}."""

    items: list[_Item]
    next: str = ""


def _hit(item: _Item) -> Hit:
    return Hit(item.message, item.conversation, [(part.text, part.match) for part in item.snippet])


class Session:
    """
    The HTTP API of a server, with a user's token.

    @param api: the server.
    @param credentials: from a login.
    @ivar group_calls: the calls about groups.
    @ivar command_calls: the calls of commands.
    @ivar contact_calls: the calls about contacts and conversations.
    @ivar media_calls: the calls about files.
    @ivar keeping_calls: the calls about pinned and saved messages.
    @ivar reporting_calls: the calls about reports.
    @ivar personal_calls: the calls that give all that there is of a user.
    """

    def __init__(self, api: Server, credentials: Credentials) -> None:
        self.api = api
        self.credentials = credentials
        self.group_calls = GroupCalls(self)
        self.command_calls = CommandCalls(self)
        self.contact_calls = ContactCalls(self)
        self.media_calls = MediaCalls(self)
        self.keeping_calls = KeepingCalls(self)
        self.reporting_calls = ReportingCalls(self)
        self.personal_calls = PersonalCalls(self)

    async def current(self) -> Credentials:
        """@return: the credentials to show the server now."""
        return self.credentials

    async def call(self, method: str, path: str, body: Any = None, *, key: str = "") -> Any:
        """Make one call of v2; see L{Server.call_v2}."""
        return await self.api.call_v2(method, path, body, (await self.current()).token, key=key)

    async def send_file(self, path: str, file: IO[bytes], timeout: float) -> Any:
        """Make one call of v2 whose body is a file; see L{Server.send_file}."""
        return await self.api.send_file(path, file, (await self.current()).token, timeout)

    async def receive_file(self, path: str, take: Callable[[bytes], None]) -> None:
        """Get a file; see L{Server.receive_file}."""
        await self.api.receive_file(path, take)

    async def items(self, path: str, **query: str) -> list[dict[str, Any]]:
        """
        Get all pages of a list.

        @param path: the list's path after C{/v2}.
        @param query: further parameters of the call.
        @return: the items of all pages, in order.
        """
        found: list[dict[str, Any]] = []
        while True:
            page = await self.call("GET", f"{path}?{urlencode({'limit': '200', **query})}")
            items = page.get("items") if isinstance(page, dict) else None
            if not isinstance(items, list):
                raise BadAnswer("the server's answer is not a list")
            found += [row for row in items if isinstance(row, dict)]
            if not page.get("next"):
                return found
            query["cursor"] = words(page["next"])

    async def search(self, asked: str, **filters: str | int) -> tuple[list[Hit], str]:
        """
        Find messages in the user's conversations.

        @param asked: the words to find; a message must have all of them.
        @param filters: further parameters of the call, such as C{group=1000000001}, C{media="picture"}, C{limit=20} or
            C{cursor}.
        @return: a page of results, and the C{cursor} of the next one, empty if there is none.
        """
        return await self._find("/search", {"q": asked, **filters})

    async def mentions(self, limit: int = 50, cursor: str = "") -> tuple[list[Hit], str]:
        """
        @param limit: at most 200.
        @param cursor: the second value that the page before came with; empty: the first page.
        @return: a page of the messages that mention the user, the newest first; and the C{cursor} of the next one.
        """
        return await self._find("/mentions", {"limit": limit} | ({"cursor": cursor} if cursor else {}))

    async def _find(self, path: str, query: dict[str, str | int]) -> tuple[list[Hit], str]:
        page = await self.call("GET", f"{path}?{urlencode({name: str(value) for name, value in query.items()})}")
        try:
            found = msgspec.convert(page, _Found)
        except msgspec.ValidationError:
            raise BadAnswer("the server's answer is not a list of messages") from None
        return [_hit(item) for item in found.items], found.next

    async def users(self) -> list[User]:
        """@return: all users of the server, in the order of their ids."""
        rows = await self.items("/users")
        return sorted(user_of(row) for row in rows)

    async def user(self, user: int) -> User:
        """@return: a user, as they are now."""
        return user_of(await self.call("GET", f"/users/{user}") or {})

    async def find_users(self, text: str, limit: int = 50) -> list[User]:
        """
        Find users by a part of their names or display names.

        @param text: the part, in any case and width.
        @param limit: the most users, at most 200.
        @return: the best first: of that name, then with a name that begins so, then with a word that begins so.
        """
        answer = await self.call("GET", f"/users?{urlencode({'text': text, 'limit': limit})}")
        items = answer.get("items") if isinstance(answer, dict) else None
        return [user_of(row) for row in items or () if isinstance(row, dict)]

    async def rename(self, *, name: str | None = None, display_name: str | None = None) -> User:
        """
        Change one's own names.

        @param name: the name to log in with; None keeps it. A display name that is the same changes with it.
        @param display_name: the name that people see; None keeps it; empty: the name.
        @return: the user with the new names.
        @raise Refused: a name is not allowed (C{invalid_field}), or another user has it, or one that looks like it
            (C{name_taken}), or it is a reserved one (C{name_reserved}).
        """
        given = {"name": name, "displayName": display_name}
        answer = await self.call("PATCH", "/me", {field: text for field, text in given.items() if text is not None})
        return user_of(answer if isinstance(answer, dict) else {})

    async def friends(self) -> list[User]:
        """@return: this user's contacts, the oldest first."""
        return await self.contact_calls.contacts()

    async def groups(self) -> list[Group]:
        """@return: the groups of which this user is a member."""
        return await self.group_calls.joined()


class _Renewal:
    """
    A token is being renewed.

    @ivar over: open when it is over, in whatever way.
    @ivar done: whether it succeeded.
    @ivar error: why it failed; None also if it was cancelled: then somebody else tries.
    """

    def __init__(self) -> None:
        self.over = Latch(shut=True)
        self.done = False
        self.error: Exception | None = None


class DeviceSession(Session):
    """
    The HTTP API of a server, with the token of a user's device. The session renews its access token before it ends.
    Only one program at a time may use a session: if a refresh token comes twice, the server counts it as stolen.

    @param tokens: the answer's JSON of a login or a refresh.
    @param on_refresh_token: called with each new refresh token, the first one too, before the session uses it. With the
        newest one L{Server.resume_device} goes on after a restart.
    @ivar device: the device's id.
    """

    def __init__(self, api: Server, tokens: Any, on_refresh_token: Callable[[str], object]) -> None:
        self._on_refresh_token = on_refresh_token
        self._renewing: _Renewal | None = None
        super().__init__(api, self._take(api, tokens))

    async def current(self) -> Credentials:
        """
        Renew the access token if it is near its end. L{hichat.client.connection.Client} takes this method for its
        credentials.

        @return: the credentials to show the server now.
        @raise Unauthorized: the session is over.
        """
        if self.api.seconds() < self._renew_at and not self.credentials.refused:
            return self.credentials
        while self._renewing is not None:
            renewal = self._renewing
            await self.api.passed(renewal.over)
            if renewal.error is not None:
                raise renewal.error
            if renewal.done:
                return self.credentials
        renewal = self._renewing = _Renewal()
        try:
            await self._renew()
            renewal.done = True
        except Exception as error:
            renewal.error = error
            raise
        finally:
            self._renewing = None
            renewal.over.open()
        return self.credentials

    async def call(self, method: str, path: str, body: Any = None, *, key: str = "") -> Any:
        """Make one call of v2; see L{Server.call_v2}. If the server refuses the token, make it again with a new one."""
        shown = await self.current()
        try:
            return await self.api.call_v2(method, path, body, shown.token, key=key)
        except Unauthorized:
            shown.refused = True
            return await self.api.call_v2(method, path, body, (await self.current()).token, key=key)

    async def _renew(self) -> None:
        try:
            self.credentials = self._take(self.api, await self.api.refresh(self._refresh_token))
        except Unreachable:
            # The token that the session has may be good for a while; the next call tries again.
            if self.api.seconds() >= self._ends_at or self.credentials.refused:
                raise

    async def devices(self) -> list[Device]:
        """@return: this user's devices, the oldest first."""
        return [_device(row) for row in await self.items("/devices")]

    async def sessions(self) -> list[Device]:
        """@return: as L{devices}, with what is known of their sessions."""
        return [_device(row) for row in await self.items("/me/sessions")]

    async def end_session(self, device: int) -> None:
        """
        End the session of a device: it may log in again.

        @param device: the device's id.
        @raise Refused: this user has no such device, or it is not logged in.
        """
        await self.call("DELETE", f"/me/sessions/{device}")

    async def end_sessions(self, current: bool = False, devices: bool = False) -> int:
        """
        End all other sessions of this user.

        @param current: this one, too.
        @param devices: the devices count as new ones at their next log-in.
        @return: the number of sessions that have ended.
        """
        answer = await self.call("POST", "/me/sessions/end", {"current": current, "devices": devices})
        return whole(answer.get("ended")) if isinstance(answer, dict) else 0

    async def revoke(self, device: int) -> None:
        """
        Revoke a device: its session ends, and it cannot log in any more.

        @param device: the device's id.
        @raise Refused: this user has no such device.
        """
        await self.call("DELETE", f"/devices/{device}")

    async def change_password(self, old: str, new: str) -> None:
        """
        Change the password. All other devices are logged out, and all connections are closed; this session goes on.

        @raise Refused: C{old} is not the password, or C{new} is not allowed.
        """
        self.credentials = self._take(self.api, await self.call("POST", "/me/password", {"old": old, "new": new}))

    async def log_out(self) -> None:
        """End this session."""
        await self.call("POST", "/logout")

    def _take(self, api: Server, tokens: Any) -> Credentials:
        """
        @return: the credentials in the answer's JSON.
        @raise BadAnswer: the answer has no tokens.
        """
        found = tokens if isinstance(tokens, dict) else {}
        access, self._refresh_token = words(found.get("accessToken")), words(found.get("refreshToken"))
        if not access or not self._refresh_token:
            raise BadAnswer("the server's answer to a login has no tokens")
        self.device = whole(found.get("device"))
        lifetime = whole(found.get("expiresIn"))
        self._ends_at = api.seconds() + lifetime
        # At least a second: a server whose tokens live for seconds only would be asked without end.
        self._renew_at = api.seconds() + max(lifetime - RENEW_BEFORE, lifetime / 2, 1.0)
        self._on_refresh_token(self._refresh_token)
        return Credentials(whole(found.get("user")), access)


def _device(row: dict[str, Any]) -> Device:
    return Device(
        whole(row.get("id")),
        words(row.get("name")),
        row.get("current") is True,
        row.get("loggedIn") is True,
        row.get("connected") is True,
        words(row.get("via")),
        whole(row.get("used")),
        words(row.get("address")),
    )


def judge(status: int, body: bytes) -> Any:
    """
    @param status: the HTTP status.
    @return: the JSON of a successful answer (2xx).
    @raise ClientError: the problem that any other answer reports.
    """
    try:
        answer = json.loads(body) if body else None
    except (ValueError, RecursionError):
        raise BadAnswer(f"this is not the answer of a HiChat server (HTTP status {status})") from None
    if 200 <= status < 300:
        return answer
    answer = answer if isinstance(answer, dict) else {}
    code = words(answer.get("code"))
    if not code:
        raise BadAnswer(f"this is not the answer of a HiChat server (HTTP status {status})")
    sentence = words(answer.get("detail")) or code
    if status == 401:
        if code in ("second_factor_needed", "enrolment_needed"):
            factors = answer.get("factors")
            shown = [words(each) for each in factors] if isinstance(factors, list) else []
            raise FurtherStepNeeded(sentence, code, words(answer.get("ticket")), shown)
        raise Unauthorized(sentence)
    retry = answer.get("retryAfter")
    raise Refused(sentence, code, float(retry) if isinstance(retry, int | float) else None)
