"""What each store of files does, in a folder and in S3 alike; and what is only in S3."""

from __future__ import annotations

import os
import ssl
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError, ReadTimeoutError
from twisted.logger import eventAsText
from twisted.trial.unittest import SynchronousTestCase
from zope.interface.verify import verifyObject

from hichat.core.errors import FilesAway, NoSuchMedia, StartError
from hichat.core.ports import IFileStore, ISharedFileStore, ListedFile
from hichat.media import s3
from hichat.media.addresses import make_id
from hichat.media.deadlines import Deadline, Deadlines
from hichat.media.folder import STRAY_AFTER, Folder
from hichat.media.places import S3Place, parse_place
from hichat.media.reach import REFUSING, TOLD_AGAIN, TRIAL, Reach
from hichat.media.s3 import S3Files, cause_of_away, make_client
from tests.support import ports
from tests.support.certificates import make_certificate
from tests.support.doubles import watch_log
from tests.support.relays import CuttableRelay
from tests.support.s3 import SECRET_KEY, Bucket, bucket_for, client_at, client_of
from tests.support.trickle import GIVES_UP, Trickle


class FolderTests(SynchronousTestCase):
    """A folder; and with L{S3Tests} what S3 does likewise."""

    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name) / "uploads"
        self.files = self.make()
        self.files.start()

    def make(self) -> Any:
        return Folder(self.directory)

    def names(self) -> list[str]:
        return sorted(os.listdir(self.directory))

    def put_other(self, name: str) -> None:
        (self.directory / name).write_bytes(b"other")

    def age(self, name: str) -> None:
        before = time.time() - STRAY_AFTER - 10
        os.utime(self.directory / name, (before, before))

    def put(self, content: bytes, id: str = "", thumbnail: bool = False) -> str:
        id = id or make_id()
        with self.files.unfinished() as part:
            part.file.write(content)
            self.files.finish(part, id, thumbnail)
        self.files.sync()
        return id

    def listed(self) -> list[ListedFile]:
        found: list[ListedFile] = []
        after = ""
        while True:
            page = self.files.listed(round(time.time() * 1000), after)
            found += page.files
            if not page.next:
                return sorted(found)
            after = page.next

    def test_it_is_a_store(self) -> None:
        verifyObject(IFileStore, self.files)
        self.files.check()
        self.assertEqual(self.files.parts, (self.files,))

    def test_a_file_and_its_thumbnail(self) -> None:
        id = self.put(b"0123456789")
        self.assertIsNone(self.files.facts(id, True))
        self.put(b"small", id, True)
        self.assertEqual(self.names(), [id, f"{id}.thumbnail"])
        for thumbnail, content in ((False, b"0123456789"), (True, b"small")):
            facts = self.files.facts(id, thumbnail)
            self.assertEqual(facts.size, len(content))
            self.assertLess(abs(time.time() - facts.modified), 30)
            self.assertEqual(self.files.read(id, thumbnail, 0, 100), content)
        self.assertEqual(self.files.read(id, False, 2, 3), b"234")
        self.assertEqual(self.files.read(id, False, 8, 3), b"89")
        self.assertEqual(self.files.read(id, False, 10, 3), b"")
        self.assertEqual(self.listed(), [(id, False, 10, False), (id, True, 5, False)])

    def test_an_empty_file(self) -> None:
        id = self.put(b"")
        self.assertEqual((self.files.facts(id).size, self.files.read(id, False, 0, 10)), (0, b""))

    def test_none(self) -> None:
        id = make_id()
        self.assertIsNone(self.files.facts(id))
        self.assertRaises(NoSuchMedia, self.files.read, id, False, 0, 10)
        self.files.remove([id])
        self.files.remove([])
        self.files.remove_halves()
        self.assertEqual(self.listed(), [])

    def test_what_is_not_finished_is_not_there(self) -> None:
        with self.files.unfinished() as part:
            part.file.write(b"half")
            self.assertEqual(self.listed(), [])
        self.assertEqual(os.listdir(self.directory), [])

    def test_removed(self) -> None:
        """With the thumbnails, in any number, and nothing else."""
        gone = [self.put(b"x") for _ in range(7)]
        self.put(b"x", gone[3], True)
        stays = self.put(b"x")
        self.put_other(f"{gone[0]}.png")
        with patch.object(s3, "REMOVED_AT_ONCE", 3):
            self.files.remove([*gone, make_id()])
        self.assertEqual(self.names(), sorted([stays, f"{gone[0]}.png"]))

    def test_only_names_of_files_are_listed(self) -> None:
        """Whatever else is there is not the store's."""
        id = self.put(b"x")
        for other in (f"{id[1:]}", f"{id}x", f"{id}.thumbnail.thumbnail", f"{id}.png", "0" * 32 + ".png", ".hichat"):
            self.put_other(other)
        self.assertEqual(self.listed(), [(id, False, 1, False)])

    def test_old(self) -> None:
        one, other, young = self.put(b"x"), self.put(b"x"), self.put(b"x")
        self.put(b"x", other, True)
        self.age(one)
        self.age(f"{other}.thumbnail")
        self.assertEqual({file.id for file in self.listed() if file.is_old}, {one, other})
        self.assertIn(young, {file.id for file in self.listed()})


