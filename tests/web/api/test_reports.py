"""Tests for L{hichat.reports}, over HTTP."""

from twisted.internet.defer import Deferred

from hichat.accounts import users
from hichat.accounts.roles import ServerRole
from hichat.core.errors import NoSuchMessage, NotAdministrator
from hichat.core.events import Scope
from hichat.core.kinds import Kind
from hichat.reports import records
from hichat.reports.records import REPORT_DAY
from hichat.storage import tables
from hichat.wire import stored
from hichat.wire.frames import Edit
from tests.support.conversations import TEAM, ConversationsCase
from tests.support.ledger import edit, recall
from tests.support.postgres import OnPostgreSQL


class ReportsCase(ConversationsCase):
    """Cat is a moderator; Ann and Bob are in a group."""

    def report(self, by, /, status=201, **body):
        return self.good(by, "POST", "/reports", {"reason": "spam"} | body, status=status)

    def listed(self, query="", user=3):
        return self.good(user, "GET", f"/admin/reports{query}")["items"]

    def close(self, number, outcome="dismissed", user=3, status=200, **more):
        return self.good(user, "POST", f"/admin/reports/{number}/close", {"outcome": outcome} | more, status=status)

    def disabled(self, user):
        with self.store.snapshot() as connection:
            return users.get(connection, user).disabled


class ReportsTests(ReportsCase):
    def test_a_private_message(self):
        message = self.say(2, "buy this", user=1)
        self.report(1, message=message, text=" it is the tenth ")
        (found,) = self.listed()
        self.assertEqual(
            (found["reason"], found["text"], found["reporter"]["name"], found["about"]["displayName"]),
            ("spam", "it is the tenth", "Ann", "Bob"),
        )
        told = {name: found["message"][name] for name in ("id", "name", "text", "files", "user")}
        self.assertEqual(told, {"id": message, "name": "Bob", "text": "buy this", "files": [], "user": 1})
        self.assertNotIn("closed", found)
        self.assertEqual(self.good(3, "GET", f"/admin/reports/{found['id']}"), found)

    def test_what_was_reported_stays(self):
        """A copy as the reporter saw it: neither an edit nor a recall takes it away."""
        message = self.say(2, "first", group=TEAM)
        self.writer.write([edit(2, message, stored.revision_body(Edit(message=message, text="second")))])
        self.report(1, message=message)
        self.writer.write([edit(2, message, stored.revision_body(Edit(message=message, text="third")))])
        (found,) = self.listed()
        self.assertEqual((found["message"]["text"], found["message"].get("recalled")), ("second", None))
        self.assertEqual((found["message"]["group"], found["message"]["groupName"]), (TEAM, "team"))
        self.assertIn("edited", found["message"])
        self.writer.write([recall(2, message)])
        (found,) = self.listed()
        self.assertEqual((found["message"]["text"], found["message"]["recalled"]), ("second", True))
        self.assertEqual(self.report(1, message=message, status=409)["code"], "recalled")

    def test_a_person(self):
        self.good(2, "PATCH", "/me", {"bio": "I sell"})
        self.report(1, user=2, reason="impersonation")
        (found,) = self.listed()
        self.assertEqual(found["profile"], {"name": "Bob", "displayName": "Bob", "bio": "I sell"})
        self.assertNotIn("message", found)
        self.assertEqual(self.close(found["id"], "recalled", status=400)["code"], "invalid_field")

    def test_what_cannot_be_reported(self):
        own, others = self.say(1, "hi", user=2), self.say(2, "secret", user=3)
        joined = self.events(Kind.JOINED)[0].position
        for body, status, code in (
            ({"message": own}, 409, "oneself"),
            ({"user": 1}, 409, "oneself"),
            ({"message": others}, 404, "no_such_message"),
            ({"message": joined}, 404, "no_such_message"),
            ({"message": 999}, 404, "no_such_message"),
            ({"user": 999}, 404, "no_such_user"),
            ({}, 400, "invalid_field"),
            ({"user": 2, "message": own}, 400, "invalid_field"),
            ({"user": 2, "reason": "dull"}, 400, "invalid_field"),
            ({"user": 2, "text": "x" * 1001}, 400, "invalid_field"),
        ):
            self.assertEqual(self.report(1, status=status, **body)["code"], code, body)
        self.assertEqual(self.listed(), [])

    def test_nobody_reports_too_much(self):
        message = self.say(2, "hi", user=1)
        self.report(1, message=message)
        self.assertEqual(self.report(1, message=message, status=409)["code"], "already_reported")
        self.patch(records, "REPORTS_A_DAY", 2)
        self.report(1, user=2)
        refused = self.call(1, "POST", "/reports", {"reason": "spam", "user": 3})
        self.assertEqual((refused.status, refused.json["code"]), (429, "too_many_reports"))
        self.assertEqual(int(refused.headers["retry-after"]), 24 * 3600)
        # Somebody else is not held up, and a day later nobody is.
        self.report(2, user=1)
        self.now += REPORT_DAY + 1
        self.report(1, user=3)
        self.patch(records, "OPEN_REPORTS", 3)
        self.now += REPORT_DAY + 1
        self.assertEqual(self.report(1, message=self.say(2, "ho", user=1), status=429)["code"], "too_many_reports")

    def test_only_moderators_see_reports(self):
        self.report(1, user=2)
        for user in (1, 2):
            for method, path in (("GET", ""), ("GET", "/1"), ("POST", "/1/close")):
                body = {"outcome": "dismissed"} if method == "POST" else None
                answer = self.good(user, method, f"/admin/reports{path}", body, status=403)
                self.assertEqual(answer["code"], "not_administrator")

    def test_a_moderator_does_not_see_who_reports_the_moderator(self):
        self.successResultOf(self.store.write(users.make_administrator, 2, self.now))
        self.report(1, user=3)
        self.report(1, user=2)
        self.assertEqual([found["about"]["id"] for found in self.listed()], [2])
        self.assertEqual([found["about"]["id"] for found in self.listed(user=2)], [3])
        for path, body in (("", None), ("/close", {"outcome": "dismissed"})):
            answer = self.good(3, "POST" if body else "GET", f"/admin/reports/1{path}", body, status=404)
            self.assertEqual(answer["code"], "no_such_report")

    def test_pages(self):
        for each in range(5):
            self.report(1, message=self.say(2, f"{each}", user=1))
        page = self.good(3, "GET", "/admin/reports?limit=2")
        self.assertEqual([found["id"] for found in page["items"]], [5, 4])
        self.report(2, user=1)
        rest = self.listed(f"?limit=9&cursor={page['next']}")
        self.assertEqual([found["id"] for found in rest], [3, 2, 1])
        for number in (2, 5, 1):
            self.now += 1
            self.close(number)
        page = self.good(3, "GET", "/admin/reports?state=closed&limit=2")
        self.assertEqual([found["id"] for found in page["items"]], [1, 5])
        rest = self.listed(f"?state=closed&cursor={page['next']}")
        self.assertEqual([found["id"] for found in rest], [2])
        self.assertEqual([found["id"] for found in self.listed()], [6, 4, 3])


