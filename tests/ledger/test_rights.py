"""Tests for L{hichat.pipeline.ledger.rights}: each rule alone, without a store. With one see the writer's tests."""

from __future__ import annotations

from typing import Any, cast

from twisted.trial.unittest import SynchronousTestCase

from hichat.core import errors
from hichat.core.drafts import Draft
from hichat.core.events import FIRST_GROUP_ID, Event, Scope
from hichat.core.kinds import Kind
from hichat.groups.queries import Writers
from hichat.log.ages import Ages
from hichat.log.reading import ConversationKey
from hichat.pipeline.ledger.memory import ConversationNumbers, Memory, WritingUser
from hichat.pipeline.ledger.rights import REACTIONS_LIMIT, Consequence, Rights
from hichat.pipeline.ledger.strangers import Strangers
from hichat.runtime.limits import NO_LIMIT

ANN, BOB, CLEO, ROOT, NOBODY = 1, 2, 3, 4, 99
TEAM, EMPTY = FIRST_GROUP_ID, FIRST_GROUP_ID + 1
NOW = 1_000_000
EDIT_LIMIT = 60

ANYBODY = WritingUser(False, False, frozenset(), None)


class Known:
    """What is known in a transaction, by heart."""

    connection = cast(Any, None)
    now = NOW

    def __init__(self) -> None:
        self.memory = Memory(0, Strangers(NO_LIMIT))
        self.memory.users = {ANN: ANYBODY, BOB: ANYBODY, CLEO: ANYBODY, ROOT: ANYBODY._replace(administrator=True)}
        self.changed: set[int] = set()
        self.begun: dict[int, list[int]] = {}
        self.messages: dict[int, Event] = {}
        self.groups = {TEAM: Writers({ANN, BOB, ROOT}, {ROOT}, {}, 0)}

    def last(self, key: ConversationKey) -> ConversationNumbers | None:
        """Nothing was said."""
        return None

    def find(self, position: int) -> Event | None:
        """See L{hichat.pipeline.ledger.transaction.Transaction.find}."""
        return self.messages.get(position)

    def user(self, user: int) -> WritingUser | None:
        """See L{hichat.pipeline.ledger.transaction.Transaction.user}."""
        return self.memory.users.get(user)

    def group(self, group: int) -> Writers:
        """See L{hichat.pipeline.ledger.transaction.Transaction.group}."""
        return self.groups.get(group) or Writers(set(), set(), {}, 0)

    def says(
        self, sender: int, scope: Scope, target: int, age: int = 0, body: bytes = b"{}", kind: Kind = Kind.MESSAGE
    ) -> int:
        """@return: the position of a message that was written so many seconds ago."""
        position = len(self.messages) + 1
        time = NOW - age * 1000
        self.messages[position] = Event(position, 1, 1, 1, kind, scope, sender, target, 0, time, body)
        return position


