"""The calls of v1, against whole HTTP in memory."""

import json
from urllib.parse import parse_qs

from treq.testing import StringStubbingResource, StubTreq
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.error import ConnectionRefusedError
from twisted.internet.task import Clock
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.client import ResponseFailed

from hichat.client import http
from hichat.client.http import Api, Session, language_here
from hichat.client.wire import BadAnswer, ClientError, Conversation, Group, Refused, Unauthorized, Unreachable, User
from tests.client.support import ANN, TOKEN, frame, launch


class CallTests(SynchronousTestCase):
    def setUp(self):
        self.answers = []
        self.asked = []
        stub = StubTreq(StringStubbingResource(self.answer))
        self.clock = Clock()
        self.api = Api(self.clock, "http://chat.example/x", http=stub, language="en")
        self.session = Session(self.api, ANN)

    def answer(self, method, url, params, headers, data):
        form = {key: values[0] for key, values in parse_qs(data.decode(), keep_blank_values=True).items()}
        self.asked.append((method, url, {k: v[0] for k, v in params.items()}, headers, form))
        status, body = self.answers.pop(0)
        return status, {}, body if isinstance(body, bytes) else json.dumps(body).encode()

    def call(self, coroutine, body, status=200):
        self.answers.append((status, body))
        return self.successResultOf(launch(coroutine))

    def fails(self, coroutine, body, status, kind):
        self.answers.append((status, body))
        error = self.failureResultOf(launch(coroutine), kind).value
        self.assertNotIn(TOKEN, str(error))
        return str(error)

    def test_register(self):
        self.call(self.api.register("ann", "p&w=1 +"), {"code": 0, "message": "ok", "data": {}})
        method, url, _, headers, form = self.asked[0]
        self.assertEqual((method, url), (b"POST", "http://chat.example/x/v1/user/new"))
        self.assertEqual(form, {"name": "ann", "password": "p&w=1 +", "Identity": "p&w=1 +"})
        self.assertEqual(headers[b"Accept-Language"], [b"en"])

    def test_log_in(self):
        session = self.call(self.api.log_in("ann", "pw"), {"code": 0, "message": "", "tokens": TOKEN, "userId": 1})
        self.assertEqual(session.credentials, ANN)
        self.assertEqual(self.asked[0][1], "http://chat.example/x/v1/user/login_pw")

    def test_a_business_failure_carries_the_sentence(self):
        said = self.fails(self.api.log_in("ann", "no"), {"code": -1, "message": "wrong password"}, 200, Refused)
        self.assertEqual(said, "wrong password")
        said = self.fails(self.session.groups(), {"Code": -1, "Msg": "not today"}, 200, Refused)
        self.assertEqual(said, "not today")
        said = self.fails(self.session.users(), {"code": -1, "message": "broken"}, 500, Refused)
        self.assertEqual(said, "broken")

    def test_401(self):
        said = self.fails(self.session.users(), {"message": "log in again"}, 401, Unauthorized)
        self.assertEqual(said, "log in again")
        self.fails(self.session.users(), b"", 401, Unauthorized)

    def test_what_is_no_answer(self):
        for body, status in [
            (b"<html>", 200),
            (b"\xff", 200),
            (b"", 200),
            (7, 200),
            ({}, 404),
            (b"", 502),
            (b"[" * 99999, 200),
        ]:
            self.fails(self.session.users(), body, status, BadAnswer)
        self.fails(self.api.log_in("a", "b"), {"code": 0, "userId": 1}, 200, BadAnswer)
        self.fails(self.api.log_in("a", "b"), [], 200, BadAnswer)

    def test_a_redirection_is_not_followed(self):
        """It would carry the token away."""
        self.fails(self.session.users(), b"", 302, BadAnswer)
        self.assertEqual(len(self.asked), 1)

    def test_too_long(self):
        self.patch(http, "MAX_ANSWER", 100)
        self.fails(self.session.users(), b"[" + b" " * 100 + b"]", 200, BadAnswer)

    def test_users(self):
        rows = [{"ID": 1, "Name": "ann", "Avatar": ""}, {"ID": 2, "Name": "鲍"}, None]
        self.assertEqual(self.call(self.session.users(), rows), [User(1, "ann"), User(2, "鲍")])
        method, url, query, _, form = self.asked[0]
        self.assertEqual((method, url, form), (b"GET", "http://chat.example/x/v1/user/list", {}))
        self.assertEqual(query, {b"token": TOKEN.encode(), b"userId": b"1"})

    def test_lists_may_be_empty_in_two_ways(self):
        self.assertEqual(self.call(self.session.friends(), {"Code": 0, "Rows": None, "Total": 0}), [])
        self.assertEqual(self.call(self.session.groups(), {"Code": 0, "Rows": []}), [])

    def test_friends_and_groups(self):
        rows = {"Code": 0, "Msg": "", "Data": None, "Rows": [{"ID": 2, "Name": "bob"}], "Total": 1}
        self.assertEqual(self.call(self.session.friends(), rows), [User(2, "bob")])
        rows["Rows"] = [{"ID": 1000000001, "Name": "team", "OwnerId": 2, "Desc": "us"}]
        self.assertEqual(self.call(self.session.groups(), rows), [Group(1000000001, "team", 2, "us")])
        self.assertEqual([asked[4] for asked in self.asked], [{"userId": "1"}, {"ownerId": "1"}])

    def test_contacts(self):
        done = {"code": 0, "message": "done"}
        self.assertEqual(self.call(self.session.add_friend("bob"), done), "done")
        self.assertEqual(self.call(self.session.new_group("team", "us"), done), "done")
        self.assertEqual(self.call(self.session.join_group("team"), done), "done")
        self.assertEqual(
            [asked[4] for asked in self.asked],
            [
                {"userId": "1", "targetName": "bob"},
                {"ownerId": "1", "name": "team", "desc": "us"},
                {"userId": "1", "comId": "team"},
            ],
        )

    def test_calls_of_v2(self):
        session = self.session
        self.assertFalse(self.call(session.request_contact(2, "it is Ann"), b"", 202))
        self.assertTrue(self.call(session.request_contact(2), {"user": {}, "since": 1}))
        self.call(session.accept_contact(2), {"user": {}, "since": 1})
        for work in (session.reject_contact, session.withdraw_request, session.remove_contact, session.block):
            self.call(work(2), b"", 204)
        self.call(session.unblock(2), b"", 204)
        asked = [(method, url.removeprefix("http://chat.example/x/v2")) for method, url, *_ in self.asked]
        self.assertEqual(
            asked,
            [
                (b"PUT", "/contact-requests/sent/2"),
                (b"PUT", "/contact-requests/sent/2"),
                (b"PUT", "/contacts/2"),
                (b"DELETE", "/contact-requests/received/2"),
                (b"DELETE", "/contact-requests/sent/2"),
                (b"DELETE", "/contacts/2"),
                (b"PUT", "/blocks/2"),
                (b"DELETE", "/blocks/2"),
            ],
        )
        _, url, query, headers, _ = self.asked[0]
        self.assertEqual(headers[b"Authorization"], [f"Bearer {TOKEN}".encode()])
        self.assertEqual((query, TOKEN in url), ({}, False), "the token is in no URL")

    def test_lists_of_v2_are_read_to_the_end(self):
        self.answers.append((200, {"items": [{"user": {"id": 2, "name": "bob"}}], "next": "abc"}))
        found = self.call(self.session.blocked(), {"items": [{"user": {"id": 3, "name": "cat"}}, 7]})
        self.assertEqual(found, [User(2, "bob"), User(3, "cat")])
        self.assertEqual([asked[2].get(b"cursor") for asked in self.asked], [None, b"abc"])

    def test_conversations(self):
        items = [
            {"name": "user-2", "title": "bob", "remark": "Bobby", "unread": 3, "last": {"text": "hi", "media": "text"}},
            {"name": "announcements", "title": "", "unread": 0, "pinned": True},
        ]
        found = self.call(self.session.conversations(), {"items": items})
        self.assertEqual(found[0], Conversation("user-2", "Bobby", 3, "hi", "text", False, False))
        self.assertEqual(found[1], Conversation("announcements", "", 0, "", "", True, False))

    def test_problems(self):
        problem = {
            "type": "/v2/api#busy",
            "title": "t",
            "status": 503,
            "code": "busy",
            "detail": "later",
            "retryAfter": 2,
        }
        self.answers.append((503, problem))
        error = self.failureResultOf(launch(self.session.block(2)), Refused).value
        self.assertEqual((str(error), error.code, error.retry_after), ("later", "busy", 2.0))
        self.fails(self.session.block(2), {"code": "unauthorized", "detail": "log in again"}, 401, Unauthorized)
        for body, status in (
            (b"<html>", 200),
            (b"", 200),
            (7, 200),
            ({}, 404),
            (b"", 502),
            (b"", 302),
            (b"[" * 9999, 200),
        ):
            self.fails(self.session.requests(), body, status, BadAnswer)

    def test_history_is_oldest_first(self):
        total = [frame(1, 2, "old"), frame(2, 1, "new"), 7, "not a frame"]
        found = self.call(self.session.history(2, -2, -1), {"Code": 0, "Rows": "ok", "Total": total})
        self.assertEqual([message.content for message in found], ["old", "new"])
        form = self.asked[0][4]
        self.assertEqual(form, {"userIdA": "1", "userIdB": "2", "start": "-2", "end": "-1", "isRev": "true"})
        self.assertEqual(self.call(self.session.history(2), {"Code": 0, "Rows": "ok", "Total": None}), [])


