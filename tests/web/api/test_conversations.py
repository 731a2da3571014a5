"""Tests for L{hichat.web.api.conversations} and L{hichat.conversations.settings}."""

import json
from typing import Any

from twisted.internet.defer import Deferred

from hichat.accounts import conversation_settings
from hichat.accounts.conversation_settings import Setting
from hichat.conversations.marks import GATHER
from hichat.core.errors import NoSuchTarget, NotAdministrator, TooManyPinned
from hichat.core.events import Scope
from hichat.core.kinds import Kind
from hichat.wire import view
from tests.support.conversations import TEAM, ConversationsCase
from tests.support.ledger import block, message
from tests.support.postgres import OnPostgreSQL

NOTHING = {"pinned": False, "muted": False}
STANDING = {"unread": 0, "received": 0, "read": 0}


class ChangesTests(ConversationsCase):
    def test_who_came_and_went(self):
        """It is told again, to those who were there."""
        path = f"/groups/{TEAM}/changes"
        said = self.say(1, "hi", group=TEAM)
        self.good(1, "PATCH", f"/groups/{TEAM}", {"name": "another"})
        self.good(2, "POST", f"/groups/{TEAM}/leave", status=204)
        self.good(1, "PATCH", f"/groups/{TEAM}", {"name": "a third"})
        seen = self.good(2, "GET", path)["items"]
        self.assertEqual([(each["kind"], each["from"]) for each in seen], [("joined", 2), ("changed", 1), ("left", 2)])
        self.assertEqual(seen[1]["changed"], {"name": "another"})
        self.assertEqual(self.good(2, "GET", f"{path}?after={said}")["items"], seen[1:])
        every = self.good(1, "GET", path)["items"]
        self.assertEqual([each["kind"] for each in every], ["joined", "joined", "changed", "left", "changed"])
        self.assertEqual(self.good(1, "GET", f"{path}?limit=2")["items"], every[-2:])
        self.assertEqual(self.good(1, "GET", f"{path}?before={said}")["items"], every[:2])
        self.assertEqual(self.call(3, "GET", path).json["code"], "not_a_member")


class ChangesOnPostgreSQLTests(OnPostgreSQL, ChangesTests):
    pass


class ListTests(ConversationsCase):
    def test_what_is_shown(self):
        self.say(3, "welcome, all")
        last = self.say(2, "hi Ann", user=1)
        self.run_now(self.contacts.add(self.users[1], "Bob"))
        self.run_now(self.contacts.remark(self.users[1], 2, "Bobby"))
        pair, everyone, team = self.good(1, "GET", "/conversations")["items"]
        message = pair.pop("last")
        self.assertEqual((message["id"], message["text"], message["from"]), (last, "hi Ann", 2))
        named = {"name": "user-2", "user": 2, "title": "Bob", "picture": "", "remark": "Bobby"}
        self.assertEqual(pair, named | STANDING | {"unread": 1})
        self.assertEqual(everyone.pop("last")["text"], "welcome, all")
        self.assertEqual(everyone, {"name": "announcements", "title": "", "picture": ""} | STANDING | {"unread": 1})
        self.assertEqual(team, {"name": f"group-{TEAM}", "group": TEAM, "title": "team", "picture": ""} | STANDING)
        self.good(2, "PATCH", "/me", {"displayName": "Robert B."})
        shown = self.good(1, "GET", "/conversations")["items"][0]
        self.assertEqual((shown["title"], shown["login"], shown["remark"]), ("Robert B.", "Bob", "Bobby"))

    def test_pages(self):
        self.say(2, "hi", user=1)
        self.say(3, "hi", user=1)
        self.say(3, "all")
        found, cursor = [], ""
        while cursor is not None:
            page = self.good(1, "GET", f"/conversations?limit=1{cursor and '&cursor=' + cursor}")
            found += [item["name"] for item in page["items"]]
            cursor = page.get("next")
        self.assertEqual(found, ["announcements", "user-3", "user-2", f"group-{TEAM}"])
        self.problem(self.call(1, "GET", "/conversations?cursor=x"), 400, "bad_cursor")
        self.assertEqual(len(self.good(1, "GET", "/conversations?limit=300")["items"]), 4)
        self.problem(self.call(1, "GET", "/conversations?limit=301"), 400, "invalid_field")

    def test_a_deleted_account(self):
        self.say(2, "hi", user=1)
        self.run_now(self.accounts.deleter.delete(self.users[2]))
        (pair,) = [item for item in self.good(1, "GET", "/conversations")["items"] if item.get("user") == 2]
        self.assertEqual((pair["title"], pair["last"]["text"]), ("", "hi"))


