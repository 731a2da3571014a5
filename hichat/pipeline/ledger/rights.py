"""
Rights: may this draft be appended, and with what consequence? The writer asks once a draft, in the transaction that
would write it; so the answer is that of the log up to there, with what the same batch has done already.

    message     to a user: there is one, who has not blocked the sender, nor whose bot the sender is, and if only
                contacts may write, is one;
                if one of them is a guest, they are in a group together;
                and the sender has not written to too many strangers of late
                to a group: the sender is a member, and not muted; the group is not archived
                to everyone: the sender is an administrator
                as a reply: there is the message, in the same conversation
                to all members of a group, by a mention: the sender is its owner or an admin
    edited      the sender's own, not too old and no copy of another one, where the sender may write
    recalled    the sender's own, not too old; or anybody's, by the group's owner and admins; or one that was reported,
                with the change that closes the report: see L{hichat.reports.reports}
    reacted     any that the sender sees, where the sender may write; not too often

Every other draft comes with a change to the rows of a room. The change asks the rights of its room first, once, in the
same transaction; see L{hichat.core.rights}.

    in a group          L{hichat.groups.rights}: joining, inviting, roles, removing, banning, muting, links
    between two users   L{hichat.contacts.rights}: asking, accepting, blocking
    a copy              L{hichat.pipeline.gateway.forwarding}: the sender may read the message that is forwarded
    a pin               L{hichat.conversations.pins}; between two users the sender may write as well
    the user's own      the change itself: L{hichat.conversations.settings}, L{hichat.conversations.saved},
                        L{hichat.accounts.sign_outs}

What a user may read is decided when it is read: L{hichat.conversations.history}, L{hichat.media.records}.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from sqlalchemy import Connection

from hichat.core.drafts import Draft
from hichat.core.emojis import emoji_of
from hichat.core.errors import (
    ForwardedMessage,
    GroupArchived,
    MayNotMentionAll,
    MessageRecalled,
    Muted,
    NoSharedGroup,
    NoSuchMessage,
    NoSuchTarget,
    NotAdministrator,
    NotAMember,
    NotAnEmoji,
    NotYours,
    SignedOut,
    TooLate,
    TooManyReactions,
)
from hichat.core.events import Event, Scope, is_imported, time_of
from hichat.core.kinds import EDITS, MESSAGES, ON_MESSAGES, RECALLS, TRAITS, WRITTEN, By, Kind
from hichat.groups.queries import Writers
from hichat.log import reading
from hichat.log.ages import Ages
from hichat.log.reading import ConversationKey
from hichat.pipeline.ledger.memory import ConversationNumbers, Memory, WritingUser, conversation_of
from hichat.storage.tables import events
from hichat.wire.stored import forwarded_id

REACTIONS_LIMIT = 100
"""
The largest number of a user's reactions to one message, with those taken back, as far as the writer remembers. All are
read whenever the message is shown, and everybody may react to an announcement.
"""


class Consequence(NamedTuple):
    """
    The consequences of appending a draft, beside the event.

    @ivar scope: the scope of the conversation where it happens; C{target} is its target.
    @ivar first: whether the sender begins a conversation with a stranger.
    @ivar reaction: whether the sender has one more reaction to the subject.
    @ivar blanks: whether the text of the subject is removed from the log.
    """

    scope: Scope
    target: int
    first: bool = False
    reaction: bool = False
    blanks: bool = False


class Known(Protocol):
    """A transaction, as rights see it; see L{hichat.pipeline.ledger.transaction.Transaction}."""

    connection: Connection
    memory: Memory
    now: int
    changed: set[int]
    begun: dict[int, list[int]]

    def last(self, key: ConversationKey) -> ConversationNumbers | None: ...

    def find(self, position: int) -> Event | None: ...

    def user(self, user: int) -> WritingUser | None: ...

    def group(self, group: int) -> Writers: ...


class Rights:
    """
    @param known: the transaction.
    @param ages: the ages of messages.
    @param edit_limit: seconds after which people cannot edit or recall their messages any more.
    """

    def __init__(self, known: Known, ages: Ages, edit_limit: int) -> None:
        self._known = known
        self._users = known.memory.users
        self._strangers = known.memory.strangers
        self._limits_strangers = self._strangers.rate.attempts > 0
        self._ages = ages
        self._edit_limit = edit_limit * 1000

    def ask(self, draft: Draft) -> Consequence | None:
        """
        May this draft be appended?

        @return: its consequences; None: there are none, as for nearly all drafts.
        @raise Refused: it may not; the error is the reason.
        """
        kind = draft.kind
        if kind in MESSAGES:
            if not self._is_usual(draft):
                self._check_message(draft)
            return self._first_words(draft) if self._limits_strangers and draft.scope == Scope.USER else None
        if kind in ON_MESSAGES:
            return self._done_to_message(draft)
        if kind in WRITTEN and draft.scope == Scope.USER:
            self._check_still_writes(draft.sender, draft.scope, draft.target)
        return None

    # A message

    def _is_usual(self, draft: Draft) -> bool:
        """@return: whether this is from one known user, no guest, to another, who wants to hear from everybody."""
        if draft.scope != Scope.USER or draft.subject or self._known.changed:
            return False
        sender, target = self._users.get(draft.sender), self._users.get(draft.target)
        return sender is not None and sender.groups is None and target is not None and not target.guarded

    def _check_message(self, draft: Draft) -> None:
        sender = self._known.user(draft.sender)
        if sender is None:
            raise SignedOut
        if draft.scope == Scope.USER:
            target = self._known.user(draft.target)
            if target is None:
                raise NoSuchTarget
            if draft.sender != draft.target:
                self._check_guests(draft.sender, draft.target)
                target.check(draft.sender, sender.owner)
        elif draft.scope == Scope.GROUP:
            self._check_group(draft)
        elif not sender.administrator:
            raise NotAdministrator
        if draft.subject:
            replied = self._known.find(draft.subject)
            if replied is None or replied.kind not in MESSAGES or conversation_of(replied) != conversation_of(draft):
                raise NoSuchMessage

    def _check_guests(self, sender: int, target: int) -> None:
        """
        A guest and another write to each other only while they are in a group together.

        @raise NoSharedGroup: they are not.
        @raise NoSuchTarget: they never were: for guests there are no others.
        """
        for user, other in ((sender, target), (target, sender)):
            person = self._known.user(user)
            if person is None or person.groups is None:
                continue
            if any(other in self._known.group(group).members for group in person.groups):
                return
            if user == sender and self._known.last(reading.conversation_key(Scope.USER, sender, target)) is None:
                raise NoSuchTarget
            raise NoSharedGroup

    def _check_group(self, draft: Draft) -> None:
        group = self._known.group(draft.target)
        if not group.members:
            raise NoSuchTarget
        if draft.sender not in group.members:
            raise NotAMember
        self._check_open(group, draft.sender)
        if draft.to_all and draft.sender not in group.admins:
            raise MayNotMentionAll

    def _check_open(self, group: Writers, user: int) -> None:
        if group.archived:
            raise GroupArchived
        if (group.muted or group.muted_until) and group.is_muted(user, self._known.now):
            raise Muted

    def _first_words(self, draft: Draft) -> Consequence | None:
        """
        Is this the first message between two who do not know each other?

        @raise TooManyStrangers: the sender has begun enough of them.
        """
        last = self._known.last(conversation_of(draft))
        sender, target = draft.sender, draft.target
        if (last and last[2]) or sender == target:
            return None
        person = self._known.user(sender)
        if person is not None and person.administrator:
            return None
        begun = self._known.begun.get(sender, ())
        if self._strangers.check(self._known.connection, sender, target, begun, self._known.now):
            return Consequence(draft.scope, target, first=True)
        return None

    # What is done to a message

    def _done_to_message(self, draft: Draft) -> Consequence:
        """What is done to a message happens where the message is."""
        is_recall, is_reaction = draft.kind in RECALLS, draft.kind == Kind.REACTED
        is_judged = is_recall and draft.change is not None
        if not is_judged and self._known.user(draft.sender) is None:
            raise SignedOut
        message = self._known.find(draft.subject)
        sees = message is not None and (is_judged or self._sees(draft.sender, message))
        if message is None or draft.kind not in _taken_by(message) or not sees:
            raise NoSuchMessage
        if not message.body:
            raise MessageRecalled
        scope, target = Scope(message.scope), message.target
        if scope == Scope.USER and target == draft.sender:
            target = message.sender
        if not is_recall:
            # To take something back is always possible, however little one may write.
            self._check_still_writes(draft.sender, scope, target)
        if draft.to_all and not self._rules(draft.sender, message):
            raise MayNotMentionAll
        if is_reaction:
            self._check_reaction(draft)
        if not is_judged:
            self._check_author(draft, message)
        if draft.kind in EDITS and message.device and forwarded_id(message.body):
            raise ForwardedMessage
        return Consequence(scope, target, reaction=is_reaction, blanks=is_recall)

    def _sees(self, user: int, message: Event) -> bool:
        if message.scope == Scope.GROUP:
            return user in self._known.group(message.target).members
        return message.scope == Scope.EVERYONE or user in (message.sender, message.target)

    def _check_still_writes(self, sender: int, scope: Scope, target: int) -> None:
        """May this user still do something where a message is?"""
        if scope == Scope.GROUP:
            self._check_open(self._known.group(target), sender)
        elif scope == Scope.USER and target != sender:
            self._check_guests(sender, target)
            other = self._known.user(target)
            if other is not None and other.guarded:
                person = self._known.user(sender)
                other.check(sender, 0 if person is None else person.owner)

    def _check_author(self, draft: Draft, message: Event) -> None:
        """
        @raise TooLate: the message is the sender's, from too long ago.
        @raise NotYours: it is somebody else's, and it is not for the sender to take such back.
        """
        by = TRAITS[draft.kind].by
        if by is By.WRITERS:
            return
        if message.sender == draft.sender:
            age = self._known.now - time_of(message)
            # The log knows since when an imported message is here, and not how old it is.
            if (age if is_imported(message) else self._ages.of(message.position, age)) > self._edit_limit:
                raise TooLate
        elif by is By.AUTHOR or not self._rules(draft.sender, message):
            raise NotYours

    def _rules(self, user: int, message: Event) -> bool:
        """@return: whether the user may recall other people's messages there, and mention all members."""
        return message.scope == Scope.GROUP and user in self._known.group(message.target).admins

    def _check_reaction(self, draft: Draft) -> None:
        """
        @raise NotAnEmoji: it is none, and none from when anything could be a reaction, which can be taken back.
        @raise TooManyReactions: of this user to this message.
        """
        if not (draft.body.startswith(b"+") or emoji_of(draft.body[1:].decode())):
            mine = events.c.kind == Kind.REACTED, events.c.sender == draft.sender
            done = reading.done_to(self._known.connection, [draft.subject], *mine)
            if b"+" + draft.body[1:] not in [event.body for event in done]:
                raise NotAnEmoji
        if self._known.memory.reactions.get((draft.subject, draft.sender), 0) >= REACTIONS_LIMIT:
            raise TooManyReactions


def _taken_by(event: Event) -> frozenset[Kind]:
    """@return: the kinds of what may be done to an event."""
    traits = TRAITS.get(event.kind)
    return frozenset() if traits is None else traits.takes
