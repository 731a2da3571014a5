"""What is signed in: the devices of users, and their sessions, until they end."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from hichat.accounts import devices, sessions, users
from hichat.accounts.devices import Device
from hichat.accounts.server_rights import RightsCheck, no_check
from hichat.accounts.sessions import Session
from hichat.accounts.tokens import Claims, Dialect
from hichat.accounts.users import User
from hichat.core.drafts import Draft
from hichat.core.errors import DeviceRevoked, NoSuchDevice, Unauthorized
from hichat.core.kinds import Kind

if TYPE_CHECKING:
    from hichat.accounts.grants import Grants
    from hichat.accounts.sign_outs import SignOuts
    from hichat.storage.store import Store


class DeviceSessions:
    """
    Lists devices, and signs them out.

    A C{check} of a method checks that whoever wants the change may still make it.

    @param now: the time in milliseconds since the epoch.
    @param duration: the duration of sessions, in seconds.
    """

    def __init__(
        self, store: Store, grants: Grants, sign_outs: SignOuts, now: Callable[[], int], duration: int
    ) -> None:
        self._store = store
        self._grants = grants
        self._sign_outs = sign_outs
        self._now = now
        self._duration = duration

    async def of_user(self, user_id: int) -> list[tuple[Device, Session | None]]:
        """
        @return: a user's devices, in order of id, revoked ones too; each with its session, if it has one. Devices of v1
            without a session are left out: they cannot log in again. So are those of bots' tokens.
        """

        def look(connection: Connection) -> list[tuple[Device, Session | None]]:
            live = sessions.of_user(connection, user_id, self._now(), self._duration)
            by_device = {session.device: session for session in live}
            known = [device for device in devices.of_user(connection, user_id) if device.dialect != "bot"]
            found = [(device, by_device.get(device.id)) for device in known]
            return [
                (device, session)
                for device, session in found
                if session is not None or device.revoked_at is not None or device.dialect in ("v2", "both")
            ]

        return await self._store.read(look)

    async def issue(self, user: User, device: str = devices.TOKEN_NAME) -> str:
        """
        Make a token for both dialects, for an administrator.

        @param device: the name of the token's device, which is made if there is none.
        @raise DeviceRevoked: the device was revoked.
        @raise NotForBots: it is a bot: those have tokens of another kind.
        """

        users.check_person(user)

        def change(connection: Connection) -> Claims:
            known = devices.find_or_add_for_tokens(connection, user.id, device, self._now())
            if known.revoked_at is not None:
                raise DeviceRevoked
            session = sessions.go_on(connection, user, known.id, self._now())
            return Claims(user.id, user.generation, known.id, session, Dialect.BOTH)

        return self._grants.token_of_v1(await self._store.write(change))

    async def end_session(self, session: Session) -> None:
        """
        End a session, and close its connections. If it has ended before, nothing is done.

        @raise Refused: by the ledger, such as L{Busy}.
        """
        with suppress(Unauthorized):
            await self._sign_outs.of_device(session.user, session.device, session.number)

    async def log_out(self, user: User, device: int) -> None:
        """
        End a device's session, and close its connections.

        @raise Unauthorized: the session has ended before.
        @raise Refused: by the ledger, such as L{Busy}.
        """
        await self._sign_outs.of_device(user.id, device)

    async def end_sessions(self, user_id: int, keep: int = 0, also: RightsCheck = no_check) -> int:
        """
        End a user's sessions, of v1 too, in one transaction, and close their connections.

        @param keep: the number of the device whose session goes on; 0: none does.
        @param also: further changes in the transaction.
        @return: the number of sessions that have ended.
        @raise Refused: by the ledger, such as L{Busy}.
        """
        ended: dict[int, int] = {}

        def change(connection: Connection, draft: Draft, _position: int) -> None:
            also(connection)
            ended.clear()
            ended.update(sessions.end_all(connection, user_id, keep))
            draft.body = b" ".join(b"%d %d" % each for each in ended.items())

        await self._sign_outs.append(user_id, change, kind=Kind.SESSIONS_ENDED)
        return len(ended)

    async def sign_out(self, user_id: int, check: RightsCheck = no_check) -> User:
        """
        Sign a user out everywhere, for an administrator.

        @raise NoSuchUser: there is no such user.
        @raise Refused: by the ledger, such as L{Busy}.
        """

        def change(connection: Connection) -> User:
            check(connection)
            users.sign_out(connection, user_id, self._now())
            return users.get(connection, user_id)

        return await self._sign_outs.of_user(user_id, change)

    async def sign_out_device(
        self, user_id: int, device: int, check: RightsCheck = no_check, session: int | None = None
    ) -> None:
        """
        Sign one device of a user out, for an administrator. It may log in again.

        @param session: only if its session has this number.
        @raise NoSuchDevice: the user has no such device, or it is signed out.
        @raise Refused: by the ledger, such as L{Busy}.
        """
        if await self._store.read(devices.find_by_id, user_id, device) is None:
            raise NoSuchDevice
        try:
            await self._sign_outs.of_device(user_id, device, session, check)
        except Unauthorized:
            raise NoSuchDevice from None

    async def revoke(self, user_id: int, device: str | int, check: RightsCheck = no_check) -> Device:
        """
        Revoke a device: it cannot log in any more, and its connections are closed.

        @param device: its name or its number.
        @raise NoSuchDevice: the user has no such device, or it was revoked before.
        @raise Refused: by the ledger, such as L{Busy}.
        """
        if isinstance(device, str):
            found = await self._store.read(devices.find, user_id, device)
        else:
            found = await self._store.read(devices.find_by_id, user_id, device)
        if found is None or found.revoked_at is not None:
            raise NoSuchDevice

        def change(connection: Connection, _draft: Draft, _position: int) -> None:
            check(connection)
            devices.revoke(connection, user_id, found.id, self._now())

        await self._sign_outs.append(user_id, change, subject=found.id)
        return found