class RightsTests(SynchronousTestCase):
    """May it be appended, and with what consequence?"""

    def setUp(self) -> None:
        self.known = Known()

    def ask(
        self, kind: Kind, sender: int, scope: Scope, target: int, subject: int = 0, body: bytes = b""
    ) -> Consequence | None:
        """@return: the answer of the rights to a draft."""
        rights = Rights(self.known, Ages(EDIT_LIMIT * 1000, lambda: 0), EDIT_LIMIT)
        return rights.ask(Draft(kind, scope, sender, target, body, cast(Any, None), subject))

    def say(self, sender: int, scope: Scope, target: int, subject: int = 0) -> Consequence | None:
        """@return: the answer to a message."""
        return self.ask(Kind.MESSAGE, sender, scope, target, subject)

    def do(self, kind: Kind, sender: int, subject: int, body: bytes = b"") -> Consequence | None:
        """@return: the answer to something that is done to a message."""
        return self.ask(kind, sender, Scope.EVERYONE, 0, subject, body)

    def test_a_message_has_no_consequence(self) -> None:
        """To a user, to oneself, to one's group, and of an administrator to everyone."""
        self.assertIsNone(self.say(ANN, Scope.USER, BOB))
        self.assertIsNone(self.say(ANN, Scope.USER, ANN))
        self.assertIsNone(self.say(ANN, Scope.GROUP, TEAM))
        self.assertIsNone(self.say(ROOT, Scope.EVERYONE, 0))

    def test_who_may_not_write_a_message(self) -> None:
        """Each for a reason of its own."""
        self.assertRaises(errors.SignedOut, self.say, NOBODY, Scope.USER, BOB)
        self.assertRaises(errors.NoSuchTarget, self.say, ANN, Scope.USER, NOBODY)
        self.assertRaises(errors.NoSuchTarget, self.say, ANN, Scope.GROUP, EMPTY)
        self.assertRaises(errors.NotAMember, self.say, CLEO, Scope.GROUP, TEAM)
        self.assertRaises(errors.NotAdministrator, self.say, ANN, Scope.EVERYONE, 0)

    def test_blocked(self) -> None:
        """It goes one way; and who is blocked may do nothing to the messages there either."""
        self.known.memory.users[BOB] = WritingUser(False, True, frozenset({ANN}), None)
        self.assertRaises(errors.Blocked, self.say, ANN, Scope.USER, BOB)
        self.assertIsNone(self.say(BOB, Scope.USER, ANN))
        message = self.known.says(ANN, Scope.USER, BOB)
        self.assertRaises(errors.Blocked, self.do, Kind.EDITED, ANN, message)
        self.assertRaises(errors.Blocked, self.do, Kind.REACTED, ANN, message, b"+x")
        self.assertEqual(self.do(Kind.RECALLED, ANN, message), Consequence(Scope.USER, BOB, blanks=True))

    def test_contacts_only(self) -> None:
        """Where only contacts may write."""
        self.known.memory.users[BOB] = WritingUser(False, True, frozenset(), frozenset({CLEO}))
        self.assertRaises(errors.NotContacts, self.say, ANN, Scope.USER, BOB)
        self.assertIsNone(self.say(CLEO, Scope.USER, BOB))
        self.assertIsNone(self.say(BOB, Scope.USER, BOB))
        for kind in (Kind.PINNED, Kind.UNPINNED):
            self.assertRaises(errors.NotContacts, self.ask, kind, ANN, Scope.USER, BOB, 1)
            self.assertIsNone(self.ask(kind, CLEO, Scope.USER, BOB, 1))
            self.assertIsNone(self.ask(kind, BOB, Scope.USER, BOB, 1))

    def test_muted(self) -> None:
        """One member, or all but the admins, until then."""
        message = self.known.says(ANN, Scope.GROUP, TEAM)
        self.known.groups[TEAM].muted[ANN] = NOW + 1
        self.assertRaises(errors.Muted, self.say, ANN, Scope.GROUP, TEAM)
        self.assertRaises(errors.Muted, self.do, Kind.EDITED, ANN, message)
        self.assertIsNone(self.say(BOB, Scope.GROUP, TEAM))
        self.known.groups[TEAM].muted[ANN] = NOW
        self.assertIsNone(self.say(ANN, Scope.GROUP, TEAM))
        self.known.groups[TEAM].muted_until = NOW + 1
        self.assertRaises(errors.Muted, self.say, BOB, Scope.GROUP, TEAM)
        self.assertIsNone(self.say(ROOT, Scope.GROUP, TEAM))
        self.assertEqual(self.do(Kind.RECALLED, ANN, message), Consequence(Scope.GROUP, TEAM, blanks=True))

    def test_a_reply_stays_in_the_conversation(self) -> None:
        """In a pair whoever wrote the other message."""
        message = self.known.says(BOB, Scope.USER, ANN)
        self.assertIsNone(self.say(ANN, Scope.USER, BOB, message))
        self.assertRaises(errors.NoSuchMessage, self.say, ANN, Scope.USER, CLEO, message)
        self.assertRaises(errors.NoSuchMessage, self.say, ANN, Scope.GROUP, TEAM, message)
        self.assertRaises(errors.NoSuchMessage, self.say, ANN, Scope.USER, BOB, 77)

    def test_what_is_done_happens_where_the_message_is(self) -> None:
        """To who is meant the other one is the target."""
        message = self.known.says(ANN, Scope.USER, BOB)
        self.assertEqual(self.do(Kind.EDITED, ANN, message), Consequence(Scope.USER, BOB))
        found = self.do(Kind.REACTED, BOB, message, b"+x")
        self.assertEqual(found, Consequence(Scope.USER, ANN, reaction=True))
        own = self.known.says(ANN, Scope.USER, ANN)
        self.assertEqual(self.do(Kind.EDITED, ANN, own), Consequence(Scope.USER, ANN))

    def test_what_one_does_not_see(self) -> None:
        """To such a message nobody does anything, as if there were none."""
        pair, group = self.known.says(ANN, Scope.USER, BOB), self.known.says(ANN, Scope.GROUP, TEAM)
        for kind in (Kind.EDITED, Kind.RECALLED, Kind.REACTED):
            for message in (pair, group, 77):
                self.assertRaises(errors.NoSuchMessage, self.do, kind, CLEO, message, b"+x")
        self.assertRaises(errors.SignedOut, self.do, Kind.REACTED, NOBODY, pair, b"+x")

    def test_what_is_no_message(self) -> None:
        """Nobody does anything to it, nor replies to it."""
        edit = self.known.says(ANN, Scope.USER, BOB, kind=Kind.EDITED)
        for kind in (Kind.EDITED, Kind.RECALLED, Kind.REACTED):
            self.assertRaises(errors.NoSuchMessage, self.do, kind, ANN, edit, b"+x")
        self.assertRaises(errors.NoSuchMessage, self.say, ANN, Scope.USER, BOB, edit)

    def test_what_was_recalled(self) -> None:
        """It is no more."""
        message = self.known.says(ANN, Scope.USER, BOB, body=b"")
        for kind in (Kind.EDITED, Kind.RECALLED, Kind.REACTED):
            self.assertRaises(errors.MessageRecalled, self.do, kind, ANN, message, b"+x")

    def test_too_late(self) -> None:
        """For the author; a reaction is always possible."""
        in_time, late = (self.known.says(ANN, Scope.USER, BOB, age) for age in (EDIT_LIMIT, EDIT_LIMIT + 1))
        self.assertEqual(self.do(Kind.EDITED, ANN, in_time), Consequence(Scope.USER, BOB))
        self.assertRaises(errors.TooLate, self.do, Kind.EDITED, ANN, late)
        self.assertRaises(errors.TooLate, self.do, Kind.RECALLED, ANN, late)
        self.assertEqual(self.do(Kind.REACTED, ANN, late, b"+x"), Consequence(Scope.USER, BOB, reaction=True))

    def test_other_peoples(self) -> None:
        """The admins of a group recall them, however old; nobody edits them."""
        message = self.known.says(ANN, Scope.GROUP, TEAM, EDIT_LIMIT + 1)
        self.assertRaises(errors.NotYours, self.do, Kind.RECALLED, BOB, message)
        self.assertRaises(errors.NotYours, self.do, Kind.EDITED, ROOT, message)
        self.assertEqual(self.do(Kind.RECALLED, ROOT, message), Consequence(Scope.GROUP, TEAM, blanks=True))
        pair = self.known.says(ANN, Scope.USER, ROOT)
        self.assertRaises(errors.NotYours, self.do, Kind.RECALLED, ROOT, pair)

    def test_too_many_reactions(self) -> None:
        """Of one user to one message."""
        message = self.known.says(ANN, Scope.EVERYONE, 0)
        self.known.memory.reactions[message, BOB] = REACTIONS_LIMIT - 1
        self.assertEqual(self.do(Kind.REACTED, BOB, message, b"+x"), Consequence(Scope.EVERYONE, 0, reaction=True))
        self.known.memory.reactions[message, BOB] = REACTIONS_LIMIT
        self.assertRaises(errors.TooManyReactions, self.do, Kind.REACTED, BOB, message, b"+x")
        self.assertEqual(self.do(Kind.REACTED, ANN, message, b"+x"), Consequence(Scope.EVERYONE, 0, reaction=True))

    def test_to_ask_changes_nothing(self) -> None:
        """What follows from a draft follows when it is appended, not when it is asked for."""
        message = self.known.says(ANN, Scope.EVERYONE, 0)
        for _ in range(2 * REACTIONS_LIMIT):
            self.do(Kind.REACTED, BOB, message, b"+x")
        self.assertEqual((self.known.memory.reactions, self.known.begun), ({}, {}))

    def test_changed_in_the_same_batch(self) -> None:
        """What is known of a user is not taken from the memory then, however usual the draft is."""
        self.known.changed = {BOB}
        self.patch(
            self.known, "user", lambda user: ANYBODY._replace(blocked=frozenset({ANN})) if user == BOB else ANYBODY
        )
        self.assertRaises(errors.Blocked, self.say, ANN, Scope.USER, BOB)

    def test_other_kinds(self) -> None:
        """They come with a change that says no itself."""
        self.assertIsNone(self.ask(Kind.JOINED, NOBODY, Scope.GROUP, TEAM, NOBODY))
