"""
Writing the log: one transaction for many drafts. Runs in the store's writer thread, or in a command's only thread.

The writer remembers what it last knew of the store (numbers of conversations, members, users). Before it uses that, it
reads what others have appended since: the log says everything that can make its memory wrong. So its answers are those
of the transaction it is in, without a query a message.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from msgspec.structs import replace
from sqlalchemy import Connection
from twisted.logger import Logger

from hichat.accounts import devices, users
from hichat.accounts.users import User
from hichat.contacts import contacts
from hichat.core.drafts import Draft, Duplicate, Outcome
from hichat.core.emojis import emoji_of, spelt
from hichat.core.errors import (
    Blocked,
    CounterUsed,
    MessageRecalled,
    Muted,
    NoSuchMessage,
    NoSuchTarget,
    NotAdministrator,
    NotAMember,
    NotAnEmoji,
    NotContacts,
    NotStored,
    NotYours,
    Refused,
    SignedOut,
    TooLate,
    TooManyReactions,
)
from hichat.core.events import Event, Scope
from hichat.core.kinds import COUNTED, MESSAGES, ON_MESSAGES, RECALLS, RIGHTS, TRAITS, By, Kind
from hichat.groups import queries
from hichat.groups.queries import Writers
from hichat.log import by_conversation, reading
from hichat.log.ages import Ages
from hichat.log.follower import Progress, Steps
from hichat.pipeline.ledger.receipts import Receipt, touch
from hichat.pipeline.ledger.strangers import Strangers
from hichat.runtime.clock import ticks
from hichat.runtime.limits import NO_LIMIT, Rate
from hichat.storage.engine import concerns_all
from hichat.storage.store import Store
from hichat.storage.tables import events
from hichat.storage.trouble import Trouble

REMEMBERED = 100_000
"""
Groups and users that a writer remembers of each; more are forgotten all at once. Of conversations, those that so many
others have followed are forgotten.
"""

TAIL = 10_000
"""Events by others that a writer reads to bring its memory up to date; behind more than that it forgets instead."""

FEW = 200
"""The same, for a writer that writes rarely: what it knows is hardly used again."""

TOGETHER = 500
"""Users, or devices, of a batch that are looked up at once: a batch may be larger than a statement."""

DOUBT = (0.0, 0.1, 0.2, 0.4, 0.8, 1.5, *[2.0] * 28)
"""
Seconds that a writer waits before each time that it asks a store that failed in a commit whether it was done: a minute.
A server that was restarted is back by then.
"""


REACTIONS_LIMIT = 100
"""
Reactions of a user to one message, those taken back as well, for as long as a writer remembers: all are read whenever
the message is shown, and everybody may react to what is announced to everybody.
"""


class Person(NamedTuple):
    """
    A user who may write.

    @ivar guarded: whether there is anybody who may not write to this user.
    @ivar blocked: who may not.
    @ivar contacts: who alone may; None: that does not matter.
    """

    administrator: bool
    guarded: bool
    blocked: frozenset[int]
    contacts: frozenset[int] | None

    def check(self, sender: int) -> None:
        """
        @raise Blocked: this user does not want to hear from the sender.
        @raise NotContacts: the sender is none of those who alone may write to this user.
        """
        if sender in self.blocked:
            raise Blocked
        if self.contacts is not None and sender not in self.contacts:
            raise NotContacts


Key = tuple[int, int, int]
"""What names a conversation; see L{log.conversation_key}."""


class Numbers:
    """
    By the key of a conversation: its id, its last seq and its last n.

    Two generations: what was not written to while L{REMEMBERED} others were is forgotten. It is indexed by then (see
    L{places}): so of what is not here, the index knows everything.
    """

    def __init__(self) -> None:
        self._young: dict[Key, tuple[int, int, int]] = {}
        self._old: dict[Key, tuple[int, int, int]] = {}

    def get(self, key: Key) -> tuple[int, int, int] | None:
        """@return: what is remembered."""
        return self._young.get(key) or self._old.get(key)

    def update(self, numbers: Mapping[Key, tuple[int, int, int]]) -> None:
        """These were written to."""
        self._young.update(numbers)
        if len(self._young) > REMEMBERED:
            self._old, self._young = self._young, {}


class Memory:
    """
    What a writer knows of the store at a position of the log.

    @ivar position: up to which it knows of everything; -1: of nothing.
    @ivar indexed: how far L{places} are.
    @ivar numbers: of conversations.
    @ivar groups: by id: who may write there. Only groups with members are here.
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
        self.users: dict[int, Person] = {}
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
        key = reading.conversation_key(event.scope, event.sender, event.target)
        self.numbers.update({key: (event.conversation, event.seq, event.n)})
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


