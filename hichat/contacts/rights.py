"""
Rights between two users: may this user ask the other to be a contact, accept, block, and so on?

A change asks once, in its transaction, before it writes anything: L{ContactRights.ask}. What each act needs is one line
of L{CONTACT_NEEDS}. Whether a user may write to another is decided in L{hichat.pipeline.ledger.rights}.

A block of a person holds for the bots that the person runs, also for those that are made later: else whoever is blocked
would write on through a bot. To block a bot says nothing of its owner. Nobody runs the bot of an incoming hook.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum, auto

from sqlalchemy import Column, ColumnElement, Connection, exists, func, or_, select

from hichat.accounts import guests, users
from hichat.accounts.bot_owners import runner_of
from hichat.core.errors import (
    AddedOneself,
    AlreadyFriends,
    AlreadyRequested,
    Blocked,
    BlockedByYou,
    NoSharedGroup,
    NoSuchContact,
    NoSuchRequest,
    NoSuchUser,
    NotBlocked,
    Oneself,
    Refused,
    RequestWaits,
    TooManyContacts,
    Unauthorized,
)
from hichat.core.rights import Need, check
from hichat.storage.tables import blocks, contact_requests, contacts


class ContactAct(Enum):
    """An act of one user that concerns another."""

    ADD = auto()
    """Make both contacts without a request, as v1 does."""
    REQUEST = auto()
    ACCEPT = auto()
    REJECT = auto()
    WITHDRAW = auto()
    REMOVE = auto()
    REMARK = auto()
    BLOCK = auto()
    UNBLOCK = auto()


class ContactRights:
    """
    The rights of a user concerning another, and the facts that they depend on. A fact is read when a need asks for it.

    @param contacts_limit: the largest number of a user's contacts, and of users whom one blocks.
    @param requests_limit: the largest number of a user's requests that wait.
    """

    def __init__(self, connection: Connection, user: int, other: int, contacts_limit: int, requests_limit: int) -> None:
        self._connection = connection
        self._user = user
        self._other = other
        self._contacts_limit = contacts_limit
        self._requests_limit = requests_limit

    def ask(self, act: ContactAct) -> None:
        """
        May the user do this?

        @raise Refused: no; the error is the reason.
        """
        check(self, CONTACT_NEEDS[act])

    @property
    def user_exists(self) -> bool:
        """Whether the user still has an account."""
        return users.find(self._connection, self._user) is not None

    @property
    def other_exists(self) -> bool:
        """Whether the other has an account."""
        return users.find(self._connection, self._other) is not None

    @property
    def sees_other(self) -> bool:
        """Whether the other has an account, and the user is no guest who does not meet the other in a group."""
        if not self.other_exists:
            return False
        is_stranger = guests.is_guest(self._connection, self._user) and not self.may_meet
        return not is_stranger

    @property
    def may_meet(self) -> bool:
        """Whether the two are in a group together, if one of them is a guest."""
        return guests.may_meet(self._connection, self._user, self._other)

    @property
    def is_oneself(self) -> bool:
        """Whether the other is the user."""
        return self._user == self._other

    @property
    def are_contacts(self) -> bool:
        """Whether the two are contacts."""
        return are_contacts(self._connection, self._user, self._other)

    @property
    def asks(self) -> bool:
        """Whether a request of the user waits for the other's answer."""
        return has_asked(self._connection, self._user, self._other)

    @property
    def is_asked(self) -> bool:
        """Whether a request of the other waits for the user's answer."""
        return has_asked(self._connection, self._other, self._user)

    @property
    def blocks(self) -> bool:
        """Whether the user has blocked the other, or the other's owner."""
        return has_blocked(self._connection, self._user, self._other)

    @property
    def lists(self) -> bool:
        """Whether the user has blocked the other, whatever the user thinks of the other's owner."""
        own = blocks.c.owner_id == self._user, blocks.c.blocked_id == self._other
        return _is_there(self._connection, *own)

    @property
    def is_blocked(self) -> bool:
        """Whether the other has blocked the user, or the user's owner."""
        return has_blocked(self._connection, self._other, self._user)

    @property
    def has_room(self) -> bool:
        """Whether each of the two may have one contact more."""
        each = (self._count(contacts.c.owner_id, user) for user in (self._user, self._other))
        return max(each) < self._contacts_limit

    @property
    def asks_few(self) -> bool:
        """Whether the user may ask one more."""
        return self._count(contact_requests.c.from_id, self._user) < self._requests_limit

    @property
    def blocks_few(self) -> bool:
        """Whether the user may block one more."""
        return self._count(blocks.c.owner_id, self._user) < self._contacts_limit

    def _count(self, column: Column[int], user: int) -> int:
        return self._connection.scalar(select(func.count()).where(column == user)) or 0


