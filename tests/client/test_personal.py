"""L{hichat.client.personal}: an export that does not come whole does not stay. The system tests save whole ones."""

import io
import json
import tempfile
import zipfile
from pathlib import Path

from twisted.internet.defer import CancelledError, Deferred, succeed
from twisted.python.failure import Failure
from twisted.web.client import ResponseDone
from twisted.web.iweb import UNKNOWN_LENGTH

from hichat.client.http import FILE_TIMEOUT
from hichat.client.wire import BadAnswer, Refused, Unreachable
from tests.support.client import launch
from tests.support.client_cases import CallCase


class Download:
    """An answer of a length that nobody knows."""

    code = 200
    length = UNKNOWN_LENGTH

    def deliverBody(self, protocol):  # noqa: N802
        self.protocol = protocol
        protocol.makeConnection(None)


class Exporting(CallCase):
    def setUp(self):
        super().setUp()
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.path = Path(directory.name) / "a.zip"
        self.download = Download()
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as made:
            made.writestr("person.json", "{}")
        self.content = content.getvalue()

    def answer(self, method, url, params, headers, data):
        self.asked.append((method, url, json.loads(data or b"null")))
        status, body = self.answers.pop(0)
        return status, {}, json.dumps(body).encode()

    def begin(self):
        """@return: an export whose ZIP begins to come."""
        self.answers.append((200, {"url": "/v2/me/export?key=k"}))
        http = self.api._http

        def request(method, url, **more):
            return succeed(self.download) if method == "GET" else http.request(method, url, **more)

        self.patch(self.api, "_http", type("HTTP", (), {"request": staticmethod(request)}))
        found: Deferred[int] = launch(self.session.personal_calls.export(self.path, "zh"))
        self.assertEqual(self.asked[0][2], {"language": "zh"})
        return found

    def end(self):
        self.download.protocol.connectionLost(Failure(ResponseDone()))

    def test_slow(self):
        """However long it takes: there is an end only to silence."""
        found = self.begin()
        for byte in self.content:
            self.clock.advance(FILE_TIMEOUT - 1)
            self.download.protocol.dataReceived(bytes([byte]))
        self.end()
        self.assertEqual(self.successResultOf(found), len(self.content))
        self.assertEqual(self.path.read_bytes(), self.content)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_silence(self):
        found = self.begin()
        self.download.protocol.dataReceived(self.content[:9])
        self.clock.advance(FILE_TIMEOUT - 1)
        self.assertNoResult(found)
        self.clock.advance(1)
        self.failureResultOf(found, Unreachable)
        self.assertFalse(self.path.exists())

    def test_cancelled(self):
        found = self.begin()
        found.cancel()
        self.failureResultOf(found, CancelledError)
        self.assertFalse(self.path.exists())
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_half_of_it(self):
        """Also if a proxy says that it is whole."""
        found = self.begin()
        self.download.protocol.dataReceived(self.content[:-30])
        self.end()
        self.failureResultOf(found, Unreachable)
        self.assertFalse(self.path.exists())

    def test_refused(self):
        calls = self.session.personal_calls
        self.fails(calls.export_person(7, self.path), {"code": "not_administrator"}, 403, Refused)
        self.fails(calls.export(self.path), {"url": "http://evil.example/"}, 200, BadAnswer)
        self.assertFalse(self.path.exists())
        self.assertTrue(self.asked[0][1].endswith("/v2/admin/people/7/export"))
