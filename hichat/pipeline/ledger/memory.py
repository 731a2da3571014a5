"""
A writer's memory of the store: numbers of conversations, members, users.

Before the writer uses its memory, it reads the events that others have appended since: every change that can make the
memory wrong is an event.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import Connection

from hichat.core.drafts import Draft
from hichat.core.errors import Blocked, NotContacts
from hichat.core.events import Event, Scope
from hichat.core.kinds import MESSAGES, RIGHTS, Kind
from hichat.groups.queries import Writers
from hichat.log import by_conversation, reading
from hichat.pipeline.ledger.strangers import Strangers

REMEMBERED = 100_000
"""
The most groups, and the most users, that a writer remembers; beyond it all are forgotten at once. A conversation is
forgotten when so many others were written to since.
"""

TAIL = 10_000
"""Events by others that a writer reads to bring its memory up to date; behind more than that it forgets instead."""

FEW = 200
"""The same, for a writer that writes rarely: it hardly uses its memory again."""


class WritingUser(NamedTuple):
    """
    A user who may write.

    @ivar guarded: whether there are users who may not write to this user.
    @ivar blocked: the users whom this user has blocked.
    @ivar contacts: the only users who may write to this user; None: all may.
    """

    administrator: bool
    guarded: bool
    blocked: frozenset[int]
    contacts: frozenset[int] | None

    def check(self, sender: int) -> None:
        """
        @raise Blocked: this user does not want to hear from the sender.
        @raise NotContacts: only contacts may write to this user, and the sender is none.
        """
        if sender in self.blocked:
            raise Blocked
        if self.contacts is not None and sender not in self.contacts:
            raise NotContacts


Key = tuple[int, int, int]
"""The key of a conversation; see L{hichat.log.reading.conversation_key}."""

ConversationNumbers = tuple[int, int, int]
"""The numbers of a conversation: its id, its last seq and its last n."""


def conversation_of(one: Event | Draft) -> Key:
    """@return: the key of the conversation that an event or a draft is in."""
    return reading.conversation_key(one.scope, one.sender, one.target)


class Numbers:
    """
    The numbers of conversations, by their keys.

    It has two generations: a conversation is forgotten when it was not written to while L{REMEMBERED} others were. It
    is indexed by then (see L{hichat.log.by_conversation}): so the index has all events of a conversation that is not
    here.
    """

    def __init__(self) -> None:
        self._young: dict[Key, ConversationNumbers] = {}
        self._old: dict[Key, ConversationNumbers] = {}

    def get(self, key: Key) -> ConversationNumbers | None:
        """@return: the remembered numbers, if there are any."""
        return self._young.get(key) or self._old.get(key)

    def update(self, numbers: Mapping[Key, ConversationNumbers]) -> None:
        """These were written to."""
        self._young.update(numbers)
        if len(self._young) > REMEMBERED:
            self._old, self._young = self._young, {}


class Memory:
    """
    A writer's memory of the store, at a position of the log.

    @ivar position: the position up to which the memory is complete; -1: it is empty.
    @ivar indexed: the position of the index by conversation.
    @ivar numbers: the numbers of conversations.
    @ivar groups: by id: the members who may write there. Only groups with members are here.
    @ivar users: by id. Only users who may write are here.
    @ivar devices: by id: the largest counter used. Only devices that may write are here.
    @ivar reactions: by message and user: how many there were since it knows of anything.
    @ivar strangers: whom users have written to first.
    """

    def __init__(self, tail: int, strangers: Strangers) -> None:
        self._tail = tail
        self.strangers = strangers
        self.indexed = 0
        self.forget()

    def forget(self) -> None:
        """Know nothing; all of it is read again when it is needed, the conversations of the index's tail at once."""
        self.position = -1
        self.numbers = Numbers()
        self.groups: dict[int, Writers] = {}
        self.known_members = 0
        self.users: dict[int, WritingUser] = {}
        self.known_relations = 0
        self.devices: dict[int, int] = {}
        self.reactions: dict[tuple[int, int], int] = {}
        self.strangers.forget()

    @property
    def size(self) -> int:
        """How many there are of what there is most, the numbers aside: they are bounded by themselves."""
        users = len(self.users) + self.known_relations
        return max(self.known_members, users, len(self.devices), len(self.reactions), len(self.strangers))

    def apply(self, event: Event) -> None:
        """An event was committed, by this writer or by another."""
        self.position = event.position
        self.numbers.update({conversation_of(event): (event.conversation, event.seq, event.n)})
        if event.device in self.devices:
            self.devices[event.device] = max(self.devices[event.device], event.counter)
        if event.kind not in RIGHTS:
            if event.n == 1 and event.kind in MESSAGES and event.scope == Scope.USER:
                self.strangers.add(event.sender, event.target)
            return
        if event.kind == Kind.SIGNED_OUT:
            self.users.pop(event.target, None)
            self.devices.pop(event.subject, None)
        elif event.scope == Scope.USER:
            # Whom these two want to hear from may be something else now.
            self.users.pop(event.sender, None)
            self.users.pop(event.target, None)
        elif event.scope == Scope.GROUP and event.target in self.groups:
            self.groups[event.target].apply(event)

    def catch_up(self, connection: Connection) -> None:
        """Take in what others have appended."""
        head, self.indexed = by_conversation.heads(connection)
        if not 0 <= self.position <= head or head > self.position + self._tail:
            self.forget()
            # Conversations that are not known from now on have nothing behind the index.
            self.position = self.indexed
        while self.position < head:
            for event in reading.after(connection, self.position, TAIL):
                self.apply(event)