class FakeHTTP:
    """Gives the answer that the test wants, when it wants."""

    def __init__(self):
        self.answer: Deferred[object] = Deferred()

    def request(self, *args, **kwargs):
        return self.answer


class NetworkTests(SynchronousTestCase):
    def setUp(self):
        self.clock = Clock()
        self.http = FakeHTTP()
        self.session = Session(Api(self.clock, "http://chat.example", http=self.http, timeout=9), ANN)

    def test_unreachable(self):
        found = launch(self.session.users())
        self.http.answer.errback(ConnectionRefusedError("gone"))
        self.assertIn("gone", str(self.failureResultOf(found, Unreachable).value))

    def test_a_wrapped_reason_is_readable(self):
        found = launch(self.session.users())
        self.http.answer.errback(ResponseFailed([Failure(ConnectionRefusedError())]))
        self.assertNotIn("Failure", str(self.failureResultOf(found, Unreachable).value))

    def test_no_answer_in_time(self):
        found = launch(self.session.users())
        self.clock.advance(8)
        self.assertNoResult(found)
        self.clock.advance(1)
        self.failureResultOf(found, Unreachable)

    def test_as_the_agent_puts_it(self):
        """It wraps a cancellation, too, whoever wished it."""

        def cancelled(answer):
            answer.errback(ResponseFailed([Failure(CancelledError())]))

        self.http.answer = Deferred(cancelled)
        found = launch(self.session.users())
        self.clock.advance(9)
        self.assertIn("too long", str(self.failureResultOf(found, Unreachable).value))
        self.http.answer = Deferred(cancelled)
        found = launch(self.session.users())
        found.cancel()
        self.failureResultOf(found, CancelledError)

    def test_no_url(self):
        self.assertRaises(ClientError, Api, self.clock, "gopher://x")


class LanguageTests(SynchronousTestCase):
    def test_of_the_locale(self):
        for environ, language in [
            ({"LANG": "zh_CN.UTF-8"}, "zh"),
            ({"LANG": "de_DE.UTF-8"}, "en"),
            ({"LANG": "en_US", "LC_ALL": "zh_TW"}, "zh"),
            ({}, "en"),
        ]:
            self.assertEqual(language_here(environ), language)
