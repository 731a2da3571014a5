"""Guests and others write to each other while they are in a group together, on a message's way into the log."""

from __future__ import annotations

from hichat.accounts import users
from hichat.accounts.roles import ServerRole
from hichat.accounts.sign_outs import signing_out
from hichat.core.drafts import Draft, drafted
from hichat.core.errors import NoSharedGroup, NoSuchTarget
from hichat.core.events import Event, Scope
from hichat.core.kinds import Kind
from hichat.pipeline.ledger.writer import LogWriter
from tests.support.doubles import NOW
from tests.support.ledger import GROUP, WriterCase, about, joined, left, make_again, message
from tests.support.postgres import OnPostgreSQL

GUEST, ANN, BOB = 3, 1, 2


def role(user: int, wanted: ServerRole) -> Draft:
    """@return: a user has another role from now on."""

    def change(connection, draft, _position) -> None:
        users.set_role(connection, user, wanted, NOW)
        draft.body = b"0"

    return drafted(signing_out(user, change), None)  # type: ignore[arg-type]


class GuestWritingTests(WriterCase):
    def write(self, *drafts: Draft) -> list[type]:
        return [type(outcome) for outcome in self.writer.write(drafts)]

    def setUp(self) -> None:
        super().setUp()
        self.assertEqual(self.write(message(ANN, GUEST), role(GUEST, ServerRole.GUEST)), [Event, Event])

    def test_only_in_a_group_together(self) -> None:
        """To a guest, those with whom the guest has never talked are nobody."""
        both = message(ANN, GUEST), message(GUEST, ANN), message(BOB, GUEST), message(GUEST, BOB)
        self.assertEqual(self.write(*both), [NoSharedGroup, NoSharedGroup, NoSharedGroup, NoSuchTarget])
        self.assertEqual(self.write(joined(ANN), joined(GUEST)), [Event, Event])
        self.assertEqual(self.write(*both), [Event, Event, NoSharedGroup, NoSuchTarget])
        self.assertEqual(self.write(message(GUEST, GUEST), message(GUEST, GROUP, Scope.GROUP)), [Event, Event])
        self.assertEqual(self.write(left(ANN)), [Event])
        self.assertEqual(self.write(*both), [NoSharedGroup, NoSharedGroup, NoSharedGroup, NoSuchTarget])
        self.assertEqual(self.write(joined(ANN), left(GUEST)), [Event, Event])
        self.assertEqual(self.write(*both), [NoSharedGroup, NoSharedGroup, NoSharedGroup, NoSuchTarget])

    def test_within_a_batch(self) -> None:
        for known in (False, True):
            with self.subTest(known=known):
                outcomes = self.write(
                    message(GUEST, ANN),
                    joined(ANN),
                    joined(GUEST),
                    message(GUEST, ANN),
                    left(GUEST),
                    message(ANN, GUEST),
                )
                self.assertEqual(outcomes, [NoSharedGroup, Event, Event, Event, Event, NoSharedGroup])
                self.write(left(ANN))

    def test_a_role_is_given_and_taken_within_a_batch(self) -> None:
        outcomes = self.write(
            message(GUEST, BOB), role(GUEST, ServerRole.MEMBER), message(GUEST, BOB), role(GUEST, ServerRole.GUEST)
        )
        self.assertEqual(outcomes, [NoSuchTarget, Event, Event, Event])
        self.assertEqual(self.write(message(GUEST, BOB), message(BOB, GUEST)), [NoSharedGroup, NoSharedGroup])

    def test_two_guests(self) -> None:
        self.write(role(ANN, ServerRole.GUEST), joined(GUEST))
        self.assertEqual(self.write(message(ANN, GUEST), message(GUEST, ANN)), [NoSharedGroup, NoSharedGroup])
        self.write(joined(ANN))
        self.assertEqual(self.write(message(ANN, GUEST), message(GUEST, ANN)), [Event, Event])

    def test_by_another_writer(self) -> None:
        """Each remembers the guest's groups; the other one's changes reach it as events."""
        other = LogWriter(make_again(self.store), lambda: NOW)
        both = message(ANN, GUEST), message(GUEST, ANN)
        for change, expected in (
            (joined(ANN), NoSharedGroup),
            (joined(GUEST), Event),
            (left(GUEST), NoSharedGroup),
            (joined(GUEST), Event),
            (left(ANN), NoSharedGroup),
            (role(GUEST, ServerRole.MEMBER), Event),
            (role(GUEST, ServerRole.GUEST), NoSharedGroup),
        ):
            self.assertIsInstance(other.write([change])[0], Event)
            self.assertEqual(self.write(*both), [expected, expected])

    def test_after_a_restart(self) -> None:
        self.writer = LogWriter(make_again(self.store), lambda: NOW)
        self.assertEqual(self.write(message(ANN, GUEST)), [NoSharedGroup])

    def test_what_is_done_to_messages(self) -> None:
        """Nothing, but that one's own message is taken back."""
        self.write(joined(ANN), joined(GUEST))
        (message_of_guest,) = self.writer.write([message(GUEST, ANN)])
        assert isinstance(message_of_guest, Event)
        self.write(left(ANN))
        position = message_of_guest.position
        for kind, user, expected in (
            (Kind.EDITED, GUEST, NoSharedGroup),
            (Kind.REACTED, GUEST, NoSharedGroup),
            (Kind.REACTED, ANN, NoSharedGroup),
            (Kind.RECALLED, GUEST, Event),
        ):
            self.assertEqual(self.write(about(kind, user, position, "+👍".encode())), [expected], kind)

    def test_groups_are_remembered(self) -> None:
        """A message costs no query about guests, once they are known."""
        self.write(joined(ANN), joined(GUEST))
        self.write(message(GUEST, ANN))
        known = self.writer._memory.users[GUEST]
        self.assertEqual(known.groups, frozenset({GROUP}))
        self.write(message(GUEST, ANN), message(ANN, GUEST))
        self.assertIs(self.writer._memory.users[GUEST], known)


class GuestWritingOnPostgreSQLTests(OnPostgreSQL, GuestWritingTests):
    """The same on the other store."""
