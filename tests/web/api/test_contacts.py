"""Tests for L{hichat.web.api.contacts}: the rules are the domain's; here is what they are over HTTP."""

from hichat.contacts.contacts import Contacts
from hichat.core.kinds import Kind
from tests.support.site import SiteCase


class ContactsCase(SiteCase):
    def setUp(self):
        super().setUp()
        self.people = {}
        self.queries = {}
        for name in ("Ann", "Bob", "Cat"):
            user, query = self.make_user(name)
            self.people[user.id] = self.token_of(user.id)
            self.queries[user.id] = query

    def call(self, user, method, target, body=None):
        return self.api(method, target, body, self.people[user])

    def good(self, user, method, target, body=None, status=200):
        answer = self.call(user, method, target, body)
        self.assertEqual(answer.status, status, answer.body)
        return answer.json if answer.body else None

    def ids(self, user, target):
        return [item["user"]["id"] for item in self.good(user, "GET", target)["items"]]


class Requests(ContactsCase):
    def test_asked_and_accepted(self):
        self.good(1, "PUT", "/contact-requests/sent/2", {"greeting": "it is Ann"}, 202)
        (request,) = self.good(2, "GET", "/contact-requests/received")["items"]
        person = self.good(2, "GET", "/users/1")
        self.assertEqual(request, {"user": person, "since": self.now, "greeting": "it is Ann"})
        self.assertEqual(self.ids(1, "/contact-requests/sent"), [2])
        self.assertEqual(self.good(2, "PUT", "/contacts/1"), {"user": person, "since": self.now})
        self.assertEqual((self.ids(1, "/contacts"), self.ids(2, "/contacts")), ([2], [1]))
        self.assertEqual([event.kind for event in self.ledger.appended], [Kind.CONTACT_REQUESTED, Kind.CONTACT_ADDED])

    def test_without_a_word(self):
        """A body of which every field is optional is optional itself."""
        self.good(1, "PUT", "/contact-requests/sent/2", None, 202)
        (request,) = self.good(2, "GET", "/contact-requests/received")["items"]
        self.assertNotIn("greeting", request)

    def test_how_many_wait(self):
        """It comes with one's account: those of blocked users do not count, nor those that were answered."""

        def waiting(user):
            me = self.good(user, "GET", "/me")
            return me["requests"], me["invitations"]

        team = self.good(1, "POST", "/groups", {"name": "team"}, 201)["id"]
        for user in (1, 2):
            self.good(user, "PUT", "/contact-requests/sent/3", {}, 202)
        self.good(1, "PUT", f"/groups/{team}/invitations/3", status=202)
        self.assertEqual([waiting(user) for user in (1, 2, 3)], [(0, 0), (0, 0), (2, 1)])
        self.good(3, "PUT", "/blocks/2", status=204)
        self.assertEqual(waiting(3), (1, 1))
        self.good(3, "PUT", "/contacts/1")
        self.good(3, "POST", f"/groups/{team}/join")
        self.assertEqual(waiting(3), (0, 0))

    def test_both_ask(self):
        self.good(1, "PUT", "/contact-requests/sent/2", {}, 202)
        self.assertEqual(self.good(2, "PUT", "/contact-requests/sent/1", {})["user"]["name"], "Ann")

    def test_no(self):
        self.good(1, "PUT", "/contact-requests/sent/2", {}, 202)
        self.problem(self.call(1, "PUT", "/contact-requests/sent/2", {}), 409, "already_requested")
        self.good(2, "DELETE", "/contact-requests/received/1", status=204)
        self.problem(self.call(2, "DELETE", "/contact-requests/received/1"), 404, "no_such_request")
        self.problem(self.call(1, "DELETE", "/contact-requests/sent/2"), 404, "no_such_request")
        self.good(1, "PUT", "/contact-requests/sent/2", {}, 202)
        self.good(1, "DELETE", "/contact-requests/sent/2", status=204)
        self.problem(self.call(2, "PUT", "/contacts/1"), 404, "no_such_request")
        self.problem(self.call(1, "PUT", "/contact-requests/sent/9", {}), 404, "no_such_user")
        self.problem(self.call(1, "PUT", "/contact-requests/sent/1", {}), 409, "added_oneself")

    def test_what_is_wrong_is_named(self):
        found = self.problem(
            self.call(1, "PUT", "/contact-requests/sent/2", {"greeting": "x" * 256}), 400, "invalid_field"
        )
        self.assertEqual(found["errors"][0]["pointer"], "/greeting")
        self.good(1, "PUT", "/contact-requests/sent/2", {}, 202)
        self.good(2, "PUT", "/contacts/1")
        found = self.problem(self.call(1, "PATCH", "/contacts/2", {"remark": "a\nb"}), 400, "invalid_field")
        self.assertEqual(found["errors"][0]["pointer"], "/remark")


