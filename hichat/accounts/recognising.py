"""Recognising users by their tokens: at each call, and when a connection comes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from twisted.logger import Logger

from hichat.accounts import bot_tokens, devices, sessions
from hichat.accounts.bot_passes import BOT_TOKEN
from hichat.accounts.bot_tokens import TokenOfBot
from hichat.accounts.devices import USED_STEP, Device
from hichat.accounts.fields import id_of
from hichat.accounts.tokens import Claims, Dialect, digest
from hichat.accounts.users import User
from hichat.audit.book import Note
from hichat.audit.entries import NEW_DEVICE, Entry
from hichat.core.errors import InvalidField, OtherDevice, TokenOfV1, TooManyDevices, Unauthorized
from hichat.storage.gathered import Gathered

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred

    from hichat.accounts.tokens import TokenSigner
    from hichat.storage.store import Store


class Recogniser:
    """
    Recognises users by their tokens. Those who come at the same time are looked up together.

    @param now: the time in milliseconds since the epoch.
    @param duration: the duration of sessions, in seconds.
    @param note: notes new devices in the audit log.
    """

    _log = Logger()

    def __init__(self, store: Store, tokens: TokenSigner, now: Callable[[], int], duration: int, note: Note) -> None:
        self._tokens = tokens
        self._now = now
        self._note = note
        self._find = Gathered(lambda keys: store.read(sessions.callers, keys, now(), duration))
        self._use = Gathered(lambda device_ids: store.write(sessions.use, device_ids, now()))
        self._find_bot = Gathered(lambda hashes: store.read(bot_tokens.recognised, hashes, now()))
        self._use_bot = Gathered(lambda device_ids: store.write(bot_tokens.use, device_ids, now()))
        self._find_device = Gathered(lambda keys: store.read(devices.find_many, keys))
        self._add_device = Gathered(lambda keys: store.write(devices.find_or_add_many, keys, now()))

    async def authenticate(self, token: str, user_id: str) -> User:
        """
        Authenticate a call of v1. Tokens of v2 are valid for these calls as well.

        @param user_id: the user's id that the client gives, as text.
        @return: the user.
        @raise Unauthorized: the token is not this user's, has expired or is void, or the user is disabled or gone.
        """
        user, _ = await self._identify(self._claims(token, user_id))
        return user

    async def authenticate_v1(self, token: str, user_id: str) -> tuple[User, Claims]:
        """
        As L{authenticate}, but the token must be for v1.

        @return: the user, and the token's claims, with a device.
        """
        return await self._identify(self._claims(token, user_id, Dialect.V1))

    async def arriving(self, token: str, user_id: str) -> Claims:
        """
        Authenticate a new connection of v1. For the parameters see L{authenticate}.

        @return: the token's claims, with a device. Whether they still hold is checked when the connection arrives.
        @raise Unauthorized: the token is not this user's, is not for v1, or has expired.
        """
        claims = self._claims(token, user_id, Dialect.V1)
        return claims if claims.device else (await self._identify(claims))[1]

    async def identify(self, token: str) -> tuple[User, int]:
        """
        Authenticate a call of v2.

        @return: the user, and the number of the device that the token is bound to.
        @raise Unauthorized: the token has expired or is void or is for v1, or the user is disabled or gone.
        """
        user, device, _ = await self.recognise(token)
        return user, device

    async def recognise(self, token: str) -> tuple[User, int, int]:
        """
        As L{identify}.

        @return: the number of the session, too, that the token is bound to; 0: it is bound to none.
        """
        if token.startswith(BOT_TOKEN):
            found = await self._bot(token)
            return found.user, found.device, 0
        user, claims = await self._identify(self._claims_of_v2(token))
        return user, claims.device, claims.session

    async def sign_in(self, token: str, device: str) -> tuple[User, Device, Claims]:
        """
        Authenticate a new connection of v2, and find its device or make it.

        @param device: the client's own name for the device, 1 to 64 characters of ASCII.
        @return: the user, the device, and the token's claims. A token for both dialects may be used with any device's
            name: then the claims have another device.
        @raise Unauthorized: the token has expired or is void or is for v1, the user is disabled or gone, or the device
            was revoked.
        @raise OtherDevice: the token is bound to another device.
        @raise TooManyDevices: the device is new, and the user has too many.
        """
        if token.startswith(BOT_TOKEN):
            # Whatever the client calls the device: the token has one of its own.
            bot = await self._bot(token)
            own = Device(bot.device, bot.user.id, device, bot.user.created_at, None, "bot")
            return bot.user, own, Claims(bot.user.id, bot.user.generation, bot.device)
        user, claims = await self._identify(self._claims_of_v2(token))
        known = await self._find_device((user.id, device))
        if claims.dialect == Dialect.V2 and (known is None or known.id != claims.device):
            raise OtherDevice
        if known is None:
            known = await self._add_device((user.id, device))
            if known is not None:
                self._note(Entry(act=NEW_DEVICE, actor=user.id, whose=user.id, device=known.id, via="v2"))
        if known is None:
            raise TooManyDevices
        if known.revoked_at is not None:
            raise Unauthorized().of(user.id, known.id)
        return user, known, claims

    def note_use(self, device: int, used_at: int) -> None:
        """
        Note that a token of v1 is used, if the last note is old enough.

        @param device: the device that the token is bound to.
        @param used_at: the device's last use that was noted, in milliseconds since the epoch.
        """
        if abs(self._now() - used_at) >= USED_STEP:
            self._noted(self._use(device))

    def _noted(self, noted: Deferred[None]) -> None:
        noted.addErrback(
            lambda failure: self._log.debug(
                "the last use of a device could not be noted: {failure}", failure=failure.value
            )
        )

    async def _bot(self, token: str) -> TokenOfBot:
        """
        @return: the bot of a token.
        @raise Unauthorized: the token was revoked or has ended, or the bot or its owner is disabled or gone.
        """
        found = await self._find_bot(digest(token))
        if found is None:
            raise Unauthorized
        if found.is_stale(self._now()):
            self._noted(self._use_bot(found.device))
        return found

    def _claims(self, token: str, user_id: str, dialect: Dialect = Dialect.BOTH) -> Claims:
        """
        @param dialect: the token must be for one of these.
        @return: the token's claims.
        @raise Unauthorized: the token is for another dialect, is not this user's, or has expired.
        """
        claims = self._tokens.verify(token)
        try:
            claimed = id_of(user_id, "userId")
        except InvalidField:
            raise Unauthorized from None
        if claims.user != claimed or not claims.dialect & dialect:
            raise Unauthorized
        return claims

    def _claims_of_v2(self, token: str) -> Claims:
        claims = self._tokens.verify(token)
        if not claims.dialect & Dialect.V2:
            raise TokenOfV1().of(claims.user, claims.device)
        return claims

    async def _identify(self, claims: Claims) -> tuple[User, Claims]:
        """
        @return: the user, and the claims. A token of v1 from before tokens named a device gets the user's device for
            such tokens.
        @raise Unauthorized: the claims do not hold any more.
        """
        found = await self._find((claims.user, claims.device))
        if found is None or found.user.generation != claims.generation:
            raise Unauthorized().of(claims.user, claims.device)
        session = found.session
        if claims.device and session.number != claims.session:
            raise Unauthorized().of(claims.user, claims.device)
        if claims.dialect & Dialect.V1:
            self.note_use(session.device, session.used_at)
        user = found.user.by_app_password(session.app_password)
        return user, claims._replace(device=session.device, session=session.number)
