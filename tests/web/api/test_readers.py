"""Tests for who has read a message of a group: L{hichat.conversations.readers} over HTTP."""

from hichat.conversations import marks
from hichat.conversations.marks import Advance
from hichat.core.events import Scope
from hichat.storage import tables
from tests.support.conversations import TEAM, ConversationsCase
from tests.support.postgres import OnPostgreSQL

KEY = (Scope.GROUP, TEAM, 0)


class ReadersTests(ConversationsCase):
    """Ann, Bob, Dan and Eve are in the group, which is a large one."""

    def setUp(self):
        super().setUp()
        for name in ("Dan", "Eve"):
            user, _ = self.make_user(name)
            self.users[user.id], self.tokens_of[user.id] = user, self.token_of(user.id)
            self.run_now(self.groups.join(user, "team"))
        with self.store.transaction() as connection:
            connection.execute(tables.groups.update().values(size=marks.OTHERS_LIMIT + 1))

    def mark(self, user, received, read=0):
        with self.store.transaction() as connection:
            marks.advance(connection, [Advance(user, KEY, received, read)])

    def path(self, message, query=""):
        return f"/groups/{TEAM}/messages/{message}/readers{query}"

    def states(self, message, user=1):
        found = self.good(user, "GET", self.path(message))
        return [(each["displayName"], each["state"]) for each in found["items"]]

    def test_how_far_it_is(self):
        self.say(1, "before", group=TEAM)
        said = self.say(1, "hi", group=TEAM)
        self.assertEqual(self.states(said), [("Bob", "none"), ("Dan", "none"), ("Eve", "none")])
        self.mark(5, said, said)
        self.mark(4, said, said - 1)
        self.mark(2, said - 1, said - 1)
        self.assertEqual(self.good(1, "GET", f"/conversations/group-{TEAM}/marks")["others"], [], "it is a large one")
        found = self.good(1, "GET", self.path(said))
        eve = {"id": 5, "name": "Eve", "displayName": "Eve", "avatar": "", "state": "read"}
        self.assertEqual(found["items"][0], eve)
        self.assertEqual(self.states(said), [("Eve", "read"), ("Dan", "received"), ("Bob", "none")])
        del found["items"]
        self.assertEqual(found, {"read": 1, "received": 1, "none": 1})
        # Other members may know it, too.
        self.assertEqual(self.states(said, 5), self.states(said))

    def test_pages(self):
        said = self.say(1, "hi", group=TEAM)
        self.mark(5, said, said)
        self.mark(2, said)
        found, query = [], "?limit=1"
        while query:
            page = self.good(1, "GET", self.path(said, query))
            self.assertEqual((page["read"], page["received"], page["none"]), (1, 1, 1))
            found += [each["id"] for each in page["items"]]
            query = f"?limit=1&cursor={page['next']}" if "next" in page else ""
        self.assertEqual(found, [5, 2, 4])
        for query in ("?limit=0", "?limit=201", "?before=1"):
            self.problem(self.call(1, "GET", self.path(said, query)), 400, "invalid_field")
        self.problem(self.call(1, "GET", self.path(said, "?cursor=x")), 400, "bad_cursor")

    def test_who_came_later_or_is_gone(self):
        """Whoever was not there has not read it, however far their mark is. Who has left is not listed."""
        self.run_now(self.groups.leave(4, TEAM))
        said = self.say(1, "hi", group=TEAM)
        self.run_now(self.groups.join(self.users[4], "team"))
        self.run_now(self.groups.join(self.users[3], "team"))
        self.run_now(self.groups.leave(5, TEAM))
        later = self.say(1, "hi", group=TEAM)
        for user in (2, 3, 4):
            self.mark(user, later, later)
        self.assertEqual(self.states(said), [("Bob", "read")])
        self.assertEqual(self.states(later), [("Bob", "read"), ("Cat", "read"), ("Dan", "read")])
        # Who was there, left and came back is one of them again.
        self.run_now(self.groups.leave(2, TEAM))
        self.assertEqual(self.states(said), [])
        self.run_now(self.groups.join(self.users[2], "team"))
        self.assertEqual(self.states(said), [("Bob", "read")])
        self.run_now(self.accounts.deleter.delete(self.users[2]))
        self.assertEqual(self.states(said), [])

    def test_whose_it_is_to_know(self):
        said = self.say(1, "hi", group=TEAM)
        private = self.say(1, "hi", user=2)
        other = self.run_now(self.groups.create(self.users[1], "others")).id
        self.problem(self.call(3, "GET", self.path(said)), 403, "not_a_member")
        self.problem(self.call(1, "GET", f"/groups/{other}/messages/{said}/readers"), 404, "no_such_message")
        self.problem(self.call(1, "GET", f"/groups/{TEAM + 7}/messages/{said}/readers"), 404, "no_such_group")
        # A private one, one that is not there yet, and an event that is no message.
        for message in (private, said + 100, 1):
            self.problem(self.call(1, "GET", self.path(message)), 404, "no_such_message")
        self.run_now(self.groups.join(self.users[3], "team"))
        self.problem(self.call(3, "GET", self.path(said)), 404, "no_such_message")
        self.run_now(self.groups.leave(2, TEAM))
        self.problem(self.call(2, "GET", self.path(said)), 403, "not_a_member")
        for message in ("0", "x", "-1"):
            self.problem(self.call(1, "GET", self.path(message)), 400, "invalid_field")


class ReadersOnPostgreSQLTests(OnPostgreSQL, ReadersTests):
    """The same on the other store."""