class Blocks(ContactsCase):
    def test_a_request_is_refused(self):
        self.good(1, "PUT", "/blocks/2", status=204)
        self.good(1, "PUT", "/blocks/2", status=204)
        self.assertEqual(self.ids(1, "/blocks"), [2])
        self.assertEqual(self.ids(2, "/blocks"), [])
        self.problem(self.call(2, "PUT", "/contact-requests/sent/1", {}), 403, "blocked")
        self.problem(self.call(1, "PUT", "/contact-requests/sent/2", {}), 409, "blocked_by_you")
        self.good(1, "DELETE", "/blocks/2", status=204)
        self.problem(self.call(1, "DELETE", "/blocks/2"), 404, "not_blocked")
        self.good(2, "PUT", "/contact-requests/sent/1", {}, 202)

    def test_an_invitation_to_a_group_is_refused(self):
        team = self.good(2, "POST", "/groups", {"name": "team"}, 201)["id"]
        self.good(1, "PUT", "/blocks/2", status=204)
        self.problem(self.call(2, "PUT", f"/groups/{team}/invitations/1"), 403, "blocked")
        self.good(2, "PUT", f"/groups/{team}/invitations/3", status=202)
        self.good(1, "DELETE", "/blocks/2", status=204)
        self.good(2, "PUT", f"/groups/{team}/invitations/1", status=202)

    def test_nobody(self):
        self.problem(self.call(1, "PUT", "/blocks/1"), 409, "oneself")
        self.problem(self.call(1, "PUT", "/blocks/9"), 404, "no_such_user")

    def test_v1_is_subject_to_them(self):
        self.good(1, "PUT", "/blocks/2", status=204)
        for user, text in ((2, "does not want"), (1, "you have blocked")):
            answer = self.post(
                f"/v1/relation/add{self.queries[user]}",
                {"userId": user, "targetName": str(3 - user)},
                Accept_Language="en",
            )
            self.assertEqual((answer.status, answer.json["code"]), (200, -1))
            self.assertIn(text, answer.json["message"])
        self.good(1, "DELETE", "/blocks/2", status=204)
        answer = self.post(f"/v1/relation/add{self.queries[2]}", {"userId": 2, "targetName": "Ann"})
        self.assertEqual(answer.json["code"], 0)
        self.assertEqual(self.ids(1, "/contacts"), [2])


class Lists(ContactsCase):
    def befriend(self, user, other):
        self.good(user, "PUT", f"/contact-requests/sent/{other}", {}, 202)
        self.good(other, "PUT", f"/contacts/{user}")

    def test_pages(self):
        self.befriend(1, 2)
        self.now += 1
        self.befriend(3, 1)
        first = self.good(1, "GET", "/contacts?limit=1")
        second = self.good(1, "GET", f"/contacts?limit=1&cursor={first['next']}")
        self.assertEqual([page["items"][0]["user"]["name"] for page in (first, second)], ["Bob", "Cat"])
        self.assertNotIn("next", second)

    def test_remark_and_removal(self):
        self.befriend(1, 2)
        self.assertEqual(self.good(1, "PATCH", "/contacts/2", {"remark": "Bobby"})["remark"], "Bobby")
        self.assertEqual(self.good(1, "PATCH", "/contacts/2", {})["remark"], "Bobby")
        self.assertEqual(self.good(1, "GET", "/contacts/2")["remark"], "Bobby")
        self.assertNotIn("remark", self.good(2, "GET", "/contacts/1"))
        self.good(2, "DELETE", "/contacts/1", status=204)
        for method, body in (("GET", None), ("PATCH", {"remark": "x"}), ("DELETE", None)):
            self.problem(self.call(1, method, "/contacts/2", body), 404, "no_such_contact")


class ContactsOnly(ContactsCase):
    def build(self):
        super().build()
        self.contacts._contacts_only = True

    def test_v1_asks(self):
        self.assertIsInstance(self.contacts, Contacts)
        add = f"/v1/relation/add{self.queries[1]}"
        answer = self.post(add, {"userId": 1, "targetName": "Bob"}, Accept_Language="en")
        self.assertEqual(answer.json, {"code": -1, "message": "you have asked; the other has to accept"})
        self.good(2, "PUT", "/contacts/1")
        self.assertEqual(self.ids(1, "/contacts"), [2])
