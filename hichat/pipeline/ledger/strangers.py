"""
Counts the conversations that each user has begun lately with strangers: people who are no contacts.

The count follows from the log, so several workers share it, and a restart keeps it. A writer reads it when a user
begins a conversation, and then keeps it up to date by the events of the log. The time of day matters only in that
reading.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence

from sqlalchemy import Connection, or_, select

from hichat.contacts import contacts
from hichat.core.errors import TooManyStrangers
from hichat.core.events import Scope, is_imported
from hichat.core.kinds import MESSAGES
from hichat.log import by_conversation
from hichat.runtime.limits import NO_LIMIT, Rate
from hichat.storage.tables import conversations, is_of

SCAN_FACTOR = 4
"""So many times the limit of a user's newest conversations are read: others may have begun them, or contacts."""


class Strangers:
    """
    The conversations that users have begun, by user.

    @param rate: the number of conversations that a user may begin with strangers, in so many seconds.
    @param seconds: a monotonic clock.
    """

    def __init__(self, rate: Rate = NO_LIMIT, seconds: Callable[[], float] = time.monotonic) -> None:
        self.rate = rate
        self._seconds = seconds
        # By user, for users whose count was read: the times, and the other users.
        self._begun: dict[int, deque[tuple[float, int]]] = {}

    def __len__(self) -> int:
        return len(self._begun)

    def forget(self) -> None:
        """Forget all counts; they are read again when they are needed."""
        self._begun.clear()

    def add(self, user: int, other: int) -> None:
        """A user has written to another first."""
        begun = self._begun.get(user)
        if begun is not None:
            begun.append((self._seconds(), other))

    def check(self, connection: Connection, user: int, other: int, meanwhile: Sequence[int], now: int) -> bool:
        """
        May this user write to another, who has not written to the user before?

        @param meanwhile: the other strangers with whom the user begins a conversation in this transaction.
        @param now: milliseconds since the epoch.
        @return: whether they are strangers.
        @raise TooManyStrangers: the user has reached the limit.
        """
        if contacts.are_acquainted(connection, user, other):
            return False
        begun = self._begun.get(user)
        if begun is None:
            begun = self._begun[user] = self._read(connection, user, now)
        seconds = self._seconds()
        while begun and begun[0][0] <= seconds - self.rate.seconds:
            begun.popleft()
        if len(begun) + len(meanwhile) >= self.rate.attempts:
            known = contacts.among(connection, user, [each for _, each in begun])
            strangers = [at for at, each in begun if each not in known]
            over = len(strangers) + len(meanwhile) - self.rate.attempts
            if over >= 0:
                oldest = strangers[over] if over < len(strangers) else seconds
                raise TooManyStrangers(max(1.0, oldest + self.rate.seconds - seconds))
        return True

    def _read(self, connection: Connection, user: int, now: int) -> deque[tuple[float, int]]:
        row = conversations.c
        newest = (
            select(row.id, row.first, row.second)
            .where(row.scope == int(Scope.USER), or_(row.first == user, row.second == user))
            .order_by(row.id.desc())
            .limit(SCAN_FACTOR * self.rate.attempts)
        )
        found: deque[tuple[float, int]] = deque(maxlen=SCAN_FACTOR * self.rate.attempts)
        for conversation, first, second in connection.execute(newest).all():
            said = next(by_conversation.read(connection, conversation, is_of(MESSAGES)), None)
            if said is None or first == second or is_imported(said):
                continue
            # If the clock was set back since, an earlier message may have a later time.
            age = max(0.0, (now - said.time) / 1000)
            if age >= self.rate.seconds:
                break
            if said.sender == user:
                found.appendleft((self._seconds() - age, second if first == user else first))
        return found
