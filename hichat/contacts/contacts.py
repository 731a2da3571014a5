"""
Contacts and blocks between users.

A change between two users is an event in their conversation, and the rows here change in the event's transaction. A
change that concerns one of them alone, a remark or a block, is an event in that user's conversation with themselves.
Each change asks L{ContactRights} first, in that transaction.

A user who has blocked another gets no message, edit, reaction, request, typing or mark from the other, and the other
does not see the user's presence: see L{hichat.pipeline.ledger.writer}, L{hichat.pipeline.routing.delivery} and
L{hichat.conversations.marks}. A block works in one direction only. It holds for the bots of who is blocked, too: see
L{hichat.contacts.rights}.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

import msgspec
from msgspec.structs import replace
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    and_,
    bindparam,
    delete,
    or_,
    select,
    tuple_,
    update,
)

from hichat.accounts import bot_owners, guests, users
from hichat.accounts.fields import greeting_of, id_of, remark_of
from hichat.accounts.users import User
from hichat.contacts.rights import ContactAct, ContactRights, are_contacts, has_asked, is_blocked
from hichat.core.drafts import Draft
from hichat.core.errors import (
    AlreadyRequested,
    BlockedByYou,
    InvalidField,
    NoSuchContact,
    NoSuchUser,
    Refused,
    RequestSent,
)
from hichat.core.events import Scope
from hichat.core.kinds import Kind
from hichat.runtime.clock import ticks
from hichat.runtime.limits import NO_LIMIT, MakeLimit, Rate, local_limit
from hichat.storage.tables import blocks, contact_requests, contacts
from hichat.storage.tables import users as users_table

if TYPE_CHECKING:
    from hichat.core.drafts import Appender
    from hichat.storage.store import Store

CONTACTS_LIMIT = 5000
"""Contacts of a user; also users whom one has blocked."""

REQUESTS_LIMIT = 200
"""Requests of a user that wait for an answer."""

ASKING = Rate(5, 24 * 3600)
"""
Requests of one user to one other. Each can be taken back and made again, with another word of greeting: else strangers
could go on talking to somebody also where only contacts may write.
"""

RowsChange = Callable[[Connection], None]
T = TypeVar("T")


class Contact(msgspec.Struct, frozen=True):
    """
    @ivar user: the other.
    @ivar since: milliseconds since the epoch.
    @ivar remark: one's own name for the other, or empty.
    """

    user: User
    since: int
    remark: str


class ContactRequest(msgspec.Struct, frozen=True):
    """
    @ivar user: the other user: the one who asks, or the one who is asked.
    @ivar since: milliseconds since the epoch.
    """

    user: User
    since: int
    greeting: str


class Block(msgspec.Struct, frozen=True):
    """
    @ivar user: the blocked user.
    @ivar since: milliseconds since the epoch.
    """

    user: User
    since: int


class ContactsCursor(NamedTuple):
    """A place in a list: that of the entry with this time and this other user."""

    since: int
    user: int


START = ContactsCursor(0, 0)


class Contacts:
    """
    @param now: the time in milliseconds since the epoch.
    @param contacts_only: whether only contacts may write to each other: then nobody is added without a request.
    @param ticks: milliseconds of a monotonic clock, for the limits.
    @param strangers: how many a user may add so, without asking: each can be written to from then on.
    @param make_limit: makes the limits of asking and of adding.
    """

    def __init__(
        self,
        store: Store,
        ledger: Appender,
        now: Callable[[], int],
        contacts_only: bool = False,
        ticks: Callable[[], int] = ticks,
        strangers: Rate = NO_LIMIT,
        make_limit: MakeLimit = local_limit,
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._now = now
        self._contacts_only = contacts_only
        self._asking = make_limit("asking", ASKING, ticks)
        self._adding = make_limit("adding", strangers, ticks)

    async def leave_all(self, user_id: int) -> None:
        """See L{hichat.core.ports.Leaves.leave_all}. Nobody is told: the contacts see that the account is gone."""

    def forget(self, connection: Connection, user_id: int, position: int) -> None:
        """See L{hichat.core.ports.Leaves.forget}."""
        forget(connection, user_id)

    async def friends(self, user: User) -> list[User]:
        """@return: the user's contacts, the oldest first."""
        return [contact.user for contact in await self._store.read(listed, user.id, START, CONTACTS_LIMIT)]

    async def add(self, user: User, target: str) -> User:
        """
        Make two users contacts at once, as v1 does. Where only contacts may write to each other it is a request.

        @param target: the other's name; failing that, if it is a number, the other's id.
        @return: the other.
        @raise AddedOneself: the other is the user.
        @raise NoSuchUser: there is no such user.
        @raise AlreadyFriends: they are.
        @raise Blocked: by the other; or L{BlockedByYou}.
        @raise RequestSent: the other has to accept it.
        @raise TooManyAttempts: the user has added too many.
        @raise Busy: or another L{Refused} of the ledger.
        """
        other = await self._store.read(_find, target)
        if other is None:
            raise NoSuchUser
        if self._contacts_only:
            with suppress(AlreadyRequested):
                if await self.request(user, other.id) is not None:
                    return other
            raise RequestSent

        def change(connection: Connection) -> None:
            _forget_requests(connection, user.id, other.id)
            _befriend(connection, user.id, other.id, self._now())

        who = "" if user.administrator else str(user.id)
        self._adding.attempt(who)
        try:
            await self._between(ContactAct.ADD, Kind.CONTACT_ADDED, user, other.id, change)
        except Refused:
            self._adding.forgive(who)
            raise
        return other

    async def find(self, user: User, other: int) -> Contact:
        """@raise NoSuchContact: they are not."""
        return await self._store.read(_get, user.id, other)

    async def request(self, user: User, other: int, greeting: str = "") -> Contact | None:
        """
        Ask another to be a contact. If the other has asked before, they are contacts at once.

        @return: the contact, or None if the other has to accept.
        @raise InvalidField: the greeting.
        @raise AddedOneself: the other is the user.
        @raise NoSuchUser: there is no such user.
        @raise AlreadyFriends: they are contacts.
        @raise AlreadyRequested: the other has not answered yet.
        @raise RequestWaits: the other has asked at the same moment.
        @raise Blocked: by the other; or L{BlockedByYou}.
        @raise TooManyContacts: too many requests of the user wait.
        @raise TooManyAttempts: the user has asked the other too often, see L{ASKING}.
        @raise Busy: or another L{Refused} of the ledger.
        """
        greeting = greeting_of(greeting)
        if await self._store.read(has_asked, other, user.id):
            return await self.accept(user, other)
        if await self._store.read(has_asked, user.id, other):
            raise AlreadyRequested

        def change(connection: Connection) -> None:
            values = {"from_id": user.id, "to_id": other, "greeting": greeting, "created_at": self._now()}
            connection.execute(contact_requests.insert().values(values))

        pair = f"{user.id} {other}"
        self._asking.attempt(pair)
        try:
            await self._between(ContactAct.REQUEST, Kind.CONTACT_REQUESTED, user, other, change, greeting)
        except Refused:
            self._asking.forgive(pair)
            raise
        return None

    async def accept(self, user: User, other: int) -> Contact:
        """
        Accept another's request.

        @raise NoSuchRequest: the other has not asked, or does not any more.
        @raise Blocked: by the other; or L{BlockedByYou}.
        @raise TooManyContacts: one of them has L{CONTACTS_LIMIT} already.
        @raise Busy: or another L{Refused} of the ledger.
        """

        def change(connection: Connection) -> None:
            _forget_requests(connection, user.id, other)
            _befriend(connection, user.id, other, self._now())

        await self._between(ContactAct.ACCEPT, Kind.CONTACT_ADDED, user, other, change)
        return await self.find(user, other)

    async def reject(self, user: User, other: int) -> None:
        """
        Do not accept another's request; the other may ask again.

        @raise NoSuchRequest: the other has not asked, or does not any more.
        @raise Busy: or another L{Refused} of the ledger.
        """
        await self._between(
            ContactAct.REJECT, Kind.CONTACT_REJECTED, user, other, lambda c: _end_request(c, other, user.id)
        )

    async def withdraw(self, user: User, other: int) -> None:
        """
        Take a request back.

        @raise NoSuchRequest: the user has not asked, or it was answered.
        @raise Busy: or another L{Refused} of the ledger.
        """
        await self._between(
            ContactAct.WITHDRAW, Kind.CONTACT_WITHDRAWN, user, other, lambda c: _end_request(c, user.id, other)
        )

    async def remove(self, user: User, other: int) -> None:
        """
        Make two users contacts no more.

        @raise NoSuchContact: they are not.
        @raise Busy: or another L{Refused} of the ledger.
        """

        def change(connection: Connection) -> None:
            both = _is_pair(contacts.c.owner_id, contacts.c.friend_id, user.id, other)
            connection.execute(delete(contacts).where(both))

        await self._between(ContactAct.REMOVE, Kind.CONTACT_REMOVED, user, other, change)

    async def remark(self, user: User, other: int, remark: str) -> Contact:
        """
        Call a contact by another name, which only the user sees.

        @param remark: empty: by the contact's own.
        @raise InvalidField: it is no name.
        @raise NoSuchContact: they are not.
        @raise Busy: or another L{Refused} of the ledger.
        """
        remark = remark_of(remark)

        def change(connection: Connection) -> None:
            where = (contacts.c.owner_id == user.id, contacts.c.friend_id == other)
            connection.execute(update(contacts).where(*where).values(remark=remark))

        await self._alone(ContactAct.REMARK, Kind.CONTACT_REMARKED, user, other, change, remark)
        return await self.find(user, other)

    async def block(self, user: User, other: int) -> None:
        """
        Do not want to hear from another any more, nor to be seen. They stay contacts, if they are. To block again is
        no error.

        @raise Oneself: the other is the user.
        @raise NoSuchUser: there is no such user.
        @raise TooManyContacts: the user has blocked L{CONTACTS_LIMIT}.
        @raise Busy: or another L{Refused} of the ledger.
        """

        def change(connection: Connection) -> None:
            values = {"owner_id": user.id, "blocked_id": other, "created_at": self._now()}
            connection.execute(blocks.insert().values(values))

        with suppress(BlockedByYou):
            await self._alone(ContactAct.BLOCK, Kind.BLOCKED, user, other, change)

    async def unblock(self, user: User, other: int) -> None:
        """
        Take a block back.

        @raise NotBlocked: there is none.
        @raise Busy: or another L{Refused} of the ledger.
        """

        def change(connection: Connection) -> None:
            where = (blocks.c.owner_id == user.id, blocks.c.blocked_id == other)
            connection.execute(delete(blocks).where(*where))

        await self._alone(ContactAct.UNBLOCK, Kind.UNBLOCKED, user, other, change)

    async def _between(
        self, act: ContactAct, kind: Kind, user: User, other: int, change: RowsChange, text: str = ""
    ) -> None:
        """Let something happen between two users, who both hear of it."""
        await self._append(act, kind, user, other, (other, 0), change, text)

    async def _alone(
        self, act: ContactAct, kind: Kind, user: User, other: int, change: RowsChange, text: str = ""
    ) -> None:
        """Let something happen that concerns another, of which only the user hears."""
        await self._append(act, kind, user, other, (user.id, other), change, text)

    async def _append(
        self, act: ContactAct, kind: Kind, user: User, other: int, about: tuple[int, int], change: RowsChange, text: str
    ) -> None:
        """@param about: the target of the event, and its subject."""
        target, subject = about

        def changing(connection: Connection, _draft: Draft, _position: int) -> None:
            ContactRights(connection, user.id, other, CONTACTS_LIMIT, REQUESTS_LIMIT).ask(act)
            change(connection)

        await self._ledger.append(
            kind=kind,
            scope=Scope.USER,
            sender=user.id,
            target=target,
            subject=subject,
            body=text.encode(),
            change=changing,
        )


