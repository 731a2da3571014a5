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
from hichat.core.events import Event, Scope, is_imported
from hichat.core.kinds import MEMBERSHIP, MESSAGES, RIGHTS, Kind
from hichat.groups.queries import Writers
from hichat.log import reading
from hichat.log.reading import ConversationKey
from hichat.pipeline.ledger.strangers import Strangers

MEMORY_LIMIT = 100_000
"""
The most groups, and the most users, that a writer remembers; beyond it the whole memory is forgotten. A conversation is
forgotten when so many others were written to after it.
"""

CATCH_UP_LIMIT = 10_000
"""The most events of other writers that a writer reads to bring its memory up to date. Behind more, it forgets."""

FEW = 200
"""The same for a writer that writes rarely, and hardly uses its memory again."""


class WritingUser(NamedTuple):
    """
    A user who may write.

    @ivar administrator: whether the user is an administrator.
    @ivar guarded: whether there are users who may not write to this user.
    @ivar blocked: the users whom this user has blocked.
    @ivar contacts: the only users who may write to this user; None: all may.
    @ivar groups: of a guest: the groups that the guest is in. A guest and another write to each other only while both
        are in one of them. None: the user is no guest.
    @ivar owner: of a bot that a person runs: the person. Who has blocked the person does not hear from the bot. 0: the
        user is no such bot.
    """

    administrator: bool
    guarded: bool
    blocked: frozenset[int]
    contacts: frozenset[int] | None
    groups: frozenset[int] | None = None
    owner: int = 0

    def check(self, sender: int, owner: int) -> None:
        """
        @param owner: the sender's.
        @raise Blocked: this user does not want to hear from the sender.
        @raise NotContacts: only contacts may write to this user, and the sender is none.
        """
        if sender in self.blocked or owner in self.blocked:
            raise Blocked
        if self.contacts is not None and sender not in self.contacts:
            raise NotContacts


ConversationNumbers = tuple[int, int, int]
"""The numbers of a conversation: its id, its last seq and its last n."""


def conversation_of(one: Event | Draft) -> ConversationKey:
    """@return: the key of the conversation that an event or a draft is in."""
    return reading.conversation_key(one.scope, one.sender, one.target)


class Numbers:
    """
    The numbers of conversations, by their keys.

    It has two generations: a conversation is forgotten when it was not written to while L{MEMORY_LIMIT} others were. By
    then the index by conversation has all its events (see L{hichat.log.by_conversation}). So the numbers of a
    conversation that is not here can be read from the index.
    """

    def __init__(self) -> None:
        self._young: dict[ConversationKey, ConversationNumbers] = {}
        self._old: dict[ConversationKey, ConversationNumbers] = {}

    def get(self, key: ConversationKey) -> ConversationNumbers | None:
        """@return: the remembered numbers, if there are any."""
        return self._young.get(key) or self._old.get(key)

    def update(self, numbers: Mapping[ConversationKey, ConversationNumbers]) -> None:
        """Note the numbers of conversations that were written to."""
        self._young.update(numbers)
        if len(self._young) > MEMORY_LIMIT:
            self._old, self._young = self._young, {}


class Memory:
    """
    A writer's memory of the store, at a position of the log.

    @ivar position: the position up to which the memory is complete; -1: it is empty.
    @ivar indexed: the position of the index by conversation.
    @ivar numbers: the numbers of conversations.
    @ivar groups: by id: the members who may write in a group. Only groups with members are here.
    @ivar users: by id. Only users who may write are here.
    @ivar devices: by id: the largest counter used. Only devices that may write are here.
    @ivar reactions: by message and user: the number of reactions since the memory was empty.
    @ivar strangers: the conversations that users have begun with strangers.
    """

    def __init__(self, tail: int, strangers: Strangers) -> None:
        self._tail = tail
        self.strangers = strangers
        self.indexed = 0
        self.forget()

    def forget(self) -> None:
        """Empty the memory. It is read again when it is needed; conversations of the index's tail by L{catch_up}."""
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
        """The number of entries of the largest table, without the numbers, which are bounded by themselves."""
        users = len(self.users) + self.known_relations
        return max(self.known_members, users, len(self.devices), len(self.reactions), len(self.strangers))

    def apply(self, event: Event) -> None:
        """An event was committed, by this writer or by another."""
        self.position = event.position
        self.numbers.update({conversation_of(event): (event.conversation, event.seq, event.n)})
        if event.device in self.devices:
            self.devices[event.device] = max(self.devices[event.device], event.counter)
        if event.kind not in RIGHTS:
            if event.n == 1 and event.kind in MESSAGES and event.scope == Scope.USER and not is_imported(event):
                self.strangers.add(event.sender, event.target)
            return
        if event.kind == Kind.SIGNED_OUT:
            self.users.pop(event.target, None)
            self.devices.pop(event.subject, None)
        elif event.scope == Scope.USER:
            # Blocks or contacts of these two may have changed.
            self.users.pop(event.sender, None)
            self.users.pop(event.target, None)
        elif event.scope == Scope.GROUP:
            if event.kind in MEMBERSHIP and self.is_guest(event.subject):
                self.users.pop(event.subject)
            if event.target in self.groups:
                self.groups[event.target].apply(event)

    def is_guest(self, user: int) -> bool:
        """@return: whether this is a guest whom the memory has, with the guest's groups."""
        known = self.users.get(user)
        return known is not None and known.groups is not None

    def catch_up(self, connection: Connection, heads: tuple[int, int]) -> None:
        """
        Bring the memory up to date with the events that other writers have appended.

        @param heads: see L{hichat.log.by_conversation.heads}.
        """
        head, self.indexed = heads
        if not 0 <= self.position <= head or head > self.position + self._tail:
            self.forget()
            # All events behind the index are read below: so a conversation that is unknown then has none there.
            self.position = self.indexed
        while self.position < head:
            for event in reading.after(connection, self.position, CATCH_UP_LIMIT):
                self.apply(event)
