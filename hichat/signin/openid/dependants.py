"""
Users who depend on the provider: an account there is linked to theirs, and no password lets them in here.

App passwords, passkeys and devices that were let in by a code are further ways in of theirs. They are good for as long
as the provider lets the user in. Nobody can ask a provider about a person: it answers about the refresh tokens that it
gave. So the user's sessions that came from there, also those that have ended here, are asked in place of the others:

    - when a session of another way is refreshed, and when somebody logs in by another way;
    - once in L{LOOK_STEP} for users with clients that refresh nothing, as those of v1.

If the provider refuses the last of them, all sessions of the user end, and other ways let nobody in until the user has
signed in by the provider again. Whoever has no refresh token of the provider's signs in there once in L{CONFIRM_LIMIT}.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import Enum
from typing import TYPE_CHECKING

import msgspec
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime

from hichat.accounts import sessions
from hichat.audit.book import Note
from hichat.audit.entries import PROVIDER_ENDS, Entry
from hichat.core.errors import SignOnNeeded, StoreAway, Unauthorized
from hichat.log.follower import AskWhetherOurs, Follower, Progress, StepFailed, always
from hichat.signin.openid import identities
from hichat.signin.openid.identities import Dependant, ProviderSession

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from hichat.accounts.device_sessions import DeviceSessions
    from hichat.accounts.users import User
    from hichat.storage.store import Store

LOOK_STEP = 24 * 3600
"""Seconds after which the provider is asked about a user of whom nothing was refreshed."""

CONFIRM_LIMIT = 30 * 24 * 3600
"""Seconds after which the provider must have let a user in who has no refresh token of the provider's."""

WITNESSES = 3
"""The most sessions by which the provider is asked about a user at a time."""

LOOKED_AT_ONCE = 20
"""The most users of a step."""

ASK_INTERVAL = 60.0
"""Seconds from one look for such users to the next."""

_VIA = "oidc"
_DONE, _MORE = Progress(0, 0), Progress(0, 1)


class ProviderSays(Enum):
    """What the provider says of a session. The values of those that end it are the reasons in the audit log."""

    YES = "yes"
    REFUSED = "provider_refused"
    NOT_WELCOME = "not_welcome"
    """No rule of L{hichat.signin.openid.rules} lets the user in."""
    NOTHING = "nothing"
    """It does not answer; sessions go on for some time."""
    NOTHING_FOR_LONG = "provider_away"

    @property
    def is_no(self) -> bool:
        """Whether the provider lets the user in no more."""
        return self in (ProviderSays.REFUSED, ProviderSays.NOT_WELCOME)


UNCONFIRMED = "unconfirmed"
"""The reason: nobody could ask the provider for too long."""


class Dependants:
    """
    @param ask: asks the provider about a session that came from there.
    @param end: ends such a session, and forgets it.
    @param now: the time in milliseconds since the epoch.
    @param passwords_on: whether passwords let in others than owners.
    """

    def __init__(
        self,
        issuer: str,
        store: Store,
        device_sessions: DeviceSessions,
        ask: Callable[[ProviderSession], Awaitable[ProviderSays]],
        end: Callable[[ProviderSession], Awaitable[None]],
        now: Callable[[], int],
        note: Note,
        passwords_on: bool,
    ) -> None:
        self._issuer = issuer
        self._store = store
        self._device_sessions = device_sessions
        self._ask = ask
        self._end = end
        self._now = now
        self._note = note
        self._passwords_on = passwords_on

    async def check_log_in(self, user: User, via: str) -> None:
        """
        Somebody is about to log in.

        @param via: the way in, as in the audit log.
        @raise SignOnNeeded: the user depends on the provider, and comes another way that is not good now.
        """
        if via != _VIA and await self._why_not(await self._store.read(self._find, user.id)) is not None:
            raise SignOnNeeded

    async def check_session(self, device: int) -> None:
        """
        A session that came another way is about to be refreshed.

        @raise Unauthorized: its user depends on the provider, which lets the user in no more. All sessions have ended.
        """

        def look(connection: Connection) -> Dependant | None:
            session = sessions.standing(connection, [device]).get(device)
            return session and self._find(connection, session.user)

        found = await self._store.read(look)
        if found is not None and (why := await self._why_not(found)) is not None:
            await self._end_all(found.user, why)
            raise Unauthorized

    async def refused(self, user_id: int) -> None:
        """The provider has refused a session of a user that came from there: ask about the user's others."""
        await self._why_not(await self._store.read(self._find, user_id), refused=True)

    def _find(self, connection: Connection, user_id: int) -> Dependant | None:
        return identities.dependant(connection, user_id, self._issuer, self._passwords_on)

    async def _why_not(self, found: Dependant | None, refused: bool = False) -> str | None:
        """
        Ask why the other ways of a user are not good now.

        @param found: None: the user does not depend on the provider.
        @param refused: whether the provider has refused a session just now.
        @return: None: they are good.
        """
        if found is None:
            return None
        if found.refused_at is not None:
            return ProviderSays.REFUSED.value
        await self._store.write(identities.looked_at, found.identity, self._now())
        for witness in await self._store.read(identities.witnesses, found.user, self._issuer, WITNESSES):
            answer = await self._asked(witness)
            if not answer.is_no:
                return answer.value if answer is ProviderSays.NOTHING_FOR_LONG else None
            refused = True
            await self._end(witness)
        if not refused:
            is_fresh = abs(self._now() - found.confirmed_at) < CONFIRM_LIMIT * 1000
            return None if is_fresh else UNCONFIRMED
        if await self._store.write(identities.refuse, found.identity, self._now()):
            await self._end_all(found.user, ProviderSays.REFUSED.value)
        return ProviderSays.REFUSED.value

    async def _asked(self, witness: ProviderSession) -> ProviderSays:
        if await self._store.write(identities.claim, witness.device, witness.number, self._now()):
            return await self._ask(witness)
        # It was asked within the last minutes, or is being asked.
        return ProviderSays.YES

    async def _end_all(self, user_id: int, why: str) -> None:
        if await self._device_sessions.end_sessions(user_id):
            detail = msgspec.json.encode({"reason": why}).decode()
            self._note(Entry(act=PROVIDER_ENDS, whose=user_id, via=_VIA, detail=detail))

    async def look_at_some(self) -> Progress:
        """Ask about users of whom nothing was refreshed for long. See L{Follower}."""
        before = self._now() - LOOK_STEP * 1000
        wanted = self._issuer, before, LOOKED_AT_ONCE, self._passwords_on
        due = await self._store.read(identities.not_looked_at, *wanted)
        for found in due:
            why = await self._why_not(found)
            if why is not None:
                await self._end_all(found.user, why)
        return _MORE if len(due) == LOOKED_AT_ONCE else _DONE


class DependantsAsked:
    """
    Asks about users who refresh nothing, in one daemon for all.

    @param is_ours: asked before each step: is it this daemon's work?
    """

    def __init__(self, dependants: Dependants, clock: IReactorTime, is_ours: AskWhetherOurs = always) -> None:
        self._dependants = dependants
        self._follower = Follower(
            "asking the provider about its users",
            lambda: Deferred.fromCoroutine(self._step()),
            clock,
            poll=ASK_INTERVAL,
            is_ours=is_ours,
        )

    def start(self) -> None:
        """Begin, and go on by itself."""
        self._follower.start()

    def stop(self) -> None:
        """Take no other step. May be called again."""
        self._follower.stop()

    async def _step(self) -> Progress:
        try:
            return await self._dependants.look_at_some()
        except StoreAway as e:
            # The store has logged its failure.
            raise StepFailed from e