class LogWriter:
    """
    @param store: whose log it is.
    @param now: the time, in milliseconds since the epoch.
    @param edit_limit: seconds after which people cannot edit or recall their messages any more.
    @param contacts_only: whether only contacts may write to each other.
    @param sleep: waits so many seconds, in the writer's thread.
    @param tail: see L{TAIL}.
    @param ticks: see L{hichat.runtime.clock.ticks}.
    @param strangers: how many conversations a user may begin with people who are no contacts.
    @ivar trouble: how often nothing could be stored, and why; C{following}: how often the index was not taken on.
    """

    _log = Logger()

    def __init__(
        self,
        store: Store,
        now: Callable[[], int],
        edit_limit: int = 24 * 3600,
        contacts_only: bool = False,
        sleep: Callable[[float], None] = time.sleep,
        tail: int = TAIL,
        ticks: Callable[[], int] = ticks,
        strangers: Rate = NO_LIMIT,
    ) -> None:
        self._store = store
        self._now = now
        self._edit_limit = edit_limit
        self._contacts_only = contacts_only
        self._sleep = sleep
        self._memory = Memory(tail, Strangers(strangers, lambda: ticks() / 1000))
        self.trouble = Trouble("messages and other events cannot be stored")
        self.following = Steps("the index of conversations", self._take_index_on)
        self._repaired = False
        self._ages = Ages(edit_limit * 1000, ticks)

    def write(self, drafts: Sequence[Draft], receipt: Receipt | None = None) -> list[Outcome]:
        """
        Write drafts in order, in one transaction. When that fails for a reason of one draft's own, the batch is
        written by halves, so that this one fails alone.

        @param drafts: none: see L{probe}.
        @param receipt: is written with them.
        @return: for each draft its event, durable when this returns, or why there is none. Never raises.
        """
        if not drafts:
            return self.probe()
        outcomes: list[Outcome] | None = None
        try:
            with self._store.transaction() as connection:
                transaction = _Transaction(
                    connection, self._memory, self._ages, self._now(), self._edit_limit, self._contacts_only
                )
                written = transaction.write(drafts)
                transaction.index()
                if receipt is not None:
                    receipt.note(connection, written)
                # The commit comes next. Nothing that failed before it is in doubt.
                outcomes = written
        except Exception as e:
            self._memory.forget()
            if outcomes is None or not self._is_stored(outcomes):
                if not concerns_all(e) and len(drafts) > 1:
                    half = len(drafts) // 2
                    return self.write(drafts[:half], receipt) + self.write(drafts[half:], receipt)
                self.trouble.met(e, len(drafts))
                outcomes = [NotStored() for _ in drafts]
        else:
            transaction.remember()
            self.trouble.passed()
            if self._memory.size > REMEMBERED:
                self._memory.forget()
        if receipt is not None:
            receipt.settle(outcomes)
        return outcomes

    def probe(self) -> list[Outcome]:
        """
        Do what a batch does, to the disk and back, without a trace in the log.

        @return: nothing; or why a batch would not be stored.
        """
        try:
            with self._store.transaction() as connection:
                reading.append_nothing(connection)
                touch(connection)
        except Exception as e:
            self.trouble.met(e)
            return [NotStored()]
        self.trouble.passed()
        return []

    def follow(self) -> None:
        """
        Take the index on, if it is time to. Between two batches, so that neither waits for it: where that is not done,
        or fails, a batch does it soon, and fails with it.
        """
        memory = self._memory
        if memory.position - memory.indexed < 2 * by_conversation.STEP:
            return
        progress = self.following.take()
        if progress is not None:
            self._repaired = True
            memory.indexed = progress.position

    def _take_index_on(self) -> Progress:
        with self._store.transaction() as connection:
            if not self._repaired:
                by_conversation.repair(connection)
            head, low = by_conversation.heads(connection)
            return Progress(by_conversation.follow(connection, low, head), head)

    def _is_stored(self, outcomes: Sequence[Outcome]) -> bool:
        """
        The store failed in the commit, after it was asked for it and before it said that it was done: read whether it
        was. Who is told "not stored" says it again; so that must not be said of what is stored.
        """
        events = [outcome for outcome in outcomes if isinstance(outcome, Event)]
        if not events:
            return True
        for pause in DOUBT:
            self._sleep(pause)
            try:
                # With the write lock: while the commit may still be under way, that transaction holds it.
                with self._store.transaction() as connection:
                    found = reading.after(connection, events[0].position - 1, len(events))
                    return len(found) == len(events) and all(map(_is_same, found, events))
            except Exception as e:
                if not concerns_all(e):
                    break
        self._log.error(
            "{count} events may be stored or not; their senders are told that they are not", count=len(events)
        )
        return False


