"""What goes of mails and addresses when an account is deleted."""

from __future__ import annotations

from sqlalchemy import Connection

from hichat.accounts.resets import forget_reset
from hichat.mail.addresses import forget_address
from hichat.mail.queue import forget_mails


class MailForgotten:
    """A L{hichat.core.ports.Leaves}."""

    async def leave_all(self, user_id: int) -> None:
        """Nobody else hears of it."""

    def forget(self, connection: Connection, user_id: int, position: int) -> None:
        """Remove the user's address, codes and mails, also those that wait."""
        forget_reset(connection, user_id)
        forget_address(connection, user_id)
        forget_mails(connection, user_id)