# Lists: what comes behind a place.


def listed(connection: Connection, user_id: int, behind: ContactsCursor, limit: int) -> list[Contact]:
    """@return: a user's contacts, the oldest first; of a guest's those with whom the guest is in a group."""
    row = contacts.c
    among = guests.visible(connection, user_id)
    columns = (row.friend_id, row.created_at, row.remark)
    return _list(connection, user_id, Contact, columns, behind, limit, row.owner_id == user_id, *among)


def requests_to(connection: Connection, user_id: int, behind: ContactsCursor, limit: int) -> list[ContactRequest]:
    """@return: requests that wait for a user's answer, the oldest first; none of somebody whom the user has blocked."""
    row = contact_requests.c
    blocked = is_blocked(user_id, row.from_id)
    columns = (row.from_id, row.created_at, row.greeting)
    among = guests.visible(connection, user_id)
    return _list(connection, user_id, ContactRequest, columns, behind, limit, row.to_id == user_id, ~blocked, *among)


def requests_of(connection: Connection, user_id: int, behind: ContactsCursor, limit: int) -> list[ContactRequest]:
    """@return: a user's own requests that were not answered yet, the oldest first."""
    row = contact_requests.c
    among = guests.visible(connection, user_id)
    columns = (row.to_id, row.created_at, row.greeting)
    return _list(connection, user_id, ContactRequest, columns, behind, limit, row.from_id == user_id, *among)


