"""Tests for L{hichat.social.contacts}."""

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from hichat.accounts import users
from hichat.errors import AddedOneself, AlreadyFriends, NoSuchUser, Unauthorized
from hichat.social.contacts import Contacts, forget
from tests.doubles import NOW, make_store
from tests.postgres import OnPostgreSQL


class ContactsTests(SynchronousTestCase):
    def setUp(self):
        self.now = NOW
        self.store = make_store(self)
        self.ann, self.bob, self.two = (
            self.successResultOf(self.store.write(users.insert, name, "", NOW)) for name in ("Ann", "Bob", "2")
        )
        self.contacts = Contacts(self.store, lambda: self.now)

    def add(self, user, target):
        return Deferred.fromCoroutine(self.contacts.add(user, target))

    def friends(self, user):
        return self.successResultOf(Deferred.fromCoroutine(self.contacts.friends(user)))

    def test_both_at_once(self):
        self.assertEqual(self.successResultOf(self.add(self.ann, "bOB")), self.bob)
        self.assertEqual((self.friends(self.ann), self.friends(self.bob)), ([self.bob], [self.ann]))

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

    def test_deleted_are_nobody(self):
        self.successResultOf(self.add(self.ann, "Bob"))
        self.successResultOf(self.store.write(users.delete, self.bob.id, NOW))
        self.assertEqual(self.friends(self.ann), [])
        self.failureResultOf(self.add(self.two, "Bob"), NoSuchUser)
        self.failureResultOf(self.add(self.bob, "Ann"), Unauthorized)

    def test_forgotten(self):
        self.successResultOf(self.add(self.ann, "Bob"))
        self.successResultOf(self.add(self.bob, "2"))
        self.successResultOf(self.store.write(forget, self.ann.id))
        self.assertEqual((self.friends(self.ann), self.friends(self.bob)), ([], [self.two]))


class ContactsOnPostgreSQLTests(OnPostgreSQL, ContactsTests):
    """The same on the other store."""
