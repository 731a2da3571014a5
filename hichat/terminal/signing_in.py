"""How the terminal signs in: with tokens that it keeps, a password, or by a browser."""

from __future__ import annotations

import io
import re
import socket
import sys
from collections.abc import Awaitable, Callable
from functools import partial

from hichat.client import device_flow
from hichat.client.http import Api, Session
from hichat.client.wire import ClientError, FurtherStepNeeded, Refused, Unauthorized, words
from hichat.core.errors import Language
from hichat.terminal.lines import harmless
from hichat.terminal.state import State
from hichat.terminal.words import TEXTS

DEVICE_LABEL_LIMIT = 48
"""The most characters of what the terminal calls itself."""

_NOT_OF_LABELS = re.compile(r"[^A-Za-z0-9 ._@-]")


class SigningIn:
    """
    Signs one terminal in.

    @param name: the user's name; empty: whoever lets the terminal in.
    @param password: empty: there is none.
    @param tell: called with lines for the person.
    @param by_browser: whether somebody is there who can open a browser.
    @param draws: whether what C{tell} writes to can show a QR code.
    @param ask: asks the person for a line; None: nobody is there.
    """

    def __init__(
        self,
        api: Api,
        name: str,
        password: str,
        state: State,
        tell: Callable[[str], object],
        language: Language,
        by_browser: bool,
        draws: bool = False,
        ask: Callable[[], Awaitable[str]] | None = None,
    ) -> None:
        self._api = api
        self._name = name
        self._password = password
        self._state = state
        self._tell = tell
        self._language = language
        self._by_browser = by_browser
        self._draws = draws
        self._ask = ask

    async def sign_in(self) -> tuple[Session, str]:
        """
        @return: the session, and the user's name.
        @raise ClientError: that is not possible.
        """
        session = await self._resumed()
        if session is None and self._password:
            try:
                return await self._with_password(), self._name
            except FurtherStepNeeded:
                if not self._by_browser:
                    raise
            except Refused as error:
                if error.code != "passwords_off" or not self._by_browser:
                    raise
        if session is None:
            if not self._by_browser:
                raise Unauthorized(self._text("unauthorized"))
            session = await self._in_browser()
        return session, await self._own_name(session)

    async def _resumed(self) -> Session | None:
        """@return: the session of an earlier run; None: it is over, or there was none."""
        token = self._state.saved.refresh
        if not token:
            return None
        try:
            return await self._api.resume_device(token, self._state.keep_token)
        except Unauthorized:
            self._state.keep_token("")
            return None

    async def _with_password(self) -> Session:
        saved = self._state.saved
        log_in = partial(
            self._api.log_in,
            self._name,
            self._password,
            secret=saved.secret,
            on_secret=self._state.keep_secret,
            ask_code=self._ask_code if self._ask is not None else None,
        )
        try:
            return await log_in(saved.device)
        except Refused as error:
            if error.code != "device_revoked":
                raise
            # The device's name was revoked. A user who knows the password may log in as another device.
            self._state.rename()
            return await log_in(saved.device)

    async def _ask_code(self, wrong: Refused | None) -> str:
        """@return: the code of a second factor; empty: the person wants to sign in by a browser."""
        if wrong is not None:
            self._tell(f"{harmless(str(wrong))}\n")
        self._tell(self._text("ask_code"))
        return (await self._ask()).strip() if self._ask is not None else ""

    async def _in_browser(self) -> Session:
        try:
            return await self._once_in_browser()
        except Refused as error:
            if error.code != "device_revoked":
                raise
            self._state.rename()
            return await self._once_in_browser()

    async def _once_in_browser(self) -> Session:
        saved = self._state.saved
        pending = await device_flow.begin(self._api, saved.device, label_here())
        if self._draws:
            self._tell(qr_code(pending.complete))
        self._tell(self._text("open_browser", uri=pending.uri, code=pending.user_code) + "\n")
        return await device_flow.finish(
            self._api, pending, self._state.keep_token, secret=saved.secret, on_secret=self._state.keep_secret
        )

    async def _own_name(self, session: Session) -> str:
        """
        @return: the user's name.
        @raise ClientError: another user has let the terminal in.
        """
        me = await session.call("GET", "/me")
        name = words(me.get("name")) if isinstance(me, dict) else ""
        if self._name and name.casefold() != self._name.strip().casefold():
            self._state.keep_token("")
            await session.call("POST", "/logout")
            raise ClientError(self._text("another_user", name=name, wanted=self._name))
        return name

    def _text(self, key: str, **fields: str) -> str:
        shown = {name: harmless(value) for name, value in fields.items()}
        return TEXTS[key].text(self._language).format(**shown)


def label_here() -> str:
    """@return: what the terminal calls itself, for the person who lets it in."""
    return _NOT_OF_LABELS.sub("-", f"hichat chat on {socket.gethostname()}")[:DEVICE_LABEL_LIMIT]


def qr_code(url: str) -> str:
    """@return: lines that show a QR code, at a terminal with block characters."""
    # Only who signs in by a browser waits for this import.
    import segno

    drawn = io.StringIO()
    segno.make(url, error="l", micro=False).terminal(drawn, border=2, compact=True)
    return drawn.getvalue()


def draws_here() -> bool:
    """@return: whether standard error is a terminal that shows block characters."""
    return sys.stderr.isatty() and "utf" in (sys.stderr.encoding or "").lower()
