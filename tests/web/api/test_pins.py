"""Tests for L{hichat.conversations.pins}, over HTTP."""

from hichat.conversations import pins
from hichat.core.errors import NoSharedGroup
from hichat.core.events import Scope
from hichat.core.kinds import Kind
from hichat.storage import tables
from hichat.web.api.conversations import SECTION
from hichat.wire import stored
from hichat.wire.frames import Edit
from tests.support.conversations import TEAM, ConversationsCase
from tests.support.ledger import edit, recall
from tests.support.postgres import OnPostgreSQL


def test_what_guests_are_told_is_declared() -> None:
    """A guest who pins in a chat with somebody whom the guest does not meet is told so."""
    assert all(NoSharedGroup in operation.refusals for operation in SECTION.operations if "/pins/" in operation.path)


class PinTests(ConversationsCase):
    """Ann owns the team, Bob is in it; Cat, an administrator, is not."""

    def pin(self, user, message, name=f"group-{TEAM}", status=204):
        return self.call_pin("PUT", user, message, name, status)

    def unpin(self, user, message, name=f"group-{TEAM}", status=204):
        return self.call_pin("DELETE", user, message, name, status)

    def call_pin(self, method, user, message, name, status):
        answer = self.good(user, method, f"/conversations/{name}/pins/{message}", status=status)
        return answer and answer["code"]

    def pinned(self, user, name=f"group-{TEAM}"):
        return [item["message"]["id"] for item in self.good(user, "GET", f"/conversations/{name}/pins")["items"]]

    def test_in_a_group(self):
        first, second = self.say(2, "one", group=TEAM), self.say(1, "two", group=TEAM)
        self.pin(1, second)
        self.now += 1
        self.pin(1, first)
        self.pin(1, first)
        self.assertEqual(self.pinned(2), [first, second])
        item, _ = self.good(2, "GET", f"/conversations/group-{TEAM}/pins")["items"]
        self.assertEqual((item["from"], item["time"], item["message"]["text"]), (1, self.now, "one"))
        told = [(event.sender, event.target, event.subject) for event in self.events(Kind.PINNED)]
        self.assertEqual(told, [(1, TEAM, second), (1, TEAM, first)])
        self.unpin(1, second)
        self.unpin(1, second)
        self.assertEqual(self.pinned(2), [first])
        self.assertEqual([event.subject for event in self.events(Kind.UNPINNED)], [second])

    def test_it_is_a_line(self):
        message = self.say(1, "one", group=TEAM)
        self.pin(1, message)
        self.unpin(1, message)
        for path in (f"/groups/{TEAM}/changes", f"/conversations/group-{TEAM}/changes"):
            *_, line = self.good(2, "GET", path)["items"]
            self.assertEqual((line["kind"], line["from"], line["message"]), ("pinned", 1, message))
        self.assertEqual(self.call(3, "GET", f"/conversations/group-{TEAM}/changes").json["code"], "not_a_member")
        private = self.say(1, "two", user=2)
        self.pin(2, private, "user-1")
        (line,) = self.good(1, "GET", "/conversations/user-2/changes")["items"]
        self.assertEqual((line["kind"], line["from"], line["message"]), ("pinned", 2, private))
        self.assertEqual(self.good(1, "GET", "/conversations/user-3/changes"), {"items": []})

    def test_who_may(self):
        message = self.say(2, "one", group=TEAM)
        self.assertEqual(self.pin(2, message, status=403), "not_permitted")
        self.assertEqual(self.unpin(2, message, status=403), "not_permitted")
        self.assertEqual(self.pin(3, message, status=403), "not_a_member")
        self.assertEqual(self.pin(1, message, f"group-{TEAM + 1}", status=404), "no_such_group")
        self.good(1, "PUT", f"/groups/{TEAM}/members/2/role", {"role": "admin"}, status=204)
        self.pin(2, message)
        self.assertEqual(self.call(3, "GET", f"/conversations/group-{TEAM}/pins").json["code"], "not_a_member")

        private = self.say(1, "two", user=2)
        self.pin(2, private, "user-1")
        self.assertEqual((self.pinned(1, "user-2"), self.pinned(2, "user-1")), ([private], [private]))
        self.unpin(1, private, "user-2")
        self.assertEqual(self.pin(3, private, "user-1", status=404), "no_such_message")
        self.assertEqual(self.pin(1, message, "user-2", status=404), "no_such_message")
        self.assertEqual(self.pin(1, 999, "user-2", status=404), "no_such_message")
        joined = self.events(Kind.JOINED)[0].position
        self.assertEqual(self.pin(1, joined, status=404), "no_such_message")
        self.good(2, "PUT", "/blocks/1", status=204)
        self.assertEqual(self.pin(1, private, "user-2", status=403), "blocked")
        self.pin(2, private, "user-1")

        everyone = self.say(3, "three")
        self.assertEqual(self.pin(1, everyone, "announcements", status=403), "not_administrator")
        self.pin(3, everyone, "announcements")
        self.assertEqual(self.pinned(1, "announcements"), [everyone])

    def test_what_became_of_it(self):
        """It is shown as it is now; what was recalled is not pinned any more."""
        first, second = self.say(2, "one", group=TEAM), self.say(2, "two", group=TEAM)
        self.pin(1, first)
        self.pin(1, second)
        self.writer.write([edit(2, first, stored.revision_body(Edit(message=first, text="new"))), recall(2, second)])
        (item,) = self.good(2, "GET", f"/conversations/group-{TEAM}/pins")["items"]
        self.assertEqual((item["message"]["id"], item["message"]["text"]), (first, "new"))
        self.assertEqual(self.pin(1, second, status=409), "recalled")
        third = self.say(2, "three", group=TEAM)
        self.pin(1, third)
        self.assertEqual(self.pin(1, second, status=409), "recalled")
        with self.store.snapshot() as connection:
            self.assertEqual(len(connection.execute(tables.pins.select()).all()), 2)

    def test_there_are_not_too_many(self):
        self.patch(pins, "PINS_LIMIT", 2)
        first, second, third = (self.say(1, "hi", group=TEAM) for _ in range(3))
        self.pin(1, first)
        self.pin(1, second)
        self.assertEqual(self.pin(1, third, status=409), "too_many_pins")
        self.writer.write([recall(1, first)])
        self.pin(1, third)
        self.assertEqual(self.pinned(1), [third, second])

    def test_after_one_left(self):
        first, second = (self.say(1, "hi", group=TEAM) for _ in range(2))
        self.pin(1, first)
        self.good(2, "POST", f"/groups/{TEAM}/leave", status=204)
        self.pin(1, second)
        self.assertEqual(self.pinned(2), [first])

    def test_a_dissolved_group(self):
        self.pin(1, self.say(1, "hi", group=TEAM))
        private = self.say(1, "hi", user=2)
        self.pin(1, private, "user-2")
        self.good(1, "DELETE", f"/groups/{TEAM}", status=204)
        self.assertEqual(self.pinned(1), [])
        self.assertEqual(self.pinned(1, "user-2"), [private])
        self.assertEqual(Scope.GROUP, self.events(Kind.PINNED)[0].scope)


class PinOnPostgreSQLTests(OnPostgreSQL, PinTests):
    pass