class MessageTests(ConversationsCase):
    def texts(self, user, query, name="user-2"):
        found = self.good(user, "GET", f"/conversations/{name}/messages{query}")
        return "".join(item["text"] for item in found["items"]), found["more"]

    def test_both_ways(self):
        ids = [self.say(1 + i % 2, str(i), user=2 - i % 2) for i in range(7)]
        self.assertEqual(self.texts(1, "?limit=3"), ("456", True))
        self.assertEqual(self.texts(1, f"?limit=3&before={ids[4]}"), ("123", True))
        self.assertEqual(self.texts(1, f"?limit=3&before={ids[1]}"), ("0", False))
        self.assertEqual(self.texts(1, f"?limit=3&after={ids[0]}"), ("123", True))
        self.assertEqual(self.texts(2, "?after=0", "user-1"), ("0123456", False))
        self.assertEqual(self.texts(3, "", "user-1"), ("", False), "strangers see nothing")

    def test_from_a_time_on(self):
        times = {}
        for text in "0123456":
            self.now += 60_000
            self.say(1 + int(text) % 2, text, user=2 - int(text) % 2)
            self.say(3, "elsewhere", user=3)
            times[text] = self.now
        for text in "0123456":
            self.assertEqual(self.texts(1, f"?limit=1&since={times[text]}")[0], text)
            self.assertEqual(self.texts(1, f"?limit=1&since={times[text] - 59_999}")[0], text)
        self.assertEqual(self.texts(1, f"?since={times['2'] + 1}"), ("3456", False))
        self.assertEqual(self.texts(1, "?since=0"), ("0123456", False))
        self.assertEqual(self.texts(1, f"?since={times['6'] + 1}"), ("", False))
        self.problem(self.call(1, "GET", "/conversations/user-2/messages?since=-1"), 400, "invalid_field")

    def test_groups_are_for_members(self):
        self.say(1, "x", group=TEAM)
        self.assertEqual(self.texts(2, "", f"group-{TEAM}"), ("x", False))
        self.problem(self.call(3, "GET", f"/conversations/group-{TEAM}/messages"), 403, "not_a_member")

    def test_announcements_are_everybodys_and_administrators_write_them(self):
        self.say(3, "a")
        (refused,) = self.writer.write([message(1, 0, Scope.EVERYONE)])
        self.assertIsInstance(refused, NotAdministrator)
        for user in (1, 2, 3):
            self.assertEqual(self.texts(user, "", "announcements"), ("a", False))

    def test_names_that_are_none(self):
        for name in ("user-0", "user-", "user-x", "group-5", "x", "user-1%0A", f"user-{2**53}", "everyone"):
            found = self.problem(self.call(1, "GET", f"/conversations/{name}/messages"), 400, "invalid_field")
            self.assertEqual(found["errors"][0]["parameter"], "conversation", name)
        self.problem(self.call(1, "GET", "/conversations/user-2/messages?limit=101"), 400, "invalid_field")