def blocks_of(connection: Connection, user_id: int, behind: ContactsCursor, limit: int) -> list[Block]:
    """@return: the users whom a user has blocked, the oldest block first."""
    row = blocks.c
    return _list(connection, user_id, Block, (row.blocked_id, row.created_at), behind, limit, row.owner_id == user_id)


def _list(
    connection: Connection,
    user_id: int,
    make: Callable[..., T],
    columns: tuple[Column[Any], ...],
    behind: ContactsCursor,
    limit: int,
    *conditions: ColumnElement[bool],
) -> list[T]:
    """
    @param user_id: the user whose list it is.
    @param columns: the other user's id, the time, and what else C{make} takes.
    """
    other, since, *more = columns
    of_user = users.USER_COLUMNS
    query = (
        select(*of_user, since, *more)
        .join(users_table, users_table.c.id == other)
        .where(*conditions, users_table.c.deleted_at.is_(None))
        .where(or_(since > behind.since, and_(since == behind.since, other > behind.user)))
        .order_by(since, other)
        .limit(limit)
    )
    size = len(of_user)
    rows = connection.execute(query).all()
    people = without_hidden_absences(connection, user_id, [User(*row[:size]) for row in rows])
    return [make(person, *row[size:]) for person, row in zip(people, rows, strict=True)]


