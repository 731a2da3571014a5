"""The calls over HTTP, against whole HTTP in memory."""

import json
from pathlib import Path
from typing import Any

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.error import ConnectionRefusedError
from twisted.internet.task import Clock
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.client import RequestGenerationFailed, RequestTransmissionFailed, ResponseFailed

from hichat.client import calls, http
from hichat.client.http import Api, Session, language_here
from hichat.client.wire import (
    BadAnswer,
    ClientError,
    Conversation,
    Credentials,
    Group,
    Refused,
    Unauthorized,
    Unreachable,
    User,
)
from tests.support.client import ANN, TOKEN, happened, launch
from tests.support.client_cases import CallCase


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
        """
        It wraps a cancellation, too, whoever wished it; and in another way where the body is still to be sent, as when
        TLS is spoken to a port that does not speak it.
        """
        for wrapped in (ResponseFailed, RequestTransmissionFailed, RequestGenerationFailed):

            def cancelled(answer, wrapped=wrapped):
                answer.errback(wrapped([Failure(CancelledError())]))

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


class V2Tests(CallCase):
    """The calls of v2, which are JSON, with the token in a header."""

    def test_a_call(self):
        answer = self.call(self.session.call("PUT", "/x/1?limit=2", {"a": 1}), {"id": 1})
        method, url, query, headers, body = self.asked[0]
        self.assertEqual((method, url), ("PUT", "http://chat.example/x/v2/x/1"))
        self.assertEqual((query, body, answer), ({"limit": "2"}, {"a": 1}, {"id": 1}))
        self.assertEqual(headers[b"Authorization"], [f"Bearer {TOKEN}".encode()])
        self.assertEqual(headers[b"Accept-Language"], [b"en"])
        for status in (202, 204):
            self.assertIsNone(self.call(self.session.call("DELETE", "/x/1"), b"", status))

    def test_the_key_of_a_message(self):
        self.call(self.session.call("POST", "/x", {}, key="a-1"), {}, 201)
        self.call(self.session.call("POST", "/x", {}), {}, 201)
        keys = [headers.get(b"Idempotency-Key") for _, _, _, headers, _ in self.asked]
        self.assertEqual(keys, [[b"a-1"], None])

    def test_register(self):
        self.call(self.api.register("ann", "p&w=1 +"), {"id": 1}, 201)
        self.call(self.api.register("bob", "pw", "code"), {"id": 2}, 201)
        self.assertEqual(self.asked[0][:2], ("POST", "http://chat.example/x/v2/accounts"))
        bodies = [body for *_, body in self.asked]
        expected = [{"name": "ann", "password": "p&w=1 +"}, {"name": "bob", "password": "pw", "invite": "code"}]
        self.assertEqual(bodies, expected)

    def test_nothing_is_asked_of_v1(self):
        """A server may speak v2 only."""
        client = Path(http.__file__).parent
        source = "".join(
            path.read_text() for room in (client, client.parent / "terminal") for path in room.glob("*.py")
        )
        self.assertNotIn("/v1", source.replace("C{/v1}", ""))

    def test_a_redirection_is_not_followed(self):
        """It would carry the token away."""
        self.fails(self.session.users(), b"", 302, BadAnswer)
        self.assertEqual(len(self.asked), 1)

    def test_too_long(self):
        self.patch(http, "MAX_ANSWER", 100)
        self.fails(self.session.users(), b"[" + b" " * 100 + b"]", 200, BadAnswer)
        self.fails(self.session.users(), b"[" * 99, 200, BadAnswer)

    def test_people_and_groups(self):
        self.answers.append((200, {"items": [{"id": 2, "name": "鲍"}], "next": "n"}))
        found = self.call(self.session.users(), {"items": [{"id": 1, "name": "zoe"}, None]})
        self.assertEqual(found, [User(1, "zoe"), User(2, "鲍")])
        row = {"user": {"id": 2, "name": "bob"}, "since": 1}
        self.assertEqual(self.call(self.session.friends(), {"items": [row]}), [User(2, "bob")])
        row = {"id": 1000000001, "name": "team", "owner": 2, "description": "us"}
        self.assertEqual(self.call(self.session.groups(), {"items": [row]}), [Group(1000000001, "team", 2, "us")])
        places = [url.partition("/x/v2")[2] for _, url, *_ in self.asked]
        self.assertEqual(places, ["/users", "/users", "/contacts", "/me/groups"])

    def test_problems(self):
        problem = {"type": "/v2/api#muted", "title": "muted", "status": 403, "code": "muted", "detail": "not now"}
        self.answers.append((403, problem))
        error = self.failureResultOf(launch(self.session.call("GET", "/x")), Refused).value
        self.assertEqual((str(error), error.code, error.retry_after), ("not now", "muted", None))
        self.answers.append((503, problem | {"retryAfter": 1.5}))
        error = self.failureResultOf(launch(self.session.call("GET", "/x")), Refused).value
        self.assertEqual(error.retry_after, 1.5)
        self.fails(self.session.call("GET", "/x"), problem, 401, Unauthorized)
        for body, status in [(b"<html>", 200), ({}, 404), (b"", 502), (b"\xff", 403)]:
            self.fails(self.session.call("GET", "/x"), body, status, BadAnswer)

    def test_joining_by_name(self):
        groups = self.session.group_calls
        row = {"id": 1_000_000_001, "name": "Team", "owner": 2, "description": ""}
        self.answers = [(200, {"items": []}), (200, {"items": [row]})]
        self.assertTrue(self.call(groups.join("team"), row | {"you": {"role": "member"}}))
        self.assertEqual(self.asked[1][2], {"name": "team", "exact": "true", "limit": "200"})
        self.assertTrue(self.asked[2][1].endswith("/v2/groups/1000000001/join"))
        self.answers = [(200, {"items": [row]})]
        self.assertFalse(self.call(groups.join("team"), row | {"you": {"requested": True}}, 202))
        self.answers = [(200, {"items": []})]
        self.fails(groups.join("nothing"), {"items": []}, 200, Refused)
        self.answers = [(200, {"items": []}), (200, {"items": []})]
        code = "Ab-_" * 6
        self.assertTrue(self.call(groups.join(code), row | {"you": {"role": "member"}}))
        self.assertEqual(self.asked[-1][4], {"code": code})

    def test_contacts(self):
        contacts = self.session.contact_calls
        self.assertFalse(self.call(contacts.request(2, "it is Ann"), b"", 202))
        self.assertTrue(self.call(contacts.request(2), {"user": {}, "since": 1}))
        self.call(contacts.accept(2), {"user": {}, "since": 1})
        self.call(contacts.remark(2, "Bobby"), {"user": {}, "since": 1})
        for work in (contacts.reject, contacts.withdraw, contacts.remove, contacts.block, contacts.unblock):
            self.call(work(2), b"", 204)
        self.call(contacts.set("user-2", pinned=True), {"name": "user-2", "pinned": True, "muted": False})
        self.call(contacts.set("user-2", archived=True, notify="mentions", muted_until=0), {})
        asked = [(method, url.partition("/v2")[2], body) for method, url, _, _, body in self.asked]
        self.assertEqual(
            asked,
            [
                ("PUT", "/contact-requests/sent/2", {"greeting": "it is Ann"}),
                ("PUT", "/contact-requests/sent/2", {}),
                ("PUT", "/contacts/2", None),
                ("PATCH", "/contacts/2", {"remark": "Bobby"}),
                ("DELETE", "/contact-requests/received/2", None),
                ("DELETE", "/contact-requests/sent/2", None),
                ("DELETE", "/contacts/2", None),
                ("PUT", "/blocks/2", None),
                ("DELETE", "/blocks/2", None),
                ("PATCH", "/conversations/user-2", {"pinned": True}),
                ("PATCH", "/conversations/user-2", {"archived": True, "notify": "mentions", "mutedUntil": 0}),
            ],
        )

    def test_lists_of_people(self):
        contacts = self.session.contact_calls
        row = {"user": {"id": 2, "name": "bob"}, "since": 1}
        self.assertEqual(self.call(contacts.requests(), {"items": [row]}), [User(2, "bob")])
        self.assertEqual(self.call(contacts.blocked(), {"items": []}), [])

    def test_conversations(self):
        items = [
            {"name": "user-2", "title": "bob", "remark": "Bobby", "unread": 3, "last": {"text": "hi", "media": "text"}},
            {"name": "announcements", "title": "", "unread": 0, "pinned": True},
            {"name": "user-3", "title": "eve", "last": {"text": "**hi**", "media": "text", "format": "markdown"}},
        ]
        found = self.call(self.session.contact_calls.conversations(), {"items": items})
        self.assertEqual(found[0], Conversation("user-2", "Bobby", 3, "hi", "text", False, False))
        self.assertEqual(found[2].text, "hi")
        self.assertEqual(found[1], Conversation("announcements", "", 0, "", "", True, False))

    def test_search(self):
        message = happened(5, "green tea")
        del message["kind"]
        item = {"message": message, "conversation": "user-2", "snippet": [{"text": "tea", "match": True}]}
        (hit,), more = self.call(self.session.search("tea 茶&x", user=2), {"items": [item], "next": "n"})
        self.assertEqual(self.asked[-1][2], {"q": "tea 茶&x", "user": "2"})
        self.assertEqual((hit.message.id, hit.message.text), (5, "green tea"))
        self.assertEqual((hit.conversation, hit.snippet, more), ("user-2", [("tea", True)], "n"))
        self.assertEqual(self.call(self.session.search("tea"), {"items": [], "indexing": True}), ([], ""))
        ((mention,), _) = self.call(self.session.mentions(5, "n"), {"items": [item]})
        self.assertEqual((self.asked[-1][1].partition("/v2")[2], mention), ("/mentions", hit))
        self.assertEqual(self.asked[-1][2], {"limit": "5", "cursor": "n"})
        wrong: list[Any] = [[], {}, {"items": [{}]}, {"items": [item | {"snippet": 7}]}, None]
        for body in wrong:
            self.fails(self.session.search("tea"), body, 200, BadAnswer)

    def test_all_pages(self):
        pages = [{"items": [{"id": 1, "name": "a"}], "next": "n"}, {"items": [{"id": 2, "name": "b", "muted": {}}]}]
        self.answers = [(200, pages[0])]
        found = self.call(self.session.group_calls.members(7), pages[1])
        self.assertEqual([(one.name, one.muted) for one in found], [("a", False), ("b", True)])
        self.assertEqual(self.asked[1][2], {"limit": "200", "cursor": "n"})
        reader = {"id": 2, "name": "b", "displayName": "B", "avatar": "", "state": "read"}
        found = self.call(
            self.session.group_calls.readers(7, 9), {"items": [reader], "read": 1, "received": 0, "none": 0}
        )
        self.assertEqual(found, [(2, "B", "b", "read")])
        self.assertIn("/groups/7/messages/9/readers", self.asked[-1][1])
        bad: list[Any] = [[], {}, {"items": 7}]
        for body in bad:
            self.fails(self.session.group_calls.members(7), body, 200, BadAnswer)