class MarkTests(ConversationsCase):
    def mark(self, user, name, body):
        """Marks gather for a moment before they are written."""
        connection = self.connect()
        content = json.dumps(body).encode()
        head = (
            f"PUT /v2/conversations/{name}/marks HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {self.tokens_of[user]}\r\nContent-Length: {len(content)}\r\n\r\n"
        )
        connection.send(head.encode() + content)
        self.clock.advance(GATHER)
        return connection.answer("PUT")

    def test_read(self):
        first, second = self.say(2, "1", user=1), self.say(2, "2", user=1)
        self.assertEqual(self.mark(1, "user-2", {"received": second, "read": first}).status, 204)
        expected = {"unread": 1, "received": second, "read": first, "others": [], "last": second}
        self.assertEqual(self.good(1, "GET", "/conversations/user-2/marks"), expected)
        others = self.good(2, "GET", "/conversations/user-1/marks")["others"]
        self.assertEqual(others, [{"user": 1, "received": second, "read": first}])
        self.assertEqual([(moved.alone, device) for _, moved, device in self.marked], [(False, 1)])
        pair = self.good(1, "GET", "/conversations")["items"][0]
        self.assertEqual({name: pair[name] for name in STANDING}, {"unread": 1, "received": second, "read": first})
        self.assertEqual(self.mark(1, "user-2", {}).status, 204)

    def test_blocked(self):
        first = self.say(2, "1", user=1)
        self.writer.write([block(1, 2)])
        self.assertEqual(self.mark(1, "user-2", {"read": first}).status, 204)
        self.assertEqual([moved.alone for _, moved, _ in self.marked], [True])
        self.assertEqual(self.good(2, "GET", "/conversations/user-1/marks")["others"], [])

    def test_strangers(self):
        answer = self.mark(3, f"group-{TEAM}", {"read": 1})
        self.assertEqual((answer.status, answer.json["code"]), (404, "no_such_target"))
        self.problem(self.call(3, "GET", f"/conversations/group-{TEAM}/marks"), 404, "no_such_target")