def _need(is_met: Callable[[ContactRights], bool], refusal: type[Refused]) -> Need[ContactRights]:
    return Need(is_met, refusal)


_USER = _need(lambda case: case.user_exists, Unauthorized)
_OTHER = _need(lambda case: case.sees_other, NoSuchUser)
_CONTACTS = _need(lambda case: case.are_contacts, NoSuchContact)
_IS_ASKED = _need(lambda case: case.is_asked, NoSuchRequest)
_ASKS = _need(lambda case: case.asks, NoSuchRequest)
_STRANGERS = (
    _OTHER,
    _need(lambda case: not case.is_oneself, AddedOneself),
    _need(lambda case: case.may_meet, NoSharedGroup),
    _need(lambda case: not case.are_contacts, AlreadyFriends),
    _need(lambda case: not case.is_blocked, Blocked),
    _need(lambda case: not case.blocks, BlockedByYou),
)
_ROOM = _need(lambda case: case.has_room, TooManyContacts)

CONTACT_NEEDS: Mapping[ContactAct, tuple[Need[ContactRights], ...]] = {
    ContactAct.ADD: (_USER, *_STRANGERS, _ROOM),
    ContactAct.REQUEST: (
        _USER,
        *_STRANGERS,
        _need(lambda case: not case.is_asked, RequestWaits),
        _need(lambda case: not case.asks, AlreadyRequested),
        _need(lambda case: case.asks_few, TooManyContacts),
    ),
    ContactAct.ACCEPT: (_USER, _IS_ASKED, *_STRANGERS, _ROOM),
    ContactAct.REJECT: (_USER, _IS_ASKED),
    ContactAct.WITHDRAW: (_USER, _ASKS),
    ContactAct.REMOVE: (_USER, _CONTACTS),
    ContactAct.REMARK: (_USER, _CONTACTS, _need(lambda case: case.sees_other, NoSuchContact)),
    ContactAct.BLOCK: (
        _USER,
        _OTHER,
        _need(lambda case: not case.is_oneself, Oneself),
        _need(lambda case: not case.lists, BlockedByYou),
        _need(lambda case: case.blocks_few, TooManyContacts),
    ),
    ContactAct.UNBLOCK: (_USER, _need(lambda case: case.lists, NotBlocked)),
}
"""By act: what it needs, in the order in which it is asked; the first need that is not met is the answer."""


def are_contacts(connection: Connection, user_id: int, other_id: int) -> bool:
    """@return: whether two users are contacts."""
    return _is_there(connection, contacts.c.owner_id == user_id, contacts.c.friend_id == other_id)


def has_asked(connection: Connection, user_id: int, other_id: int) -> bool:
    """@return: whether a user's request waits for the other's answer."""
    return _is_there(connection, contact_requests.c.from_id == user_id, contact_requests.c.to_id == other_id)


def has_blocked(connection: Connection, user_id: int, other_id: int) -> bool:
    """@return: whether a user does not want to hear from another, or from the person who runs the other."""
    return bool(connection.scalar(select(is_blocked(user_id, other_id))))


def is_blocked(user_id: int, other: int | ColumnElement[int]) -> ColumnElement[bool]:
    """@return: L{has_blocked}, as a condition of a query."""
    blocked = blocks.c.blocked_id
    return exists().where(blocks.c.owner_id == user_id, or_(blocked == other, blocked == runner_of(other)))


def _is_there(connection: Connection, one: ColumnElement[bool], other: ColumnElement[bool]) -> bool:
    return bool(connection.scalar(select(exists().where(one, other))))
