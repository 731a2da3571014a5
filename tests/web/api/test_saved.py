"""Tests for L{hichat.conversations.saved}, over HTTP."""

from hichat.accounts import saved_messages
from hichat.core.events import Scope
from hichat.core.kinds import Kind
from hichat.storage import tables
from hichat.wire import stored
from hichat.wire.frames import Edit
from tests.support.conversations import TEAM, ConversationsCase
from tests.support.ledger import edit, recall
from tests.support.postgres import OnPostgreSQL


class SavedTests(ConversationsCase):
    def save(self, user, message, status=204):
        answer = self.good(user, "PUT", f"/saved/{message}", status=status)
        return answer and answer["code"]

    def saved(self, user, query=""):
        return self.good(user, "GET", f"/saved{query}")

    def ids(self, user):
        return [item["message"]["id"] for item in self.saved(user)["items"]]

    def test_the_list(self):
        first, second, third = self.say(2, "one", user=1), self.say(1, "two", group=TEAM), self.say(3, "three")
        own = self.say(1, "four", user=2)
        for message in (second, first, third, first, own):
            self.save(1, message)
        found = [(item["message"]["id"], item["conversation"]) for item in self.saved(1)["items"]]
        team = f"group-{TEAM}"
        self.assertEqual(found, [(own, "user-2"), (third, "announcements"), (first, "user-2"), (second, team)])
        self.assertEqual(self.ids(2), [])
        told = [(event.sender, event.scope, event.target, event.subject) for event in self.events(Kind.SAVED)]
        self.assertEqual(told, [(1, Scope.USER, 1, message) for message in (second, first, third, own)])
        for _ in range(2):
            self.good(1, "DELETE", f"/saved/{first}", status=204)
        self.assertEqual(self.ids(1), [own, third, second])
        self.assertEqual([event.subject for event in self.events(Kind.UNSAVED)], [first])

    def test_pages(self):
        said = [self.say(2, "hi", user=1) for _ in range(5)]
        for message in said:
            self.save(1, message)
        page = self.saved(1, "?limit=2")
        self.assertEqual([item["message"]["id"] for item in page["items"]], said[:2:-1])
        # What is saved meanwhile moves nothing.
        self.save(1, self.say(2, "new", user=1))
        found = [item["message"]["id"] for item in self.saved(1, f"?limit=9&cursor={page['next']}")["items"]]
        self.assertEqual(found, said[2::-1])

    def test_what_one_may_not_read(self):
        private, team = self.say(1, "hi", user=2), self.say(1, "hi", group=TEAM)
        for message in (private, team, 999, self.events(Kind.JOINED)[0].position):
            self.assertEqual(self.save(3, message, status=404), "no_such_message")
        self.good(1, "PUT", "/saved/0", status=400)

    def test_one_message(self):
        """A link has the id only: each of the two has another name for where it is."""
        private, team = self.say(1, "hi", user=2), self.say(1, "all", group=TEAM)
        for user, message, name in ((1, private, "user-2"), (2, private, "user-1"), (2, team, f"group-{TEAM}")):
            found = self.good(user, "GET", f"/messages/{message}")
            self.assertEqual((found["message"]["id"], found["conversation"]), (message, name))
        for message in (private, team, 999):
            self.assertEqual(self.good(3, "GET", f"/messages/{message}", status=404)["code"], "no_such_message")
        self.writer.write([recall(1, private)])
        self.assertTrue(self.good(2, "GET", f"/messages/{private}")["message"]["recalled"])

    def test_what_became_of_it(self):
        first, second, third = (self.say(2, "old", user=1) for _ in range(3))
        self.save(1, first)
        self.save(1, second)
        self.writer.write([edit(2, first, stored.revision_body(Edit(message=first, text="new"))), recall(2, second)])
        self.writer.write([recall(2, third)])
        gone, edited = (item["message"] for item in self.saved(1)["items"])
        self.assertEqual((gone["recalled"], edited["text"]), (True, "new"))
        self.assertEqual(self.save(1, third, status=409), "recalled")
        self.good(1, "DELETE", f"/saved/{second}", status=204)
        self.assertEqual(self.ids(1), [first])

    def test_after_one_left(self):
        """What one could read one can read; of what came later one sees nothing."""
        message = self.say(1, "old", group=TEAM)
        self.save(2, message)
        self.good(2, "POST", f"/groups/{TEAM}/leave", status=204)
        self.writer.write([edit(1, message, stored.revision_body(Edit(message=message, text="secret")))])
        later = self.say(1, "later", group=TEAM)
        (item,) = self.saved(2)["items"]
        self.assertEqual(item["message"]["text"], "old")
        self.assertEqual(self.save(2, later, status=404), "no_such_message")
        with self.store.transaction() as connection:
            connection.execute(tables.members.delete().where(tables.members.c.user_id == 2))
        self.assertEqual(self.ids(2), [])

    def test_there_are_not_too_many(self):
        self.patch(saved_messages, "SAVED_LIMIT", 2)
        first, second, third = (self.say(2, "hi", user=1) for _ in range(3))
        self.save(1, first)
        self.save(1, second)
        self.assertEqual(self.save(1, third, status=409), "too_many_saved")
        self.good(1, "DELETE", f"/saved/{first}", status=204)
        self.save(1, third)
        self.assertEqual(self.ids(1), [third, second])

    def test_a_deleted_account(self):
        self.save(1, self.say(2, "hi", user=1))
        self.save(2, self.say(2, "hi", user=1))
        self.run_now(self.accounts.deleter.delete(self.users[2]))
        with self.store.snapshot() as connection:
            self.assertEqual(connection.scalars(tables.saved_messages.select()).all(), [1])
        self.assertEqual(len(self.ids(1)), 1)


class SavedOnPostgreSQLTests(OnPostgreSQL, SavedTests):
    pass