def _is_same(found: Event, event: Event) -> bool:
    """@return: whether an event of the log is this one; it may have been recalled since."""
    return found == (event if found.body else replace(event, body=b""))


class _Transaction:
    """One transaction's view: the memory, brought up to date, and over it what this batch itself changes."""

    def __init__(
        self,
        connection: Connection,
        memory: Memory,
        ages: Ages,
        now: int,
        edit_limit: int,
        contacts_only: bool,
    ) -> None:
        memory.catch_up(connection)
        ages.note(memory.position)
        self._ages = ages
        self._connection = connection
        self._memory = memory
        self._now = now
        self._position = memory.position
        self._numbers: dict[Key, tuple[int, int, int]] = {}
        self._drafts: Sequence[Draft] = ()
        self._foreseen: dict[Key, tuple[int, int, int] | None] = {}
        self._groups: dict[int, Writers] = {}
        self._edit_limit = edit_limit
        self._contacts_only = contacts_only
        # Users of whom this batch has changed something that the memory holds: to be read afresh.
        self._changed: set[int] = set()
        # What of the whole batch is not known, and was not looked up yet.
        self._new_devices: Iterator[tuple[int, int]] = iter(())
        self._new_users: Iterator[int] = iter(())
        self._counters: dict[tuple[int, int], Event] = {}
        # Conversations that this batch begins, and its events, as far as they are not in the store yet: together they
        # take few statements.
        self._made: list[tuple[int, int, int, int]] = []
        self._last_conversation = 0
        self._unwritten: list[Event] = []
        # What changes more of the memory than numbers and counters.
        self._telling: list[Event] = []
        # By user, to which strangers this batch writes first.
        self._begun: dict[int, list[int]] = {}
        self._limits_strangers = memory.strangers.rate.attempts > 0

    def write(self, drafts: Sequence[Draft]) -> list[Outcome]:
        self._drafts = drafts
        met = self._memory.devices
        self._new_devices = ((each.device, each.sender) for each in drafts if each.device and each.device not in met)
        known = self._memory.users
        self._new_users = (user for each in drafts for user in _people(each) if user not in known)
        outcomes: list[Outcome] = []
        for draft in drafts:
            try:
                first = self._find_first(draft) if draft.device else None
                outcomes.append(first or self._number(draft))
            except Refused as e:
                outcomes.append(e)
        self._append()
        return outcomes

    def index(self) -> None:
        """Take the index on, if it is high time to; see L{LogWriter.follow}."""
        self._indexed = by_conversation.follow(self._connection, self._memory.indexed, self._position, steps=3)

    def remember(self) -> None:
        """It was committed: the memory learns of it."""
        for event in self._telling:
            self._memory.apply(event)
        known = self._memory.devices
        for device, counter in self._counters:
            # Who was signed out in this batch is not known any more.
            if counter > known.get(device, counter):
                known[device] = counter
        for user, others in self._begun.items():
            for other in others:
                self._memory.strangers.add(user, other)
        self._memory.numbers.update(self._numbers)
        self._memory.position = self._position
        self._ages.note(self._position)
        self._memory.indexed = self._indexed

    def _append(self) -> None:
        reading.converse(self._connection, self._made)
        reading.append(self._connection, self._unwritten)
        self._made, self._unwritten = [], []

    def _find_first(self, draft: Draft) -> Duplicate | None:
        """
        Was this written before, under this client id?

        @raise CounterUsed: something else was.
        @raise SignedOut: the device was revoked.
        """
        last = self._last_counter(draft)
        if not draft.counter:
            return None
        first = self._counters.get((draft.device, draft.counter))
        if first is None and draft.counter <= last:
            first = reading.find_counted(self._connection, draft.device, draft.counter)
        if first is None:
            return None
        if not _says(first, draft):
            raise CounterUsed
        return Duplicate(first)

    def _last_counter(self, draft: Draft) -> int:
        if draft.device not in self._memory.devices:
            self._meet_devices(draft)
        return self._memory.devices[draft.device]

    def _meet_devices(self, draft: Draft) -> None:
        """
        Who writes for the first time is not alone: so the devices of the whole batch are looked up. Who may not is
        asked for again and again, but alone.

        @raise SignedOut: this draft's may not write.
        """
        known = self._memory.devices
        whose = dict(islice(self._new_devices, TOGETHER)) | {draft.device: draft.sender}
        owners = devices.owners(self._connection, whose)
        may_write = [device for device, sender in whose.items() if owners.get(device) == sender]
        known.update(reading.last_counters(self._connection, may_write))
        if draft.device not in known:
            raise SignedOut

    def _number(self, draft: Draft) -> Event:
        kind = int(draft.kind)
        if kind in MESSAGES:
            self._check(draft)
            if self._limits_strangers and draft.scope == Scope.USER:
                self._check_stranger(draft)
            if draft.change is not None:
                self._change(draft)
        elif kind in ON_MESSAGES:
            self._check_revision(draft)
        elif draft.change is not None:
            self._change(draft)
            kind = int(draft.kind)
        sender, target, device = draft.sender, draft.target, draft.device
        scope = int(draft.scope)
        key = reading.conversation_key(scope, sender, target)
        known = self._numbers.get(key) or self._memory.numbers.get(key) or self._read_last(key)
        conversation, seq, n = known or (self._converse(key), 0, 0)
        seq += 1
        n += kind in COUNTED
        self._position = position = self._position + 1
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
            self._now,
            draft.body,
            device,
            draft.counter,
        )
        self._unwritten.append(event)
        if draft.counter:
            self._counters[device, draft.counter] = event
        if kind in RIGHTS:
            self._note(event)
            self._telling.append(event)
        elif kind in RECALLS:
            # Edits of this batch are to be blanked as well.
            self._append()
            reading.blank(self._connection, draft.subject)
        return event

    def _change(self, draft: Draft) -> None:
        """Do what else changes with a draft; if that is refused nothing of it stays."""
        assert draft.change is not None
        with self._connection.begin_nested():
            draft.change(self._connection, draft, self._position + 1)

    def _check(self, draft: Draft) -> None:
        """May this user write this message?"""
        known = self._memory.users
        if draft.scope == Scope.USER and not draft.subject and not self._changed and draft.sender in known:
            target = known.get(draft.target)
            if target is not None and not target.guarded:
                # Nearly always; all else is for when somebody is not known, or does not want to hear from everybody.
                return
        sender = self._user(draft.sender)
        if sender is None:
            raise SignedOut
        self._check_target(draft, sender)
        if draft.subject:
            self._append()
            replied = reading.find(self._connection, draft.subject)
            if replied is None or replied.kind not in MESSAGES or _conversation(replied) != _conversation(draft):
                raise NoSuchMessage

    def _check_stranger(self, draft: Draft) -> None:
        """
        Is this the first message between two who do not know each other?

        @raise TooManyStrangers: the sender has begun enough of them.
        """
        key = _conversation(draft)
        known = self._numbers.get(key) or self._memory.numbers.get(key) or self._read_last(key)
        sender, target = draft.sender, draft.target
        if (known and known[2]) or sender == target:
            return
        person = self._user(sender)
        if person is not None and person.administrator:
            return
        begun = self._begun.setdefault(sender, [])
        if self._memory.strangers.check(self._connection, sender, target, begun, self._now):
            begun.append(target)

    def _check_target(self, draft: Draft, sender: Person) -> None:
        if draft.scope == Scope.USER:
            target = self._user(draft.target)
            if target is None:
                raise NoSuchTarget
            if draft.sender != draft.target:
                target.check(draft.sender)
        elif draft.scope == Scope.GROUP:
            group = self._group(draft.target)
            if not group.members:
                raise NoSuchTarget
            if draft.sender not in group.members:
                raise NotAMember
            self._check_not_muted(group, draft.sender)
        elif not sender.administrator:
            raise NotAdministrator

    def _check_not_muted(self, group: Writers, user: int) -> None:
        if (group.muted or group.muted_until) and group.is_muted(user, self._now):
            raise Muted

    def _check_revision(self, draft: Draft) -> None:
        """May this user do this to this message? If so, it happens where the message is."""
        if self._user(draft.sender) is None:
            raise SignedOut
        self._append()
        message = reading.find(self._connection, draft.subject)
        if message is None or draft.kind not in _taken_by(message) or not self._sees(draft.sender, message):
            raise NoSuchMessage
        if not message.body:
            raise MessageRecalled
        draft.scope = Scope(message.scope)
        draft.target = message.target
        if message.scope == Scope.USER and message.target == draft.sender:
            draft.target = message.sender
        if draft.kind not in RECALLS:
            # To take something back is always possible.
            self._check_may_write(draft)
        if draft.kind == Kind.REACTED:
            self._check_reaction(draft)
            self._count_reaction(draft)
        by = TRAITS[draft.kind].by
        if by is By.WRITERS:
            return
        if message.sender == draft.sender:
            if self._ages.of(message.position, self._now - message.time) > self._edit_limit * 1000:
                raise TooLate
        elif by is By.AUTHOR or not self._rules(draft.sender, message):
            raise NotYours

    def _check_reaction(self, draft: Draft) -> None:
        """@raise NotAnEmoji: it is none, and none from when anything could be a reaction, which can be taken back."""
        if draft.body.startswith(b"+") or emoji_of(draft.body[1:].decode()):
            return
        mine = events.c.kind == Kind.REACTED, events.c.sender == draft.sender
        if b"+" + draft.body[1:] not in [
            event.body for event in reading.done_to(self._connection, [draft.subject], *mine)
        ]:
            raise NotAnEmoji

    def _count_reaction(self, draft: Draft) -> None:
        """@raise TooManyReactions: of this user to this message."""
        reactions, key = self._memory.reactions, (draft.subject, draft.sender)
        count = reactions.get(key, 0) + 1
        if count > REACTIONS_LIMIT:
            raise TooManyReactions
        reactions[key] = count

    def _check_may_write(self, draft: Draft) -> None:
        """May this user still do something where a message is?"""
        if draft.scope == Scope.GROUP:
            self._check_not_muted(self._group(draft.target), draft.sender)
        elif draft.scope == Scope.USER and draft.target != draft.sender:
            other = self._user(draft.target)
            if other is not None:
                other.check(draft.sender)

    def _sees(self, user: int, message: Event) -> bool:
        if message.scope == Scope.GROUP:
            return user in self._group(message.target).members
        return message.scope == Scope.EVERYONE or user in (message.sender, message.target)

    def _rules(self, user: int, message: Event) -> bool:
        """@return: whether the user may recall other people's messages there."""
        return message.scope == Scope.GROUP and user in self._group(message.target).admins

    def _user(self, user: int) -> Person | None:
        """@return: None if there is no such user."""
        if user in self._changed or user not in self._memory.users:
            self._meet_users(user)
        return self._memory.users.get(user)

    def _meet_users(self, user: int) -> None:
        """As with devices: when one is looked up, so are all of the batch that are not known."""
        known = self._memory.users
        wanted = {user, *islice(self._new_users, TOGETHER)}
        blocked = contacts.blocked_by_many(self._connection, wanted)
        for each, found in users.find_many(self._connection, wanted).items():
            self._changed.discard(each)
            if found is None or found.disabled:
                known.pop(each, None)
            else:
                known[each] = person = self._person(found, frozenset(blocked.get(each, ())))
                self._memory.known_relations += len(person.blocked) + len(person.contacts or ())

    def _person(self, found: User, blocked: frozenset[int]) -> Person:
        friends = contacts.friends_of(self._connection, found.id) if self._contacts_only else None
        return Person(found.administrator, bool(blocked) or friends is not None, blocked, friends)

    def _group(self, group: int) -> Writers:
        found = self._groups.get(group) or self._memory.groups.get(group)
        if found is None:
            found = queries.writers(self._connection, group)
            if found.members:
                self._memory.groups[group] = found
                self._memory.known_members += len(found.members) + 1
        return found

    def _read_last(self, key: Key) -> tuple[int, int, int] | None:
        """@return: None: there is no such conversation."""
        if key not in self._foreseen:
            # Who writes after a while is not alone: so the conversations of the whole batch are looked up. After that
            # only the change that came with a draft, or the message that it is about, says where it happens.
            drafts = () if self._foreseen else self._drafts
            self._foreseen |= self._look_up({key, *map(_conversation, drafts)})
        return self._foreseen[key]

    def _converse(self, key: Key) -> int:
        """Make a conversation; @return: its id."""
        if not self._made:
            self._last_conversation = reading.last_conversation(self._connection)
        self._last_conversation += 1
        self._made.append((self._last_conversation, *key))
        return self._last_conversation

    def _look_up(self, keys: set[Key]) -> dict[Key, tuple[int, int, int] | None]:
        """Of the tail, everything is in the memory: so the index is enough. None: there is no such conversation."""
        wanted = [key for key in keys if self._memory.numbers.get(key) is None]
        found = by_conversation.standings(self._connection, wanted)
        return {key: found.get(key) for key in wanted}

    def _note(self, event: Event) -> None:
        """Later drafts of this batch see what this one changed."""
        if event.scope == Scope.GROUP:
            if event.target in self._memory.groups:
                # The memory learns of it after the commit. What is not in it is read from the rows.
                known = self._groups.get(event.target) or self._memory.groups[event.target].copy()
                self._groups[event.target] = known
                known.apply(event)
        elif event.kind == Kind.SIGNED_OUT:
            self._changed.add(event.target)
            self._memory.devices.pop(event.subject, None)
        elif event.scope == Scope.USER:
            self._changed.update((event.sender, event.target))


def _conversation(of: Event | Draft) -> tuple[int, int, int]:
    return reading.conversation_key(of.scope, of.sender, of.target)


def _people(draft: Draft) -> tuple[int, ...]:
    """@return: whose rights matter."""
    return (draft.sender, draft.target) if draft.scope == Scope.USER else (draft.sender,)


def _taken_by(event: Event) -> frozenset[Kind]:
    """@return: what may be done to it."""
    traits = TRAITS.get(event.kind)
    return frozenset() if traits is None else traits.takes


def _says(event: Event, draft: Draft) -> bool:
    """@return: whether the draft is the event once more. What was recalled since has no body to compare."""
    if (event.kind, event.subject) != (draft.kind, draft.subject):
        return False
    if draft.kind in MESSAGES and (event.scope, event.target) != (draft.scope, draft.target):
        return False
    # Reactions from before each had one spelling are said again in that.
    return event.body in (draft.body, b"") or (draft.kind == Kind.REACTED and spelt(event.body) == draft.body)