class VerdictTests(ReportsCase):
    def test_dismissed(self):
        message = self.say(2, "hi", group=TEAM)
        self.report(1, message=message)
        found = self.close(1, note=" a joke ")
        self.assertEqual((found["outcome"], found["note"], found["closedBy"]["id"]), ("dismissed", "a joke", 3))
        self.assertEqual(self.close(1, "recalled", status=409)["code"], "report_closed")
        self.assertEqual(self.close(2, status=404)["code"], "no_such_report")
        self.assertFalse(self.disabled(2))
        self.assertEqual(self.events(Kind.RECALLED), [])
        # What was judged once may be reported again.
        self.report(1, message=message)

    def test_a_message_of_a_group_is_taken_back(self):
        """By the moderator, who is no member, long after its author could have done it."""
        message = self.say(2, "hi", group=TEAM)
        self.report(1, message=message)
        self.now += 30 * REPORT_DAY
        found = self.close(1, "recalled")
        self.assertEqual((found["outcome"], found["message"]["text"]), ("recalled", "hi"))
        self.assertTrue(found["message"]["recalled"])
        (event,) = self.events(Kind.RECALLED)
        self.assertEqual((event.sender, event.scope, event.target, event.subject), (3, Scope.GROUP, TEAM, message))
        shown = self.good(1, "GET", f"/messages/{message}")["message"]
        self.assertEqual((shown["text"], shown["recalled"]), ("", True))

    def test_a_private_message_is_taken_back(self):
        """In the chat of the two, as if its author had done that; also when the author is disabled by then."""
        message = self.say(2, "hi", user=1)
        self.report(1, message=message)
        self.run_now(self.accounts.status.disable(2))
        self.close(1, "recalled")
        (event,) = self.events(Kind.RECALLED)
        self.assertEqual((event.sender, event.scope, event.target, event.subject), (2, Scope.USER, 1, message))
        (told,) = self.events(Kind.MESSAGE)
        self.assertEqual((event.conversation, told.body), (told.conversation, b""))

    def test_without_a_report_nobody_takes_back_what_is_not_theirs(self):
        private, team = self.say(2, "hi", user=1), self.say(2, "hi", group=TEAM)
        self.report(1, message=private)
        for message in (private, team):
            (outcome,) = self.writer.write([recall(3, message)])
            self.assertIsInstance(outcome, NoSuchMessage)
        self.assertEqual(self.events(Kind.RECALLED), [])

    def test_a_user_is_disabled(self):
        self.report(1, user=2)
        found = self.close(1, "disabled")
        self.assertEqual((found["outcome"], found["about"]["disabled"]), ("disabled", True))
        self.assertTrue(self.disabled(2))
        (event,) = self.events(Kind.SIGNED_OUT)
        self.assertEqual((event.target, event.body), (2, b"%d" % users_generation(self, 2)))

    def test_both(self):
        message = self.say(2, "hi", group=TEAM)
        self.report(1, message=message)
        self.close(1, "recalled_and_disabled")
        self.assertEqual([event.subject for event in self.events(Kind.RECALLED)], [message])
        self.assertTrue(self.disabled(2))
        self.assertEqual(self.listed("?state=closed")[0]["outcome"], "recalled_and_disabled")

    def test_what_is_done_already(self):
        """The message was taken back by its author, and the account is gone: the report can be closed all the same."""
        message = self.say(2, "hi", group=TEAM)
        self.report(1, message=message)
        self.writer.write([recall(2, message)])
        self.run_now(self.accounts.deleter.delete(self.users[2]))
        found = self.close(1, "recalled_and_disabled")
        self.assertEqual((found["about"], found["outcome"]), ({"id": 2}, "recalled_and_disabled"))
        self.assertEqual(len(self.events(Kind.RECALLED)), 1)

    def test_roles(self):
        """A moderator judges what was reported; something is done to somebody with a lower role only."""
        for user, role in ((2, ServerRole.MODERATOR), (3, ServerRole.MODERATOR)):
            self.successResultOf(self.store.write(users.set_role, user, role, self.now))
        message = self.say(2, "hi", group=TEAM)
        self.report(1, message=message)
        for outcome in ("recalled", "disabled", "recalled_and_disabled"):
            self.assertEqual(self.close(1, outcome, status=403)["code"], "not_permitted")
        self.assertEqual((self.events(Kind.RECALLED), self.disabled(2)), ([], False))
        self.assertEqual(self.listed()[0]["about"]["role"], "moderator")
        self.close(1)
        self.report(2, user=1)
        self.close(2, "disabled")
        self.assertTrue(self.disabled(1))

    def test_who_is_no_moderator_any_more(self):
        message = self.say(2, "hi", group=TEAM)
        self.report(1, message=message)
        moderator = users_of(self, 3)
        self.successResultOf(self.store.write(users.make_administrator, 3, self.now, False))
        closing = Deferred.fromCoroutine(self.reports.close(moderator, 1, "recalled_and_disabled", ""))
        self.failureResultOf(closing, NotAdministrator)
        self.assertEqual((self.events(Kind.RECALLED), self.disabled(2)), ([], False))