class S3Tests(FolderTests):
    bucket: Bucket

    def make(self) -> Any:
        self.bucket = bucket_for(self)
        self.client = client_of(self.bucket)
        self.addCleanup(self.client.close)
        self.prefix = "some/files/"
        return S3Files(S3Place.parse(self.bucket.url), Folder(self.directory), self.client)

    def names(self) -> list[str]:
        self.assertEqual(os.listdir(self.directory), [], "nothing stays on this machine")
        keys = self.bucket.every_key()
        self.assertEqual([key for key in keys if not key.startswith(self.prefix)], [])
        return sorted(key.removeprefix(self.prefix) for key in keys)

    def put_other(self, name: str) -> None:
        self.bucket.put(f"{self.prefix}{name}", b"other")

    def age(self, name: str) -> None:
        self.bucket.age(f"{self.prefix}{name}", STRAY_AFTER + 10)

    def test_other_prefixes_are_left_alone(self) -> None:
        """Also deeper ones, and the bucket's root."""
        id = self.put(b"x")
        for key in (id, f"some/{id}", f"{self.prefix}deeper/{id}", f"some/files2/{id}"):
            self.bucket.put(key, b"other")
        before = set(self.bucket.every_key())
        self.assertEqual(self.listed(), [(id, False, 1, False)])
        self.files.remove([id])
        self.assertEqual(before - set(self.bucket.every_key()), {f"{self.prefix}{id}"})

    def test_in_pages(self) -> None:
        ids = sorted(self.put(b"x") for _ in range(5))
        one_page = self.files._list
        with patch.object(self.files, "_list", lambda most, after: one_page(2, after)):
            self.assertEqual([file.id for file in self.listed()], ids)
            self.assertTrue(self.files.listed(0).next)

    def test_no_prefix(self) -> None:
        self.files = S3Files(S3Place(self.bucket.name, ""), Folder(self.directory), self.client)
        id = self.put(b"x")
        self.assertEqual(self.bucket.every_key(), [id])
        self.assertEqual(self.listed(), [(id, False, 1, False)])

    def test_the_mark(self) -> None:
        verifyObject(ISharedFileStore, self.files)
        self.assertEqual((self.files.name, self.files.mark()), (self.bucket.url, ""))
        self.assertTrue(self.files.put_mark("first", ""))
        self.assertFalse(self.files.put_mark("second", ""))
        self.assertEqual(self.files.mark(), "first")
        self.assertFalse(self.files.put_mark("third", "second"))
        self.assertTrue(self.files.put_mark("third", "first"))
        self.assertEqual(self.files.mark(), "third")
        self.assertEqual(self.bucket.every_key(), [f"{self.prefix}.hichat"])
        self.assertEqual(self.listed(), [])
        self.bucket.put(f"{self.prefix}.hichat", b"")
        self.assertEqual(self.files.mark(), "")

    def test_the_mark_is_changed_meanwhile(self) -> None:
        """By another daemon, between the look and the request."""
        for before in ("", "first"):
            put = self.client.put_object

            def later(put: Any = put, before: str = before, **named: Any) -> Any:
                put(Bucket=self.bucket.name, Key=f"{self.prefix}.hichat", Body=b"first")
                if before:
                    put(Bucket=self.bucket.name, Key=f"{self.prefix}.hichat", Body=b"second")
                return put(**named)

            with patch.object(self.client, "put_object", later):
                self.assertFalse(self.files.put_mark("third", before))
            self.assertEqual(self.files.mark(), "second" if before else "first")

    def test_the_answer_to_the_mark_is_lost(self) -> None:
        """The request is made again, and refused, because its own mark is there."""
        for mark, before in (("first", ""), ("second", "first")):
            put = self.client.put_object

            def lost(put: Any = put, **named: Any) -> Any:
                put(**named)
                return put(**named)

            with patch.object(self.client, "put_object", lost):
                self.assertTrue(self.files.put_mark(mark, before))
            self.assertEqual(self.files.mark(), mark)

    def test_a_server_that_knows_no_conditions(self) -> None:
        put = self.client.put_object
        unknown = ClientError({"Error": {"Code": "NotImplemented"}}, "PutObject")

        def put_object(**named: Any) -> Any:
            if "IfNoneMatch" in named:
                raise unknown
            return put(**named)

        with patch.object(self.client, "put_object", put_object):
            self.assertTrue(self.files.put_mark("first", ""))
        self.assertEqual(self.files.mark(), "first")

    def test_half_uploads(self) -> None:
        """Those of files of ours are ended an hour later, by the server's clock; others are left alone."""
        id = make_id()
        ours, others = f"{self.prefix}{id}", f"{self.prefix}deeper/{id}"
        for key in (ours, others):
            self.client.create_multipart_upload(Bucket=self.bucket.name, Key=key)
        listed = self.client.list_multipart_uploads

        def young(**named: Any) -> Any:
            found = listed(**named)
            for entry in found.get("Uploads", ()):
                entry["Initiated"] = datetime.now(UTC) - timedelta(seconds=STRAY_AFTER - 60)
            return found

        with patch.object(self.client, "list_multipart_uploads", young):
            self.files.remove_halves()
        self.assertEqual(sorted(self.bucket.halves()), sorted([ours, others]))
        self.files.remove_halves()
        self.assertEqual(self.bucket.halves(), [others])

    def test_half_uploads_that_cannot_be_listed(self) -> None:
        """The server does not know that, or the credentials do not allow it: that is no reason to be away."""
        lines: list[str] = []
        watch_log(self, lambda event: lines.append(event["log_level"].name))
        for code in ("NotImplemented", "AccessDenied"):
            refused = ClientError({"Error": {"Code": code}}, "ListMultipartUploads")
            with patch.object(self.client, "list_multipart_uploads", side_effect=refused):
                self.files.remove_halves()
            self.files.check()
        self.assertEqual(lines, ["warn", "warn"])

    def test_large_files_go_in_parts(self) -> None:
        """And are there whole, or not at all."""
        content = os.urandom(6 * 1024 * 1024)
        self.files._transfer.multipart_threshold = self.files._transfer.multipart_chunksize = 5 * 1024 * 1024
        id = self.put(content)
        self.assertEqual(self.bucket.get(f"{self.prefix}{id}"), content)
        with (
            patch.object(self.client, "complete_multipart_upload", side_effect=ReadTimeoutError(endpoint_url="")),
            self.assertRaises(FilesAway),
        ):
            self.put(content)
        self.assertEqual((self.names(), self.bucket.halves()), ([id], []))

    def test_a_removal_that_is_refused(self) -> None:
        """S3 answers with 200, and a list of what it has not removed."""
        id = self.put(b"x")
        answer = {"Errors": [{"Key": id, "Code": "AccessDenied"}]}
        with patch.object(self.client, "delete_objects", return_value=answer):
            self.assertRaises(FilesAway, self.files.remove, [id])

    def test_a_connection_that_was_closed_is_made_again(self) -> None:
        """A server closes idle ones, and may be busy for a moment. That is nobody's trouble."""
        id = self.put(b"x")
        busy = ClientError({"Error": {"Code": "SlowDown"}}, "GetObject")
        answers = [busy, self.client.get_object(Bucket=self.bucket.name, Key=f"{self.prefix}{id}")]
        with patch.object(self.client, "get_object", side_effect=answers):
            self.assertEqual(self.files.read(id, False, 0, 1), b"x")
        with patch.object(self.client, "get_object", side_effect=[busy, busy]):
            self.assertRaises(FilesAway, self.files.read, id, False, 0, 1)

    def test_a_server_that_knows_no_ranges(self) -> None:
        """It sends all. That is no part of the file, unless all was asked for."""
        id = self.put(b"0123456789")
        get = self.client.get_object

        def get_object(**named: Any) -> Any:
            return get(Bucket=named["Bucket"], Key=named["Key"])

        with patch.object(self.client, "get_object", get_object):
            self.assertRaises(FilesAway, self.files.read, id, False, 4, 3)
            self.assertRaises(FilesAway, self.files.read, id, False, 0, 3)
            self.assertEqual(self.files.read(id, False, 0, 10), b"0123456789")
        self.assertTrue(self.files.reach.is_up)

    def test_an_error_for_one_file(self) -> None:
        """It is no reason to refuse requests for the others."""
        id, other = self.put(b"x"), self.put(b"y")
        get, head = self.client.get_object, self.client.head_object
        lines: list[str] = []
        watch_log(self, lambda event: lines.append(eventAsText(event, includeTimestamp=False)))
        for code in ("InternalError", "AccessDenied", "InvalidObjectState", "403"):

            def refusing(ask: Any, code: str = code) -> Any:
                def asked(**named: Any) -> Any:
                    if named["Key"].endswith(id):
                        raise ClientError({"Error": {"Code": code}}, "x")
                    return ask(**named)

                return asked

            with (
                patch.object(self.client, "get_object", refusing(get)),
                patch.object(self.client, "head_object", refusing(head)),
            ):
                self.assertRaises(FilesAway, self.files.read, id, False, 0, 1)
                self.assertRaises(FilesAway, self.files.facts, id)
                self.assertTrue(self.files.reach.is_up, code)
                self.assertEqual(self.files.read(other, False, 0, 1), b"y")
        self.assertEqual(len(lines), 1, lines)
        self.assertIn("a request for uploaded files failed", lines[0])

    def test_an_error_for_all(self) -> None:
        denied = ClientError({"Error": {"Code": "AccessDenied"}}, "x")
        with (
            patch.object(self.client, "get_object", side_effect=denied),
            patch.object(self.client, "list_objects_v2", side_effect=denied),
        ):
            self.assertRaises(FilesAway, self.files.read, make_id(), False, 0, 1)
        self.assertFalse(self.files.reach.is_up)