class DeviceTests(CallCase):
    """A session that renews its token, against answers of v2."""

    def setUp(self):
        super().setUp()
        self.kept = []

    def tokens(self, number, expires=900):
        found = {"user": 1, "device": 7, "accessToken": f"access {number}", "refreshToken": f"refresh {number}"}
        return found | {"expiresIn": expires}

    def answer(self, method, url, params, headers, data):
        body = json.loads(data) if data else None
        query = "&".join(f"{name.decode()}={values[0].decode()}" for name, values in params.items())
        target = url.partition("/v2")[2] + (f"?{query}" if query else "")
        self.asked.append((method.decode(), target, headers.get(b"Authorization", [b""])[0], body))
        status, found = self.answers.pop(0)
        return status, {}, found if isinstance(found, bytes) else json.dumps(found).encode()

    def log_in(self):
        session = self.call(self.api.log_in("ann", "correct horse", "phone", self.kept.append), self.tokens(1))
        self.asked.clear()
        return session

    def test_log_in_device(self):
        session = self.call(self.api.log_in_device("ann", "correct horse", "phone", self.kept.append), self.tokens(1))
        self.assertEqual(
            self.asked, [("POST", "/login", b"", {"name": "ann", "password": "correct horse", "device": "phone"})]
        )
        self.assertEqual((session.device, session.credentials), (7, Credentials(1, "access 1")))
        self.assertEqual(self.kept, ["refresh 1"])
        self.assertEqual(self.api.log_in.__func__, self.api.log_in_device.__func__)  # type: ignore[attr-defined]
        self.assertNotIn("access", repr(session.credentials))

    def test_a_token_that_is_refused_before_its_time(self):
        """The server's clock was set, or this machine slept: the call is made with the next token, once."""
        session = self.log_in()
        expired = {"code": "unauthorized", "detail": "expired"}
        self.answers += [(401, expired), (200, self.tokens(2))]
        self.assertEqual(self.call(session.call("GET", "/me"), {"id": 1}), {"id": 1})
        shown = [(path, token) for _, path, token, _ in self.asked]
        self.assertEqual(shown, [("/me", b"Bearer access 1"), ("/refresh", b""), ("/me", b"Bearer access 2")])
        self.answers += [(401, expired), (401, expired)]
        self.failureResultOf(launch(session.call("GET", "/me")), Unauthorized)
        self.assertEqual(self.answers, [])

    def test_the_secret_of_the_device(self):
        """It is given away to be kept, and shown at the next log-in."""
        secrets: list[str] = []
        answer = self.tokens(1) | {"deviceSecret": "new"}
        self.call(
            self.api.log_in_device("ann", "correct horse", "phone", secret="old", on_secret=secrets.append), answer
        )
        self.assertEqual((self.asked[0][3]["deviceSecret"], secrets), ("old", ["new"]))

    def test_renewed_before_it_ends(self):
        session = self.log_in()
        self.clock.advance(900 - calls.RENEW_BEFORE - 1)
        self.assertEqual(self.successResultOf(launch(session.current())).token, "access 1")
        self.clock.advance(1)
        self.answers.append((200, self.tokens(2)))
        self.assertEqual(self.call(session.devices(), {"items": []}), [])
        self.assertEqual(
            self.asked,
            [
                ("POST", "/refresh", b"", {"refreshToken": "refresh 1"}),
                ("GET", "/devices?limit=200", b"Bearer access 2", None),
            ],
        )
        self.assertEqual(self.kept, ["refresh 1", "refresh 2"])

    def test_two_at_once_renew_once(self):
        session = self.log_in()
        self.clock.advance(900)
        going: Deferred[object] = Deferred()

        async def refresh(_token):
            return await going

        self.patch(self.api, "refresh", refresh)
        both = [launch(session.current()) for _ in range(2)]
        going.callback(self.tokens(2))
        self.assertEqual({self.successResultOf(one).token for one in both}, {"access 2"})

    def test_it_is_over(self):
        session = self.log_in()
        self.clock.advance(900)
        gone = {"code": "unauthorized", "detail": "log in again", "status": 401}
        self.assertEqual(self.fails(session.devices(), gone, 401, Unauthorized), "log in again")

    def test_asked_once_more_if_no_answer_comes(self):
        session = self.log_in()
        self.clock.advance(900)
        real, tries = self.api._exchange, []

        async def exchange(*arguments, **more):
            tries.append(arguments)
            return await (Deferred() if len(tries) == 1 else real(*arguments, **more))

        self.patch(self.api, "_exchange", exchange)
        self.answers.append((200, self.tokens(2)))
        current = launch(session.current())
        self.assertNoResult(current)
        self.clock.advance(calls.RENEW_TIMEOUT)
        self.assertEqual(self.successResultOf(current).token, "access 2")

    def test_what_is_still_good_is_used_while_the_server_is_away(self):
        session = self.log_in()
        self.clock.advance(900 - calls.RENEW_BEFORE)

        async def refresh(_token):
            raise Unreachable("away")

        self.patch(self.api, "refresh", refresh)
        self.assertEqual(self.successResultOf(launch(session.current())).token, "access 1")
        self.clock.advance(calls.RENEW_BEFORE)
        self.failureResultOf(launch(session.current()), Unreachable)

    def test_devices(self):
        session = self.log_in()
        row = {"id": 7, "name": "phone", "current": True, "loggedIn": True}
        self.answers.append((200, {"items": [row], "next": "abc"}))
        found = self.call(session.devices(), {"items": [row | {"id": 8, "name": "old", "loggedIn": False}]})
        self.assertEqual([(one.id, one.name, one.logged_in) for one in found], [(7, "phone", True), (8, "old", False)])
        self.assertEqual(self.asked[1][1], "/devices?limit=200&cursor=abc")
        self.call(session.revoke(8), b"", 204)
        self.assertEqual(self.asked[2][:2], ("DELETE", "/devices/8"))

    def test_password_and_log_out(self):
        session = self.log_in()
        self.call(session.change_password("a", "b"), self.tokens(2))
        self.call(session.log_out(), b"", 204)
        self.assertEqual(self.asked[1][1:3], ("/logout", b"Bearer access 2"))

    def test_problems(self):
        problem = {"code": "too_many_attempts", "detail": "wait", "retryAfter": 30}
        error = self.fails_with(self.api.log_in_device("ann", "x", "phone"), problem, 429)
        self.assertEqual((str(error), error.code, error.retry_after), ("wait", "too_many_attempts", 30.0))
        for body, status in ((b"<html>", 502), ({}, 404), (b"", 500), ([], 400), ({"accessToken": "x"}, 200)):
            self.fails(self.api.log_in_device("ann", "x", "phone"), body, status, BadAnswer)

    def fails_with(self, coroutine, body, status):
        self.answers.append((status, body))
        return self.failureResultOf(launch(coroutine), Refused).value
