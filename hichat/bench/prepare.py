"""
Filling a new store for a measurement: users without passwords, groups of them in order, messages.

It writes the rows that the daemon would have written, in a few large transactions: every membership and every message
is in the log.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import msgspec
from sqlalchemy import Connection, func, insert, select

from hichat.accounts.tokens import Claims, Dialect
from hichat.core.errors import StartError
from hichat.core.events import FIRST_GROUP_ID, Event, Scope
from hichat.core.kinds import Kind
from hichat.core.lookalikes import columns_of, columns_of_user
from hichat.log import by_conversation, reading
from hichat.storage.store import Store
from hichat.storage.tables import devices, groups, members, sessions, users

ROWS_IN_TRANSACTION = 10_000
"""Rows in a transaction."""

NO_HASH = "!"
"""Stands in place of a password's hash, so that nobody can log in with a password. These users have tokens."""

DEVICE = "bench"
"""The name of each user's device."""

SETTINGS = {
    "HICHAT_MESSAGE_RATE": "1000000",
    "HICHAT_MESSAGE_LIMIT": "off",
    "HICHAT_STRANGER_LIMIT": "off",
    "HICHAT_ADDRESS_CONNECTIONS": "1000000",
    "HICHAT_USER_CONNECTIONS": "1000000",
}
"""Settings of a daemon to measure: all clients have one address, and send more than people do."""

OnProgress = Callable[[int], object]
"""Called with the number of rows that were added."""


def make_users(store: Store, count: int, now: int, progress: OnProgress) -> None:
    """
    Make users 1 to C{count}, named C{bench-1} and so on. Each has a device with the same id, and its first session. So
    L{claims} gives the tokens' contents without asking the store.

    @param now: milliseconds since the epoch.
    @raise StartError: there are users already.
    """
    with store.snapshot() as connection:
        if connection.scalar(select(func.max(users.c.id))) is not None:
            raise StartError("hichat: HICHAT_STATE_DIR: there are users already; name a directory that is empty or new")
    for first in range(1, count + 1, ROWS_IN_TRANSACTION):
        numbers = range(first, min(first + ROWS_IN_TRANSACTION, count + 1))
        rows = [{"id": number, **columns_of_user(f"bench-{number}", f"bench-{number}")} for number in numbers]
        with store.transaction() as connection:
            given = {"password_hash": NO_HASH, "created_at": now, "updated_at": now}
            connection.execute(insert(users), [row | given for row in rows])
            _follow(connection, "users", count)
            _sign_in(connection, numbers, now)
            _follow(connection, "devices", count)
        progress(len(numbers))


def _sign_in(connection: Connection, numbers: range, now: int) -> None:
    """Make the devices and sessions of these users' tokens."""
    made = {"name": DEVICE, "created_at": now, "dialect": "both"}
    connection.execute(insert(devices), [{"id": number, "user_id": number} | made for number in numbers])
    times = {"rotated_at": now, "began_at": now, "used_at": now}
    begun = {"number": 1, "generation": 0, "client_ip": "", "live": True, **times}
    connection.execute(insert(sessions), [{"device_id": number} | begun for number in numbers])


def claims(user: int) -> Claims:
    """@return: the claims of a user's token, which is good for v1 and v2."""
    return Claims(user, 0, user, 1, Dialect.BOTH)


def make_groups(store: Store, count: int, size: int, now: int, progress: OnProgress) -> None:
    """
    Put users 1 to C{count} into groups of C{size}, in order: the first ones into group L{FIRST_GROUP_ID}.

    @param now: milliseconds since the epoch.
    """
    for place, first in enumerate(range(1, count + 1, size)):
        numbers = range(first, min(first + size, count + 1))
        with store.transaction() as connection:
            _make_group(connection, FIRST_GROUP_ID + place, numbers, now)
        progress(len(numbers))


