"""A guest reads of no stranger over HTTP; the rules are those of L{hichat.accounts.guests}."""

from __future__ import annotations

from hichat.accounts import users
from hichat.accounts.roles import ServerRole
from hichat.core.kinds import Kind
from tests.support.conversations import TEAM, ConversationsCase
from tests.support.ledger import react
from tests.support.postgres import OnPostgreSQL

ANN, BOB, CAT, DAN = 1, 2, 3, 4


class GuestOverHTTPTests(ConversationsCase):
    """Bob is a guest, and in a group with Ann. Cat is an administrator; Dan is a stranger."""

    def setUp(self) -> None:
        super().setUp()
        dan, _ = self.make_user("Dan")
        self.users[DAN], self.tokens_of[DAN] = dan, self.token_of(DAN)
        self.successResultOf(self.store.write(users.set_role, BOB, ServerRole.GUEST, self.now))
        self.announced = self.say(CAT, "to all")
        for user, emoji in ((ANN, "👍"), (DAN, "🎉")):
            self.writer.write([react(user, self.announced, b"+" + emoji.encode())])

    def reactions(self, user):
        """@return: by the address of what has it: the emoji and the users at the announcement."""
        at = "/conversations/announcements"
        self.good(user, "PUT", f"/saved/{self.announced}", status=204)
        found = {
            "messages": self.good(user, "GET", f"{at}/messages")["items"],
            "pinned": [
                each["message"] for each in self.good(user, "GET", "/conversations/announcements/pins")["items"]
            ],
            "saved": [each["message"] for each in self.good(user, "GET", "/saved")["items"]],
            "one": [self.good(user, "GET", f"/messages/{self.announced}")["message"]],
            "list": [each["last"] for each in self.good(user, "GET", "/conversations")["items"] if "last" in each],
            "search": [each["message"] for each in self.good(user, "GET", "/search?q=all")["items"]],
        }
        return {
            where: {each["emoji"]: each["users"] for message in some for each in message.get("reactions", ())}
            for where, some in found.items()
        }

    def test_reactions_to_announcements(self) -> None:
        self.good(CAT, "PUT", f"/conversations/announcements/pins/{self.announced}", status=204)
        for user, wanted in ((BOB, {"👍": [ANN]}), (ANN, {"👍": [ANN], "🎉": [DAN]})):
            found = self.reactions(user)
            self.assertEqual(found, dict.fromkeys(found, wanted))

    def test_lines_of_a_group(self) -> None:
        """Who was banned and never was a member is none of the guest's business; who was one is."""
        for user in (DAN, CAT):
            if user == CAT:
                self.run_now(self.groups.join(self.users[CAT], "team"))
            self.good(ANN, "PUT", f"/groups/{TEAM}/bans/{user}", status=204)
        lines = {user: self.good(user, "GET", f"/groups/{TEAM}/changes")["items"] for user in (ANN, BOB)}
        banned = {user: [each["member"] for each in some if each["kind"] == "banned"] for user, some in lines.items()}
        self.assertEqual(banned, {ANN: [DAN, CAT], BOB: [CAT]})

    def test_profiles_of_those_who_are_named(self) -> None:
        """Who has pinned an announcement, and the owner of a group that the guest is invited to."""
        self.good(ANN, "PUT", f"/groups/{TEAM}/bans/{BOB}", status=204)
        self.run_now(self.groups.create(self.users[DAN], "raft"))
        for user in (DAN, ANN):
            self.assertEqual(self.call(BOB, "GET", f"/users/{user}").status, 404)
        self.run_now(self.groups.join(self.users[ANN], "raft"))
        self.good(ANN, "PUT", f"/groups/{TEAM + 1}/invitations/{BOB}", status=202)
        group = self.good(BOB, "GET", f"/groups/{TEAM + 1}")
        for user in (group["owner"], group["you"]["invitedBy"]):
            self.good(BOB, "GET", f"/users/{user}")
        self.successResultOf(self.store.write(users.make_administrator, DAN, self.now))
        self.good(BOB, "DELETE", f"/groups/{TEAM + 1}/invitations/{BOB}", status=204)
        self.assertEqual(self.call(BOB, "GET", f"/users/{DAN}").status, 404)
        self.good(DAN, "PUT", f"/conversations/announcements/pins/{self.announced}", status=204)
        (pin,) = self.good(BOB, "GET", "/conversations/announcements/pins")["items"]
        self.good(BOB, "GET", f"/users/{pin['from']}")

    def test_a_moderator_who_takes_an_announcement_back(self) -> None:
        """As everywhere but in groups it is as if the author had done that."""
        self.successResultOf(self.store.write(users.set_role, DAN, ServerRole.OWNER, self.now))
        report = self.good(ANN, "POST", "/reports", {"message": self.announced, "reason": "spam"}, 201)["id"]
        self.good(DAN, "POST", f"/admin/reports/{report}/close", {"outcome": "recalled"})
        self.assertEqual([event.sender for event in self.events(Kind.RECALLED)], [CAT])


class GuestOverHTTPOnPostgreSQLTests(OnPostgreSQL, GuestOverHTTPTests):
    """The same on the other store."""