class SettingTests(ConversationsCase):
    def test_pin_and_mute(self):
        self.say(2, "hi", user=1)
        shown = self.good(1, "PATCH", "/conversations/announcements", {"pinned": True})
        self.assertEqual(shown, {"name": "announcements", "pinned": True, "muted": False})
        self.good(1, "PATCH", f"/conversations/group-{TEAM}", {"muted": True})
        items = self.good(1, "GET", "/conversations")["items"]
        listed = [(item["name"], item.get("pinned"), item.get("muted")) for item in items]
        self.assertEqual(listed, [("announcements", True, None), ("user-2", None, None), (f"group-{TEAM}", None, True)])
        self.assertEqual([item.get("pinned") for item in self.good(2, "GET", "/conversations")["items"]], [None] * 3)
        self.good(1, "PATCH", "/conversations/announcements", {"pinned": False})
        self.assertEqual(self.good(1, "GET", "/conversations/announcements")["pinned"], False)

    def test_the_devices_of_the_user_hear_of_it(self):
        for body in ({"muted": True}, {"muted": True}, {}, {"pinned": True}):
            self.good(1, "PATCH", "/conversations/user-2", body)
        shown: list[Any] = [view.happened(event) for event in self.events(Kind.CONVERSATION_SET)]
        self.assertEqual([(each.from_, each.user) for each in shown], [(1, 1)] * 2, "what is so already is no event")
        found = [(each.settings.user, each.settings.pinned, each.settings.muted) for each in shown]
        self.assertEqual(found, [(2, False, True), (2, True, True)])

    def names(self, user, archived=False):
        return [
            item["name"] for item in self.good(user, "GET", f"/conversations{'?archived=true' * archived}")["items"]
        ]

    def test_archived(self):
        """It is a list of its own, until something new is said there."""
        self.say(2, "hi", user=1)
        self.good(1, "PATCH", "/conversations/user-2", {"pinned": True})
        shown = self.good(1, "PATCH", "/conversations/user-2", {"archived": True})
        self.assertEqual(shown, {"name": "user-2", "pinned": False, "muted": False, "archived": True})
        self.assertEqual((self.names(1), self.names(1, True)), ([f"group-{TEAM}", "announcements"], ["user-2"]))
        (item,) = self.good(1, "GET", "/conversations?archived=true")["items"]
        self.assertEqual((item["archived"], item["unread"]), (True, 1))
        self.say(2, "are you there?", user=1)
        self.assertEqual((self.names(1)[0], self.names(1, True)), ("user-2", []))
        self.assertEqual(self.good(1, "GET", "/conversations/user-2"), {"name": "user-2"} | NOTHING)
        for body in ({"archived": True}, {"archived": True, "muted": True}):
            self.good(1, "PATCH", "/conversations/user-2", body)
        self.say(2, "hello?", user=1)
        self.assertEqual(self.names(1, True), ["user-2"], "it is muted")
        self.assertTrue(self.good(1, "GET", "/conversations/user-2")["archived"])
        shown = self.good(1, "PATCH", "/conversations/user-2", {"muted": False})
        self.assertEqual(shown, {"name": "user-2"} | NOTHING, "with the mute its stay in the archive ends")
        (*_, last) = self.events(Kind.CONVERSATION_SET)
        told: Any = view.happened(last)
        self.assertEqual((told.settings.archived, told.settings.muted), (False, False))
        self.good(1, "PATCH", "/conversations/user-2", {"archived": True})
        self.good(1, "PATCH", "/conversations/user-2", {"pinned": True})
        self.assertEqual((self.names(1)[0], self.names(1, True)), ("user-2", []))
        self.problem(self.call(1, "GET", "/conversations?archived=yes"), 400, "invalid_field")

    def test_hidden(self):
        self.say(2, "hi", user=1)
        self.assertTrue(self.good(1, "PATCH", "/conversations/user-2", {"hidden": True, "muted": True})["hidden"])
        self.assertEqual((self.names(1), self.names(1, True)), ([f"group-{TEAM}", "announcements"], []))
        self.assertTrue(self.good(1, "GET", "/conversations/user-2")["hidden"])
        self.say(1, "so long", user=2)
        self.assertIn("user-2", self.names(1))
        self.assertNotIn("hidden", self.good(1, "GET", "/conversations/user-2"))

    def test_what_makes_a_notification(self):
        name = f"group-{TEAM}"

        def shown(body):
            found = self.good(1, "PATCH", f"/conversations/{name}", body)
            (item,) = [each for each in self.good(1, "GET", "/conversations")["items"] if each["name"] == name]
            for field in ("notify", "mutedUntil"):
                self.assertEqual(item.get(field), found.get(field))
            self.assertEqual(item.get("muted", False), found["muted"])
            return found.get("notify", "all"), found["muted"], found.get("mutedUntil")

        later = self.now + 3_600_000
        self.assertEqual(shown({"notify": "mentions"}), ("mentions", False, None))
        self.assertEqual(shown({"muted": True}), ("none", True, None))
        self.assertEqual(shown({"muted": False}), ("mentions", False, None))
        self.assertEqual(shown({"mutedUntil": later}), ("mentions", True, later))
        told: Any = view.happened(self.events(Kind.CONVERSATION_SET)[-1])
        self.assertEqual((told.settings.muted, told.settings.mutedUntil), (True, later))
        self.now = later
        self.assertEqual(shown({}), ("mentions", False, None), "the time is over")
        self.assertEqual(shown({"notify": "none"}), ("none", True, None))
        self.assertEqual(shown({"notify": "all", "mutedUntil": later + 5}), ("all", True, later + 5))
        self.assertEqual(shown({"muted": False}), ("all", False, None))
        for wrong in ({"notify": "some"}, {"mutedUntil": -1}, {"mutedUntil": 2**53}, {"unreadFrom": -1}, {"read": 1}):
            self.problem(self.call(1, "PATCH", f"/conversations/{name}", wrong), 400, "invalid_field")

    def test_marked_as_unread(self):
        said = self.say(2, "hi", user=1)
        self.run_now(self.marks_of(1, said))
        body = {"unreadFrom": said}
        self.assertEqual(self.good(1, "PATCH", "/conversations/user-2", body)["unreadFrom"], said)
        item = self.good(1, "GET", "/conversations")["items"][0]
        self.assertEqual((item["unread"], item["read"], item["unreadFrom"]), (0, said, said))
        self.assertNotIn("unreadFrom", self.good(1, "PATCH", "/conversations/user-2", {"unreadFrom": 0}))
        self.good(1, "PATCH", "/conversations/user-2", body)
        self.run_now(self.marks_of(1, self.say(2, "and?", user=1)))
        self.assertEqual(self.good(1, "GET", "/conversations/user-2"), {"name": "user-2"} | NOTHING)
        self.assertNotIn("unreadFrom", self.good(1, "GET", "/conversations")["items"][0])

    async def marks_of(self, user, read):
        moved = self.marks.put(user, (Scope.USER, 1, 2), read, read, 1)
        self.clock.advance(GATHER)
        await moved

    def test_strangers(self):
        for name in (f"group-{TEAM}", f"group-{TEAM + 7}", "user-99"):
            for method, body in (("GET", None), ("PATCH", {"pinned": True})):
                self.problem(self.call(3, method, f"/conversations/{name}", body), 404, "no_such_target")

    def test_not_too_many(self):
        self.patch(conversation_settings, "PINNED_LIMIT", 1)
        self.good(1, "PATCH", "/conversations/user-2", {"pinned": True})
        self.good(1, "PATCH", "/conversations/user-2", {"muted": True})
        self.problem(self.call(1, "PATCH", "/conversations/user-3", {"pinned": True}), 409, "too_many_pinned")
        self.good(1, "PATCH", "/conversations/user-3", {"muted": True})
        self.good(1, "PATCH", "/conversations/user-2", {"pinned": False})
        self.good(1, "PATCH", "/conversations/user-3", {"pinned": True})

    def test_forgotten_with_the_account(self):
        self.good(1, "PATCH", "/conversations/user-2", {"pinned": True})
        self.run_now(self.accounts.deleter.delete(self.users[1]))
        found = self.successResultOf(self.store.read(conversation_settings.settings_of, 1, [(1, 2)]))
        self.assertEqual(found, {})

    def test_with_somebody_who_is_gone(self):
        """It is still listed: so it can be unpinned."""
        self.say(2, "hi", user=1)
        self.good(1, "PATCH", "/conversations/user-2", {"pinned": True})
        self.run_now(self.accounts.deleter.delete(self.users[2]))
        self.assertTrue(self.good(1, "GET", "/conversations/user-2")["pinned"])
        self.good(1, "PATCH", "/conversations/user-2", {"pinned": False})
        items = self.good(1, "GET", "/conversations")["items"]
        self.assertEqual([item.get("pinned") for item in items if item["name"] == "user-2"], [None])

    def test_forgotten_with_the_membership(self):
        """What is pinned and not listed any more would count for ever."""
        self.patch(conversation_settings, "PINNED_LIMIT", 1)
        other = self.run_now(self.groups.create(self.users[1], "other")).id
        endings = (
            (lambda group: self.groups.leave(2, group), 200),
            (lambda group: self.groups.remove(1, group, 2), 200),
            (lambda group: self.groups.dissolve(1, group), 404),
        )
        self.good(1, "PATCH", f"/conversations/group-{TEAM}", {"pinned": True})
        for end, status in endings:
            self.good(2, "POST", f"/groups/{other}/join")
            self.good(2, "PATCH", f"/conversations/group-{other}", {"pinned": True})
            self.run_now(end(other))
            self.assertEqual(self.call(2, "GET", f"/groups/{other}").status, status)
            self.good(2, "PATCH", f"/conversations/group-{TEAM}", {"pinned": True})
            self.good(2, "PATCH", f"/conversations/group-{TEAM}", {"pinned": False})
        self.assertTrue(self.good(1, "GET", f"/conversations/group-{TEAM}")["pinned"], "of others and other groups not")

    def test_set_at_the_same_time(self):
        """Two devices, one setting each: both hold."""
        append = self.ledger.append

        def late(**event):
            patch.restore()
            self.run_now(self.conversations.set(self.users[1], Scope.USER, 2, muted=True))
            return append(**event)

        patch = self.patch(self.ledger, "append", late)
        found = self.run_now(self.conversations.set(self.users[1], Scope.USER, 2, pinned=True))
        self.assertEqual(found, Setting(1, 2, True, True))

    def test_refusals_of_the_domain(self):
        work = self.conversations.set(self.users[1], Scope.USER, 99, pinned=True)
        self.failureResultOf(Deferred.fromCoroutine(work), NoSuchTarget)
        self.patch(conversation_settings, "PINNED_LIMIT", 0)
        work = self.conversations.set(self.users[1], Scope.USER, 2, pinned=True)
        self.failureResultOf(Deferred.fromCoroutine(work), TooManyPinned)


class ListOnPostgreSQLTests(OnPostgreSQL, ListTests):
    """The same on the other store."""


class MessageOnPostgreSQLTests(OnPostgreSQL, MessageTests):
    """The same on the other store."""


class MarkOnPostgreSQLTests(OnPostgreSQL, MarkTests):
    """The same on the other store."""


class SettingOnPostgreSQLTests(OnPostgreSQL, SettingTests):
    """The same on the other store."""
