"""
What is told of accounts: to their users by mail, and to others who see their names. L{hichat.mail} tells users; without
it nobody is told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum

from sqlalchemy import Connection

from hichat.core.kinds import PersonBody


class MailKind(StrEnum):
    """
    The kinds of mails.

    @cvar FORGOTTEN: a link with which a new password is set.
    @cvar ADDRESS_CODE: a code that verifies the address.
    @cvar NEW_DEVICE: a device has logged in for the first time. Facts: C{device}, C{address}.
    @cvar PASSWORD_CHANGED: the password was changed or taken away. Facts: C{address}.
    @cvar FACTOR_REMOVED: a second factor was removed. Facts: C{factor}.
    @cvar ADDRESS_CHANGED: the account has another address, or none. It goes to the former one.
    @cvar ADDRESS_VERIFIED: the address was verified. It goes there.
    @cvar HOOK_OFF: an outgoing hook of the user was switched off. Facts: C{hook}, its name.
    @cvar TEST: an operator tries whether mails go out. It is never in the queue.
    """

    FORGOTTEN = "forgotten"
    ADDRESS_CODE = "address_code"
    NEW_DEVICE = "new_device"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    FACTOR_REMOVED = "factor_removed"
    ADDRESS_CHANGED = "address_changed"
    ADDRESS_VERIFIED = "address_verified"
    HOOK_OFF = "hook_off"
    TEST = "test"


TellByMail = Callable[[Connection, int, MailKind, Mapping[str, str]], object]
"""
Called in the transaction of a change with the user's id, and with facts about it: if the change is stored, so is the
mail.
"""


def nobody_told(_connection: Connection, _user_id: int, _kind: MailKind, _facts: Mapping[str, str]) -> None:
    """Where there is no mail."""


TellPerson = Callable[[int, PersonBody], object]
"""Called with a user's id when the user's names or picture have changed."""
