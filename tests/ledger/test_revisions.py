"""Edits, recalls, reactions and replies: who may, and what the log says after it."""

from __future__ import annotations

from hichat.core.drafts import Draft
from hichat.core.errors import (
    MessageRecalled,
    NoSuchMessage,
    NotAnEmoji,
    NotYours,
    Refused,
    SignedOut,
    TooLate,
    TooManyReactions,
)
from hichat.core.events import Event, Scope
from hichat.core.kinds import Kind
from hichat.log import reading
from hichat.pipeline.ledger.rights import REACTIONS_LIMIT
from hichat.pipeline.ledger.writer import LogWriter
from hichat.storage import tables
from hichat.storage.store import Store
from tests.ledger.plans import plans
from tests.support.doubles import NOW
from tests.support.ledger import (
    GROUP,
    OutcomeCase,
    edit,
    joined,
    left,
    make_again,
    message,
    react,
    recall,
    reply,
)
from tests.support.postgres import OnPostgreSQL

LIMIT = 60
"""Seconds in which one may edit."""

ANN, BOB, CAT, DAN = 1, 2, 3, 4
"""Users; ann owns the group."""


class RevisionTests(OutcomeCase):
    """Dan is the administrator, and in no group."""

    def setUp(self) -> None:
        super().setUp()
        self.now, self.ahead = NOW, 0
        self.writer = self.make_writer(self.store)
        with self.store.transaction() as connection:
            connection.execute(tables.users.update().where(tables.users.c.id == DAN).values(administrator=True))
        self.write(joined(ANN), joined(BOB), joined(CAT))

    def make_writer(self, store: Store) -> LogWriter:
        return LogWriter(store, lambda: self.now + self.ahead, LIMIT, ticks=lambda: self.now)

    def refused(self, draft: Draft, error: type[Refused]) -> None:
        before = self.rows()
        (outcome,) = self.write(draft)
        self.assertIs(type(outcome), error)
        # Twice, once with a fresh mind: what is remembered and what is stored say the same.
        (outcome,) = self.make_writer(make_again(self.store)).write([draft])
        self.assertIs(type(outcome), error)
        self.assertEqual(self.rows(), before)

    def say(self, sender: int, target: int, scope: Scope = Scope.USER) -> int:
        return self.done(message(sender, target, scope)).position

    # Who may

    def test_who_may(self) -> None:
        pair = self.say(ANN, BOB)
        group = self.say(BOB, GROUP, Scope.GROUP)
        everyone = self.say(DAN, 0, Scope.EVERYONE)
        for position, user, edits, recalls, reacts in [
            (pair, ANN, None, None, None),
            (pair, BOB, NotYours, NotYours, None),
            (pair, CAT, NoSuchMessage, NoSuchMessage, NoSuchMessage),
            (pair, DAN, NoSuchMessage, NoSuchMessage, NoSuchMessage),  # an administrator is nobody special here
            (group, ANN, NotYours, None, None),  # the owner
            (group, BOB, None, None, None),
            (group, CAT, NotYours, NotYours, None),
            (group, DAN, NoSuchMessage, NoSuchMessage, NoSuchMessage),
            (everyone, DAN, None, None, None),
            (everyone, ANN, NotYours, NotYours, None),
            (everyone, 99, SignedOut, SignedOut, SignedOut),
        ]:
            for make, error in ((react, reacts), (edit, edits), (recall, recalls)):
                draft = make(user, position)
                if error is not None:
                    self.refused(draft, error)
                elif make is not recall:
                    self.assertIsInstance(self.write(draft)[0], Event)

        self.assertIsInstance(self.write(recall(ANN, group))[0], Event)
        self.assertIsInstance(self.write(recall(DAN, everyone))[0], Event)
        self.assertIsInstance(self.write(recall(ANN, pair))[0], Event)

    def test_somebody_who_left(self) -> None:
        position = self.say(BOB, GROUP, Scope.GROUP)
        self.write(left(BOB))
        for make in (edit, recall, react):
            self.refused(make(BOB, position), NoSuchMessage)
        self.done(recall(ANN, position))

    def test_an_owner_who_left(self) -> None:
        position = self.say(BOB, GROUP, Scope.GROUP)
        self.write(left(ANN))
        self.refused(recall(ANN, position), NoSuchMessage)

    def test_left_within_the_batch(self) -> None:
        position = self.say(BOB, GROUP, Scope.GROUP)
        outcomes = self.write(react(BOB, position), left(BOB), react(BOB, position), edit(BOB, position))
        self.assertEqual([type(outcome) for outcome in outcomes], [Event, Event, NoSuchMessage, NoSuchMessage])

    def test_not_too_many_reactions(self) -> None:
        """They are all read when the message is shown: one could make it slow for all to whom it was announced."""
        shown, other = (self.done(message(DAN, 0, Scope.EVERYONE)).position for _ in range(2))
        flood = [react(ANN, shown, b"+%d" % number) for number in range(REACTIONS_LIMIT)]
        self.assertTrue(all(isinstance(outcome, Event) for outcome in self.write(*flood)))
        for body in (b"+!", b"-0"):
            self.assertIsInstance(self.write(react(ANN, shown, body))[0], TooManyReactions)
        for good in (react(BOB, shown), react(ANN, other)):
            self.done(good)

    def test_what_is_no_emoji_can_be_taken_back_where_it_is(self) -> None:
        """It is there from when anything could be a reaction."""
        shown, other = self.say(ANN, BOB), self.say(ANN, BOB)
        self.done(react(BOB, shown, b"+wow"))
        self.refused(react(ANN, shown, b"-wow"), NotAnEmoji)
        self.refused(react(BOB, other, b"-wow"), NotAnEmoji)
        self.refused(react(BOB, shown, b"-wo"), NotAnEmoji)
        self.done(react(BOB, shown, b"-wow"))
        self.refused(react(BOB, shown, b"-wow"), NotAnEmoji)
        self.done(react(BOB, other, "-👍".encode()))
        outcomes = self.write(react(BOB, other, b"+wow"), react(BOB, other, b"-wow"), react(BOB, other, b"-wow"))
        self.assertEqual([type(outcome) for outcome in outcomes], [Event, Event, NotAnEmoji])

    def test_the_time_limit(self) -> None:
        own, others = self.say(ANN, BOB), self.say(BOB, GROUP, Scope.GROUP)
        self.now += LIMIT * 1000
        self.done(edit(ANN, own))
        self.now += 1
        self.refused(edit(ANN, own), TooLate)
        self.refused(recall(ANN, own), TooLate)
        self.refused(recall(BOB, others), TooLate)
        self.done(react(BOB, own))
        self.done(recall(ANN, others))  # the owner may at any time

    def test_the_time_limit_when_the_clock_is_set(self) -> None:
        """While a writer runs it knows how old a message is, whatever the time of day says then and now."""
        half = LIMIT * 500
        for before in (-7_200_000, 0, 7_200_000):
            for after in (-7_200_000, -40_000, 0, 7_200_000, 400 * 24 * 3_600_000):
                self.ahead = before
                position = self.say(ANN, BOB)
                self.ahead = after
                self.now += half
                self.done(edit(ANN, position))
                self.now += half + 1
                (outcome,) = self.write(edit(ANN, position))
                self.assertIs(type(outcome), TooLate, (before, after))

    def test_what_was_recalled(self) -> None:
        position = self.say(ANN, BOB)
        self.done(recall(ANN, position))
        for make, user in ((edit, ANN), (recall, ANN), (react, BOB)):
            self.refused(make(user, position), MessageRecalled)

    def test_recalled_within_the_batch(self) -> None:
        position = self.say(ANN, BOB)
        drafts = [recall(ANN, position), edit(ANN, position), react(BOB, position), recall(ANN, position)]
        outcomes = self.write(*drafts)
        self.assertEqual([type(outcome) for outcome in outcomes], [Event] + [MessageRecalled] * 3)

    def test_only_messages(self) -> None:
        position = self.say(ANN, BOB)
        others = [1, self.done(edit(ANN, position)).position, self.done(react(BOB, position)).position]
        others += [self.done(recall(ANN, position)).position, 10**6, 0]
        for subject in others:
            for make in (edit, recall, react):
                self.refused(make(ANN, subject), NoSuchMessage)

    def test_a_message_of_the_same_batch(self) -> None:
        head = self.rows()[-1].position
        outcomes = self.write(message(ANN, BOB), react(BOB, head + 1), edit(ANN, head + 1), recall(ANN, head + 1))
        self.assertEqual([type(outcome) for outcome in outcomes], [Event] * 4)
        self.assertEqual([row.body for row in self.rows()[-4:]], [b"", b"", b"", b""])

    # What the log says

    def test_it_happens_where_the_message_is(self) -> None:
        pair = self.done(message(ANN, BOB))
        for sender, target in ((ANN, BOB), (BOB, ANN)):
            event = self.done(react(sender, pair.position))
            self.assertEqual((event.scope, event.sender, event.target), (Scope.USER, sender, target))
            self.assertEqual((event.conversation, event.n), (pair.conversation, pair.n))
        group = self.done(message(BOB, GROUP, Scope.GROUP))
        event = self.done(recall(ANN, group.position))
        self.assertEqual((event.scope, event.target), (Scope.GROUP, GROUP))
        self.assertEqual((event.conversation, event.seq, event.n), (group.conversation, group.seq + 1, group.n))
        note = self.done(message(ANN, ANN))
        event = self.done(edit(ANN, note.position))
        self.assertEqual((event.target, event.conversation), (ANN, note.conversation))
        everyone = self.done(message(DAN, 0, Scope.EVERYONE))
        event = self.done(react(CAT, everyone.position))
        self.assertEqual((event.scope, event.target), (Scope.EVERYONE, 0))
        self.assertEqual(event.conversation, everyone.conversation)

    def test_a_recall_blanks_the_message_and_what_was_done_to_it_only(self) -> None:
        kept, gone = self.say(ANN, BOB), self.say(ANN, BOB)
        for position in (kept, gone):
            self.write(edit(ANN, position, b"one"), react(BOB, position), edit(ANN, position, b"two"))
        self.write(edit(ANN, gone, b"three"), recall(ANN, gone), edit(ANN, kept, b"three"))
        bodies = {
            position: [row.body for row in self.rows() if position in (row.position, row.subject)]
            for position in (kept, gone)
        }
        self.assertEqual(bodies[kept], [b"hi", b"one", b"+!", b"two", b"three"])
        self.assertEqual(bodies[gone], [b""] * 6)

    def test_a_recall_does_not_blank_what_has_the_same_number_for_another_reason(self) -> None:
        """A user id, a device or a replied message may be the same number as a position."""
        position = self.say(ANN, BOB)
        answer = self.done(reply(BOB, ANN, position))
        size = [row.body for row in self.rows() if row.kind == Kind.JOINED]
        self.done(recall(ANN, position))
        self.assertEqual([row.body for row in self.rows() if row.kind == Kind.JOINED], size)
        self.assertEqual([row.body for row in self.rows() if row.position == answer.position], [b"hi"])

    def test_a_recall_that_is_not_stored_blanks_nothing(self) -> None:
        position = self.say(ANN, BOB)
        drafts = [recall(ANN, position), message(ANN, BOB, body=object())]  # type: ignore[arg-type]
        outcomes = self.write(*drafts)
        self.assertIsInstance(outcomes[0], Event, "the halves do it again")
        self.assertEqual(self.rows()[-2].body, b"")
        self.assertEqual(self.rows()[-1].kind, Kind.RECALLED)
        self.flushLoggedErrors()

    # Replies

    def test_a_reply_is_to_a_message_of_the_same_conversation(self) -> None:
        pair, group = self.say(ANN, BOB), self.say(BOB, GROUP, Scope.GROUP)
        elsewhere = self.say(ANN, CAT)
        event = self.done(reply(BOB, ANN, pair))
        self.assertEqual((event.subject, event.kind), (pair, Kind.MESSAGE))
        self.done(reply(ANN, BOB, pair))
        self.done(reply(ANN, GROUP, group, Scope.GROUP))
        reaction = self.done(react(BOB, pair)).position
        for draft in (
            reply(BOB, ANN, group),
            reply(ANN, BOB, elsewhere),
            reply(ANN, GROUP, pair, Scope.GROUP),
            reply(ANN, BOB, reaction),
            reply(ANN, BOB, 10**6),
            reply(ANN, GROUP, 1, Scope.GROUP),  # somebody joined
        ):
            self.refused(draft, NoSuchMessage)

    def test_a_reply_in_the_batch_of_the_message(self) -> None:
        head = self.rows()[-1].position
        outcomes = self.write(message(ANN, BOB), reply(BOB, ANN, head + 1), reply(BOB, ANN, head + 3))
        self.assertEqual([type(outcome) for outcome in outcomes], [Event, Event, NoSuchMessage])

    def test_found_by_the_index(self) -> None:
        position = self.say(ANN, BOB)
        for query in (
            lambda connection: reading.done_to(connection, [position]),
            lambda connection: reading.blank(connection, position),
        ):
            *_, plan = plans(self.store, query)
            self.assertIn("events_by_message", plan)


class RevisionOnPostgreSQLTests(OnPostgreSQL, RevisionTests):
    """The same on the other store."""