def _make_group(connection: Connection, group: int, numbers: range, now: int) -> None:
    name = f"bench-{group}"
    given = {**columns_of(name), "size": len(numbers), "created_at": now, "updated_at": now}
    connection.execute(insert(groups).values(id=group, owner_id=numbers[0], **given))
    conversation = _converse(connection, [(int(Scope.GROUP), group, 0)])[0]
    position = reading.head(connection)
    joined = [
        Event(
            position=position + seq,
            conversation=conversation,
            seq=seq,
            n=0,
            kind=int(Kind.JOINED),
            scope=int(Scope.GROUP),
            sender=user,
            target=group,
            subject=user,
            time=now,
            body=b"%d" % seq,
        )
        for seq, user in enumerate(numbers, 1)
    ]
    reading.append(connection, joined)
    by_conversation.follow(connection, by_conversation.indexed(connection), position + len(joined))
    connection.execute(
        insert(members), [{"group_id": group, "user_id": event.subject, "since": event.position} for event in joined]
    )


def make_messages(
    store: Store, people: int, count: int, pairs: int, now: int, progress: OnProgress, chance: random.Random
) -> None:
    """
    Write C{count} messages into C{pairs} conversations of two, both drawn at random from users 1 to C{people}.

    @param pairs: a number that L{check_pairs} accepts.
    @param now: milliseconds since the epoch.
    """
    keys = [reading.conversation_key(Scope.USER, *pair) for pair in draw_pairs(people, pairs)]
    ids: list[int] = []
    for first in range(0, pairs, ROWS_IN_TRANSACTION):
        with store.transaction() as connection:
            ids += _converse(connection, keys[first : first + ROWS_IN_TRANSACTION])
    counts = [0] * pairs
    for first in range(0, count, ROWS_IN_TRANSACTION):
        with store.transaction() as connection:
            position = reading.head(connection)
            chunk = min(ROWS_IN_TRANSACTION, count - first)
            reading.append(connection, list(_messages(keys, ids, counts, position, chunk, now, chance)))
            by_conversation.follow(connection, by_conversation.indexed(connection), position + chunk)
        progress(chunk)


def check_pairs(people: int, pairs: int) -> None:
    """@raise StartError: there are fewer pairs of so many people."""
    if pairs > people * (people - 1) // 2:
        raise StartError(f"hichat: --conversations: {people} users make {people * (people - 1) // 2} pairs")


def draw_pairs(people: int, pairs: int) -> list[tuple[int, int]]:
    """
    @param pairs: a number that L{check_pairs} accepts.
    @return: so many pairs of users 1 to C{people}, drawn at random, but the same in each call: a measurement can use
        the pairs for which a store was filled.
    """
    chance = random.Random(people)  # noqa: S311
    found: dict[tuple[int, int], None] = {}
    while len(found) < pairs:
        one, other = chance.randrange(people) + 1, chance.randrange(people) + 1
        if one != other:
            found[min(one, other), max(one, other)] = None
    return list(found)


def _messages(
    keys: list[tuple[int, int, int]],
    ids: list[int],
    counts: list[int],
    position: int,
    count: int,
    now: int,
    chance: random.Random,
) -> Iterator[Event]:
    for _ in range(count):
        position += 1
        place = chance.randrange(len(keys))
        counts[place] += 1
        _, one, other = keys[place]
        sender, target = (one, other) if chance.random() < 0.5 else (other, one)
        body = {"userId": sender, "TargetId": target, "Type": 1, "Media": 1, "Content": f"message {position}"}
        yield Event(
            position=position,
            conversation=ids[place],
            seq=counts[place],
            n=counts[place],
            kind=int(Kind.MESSAGE),
            scope=int(Scope.USER),
            sender=sender,
            target=target,
            subject=0,
            time=now,
            body=msgspec.json.encode(body),
        )


def _converse(connection: Connection, keys: list[tuple[int, int, int]]) -> list[int]:
    """
    Make conversations.

    @return: their ids.
    """
    last = reading.last_conversation(connection)
    ids = [last + place for place in range(1, len(keys) + 1)]
    reading.converse(connection, [(number, *key) for number, key in zip(ids, keys, strict=True)])
    return ids


def _follow(connection: Connection, table: str, last: int) -> None:
    """Set PostgreSQL's sequence of a table: it does not notice ids that an insert has set."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.setval(func.pg_get_serial_sequence(table, "id"), last)))