class AwayTests(SynchronousTestCase):
    """The server is away: requests end soon, and the next ones at once."""

    def setUp(self) -> None:
        self.bucket = bucket_for(self)
        self.relay = CuttableRelay(self.bucket.port)
        self.addCleanup(self.relay.close)
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.files = S3Files(S3Place.parse(self.bucket.url), Folder(Path(directory.name)), self.client())
        self.now = 0.0
        self.patch(self.files.reach, "_seconds", lambda: self.now)
        self.lines: list[str] = []
        watch_log(self, lambda event: self.lines.append(eventAsText(event, includeTimestamp=False)))

    def client(self, port: int = 0, patience: float = 60) -> Any:
        made = client_of(self.bucket, port or self.relay.port, patience)
        self.addCleanup(made.close)
        return made

    def test_one_that_swallows_everything(self) -> None:
        id = make_id()
        self.files.check()
        patient, self.files._client = self.files._client, self.client(patience=0.5)
        self.relay.cut()
        self.assertRaises(FilesAway, self.files.facts, id)
        asked: list[int] = []
        with patch.object(self.files._client, "head_object", lambda **_: asked.append(1)):
            for _ in range(100):
                self.assertRaises(FilesAway, self.files.facts, id)
        self.assertEqual(asked, [], "the others are refused at once")
        self.now += REFUSING
        self.assertRaises(FilesAway, self.files.read, id, False, 0, 10)
        self.relay.mend()
        self.files._client = patient
        self.now += REFUSING
        self.assertIsNone(self.files.facts(id))
        self.assertEqual(len(self.lines), 2, self.lines)
        self.assertIn(
            f"cannot be reached in {self.bucket.url} at 127.0.0.1:{self.relay.port}: no answer", self.lines[0]
        )
        self.assertIn("again, after 4 s", self.lines[1])
        self.assertNotIn(SECRET_KEY, "".join(self.lines))

    def test_one_that_is_not_there(self) -> None:
        self.files._client = self.client(ports.reserve())
        self.assertRaises(FilesAway, self.files.check)
        self.assertIn("no connection", self.lines[0])

    def test_a_bucket_that_is_gone(self) -> None:
        self.files._place = S3Place("no-such-bucket", "")
        self.assertRaises(FilesAway, self.files.read, make_id(), False, 0, 1)
        self.assertIn("NoSuchBucket", self.lines[0])

    def test_a_bucket_that_is_gone_looks_as_a_missing_file(self) -> None:
        """The answer to HEAD does not tell the one from the other."""
        self.files._place = S3Place("no-such-bucket", "")
        self.assertRaises(FilesAway, self.files.facts, make_id())
        self.assertIn("NoSuchBucket", self.lines[0])

    def test_missing_files_do_not_double_the_requests(self) -> None:
        ask = self.files._client.list_objects_v2
        self.patch(s3, "CONFIRMED", 1000.0)
        with patch.object(self.files._client, "list_objects_v2", side_effect=ask) as listed:
            for _ in range(5):
                self.assertIsNone(self.files.facts(make_id()))
        self.assertEqual(listed.call_count, 1)