# Who knows or blocks whom


def blocked_by_many(connection: Connection, user_ids: Collection[int]) -> dict[int, set[int]]:
    """
    @param user_ids: at most a few hundred.
    @return: by id, whom these users have blocked; without those who have blocked nobody. The bots of who is blocked are
        not among them: whoever asks about a bot has to ask about its owner, too.
    """
    found: dict[int, set[int]] = {}
    for owner, blocked in connection.execute(_BLOCKED_BY, {"owners": [*user_ids]}):
        found.setdefault(owner, set()).add(blocked)
    return found


_BLOCKED_BY = select(blocks.c.owner_id, blocks.c.blocked_id).where(
    blocks.c.owner_id.in_(bindparam("owners", expanding=True))
)


class _MaybeAway(Protocol):
    @property
    def id(self) -> int: ...
    @property
    def away(self) -> str | None: ...


MaybeAway = TypeVar("MaybeAway", bound="_MaybeAway")


def without_hidden_absences(connection: Connection, user_id: int, found: Sequence[MaybeAway]) -> list[MaybeAway]:
    """
    @param user_id: the user who is to see others.
    @param found: the others, at most a few hundred.
    @return: the same; those who have blocked the user are shown as if they were not away.
    """
    away = [each.id for each in found if each.away is not None]
    hidden = {one for one, _ in blocking(connection, [(each, user_id) for each in away])}
    # All of them are structures.
    bare: Callable[..., MaybeAway] = partial(replace, away=None)
    return [bare(each) if each.id in hidden else each for each in found]


def friends_of(connection: Connection, user_id: int) -> frozenset[int]:
    """@return: the ids of a user's contacts."""
    return frozenset(connection.scalars(_FRIENDS, {"of_user": user_id}))


_FRIENDS = select(contacts.c.friend_id).where(contacts.c.owner_id == bindparam("of_user"))


def among(connection: Connection, user_id: int, others: Collection[int]) -> set[int]:
    """
    @param others: at most a few hundred.
    @return: those of them who are the user's contacts.
    """
    row = contacts.c
    return set(connection.scalars(select(row.friend_id).where(row.owner_id == user_id, row.friend_id.in_(others))))


