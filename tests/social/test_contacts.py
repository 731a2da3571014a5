"""Tests for L{hichat.contacts.contacts}."""

import msgspec
from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from hichat.accounts import users
from hichat.accounts.roles import ServerRole
from hichat.contacts import contacts as room
from hichat.contacts.contacts import START, Contacts, ContactsCursor, apart, forget
from hichat.core.errors import (
    AddedOneself,
    AlreadyFriends,
    AlreadyRequested,
    Blocked,
    BlockedByYou,
    InvalidField,
    NoSuchContact,
    NoSuchRequest,
    NoSuchUser,
    NotBlocked,
    Oneself,
    RequestSent,
    RequestWaits,
    TooManyAttempts,
    TooManyContacts,
    Unauthorized,
)
from hichat.core.events import Scope
from hichat.core.kinds import Kind
from hichat.runtime.limits import Rate
from tests.support.doubles import NOW, FakeLedger, make_store
from tests.support.postgres import OnPostgreSQL


class ContactsCase(SynchronousTestCase):
    def setUp(self):
        self.now, self.ticks = NOW, 0
        self.store = make_store(self)
        self.ledger = FakeLedger(self.store, lambda: self.now)
        self.ann, self.bob, self.two = (
            self.successResultOf(self.store.write(users.insert, name, "", NOW)) for name in ("Ann", "Bob", "2")
        )
        self.contacts = Contacts(self.store, self.ledger, lambda: self.now, ticks=lambda: self.ticks)

    def get(self, coroutine):
        return self.successResultOf(Deferred.fromCoroutine(coroutine))

    def fails(self, error, coroutine):
        self.failureResultOf(Deferred.fromCoroutine(coroutine), error)

    def friends(self, user):
        return self.get(self.contacts.friends(user))

    def read(self, query, *args):
        return self.successResultOf(self.store.read(query, *args))

    def lists(self, user):
        """@return: the ids in the four lists: contacts, requests in, requests out, blocked."""
        queries = (room.listed, room.requests_to, room.requests_of, room.blocks_of)
        return [[entry.user.id for entry in self.read(query, user.id, START, 10)] for query in queries]

    def happened(self):
        """@return: kind, sender, target, subject and body of what was written since the last time."""
        events, self.ledger.appended = self.ledger.appended, []
        self.assertEqual({e.scope for e in events} - {Scope.USER}, set())
        return [(Kind(e.kind), e.sender, e.target, e.subject, e.body.decode()) for e in events]