HEAD_OF_A_PIECE = (
    b"HTTP/1.1 206 Partial Content\r\nContent-Length: 200000\r\nContent-Range: bytes 0-199999/200000\r\n\r\n"
)


class TrickleTests(SynchronousTestCase):
    """The server sends a byte now and then: a request ends all the same."""

    def setUp(self) -> None:
        self.lines: list[str] = []
        watch_log(self, lambda event: self.lines.append(eventAsText(event, includeTimestamp=False)))

    def make(self, head: bytes, tls: bool = False) -> Any:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        more: dict[str, Any] = {}
        context = None
        if tls:
            both = Path(directory.name) / "both.pem"
            both.write_bytes(b"".join(make_certificate(host="localhost")))
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(both)
        server = Trickle(head, context)
        self.addCleanup(server.close)
        if tls:
            more = {"endpoint_url": f"https://localhost:{server.port}", "verify": str(both)}
        client = client_at(server.port, **more)
        self.addCleanup(client.close)
        self.patch(s3, "PIECE_TIMEOUT", 0.5)
        self.patch(s3, "WRITE_LIMIT", 0.5)
        return S3Files(S3Place("chat", ""), Folder(Path(directory.name)), client)

    def check(self, files: Any, ask: Callable[..., Any], *arguments: Any) -> None:
        began = time.monotonic()
        self.assertRaises(FilesAway, ask, *arguments)
        self.assertLess(time.monotonic() - began, GIVES_UP / 2)
        self.assertFalse(files.reach.is_up)

    def test_in_the_body(self) -> None:
        files = self.make(HEAD_OF_A_PIECE)
        self.check(files, files.read, make_id(), False, 0, 200_000)

    def test_over_tls(self) -> None:
        files = self.make(HEAD_OF_A_PIECE, tls=True)
        self.check(files, files.read, make_id(), False, 0, 200_000)
        self.assertIn("too long", self.lines[0])

    def test_in_a_body_without_a_length(self) -> None:
        files = self.make(b"HTTP/1.1 206 Partial Content\r\n\r\n")
        self.check(files, files.read, make_id(), False, 0, 200_000)

    def test_in_the_head(self) -> None:
        files = self.make(b"HTTP/1.1 200 OK\r\nX-Long: ")
        self.check(files, files.facts, make_id())

    def test_at_the_start(self) -> None:
        """The daemon starts all the same."""
        began = time.monotonic()
        self.make(b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\n\r\n<").check_start("HICHAT_MEDIA")
        self.assertLess(time.monotonic() - began, GIVES_UP / 2)

    def test_in_the_trial_of_a_store_that_was_away(self) -> None:
        files = self.make(b"HTTP/1.1 200 OK\r\nX-Long: ")
        for _ in range(2):
            self.check(files, files.check)
            files.reach._failed_at -= REFUSING

    def test_in_the_answer_to_changes(self) -> None:
        files = self.make(b"HTTP/1.1 200 OK\r\nX-Long: ")
        with files.unfinished() as part:
            part.file.write(b"x")
            self.check(files, files.finish, part, make_id())
        files = self.make(b"HTTP/1.1 200 OK\r\nX-Long: ")
        self.check(files, files.remove, [make_id()])


class LateAnswer(Trickle):
    """It answers each request after more than the client's patience."""

    def join(self, client: Any) -> None:
        with client:
            client.recv(65536)
            self._ends.wait(1.5)
            client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            client.recv(65536)


class LateTests(SynchronousTestCase):
    """S3 may need long to store a file. That holds some threads, never all."""

    def test_an_upload_that_is_answered_late(self) -> None:
        server = LateAnswer(b"")
        self.addCleanup(server.close)
        client = client_at(server.port, 0.5)
        self.addCleanup(client.close)
        files = S3Files(S3Place("chat", ""), Folder(Path(self.mktemp())), client)
        files.start()
        with files.unfinished() as part:
            part.file.write(b"x")
            files.finish(part, make_id())
        self.assertRaises(FilesAway, files.facts, make_id())

    def test_so_many_at_once(self) -> None:
        client = client_at(1)
        self.addCleanup(client.close)
        deadlines = Deadlines(client, 5.0, 2)
        writes, reading, begun = [Deadline(100.0, 30.0) for _ in range(4)], Deadline(100.0, None), Deadline(100.0, 30.0)
        every = [reading, begun, *writes]
        for each in (reading, *writes):
            each.waits_since = time.monotonic() - 6.0
        self.assertEqual([deadlines._is_over(each, every) for each in every], [False] * 4 + [True] * 2)
        self.assertEqual([deadlines._is_over(each, every) for each in every], [False] * 4 + [True] * 2)
        writes[0].begin()
        writes[0].waits_since = None
        self.assertEqual([deadlines._is_over(each, every) for each in writes], [False] * 3 + [True])
        begun.until = time.monotonic() - 1
        self.assertTrue(deadlines._is_over(begun, every))


class ReachTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.now = 1000.0
        self.reach = Reach("there", lambda error: str(error) if isinstance(error, OSError) else None, lambda: self.now)
        self.lines: list[str] = []
        watch_log(self, lambda event: self.lines.append(event["log_level"].name))

    def ask(self, error: Exception | None = None) -> None:
        with self.reach.request():
            if error is not None:
                raise error

    def test_one_tries_at_a_time(self) -> None:
        """The others are refused meanwhile; when it has failed, all are for a while again."""
        self.assertRaises(FilesAway, self.ask, OSError())
        self.assertFalse(self.reach.is_up)
        self.now += REFUSING - 0.1
        self.assertRaises(FilesAway, self.ask)
        self.now += 0.1
        with self.assertRaises(FilesAway), self.reach.request():
            self.assertRaises(FilesAway, self.ask)
            raise OSError
        self.assertRaises(FilesAway, self.ask)
        self.now += REFUSING
        self.ask()
        self.ask()
        self.assertTrue(self.reach.is_up)
        self.assertEqual(self.lines, ["error", "info"])

    def test_a_trial_without_an_end(self) -> None:
        """Another request tries after a while; and the end of the old one does not end the new one's trial."""
        self.assertRaises(FilesAway, self.ask, OSError())
        self.now += REFUSING
        with self.reach.request():
            self.now += TRIAL
            with self.assertRaises(FilesAway), self.reach.request():
                self.assertRaises(FilesAway, self.ask)
                raise OSError
            self.assertRaises(FilesAway, self.ask)
        self.assertTrue(self.reach.is_up)

    def test_an_answer_is_one_whatever_it_says(self) -> None:
        self.assertRaises(FilesAway, self.ask, OSError())
        self.now += REFUSING
        self.assertRaises(KeyError, self.ask, KeyError())
        self.assertTrue(self.reach.is_up)

    def test_one_that_comes_and_goes(self) -> None:
        """That is no line each time; an outage that lasts has one all the same."""
        for _ in range(20):
            self.assertRaises(FilesAway, self.ask, OSError())
            self.now += REFUSING
            self.ask()
        self.assertEqual(self.lines, ["error", "info"])
        self.assertRaises(FilesAway, self.ask, OSError())
        self.now += TOLD_AGAIN
        self.assertRaises(FilesAway, self.ask, OSError())
        self.assertEqual(self.lines, ["error", "info", "error"])


class StartTests(SynchronousTestCase):
    """What is wrong with the place is said in one line, which has no secret."""

    def setUp(self) -> None:
        self.bucket = bucket_for(self)
        for name, value in self.bucket.environment().items():
            self.patch_environment(name, value)

    def patch_environment(self, name: str, value: str) -> None:
        patched = patch.dict(os.environ, {name: value})
        patched.start()
        self.addCleanup(patched.stop)

    def check(self, place: str) -> None:
        client = make_client("HICHAT_MEDIA")
        self.addCleanup(client.close)
        S3Files(S3Place.parse(place), Folder(Path(self.mktemp())), client).check_start("HICHAT_MEDIA")

    def said(self, place: str) -> str:
        text = str(self.assertRaises(StartError, self.check, place))
        self.assertTrue(text.startswith("hichat: HICHAT_MEDIA: "), text)
        self.assertNotIn("\n", text)
        self.assertNotIn(SECRET_KEY, text)
        return text

    def test_it_is_there(self) -> None:
        self.check(self.bucket.url)

    def test_no_such_bucket(self) -> None:
        self.assertIn("there is no bucket no-such-bucket at 127.0.0.1", self.said("s3://no-such-bucket/x"))

    def test_refused(self) -> None:
        denied = ClientError(
            {"Error": {"Code": "AccessDenied"}, "ResponseMetadata": {"HTTPStatusCode": 403}}, "ListObjectsV2"
        )
        with patch("botocore.client.BaseClient._make_api_call", side_effect=denied):
            self.assertIn("refuses these credentials", self.said(self.bucket.url))

    def test_no_credentials(self) -> None:
        with patch("botocore.client.BaseClient._make_api_call", side_effect=NoCredentialsError()):
            self.assertIn("AWS_ACCESS_KEY_ID", self.said(self.bucket.url))

    def test_no_url(self) -> None:
        self.patch_environment("AWS_ENDPOINT_URL_S3", f"://me:{SECRET_KEY}@nowhere")
        self.assertIn("AWS_ENDPOINT_URL_S3", self.said(self.bucket.url))

    def test_nobody_is_there(self) -> None:
        """The daemon starts all the same: messages go on."""
        self.patch_environment("AWS_ENDPOINT_URL_S3", f"http://127.0.0.1:{ports.reserve()}")
        self.check(self.bucket.url)

    def test_how_long_it_waits(self) -> None:
        client = make_client("HICHAT_MEDIA")
        self.addCleanup(client.close)
        config = client.meta.config
        self.assertEqual((config.connect_timeout, config.read_timeout), (2, 5))
        self.assertEqual(config.retries["total_max_attempts"], 1)

    def test_causes(self) -> None:
        for error, cause in (
            (EndpointConnectionError(endpoint_url=f"http://me:{SECRET_KEY}@x"), "no connection"),
            (ReadTimeoutError(endpoint_url="x"), "no answer in time"),
            (ClientError({"Error": {"Code": "SlowDown"}}, "x"), "SlowDown"),
            (ClientError({"Error": {"Code": "NoSuchKey"}}, "x"), None),
            (ClientError({"Error": {"Code": "InvalidRange"}}, "x"), None),
            (OSError(28, "No space left on device"), None),
        ):
            self.assertEqual(cause_of_away(error), cause, error)


class PlaceTests(SynchronousTestCase):
    def test_places(self) -> None:
        self.assertIsNone(parse_place("folder"))
        for text, expected in (
            ("s3://chat", ("chat", "")),
            ("s3://chat/", ("chat", "")),
            ("s3://chat/a/b-c_d.e", ("chat", "a/b-c_d.e/")),
            ("s3://chat/a/", ("chat", "a/")),
        ):
            found = parse_place(text)
            self.assertEqual(found, expected)
            self.assertEqual(parse_place(str(found)), expected)

    def test_others(self) -> None:
        for text in (
            "",
            "S3://chat",
            "/var/lib",
            "s3://",
            "s3://c",
            "s3://key:secret@chat/x",
            "s3://chat/a//b",
            "s3://chat/../b",
            "s3://chat/.",
            "s3://chat/a b",
            "s3://chat/a?b",
            "s3://chat/" + "/".join(["a" * 100] * 6),
            "https://chat/x",
        ):
            self.assertRaises(ValueError, parse_place, text)
