"""
One transaction's view of the log: the memory, brought up to date, and over it the batch's own changes.

Here drafts get their numbers. L{hichat.pipeline.ledger.rights} decides whether they may be appended.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from sqlalchemy import Connection

from hichat.accounts import bot_owners, devices, users
from hichat.accounts.roles import ServerRole
from hichat.accounts.users import User
from hichat.contacts import contacts
from hichat.core.drafts import Draft
from hichat.core.errors import SignedOut
from hichat.core.events import Event, Scope
from hichat.core.kinds import COUNTED, MEMBERSHIP, RIGHTS, Kind
from hichat.core.repeats import parts_of
from hichat.groups import queries
from hichat.groups.queries import Writers
from hichat.log import by_conversation, reading
from hichat.log.reading import ConversationKey
from hichat.pipeline.ledger.memory import ConversationNumbers, Memory, WritingUser, conversation_of
from hichat.pipeline.ledger.repeats import OwnedKey, SaidUnder, look_up_keys
from hichat.pipeline.ledger.rights import Consequence
from hichat.storage.rows import Rows
from hichat.storage.tables import idempotency_keys

LOOKED_UP_AT_ONCE = 500
"""The most users, or devices, of a batch that are looked up in one statement."""


class Transaction:
    """
    The log as one transaction sees it.

    @param heads: see L{by_conversation.heads}.
    @param drafts: the drafts of the batch: the users and devices that the memory does not have are looked up together.
    @param now: milliseconds since the epoch.
    @param contacts_only: whether only contacts may write to each other.
    @ivar position: the position of the last event.
    @ivar changed: the users whose rows this batch has changed. The memory's entries of them are out of date.
    @ivar begun: by user, the strangers with whom this batch begins a conversation.
    """

    def __init__(
        self,
        connection: Connection,
        heads: tuple[int, int],
        memory: Memory,
        drafts: Sequence[Draft],
        now: int,
        contacts_only: bool,
    ) -> None:
        memory.catch_up(connection, heads)
        self.connection = connection
        self.memory = memory
        self.now = now
        self.position = memory.position
        self.changed: set[int] = set()
        self.begun: dict[int, list[int]] = {}
        self._contacts_only = contacts_only
        self._drafts = drafts
        # The devices and users of the whole batch that the memory does not have, and that were not looked up yet.
        met, known = memory.devices, memory.users
        self._new_devices = ((each.device, each.sender) for each in drafts if each.device and each.device not in met)
        self._new_users: Iterator[int] = (user for each in drafts for user in _people(each) if user not in known)
        self._foreseen: dict[ConversationKey, ConversationNumbers | None] = {}
        self._numbers: dict[ConversationKey, ConversationNumbers] = {}
        self._groups: dict[int, Writers] = {}
        self._counters: dict[tuple[int, int], Event] = {}
        # What was sent under the keys of the drafts; None: none of them was looked up yet.
        self._said: dict[OwnedKey, SaidUnder] | None = None
        # Keys that are not in the store yet.
        self._new_keys: list[tuple[int, bytes, int, bytes]] = []
        # New conversations and events that are not in the store yet. Written together they take few statements.
        self._made: list[tuple[int, int, int, int]] = []
        self._last_conversation = 0
        self._unwritten: list[Event] = []
        # Events that change more of the memory than numbers and counters.
        self._telling: list[Event] = []
        self._indexed = memory.indexed

    # Writing

    def append(self, draft: Draft, consequence: Consequence | None) -> Event:
        """
        Append a draft that L{Rights<hichat.pipeline.ledger.rights.Rights>} allows, and give it its numbers.

        @param consequence: see L{hichat.pipeline.ledger.rights.Rights.ask}.
        @return: the event.
        @raise Refused: by the draft's change; then the change is rolled back.
        """
        if consequence is not None:
            draft.scope, draft.target = consequence.scope, consequence.target
        if draft.change is not None:
            # A change reads the store, where it must find what came before it in this batch. This is not a part of the
            # savepoint: what was written stays if the change is refused.
            self.flush()
            with self.connection.begin_nested():
                draft.change(self.connection, draft, self.position + 1)
        kind, scope, sender, target, device = (
            int(draft.kind),
            int(draft.scope),
            draft.sender,
            draft.target,
            draft.device,
        )
        key = reading.conversation_key(scope, sender, target)
        # As last does; with a call less, for each event.
        known = self._numbers.get(key) or self.memory.numbers.get(key) or self._read_last(key)
        conversation, seq, n = known or (self._converse(key), 0, 0)
        seq += 1
        n += kind in COUNTED
        self.position = position = self.position + 1
        self._numbers[key] = conversation, seq, n
        # In the order of its fields: by name it takes twice as long.
        event = Event(
            position,
            conversation,
            seq,
            n,
            kind,
            scope,
            sender,
            target,
            draft.subject,
            self.now,
            draft.body,
            device,
            draft.counter,
        )
        self._unwritten.append(event)
        if draft.counter:
            self._counters[device, draft.counter] = event
        if draft.key:
            self._enter_key(draft)
        if kind in RIGHTS:
            self._note(event)
            self._telling.append(event)
        if consequence is not None:
            self._follow(event, consequence)
        return event

    def _follow(self, event: Event, consequence: Consequence) -> None:
        if consequence.first:
            self.begun.setdefault(event.sender, []).append(event.target)
        if consequence.reaction:
            key = event.subject, event.sender
            self.memory.reactions[key] = self.memory.reactions.get(key, 0) + 1
        if consequence.blanks:
            # Edits in this batch must be in the store, so that they are blanked as well.
            self.flush()
            reading.blank(self.connection, event.subject)

    def flush(self, *others: Rows) -> None:
        """
        Write the events that this batch has appended so far: then queries find them.

        @param others: rows of other tables, written with them.
        """
        reading.converse(self.connection, self._made)
        reading.append(self.connection, self._unwritten, Rows(idempotency_keys, self._new_keys), *others)
        self._made, self._unwritten, self._new_keys = [], [], []

    def index(self) -> None:
        """Advance the index, if it lags too far behind; see L{hichat.pipeline.ledger.writer.LogWriter.follow}."""
        self._indexed = by_conversation.follow(self.connection, self.memory.indexed, self.position, steps=3)

    def remember(self) -> None:
        """The transaction was committed: bring the memory up to date."""
        for event in self._telling:
            self.memory.apply(event)
        known = self.memory.devices
        for device, counter in self._counters:
            # Devices that were signed out in this batch are not in the memory any more.
            if counter > known.get(device, counter):
                known[device] = counter
        for user, others in self.begun.items():
            for other in others:
                self.memory.strangers.add(user, other)
        self.memory.numbers.update(self._numbers)
        self.memory.position = self.position
        self.memory.indexed = self._indexed

    def _enter_key(self, draft: Draft) -> None:
        """The draft has become the last event: what comes under its key from now on repeats it."""
        digest, said = parts_of(draft.key)
        self._new_keys.append((draft.sender, digest, self.position, said))
        if self._said is not None:
            self._said[draft.sender, digest] = SaidUnder(self.position, said)

    def _converse(self, key: ConversationKey) -> int:
        """Make a conversation. @return: its id."""
        if not self._made:
            self._last_conversation = reading.last_conversation(self.connection)
        self._last_conversation += 1
        self._made.append((self._last_conversation, *key))
        return self._last_conversation

    def _note(self, event: Event) -> None:
        """Note an event's changes for the later drafts of this batch."""
        if event.scope == Scope.GROUP:
            if event.target in self.memory.groups:
                # The memory learns of it after the commit. A group that is not in the memory is read from the rows.
                known = self._groups.get(event.target) or self.memory.groups[event.target].copy()
                self._groups[event.target] = known
                known.apply(event)
            if event.kind in MEMBERSHIP and self.memory.is_guest(event.subject):
                self.changed.add(event.subject)
        elif event.kind == Kind.SIGNED_OUT:
            self.changed.add(event.target)
            self.memory.devices.pop(event.subject, None)
        elif event.scope == Scope.USER:
            self.changed.update((event.sender, event.target))

    # Reading, first from the batch, then from the memory, then from the store

    def counted(self, draft: Draft) -> Event | None:
        """
        @param draft: a draft with a device.
        @return: the event with the same device and counter; None: there is none.
        @raise SignedOut: the device was revoked.
        """
        if draft.device not in self.memory.devices:
            self._meet_devices(draft)
        last = self.memory.devices[draft.device]
        if not draft.counter:
            return None
        first = self._counters.get((draft.device, draft.counter))
        if first is None and draft.counter <= last:
            first = reading.find_counted(self.connection, draft.device, draft.counter)
        return first

    def said_under(self, draft: Draft) -> SaidUnder | None:
        """
        @param draft: a draft with a key.
        @return: what was sent under its key; None: nothing.
        """
        if self._said is None:
            self._said = dict(look_up_keys(self.connection, [_owned(each) for each in self._drafts if each.key]))
        return self._said.get(_owned(draft))

    def last(self, key: ConversationKey) -> ConversationNumbers | None:
        """@return: the numbers of a conversation; None: there is none."""
        return self._numbers.get(key) or self.memory.numbers.get(key) or self._read_last(key)

    def find(self, position: int) -> Event | None:
        """@return: the event at a position; None: there is none."""
        self.flush()
        return reading.find(self.connection, position)

    def user(self, user: int) -> WritingUser | None:
        """@return: a user who may write; None: there is no such user, or the user was disabled."""
        if user in self.changed or user not in self.memory.users:
            self._meet_users(user)
        return self.memory.users.get(user)

    def group(self, group: int) -> Writers:
        """@return: the members of a group, with the rights of writing; a group that does not exist has no members."""
        found = self._groups.get(group) or self.memory.groups.get(group)
        if found is None:
            found = queries.writers(self.connection, group)
            if found.members:
                self.memory.groups[group] = found
                self.memory.known_members += len(found.members) + 1
        return found

    def _meet_devices(self, draft: Draft) -> None:
        """
        Look up the draft's device, together with the unknown devices of the whole batch: new devices rarely come alone.
        A device that may not write is not remembered, so it is looked up each time.

        @raise SignedOut: the draft's device may not write.
        """
        known = self.memory.devices
        whose = dict(islice(self._new_devices, LOOKED_UP_AT_ONCE)) | {draft.device: draft.sender}
        owners = devices.owners(self.connection, whose)
        may_write = [device for device, sender in whose.items() if owners.get(device) == sender]
        known.update(reading.last_counters(self.connection, may_write))
        if draft.device not in known:
            raise SignedOut

    def _meet_users(self, user: int) -> None:
        """Look up a user, together with the unknown users of the whole batch."""
        known = self.memory.users
        wanted = {user, *islice(self._new_users, LOOKED_UP_AT_ONCE)}
        blocked = contacts.blocked_by_many(self.connection, wanted)
        people = users.find_many(self.connection, wanted)
        programs = [each for each, found in people.items() if found is not None and found.bot]
        owners = bot_owners.runs(self.connection, programs) if programs else {}
        for each, found in people.items():
            self.changed.discard(each)
            if found is None or found.disabled:
                known.pop(each, None)
            else:
                known[each] = person = self._person(found, frozenset(blocked.get(each, ())), owners.get(each, 0))
                relations = (person.blocked, person.contacts or (), person.groups or ())
                self.memory.known_relations += sum(map(len, relations))

    def _person(self, found: User, blocked: frozenset[int], owner: int) -> WritingUser:
        friends = contacts.friends_of(self.connection, found.id) if self._contacts_only else None
        groups = None
        if found.role is ServerRole.GUEST:
            groups = frozenset(group.id for group in queries.joined(self.connection, found.id))
        guarded = bool(blocked) or friends is not None or groups is not None
        return WritingUser(found.administrator, guarded, blocked, friends, groups, owner)

    def _read_last(self, key: ConversationKey) -> ConversationNumbers | None:
        if key not in self._foreseen:
            # The first time, look up the conversations of the whole batch. After that only such are missing as a
            # draft's change, or the message that it changes, has named.
            drafts = () if self._foreseen else self._drafts
            self._foreseen |= self._look_up({key, *map(conversation_of, drafts)})
        return self._foreseen[key]

    def _look_up(self, keys: set[ConversationKey]) -> dict[ConversationKey, ConversationNumbers | None]:
        """
        Look conversations up in the index. That is enough: the memory has those with events behind the index.

        @return: the numbers; None: there is no such conversation.
        """
        wanted = [key for key in keys if self.memory.numbers.get(key) is None]
        found = by_conversation.standings(self.connection, wanted)
        return {key: found.get(key) for key in wanted}


def _owned(draft: Draft) -> OwnedKey:
    """@return: whose key the draft has, and which."""
    return draft.sender, parts_of(draft.key).digest


def _people(draft: Draft) -> tuple[int, ...]:
    """@return: the users whose rights decide about a draft."""
    return (draft.sender, draft.target) if draft.scope == Scope.USER else (draft.sender,)
