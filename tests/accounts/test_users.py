"""Tests for L{hichat.accounts.users}."""

from sqlalchemy import select
from twisted.trial.unittest import SynchronousTestCase

from hichat.accounts import users
from hichat.core.errors import NameTaken, NoSuchUser
from hichat.storage import tables
from tests.ledger.plans import plans
from tests.support.doubles import NOW, make_store
from tests.support.postgres import OnPostgreSQL


class Users(SynchronousTestCase):
    def setUp(self):
        self.store = make_store(self)
        self.ann = self.run_change(users.insert, "Ann", "hash", NOW)

    def run_change(self, change, *args):
        return self.successResultOf(self.store.write(change, *args))

    def ask(self, query, *args):
        return self.successResultOf(self.store.read(query, *args))

    def fails(self, kind, change, *args):
        self.failureResultOf(self.store.write(change, *args), kind)

    def test_first_id_is_one(self):
        self.assertEqual(self.ann.id, 1)

    def test_plain_values_without_the_hash(self):
        self.assertEqual(self.ask(users.find, 1), self.ann)
        self.assertNotIn("hash", repr(self.ann))
        self.assertEqual(self.ann.created_at, NOW)

    def test_found_by_name_in_any_case(self):
        self.assertEqual(self.ask(users.find_by_name, "aNN"), self.ann)
        self.assertEqual(self.ask(users.find_hash, "ANN"), (self.ann, "hash"))
        self.assertIsNone(self.ask(users.find_by_name, "bob"))
        self.assertIsNone(self.ask(users.find_hash, "bob"))

    def test_name_taken_in_any_case(self):
        self.fails(NameTaken, users.insert, "aNN", "hash", NOW)

    def test_change(self):
        self.run_change(users.change, 1, {"name": "ANN", "phone": "13812345678"}, NOW + 1)
        changed = self.ask(users.find, 1)
        self.assertEqual((changed.name, changed.phone, changed.updated_at), ("ANN", "13812345678", NOW + 1))

    def test_change_to_a_taken_name_changes_nothing(self):
        self.run_change(users.insert, "Bob", "hash", NOW)
        self.fails(NameTaken, users.change, 1, {"name": "bOB", "phone": "13812345678"}, NOW)
        self.assertEqual(self.ask(users.find, 1), self.ann)

    def test_nobody_to_change(self):
        self.fails(NoSuchUser, users.change, 7, {"phone": ""}, NOW)
        self.fails(NoSuchUser, users.set_password, 7, "", NOW)
        self.fails(NoSuchUser, users.disable, 7, NOW)
        self.fails(NoSuchUser, users.enable, 7, NOW)
        self.fails(NoSuchUser, users.delete, 7, NOW)
        self.fails(NoSuchUser, users.record_login, 7, "", "", NOW)

    def test_password_voids_tokens(self):
        self.run_change(users.set_password, 1, "other", NOW)
        self.assertEqual(self.ask(users.find, 1).generation, 1)
        self.assertEqual(self.ask(users.find_hash, "ann")[1], "other")

    def test_disable_voids_tokens_and_enable_does_not_bring_them_back(self):
        self.run_change(users.disable, 1, NOW)
        self.assertEqual((self.ask(users.find, 1).disabled, self.ask(users.find, 1).generation), (True, 1))
        self.run_change(users.enable, 1, NOW)
        self.assertEqual((self.ask(users.find, 1).disabled, self.ask(users.find, 1).generation), (False, 1))

    def test_login_is_noted(self):
        self.run_change(users.record_login, 1, "2001:db8::1", "65535", NOW + 5)
        found = self.ask(users.find, 1)
        self.assertEqual((found.client_ip, found.client_port, found.login_at), ("2001:db8::1", "65535", NOW + 5))

    def test_deleted_appear_nowhere(self):
        self.run_change(users.change, 1, {"phone": "13812345678", "email": "a@b.de", "avatar": "/a"}, NOW)
        self.run_change(users.delete, 1, NOW)
        self.assertIsNone(self.ask(users.find, 1))
        self.assertIsNone(self.ask(users.find_by_name, "ann"))
        self.assertIsNone(self.ask(users.find_hash, "ann"))
        self.assertIsNone(self.ask(users.administrator, 1))
        self.assertEqual(self.ask(users.existing, [1]), set())
        self.assertEqual(self.ask(users.everyone), [])
        self.fails(NoSuchUser, users.delete, 1, NOW)

    def test_deleted_row_stays_but_knows_nothing(self):
        self.run_change(users.change, 1, {"phone": "13812345678", "email": "a@b.de", "avatar": "/a"}, NOW)
        self.run_change(users.record_login, 1, "192.0.2.1", "1", NOW)
        self.run_change(users.delete, 1, NOW)
        row = self.ask(lambda connection: dict(connection.execute(select(tables.users)).mappings().one()))
        for column in ("name", "password_hash", "avatar", "gender", "phone", "email", "client_ip", "client_port"):
            self.assertEqual(row[column], "", column)
        self.assertEqual((row["id"], row["name_key"], row["login_at"], row["generation"]), (1, None, None, 1))

    def test_name_is_free_again_and_the_id_is_not(self):
        self.run_change(users.delete, 1, NOW)
        self.assertEqual(self.run_change(users.insert, "ann", "hash", NOW).id, 2)

    def test_existing(self):
        self.run_change(users.insert, "Bob", "hash", NOW)
        self.assertEqual(self.ask(users.existing, range(0, 5000)), {1, 2})
        self.assertEqual(self.ask(users.existing, []), set())

    def test_administrator(self):
        self.assertIs(self.ask(users.administrator, 1), False)
        self.run_change(lambda connection: connection.execute(tables.users.update().values(administrator=True)).close())
        self.assertIs(self.ask(users.administrator, 1), True)

    def test_a_taken_name_that_was_free_a_moment_ago(self):
        """The store itself keeps names unique, and what else the transaction does goes on."""

        def change(connection):
            self.patch(users, "find_by_name", lambda *_: None)
            for refused in ((users.insert, "aNN", "hash", NOW), (users.change, 2, {"name": "ann"}, NOW)):
                with self.assertRaises(NameTaken), connection.begin_nested():
                    refused[0](connection, *refused[1:])
            users.set_password(connection, 1, "other", NOW)

        self.run_change(users.insert, "Bob", "hash", NOW)
        self.run_change(change)
        self.assertEqual(self.ask(users.find, 1).generation, 1)


class UsersOnPostgreSQL(OnPostgreSQL, Users):
    """The same on the other store."""


class Searches(SynchronousTestCase):
    def test_only_what_begins_so_is_looked_at(self) -> None:
        """However many there are, and wherever they are."""
        store = make_store(self)
        (plan,) = plans(store, lambda connection: users.by_prefix(connection, "ann", None, 10), "users")
        self.assertIn("name_key>? AND name_key<?", plan)
        (plan,) = plans(store, lambda connection: users.by_prefix(connection, "ann", "anna", 10), "users")
        self.assertIn("SEARCH users USING INDEX", plan)
        (plan,) = plans(store, lambda connection: users.by_prefix(connection, "", None, 10), "users")
        self.assertIn("INDEX", plan)
        self.assertNotIn("TEMP B-TREE", plan, "a page of all users does not sort them all")