def are_acquainted(connection: Connection, user_id: int, other_id: int) -> bool:
    """@return: whether two are contacts, or the other has asked the user to be one."""
    return are_contacts(connection, user_id, other_id) or has_asked(connection, other_id, user_id)


def remarks(connection: Connection, user_id: int, others: Collection[int]) -> dict[int, str]:
    """
    @param others: at most a few hundred.
    @return: by id, a user's own names for these, where there is one.
    """
    row = contacts.c
    query = select(row.friend_id, row.remark).where(
        row.owner_id == user_id, row.friend_id.in_(others), row.remark != ""
    )
    return {row.friend_id: row.remark for row in connection.execute(query)}


def apart(connection: Connection, pairs: Collection[tuple[int, int]]) -> set[tuple[int, int]]:
    """
    @param pairs: pairs of users; at most a few hundred.
    @return: those pairs of which one has blocked the other: neither learns what the other does.
    """
    found = blocking(connection, [*pairs, *((other, one) for one, other in pairs)])
    return {(one, other) for one, other in pairs if (one, other) in found or (other, one) in found}


def blocking(connection: Connection, pairs: Collection[tuple[int, int]]) -> set[tuple[int, int]]:
    """
    @param pairs: pairs of users; at most some hundreds.
    @return: those pairs of which the first has blocked the second, or the person who runs the second.
    """
    if not pairs:
        return set()
    runners = bot_owners.runs(connection, {other for _, other in pairs})
    wanted = {*pairs, *((one, runners[other]) for one, other in pairs if other in runners)}
    row = blocks.c.owner_id, blocks.c.blocked_id
    found = {tuple(each) for each in connection.execute(select(*row).where(tuple_(*row).in_(wanted)))}
    return {(one, other) for one, other in pairs if {(one, other), (one, runners.get(other, 0))} & found}


def forget(connection: Connection, user_id: int) -> None:
    """The user is nobody's contact any more, asks nobody, and blocks nobody."""
    for one, other in (
        (contacts.c.owner_id, contacts.c.friend_id),
        (contact_requests.c.from_id, contact_requests.c.to_id),
        (blocks.c.owner_id, blocks.c.blocked_id),
    ):
        connection.execute(delete(one.table).where(or_(one == user_id, other == user_id)))


def _find(connection: Connection, target: str) -> User | None:
    named = users.find_by_name(connection, target)
    if named is not None:
        return named
    try:
        return users.find(connection, id_of(target.strip(), "targetName"))
    except InvalidField:
        return None


def _get(connection: Connection, user_id: int, other_id: int) -> Contact:
    of_user = users.USER_COLUMNS
    query = (
        select(*of_user, contacts.c.created_at, contacts.c.remark)
        .join(users_table, users_table.c.id == contacts.c.friend_id)
        .where(contacts.c.owner_id == user_id, contacts.c.friend_id == other_id, users_table.c.deleted_at.is_(None))
        .where(*guests.visible(connection, user_id))
    )
    row = connection.execute(query).first()
    if row is None:
        raise NoSuchContact
    (person,) = without_hidden_absences(connection, user_id, [User(*row[:-2])])
    return Contact(person, *row[-2:])


def _befriend(connection: Connection, user_id: int, other_id: int, now: int) -> None:
    pairs = ((user_id, other_id), (other_id, user_id))
    connection.execute(
        contacts.insert(), [{"owner_id": owner, "friend_id": friend, "created_at": now} for owner, friend in pairs]
    )


def _end_request(connection: Connection, from_id: int, to_id: int) -> None:
    where = (contact_requests.c.from_id == from_id, contact_requests.c.to_id == to_id)
    connection.execute(delete(contact_requests).where(*where))


def _forget_requests(connection: Connection, user_id: int, other_id: int) -> None:
    asked = contact_requests.c
    connection.execute(delete(contact_requests).where(_is_pair(asked.from_id, asked.to_id, user_id, other_id)))


def _is_pair(one: Column[int], other: Column[int], user_id: int, other_id: int) -> ColumnElement[bool]:
    return or_(and_(one == user_id, other == other_id), and_(one == other_id, other == user_id))