class AddingTests(ContactsCase):
    """As v1 does it: both at once."""

    def add(self, user, target):
        return Deferred.fromCoroutine(self.contacts.add(user, target))

    def test_so_many_strangers(self):
        """Whom one has added is no stranger any more: that is no way around the limit. Administrators are exempt."""
        rate, ticks = Rate(1, 3600), lambda: self.ticks
        self.contacts = Contacts(self.store, self.ledger, lambda: self.now, ticks=ticks, strangers=rate)
        self.failureResultOf(self.add(self.ann, "nobody"), NoSuchUser)
        self.successResultOf(self.add(self.ann, "Bob"))
        failure = self.failureResultOf(self.add(self.ann, "2"), TooManyAttempts)
        self.assertAlmostEqual(failure.value.retry_after, 3600)
        administrator = msgspec.structs.replace(self.ann, role=ServerRole.ADMINISTRATOR)
        self.assertEqual(self.successResultOf(self.add(administrator, "2")), self.two)

    def test_both_at_once(self):
        self.assertEqual(self.successResultOf(self.add(self.ann, "bOB")), self.bob)
        self.assertEqual((self.friends(self.ann), self.friends(self.bob)), ([self.bob], [self.ann]))
        self.assertEqual(self.happened(), [(Kind.CONTACT_ADDED, 1, 2, 0, "")])

    def test_number_is_a_name_first(self):
        self.assertEqual(self.successResultOf(self.add(self.ann, "2")), self.two)

    def test_number_is_an_id_then(self):
        self.assertEqual(self.successResultOf(self.add(self.bob, " 1 ")), self.ann)

    def test_oldest_friendship_first(self):
        self.successResultOf(self.add(self.ann, "2"))
        self.now += 1
        self.successResultOf(self.add(self.ann, "Bob"))
        self.assertEqual(self.friends(self.ann), [self.two, self.bob])

    def test_refusals(self):
        self.failureResultOf(self.add(self.ann, "aNN"), AddedOneself)
        self.failureResultOf(self.add(self.ann, "1"), AddedOneself)
        for unknown in ("", "Zoe", "99", "0", "-1", "9" * 40, "1.0"):
            self.failureResultOf(self.add(self.ann, unknown), NoSuchUser)
        self.successResultOf(self.add(self.ann, "Bob"))
        self.failureResultOf(self.add(self.ann, "Bob"), AlreadyFriends)
        self.failureResultOf(self.add(self.bob, "Ann"), AlreadyFriends)
        self.assertEqual(self.friends(self.ann), [self.bob])
        self.assertEqual(len(self.ledger.appended), 1)

    def test_deleted_are_nobody(self):
        self.successResultOf(self.add(self.ann, "Bob"))
        self.successResultOf(self.store.write(users.delete, self.bob.id, NOW))
        self.assertEqual(self.friends(self.ann), [])
        self.failureResultOf(self.add(self.two, "Bob"), NoSuchUser)
        self.failureResultOf(self.add(self.bob, "Ann"), Unauthorized)

    def test_blocks_count(self):
        self.get(self.contacts.block(self.bob, 1))
        self.failureResultOf(self.add(self.ann, "Bob"), Blocked)
        self.failureResultOf(self.add(self.bob, "Ann"), BlockedByYou)

    def test_ends_the_requests(self):
        self.get(self.contacts.request(self.bob, 1))
        self.successResultOf(self.add(self.bob, "Ann"))
        self.assertEqual(self.lists(self.ann), [[2], [], [], []])

    def test_a_request_where_only_contacts_may_write(self):
        self.contacts = Contacts(self.store, self.ledger, lambda: self.now, contacts_only=True)
        self.failureResultOf(self.add(self.ann, "Bob"), RequestSent)
        self.failureResultOf(self.add(self.ann, "Bob"), RequestSent)
        self.assertEqual(self.lists(self.ann), [[], [], [2], []])
        self.assertEqual(self.successResultOf(self.add(self.bob, "Ann")), self.ann)
        self.assertEqual(self.lists(self.ann), [[2], [], [], []])
        kinds = [kind for kind, *_ in self.happened()]
        self.assertEqual(kinds, [Kind.CONTACT_REQUESTED, Kind.CONTACT_ADDED])


class RuleTests(ContactsCase):
    """What Ann may do to Bob, by what is between them."""

    STATES = ("strangers", "asked", "asking", "contacts", "blocked", "blocking")
    # For each action what comes of it in each state: None, it is done.
    RULES = {  # noqa: RUF012
        "request": (None, AlreadyRequested, None, AlreadyFriends, Blocked, BlockedByYou),
        "add": (None, None, None, AlreadyFriends, Blocked, BlockedByYou),
        "accept": (NoSuchRequest, NoSuchRequest, None, NoSuchRequest, NoSuchRequest, NoSuchRequest),
        "reject": (NoSuchRequest, NoSuchRequest, None, NoSuchRequest, NoSuchRequest, NoSuchRequest),
        "withdraw": (NoSuchRequest, None, NoSuchRequest, NoSuchRequest, NoSuchRequest, NoSuchRequest),
        "remove": (NoSuchContact, NoSuchContact, NoSuchContact, None, NoSuchContact, NoSuchContact),
        "remark": (NoSuchContact, NoSuchContact, NoSuchContact, None, NoSuchContact, NoSuchContact),
        "find": (NoSuchContact, NoSuchContact, NoSuchContact, None, NoSuchContact, NoSuchContact),
        "block": (None,) * 6,
        "unblock": (NotBlocked, NotBlocked, NotBlocked, NotBlocked, NotBlocked, None),
    }
    MORE = {"add": ("Bob",), "remark": (2, "Bobby")}  # noqa: RUF012

    def reset(self):
        """Nothing is between anybody, and nobody has asked too often."""
        self.contacts = Contacts(self.store, self.ledger, lambda: self.now)
        with self.store.transaction() as connection:
            for user in (self.ann, self.bob):
                forget(connection, user.id)
        self.happened()

    def bring_about(self, state):
        contacts = self.contacts
        match state:
            case "asked":
                self.get(contacts.request(self.ann, 2))
            case "asking":
                self.get(contacts.request(self.bob, 1))
            case "contacts":
                self.get(contacts.add(self.ann, "Bob"))
            case "blocked":
                self.get(contacts.block(self.bob, 1))
            case "blocking":
                self.get(contacts.block(self.ann, 2))

    def test_rules(self):
        for action, outcomes in self.RULES.items():
            for state, expected in zip(self.STATES, outcomes, strict=True):
                self.reset()
                self.bring_about(state)
                before = [self.lists(user) for user in (self.ann, self.bob)], self.happened()
                work = getattr(self.contacts, action)(self.ann, *self.MORE.get(action, (2,)))
                with self.subTest(action=action, state=state):
                    if expected is None:
                        self.get(work)
                        done = action == "find" or (action, state) == ("block", "blocking")
                        self.assertEqual(len(self.happened()), 0 if done else 1)
                    else:
                        self.fails(expected, work)
                        self.assertEqual(
                            ([self.lists(user) for user in (self.ann, self.bob)], self.happened()), (before[0], [])
                        )

    def test_nobody(self):
        for action in ("request", "block"):
            self.fails(NoSuchUser, getattr(self.contacts, action)(self.ann, 99))
        self.fails(AddedOneself, self.contacts.request(self.ann, 1))
        self.fails(Oneself, self.contacts.block(self.ann, 1))
        self.successResultOf(self.store.write(users.delete, 1, NOW))
        self.fails(Unauthorized, self.contacts.request(self.ann, 2))
        self.assertEqual(self.happened(), [])


