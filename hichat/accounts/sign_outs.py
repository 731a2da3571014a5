"""
Signing out. A change that voids tokens of a user appends an event in the same transaction: every worker then closes the
user's connections, or those of a device.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from hichat.accounts import sessions
from hichat.accounts.server_rights import RightsCheck, no_check
from hichat.accounts.users import User
from hichat.core.drafts import Draft, DraftFields
from hichat.core.events import Scope
from hichat.core.kinds import Kind

if TYPE_CHECKING:
    from hichat.core.drafts import Appender


class SignOuts:
    """
    Appends changes that void tokens.

    @raise Refused: each method, by the ledger, such as L{Busy}.
    """

    def __init__(self, ledger: Appender) -> None:
        self._ledger = ledger

    async def append(
        self,
        user_id: int,
        change: Callable[[Connection, Draft, int], None],
        subject: int = 0,
        kind: Kind = Kind.SIGNED_OUT,
    ) -> None:
        """Make a change, see L{signing_out}. @param kind: of the event."""
        fields = signing_out(user_id, change, subject)
        fields["kind"] = kind
        await self._ledger.append(**fields)

    async def of_user(self, user_id: int, change: Callable[[Connection], User]) -> User:
        """
        Make a change that voids all tokens of a user, if the user is of another generation after it.

        @return: what C{change} returns, the user after it.
        """
        changed: list[User] = []

        def changing(connection: Connection, draft: Draft, _position: int) -> None:
            # The ledger may try a batch again: the last time is the one that counts.
            changed[:] = [change(connection)]
            draft.body = b"%d" % changed[0].generation

        await self.append(user_id, changing)
        return changed[0]

    async def of_device(
        self, user_id: int, device: int, session: int | None = None, check: RightsCheck = no_check
    ) -> None:
        """
        End a device's session.

        @param session: only if its session has this number.
        @raise Unauthorized: the session has ended before.
        """

        def change(connection: Connection, draft: Draft, _position: int) -> None:
            check(connection)
            draft.body = b"%d" % sessions.end(connection, device, session)

        await self.append(user_id, change, subject=device)


def signing_out(user_id: int, change: Callable[[Connection, Draft, int], None], subject: int = 0) -> DraftFields:
    """
    @param change: what the transaction changes; it may set the draft's body and subject.
    @param subject: the number of the only device that is concerned; 0: all are.
    @return: the fields of the draft of a C{SIGNED_OUT}.
    """
    return {
        "kind": Kind.SIGNED_OUT,
        "scope": Scope.ACCOUNTS,
        "sender": user_id,
        "target": user_id,
        "subject": subject,
        "change": change,
    }