class LeavingTests(ReportsCase):
    def rows(self):
        with self.store.snapshot() as connection:
            return connection.execute(tables.reports.select().order_by(tables.reports.c.id)).all()

    def test_a_deleted_account(self):
        """What a user has reported stays without the name. What was reported of the user stays until it is judged."""
        for user, about in ((1, 2), (2, 1), (3, 1)):
            self.report(user, user=about)
        self.close(3)
        self.run_now(self.accounts.deleter.delete(self.users[1]))
        self.assertEqual([(row.id, row.reporter, row.about) for row in self.rows()], [(1, 0, 2), (2, 2, 1)])
        first, second = self.listed()[::-1]
        self.assertNotIn("reporter", first)
        self.assertEqual((second["about"], second["profile"]["name"]), ({"id": 1}, "Ann"))

    def test_old_ones_are_deleted(self):
        for about in (2, 3):
            self.report(1, user=about)
        self.successResultOf(self.store.write(users.make_administrator, 2, self.now))
        self.close(2, user=2)
        self.now += records.KEPT_DAYS * REPORT_DAY
        self.assertEqual(self.run_now(self.reports.forget_old()), 0)
        self.now += 1
        self.assertEqual(self.run_now(self.reports.forget_old()), 1)
        # Open ones wait for somebody, however long.
        self.assertEqual([row.id for row in self.rows()], [1])


def users_of(case, user):
    with case.store.snapshot() as connection:
        return users.get(connection, user)


def users_generation(case, user):
    return users_of(case, user).generation


class ReportsOnPostgreSQLTests(OnPostgreSQL, ReportsTests):
    pass


class VerdictOnPostgreSQLTests(OnPostgreSQL, VerdictTests):
    pass