class RequestTests(ContactsCase):
    def test_asked_and_accepted(self):
        self.assertIsNone(self.get(self.contacts.request(self.ann, 2, " it is Ann\nfrom work ")))
        self.assertEqual(self.lists(self.ann), [[], [], [2], []])
        self.assertEqual(self.lists(self.bob), [[], [1], [], []])
        (request,) = self.read(room.requests_to, 2, START, 10)
        self.assertEqual((request.user, request.greeting, request.since), (self.ann, "it is Ann\nfrom work", NOW))
        contact = self.get(self.contacts.accept(self.bob, 1))
        self.assertEqual((contact.user, contact.remark), (self.ann, ""))
        self.assertEqual(self.lists(self.ann), [[2], [], [], []])
        self.assertEqual(self.lists(self.bob), [[1], [], [], []])
        asked = (Kind.CONTACT_REQUESTED, 1, 2, 0, "it is Ann\nfrom work")
        self.assertEqual(self.happened(), [asked, (Kind.CONTACT_ADDED, 2, 1, 0, "")])

    def test_both_ask(self):
        self.get(self.contacts.request(self.ann, 2))
        contact = self.get(self.contacts.request(self.bob, 1))
        self.assertEqual(contact.user, self.ann)
        self.assertEqual(self.lists(self.ann), [[2], [], [], []])

    def test_both_ask_at_the_same_moment(self):
        """The other's request came between the look and the writing."""
        append = self.ledger.append

        def late(**event):
            patch.restore()
            self.get(self.contacts.request(self.bob, 1))
            return append(**event)

        patch = self.patch(self.ledger, "append", late)
        self.fails(RequestWaits, self.contacts.request(self.ann, 2))
        self.assertEqual(self.lists(self.ann), [[], [2], [], []])

    def test_answers_that_say_no(self):
        self.get(self.contacts.request(self.ann, 2))
        self.get(self.contacts.reject(self.bob, 1))
        self.get(self.contacts.request(self.ann, 2))
        self.get(self.contacts.withdraw(self.ann, 2))
        self.assertEqual(self.lists(self.ann), [[], [], [], []])
        self.assertEqual([(kind, sender) for kind, sender, *_ in self.happened()][1::2], [
            (Kind.CONTACT_REJECTED, 2), (Kind.CONTACT_WITHDRAWN, 1),
        ])  # fmt: skip

    def test_greeting(self):
        for bad in ("x" * 256, "\0", "\ud800"):
            self.fails(InvalidField, self.contacts.request(self.ann, 2, bad))
        self.get(self.contacts.request(self.ann, 2, "你" * 255))

    def test_nobody_is_asked_again_and_again(self):
        """A greeting is a word to somebody who may not want any; to take the request back makes no room for more."""
        for number in range(room.ASKING.attempts):
            self.get(self.contacts.request(self.ann, 2, f"buy {number}"))
            # What is refused does not count.
            self.fails(AlreadyRequested, self.contacts.request(self.ann, 2))
            self.get(self.contacts.withdraw(self.ann, 2))
        self.happened()
        self.fails(TooManyAttempts, self.contacts.request(self.ann, 2, "buy more"))
        self.assertEqual((self.happened(), self.lists(self.bob)[1]), ([], []))
        self.get(self.contacts.request(self.ann, 3))
        # To set the clock changes nothing.
        self.now += room.ASKING.seconds * 1000
        self.fails(TooManyAttempts, self.contacts.request(self.ann, 2, "buy more"))
        self.now -= 2 * room.ASKING.seconds * 1000
        self.ticks += room.ASKING.seconds * 1000
        self.get(self.contacts.request(self.ann, 2, "good morning"))
        self.get(self.contacts.withdraw(self.ann, 2))
        self.get(self.contacts.request(self.bob, 1))
        self.assertIsNotNone(self.get(self.contacts.request(self.ann, 2)), "to accept is no request")

    def test_too_many(self):
        self.patch(room, "REQUESTS_LIMIT", 1)
        self.get(self.contacts.request(self.ann, 2))
        self.fails(TooManyContacts, self.contacts.request(self.ann, 3))
        self.patch(room, "CONTACTS_LIMIT", 1)
        self.get(self.contacts.add(self.bob, "2"))
        self.fails(TooManyContacts, self.contacts.accept(self.bob, 1))
        self.get(self.contacts.block(self.bob, 1))
        self.fails(TooManyContacts, self.contacts.block(self.bob, 3))

    def test_blocked_while_it_waits(self):
        self.get(self.contacts.request(self.ann, 2))
        self.get(self.contacts.block(self.bob, 1))
        self.assertEqual(self.lists(self.bob), [[], [], [], [1]])
        self.assertEqual(self.lists(self.ann), [[], [], [2], []])
        self.fails(BlockedByYou, self.contacts.accept(self.bob, 1))
        self.get(self.contacts.unblock(self.bob, 1))
        self.get(self.contacts.block(self.ann, 2))
        self.fails(Blocked, self.contacts.accept(self.bob, 1))
        self.get(self.contacts.reject(self.bob, 1))


