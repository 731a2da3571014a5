"""What administrators decide about the keeping of messages: the days of groups, and holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, exists, select

from hichat.accounts.server_rights import RightsCheck, checked, no_check
from hichat.core.errors import NoSuchGroup, NoSuchHold, NoSuchUser
from hichat.core.events import Scope
from hichat.keeping import holds, periods
from hichat.keeping.holds import Hold
from hichat.storage.tables import groups, users

if TYPE_CHECKING:
    from collections.abc import Callable

    from hichat.keeping.periods import GroupPeriod
    from hichat.storage.store import Store


class Keeping:
    """
    The keeping of messages in a store. Every change takes the check of who makes it, for its transaction.

    @param now: the time in milliseconds since the epoch.
    """

    def __init__(self, store: Store, now: Callable[[], int]) -> None:
        self._store = store
        self._now = now

    async def server_days(self) -> int:
        """@return: see L{periods.server_days}."""
        return await self._store.read(periods.server_days)

    async def days_of(self, group: int) -> int | None:
        """@return: see L{periods.days_of}."""
        return await self._store.read(periods.days_of, group)

    async def set_days(self, group: int, days: int | None, check: RightsCheck = no_check) -> int | None:
        """@return: see L{periods.set_days}."""
        return await self._store.write(checked(check, periods.set_days), group, days)

    async def groups_apart(self, behind: int, limit: int) -> list[GroupPeriod]:
        """@return: see L{periods.groups_apart}."""
        return await self._store.read(periods.groups_apart, behind, limit)

    async def holds(self, behind: tuple[int, int], limit: int) -> list[Hold]:
        """@return: see L{holds.listed}."""
        return await self._store.read(holds.listed, behind, limit)

    async def hold(self, scope: Scope, target: int, made_by: int, reason: str, check: RightsCheck = no_check) -> bool:
        """
        Hold the messages of a user or a group.

        @return: whether the hold is new; False: there is one, which stays as it is.
        @raise NoSuchUser: there never was such a user.
        @raise NoSuchGroup: there never was such a group.
        """
        hold = Hold(int(scope), target, self._now(), made_by, reason)
        return await self._store.write(checked(check, add_hold), hold)

    async def release(self, scope: Scope, target: int, check: RightsCheck = no_check) -> None:
        """
        End a hold.

        @raise NoSuchHold: there is none.
        """
        if not await self._store.write(checked(check, holds.remove), int(scope), target):
            raise NoSuchHold


def add_hold(connection: Connection, hold: Hold) -> bool:
    """Make a hold, if there is such a user or group; see L{Keeping.hold}."""
    # Deleted ones have messages, too.
    table, error = (users, NoSuchUser) if hold.scope == Scope.USER else (groups, NoSuchGroup)
    if not connection.scalar(select(exists().where(table.c.id == hold.target))):
        raise error
    return holds.add(connection, hold)
