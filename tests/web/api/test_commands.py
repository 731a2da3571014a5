"""Tests for L{hichat.commands}, over HTTP."""

from tests.support.conversations import TEAM, ConversationsCase
from tests.support.postgres import OnPostgreSQL


class CommandTests(ConversationsCase):
    """Ann owns the team, Bob is in it; Cat, an administrator, is not."""

    def type(self, user, text, name=f"group-{TEAM}", status=200, **headers):
        return self.good(user, "POST", f"/conversations/{name}/commands", {"text": text}, status=status)

    def refused(self, user, text, name=f"group-{TEAM}"):
        return self.call(user, "POST", f"/conversations/{name}/commands", {"text": text}).json["code"]

    def names(self, user, name):
        return [each["name"] for each in self.good(user, "GET", f"/conversations/{name}/commands")["items"]]

    def test_list(self):
        self.assertEqual(self.names(1, f"group-{TEAM}"), ["me", "topic"])
        self.assertEqual(self.names(1, "user-2"), ["me"])

    def test_topic(self):
        """The owner sets a group's description, which everybody in it hears of; a member only reads it."""
        self.assertEqual(
            self.type(1, "/topic Plans for May"), {"name": "topic", "text": "The group's description is set"}
        )
        self.assertIn("Plans for May", self.type(2, "/topic")["text"])
        self.assertEqual(self.good(2, "GET", f"/groups/{TEAM}")["description"], "Plans for May")
        self.assertEqual(self.refused(2, "/topic Others"), "not_permitted")
        self.assertEqual(self.refused(1, "/topic x", "user-2"), "only_in_groups")

    def test_refused(self):
        self.assertEqual(self.refused(1, "/nothing at all"), "no_such_command")
        self.assertEqual(self.refused(1, "/topic@ci x"), "no_such_command")
        self.assertEqual(self.refused(1, "/usr/bin"), "invalid_field")


class PostgreSQLCommandTests(OnPostgreSQL, CommandTests):
    """The same on PostgreSQL."""