class ListTests(ContactsCase):
    def test_pages(self):
        for number in range(7):
            user = self.successResultOf(self.store.write(users.insert, f"u{number}", "", NOW))
            self.now += number % 2
            self.get(self.contacts.add(self.ann, user.name))
        found, behind = [], START
        while page := self.read(room.listed, 1, behind, 2):
            found += page
            behind = ContactsCursor(page[-1].since, page[-1].user.id)
        self.assertEqual([contact.user.name for contact in found], [f"u{number}" for number in range(7)])

    def test_remark(self):
        self.get(self.contacts.add(self.ann, "Bob"))
        self.happened()
        self.assertEqual(self.get(self.contacts.remark(self.ann, 2, " Bobby ")).remark, "Bobby")
        self.assertEqual(self.read(room.listed, 1, START, 10)[0].remark, "Bobby")
        self.assertEqual(self.read(room.listed, 2, START, 10)[0].remark, "")
        self.assertEqual(self.happened(), [(Kind.CONTACT_REMARKED, 1, 1, 2, "Bobby")])
        self.assertEqual(self.get(self.contacts.remark(self.ann, 2, " ")).remark, "")
        for bad in ("x" * 65, "a\nb"):
            self.fails(InvalidField, self.contacts.remark(self.ann, 2, bad))

    def test_blocks_are_told_to_oneself(self):
        self.get(self.contacts.block(self.ann, 2))
        self.get(self.contacts.block(self.ann, 2))
        self.get(self.contacts.unblock(self.ann, 2))
        self.assertEqual(self.happened(), [(Kind.BLOCKED, 1, 1, 2, ""), (Kind.UNBLOCKED, 1, 1, 2, "")])

    def test_apart(self):
        self.get(self.contacts.block(self.ann, 2))
        pairs = [(1, 2), (2, 1), (2, 3), (1, 1)]
        self.assertEqual(self.read(apart, pairs), {(1, 2), (2, 1)})
        self.assertEqual(self.read(apart, []), set())
        self.assertEqual(self.read(room.blocked_by_many, [1, 2, 3]), {1: {2}})

    def test_forgotten(self):
        self.get(self.contacts.add(self.ann, "Bob"))
        self.get(self.contacts.add(self.bob, "2"))
        self.get(self.contacts.block(self.two, 1))
        self.get(self.contacts.block(self.two, 2))
        self.successResultOf(self.store.write(forget, self.ann.id))
        self.assertEqual((self.friends(self.ann), self.friends(self.bob)), ([], [self.two]))
        self.assertEqual(self.lists(self.two), [[2], [], [], [2]])


class AddingOnPostgreSQLTests(OnPostgreSQL, AddingTests):
    """The same on the other store."""


class RuleOnPostgreSQLTests(OnPostgreSQL, RuleTests):
    """The same on the other store."""


class RequestOnPostgreSQLTests(OnPostgreSQL, RequestTests):
    """The same on the other store."""


class ListOnPostgreSQLTests(OnPostgreSQL, ListTests):
    """The same on the other store."""
