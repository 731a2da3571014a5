"""Tests for L{hichat.client.media}: what the server says is not believed. How files go is in the whole-system tests."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred, fail
from twisted.internet.error import ConnectionLost
from twisted.python.failure import Failure

from hichat.client.media import MediaLink, Uploaded, place_for
from hichat.client.wire import BadAnswer, FileTrouble, Refused, Unauthorized, Unreachable
from tests.support.client import launch
from tests.support.client_cases import CallCase

ID = "9kPq0XcWm2sVtR7uYb3LdA"
LINK: dict[str, Any] = {"id": ID, "url": f"/v2/media/{ID}?until=1&key=k", "expires": 1}


class MediaCase(CallCase):
    def setUp(self):
        super().setUp()
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)
        self.calls = self.session.media_calls

    def answer(self, method, url, params, headers, data):
        self.asked.append((method, url, params, headers, data))
        status, body = self.answers.pop(0)
        return status, {}, body if isinstance(body, bytes) else json.dumps(body).encode()


class Uploading(MediaCase):
    def test_uploaded(self):
        path = self.directory / "照片.png"
        path.write_bytes(b"hello")
        body = {"id": ID, "url": f"/v2/media/{ID}", "kind": "file", "type": "x/y", "size": 5, "name": "照片.png"}
        # An Agent in memory does not feed a body: the wire is for the whole-system tests.
        sent = []

        def send_file(target, file, token, timeout):
            sent.append((target, file.read(), token))
            done: Deferred[object] = Deferred()
            done.callback(body)
            return done

        self.patch(self.api, "send_file", send_file)
        found = self.successResultOf(launch(self.calls.upload(path)))
        self.assertEqual(found, Uploaded(ID, f"/v2/media/{ID}", "file", "x/y", 5, "照片.png", ""))
        self.assertEqual(sent[0][:2], ("/media?name=%E7%85%A7%E7%89%87.png", b"hello"))
        for told, seconds in ((2.5, 2.5), (-1, 0), ("2", 0), (1e9, 0), (None, 0)):
            body = body | {"kind": "audio", "seconds": told}
            self.assertEqual(self.successResultOf(launch(self.calls.upload(path))).seconds, seconds)
        wrongs: list[Any] = [{}, [], None, body | {"kind": "x"}]
        for wrong in wrongs:
            body = wrong
            self.failureResultOf(launch(self.calls.upload(path)), BadAnswer)

    def test_a_name_that_is_in_no_encoding(self):
        """As old archives unpack them: it is sent, with what cannot be read shown as that."""
        path = Path(os.fsdecode(os.fsencode(self.directory) + b"/\xd5\xd5\xc6\xac.png"))
        path.write_bytes(b"x")
        targets = []

        def send_file(target, file, token, timeout):
            targets.append(target)
            return fail(Failure(ConnectionLost()))

        self.patch(self.api, "send_file", send_file)
        self.failureResultOf(launch(self.calls.upload(path)), ConnectionLost)
        self.assertEqual(targets, ["/media?name=%EF%BF%BD%EF%BF%BD%C6%AC.png"])

    def test_no_such_file(self):
        error = self.failureResultOf(launch(self.calls.upload(self.directory / "x")), FileTrouble).value
        self.assertIn("No such file", str(error))
        self.failureResultOf(launch(self.calls.upload(self.directory)), FileTrouble)


class Links(MediaCase):
    def test_links(self):
        found = self.call(self.calls.links([ID]), {"items": [LINK, 7, {}]})
        self.assertEqual(found, [MediaLink(ID, LINK["url"], "", 1), MediaLink("", "", "", 0)])
        wrongs: list[Any] = [{}, [], {"items": 1}]
        for wrong in wrongs:
            self.fails(self.calls.links([ID]), wrong, 200, BadAnswer)
        self.fails(self.calls.links([ID]), {"code": "unauthorized"}, 401, Unauthorized)


class Saving(MediaCase):
    def setUp(self):
        super().setUp()
        self.path = self.directory / "a"

    def test_saved(self):
        self.answers.append((200, {"items": [LINK]}))
        self.assertEqual(self.call(self.calls.save(f"/v2/media/{ID}", self.path), b"hello"), 5)
        self.assertEqual(self.path.read_bytes(), b"hello")
        self.assertNotIn(b"Authorization", {name.title() for name in self.asked[-1][3]}, "the link is enough")

    def test_of_a_v1_message(self):
        for url in ("/uploads/x", "./uploads/x", "uploads/x"):
            self.call(self.calls.save(url, self.path), b"x")
            self.path.unlink()
            self.assertTrue(self.asked[-1][1].endswith("/uploads/x"))

    def test_not_for_us(self):
        self.fails(self.calls.save(f"/v2/media/{ID}", self.path), {"items": []}, 200, FileTrouble)
        self.assertFalse(self.path.exists())

    def test_nothing_else_is_asked_in_the_users_name(self):
        for url in (
            "http://evil.example/uploads/x",
            "/v2/me",
            "/v2/media/../me",
            "/v1/user/list",
            "",
            "//evil/uploads/x",
        ):
            self.failureResultOf(launch(self.calls.save(url, self.path)), FileTrouble)
        self.assertEqual((self.asked, self.path.exists()), ([], False))

    def test_refused(self):
        self.fails(self.calls.save("/uploads/x", self.path), {"code": "not_found", "title": "no"}, 404, Refused)
        self.assertFalse(self.path.exists())

    def test_half_of_it(self):
        def lost(*_args, **_more):
            return fail(Failure(ConnectionLost()))

        self.patch(self.api._http, "request", lost)
        self.failureResultOf(launch(self.calls.save("/uploads/x", self.path)), Unreachable)
        self.assertFalse(self.path.exists())

    def test_nothing_is_written_over(self):
        self.path.write_bytes(b"mine")
        self.failureResultOf(launch(self.calls.save("/uploads/x", self.path)), FileTrouble)
        self.assertEqual((self.path.read_bytes(), self.asked), (b"mine", []))


class Places(MediaCase):
    def test_names(self):
        for name, left in (
            ("a.png", "a.png"),
            ("../../etc/passwd", "passwd"),
            (".bashrc", "bashrc"),
            ("..", "file"),
            ("", "file"),
            ("a\x1b[2J\n.txt", "a[2J.txt"),
        ):
            self.assertEqual(place_for(name, self.directory, "file"), self.directory / left)

    def test_names_on_windows(self):
        """None is that of a device, or of a stream in another file; elsewhere such names are as good as others."""
        for name, left in (
            ("NUL", "_NUL"),
            ("con.txt", "_con.txt"),
            ("com1.tar.gz", "_com1.tar.gz"),
            ("LPT\u00b9", "_LPT\u00b9"),
            ("aux .txt", "_aux .txt"),
            ("CONOUT$", "_CONOUT$"),
            ("console.txt", "console.txt"),
            ("com10", "com10"),
            ("a.nul", "a.nul"),
            ("a.txt:b.exe", "a.txt_b.exe"),
            ('<"a|b?*">.txt', "__a_b____.txt"),
            ("a.txt. .", "a.txt"),
            ("100%; a='b'.txt", "100%; a='b'.txt"),
        ):
            self.assertEqual(place_for(name, self.directory, "file", windows=True).name, left)
        for name in ("NUL", "con.txt", "a.txt:b.exe"):
            self.assertEqual(place_for(name, self.directory, "file", windows=False).name, name)

    def test_taken(self):
        (self.directory / "a.tar.gz").touch()
        os.symlink("/nowhere", self.directory / "a (2).tar.gz")
        self.assertEqual(place_for("a.tar.gz", self.directory, "file").name, "a (3).tar.gz")
        (self.directory / "a").touch()
        self.assertEqual(place_for("a", self.directory, "file").name, "a (2)")

    def test_taken_and_as_long_as_a_name_may_be(self):
        name = "照" * 83 + ".pdf"
        (self.directory / name).touch()
        place = place_for(name, self.directory, "file")
        place.touch()
        self.assertEqual(place.name, "照" * 82 + " (2).pdf")
