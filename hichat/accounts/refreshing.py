"""Refreshing: a refresh token is good once, for the next one and an access token."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from twisted.logger import Logger

from hichat.accounts import sessions
from hichat.accounts.grants import Grant
from hichat.accounts.log_in_outcomes import TokenReused
from hichat.accounts.sessions import Reused
from hichat.accounts.tokens import digest
from hichat.audit.book import Note
from hichat.audit.entries import REFRESH_REUSED, Entry
from hichat.core.errors import Unauthorized

if TYPE_CHECKING:
    from hichat.accounts.grants import Grants
    from hichat.accounts.log_in_outcomes import LogInOutcomes
    from hichat.accounts.sign_outs import SignOuts
    from hichat.accounts.tokens import TokenSigner
    from hichat.storage.store import Store


class Refresher:
    """
    Exchanges refresh tokens.

    @param now: the time in milliseconds since the epoch.
    @param duration: the duration of sessions, in seconds.
    @param note: notes tokens in the audit log that come twice.
    @ivar before_refresh: each is called with a device's number and that of its session before that is refreshed: it may
        raise L{Unauthorized}, if whoever let the user in does so no more.
    """

    _log = Logger()

    def __init__(
        self,
        store: Store,
        tokens: TokenSigner,
        grants: Grants,
        sign_outs: SignOuts,
        outcomes: LogInOutcomes,
        now: Callable[[], int],
        duration: int,
        note: Note,
    ) -> None:
        self.before_refresh: list[Callable[[int, int], Awaitable[None]]] = []
        self._store = store
        self._tokens = tokens
        self._grants = grants
        self._sign_outs = sign_outs
        self._outcomes = outcomes
        self._now = now
        self._duration = duration
        self._note = note

    async def refresh(self, token: str, client_ip: str) -> Grant:
        """
        Exchange a refresh token for the next one and an access token.

        @raise Unauthorized: the token is not valid. If it was used before, the device's session ends, with all its
            tokens: see L{hichat.accounts.sessions}.
        """
        with self._outcomes.counted("refresh"):
            return await self._refresh(token, client_ip)

    async def _refresh(self, token: str, client_ip: str) -> Grant:
        shown = self._tokens.verify_refresh(token)
        device, session, _ = shown
        for check in self.before_refresh:
            await check(device, session)
        found = await self._store.write(sessions.rotate, shown, digest(token), client_ip, self._now(), self._duration)
        if isinstance(found, Reused):
            self._log.warn("a refresh token of device {device} came twice: its session is over", device=device)
            self._note(
                Entry(
                    act=REFRESH_REUSED,
                    outcome=Unauthorized.code,
                    whose=found.user,
                    device=device,
                    address=client_ip,
                    via="v2",
                )
            )
            with suppress(Unauthorized):
                await self._sign_outs.of_device(found.user, device, session)
            raise Unauthorized from TokenReused()
        return self._grants.again(found.user, device, session, found.turn, found.began_at)
